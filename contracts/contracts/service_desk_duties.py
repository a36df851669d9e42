"""Duties with their clocks, and the calendar by which they are reckoned (X4, C1).

Part of stream `service_desk.events`, with the keys of what owes them; the calendar's is `calendar:<depot>`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.bounds import Days, Few, TimeOfDay
from contracts.fact import Fact, Value


class Telling(Value):
    """Whom an overdue duty is told, and when (X4)."""

    at: AwareDatetime
    role: str


class Watch(Value):
    """A duty with its clock (K, X4): who owes it, by when, when it warns, and who is told if it stays undone."""

    duty: str
    item: str = ""
    """Which of several, e.g. the visit's number or the leftover order's."""
    owner_role: str
    owner: str | None = None
    due: AwareDatetime
    warn_at: AwareDatetime | None = None
    tells: tuple[Telling, ...] = ()
    provisional: bool = False
    """The deadline lies beyond the last published holidays and may still move (C1)."""


class OpenSpan(Value):
    """One span of a day's hours, civil time; closing at 00:00 is midnight."""

    opens: TimeOfDay
    closes: TimeOfDay


class CalendarDay(Value):
    """A day whose hours are other than published (C1): none, it is closed. `why` names the notice."""

    on: Annotated[date, Days()]
    shifts: Annotated[tuple[OpenSpan, ...], Few(1_000)]
    why: str = Field(min_length=1, max_length=200)


class CalendarCorrected(Fact, wire="songda.service_desk.CalendarCorrected.v1"):
    """日历更正 (C1): `days` are new or other than before, `all_days` everything that is corrected now."""

    event: Literal["CalendarCorrected"] = "CalendarCorrected"
    days: tuple[CalendarDay, ...]
    all_days: tuple[CalendarDay, ...]


class CalendarTold(Fact, wire="songda.service_desk.CalendarTold.v1"):
    """A ticket that was opened later hears what was corrected before (C1)."""

    event: Literal["CalendarTold"] = "CalendarTold"
    ticket_id: str
    days: tuple[CalendarDay, ...]


class ClocksReckoned(Fact, wire="songda.service_desk.ClocksReckoned.v1"):
    """时限重算 (C1): the calendar or the policy changed; `watches` are the open clocks whose due time moved."""

    event: Literal["ClocksReckoned"] = "ClocksReckoned"
    ticket_id: str
    calendar: str
    """Revision of the policy by which they were reckoned."""
    reason: str
    watches: tuple[Watch, ...]
    corrections: tuple[CalendarDay, ...] = ()
    """Days by which the ticket's clocks are reckoned from here on, besides the policy."""


class DutyWarned(Fact, wire="songda.service_desk.DutyWarned.v1"):
    """即将到期 (X4)."""

    event: Literal["DutyWarned"] = "DutyWarned"
    subject: str
    duty: str
    item: str
    owner_role: str
    owner: str | None
    due: AwareDatetime


class DutyOverdue(Fact, wire="songda.service_desk.DutyOverdue.v1"):
    """逾期 (K14-K17, K20, C17): not done when its clock ran out. For K13 see ReplyOverdue."""

    event: Literal["DutyOverdue"] = "DutyOverdue"
    subject: str
    duty: str
    item: str
    owner_role: str
    owner: str | None
    due: AwareDatetime


class DutyEscalated(Fact, wire="songda.service_desk.DutyEscalated.v1"):
    """逾期上报 (X4): the owner's superior is told, then the manager."""

    event: Literal["DutyEscalated"] = "DutyEscalated"
    subject: str
    duty: str
    item: str
    owner_role: str
    owner: str | None
    due: AwareDatetime
    level: int
    told: str
    """Role that is told."""
