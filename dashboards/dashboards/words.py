"""Words in the reader's language: the message table (zh is the source, en complete) and how figures are written."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from company.reasons import of_language
from contracts.civil_time import in_shanghai, in_utc
from dashboards.board.view import Say

Lang = Literal["zh", "en"]
Table = Mapping[str, tuple[str, str]]

_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE_FACT = re.compile(r"\d{4}-\d\d-\d\d")


PAGE = "page"
"""The file of words that every page has; the others are named like the page they belong to."""


@cache
def sources() -> Mapping[str, Mapping[str, Table]]:
    """Name of a file of words -> its tables: `words` for the server's pages, `script` for the browser's. A screen's
    words lie in its folder, those of all pages in `words/`."""
    found = sorted(Path(__file__).parent.glob("*/*.toml"))
    return {path.stem: _tables(path.read_text(encoding="utf-8")) for path in found}


def _tables(text: str) -> Mapping[str, Table]:
    return {name: {key: (zh, en) for key, (zh, en) in table.items()} for name, table in tomllib.loads(text).items()}


@cache
def tables() -> Mapping[str, Table]:
    """All files' `words`, and all files' `script`. ValueError for a key that two files have."""
    merged: dict[str, dict[str, tuple[str, str]]] = {"words": {}, "script": {}}
    for source, of_file in sources().items():
        for name, table in of_file.items():
            twice = merged[name].keys() & table.keys()
            if twice:
                raise ValueError(f"{source}.toml: {sorted(twice)} of [{name}] are in another file too")
            merged[name].update(table)
    return merged


class Words:
    """One language's words and ways to write dates, money and spans, at one moment; or on `paper`, which is looked at
    years later: there each date has its year (D11)."""

    def __init__(self, lang: Lang, now: datetime, *, on_paper: bool = False) -> None:
        self.lang: Lang = lang
        self._on_paper = on_paper
        self._column = 0 if lang == "zh" else 1
        self._now = in_shanghai(now)
        self.comma = "，" if lang == "zh" else ", "

    def __call__(self, key: str, /, **facts: object) -> str:
        """The sentence for `key`, filled in. KeyError for a key that is not in the table."""
        return tables()["words"][key][self._column].format(**facts)

    def own(self, text: str) -> str:
        """A text that holds reasons of the system in both languages, in this one alone."""
        return of_language(text, chinese=self.lang == "zh")

    @property
    def paper(self) -> "Words":
        """The same for what is printed."""
        return Words(self.lang, self._now, on_paper=True)

    def _says_year(self, on: date) -> bool:
        return self._on_paper or on.year != self._now.year

    def script(self, page: str) -> Mapping[str, str]:
        """The browser's sentences on a page, unfilled: those of every page and the page's own."""
        tables_of = (sources().get(source, {}).get("script", {}) for source in (PAGE, page))
        return {key: texts[self._column] for table in tables_of for key, texts in table.items()}

    def say(self, said: Say) -> str:
        """A coded sentence: dates and minutes among its figures are written as this language writes them."""
        facts: dict[str, object] = {name: self._fact(value) for name, value in said.facts.items()}
        if "minutes" in said.facts:
            facts["span"] = self.span(int(said.facts["minutes"]))
        if said.code not in tables()["words"]:  # an item that the checklist got later: its own name says it
            return said.code.rpartition(".")[2]
        return self(said.code, **facts).strip()

    def _fact(self, value: str | int) -> str | int:
        if not isinstance(value, str) or _DATE_FACT.match(value) is None:
            return value
        if len(value) == 10:
            return self.short_day(date.fromisoformat(value))
        return self.clock(datetime.fromisoformat(value))

    def clock(self, moment: datetime) -> str:
        """16:42, civil."""
        local = in_shanghai(moment)
        return f"{local.hour}:{local.minute:02}"

    def clock_range(self, starts: datetime, ends: datetime) -> str:
        """9:00–10:30."""
        return f"{self.clock(starts)}–{self.clock(ends)}"

    def short_day(self, on: date) -> str:
        """3/13 (13 Mar)."""
        return f"{on.month}/{on.day}" if self.lang == "zh" else f"{on.day} {_MONTHS[on.month - 1]}"

    def short_date(self, on: date) -> str:
        """3/13 (13 Mar), with the year where it is not this one."""
        if not self._says_year(on):
            return self.short_day(on)
        return f"{on.year}/{on.month}/{on.day}" if self.lang == "zh" else f"{self.short_day(on)} {on.year}"

    def day(self, on: date) -> str:
        """3月13日 周五 (Fri 13 Mar), with the year where it is not this one."""
        weekday = _WEEKDAYS[self.lang][on.weekday()]
        other = self._says_year(on)
        if self.lang == "zh":
            return f"{f'{on.year}年' if other else ''}{on.month}月{on.day}日 周{weekday}"
        return f"{weekday} {on.day} {_MONTHS[on.month - 1]}{f' {on.year}' if other else ''}"

    def moment(self, moment: datetime) -> str:
        """Today 16:42; else 3月12日 16:42; another year, and on paper, with its year."""
        local = in_shanghai(moment)
        if local.date() == self._now.date() and not self._on_paper:
            return self.clock(moment)
        on = local.date()
        other = self._says_year(on)
        if self.lang == "zh":
            return f"{f'{on.year}年' if other else ''}{on.month}月{on.day}日 {self.clock(moment)}"
        return f"{on.day} {_MONTHS[on.month - 1]}{f' {on.year}' if other else ''}, {self.clock(moment)}"

    def month(self, month: str) -> str:
        """2026年3月 (Mar 2026)."""
        year, number = month.split("-")
        return f"{year}年{int(number)}月" if self.lang == "zh" else f"{_MONTHS[int(number) - 1]} {year}"

    def span(self, minutes: int) -> str:
        """18 分; 3 小时 5 分; over 48 h in days."""
        if minutes >= 48 * 60:
            return self("span.days", d=minutes // (24 * 60))
        return self("span.hours", h=minutes // 60, m=minutes % 60) if minutes >= 60 else self("span.minutes", m=minutes)

    def relative_day(self, on: date) -> str:
        """今日, 明日, or nothing."""
        ahead = (on - self._now.date()) / timedelta(days=1)
        return self("board.today") if ahead == 0 else self("board.tomorrow") if ahead == 1 else ""

    @staticmethod
    def money(fen: int) -> str:
        """¥3,172; cents only where there are any."""
        yuan, rest = divmod(fen, 100)
        return f"¥{yuan:,}" if rest == 0 else f"¥{yuan:,}.{rest:02}"

    @staticmethod
    def cubic(litres: int) -> str:
        """8.4 (m³)."""
        return f"{litres / 1000:.1f}".removesuffix(".0")

    @staticmethod
    def stamp(moment: datetime) -> str:
        """For `<time datetime>`: UTC, ISO."""
        return in_utc(moment).isoformat().replace("+00:00", "Z")
