"""Refusals are data: `refusals.toml` of a service holds code, rule and words; a rule names the code and the figures.

A file's tables are codes: `[quote_expired]` with `rule`, `zh`, `en`; `{valid_until}` in the words is a fact that the
rule gives. The answer holds all of them beside its words, or those that `beside` names. Where one code is said in
several ways (what stands in the way of a visit, of an order), each has a table of its own, which names the code.
`{owed_fen:hundredths}` shows 12345 as 123.45, `{owed_fen:yuan}` as ¥123.45, and `{on:month_day}` a day as 3月13日.
`misfits` compares a file with the code that refuses, so that neither can drift.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from contracts.civil_time import SHANGHAI
from runtime.decision import Detail, Rejected


class Words(BaseModel):
    """What one refusal says: the rule it stands on ("" where none applies), and what is wrong and what to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str = ""
    code: str = ""
    """What the answer is called, where it is not the table's name."""
    beside: tuple[str, ...] | None = None
    """Its figures that stand beside the words, where not all of them do."""
    zh: str
    en: str

    @property
    def facts(self) -> frozenset[str]:
        """Names of the figures in its words."""
        return frozenset(name for text in (self.zh, self.en) for _, name, _, _ in Formatter().parse(text) if name)


@dataclass(frozen=True, slots=True)
class Term:
    """A fact that each language calls by its own words; `fact` is what stands beside them (None: nothing)."""

    zh: str
    en: str
    fact: Detail = None

    @classmethod
    def of(cls, value: object) -> "Term":
        """What stands in the words alone."""
        return cls(str(value), str(value))


Told = Detail | date | Term
"""What a rule gives as a fact. A moment stands in the words as civil time and beside them as ISO text, like a day."""


_CATALOGUE: TypeAdapter[dict[str, Words]] = TypeAdapter(dict[str, Words])


@cache
def catalogue(file: Path) -> Mapping[str, Words]:
    """All refusals of a file, by code."""
    return _CATALOGUE.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))


def yuan(fen: int) -> str:
    """Fen -> ¥1,234 or ¥1,234.50."""
    whole, rest = divmod(fen, 100)
    return f"¥{whole:,}.{rest:02d}" if rest else f"¥{whole:,}"


def month_day(day: date) -> str:
    """3月13日."""
    return f"{day.month}月{day.day}日"


class _Figures(Formatter):
    """Fills words with figures."""

    def format_field(self, value: Any, format_spec: str) -> str:
        match format_spec:
            case "hundredths":
                return f"{value / 100:.2f}"
            case "yuan":
                return yuan(value)
            case "month_day":
                return month_day(date.fromisoformat(value))
            case _:
                return str(super().format_field(value, format_spec))


_FIGURES = _Figures()


class Refusals:
    """One service's refusals: `no("quote_expired", quote_no=..., valid_until=...)` is the `Rejected` with its words."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self, name: str, /, *, rule: str | None = None, **facts: Told) -> Rejected:
        """The refusal of this name; its facts stand in the words and beside them. `rule`: where one answers for several
        rules. KeyError for an unknown name."""
        told = catalogue(self.file)[name]
        zh = {key: fact.zh if isinstance(fact, Term) else _shown(fact) for key, fact in facts.items()}
        en = {key: fact.en if isinstance(fact, Term) else _shown(fact) for key, fact in facts.items()}
        beside = {
            key: _plain(fact)
            for key, fact in facts.items()
            if not (isinstance(fact, Term) and fact.fact is None) and (told.beside is None or key in told.beside)
        }
        says = _FIGURES.vformat(told.zh, (), zh), _FIGURES.vformat(told.en, (), en)
        return Rejected(told.code or name, told.rule if rule is None else rule, *says, beside)


def _shown(fact: Detail | date) -> Detail:
    """As words say it."""
    if isinstance(fact, datetime):
        return fact.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return fact.isoformat() if isinstance(fact, date) else fact


def _plain(fact: Told) -> Detail:
    """As it stands beside the words."""
    if isinstance(fact, Term):
        return fact.fact
    return fact.isoformat() if isinstance(fact, date) else fact


def misfits(file: Path, sources: Mapping[str, str]) -> Iterator[str]:
    """What does not fit between a file and the Python sources (name -> text) that call `no(...)` with literal codes:
    a code that is unknown, one that nobody gives, a figure in the words that the rule does not give."""
    known = catalogue(file)
    given: set[str] = set()
    for name, text in sources.items():
        for call in ast.walk(ast.parse(text)):
            match call:
                case ast.Call(func=ast.Name(id="no"), args=[ast.Constant(value=str(code))], keywords=keywords):
                    given.add(code)
                    if code not in known:
                        yield f"{name}:{call.lineno}: {code} is not in {file.name}"
                    elif None not in {k.arg for k in keywords}:
                        lacking = known[code].facts - {k.arg for k in keywords}
                        if lacking:
                            yield f"{name}:{call.lineno}: {code} lacks {', '.join(sorted(lacking))}"
                case ast.Call(func=ast.Name(id="no"), args=[_, *_]):
                    yield f"{name}:{call.lineno}: the code of a refusal is written out, so that it can be found"
                case _:
                    pass
    for code in sorted(known.keys() - given):
        yield f"{file.name}: nobody gives {code}"
