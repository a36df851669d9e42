"""What the API shows of a day plan (B4, B8), and the day as its rules see it."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel

from contracts.civil_time import civil
from contracts.dispatch_days import CrewOfDay, Slot
from contracts.fact import GoodsLine, Half, JobKind, Window
from dispatch.day.state import Absence, Held, Plan
from dispatch.fields import DEPOT

Json = dict[str, Any]


class SlotView(BaseModel):
    """One place of the day; unconfirmed until its job took it."""

    job_id: str
    kind: JobKind
    contract_no: str
    crew: str
    half: Half
    position: int
    window: Window
    volume_l: int
    lines: list[GoodsLine]
    spread: bool = False
    forced: str | None = None
    confirmed: bool
    expires_at: datetime
    reservation: int
    change_id: str = ""


class AbsenceView(BaseModel):
    """A crew that is not there, or not on that half-day (B8)."""

    crew: str
    half: Half | None
    reason: str


class Adjustment(BaseModel):
    """A change after publishing (B4)."""

    at: datetime
    by: str
    job_id: str
    reason: str


class DayView(BaseModel):
    """The day plan. `edition` 0: not published; `changed`: adjusted since; `version` 0: nobody planned yet."""

    depot: str
    on: date
    crews: list[CrewOfDay]
    plan_due: datetime | None = None
    slots: list[SlotView] = []
    edition: int = 0
    published_at: datetime | None = None
    changed: bool = False
    overdue: bool = False
    adjustments: list[Adjustment] = []
    absences: list[AbsenceView] = []
    told: list[str] = []
    version: int = 0


def day_view(facet: Json | None, on: date, crews: Iterable[CrewOfDay]) -> DayView:
    """A day's row; a day that nobody planned yet shows the crews that would work."""
    if facet is None:
        return DayView(depot=DEPOT, on=on, crews=list(crews))
    return DayView.model_validate(facet)


def plan_of(day: DayView) -> Plan:
    """The day as its rules see it, to work out where a job would go. The day itself decides."""
    held = tuple(
        Held(
            Slot.model_validate(slot.model_dump()),
            slot.reservation,
            slot.expires_at,
            slot.confirmed,
            slot.change_id,
        )
        for slot in day.slots
    )
    absences = tuple(Absence(one.crew, one.half, one.reason) for one in day.absences)
    due = day.plan_due or civil(day.on, time())
    return Plan(day.depot, day.on, tuple(day.crews), due, held, day.version, absences=absences)
