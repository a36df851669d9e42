"""The message table: complete in both languages, and how figures are written."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest

from dashboards import words as module
from dashboards.board.view import Say
from dashboards.words import Words, tables

NOW = datetime(2026, 3, 12, 8, 42, tzinfo=UTC)
PACKAGE = Path(module.__file__).parent


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_sentence_is_there_in_both_languages_with_the_same_blanks():
    """X5"""
    broken = [
        key
        for table in tables().values()
        for key, (zh, en) in table.items()
        if not zh.strip() or not en.strip() or fields(zh) != fields(en)
    ]
    assert broken == []


def test_english_has_no_chinese_left_in_it():
    """X5"""
    left = [key for key, (_, en) in tables()["words"].items() if re.search(r"[\u4e00-\u9fff]", en)]
    assert left == ["lang.other"]


def test_every_sentence_that_templates_and_scripts_ask_for_exists():
    """X5"""
    html = "".join(path.read_text() for path in PACKAGE.glob("*/*.html"))
    script = "".join(path.read_text() for path in PACKAGE.glob("*/*.js"))
    code = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    asked = set(re.findall(r"\bw\('([\w.]+?)'[,)]", html)) | set(re.findall(r"Say\(code=\"([\w.]+)\"", code))
    spoken = set(re.findall(r"\bsay\('([\w.]+)'", script))
    missing = (asked - tables()["words"].keys()) | (spoken - tables()["script"].keys())
    assert missing == set()


@pytest.mark.parametrize(
    ("zh", "en", "write"),
    [
        ("16:42", "16:42", lambda w: w.moment(NOW)),
        ("3月11日 16:58", "11 Mar, 16:58", lambda w: w.moment(datetime(2026, 3, 11, 8, 58, tzinfo=UTC))),
        ("2025年12月3日 8:05", "3 Dec 2025, 8:05", lambda w: w.moment(datetime(2025, 12, 3, 0, 5, tzinfo=UTC))),
        ("3月13日 周五", "Fri 13 Mar", lambda w: w.day(date(2026, 3, 13))),
        ("明日", "Tomorrow", lambda w: w.relative_day(date(2026, 3, 13))),
        ("18 分", "18 min", lambda w: w.span(18)),
        ("3 小时 5 分", "3 h 5 min", lambda w: w.span(185)),
        ("3 天", "3 days", lambda w: w.span(3 * 24 * 60 + 5)),
        ("¥3,172", "¥3,172", lambda w: w.money(317_200)),
        ("¥0.50", "¥0.50", lambda w: w.money(50)),
        ("8.4", "8.4", lambda w: w.cubic(8_400)),
        ("6", "6", lambda w: w.cubic(6_000)),
        ("预计 3/17", "expected 17 Mar", lambda w: w.say(Say(code="lack.eta", facts={"on": "2026-03-17"}))),
        ("还剩 18 分", "18 min left", lambda w: w.say(Say(code="mark.left", facts={"minutes": 18}))),
    ],
)
def test_times_money_and_spans_are_written_as_people_write_them(zh, en, write):
    """X5"""
    assert [write(Words("zh", NOW)), write(Words("en", NOW))] == [zh, en]


def test_paper_carries_the_year_and_the_day_of_each_moment():
    """D11: who looks at it years later knows when it was."""
    zh, en = Words("zh", NOW).paper, Words("en", NOW).paper
    assert [w.moment(NOW) for w in (zh, en)] == ["2026年3月12日 16:42", "12 Mar 2026, 16:42"]
    assert [w.day(date(2026, 3, 13)) for w in (zh, en)] == ["2026年3月13日 周五", "Fri 13 Mar 2026"]
    assert [w.short_date(date(2026, 3, 13)) for w in (zh, en)] == ["2026/3/13", "13 Mar 2026"]


def test_a_checklist_item_that_is_newer_than_the_table_is_named_by_itself():
    """B2"""
    assert Words("zh", NOW).say(Say(code="lack.site.lift")) == "lift"
