"""What a person or another system may say (X8): days, moments, texts, numbers and lists have bounds at a door."""

import math
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from contracts.bounding import bounded
from contracts.bounds import (
    CivilDay,
    Days,
    Door,
    FarDay,
    Few,
    Flaw,
    Id,
    ManyLines,
    Moment,
    MoneyFen,
    OneLine,
    PastDay,
    Real,
    Text,
    TimeOfDay,
    years_from,
)
from contracts.civil_time import SHANGHAI

DOOR = Door(today=date(2026, 3, 12), first=date(2026, 1, 1), zone=SHANGHAI)


class Inner(BaseModel):
    """A shape that events have too."""

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, Text(5, least=1)]


class Said(BaseModel):
    """One field of each kind."""

    model_config = ConfigDict(frozen=True)

    on: CivilDay | None = None
    signed_on: PastDay | None = None
    licence_until: FarDay | None = None
    at: Moment | None = None
    clock: TimeOfDay | None = None
    number: Id = "T-1"
    line: OneLine = ""
    note: ManyLines = ""
    fen: MoneyFen = 0
    share: Annotated[float, Real(0, 1)] = 0
    names: Annotated[tuple[OneLine, ...], Few(2)] = ()
    inner: Inner | None = None
    inners: tuple[Inner, ...] = ()
    by_name: dict[str, int] = {}
    anything: Any = None
    short: Annotated[str, Field(min_length=1, max_length=3)] = "a"
    coded: Annotated[str, Field(pattern=r"^( A|B)[0-9] ?$")] = "B1"
    bare: str = ""
    bare_day: date | None = None
    bare_moment: datetime | None = None
    bare_number: int = 0
    bare_share: float = 0


def flaws(**fields: Any) -> list[str]:
    """Where something is beyond its bounds."""
    return [flaw.where for flaw in bounded(Said(**fields), DOOR)[1]]


def tidied(**fields: Any) -> Said:
    """What is taken, when nothing is beyond its bounds."""
    said, wrong = bounded(Said(**fields), DOOR)
    assert wrong == ()
    return said


@pytest.mark.parametrize("field", ["on", "bare_day"])
@pytest.mark.parametrize(
    ("day", "taken"),
    [
        (date.min, False),
        (date(1899, 12, 31), False),
        (date(2023, 12, 31), False),
        (date(2024, 1, 1), True),
        (date(2029, 3, 12), True),
        (date(2029, 3, 13), False),
        (date.max, False),
    ],
)
def test_a_day_lies_from_two_years_before_the_company_to_three_years_ahead(
    field: str, day: date, *, taken: bool
) -> None:
    """X8"""
    assert flaws(**{field: day}) == ([] if taken else [field])


def test_what_happened_on_a_day_did_not_happen_tomorrow() -> None:
    """X8"""
    assert flaws(signed_on=date(2026, 3, 12)) == []
    assert flaws(signed_on=date(2026, 3, 13)) == ["signed_on"]


def test_a_licence_ends_far_off_but_not_in_the_year_9999() -> None:
    """X8"""
    assert flaws(licence_until=date(2060, 1, 1)) == []
    assert flaws(licence_until=date.max) == ["licence_until"]


@pytest.mark.parametrize("field", ["at", "bare_moment"])
@pytest.mark.parametrize("hours", [-14, 0, 14])
@pytest.mark.parametrize("year", [1, 1899, 2100, 9999])
def test_a_moment_at_the_edge_of_the_calendar_is_refused_whatever_its_offset(field: str, hours: int, year: int) -> None:
    """X8"""
    zone = timezone(timedelta(hours=hours))
    edge = datetime(year, 1, 1, tzinfo=zone) if year < 2000 else datetime(year, 12, 31, 23, 59, tzinfo=zone)
    assert flaws(**{field: edge}) == [field]


def test_a_moment_is_kept_in_utc_and_judged_by_the_company_s_day() -> None:
    """X1"""
    late = datetime(2029, 3, 13, 5, 0, tzinfo=timezone(timedelta(hours=14)))  # still the 12th in Shanghai
    assert tidied(at=late).at == late
    assert tidied(at=late).model_dump(mode="json")["at"] == "2029-03-12T15:00:00Z"
    assert flaws(bare_moment=datetime(2026, 3, 12)) == ["bare_moment"]


@pytest.mark.parametrize("number", [1773273600, 1.5, "1773273600", "20260312", "2026-W11-4", "2026-3-5", True])
def test_a_number_is_no_day_and_no_moment(number: Any) -> None:
    """X8"""
    for kind in (CivilDay, Moment):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(number)


def test_a_time_of_day_has_no_zone() -> None:
    """X8"""
    assert flaws(clock="08:30") == []
    assert flaws(clock="08:30+14:00") == ["clock"]


INVISIBLE = ["\x00", "\x1b", "\x85", "\ud800", "\u0378", "\U000e0fff", "\u202e", "\u2066", "\u200b", "\ufeff", "\uffff"]


@pytest.mark.parametrize("field", ["number", "line", "note", "bare"])
@pytest.mark.parametrize("character", INVISIBLE, ids=[f"U+{ord(one):04X}" for one in INVISIBLE])
def test_no_text_holds_invisible_characters(field: str, character: str) -> None:
    """X8: NUL, escapes, lone surrogates, unassigned code points, marks that turn the direction of writing."""
    wrong = bounded(Said.model_construct(**{field: f"a{character}b"}), DOOR)[1]
    if field == "note" and character == "\x85":  # an end of line, made a line feed
        assert wrong == ()
    else:
        code = f"U+{ord(character):04X}"
        assert wrong == (
            Flaw(
                field,
                f"第 2 个字是不可用的字符 {code}，请删去",
                f"character 2 is the character {code}, which may not be used: remove it",
            ),
        )


def test_texts_are_trimmed_and_in_normal_form_before_they_are_measured() -> None:
    """X8"""
    said = tidied(line=" \tCafe\u0301 \u3000", note="一\r\n二\r三\n", number="  T-1 ", inner=Inner(name="  12345  "))
    assert (said.line, said.note, said.number) == ("Caf\u00e9", "一\n二\n三", "T-1")
    assert said.inner == Inner(name="12345")


def test_what_a_type_asks_of_a_text_holds_for_the_tidied_text() -> None:
    """X8: one blank is not one character, and what stands between blanks is written as it should be."""
    said = Said(short="  ", coded=" A1 ")
    assert [flaw.where for flaw in bounded(said, DOOR)[1]] == ["short", "coded"]
    assert tidied(short=" a ", coded="B1 ").short == "a"


def test_only_a_note_has_lines_and_only_a_text_has_spaces() -> None:
    """X8"""
    assert flaws(line="a\nb") == ["line"]
    assert flaws(line="a\tb") == ["line"]
    assert flaws(note="a\n\tb") == []
    assert flaws(number="a b") == ["number"]
    assert flaws(line="南海 店\u3000二号 👩\u200d🔧 \ue123") == []


def test_lengths_are_said_in_words() -> None:
    """X8"""
    said = Said(line="长" * 501, number="", inner=Inner(name=" "))
    assert bounded(said, DOOR)[1] == (
        Flaw("number", "要填", "is needed"),
        Flaw("line", "太长，最多 500 个字", "is too long, at most 500 characters"),
        Flaw("inner.name", "要填", "is needed"),
    )


def test_numbers_are_finite_and_bounded() -> None:
    """X8"""
    assert flaws(fen=-1) == ["fen"]
    assert flaws(fen=10**30, bare_number=2**63) == ["fen", "bare_number"]
    assert flaws(share=math.nan, bare_share=math.inf) == ["share", "bare_share"]


def test_what_lists_and_shapes_hold_is_bounded_too() -> None:
    """X8"""
    assert flaws(names=("a", "b", "c")) == ["names"]
    assert flaws(names=("a", "b\x00")) == ["names.2"]
    assert flaws(inners=(Inner(name="a"), Inner(name="123456"))) == ["inners.2.name"]
    assert flaws(by_name={"a": 2**63}) == ["by_name.a"]
    assert flaws(anything={"a": [1, {"b": "\x00", "c": math.inf}]}) == ["anything.a.2.b", "anything.a.2.c"]


def test_what_is_within_its_bounds_stays_the_same_object() -> None:
    """Nothing is copied on the way of the many requests that are as they should be."""
    said = Said(line="a", inners=(Inner(name="a"),), names=("a",))
    assert bounded(said, DOOR)[0] is said


def test_a_mark_does_nothing_where_events_and_rows_are_read() -> None:
    """C5: what was recorded before stays readable."""
    assert Inner(name="a name that is longer than any door takes today \x00").name.endswith("\x00")


def test_the_schema_of_what_is_asked_says_the_bounds() -> None:
    """OpenAPI shows them."""
    properties = Said.model_json_schema()["properties"]
    assert properties["line"] == {
        "default": "",
        "maxLength": 500,
        "title": "Line",
        "type": "string",
        "x-bounds": ["maxLength"],
    }
    assert properties["fen"]["maximum"] == 1_000_000_000_00


def test_the_same_day_of_another_year_exists() -> None:
    """X8"""
    assert years_from(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert years_from(date.max, 3) == date.max
    assert years_from(date.min, -3) == date.min
    assert Days().range(Door(date.max, date.min, SHANGHAI)) == (date.min, date.max)
