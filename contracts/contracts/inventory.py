"""Events of the inventory service (仓库): stream `inventory.events`. Here those with the keys `goods:<contract no>` and
`picklist:<depot>:<date>`; the others in modules of their own, and the table of all."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.bounds import Few, ManyLines, Nth, OptionalId
from contracts.fact import Customer, Fact, GoodsLine, Half, LineLot, Value
from contracts.inventory_corrections import DamageTakenBack, HandoverCorrected, HandoverCorrectionDeclined
from contracts.inventory_counts import CountEvent, CountPlanEvent
from contracts.inventory_inbound import InboundEvent
from contracts.inventory_packing import LabelsIssued, QualityEvent
from contracts.inventory_stock import (
    LoanEvent,
    LotMoved,
    LotPieces,
    ScrapEvent,
    StockEvent,
    StockExcessReported,
    StockListEvent,
    StockShortReported,
)
from contracts.inventory_transfers import GoodsAtOtherDepot, TransferEvent
from contracts.inventory_vouchers import VoucherEvent

Place = Literal["inbound", "loading", "delivery", "installation"]
"""Where damage was found: 入库, 装车, 送货, 安装 (D4)."""

Fault = Literal["carrier", "factory", "crew", "unknown"]
"""Whose fault: 承运, 工厂, 班组, 未明 (D2, D4)."""


ArrivalDoor = Literal["file", "warehouse", "slip"]
"""By which door an arrival is told: 物流文件, 仓库手工, 入库单 (A2, D1, D2)."""


class GoodsExpected(Fact, wire="songda.inventory.GoodsExpected.v1"):
    """待到货: what the warehouse will receive for a contract."""

    event: Literal["GoodsExpected"] = "GoodsExpected"
    contract_no: str
    customer: Customer
    lines: tuple[GoodsLine, ...]
    depot: str = "main"
    """Which delivers them, and keeps them until then (D17)."""


class GoodsExpectationChanged(Fact, wire="songda.inventory.GoodsExpectationChanged.v1"):
    """待到货有变 (A6): what the contract's lines are from now on; `lines` are all of them."""

    event: Literal["GoodsExpectationChanged"] = "GoodsExpectationChanged"
    contract_no: str
    customer: Customer
    lines: tuple[GoodsLine, ...]
    reason: str
    depot: str = "main"
    """Which delivers them, and keeps them until then (D17)."""


class GoodsArrived(Fact, wire="songda.inventory.GoodsArrived.v1"):
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
    lot: str = ""
    """批号 (D13)."""
    told_by: Literal["", "file", "warehouse", "slip"] = ""
    """Which door it came by; empty in records from before that was told, and for free stock."""
    carrier_waybill: str = ""
    """The carrier's, where `waybill` is the slip's own voucher."""
    told: int | None = None
    """How many were said to have come; `quantity` are those of which no other door had told. null: as `quantity`."""
    depot: str = "main"
    """Where the pieces lie, lay, or are to lie (D17)."""


class ArrivalConfirmed(Fact, wire="songda.inventory.ArrivalConfirmed.v1"):
    """到货已入账 (A2, D2): one door tells of pieces of which another had told: they did not come twice. With a bin,
    they are put away there."""

    event: Literal["ArrivalConfirmed"] = "ArrivalConfirmed"
    contract_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    """Pieces that are here already."""
    waybill: str
    carrier_waybill: str
    told_by: ArrivalDoor
    told: int
    """All pieces of which this door tells; what is more than `quantity` arrives."""
    arrived_on: date
    bin: str
    slip_no: str | None
    lot: str = ""
    """批号 (D13)."""
    was: tuple[LotPieces, ...] = ()
    """Of which lots pieces of it were booked until now that are of `lot`; "" for those of which nobody said any."""
    depot: str = "main"
    """Where the pieces lie, lay, or are to lie (D17)."""


class ArrivalCorrected(Fact, wire="songda.inventory.ArrivalCorrected.v1"):
    """到货更正 (D2, D16): pieces that were told as come are not there. They are no damage, and nobody broke them."""

    event: Literal["ArrivalCorrected"] = "ArrivalCorrected"
    contract_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    """Pieces that were booked here and are taken back."""
    told: int
    """How many of the waybill are not there; those not booked yet will not be."""
    waybill: str
    """The carrier's."""
    named: str = ""
    """The waybill or slip's voucher that a person's correction named."""
    by: Literal["check", "person"]
    correction_no: str
    """The exception of the check, or the number of the correction."""
    reason: str
    asked_by: str = ""
    witness: str = ""
    """The second person, where a person corrects (D16)."""
    lots: tuple[LineLot, ...] = ()
    """Of which lots the pieces are; what is not named is of no lot."""
    depot: str = "main"
    """Where the pieces lie, lay, or are to lie (D17)."""
    pending: bool = False
    """In the pending zone, as damage that was none (D16)."""


class CorrectionAsked(Fact, wire="songda.inventory.CorrectionAsked.v1"):
    """更正申请 (D16): of a waybill or slip, `right` pieces are said to be what it brought, `booked` were booked. Fewer
    wait for a second person (`ArrivalCorrected` or `CorrectionRefused`); more arrive with it."""

    event: Literal["CorrectionAsked"] = "CorrectionAsked"
    contract_no: str
    correction_no: str
    line_no: int
    sku: str
    name: str
    waybill: str
    booked: int
    right: int
    reason: str
    asked_by: str


class CorrectionRefused(Fact, wire="songda.inventory.CorrectionRefused.v1"):
    """更正不同意 (D16): what was booked stays."""

    event: Literal["CorrectionRefused"] = "CorrectionRefused"
    contract_no: str
    correction_no: str
    reason: str
    refused_by: str


class GoodsUnclaimed(Fact, wire="songda.inventory.GoodsUnclaimed.v1"):
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
    lot: str = ""
    why: Literal["cancelled", "unknown_contract", "unknown_line", "other_sku", "never_left"]
    depot: str = "main"
    """Where the pieces lie, lay, or are to lie (D17)."""


class DamageReported(Fact, wire="songda.inventory.DamageReported.v1"):
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
    lots: tuple[LineLot, ...] = ()
    """Of which lots the pieces are; what is not named is of no lot."""
    depot: str = "main"
    """Where the pieces lie, lay, or are to lie (D17)."""


class GoodsIssued(Fact, wire="songda.inventory.GoodsIssued.v1"):
    """出库 (D8, B9): pieces left the warehouse for the customer, by list."""

    event: Literal["GoodsIssued"] = "GoodsIssued"
    contract_no: str
    list_no: str
    lines: tuple[GoodsLine, ...]
    short: tuple[GoodsLine, ...] = ()
    """What the list asked for besides, and was not there (D9)."""
    lots: tuple[LineLot, ...] = ()
    """Of which lots the pieces are; what is not named is of no lot."""
    out_of_deposit: tuple[GoodsLine, ...] = ()
    """Taken up again where they lay in deposit (B14): they had left the warehouse before."""
    depot: str = "main"
    """Where the pieces lie, lay, or are to lie (D17)."""


class GoodsDeposited(Fact, wire="songda.inventory.GoodsDeposited.v1"):
    """寄存 (B14): pieces that left were not delivered and are kept by somebody who signed for them; not in the
    warehouse, nor with the customer. The next vehicle takes them up there."""

    event: Literal["GoodsDeposited"] = "GoodsDeposited"
    contract_no: str
    deposit_no: str
    lines: tuple[GoodsLine, ...]


class IssueCorrected(Fact, wire="songda.inventory.IssueCorrected.v1"):
    """出库更正 (D16): pieces that were issued by a list never left; they lie here for the contract as before."""

    event: Literal["IssueCorrected"] = "IssueCorrected"
    contract_no: str
    correction_no: str
    list_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    bin: str
    reason: str
    corrected_by: str
    lots: tuple[LineLot, ...] = ()
    """Of which lots the pieces are; what is not named is of no lot."""
    depot: str = "main"
    """Where the pieces lie, lay, or are to lie (D17)."""


class GoodsReleased(Fact, wire="songda.inventory.GoodsReleased.v1"):
    """释放 (A6): pieces are no longer the contract's and lie in free stock. Who counts the contract's pieces takes them
    off. `closed`: the contract was cancelled; nothing is kept for it from now on."""

    event: Literal["GoodsReleased"] = "GoodsReleased"
    contract_no: str
    lines: tuple[GoodsLine, ...]
    reason: str
    closed: bool = False
    release_no: str = ""
    """Number of a release by hand; empty when the contract's change released them."""
    to_transfer: bool = False
    """Not free: a transfer holds them (D17)."""
    to_depot: str = ""
    """The depot that delivers the contract from now on, where that is another one (D17)."""
    lots: tuple[LineLot, ...] = ()
    """Of which lots the pieces are; what is not named is of no lot."""
    depot: str = "main"
    """Where the pieces lie, lay, or are to lie (D17)."""


class GoodsNotOwed(Fact, wire="songda.inventory.GoodsNotOwed.v1"):
    """不再欠 (B15, A9): pieces of a line were paid back; the contract needs so many fewer. What of them is here is
    released with it."""

    event: Literal["GoodsNotOwed"] = "GoodsNotOwed"
    contract_no: str
    refund_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    reason: str


class Inspection(Value):
    """退回验收 (D3): what was looked at when pieces came back, and by whom."""

    by: str
    package_whole: bool
    condition_good: bool
    mark_present: bool
    packed_and_labelled: bool
    note: ManyLines = ""
    photos: tuple[str, ...] = ()


class GoodsReturned(Fact, wire="songda.inventory.GoodsReturned.v1"):
    """退回仓库 (B14, B15): pieces that had left are in the warehouse again, received and inspected (D3)."""

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
    lots: tuple[LineLot, ...] = ()
    """Of which lots the pieces are; what is not named is of no lot."""
    broken: bool = False
    """Reported as damaged at the door: they lie in the pending zone and are nobody's. Else they are the contract's."""
    inspection: Inspection | None = None
    """null: by a slip, which has a check of its own, or in records from before crews' returns were inspected."""
    depot: str = "main"
    """Where the pieces lie, lay, or are to lie (D17)."""


class GoodsReturnAwaited(Fact, wire="songda.inventory.GoodsReturnAwaited.v1"):
    """待退回 (B14, B15): pieces are on their way back; they are on the road until they are received and inspected."""

    event: Literal["GoodsReturnAwaited"] = "GoodsReturnAwaited"
    contract_no: str
    return_no: str
    lines: tuple[GoodsLine, ...]
    """Empty: all that leaves."""
    returned_on: date
    reason: str
    broken: bool = False
    """Refused as damaged, and reported so at the door (D4)."""
    crew: str = ""
    out_of_deposit: bool = False
    """They lay in deposit (B14) and nobody is owed them: they are to be fetched; no vehicle takes them up any more."""


class AllocationAsked(Fact, wire="songda.inventory.AllocationAsked.v1"):
    """调配申请 (D8): free stock is to become this contract's."""

    event: Literal["AllocationAsked"] = "AllocationAsked"
    contract_no: str
    allocation_no: str
    depot: str
    line_no: int
    sku: str
    name: str
    quantity: int
    one_lot: bool = False
    """All of them of one lot (D13), or none."""
    lots_first: tuple[str, ...] = ()
    """Lots that the customer has already: asked for first."""
    exchange_lot: str = ""
    """The line is exchanged whole for this lot (D13): what is here of others is given back for it."""


class AllocationRefused(Fact, wire="songda.inventory.AllocationRefused.v1"):
    """调配不成 (D9): the free stock did not have the pieces."""

    event: Literal["AllocationRefused"] = "AllocationRefused"
    contract_no: str
    allocation_no: str
    line_no: int
    sku: str
    available: int
    held: int = 0
    """Pieces that had been set apart when the contract wanted them no more: free again."""
    lots: tuple[LotPieces, ...] = ()
    """Of which lots these were."""
    depot: str = "main"
    """Where the pieces lie, lay, or are to lie (D17)."""


class PickStop(Value):
    """One stop of the warehouse's picking day."""

    job_id: OptionalId
    contract_no: OptionalId
    crew: OptionalId
    half: Half
    position: Nth
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]


class PickListIssued(Fact, wire="songda.inventory.PickListIssued.v1"):
    """送、验清单 (B9, E5): the published plan reached the warehouse ("fax"); what must be ready, stop by stop."""

    event: Literal["PickListIssued"] = "PickListIssued"
    depot: str
    on: date
    version: int
    feedback_due: AwareDatetime
    stops: tuple[PickStop, ...]


class StopFeedback(Value):
    """备齐 or 缺货, for one stop (B6)."""

    job_id: OptionalId
    ready: bool
    note: ManyLines = ""


class FeedbackOverdue(Fact, wire="songda.inventory.FeedbackOverdue.v1"):
    """8:30 已过，仓库未反馈 (B6, K7)."""

    event: Literal["FeedbackOverdue"] = "FeedbackOverdue"
    depot: str
    on: date
    due: AwareDatetime


class MorningFeedbackGiven(Fact, wire="songda.inventory.MorningFeedbackGiven.v1"):
    """早上反馈 (B6): the warehouse confirms the day's deliveries, per stop."""

    event: Literal["MorningFeedbackGiven"] = "MorningFeedbackGiven"
    depot: str
    on: date
    due: AwareDatetime
    stops: tuple[StopFeedback, ...]


GoodsEvent = (
    GoodsExpected
    | GoodsExpectationChanged
    | GoodsArrived
    | ArrivalConfirmed
    | ArrivalCorrected
    | IssueCorrected
    | CorrectionAsked
    | CorrectionRefused
    | HandoverCorrected
    | HandoverCorrectionDeclined
    | DamageTakenBack
    | GoodsUnclaimed
    | DamageReported
    | GoodsIssued
    | GoodsReleased
    | GoodsNotOwed
    | GoodsDeposited
    | GoodsReturned
    | GoodsReturnAwaited
    | AllocationAsked
    | AllocationRefused
    | StockShortReported
    | StockExcessReported
    | GoodsAtOtherDepot
)
PickListEvent = PickListIssued | MorningFeedbackGiven | FeedbackOverdue

InventoryEvent = Annotated[
    GoodsEvent
    | PickListEvent
    | InboundEvent
    | StockEvent
    | LotMoved
    | LoanEvent
    | ScrapEvent
    | StockListEvent
    | TransferEvent
    | CountEvent
    | CountPlanEvent
    | QualityEvent
    | LabelsIssued
    | VoucherEvent,
    Field(discriminator="event"),
]
