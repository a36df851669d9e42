"""Refusals are data: what is said of a "no" in two languages, and what stands beside it (DESIGN §3)."""

from datetime import UTC, date, datetime
from pathlib import Path

from runtime.decision import Rejected
from runtime.refusal import Refusals, Term, misfits

WORDS = """
[box_open]
zh = "箱子已经打开。"
en = "It is open already."

[too_many]
rule = "D8"
zh = "只剩 {free} 件。"
en = "Only {free} are free."
"""


def test_an_answer_holds_the_figures_that_its_words_name_or_those_that_are_chosen(tmp_path: Path) -> None:
    file = tmp_path / "beside.toml"
    file.write_text('[late]\nbeside = ["days"]\nzh = "{who} {days}"\nen = "{who} {days}"\n', encoding="utf-8")
    assert Refusals(file)("late", who="B1", days=3) == Rejected("late", "", "B1 3", "B1 3", {"days": 3})


def test_one_code_may_answer_for_several_rules_and_shows_money_as_people_write_it(tmp_path: Path) -> None:
    file = tmp_path / "of_money.toml"
    file.write_text(
        '[owed]\nrule = "A7"\nzh = "{who} 还欠 {owed_fen:hundredths} 元"\nen = "until {day}"\n',
        encoding="utf-8",
    )
    refused = Refusals(file)("owed", rule="B15", owed_fen=1234, day=date(2026, 3, 9), who=Term("马娜", "Ma Na"))
    assert refused == Rejected(
        "owed", "B15", "马娜 还欠 12.34 元", "until 2026-03-09", {"owed_fen": 1234, "day": "2026-03-09"}
    )


def test_words_and_rules_are_held_against_one_another(tmp_path: Path) -> None:
    source = 'def a():\n    return no("too_many")\n\n\ndef b(code):\n    return no(code)\n\n\nx = no("gone")\n'
    words = tmp_path / "refusals.toml"
    words.write_text(WORDS, encoding="utf-8")
    assert list(misfits(words, {"a.py": source})) == [
        "a.py:9: gone is not in refusals.toml",
        "a.py:2: too_many lacks free",
        "a.py:6: the code of a refusal is written out, so that it can be found",
        "refusals.toml: nobody gives box_open",
    ]


def test_a_fact_is_said_as_people_read_it_and_stands_beside_as_data(tmp_path: Path) -> None:
    """Moments in civil time, terms in each language, and another code where several say the same."""
    file = tmp_path / "more.toml"
    file.write_text('[late]\ncode = "bad_time"\nzh = "{at}：{who}"\nen = "{at}: {who}"\n', encoding="utf-8")
    refused = Refusals(file)("late", at=datetime(2026, 3, 13, 1, tzinfo=UTC), who=Term("门店", "store", "S01"))
    assert refused == Rejected(
        "bad_time",
        "",
        "2026-03-13 09:00：门店",
        "2026-03-13 09:00: store",
        {"at": "2026-03-13T01:00:00+00:00", "who": "S01"},
    )
