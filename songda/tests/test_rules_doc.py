"""docs/rules.md: generated from code and tests, honest about what is open, never stale."""

from pathlib import Path

import pytest
import typer

from songda.rules_doc import (
    COMMAND,
    PAGE,
    ROOT,
    TITLES,
    Citation,
    Source,
    Title,
    citations_in_code,
    citations_in_tests,
    current_page,
    ids_in,
    page,
    read_titles,
    rules,
    sources,
)

KNOWN = ("A1", "A2", "A3", "B1", "B2", "B3", "B10", "K4")

CODE = Source(
    "services/order/order/domain/contract.py",
    '''"""合同. The rules of A1."""


class Open:
    """Open (A2)."""

    due: int
    """When it is owed (K4)."""


def book(crew):
    # B1: three days ahead, see RISKS A3, B3
    crew(kind="A3")
    return Rejected("too_early", "B2", rule="B10")


RULE = "B3"
''',
)

TESTS = Source(
    "services/order/tests/test_book.py",
    '''"""Booking."""


def test_two_days_ahead_is_refused():
    """B1, B2"""


def test_nothing_cited():
    book(crew="A1")  # A2


class TestPlan:
    """K4"""

    def test_late(self):
        """On time or not."""

    def given(self):
        pass
''',
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Promise a day (B1, K4).", {"B1", "K4"}),
        ("A1-A3 and B10", {"A1", "A2", "A3", "B10"}),
        ("A1 - A3", {"A1", "A2", "A3"}),
        ("B1–B3", {"B1", "B2", "B3"}),
        ("crew F1, cell AB1, SHA1, B1x, sheet A99", set()),
        ("as RISKS A1-A3, B1 and B2 say", set()),
        ("over several\nRISKS A1,\nA2 lines, B10", {"B10"}),
    ],
)
def test_ids_are_found_where_they_mean_rules(text: str, ids: set[str]) -> None:
    assert ids_in(text, KNOWN) == ids


def test_code_cites_in_docstrings_comments_and_refusals() -> None:
    file = CODE.file
    assert set(citations_in_code(CODE, KNOWN)) == {
        ("A1", Citation(file, "")),
        ("A2", Citation(file, "Open")),
        ("K4", Citation(file, "Open")),
        ("B1", Citation(file, "book")),
        ("B2", Citation(file, "book")),
        ("B10", Citation(file, "book")),
        ("B3", Citation(file, "")),
    }


def test_tests_cite_in_docstrings_and_a_class_speaks_for_its_tests() -> None:
    file = TESTS.file
    assert set(citations_in_tests(TESTS, KNOWN)) == {
        ("B1", Citation(file, "test_two_days_ahead_is_refused")),
        ("B2", Citation(file, "test_two_days_ahead_is_refused")),
        ("K4", Citation(file, "TestPlan.test_late")),
    }


TITLES_OF_TWO = {"A2": Title("导入", "the file is imported"), "B1": Title("预约", "booked ahead")}
CHAPTERS = {"A": Title("合同", "Order"), "B": Title("预约", "Booking")}


def test_the_page_says_where_a_rule_is_decided_and_tested_and_what_is_open() -> None:
    titles = {**TITLES_OF_TWO, "B9": Title("出库", "issued by list")}
    text = page(CHAPTERS, titles, [CODE], [TESTS])
    assert (
        text[text.index("3 条规则") :]
        == """\
3 条规则 rules: 1 有测试 tested, 1 无测试 untested, 1 尚未实现 not there yet

## A 合同 Order

| 规则 rule | | 状态 state | 判定 decided in | 测试 tests |
|---|---|---|---|---|
| A2 | 导入: the file is imported | 无测试 untested | [contract.py](../services/order/order/domain/contract.py) | 0 |

## B 预约 Booking

| 规则 rule | | 状态 state | 判定 decided in | 测试 tests |
|---|---|---|---|---|
| B1 | 预约: booked ahead | 有测试 tested | [contract.py](../services/order/order/domain/contract.py) | 1 |
| B9 | 出库: issued by list | 尚未实现 not there yet |  | 0 |
"""
    )


def test_the_order_of_files_does_not_matter() -> None:
    other = Source("dashboards/dashboards/board/day.py", '"""The board (A2, B1)."""\n')
    assert page(CHAPTERS, TITLES_OF_TWO, [CODE, other], []) == page(CHAPTERS, TITLES_OF_TWO, [other, CODE], [])


def test_every_rule_has_a_title_in_both_languages() -> None:
    """X5"""
    chapters, titles = read_titles((ROOT / TITLES).read_text(encoding="utf-8"))
    expected = [
        f"{chapter}{number}"
        for chapter, last in {"A": 13, "B": 26, "C": 20, "D": 17, "E": 5, "K": 23, "X": 9}.items()
        for number in range(1, last + 1)
    ]
    assert (list(titles), "".join(chapters), all(t.zh and t.en for t in titles.values())) == (expected, "ABCDEKX", True)


def test_tests_are_not_taken_for_code() -> None:
    code, tests = sources(ROOT)
    assert [s.file for s in code if "/tests/" in s.file or s.file.startswith("tests/")] == []
    assert [s.file for s in tests if "tests/" not in s.file] == []


def test_the_page_is_up_to_date() -> None:
    written = (ROOT / PAGE).read_text(encoding="utf-8")
    assert written == current_page(), f"run `{COMMAND}` (or `make docs`) and commit {PAGE}"


def test_the_command_writes_the_page_and_says_whether_it_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / TITLES).write_text((ROOT / TITLES).read_text(encoding="utf-8"), encoding="utf-8")
    rules(tmp_path)
    rules(tmp_path)
    assert capsys.readouterr().out == "✓ 已更新 updated: docs/rules.md\n= 未变 unchanged: docs/rules.md\n"


def test_outside_a_checkout_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as stopped:
        rules(tmp_path)
    assert (stopped.value.exit_code, "is no checkout" in capsys.readouterr().out) == (1, True)
