"""What the API shows of a day plan (B4, B8)."""

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import BaseModel

from contracts.dispatch_days import CrewOfDay
from contracts.fact import GoodsLine, Half, JobKind, Window
from dispatch.day.row import DayFile
from dispatch.day.state import Held
from dispatch.fields import DEPOT


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


def day_view(day: DayFile | None, on: date, crews: Iterable[CrewOfDay], depot: str = DEPOT) -> DayView:
    """A day; one that nobody planned yet shows the crews that would work."""
    if day is None:
        return DayView(depot=depot, on=on, crews=list(crews))
    row = day.row
    return DayView(
        **row.model_dump(exclude={"held", "absences", "changed"}),
        slots=[_slot(held) for held in row.held],
        changed=row.changed,
        adjustments=[
            Adjustment(
                at=one.event.at, by=one.by, job_id=one.event.slot.job_id, reason=one.event.adjustment_reason or ""
            )
            for one in day.adjustments
        ],
        absences=[AbsenceView(crew=one.crew, half=one.half, reason=one.reason) for one in row.absences],
    )


def _slot(held: Held) -> SlotView:
    return SlotView(
        **held.slot.model_dump(),
        confirmed=held.confirmed,
        expires_at=held.expires_at,
        reservation=held.reservation,
        change_id=held.change_id,
    )
