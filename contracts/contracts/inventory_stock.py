"""Events of stock: the bin card `stock:<depot>:<sku>`, and the papers by which pieces leave it: `loan:<no>`,
`scrap:<no>`, `stocklist:<no>`."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from contracts.bounds import HowMany, Nth, OneLine
from contracts.fact import Fact, Value
from contracts.spelling import Lot as LotNo
from contracts.spelling import Sku

MoveKind = Literal[
    "received",
    "returned",
    "moved",
    "held",
    "released",
    "set_aside",
    "settled",
    "issued",
    "lent",
    "lent_back",
    "sent_back",
    "scrapped",
    "lost",
    "adjusted",
]
"""What a line of the bin card says:
入库, 退回, 移位, 预留, 释放, 移待处理, 处理完毕, 出库, 借出, 归还, 退厂, 报废, 短缺, 盘点调整."""


class LotPieces(Value):
    """Pieces of one lot (批号, D13); "" where nobody said it."""

    lot: LotNo
    quantity: HowMany


class Lot(Value):
    """Pieces in one place: a bin, for whom they are held, whether they wait for a decision (待处理), and their lot."""

    bin: OneLine
    held_for: OneLine | None
    """A contract number, or `loan:<no>`, `scrap:<no>`, `list:<no>/<line>`, `transfer:<no>/<line>`; null for free
    stock."""
    pending: bool
    quantity: HowMany
    lot: OneLine = ""
    """批号 (D13); "" for pieces of no lot, or of one that nobody said."""


class StockMoved(Fact, wire="songda.inventory.StockMoved.v1"):
    """存卡一行 (D6): pieces of a sku came, went, or lie elsewhere; `taken` left their places, `put` came to theirs.

    Lines are numbered without a gap; `before` and `after` are all pieces of the sku in the depot.
    """

    event: Literal["StockMoved"] = "StockMoved"
    depot: str
    sku: str
    name: str
    move_no: int
    kind: MoveKind
    quantity: int
    taken: tuple[Lot, ...]
    put: tuple[Lot, ...]
    before: int
    after: int
    voucher_no: str
    """The paper behind it (D11): slip, list, waybill, loan, application, count."""
    held_for: str | None
    reason: str
    cause_id: str
    """What asked for it, once: an event's id, or the request's."""
    report_at: AwareDatetime
    """When the pieces are reported as dead stock unless something moves before (D10)."""
    corrects: str = ""
    """更正 (D16): the number of what it takes back, for an `adjusted` that no count asked for."""


class LotMoved(Fact, wire="songda.inventory.LotMoved.v1"):
    """批号去向 (D13): pieces of a lot left for somebody (`quantity` above 0), came back (below), or came in (0), by a
    move of a bin card. Key `lot:<lot>`."""

    event: Literal["LotMoved"] = "LotMoved"
    lot: str
    depot: str
    sku: str
    name: str
    move_no: int
    holder: str
    """A contract number, `loan:<no>` or `list:<no>/<line>`; "" for pieces that came in."""
    quantity: int


class StockShortReported(Fact, wire="songda.inventory.StockShortReported.v1"):
    """短缺 (D9): fewer pieces than somebody needs. `available` of `wanted` pieces are there."""

    event: Literal["StockShortReported"] = "StockShortReported"
    depot: str
    sku: str
    name: str
    wanted: int
    available: int
    needed_for: str | None
    """A contract number, or `loan:<no>`, `scrap:<no>`, `list:<no>/<line>`."""
    voucher_no: str
    reason: str
    adjustment_id: str = ""
    """Of a count's adjustment that found none of these pieces left (D7)."""


class StockExcessReported(Fact, wire="songda.inventory.StockExcessReported.v1"):
    """溢余 (D9): more pieces than the contract or the slip asks for."""

    event: Literal["StockExcessReported"] = "StockExcessReported"
    depot: str
    sku: str
    name: str
    quantity: int
    contract_no: str | None
    voucher_no: str
    reason: str


class HeldPiecesMissed(Fact, wire="songda.inventory.HeldPiecesMissed.v1"):
    """预留短缺 (D7, D9): a count found that pieces held for a contract are not there; the contract lacks them now."""

    event: Literal["HeldPiecesMissed"] = "HeldPiecesMissed"
    depot: str
    sku: str
    name: str
    contract_no: str
    quantity: int
    voucher_no: str
    cause_id: str
    lots: tuple[LotPieces, ...] = ()
    """Of which lots; what is not named is of no lot."""


class DeadStockReported(Fact, wire="songda.inventory.DeadStockReported.v1"):
    """呆滞 (D10): no move for long; told to finance, month by month, with where the pieces lie."""

    event: Literal["DeadStockReported"] = "DeadStockReported"
    depot: str
    sku: str
    name: str
    month: str
    """The month of the report, e.g. `2026-04`."""
    quantity: int
    lots: tuple[Lot, ...]
    idle_since: AwareDatetime
    idle_days: int
    next_report_at: AwareDatetime


# --- loan: a showroom part for a repair --------------------------------------------------------------------------


class LoanAsked(Fact, wire="songda.inventory.LoanAsked.v1"):
    """借用申请 (C7, D12): a piece of the showroom or the stock is wanted for a repair, back by `due_on`."""

    event: Literal["LoanAsked"] = "LoanAsked"
    loan_no: str
    depot: str
    sku: str
    name: str
    quantity: int
    bin: str | None
    ticket_id: str | None
    borrower: str
    purpose: str
    due_on: date
    asked_by: str = ""
    """Person id; older ones do not say it."""


class LoanGoodsHeld(Fact, wire="songda.inventory.LoanGoodsHeld.v1"):
    """已留货: the pieces of a loan are set apart."""

    event: Literal["LoanGoodsHeld"] = "LoanGoodsHeld"
    loan_no: str


class LoanRefused(Fact, wire="songda.inventory.LoanRefused.v1"):
    """不借 (D12): refused by a person, or because the pieces are not there (`short`)."""

    event: Literal["LoanRefused"] = "LoanRefused"
    loan_no: str
    depot: str
    sku: str
    held: bool
    """Whether pieces were set apart, to be released now."""
    short: bool
    reason: str
    refused_by: str


class LoanApproved(Fact, wire="songda.inventory.LoanApproved.v1"):
    """同意借用 (D12)."""

    event: Literal["LoanApproved"] = "LoanApproved"
    loan_no: str
    approved_by: str
    due_on: date
    note: str


class LoanHandedOut(Fact, wire="songda.inventory.LoanHandedOut.v1"):
    """借出 (D12): the pieces left with the borrower, who signed."""

    event: Literal["LoanHandedOut"] = "LoanHandedOut"
    loan_no: str
    depot: str
    sku: str
    name: str
    quantity: int
    borrower: str
    signature_ref: str
    due: AwareDatetime
    """End of the day by which they are back."""
    ticket_id: str | None = None


class LoanOverdue(Fact, wire="songda.inventory.LoanOverdue.v1"):
    """借用逾期 (D12): neither back nor charged in time."""

    event: Literal["LoanOverdue"] = "LoanOverdue"
    loan_no: str
    sku: str
    name: str
    quantity: int
    borrower: str
    due: AwareDatetime


class LoanReturned(Fact, wire="songda.inventory.LoanReturned.v1"):
    """归还 (D12): `good` pieces lie in the bin again, `damaged` ones in the pending zone; `open` are still out."""

    event: Literal["LoanReturned"] = "LoanReturned"
    loan_no: str
    depot: str
    sku: str
    name: str
    good: int
    damaged: int
    bin: str | None
    open: int
    late: bool
    note: str
    lot: str = ""
    """批号 (D13) of what came back; "" where nobody said it."""


class LoanCharged(Fact, wire="songda.inventory.LoanCharged.v1"):
    """作价 (D12): pieces that stay out are paid for."""

    event: Literal["LoanCharged"] = "LoanCharged"
    loan_no: str
    sku: str
    name: str
    quantity: int
    open: int
    amount_fen: int
    charged_to: str
    reason: str


# --- scrap ---------------------------------------------------------------------------------------------------------


class ScrapApplied(Fact, wire="songda.inventory.ScrapApplied.v1"):
    """呆滞报废申请 (D10)."""

    event: Literal["ScrapApplied"] = "ScrapApplied"
    application_no: str
    depot: str
    sku: str
    name: str
    quantity: int
    bin: str | None
    pending: bool
    """From the pending zone, or from free stock."""
    reason: str
    photos: tuple[str, ...]
    applied_by: str
    value_fen: int | None


class ScrapGoodsHeld(Fact, wire="songda.inventory.ScrapGoodsHeld.v1"):
    """已封存: the pieces are set apart until the application is decided."""

    event: Literal["ScrapGoodsHeld"] = "ScrapGoodsHeld"
    application_no: str


class ScrapApproved(Fact, wire="songda.inventory.ScrapApproved.v1"):
    """报废批准 (D10)."""

    event: Literal["ScrapApproved"] = "ScrapApproved"
    application_no: str
    approved_by: str
    note: str


class ScrapRefused(Fact, wire="songda.inventory.ScrapRefused.v1"):
    """报废不批, 撤回 or 缺货 (D10): nothing is scrapped."""

    event: Literal["ScrapRefused"] = "ScrapRefused"
    application_no: str
    depot: str
    sku: str
    held: bool
    short: bool
    reason: str
    refused_by: str


class ScrapExecuted(Fact, wire="songda.inventory.ScrapExecuted.v1"):
    """报废执行 (D10): the pieces are gone, before a witness."""

    event: Literal["ScrapExecuted"] = "ScrapExecuted"
    application_no: str
    depot: str
    sku: str
    name: str
    quantity: int
    executed_by: str
    witness: str
    photos: tuple[str, ...]
    proceeds_fen: int


# --- list: what leaves free stock ----------------------------------------------------------------------------------

StockListPurpose = Literal["repair", "return_to_supplier", "transfer", "other"]
"""维修领料, 退厂, 调拨, 其他."""


class StockListLine(Value):
    """One line of a list that takes pieces out of free stock."""

    line_no: Nth
    sku: Sku
    name: OneLine
    quantity: HowMany
    bin: OneLine | None = None
    pending: bool = False
    lot: LotNo = ""
    """批号 (D13): of this one alone; left out: of one that has them all, if there is one."""


class StockListMade(Fact, wire="songda.inventory.StockListMade.v1"):
    """出库清单 (D8): by this list, and by it alone, pieces of free stock leave the warehouse."""

    event: Literal["StockListMade"] = "StockListMade"
    list_no: str
    depot: str
    purpose: StockListPurpose
    lines: tuple[StockListLine, ...]
    ticket_id: str | None
    receiver: str
    made_by: str
    note: str


class StockListLineHeld(Fact, wire="songda.inventory.StockListLineHeld.v1"):
    """已留货: the pieces of a line are set apart."""

    event: Literal["StockListLineHeld"] = "StockListLineHeld"
    list_no: str
    line_no: int


class StockListLineShort(Fact, wire="songda.inventory.StockListLineShort.v1"):
    """缺货: fewer pieces than the line asks for; nothing was set apart for it."""

    event: Literal["StockListLineShort"] = "StockListLineShort"
    list_no: str
    line_no: int
    available: int


class StockListIssued(Fact, wire="songda.inventory.StockListIssued.v1"):
    """按清单出库 (D8): the lines that were set apart left; both signed."""

    event: Literal["StockListIssued"] = "StockListIssued"
    list_no: str
    depot: str
    purpose: StockListPurpose
    lines: tuple[StockListLine, ...]
    received_by: str
    signature_ref: str
    ticket_id: str | None = None


class StockListCancelled(Fact, wire="songda.inventory.StockListCancelled.v1"):
    """清单作废: what was set apart is free again (`lines`)."""

    event: Literal["StockListCancelled"] = "StockListCancelled"
    list_no: str
    depot: str
    lines: tuple[StockListLine, ...]
    reason: str


# --- what left otherwise than the paper says ------------------------------------------------------------------------

PaperKind = Literal["loan", "scrap", "stocklist"]


class LeftPieces(Value):
    """Of a line of a paper: `was` pieces were said to leave, `right` did."""

    line_no: Nth
    sku: Sku
    name: OneLine
    was: HowMany
    right: HowMany
    pending: bool = False
    """From the pending zone."""
    lot: LotNo = ""


class PaperCorrectionAsked(Fact, wire="songda.inventory.PaperCorrectionAsked.v1"):
    """出库更正申请 (D16): more pieces left by a list, loan or scrap application than it says; it waits for a second
    person."""

    event: Literal["PaperCorrectionAsked"] = "PaperCorrectionAsked"
    paper: PaperKind
    number: str
    correction_no: str
    lines: tuple[LeftPieces, ...]
    bin: str
    reason: str
    asked_by: str


class PaperCorrectionRefused(Fact, wire="songda.inventory.PaperCorrectionRefused.v1"):
    """出库更正不同意, or withdrawn (D16)."""

    event: Literal["PaperCorrectionRefused"] = "PaperCorrectionRefused"
    paper: PaperKind
    number: str
    correction_no: str
    reason: str
    refused_by: str


class PaperCorrected(Fact, wire="songda.inventory.PaperCorrected.v1"):
    """出库更正 (D16): what really left by a list, loan or scrap application. Pieces that never left are in stock again,
    those that left besides are off the card."""

    event: Literal["PaperCorrected"] = "PaperCorrected"
    paper: PaperKind
    number: str
    depot: str
    correction_no: str
    lines: tuple[LeftPieces, ...]
    bin: str
    """Where what never left lies; empty: in the receiving zone, or the pending one."""
    reason: str
    asked_by: str
    witness: str
    """The second person; nobody, where no more left than was said."""


CorrectionOfPaper = PaperCorrectionAsked | PaperCorrectionRefused | PaperCorrected
LoanEvent = (
    LoanAsked
    | LoanGoodsHeld
    | LoanRefused
    | LoanApproved
    | LoanHandedOut
    | LoanOverdue
    | LoanReturned
    | LoanCharged
    | CorrectionOfPaper
)
ScrapEvent = ScrapApplied | ScrapGoodsHeld | ScrapApproved | ScrapRefused | ScrapExecuted | CorrectionOfPaper
StockListEvent = (
    StockListMade | StockListLineHeld | StockListLineShort | StockListIssued | StockListCancelled | CorrectionOfPaper
)
StockEvent = StockMoved | StockShortReported | HeldPiecesMissed | DeadStockReported
