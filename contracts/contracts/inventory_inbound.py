"""Events of an inbound slip 入库单: stream `inventory.events`, key `inbound:<slip no>`."""

from typing import Literal

from pydantic import AwareDatetime

from contracts.bounds import HowMany, Nth, OneLine, OptionalId
from contracts.fact import Fact, Value
from contracts.inventory_stock import StockExcessReported, StockShortReported
from contracts.spelling import Lot, Sku

InboundReason = Literal["purchase", "sample", "customer_return", "promotion_return", "transfer"]
"""采购, 下样, 客户退货, 促销品退回, 调拨 (D1)."""

ExceptionKind = Literal["short", "excess", "damage", "no_mark", "no_package", "quality"]
"""短少, 多出, 破损, 无标识, 无包装, 质量问题 (D2, D3)."""

Liability = Literal["carrier", "factory", "store", "customer", "unknown"]
"""承运, 工厂, 门店, 客户, 未明 (D2)."""

SettleOutcome = Literal["accepted", "returned_to_supplier", "to_scrap", "noted"]
"""入库, 退厂, 转报废申请, 备案: what becomes of the pieces of an exception; `noted` where there are none (short)."""


class SlipLine(Value):
    """One line of an inbound slip; for contract goods with the contract's line."""

    line_no: Nth
    sku: Sku
    name: OneLine
    quantity: HowMany
    contract_no: OptionalId | None = None
    contract_line_no: Nth | None = None
    lot: Lot = ""
    """批号 as on the delivery note (D13)."""


class SlipIssued(Fact, wire="songda.inventory.SlipIssued.v1"):
    """入库单 (D1): issued by the accountant; without it nothing enters."""

    event: Literal["SlipIssued"] = "SlipIssued"
    slip_no: str
    depot: str
    reason: InboundReason
    source: str
    """Supplier, store, customer or depot that the goods come from."""
    delivery_note_no: str
    carrier: str
    waybill: str
    lines: tuple[SlipLine, ...]
    issued_by: str
    note: str


class SlipCancelled(Fact, wire="songda.inventory.SlipCancelled.v1"):
    """入库单作废: before anything was checked."""

    event: Literal["SlipCancelled"] = "SlipCancelled"
    slip_no: str
    reason: str


class CheckedLine(Value):
    """What came of a line: `good` pieces may be put away, `aside` ones went to the pending zone, `short` ones lack."""

    line_no: int
    sku: str
    name: str
    expected: int
    counted: int
    good: int
    aside: int
    short: int
    contract_no: str | None = None
    contract_line_no: int | None = None
    lot: str = ""
    """批号 as it stands on the boxes, or as on the delivery note (D13)."""


class InboundChecked(Fact, wire="songda.inventory.InboundChecked.v1"):
    """验收 (D2, D3): counted and looked over against the delivery note; who signed."""

    event: Literal["InboundChecked"] = "InboundChecked"
    slip_no: str
    depot: str
    reason: InboundReason
    in_order: bool
    lines: tuple[CheckedLine, ...]
    checked_by: str
    signature_ref: str
    delivery_note_ref: str
    papers_due: AwareDatetime
    """When slip and supplier's sales list are due at the accountant's (D5, K18)."""
    note: str


class InboundExceptionOpened(Fact, wire="songda.inventory.InboundExceptionOpened.v1"):
    """入库异常 (D2, D3): registered on the spot and reported upward to `told_role`."""

    event: Literal["InboundExceptionOpened"] = "InboundExceptionOpened"
    exception_id: str
    slip_no: str
    depot: str
    line_no: int
    sku: str
    name: str
    kind: ExceptionKind
    quantity: int
    contract_no: str | None
    contract_line_no: int | None
    cause: str
    photos: tuple[str, ...]
    liability: Liability
    carrier_signed_by: str | None
    """The carrier's man, who signed there and then."""
    carrier_signature_ref: str | None
    factory_contact: str | None
    """Who was reached at the factory, and what they said."""
    pieces_aside: int
    """Pieces of it that lie in the pending zone."""
    level: int
    told_role: str
    reason: InboundReason = "purchase"
    waybill: str = ""
    """The carrier's, as on the slip."""
    lot: str = ""


class InboundPutAway(Fact, wire="songda.inventory.InboundPutAway.v1"):
    """上架 (D2, D6): good pieces of a line lie in a bin. `part` counts the line's put-aways."""

    event: Literal["InboundPutAway"] = "InboundPutAway"
    slip_no: str
    depot: str
    reason: InboundReason
    line_no: int
    part: int
    sku: str
    name: str
    quantity: int
    bin: str
    contract_no: str | None
    contract_line_no: int | None
    complete: bool
    """Whether with it all good pieces of the slip lie in their bins."""
    waybill: str = ""
    """The carrier's, as on the slip."""
    lot: str = ""
    """批号 (D13)."""


class InboundExceptionSettled(Fact, wire="songda.inventory.InboundExceptionSettled.v1"):
    """异常处理完毕 (D2): what became of the pieces, who decided."""

    event: Literal["InboundExceptionSettled"] = "InboundExceptionSettled"
    exception_id: str
    slip_no: str
    depot: str
    line_no: int
    sku: str
    name: str
    kind: ExceptionKind
    quantity: int
    outcome: SettleOutcome
    bin: str | None
    """Where accepted pieces lie now."""
    contract_no: str | None
    """The contract that accepted pieces go to; null: free stock."""
    contract_line_no: int | None
    decided_by: str
    packed_and_labelled: bool
    note: str
    lot: str = ""


class PapersHandedOver(Fact, wire="songda.inventory.PapersHandedOver.v1"):
    """单据交会计 (D5, K18): slip and the supplier's sales list."""

    event: Literal["PapersHandedOver"] = "PapersHandedOver"
    slip_no: str
    received_by: str
    sales_list_no: str
    papers_ref: str
    due: AwareDatetime


class InboundPapersOverdue(Fact, wire="songda.inventory.InboundPapersOverdue.v1"):
    """单据逾期未交 (K18)."""

    event: Literal["InboundPapersOverdue"] = "InboundPapersOverdue"
    slip_no: str
    due: AwareDatetime


class Found(Value):
    """What a correction says that is wrong with pieces of a line, as the check ought to have said it."""

    kind: ExceptionKind
    quantity: HowMany
    cause: str
    liability: Liability
    photos: tuple[str, ...] = ()
    carrier_signed_by: str | None = None
    carrier_signature_ref: str | None = None
    factory_contact: str | None = None
    packed_and_labelled: bool = False


class LineFound(Value):
    """A line as it ought to have been checked."""

    line_no: int
    counted: int
    findings: tuple[Found, ...] = ()
    lot: str = ""


class CheckCorrectionAsked(Fact, wire="songda.inventory.CheckCorrectionAsked.v1"):
    """验收更正申请 (D16): fewer pieces came than were counted; it waits for a second person."""

    event: Literal["CheckCorrectionAsked"] = "CheckCorrectionAsked"
    slip_no: str
    correction_no: str
    lines: tuple[LineFound, ...]
    reason: str
    asked_by: str


class CheckCorrectionRefused(Fact, wire="songda.inventory.CheckCorrectionRefused.v1"):
    """验收更正不同意, or withdrawn (D16): the check stays as it was."""

    event: Literal["CheckCorrectionRefused"] = "CheckCorrectionRefused"
    slip_no: str
    correction_no: str
    reason: str
    refused_by: str


class ExceptionLess(Value):
    """Pieces of an exception that are none; with `left` 0 it has ended, and nobody is told of it."""

    exception_id: str
    line_no: int
    kind: ExceptionKind
    quantity: int
    left: int
    aside: int
    """Of these pieces, those that lie in the pending zone: they leave it, to be put away if they are there."""


class PutAwayLess(Value):
    """Pieces of a put-away that are taken back."""

    line_no: int
    part: int
    quantity: int
    bin: str
    lot: str


class LotRight(Value):
    """Pieces on a card as of `was`, which are of `lot` (D13)."""

    line_no: int
    voucher_no: str
    quantity: int
    was: str
    lot: str
    pending: bool


class CheckCorrected(Fact, wire="songda.inventory.CheckCorrected.v1"):
    """验收更正 (D2, D16): what the check of a slip ought to have said; with all that follows of it for what was booked.

    What it finds besides is an `InboundExceptionOpened` of its own.
    """

    event: Literal["CheckCorrected"] = "CheckCorrected"
    slip_no: str
    depot: str
    slip_reason: InboundReason
    correction_no: str
    lines: tuple[CheckedLine, ...]
    """The lines that are corrected, as they are right ..."""
    was: tuple[CheckedLine, ...]
    """... and as they had been."""
    told: tuple[LineFound, ...]
    ended: tuple[ExceptionLess, ...]
    taken_back: tuple[PutAwayLess, ...]
    renamed: tuple[LotRight, ...]
    reason: str
    asked_by: str
    witness: str
    """The second person; nobody, where no fewer pieces came than were counted."""


class PutAwayMoved(Fact, wire="songda.inventory.PutAwayMoved.v1"):
    """上架更正 (D6, D16): pieces of a put-away lie in `bin`; by a line of the bin card that names it."""

    event: Literal["PutAwayMoved"] = "PutAwayMoved"
    slip_no: str
    line_no: int
    part: int
    quantity: int
    from_bin: str
    bin: str
    move_no: int
    reason: str


InboundEvent = (
    SlipIssued
    | SlipCancelled
    | InboundChecked
    | InboundExceptionOpened
    | InboundPutAway
    | InboundExceptionSettled
    | PapersHandedOver
    | InboundPapersOverdue
    | CheckCorrectionAsked
    | CheckCorrectionRefused
    | CheckCorrected
    | PutAwayMoved
    | StockShortReported
    | StockExcessReported
)
