"""What lies in a ticket's dossier besides visits and orders: clocks, warranty and quotes, advice, parts, complaint."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from contracts.business_time import Pause
from contracts.service_desk_duties import CalendarDay
from contracts.service_desk_repairs import FaultOf, PartsRoute, WarrantyState
from service_desk.domain.clocks import STAND_WHILE_WAITING
from service_desk.domain.duties import Duty


@dataclass(frozen=True, slots=True)
class Judged:
    """责任认定 (C5)."""

    warranty: WarrantyState
    fault: FaultOf
    free: bool


@dataclass(frozen=True, slots=True)
class Quote:
    """报价 (C5); the last one given counts."""

    quote_no: str
    parts_fen: int
    travel_fen: int
    labour_fen: int
    valid_until: date | None
    stage: Literal["given", "accepted", "declined"] = "given"

    @property
    def total_fen(self) -> int:
        """What the customer pays."""
        return self.parts_fen + self.travel_fen + self.labour_fen


@dataclass(frozen=True, slots=True)
class Information:
    """售服信息反馈表 (C9)."""

    findings: str
    order_needed: bool
    items: str


@dataclass(frozen=True, slots=True)
class Advice:
    """电话指导 (C6); `solved` is null until somebody followed up."""

    answer_no: int
    answer: str
    solved: bool | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part and where it comes from (C7)."""

    part_no: str
    route: PartsRoute
    sku: str
    name: str
    quantity: int
    reference: str
    return_by: date | None
    asked_by: str
    stage: Literal["asked", "approved", "ready"]


@dataclass(frozen=True, slots=True)
class Expert:
    """A question to the installation manager (C7); `answer` is null until it is answered."""

    reason: Literal["never_seen", "came_back"]
    question: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class SupplierWait:
    """等供应商 (C13); `until` is null while it lasts."""

    wait_no: int
    supplier: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """投诉 (C12) at its level."""

    level: int
    owner_role: str
    conduct: bool
    finding: str | None = None
    solution: str | None = None
    settled: bool = False
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """What the ticket was linked to after it was opened."""

    contract_no: str | None
    sku: str
    product: str
    job_id: str | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """All of it. `forms`: visits whose form is in; `rated`: the customer's own rating by visit; `archived`: visits that
    were archived before the ticket was reopened, for the reason `reopened`."""

    warranty: WarrantyState = "not_asked"
    duties: tuple[Duty, ...] = ()
    judged: Judged | None = None
    quotes: tuple[Quote, ...] = ()
    information: Information | None = None
    advice: Advice | None = None
    parts: tuple[Part, ...] = ()
    expert: Expert | None = None
    repeats: tuple[str, ...] = ()
    waits: tuple[SupplierWait, ...] = ()
    complaint: Complaint | None = None
    link: Link | None = None
    duplicates: tuple[str, ...] = ()
    forms: tuple[int, ...] = ()
    rated: tuple[tuple[int, int, str], ...] = ()
    archived: int = 0
    reopened: str | None = None
    corrections: tuple[CalendarDay, ...] = ()

    def having(self, **changes: Any) -> "Dossier":
        """With other content in the fields named."""
        return replace(self, **changes)

    @property
    def waiting(self) -> SupplierWait | None:
        """The wait for a supplier that still lasts (C13)."""
        return self.waits[-1] if self.waits and self.waits[-1].until is None else None

    def pauses(self, until: datetime) -> tuple[Pause, ...]:
        """When the clocks stood (C13); a wait that still lasts counts up to `until`."""
        spans = ((wait.since, wait.until or max(until, wait.since), wait.supplier) for wait in self.waits)
        return tuple(Pause(*span) for span in spans)

    @property
    def running(self) -> tuple[Duty, ...]:
        """Duties whose clocks do not stand."""
        if self.waiting is None:
            return self.duties
        return tuple(one for one in self.duties if one.watch.duty not in STAND_WHILE_WAITING)


EMPTY = Dossier()
"""Nothing in it yet."""
