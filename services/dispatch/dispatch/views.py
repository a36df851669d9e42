"""What the API shows of jobs, days and runs: the stored rows, cut to what the asking role may see (C18, RULES §1)."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel

from contracts.dispatch import CrewOfDay, Slot
from contracts.fact import ContractLine, Customer, GoodsLine, Half, JobKind, Window
from contracts.masking import customer_for
from contracts.policy import civil
from dispatch.domain.day import DEPOT, Held, Plan
from dispatch.domain.slot_rules import Absence

Json = dict[str, Any]

SEES_CASH = frozenset({"crew_leader", "accountant", "manager"})
"""Cash figures are for leader, accountant, manager."""


class JobView(BaseModel):
    """One job. `status`: plan, pub, way, done, fail; `ready`: booked and the site is ready (deliveries); `version` for
    `If-Match`. Money is null for those who have nothing to do with cash."""

    job_id: str
    kind: JobKind
    contract_no: str
    ticket_id: str | None
    customer: Customer
    district: str
    summary: str
    lines: list[ContractLine]
    volume_l: int
    amount_due_fen: int | None
    promised_on: date | None
    complete_on: date | None
    due_at: datetime | None
    overdue: bool
    status: str
    ready: bool
    missing: list[str]
    call_back_on: date | None
    booked_on: date | None
    booked_half: Half | None
    booked_at: datetime | None
    override_reason: str | None
    depot: str | None
    on: date | None
    half: Half | None
    crew: str | None
    vehicle: str | None
    position: int | None
    window: Window | None
    leader: str | None
    edition: int | None
    warehouse_ready: bool | None
    warehouse_note: str | None
    opened_at: datetime
    ended_at: datetime | None
    outcome: Json | None
    version: int


class JobList(BaseModel):
    """One page of jobs; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[JobView]


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


class RunStopView(BaseModel):
    """One stop of the sorting sheet (分领单)."""

    job_id: str
    contract_no: str
    half: Half
    position: int
    lines: list[GoodsLine]


class RunView(BaseModel):
    """One crew's day. `status`: plan, loaded, way. Cash is null for those who have nothing to do with it (B16)."""

    on: date
    crew: str
    leader: str | None
    vehicle: str
    edition: int
    status: str
    stops: list[RunStopView]
    counted: list[RunStopView] | None
    leader_signed: str | None
    warehouse_signed: str | None
    settlement: str | None
    loaded_at: datetime | None
    departed_at: datetime | None
    list_no: str | None
    collected: list[Json] | None
    handed_in: list[Json] | None
    on_vehicle_fen: int | None
    version: int


def job_view(facet: Json, role: str) -> JobView:
    """A job's row as `role` may see it."""
    shown = {**facet, "customer": customer_for(role, facet["customer"])}
    if role not in SEES_CASH:
        shown["amount_due_fen"] = None
        if facet["outcome"] is not None:
            shown["outcome"] = {key: value for key, value in facet["outcome"].items() if key != "cash_fen"}
    return JobView.model_validate(shown)


def day_view(facet: Json | None, on: date, crews: Iterable[CrewOfDay]) -> DayView:
    """A day's row; a day that nobody planned yet shows the crews that would work."""
    if facet is None:
        return DayView(depot=DEPOT, on=on, crews=list(crews))
    return DayView.model_validate(facet)


def run_view(facet: Json, role: str) -> RunView:
    """A run's row as `role` may see it."""
    hidden = {} if role in SEES_CASH else {"collected": None, "handed_in": None, "on_vehicle_fen": None}
    return RunView.model_validate({**facet, **hidden})


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
