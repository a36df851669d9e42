"""What code, tests and pages cite is in the project: rules, sections, principles, risks and documents."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from songda.rules_doc import ROOT, TITLES, read_titles, sources

_PARTS = ("bench", "company", "contracts", "dashboards", "deploy", "docs", "runtime", "services", "songda", "tests")
_KINDS = {".py", ".md", ".toml", ".html", ".js", ".css", ".sh", ".yml", ".yaml"}
_FOREIGN = {"vendor", "node_modules"}
TEXTS = {
    path: path.read_text(encoding="utf-8")
    for path in sorted([*ROOT.glob("*.*"), *(path for part in _PARTS for path in (ROOT / part).rglob("*.*"))])
    if path.is_file()
    and path.suffix in _KINDS
    and not _FOREIGN & set(path.parts)
    and path.name not in {Path(__file__).name, "test_rules_doc.py"}  # these name what does not exist, as examples
}

_SECTION = re.compile(r"\b([A-Z]{2,}),? §(\d+)")
_PRINCIPLE = re.compile(r"\bDESIGN (\d+)\b")
_RISK = re.compile(r"\bRISKS ([A-F])(\d+)(?:-[A-F]?(\d+))?")
_PAGE = re.compile(r"(?<![\w/*<-])((?:\.\./|[\w-]+/)*[\w-]+\.md)\b")
_ID = re.compile(r"[A-Z]\d{1,2}")


def headings(page: str) -> set[str]:
    """Numbers of a page's sections: `## 7. When something is wrong`."""
    return set(re.findall(r"^## (\d+)\.", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE))


def risks() -> dict[str, set[int]]:
    """Numbered risks by chapter letter."""
    found: dict[str, set[int]] = {}
    for chapter in re.split(r"^## ", (ROOT / "docs/risks.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        found[chapter[0]] = {int(number) for number in re.findall(r"^(\d+)\.", chapter, re.MULTILINE)}
    return found


def cited(pattern: re.Pattern[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where something is cited, and what."""
    for path, text in TEXTS.items():
        for match in pattern.finditer(text):
            yield path.relative_to(ROOT).as_posix(), match.groups(default="")


def test_sections_are_those_of_the_design_and_of_the_rule_book() -> None:
    known = {"DESIGN": headings("design.md"), "RULES": headings("rulebook.md")}
    assert [(place, *cite) for place, cite in cited(_SECTION) if cite[1] not in known.get(cite[0], ())] == []


def test_principles_are_those_of_the_design() -> None:
    assert [(place, *cite) for place, cite in cited(_PRINCIPLE) if not 1 <= int(cite[0]) <= 11] == []


def test_risks_are_listed() -> None:
    known = risks()
    assert [
        (place, *cite)
        for place, cite in cited(_RISK)
        if not {int(number) for number in cite[1:] if number} <= known[cite[0]]
    ] == []


def test_documents_that_are_named_are_there() -> None:
    there = [path.as_posix() for path in TEXTS if path.suffix == ".md"]
    missing = [
        (place, page)
        for place, (page,) in cited(_PAGE)
        if not any(f"/{name}".endswith(f"/{page.replace('../', '')}") for name in there)
    ]
    assert missing == []


def ids_that_lead(docstring: str) -> list[str]:
    """The ids with which a docstring begins: `B1, K4: too late` names B1 and K4; a sentence names none."""
    head = docstring.partition("\n")[0].partition(":")[0]
    if re.search(r"\b(RISKS|DESIGN|RULES)\b", head):
        head = re.split(r"\b(?:RISKS|DESIGN|RULES)\b", head)[0]
    words = [word for word in re.split(r"[\s,]+|\band\b", head) if word]
    ids = [part for word in words for part in re.split(r"[-–]", word)]
    return ids if all(_ID.fullmatch(one) for one in ids) else []


@pytest.mark.parametrize(
    ("docstring", "ids"),
    [
        ("B1, K4: too late", ["B1", "K4"]),
        ("D4-D8", ["D4", "D8"]),
        ("C18, RULES §1", ["C18"]),
        ("S1 is on the road.", []),
    ],
)
def test_what_leads(docstring: str, ids: list[str]) -> None:
    assert ids_that_lead(docstring) == ids


def test_tests_begin_with_rules_that_exist() -> None:
    known = read_titles((ROOT / TITLES).read_text(encoding="utf-8"))[1]
    unknown = [
        (source.file, one)
        for source in sources(ROOT)[1]
        for node in ast.walk(ast.parse(source.text))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for one in ids_that_lead(ast.get_docstring(node) or "")
        if one not in known
    ]
    assert unknown == []
