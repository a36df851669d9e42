"""`songda docs rules`: docs/rules.md, which says of each rule where it is decided and which tests cite it.

Code cites a rule by its id in a docstring or comment, or as the `rule` of a refusal; a test in its docstring. What no
test cites is listed as open: the page is a mirror, not a promise.
"""

import ast
import io
import re
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).parents[2]
"""The checkout: sources, tests and docs side by side."""

PAGE = Path("docs/rules.md")
TITLES = Path("docs/rule_titles.toml")
COMMAND = "songda docs rules"

_ID = r"[A-EKX]\d{1,2}"
_CITED = re.compile(rf"\b({_ID})(?:\s?[-–]\s?({_ID}))?\b")
_ELSEWHERE = re.compile(r"(?:RISKS|risks\.md)\s+(?:[A-F]\d*(?:-[A-F]?\d+)?(?:,\s*|\s+and\s+)?)+")
"""Numbers of another list of ours, which look like rule ids."""


@dataclass(frozen=True, slots=True)
class Title:
    """A rule's name: the trade's Chinese term and a few English words."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """A place that names a rule: file (from the root) and the function or class in it; "" is the file itself."""

    file: str
    place: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text under its path from the root."""

    file: str
    text: str


def read_titles(text: str) -> tuple[dict[str, Title], dict[str, Title]]:
    """Chapters and rules of the titles file, in its order."""
    data = tomllib.loads(text)
    chapters, rules = ({key: Title(**value) for key, value in data[part].items()} for part in ("chapters", "rules"))
    return chapters, rules


def ids_in(text: str, known: Iterable[str]) -> set[str]:
    """Rule ids that a text names, ranges spelled out; neither other ids (crew F1) nor other lists' numbers."""
    wanted = set(known)
    found: set[str] = set()
    for first, last in _CITED.findall(_ELSEWHERE.sub("", text)):
        found.add(first)
        if last and last[0] == first[0]:
            found |= {f"{first[0]}{number}" for number in range(int(first[1:]), int(last[1:]) + 1)}
    return found & wanted


# --- reading code --------------------------------------------------------------------------------------------------

_Scope = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def citations_in_code(source: Source, known: Iterable[str]) -> Iterator[tuple[str, Citation]]:
    """Rules that a module of ours names: docstrings and comments anywhere, and ids handed to a refusal."""
    tree = ast.parse(source.text)
    for place, scope in _scopes(tree):
        for text in _docstrings(scope):
            for rule in ids_in(text, known):
                yield rule, Citation(source.file, place)
    for line, text in _comments(source.text):
        for rule in ids_in(text, known):
            yield rule, Citation(source.file, _place_at(tree, line))
    for line, rule in _refusals(tree):
        if rule in known:
            yield rule, Citation(source.file, _place_at(tree, line))


def citations_in_tests(source: Source, known: Iterable[str]) -> Iterator[tuple[str, Citation]]:
    """Rules that tests name in their docstrings; a docstring of the module or a class speaks for all tests in it."""
    for place, scope in _scopes(ast.parse(source.text)):
        words = ast.get_docstring(scope) or ""
        is_test = isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) and scope.name.startswith("test_")
        for rule in ids_in(words, known):
            if is_test:
                yield rule, Citation(source.file, place)
            elif not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from ((rule, Citation(source.file, test)) for test in _tests_in(scope, place))


def _tests_in(scope: _Scope, place: str) -> Iterator[str]:
    for inner, node in _scopes(scope, place):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield inner


def _scopes(scope: _Scope, place: str = "") -> Iterator[tuple[str, _Scope]]:
    """A scope and all scopes within it, with their dotted names."""
    yield place, scope
    for node in scope.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _scopes(node, f"{place}.{node.name}".lstrip("."))


def _docstrings(scope: _Scope) -> Iterator[str]:
    """The docstring of a scope, and those under its attributes."""
    for node in scope.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _refusals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Ids given to a call, positionally or as `rule=`, or named `...RULE`; `crew="A1"` is no rule."""
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call):
            values = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "rule")]
        elif isinstance(node, ast.Assign) and all(getattr(t, "id", "").endswith("RULE") for t in node.targets):
            values = [node.value]
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.lineno, value.value


def _place_at(tree: ast.Module, line: int) -> str:
    """Dotted name of the innermost scope around a line."""
    inside = [
        place
        for place, scope in _scopes(tree)
        if not isinstance(scope, ast.Module) and scope.lineno <= line <= (scope.end_lineno or scope.lineno)
    ]
    return inside[-1] if inside else ""


# --- the page ------------------------------------------------------------------------------------------------------


def page(chapters: Mapping[str, Title], rules: Mapping[str, Title], code: list[Source], tests: list[Source]) -> str:
    """docs/rules.md: a line a rule. The same sources give the same text, whatever their order."""
    decided = _by_rule(pair for source in code for pair in citations_in_code(source, rules))
    tested = _by_rule(pair for source in tests for pair in citations_in_tests(source, rules))
    states = {rule: _state(rule in decided, rule in tested) for rule in rules}
    count = Counter(states.values())
    lines = [
        "# 规则 Rules",
        "",
        f"由 `{COMMAND}` 从代码和测试的文档字符串生成，请勿手改。规则原文见 [rulebook.md](rulebook.md)。",
        f"Generated by `{COMMAND}` from the docstrings of code and tests; not to be edited. The rules: rulebook.md.",
        "A citation is no proof of completeness: read the tests for what they say of a rule (`git grep -w A3`).",
        "",
        f"{len(rules)} 条规则 rules: " + ", ".join(f"{count[state]} {state}" for state in (TESTED, UNTESTED, UNBUILT)),
    ]
    for chapter, name in chapters.items():
        lines += [
            "",
            f"## {chapter} {name.zh} {name.en}",
            "",
            "| 规则 rule | | 状态 state | 判定 decided in | 测试 tests |",
        ]
        lines += ["|---|---|---|---|---|"]
        lines += [
            f"| {rule} | {title.zh}: {title.en} | {states[rule]} | {_places(decided.get(rule, []))} "
            f"| {len(tested.get(rule, []))} |"
            for rule, title in rules.items()
            if rule[0] == chapter
        ]
    return "\n".join(lines) + "\n"


TESTED, UNTESTED, UNBUILT = "有测试 tested", "无测试 untested", "尚未实现 not there yet"


def _state(decided: bool, tested: bool) -> str:
    return TESTED if tested else UNTESTED if decided else UNBUILT


def _places(citations: list[Citation]) -> str:
    """The files in which a rule is decided, those that say most of it first."""
    named = Counter(citation.file for citation in citations if _domain_first(citation)[0] == 0)
    files = sorted(named, key=lambda file: (-named[file], file))[:FILES_NAMED]
    return ", ".join(f"[{Path(file).name}](../{file})" for file in files)


FILES_NAMED = 3


def _by_rule(pairs: Iterable[tuple[str, Citation]]) -> dict[str, list[Citation]]:
    found: dict[str, set[Citation]] = {}
    for rule, citation in pairs:
        found.setdefault(rule, set()).add(citation)
    return {rule: sorted(citations, key=_domain_first) for rule, citations in found.items()}


def _domain_first(citation: Citation) -> tuple[int, Citation]:
    """Rules are decided in services, apart from their reactions, rows and routes; the rest tells, reacts or shows."""
    shown = ("/reactions", "/api/", "/projections", "/views.py", "/row.py")
    order = ("services/", "company/", "contracts/", "runtime/", "dashboards/")
    if any(part in citation.file for part in shown):
        return len(order), citation
    return next((n for n, part in enumerate(order) if part in citation.file), len(order)), citation


# --- files ---------------------------------------------------------------------------------------------------------


def sources(root: Path) -> tuple[list[Source], list[Source]]:
    """Code and tests of the whole checkout."""
    members = ("contracts", "runtime", "company", "dashboards", "songda", "services/*")
    code = [path for member in members for path in root.glob(f"{member}/*/**/*.py") if "tests" not in path.parts]
    tests = [path for member in (*members, ".") for path in root.glob(f"{member}/tests/**/test_*.py")]
    return (
        [_source(root, path) for path in sorted(code) if path.name != "rules_doc.py"],  # it names rules as examples
        [_source(root, path) for path in sorted(tests) if path.name != "test_rules_doc.py"],
    )


def _source(root: Path, path: Path) -> Source:
    return Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))


def current_page(root: Path = ROOT) -> str:
    """What docs/rules.md ought to say now."""
    chapters, rules = read_titles((root / TITLES).read_text(encoding="utf-8"))
    return page(chapters, rules, *sources(root))


def rules(
    root: Annotated[Path, typer.Option(help="源码目录 | the checkout")] = ROOT,
) -> None:
    """生成 docs/rules.md。 Write docs/rules.md: each rule, where it is decided, which tests cite it."""
    if not (root / TITLES).exists():
        print(f"{root} 不是源码目录：缺少 {TITLES}。 {root} is no checkout: {TITLES} is not there.")
        raise typer.Exit(1)
    text = current_page(root)
    target = root / PAGE
    changed = not target.exists() or target.read_text(encoding="utf-8") != text
    target.write_text(text, encoding="utf-8", newline="\n")
    print(f"{'✓ 已更新 updated' if changed else '= 未变 unchanged'}: {PAGE}")
