"""日历 The desk's calendar as people corrected it (C1): days whose hours are others than the published ones.

One aggregate, `calendar:main`. A correction is an event; every open ticket reckons its clocks anew with it, and every
ticket that is opened later is told. The published holidays stay what the policy says.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.policy import CalendarException, Policy, Shift
from contracts.service_desk import CalendarEvent
from contracts.service_desk_duties import CalendarCorrected, CalendarDay, CalendarTold
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.said import Said
from runtime.use_case import UseCase
from runtime.view import Instant, Row, View
from service_desk.fields import Number, happened
from service_desk.refusals import no
from service_desk.roles import HEADS

MIDNIGHT = "00:00:00"
MAIN = "main"
"""There is one calendar."""


class CorrectCalendar(Command):
    """更正日历 Correct days of the calendar (C1): a day without shifts is closed."""

    command: Literal["CorrectCalendar"] = "CorrectCalendar"
    days: Annotated[tuple[CalendarDay, ...], Field(min_length=1, max_length=100)]


class TellTicket(Command):
    """A ticket was opened: it hears what was corrected before."""

    command: Literal["TellTicket"] = "TellTicket"
    ticket_id: Number


@dataclass(frozen=True, slots=True)
class AsPublished:
    """Nobody corrected anything."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """Days that are other than published, each once, in order."""

    days: tuple[CalendarDay, ...]


Calendar = AsPublished | Corrected
Decision = tuple[CalendarEvent, ...] | Rejected


def correct_calendar(command: CorrectCalendar, calendar: Calendar, ctx: Context) -> Decision:
    """Days get other hours. What holds already is no event; the same day again replaces what was said of it.

    Rules: C1. Refuses: day_twice, shift_backwards, shifts_overlap.
    """
    days = [day.on for day in command.days]
    twice = sorted({day for day in days if days.count(day) > 1})
    if twice:
        text = "、".join(map(str, twice))
        return no("day_twice", days=Term(text, text))
    for day in command.days:
        wrong = _flaw(day)
        if wrong is not None:
            return wrong
    known = days_of(calendar)
    fresh = tuple(day for day in command.days if day not in known)
    if not fresh:
        return ()
    return (CalendarCorrected(at=happened(command, ctx), days=fresh, all_days=_joined(known, fresh)),)


def tell_ticket(command: TellTicket, calendar: Calendar, ctx: Context) -> Decision:
    """A new ticket hears the corrections, if there are any (C1)."""
    days = days_of(calendar)
    if not days:
        return ()
    return (CalendarTold(at=happened(command, ctx), ticket_id=command.ticket_id, days=days),)


def _flaw(day: CalendarDay) -> Rejected | None:
    spans = sorted(day.shifts, key=lambda shift: shift.opens)
    for shift in spans:
        if shift.closes <= shift.opens and shift.closes.isoformat() != MIDNIGHT:
            return no("shift_backwards", day=Term(str(day.on), str(day.on)))
    for earlier, later in pairwise(spans):
        if earlier.closes > later.opens or earlier.closes.isoformat() == MIDNIGHT:
            return no("shifts_overlap", day=Term(str(day.on), str(day.on)))
    return None


def _joined(known: tuple[CalendarDay, ...], fresh: tuple[CalendarDay, ...]) -> tuple[CalendarDay, ...]:
    by_day = {day.on: day for day in (*known, *fresh)}
    return tuple(by_day[on] for on in sorted(by_day))


def days_of(calendar: Calendar) -> tuple[CalendarDay, ...]:
    """The corrected days."""
    match calendar:
        case AsPublished():
            return ()
        case Corrected(days=days):
            return days
    assert_never(calendar)


def evolve(calendar: Calendar, event: CalendarEvent) -> Calendar:
    """The calendar after an event."""
    match event:
        case CalendarCorrected():
            return Corrected(event.all_days)
        case CalendarTold():
            return calendar
    assert_never(event)


def corrected(policy: Policy, days: tuple[CalendarDay, ...]) -> Policy:
    """The policy with corrected days, stronger than holidays and make-up days (C1)."""
    if not days:
        return policy
    exceptions = tuple(
        CalendarException(
            on=day.on,
            shifts=tuple(Shift(opens=shift.opens, closes=shift.closes) for shift in day.shifts),
            why=day.why,
        )
        for day in days
    )
    return policy.model_copy(update={"calendar_exceptions": (*policy.calendar_exceptions, *exceptions)})


CALENDAR = Aggregate[Calendar, CalendarEvent](
    "calendar",
    AsPublished(),
    (AsPublished, Corrected),
    evolve,
    (UseCase(CorrectCalendar, correct_calendar, HEADS), UseCase(TellTicket, tell_ticket)),
)


class CalendarRow(Row):
    """The days that are corrected."""

    days: tuple[CalendarDay, ...]


class Correction(Row):
    """Who corrected which days when."""

    at: Instant
    by: str
    days: tuple[CalendarDay, ...]


def calendar_row(calendar: Calendar) -> CalendarRow:
    """The view."""
    return CalendarRow(days=days_of(calendar))


CALENDARS = View("desk_calendar", "service_desk", CALENDAR, CalendarRow, calendar_row, said=(CalendarCorrected,))


def corrections_of(said: Said) -> list[Correction]:
    """All that was corrected, in order."""
    return [Correction(at=one.event.at, by=one.by, days=one.event.days) for one in said.all(CalendarCorrected)]
