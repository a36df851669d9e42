"""Events of the inventory service (仓库): stream `inventory.events`. Here those with the keys `goods:<contract no>` and
`picklist:<depot>:<date>`; the others in modules of their own, and the table of all."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.fact import Customer, Fact, GoodsLine, Half, Value
from contracts.inventory_counts import (
    AdjustmentBooked,
    CountAdjusted,
    CountCancelled,
    CountClosed,
    CountLineAdded,
    CountOpened,
    CountOverdue,
    CountPlanStarted,
    DifferenceExplained,
    PiecesCounted,
    PlannedCountBegun,
    PlannedCountDone,
    PlannedCountOverdue,
    PlannedSheetBack,
    RecountAsked,
    StockCounted,
)
from contracts.inventory_inbound import (
    InboundChecked,
    InboundExceptionOpened,
    InboundExceptionSettled,
    InboundPapersOverdue,
    InboundPutAway,
    PapersHandedOver,
    SlipCancelled,
    SlipIssued,
)
from contracts.inventory_packing import LabelsIssued, PassedGoodsGone, QualityFailed, QualityPassed
from contracts.inventory_stock import (
    DeadStockReported,
    HeldPiecesMissed,
    LoanApproved,
    LoanAsked,
    LoanCharged,
    LoanGoodsHeld,
    LoanHandedOut,
    LoanOverdue,
    LoanRefused,
    LoanReturned,
    ScrapApplied,
    ScrapApproved,
    ScrapExecuted,
    ScrapGoodsHeld,
    ScrapRefused,
    StockExcessReported,
    StockListCancelled,
    StockListIssued,
    StockListLineHeld,
    StockListLineShort,
    StockListMade,
    StockMoved,
    StockShortReported,
)

Place = Literal["inbound", "loading", "delivery", "installation"]
"""Where damage was found: 入库, 装车, 送货, 安装 (D4)."""

Fault = Literal["carrier", "factory", "crew", "unknown"]
"""Whose fault: 承运, 工厂, 班组, 未明 (D2, D4)."""


class GoodsExpected(Fact):
    """待到货: what the warehouse will receive for a contract."""

    event: Literal["GoodsExpected"] = "GoodsExpected"
    contract_no: str
    customer: Customer
    lines: tuple[GoodsLine, ...]


class GoodsExpectationChanged(Fact):
    """待到货有变 (A6): what the contract's lines are from now on; `lines` are all of them."""

    event: Literal["GoodsExpectationChanged"] = "GoodsExpectationChanged"
    contract_no: str
    customer: Customer
    lines: tuple[GoodsLine, ...]
    reason: str


class GoodsArrived(Fact):
    """到货 (A3, D2): pieces of one contract line lie in the warehouse."""

    event: Literal["GoodsArrived"] = "GoodsArrived"
    contract_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    waybill: str
    arrived_on: date
    bin: str = ""
    """Where they were put; empty: the receiving zone."""
    from_stock: bool = False
    """Pieces of free stock that were allocated to the contract: they lay in the warehouse before."""
    slip_no: str | None = None


class GoodsUnclaimed(Fact):
    """无合同可归 (D9): pieces came for a contract that does not want them (any more); they lie in free stock, or in the
    pending zone when they came damaged (`pending`)."""

    event: Literal["GoodsUnclaimed"] = "GoodsUnclaimed"
    contract_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    bin: str
    pending: bool
    voucher_no: str
    why: Literal["cancelled", "unknown_contract", "unknown_line", "other_sku", "never_left"]


class DamageReported(Fact):
    """破损 (D4): pieces are out of what is available; a leftover ticket follows (C9)."""

    event: Literal["DamageReported"] = "DamageReported"
    damage_id: str
    contract_no: str
    customer: Customer
    line_no: int
    sku: str
    name: str
    quantity: int
    found: Place
    fault: Fault
    photos: tuple[str, ...]
    note: str
    slip_no: str | None = None
    """The inbound slip at whose check it was found."""
    lost: bool = False
    """The pieces are not there at all: nothing goes to the pending zone, the bin card writes them off."""
    count_no: str = ""
    """The count that did not find them (D7) ..."""
    adjustment_id: str = ""
    """... and its adjustment."""


class GoodsIssued(Fact):
    """出库 (D8, B9): pieces left the warehouse for the customer, by list."""

    event: Literal["GoodsIssued"] = "GoodsIssued"
    contract_no: str
    list_no: str
    lines: tuple[GoodsLine, ...]
    short: tuple[GoodsLine, ...] = ()
    """What the list asked for besides, and was not there (D9)."""


class GoodsReleased(Fact):
    """释放 (A6): pieces are no longer the contract's and lie in free stock. Who counts the contract's pieces takes them
    off. `closed`: the contract was cancelled; nothing is kept for it from now on."""

    event: Literal["GoodsReleased"] = "GoodsReleased"
    contract_no: str
    lines: tuple[GoodsLine, ...]
    reason: str
    closed: bool = False
    release_no: str = ""
    """Number of a release by hand; empty when the contract's change released them."""


class GoodsReturned(Fact):
    """退回仓库 (B14, B15): pieces that had left are in the warehouse again, undamaged, for the same contract."""

    event: Literal["GoodsReturned"] = "GoodsReturned"
    contract_no: str
    return_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    returned_on: date
    reason: str
    bin: str = ""


class GoodsReturnAwaited(Fact):
    """待退回: the return was told before the departure was; the pieces return as soon as they have left (X1)."""

    event: Literal["GoodsReturnAwaited"] = "GoodsReturnAwaited"
    contract_no: str
    return_no: str
    lines: tuple[GoodsLine, ...]
    """Empty: all that leaves."""
    returned_on: date
    reason: str


class AllocationAsked(Fact):
    """调配申请 (D8): free stock is to become this contract's."""

    event: Literal["AllocationAsked"] = "AllocationAsked"
    contract_no: str
    allocation_no: str
    depot: str
    line_no: int
    sku: str
    name: str
    quantity: int


class AllocationRefused(Fact):
    """调配不成 (D9): the free stock did not have the pieces."""

    event: Literal["AllocationRefused"] = "AllocationRefused"
    contract_no: str
    allocation_no: str
    line_no: int
    sku: str
    available: int
    held: int = 0
    """Pieces that had been set apart when the contract wanted them no more: free again."""


class PickStop(Value):
    """One stop of the warehouse's picking day."""

    job_id: str
    contract_no: str
    crew: str
    half: Half
    position: int
    lines: tuple[GoodsLine, ...]


class PickListIssued(Fact):
    """送、验清单 (B9, E5): the published plan reached the warehouse ("fax"); what must be ready, stop by stop."""

    event: Literal["PickListIssued"] = "PickListIssued"
    depot: str
    on: date
    version: int
    feedback_due: AwareDatetime
    stops: tuple[PickStop, ...]


class StopFeedback(Value):
    """备齐 or 缺货, for one stop (B6)."""

    job_id: str
    ready: bool
    note: str = ""


class FeedbackOverdue(Fact):
    """8:30 已过，仓库未反馈 (B6, K7)."""

    event: Literal["FeedbackOverdue"] = "FeedbackOverdue"
    depot: str
    on: date
    due: AwareDatetime


class MorningFeedbackGiven(Fact):
    """早上反馈 (B6): the warehouse confirms the day's deliveries, per stop."""

    event: Literal["MorningFeedbackGiven"] = "MorningFeedbackGiven"
    depot: str
    on: date
    due: AwareDatetime
    stops: tuple[StopFeedback, ...]


InventoryEvent = Annotated[
    GoodsExpected
    | GoodsExpectationChanged
    | GoodsArrived
    | GoodsUnclaimed
    | DamageReported
    | GoodsIssued
    | GoodsReleased
    | GoodsReturned
    | GoodsReturnAwaited
    | AllocationAsked
    | AllocationRefused
    | PickListIssued
    | MorningFeedbackGiven
    | FeedbackOverdue
    | SlipIssued
    | SlipCancelled
    | InboundChecked
    | InboundExceptionOpened
    | InboundPutAway
    | InboundExceptionSettled
    | PapersHandedOver
    | InboundPapersOverdue
    | StockMoved
    | StockShortReported
    | StockExcessReported
    | HeldPiecesMissed
    | DeadStockReported
    | LoanAsked
    | LoanGoodsHeld
    | LoanRefused
    | LoanApproved
    | LoanHandedOut
    | LoanOverdue
    | LoanReturned
    | LoanCharged
    | ScrapApplied
    | ScrapGoodsHeld
    | ScrapApproved
    | ScrapRefused
    | ScrapExecuted
    | StockListMade
    | StockListLineHeld
    | StockListLineShort
    | StockListIssued
    | StockListCancelled
    | CountOpened
    | CountLineAdded
    | PiecesCounted
    | StockCounted
    | RecountAsked
    | DifferenceExplained
    | CountAdjusted
    | AdjustmentBooked
    | CountClosed
    | CountCancelled
    | CountOverdue
    | CountPlanStarted
    | PlannedCountBegun
    | PlannedSheetBack
    | PlannedCountDone
    | PlannedCountOverdue
    | QualityPassed
    | QualityFailed
    | PassedGoodsGone
    | LabelsIssued,
    Field(discriminator="event"),
]

WIRE: dict[str, type[Fact]] = {
    "songda.inventory.GoodsExpected.v1": GoodsExpected,
    "songda.inventory.GoodsExpectationChanged.v1": GoodsExpectationChanged,
    "songda.inventory.GoodsArrived.v1": GoodsArrived,
    "songda.inventory.GoodsUnclaimed.v1": GoodsUnclaimed,
    "songda.inventory.DamageReported.v1": DamageReported,
    "songda.inventory.GoodsIssued.v1": GoodsIssued,
    "songda.inventory.GoodsReleased.v1": GoodsReleased,
    "songda.inventory.GoodsReturned.v1": GoodsReturned,
    "songda.inventory.GoodsReturnAwaited.v1": GoodsReturnAwaited,
    "songda.inventory.AllocationAsked.v1": AllocationAsked,
    "songda.inventory.AllocationRefused.v1": AllocationRefused,
    "songda.inventory.PickListIssued.v1": PickListIssued,
    "songda.inventory.MorningFeedbackGiven.v1": MorningFeedbackGiven,
    "songda.inventory.FeedbackOverdue.v1": FeedbackOverdue,
    "songda.inventory.SlipIssued.v1": SlipIssued,
    "songda.inventory.SlipCancelled.v1": SlipCancelled,
    "songda.inventory.InboundChecked.v1": InboundChecked,
    "songda.inventory.InboundExceptionOpened.v1": InboundExceptionOpened,
    "songda.inventory.InboundPutAway.v1": InboundPutAway,
    "songda.inventory.InboundExceptionSettled.v1": InboundExceptionSettled,
    "songda.inventory.PapersHandedOver.v1": PapersHandedOver,
    "songda.inventory.InboundPapersOverdue.v1": InboundPapersOverdue,
    "songda.inventory.StockMoved.v1": StockMoved,
    "songda.inventory.StockShortReported.v1": StockShortReported,
    "songda.inventory.StockExcessReported.v1": StockExcessReported,
    "songda.inventory.HeldPiecesMissed.v1": HeldPiecesMissed,
    "songda.inventory.DeadStockReported.v1": DeadStockReported,
    "songda.inventory.LoanAsked.v1": LoanAsked,
    "songda.inventory.LoanGoodsHeld.v1": LoanGoodsHeld,
    "songda.inventory.LoanRefused.v1": LoanRefused,
    "songda.inventory.LoanApproved.v1": LoanApproved,
    "songda.inventory.LoanHandedOut.v1": LoanHandedOut,
    "songda.inventory.LoanOverdue.v1": LoanOverdue,
    "songda.inventory.LoanReturned.v1": LoanReturned,
    "songda.inventory.LoanCharged.v1": LoanCharged,
    "songda.inventory.ScrapApplied.v1": ScrapApplied,
    "songda.inventory.ScrapGoodsHeld.v1": ScrapGoodsHeld,
    "songda.inventory.ScrapApproved.v1": ScrapApproved,
    "songda.inventory.ScrapRefused.v1": ScrapRefused,
    "songda.inventory.ScrapExecuted.v1": ScrapExecuted,
    "songda.inventory.StockListMade.v1": StockListMade,
    "songda.inventory.StockListLineHeld.v1": StockListLineHeld,
    "songda.inventory.StockListLineShort.v1": StockListLineShort,
    "songda.inventory.StockListIssued.v1": StockListIssued,
    "songda.inventory.StockListCancelled.v1": StockListCancelled,
    "songda.inventory.CountOpened.v1": CountOpened,
    "songda.inventory.CountLineAdded.v1": CountLineAdded,
    "songda.inventory.PiecesCounted.v1": PiecesCounted,
    "songda.inventory.StockCounted.v1": StockCounted,
    "songda.inventory.RecountAsked.v1": RecountAsked,
    "songda.inventory.DifferenceExplained.v1": DifferenceExplained,
    "songda.inventory.CountAdjusted.v1": CountAdjusted,
    "songda.inventory.AdjustmentBooked.v1": AdjustmentBooked,
    "songda.inventory.CountClosed.v1": CountClosed,
    "songda.inventory.CountCancelled.v1": CountCancelled,
    "songda.inventory.CountOverdue.v1": CountOverdue,
    "songda.inventory.CountPlanStarted.v1": CountPlanStarted,
    "songda.inventory.PlannedCountBegun.v1": PlannedCountBegun,
    "songda.inventory.PlannedSheetBack.v1": PlannedSheetBack,
    "songda.inventory.PlannedCountDone.v1": PlannedCountDone,
    "songda.inventory.PlannedCountOverdue.v1": PlannedCountOverdue,
    "songda.inventory.QualityPassed.v1": QualityPassed,
    "songda.inventory.QualityFailed.v1": QualityFailed,
    "songda.inventory.PassedGoodsGone.v1": PassedGoodsGone,
    "songda.inventory.LabelsIssued.v1": LabelsIssued,
}
"""Wire name -> model."""

__all__ = [
    "WIRE",
    "AllocationAsked",
    "AllocationRefused",
    "DamageReported",
    "Fault",
    "FeedbackOverdue",
    "GoodsArrived",
    "GoodsExpectationChanged",
    "GoodsExpected",
    "GoodsIssued",
    "GoodsReleased",
    "GoodsReturnAwaited",
    "GoodsReturned",
    "GoodsUnclaimed",
    "InventoryEvent",
    "MorningFeedbackGiven",
    "PickListIssued",
    "PickStop",
    "Place",
    "StopFeedback",
]
