"""The day's row: how a 送货安排表 stands; and which of its changes after publishing were given a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from contracts.civil_time import civil
from contracts.dispatch_days import CrewOfDay, SlotReserved
from dispatch.day.aggregate import DAY
from dispatch.day.state import (
    Absence,
    Day,
    Held,
    Plan,
    Published,
    Unopened,
    differs_from_issue,
)
from dispatch.fields import DEPOT
from runtime.said import Said, Saying
from runtime.view import Row, View, Whole


class DayRow(Row):
    """A depot's day. `edition` 0: not published; `changed`: not what was published any more."""

    depot: str
    on: date
    crews: tuple[CrewOfDay, ...]
    plan_due: datetime
    held: tuple[Held, ...]
    """In the order in which places were given."""
    absences: tuple[Absence, ...]
    edition: int
    published_at: datetime | None
    changed: bool
    overdue: bool
    told: tuple[str, ...]
    """Who heard of the last adjustment (B4)."""
    version: int = 0
    departed: tuple[str, ...] = ()
    """Crews that have left (B11)."""

    @property
    def plan(self) -> Plan:
        """The day as its rules see it, to work out where a job would go. The day itself decides."""
        return Plan(
            self.depot,
            self.on,
            self.crews,
            self.plan_due,
            self.held,
            self.version,
            absences=self.absences,
            departed=self.departed,
        )


def plan_of(row: DayRow | None, on: date, crews: Iterable[CrewOfDay], depot: str = DEPOT) -> Plan:
    """The plan of a depot's day, as last seen; a day that nobody planned for is empty."""
    return Plan(depot, on, tuple(crews), civil(on, time()), (), 0) if row is None else row.plan


def day_row(day: Day) -> DayRow | None:
    """The view."""
    if isinstance(day, Unopened):
        return None
    plan, issued = day.plan, day if isinstance(day, Published) else None
    return DayRow(
        depot=plan.depot,
        on=plan.on,
        crews=plan.crews,
        plan_due=plan.plan_due,
        held=plan.held,
        absences=plan.absences,
        edition=0 if issued is None else issued.edition,
        published_at=None if issued is None else issued.published_at,
        changed=issued is not None and differs_from_issue(issued),
        overdue=day.overdue,
        told=() if issued is None else issued.told,
        departed=plan.departed,
    )


def is_adjustment(event: SlotReserved) -> bool:
    """Whether a published plan was changed (B4)."""
    return event.adjustment_reason is not None


DAYS = View(
    "days",
    "dispatch",
    DAY,
    DayRow,
    day_row,
    indexes=(("row.on",),),
    said=(SlotReserved,),
    said_if=is_adjustment,
)


@dataclass(frozen=True, slots=True)
class DayFile:
    """A day, and what was said of it."""

    row: DayRow
    said: Said

    @property
    def adjustments(self) -> list[Saying[SlotReserved]]:
        """Changes after publishing, with who made them (B4)."""
        return self.said.all(SlotReserved)


DAY_FILES = Whole(DAYS, DayFile)
"""Reads days with what was said of them."""
