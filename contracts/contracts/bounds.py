"""Bounds of what a person or another system may say: days, moments, texts, numbers, lists. Said once, pure.

A field says its bounds with a mark (`signed_on: PastDay`, `reason: Annotated[str, Text(500, lines=True)]`); a mark does
nothing where it stands, so that events and rows, which share these shapes, are read as they were written.
`contracts.bounding` applies the marks, at every door: request bodies, path and query (`runtime.route`), and commands
that people ask (`runtime.deciding`), wherever they came from.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BeforeValidator, GetJsonSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError

YEARS_BEFORE, YEARS_AHEAD = 2, 3
"""A day lies at most so many years before the company's first day, and so many after today, unless a field differs."""

MARKED = "x-bounds"
"""In a JSON schema: the keys that a mark put there. They hold for what is asked, not for what was once recorded."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where something is asked: on which civil day, of a company that began on which, in which zone."""

    today: date
    first: date
    zone: ZoneInfo

    @property
    def earliest(self) -> date:
        """The first day that anything may be about."""
        return years_from(self.first, -YEARS_BEFORE)

    @property
    def latest(self) -> date:
        """The last day that anything may be about."""
        return years_from(self.today, YEARS_AHEAD)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One value beyond its bounds: where it stands (`customer.name`), and what is wrong with it. Never the value.

    `misspelt`: it can be read, and is no such thing (a phone number of nine digits).
    """

    where: str
    zh: str
    en: str
    misspelt: bool = False


# --- marks --------------------------------------------------------------------------------------------------------


class Mark:
    """What the marks have in common: their keys in a JSON schema."""

    __slots__ = ()

    def keys(self) -> Mapping[str, Any]:
        """Of JSON Schema (2020-12)."""
        raise NotImplementedError

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The type's own schema with the mark's keys."""
        found: dict[str, Any] = handler(schema)
        keys = {key: value for key, value in self.keys().items() if key not in found}
        return {**found, **keys, MARKED: sorted({*found.get(MARKED, ()), *keys})}


@dataclass(frozen=True, slots=True)
class Text(Mark):
    """At most `most` characters after trimming and NFC, without invisible ones; `lines`: it may have several lines."""

    most: int = 200
    least: int = 0
    lines: bool = False

    def keys(self) -> Mapping[str, Any]:
        """Its lengths."""
        return {"maxLength": self.most} | ({"minLength": self.least} if self.least else {})


@dataclass(frozen=True, slots=True)
class Code(Mark):
    """An identifier or number: no spaces, no invisible characters, at most `most` characters."""

    most: int = 120
    least: int = 1

    def keys(self) -> Mapping[str, Any]:
        """Its lengths."""
        return {"maxLength": self.most} | ({"minLength": self.least} if self.least else {})


@dataclass(frozen=True, slots=True)
class Days(Mark):
    """A day or moment at most `back` years before today (else: the company's first day and YEARS_BEFORE) and at most
    `ahead` years after it; `past`: not after today."""

    back: int | None = None
    ahead: int = YEARS_AHEAD
    past: bool = False

    def range(self, door: Door) -> tuple[date, date]:
        """First and last day."""
        first = door.earliest if self.back is None else years_from(door.today, -self.back)
        return first, door.today if self.past else years_from(door.today, self.ahead)

    def keys(self) -> Mapping[str, Any]:
        """JSON Schema has no word for it."""
        first = (
            f"{YEARS_BEFORE} years before the company's first day" if self.back is None else f"{self.back} years ago"
        )
        return {"description": f"From {first} to {'today' if self.past else f'{self.ahead} years from now'}."}


@dataclass(frozen=True, slots=True)
class Whole(Mark):
    """A whole number."""

    least: int
    most: int

    def keys(self) -> Mapping[str, Any]:
        """Its ends."""
        return {"minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Real(Mark):
    """A finite number."""

    least: float
    most: float

    def keys(self) -> Mapping[str, Any]:
        """Its ends."""
        return {"minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Few(Mark):
    """At most so many entries."""

    most: int

    def keys(self) -> Mapping[str, Any]:
        """Its length."""
        return {"maxItems": self.most}


@dataclass(frozen=True, slots=True)
class Clock(Mark):
    """A time of day on the company's clocks, without a zone of its own."""

    def keys(self) -> Mapping[str, Any]:
        """JSON Schema has no word for it."""
        return {"description": "Civil time of the company, without a zone."}


def _written_as_day(value: Any) -> Any:
    """A number is no day: pydantic would take it for seconds since 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and not _DAY.fullmatch(value.strip())):
        raise PydanticCustomError("no_day", "a day is written 2026-03-12", {"zh": "日期请写成 2026-03-12 这样"})
    return value.strip() if isinstance(value, str) else value


def _written_as_moment(value: Any) -> Any:
    """A number is no moment either."""
    if isinstance(value, int | float) or (isinstance(value, str) and not _MOMENT.match(value.strip())):
        raise PydanticCustomError(
            "no_moment",
            "a moment is written 2026-03-12T16:42:00+08:00",
            {"zh": "时间请写成 2026-03-12T16:42:00+08:00 这样，带时区"},
        )
    return value.strip() if isinstance(value, str) else value


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]")

CivilDay = Annotated[date, BeforeValidator(_written_as_day), Days()]
"""A civil day."""
PastDay = Annotated[date, BeforeValidator(_written_as_day), Days(past=True)]
"""A civil day that is not after today: something happened on it."""
FarDay = Annotated[date, BeforeValidator(_written_as_day), Days(back=60, ahead=60)]
"""The end of a licence or a warranty, a day of birth: it may lie far off."""
Moment = Annotated[AwareDatetime, BeforeValidator(_written_as_moment), Days()]
"""A moment with its zone."""
Happened = Annotated[AwareDatetime, BeforeValidator(_written_as_moment), Days(back=110, ahead=110)]
"""When something happened. That it is not to come, and how late it may be told, is for X1 to say (`untimely`)."""
TimeOfDay = Annotated[time, Clock()]
"""Civil time."""
Id = Annotated[str, Code()]
"""An identifier: of an aggregate, a person, a paper, a bin."""
OptionalId = Annotated[str, Code(least=0)]
"""An identifier, or nothing."""
OneLine = Annotated[str, Text(500)]
"""One line of text, or nothing."""
ManyLines = Annotated[str, Text(2_000, lines=True)]
"""Some lines of text, or nothing."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), Text(500, lines=True)]
"""What a person writes: a reason, a name, a number; never blank."""
HowMany = Annotated[int, Whole(0, 1_000_000)]
"""How many: pieces, days, minutes, visits."""
Nth = Annotated[int, Whole(0, 1_000_000)]
"""Number of a line, a place, an attempt."""
MoneyFen = Annotated[int, Whole(0, 1_000_000_000_00)]
"""Money in fen (1/100 CNY), at most a billion yuan."""

ORDINARY_TEXT = Text(500)
ORDINARY_DAYS = Days()
ORDINARY_WHOLE = Whole(-(10**12), 10**12)
ORDINARY_REAL = Real(-1e12, 1e12)
ORDINARY_FEW = Few(10_000)
"""What holds where a field says nothing."""

# --- what holds for values ----------------------------------------------------------------------------------------


def years_from(day: date, years: int) -> date:
    """The same day of another year; 28 February where that year has no 29th. Ends with the calendar."""
    year = min(max(day.year + years, date.min.year), date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def text_flaw(text: str, mark: Text | Code) -> tuple[str, str] | None:
    """What is wrong (zh, en) with a text that `tidy` has gone over."""
    if len(text) > mark.most:
        return f"太长，最多 {mark.most} 个字", f"is too long, at most {mark.most} characters"
    if len(text) < mark.least:
        return (
            ("要填", "is needed")
            if not text
            else (f"至少 {mark.least} 个字", f"has fewer than {mark.least} characters")
        )
    if text.isascii() and text.isprintable() and (isinstance(mark, Text) or " " not in text):
        return None
    allowed = _IN_CODES if isinstance(mark, Code) else _IN_LINES if mark.lines else _IN_LINE
    for place, character in enumerate(text, 1):
        if not (character.isprintable() or character in allowed or _is_spacing(character, mark)) or (
            isinstance(mark, Code) and character == " "
        ):
            shown = "空格" if character == " " else f"不可用的字符 U+{ord(character):04X}"
            named = "a space" if character == " " else f"the character U+{ord(character):04X}, which may not be used"
            return f"第 {place} 个字是{shown}，请删去", f"character {place} is {named}: remove it"
    return None


def tidy(text: str, mark: Text | Code) -> str:
    """Trimmed, in normal form C (Unicode Annex 15), lines ended by a line feed."""
    if text.isascii() and not isinstance(mark, Code) and mark.lines and "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    elif not text.isascii():
        if isinstance(mark, Text) and mark.lines:
            text = _LINE_ENDS.sub("\n", text)
        text = unicodedata.normalize("NFC", text)
    return text.strip()


_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_JOINERS = frozenset("\u200c\u200d")  # they hold emoji and some scripts together
_IN_CODES: frozenset[str] = frozenset()
_IN_LINE = _JOINERS
_IN_LINES = _JOINERS | frozenset("\n\t")


def _is_spacing(character: str, mark: Text | Code) -> bool:
    """Wide and no-break spaces, and characters for private use: rare family names are written with them."""
    return isinstance(mark, Text) and unicodedata.category(character) in {"Zs", "Co"}


def day_flaw(day: date, mark: Days, door: Door) -> tuple[str, str] | None:
    """What is wrong (zh, en) with a day."""
    first, last = mark.range(door)
    if first <= day <= last:
        return None
    return f"应在 {first} 到 {last} 之间，请核对日期", f"must be from {first} to {last}: check the date"


def read_day(text: str, door: Door) -> date | None:
    """A day of an address; None when it is none, or beyond its bounds."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return None if day is None or day_flaw(day, ORDINARY_DAYS, door) is not None else day


def day_of(moment: datetime, door: Door) -> date:
    """The civil day of a moment, wherever it lies: at its edges the calendar ends."""
    try:
        return moment.astimezone(door.zone).date()
    except OverflowError:
        return moment.date()
