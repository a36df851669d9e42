"""Events of stock counts (盘点, D7) and of their plan (K19). Part of stream `inventory.events`, keys `count:<count no>`
and `countplan:<depot>`.

Counts are blind: no event before the comparison carries a book figure, only the number of the last move on the card.
"""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from contracts.bounds import Nth, OneLine
from contracts.fact import Fact, Value
from contracts.spelling import Sku

CountKind = Literal["cycle", "full"]
"""循环盘点, 全盘."""

CountReason = Literal["unrecorded_move", "wrong_bin", "damage", "loss", "found", "earlier_miscount", "label", "other"]
"""Why card and goods differ: 漏记出入库, 放错库位, 破损, 丢失, 多出, 前次点错, 标签错, 其他."""


class CountTarget(Value):
    """One line of a count sheet (盘点表): what is to be counted where, and how far its card had got."""

    sku: Sku
    name: OneLine
    zone: OneLine
    bin: OneLine
    move_no: Nth
    """Number of the sku's last move when the line came onto the sheet."""
    lot: OneLine | None = None
    """批号 (D13): pieces of this lot alone, "" for pieces of no lot; null: whatever lies there, but for lots that have
    lines of their own."""
    lot_found: bool = False
    """The lot was found at the count, the sheet did not name it: a question until somebody counted it again (D7)."""


class CountOpened(Fact, wire="songda.inventory.CountOpened.v1"):
    """开盘: these bins are to be counted by `due` (K19)."""

    event: Literal["CountOpened"] = "CountOpened"
    count_no: str
    depot: str
    kind: CountKind
    chosen: str
    """How the lines were chosen, in words: 全盘, 库区 A, A 类, 90 天未盘."""
    plan: str | None
    due: AwareDatetime
    targets: tuple[CountTarget, ...]


class CountLineAdded(Fact, wire="songda.inventory.CountLineAdded.v1"):
    """加行: goods were found that the sheet does not name."""

    event: Literal["CountLineAdded"] = "CountLineAdded"
    count_no: str
    target: CountTarget


class PiecesCounted(Fact, wire="songda.inventory.PiecesCounted.v1"):
    """点数: a figure without the book beside it. `at` is when it was counted. A later figure of a round replaces it."""

    event: Literal["PiecesCounted"] = "PiecesCounted"
    count_no: str
    sku: str
    bin: str
    quantity: int
    round: int
    """1 the count, 2 the first recount, ..."""
    counted_by: str
    lot: str = ""


class CountedLine(Value):
    """A counted figure beside the book's balance at the moment of counting."""

    sku: str
    name: str
    bin: str
    counted: int
    book: int
    difference: int
    """Counted less book: a surplus is positive."""
    counted_at: AwareDatetime
    counted_by: str
    round: int
    move_no: int
    """Last move of the card that the comparison knew."""
    within_tolerance: bool
    lot: str = ""


class StockCounted(Fact, wire="songda.inventory.StockCounted.v1"):
    """对账 (D7): figures of one round, compared."""

    event: Literal["StockCounted"] = "StockCounted"
    count_no: str
    depot: str
    lines: tuple[CountedLine, ...]


class CountKey(Value):
    """Which line of a count; `lot` is "" too for a line of whatever lies there."""

    sku: str
    bin: str
    lot: str = ""


class RecountAsked(Fact, wire="songda.inventory.RecountAsked.v1"):
    """复盘 (D7): differences beyond tolerance, a refused adjustment, or moves told late; by another person."""

    event: Literal["RecountAsked"] = "RecountAsked"
    count_no: str
    lines: tuple[CountKey, ...]
    reason: Literal["beyond_tolerance", "refused", "moves_told_late"]
    note: str


class DifferenceExplained(Fact, wire="songda.inventory.DifferenceExplained.v1"):
    """差异原因 (D7): why a line differs."""

    event: Literal["DifferenceExplained"] = "DifferenceExplained"
    count_no: str
    sku: str
    bin: str
    reason: CountReason
    note: str
    photos: tuple[str, ...] = ()
    lot: str = ""


class CountAdjusted(Fact, wire="songda.inventory.CountAdjusted.v1"):
    """批准调整 (D7): the card is to follow the goods by `quantity` pieces (signed). The move itself is the stock's."""

    event: Literal["CountAdjusted"] = "CountAdjusted"
    count_no: str
    adjustment_id: str
    depot: str
    sku: str
    name: str
    bin: str
    quantity: int
    book: int
    counted: int
    counted_at: AwareDatetime
    reason: CountReason
    note: str
    approved_by: str
    lot: str | None = None
    """批号 (D13): pieces of this lot, "" of none; null: of whichever lie there."""


class AdjustmentBooked(Fact, wire="songda.inventory.AdjustmentBooked.v1"):
    """已调账 (D7): the stock made the move of an approved adjustment."""

    event: Literal["AdjustmentBooked"] = "AdjustmentBooked"
    count_no: str
    adjustment_id: str
    sku: str
    bin: str
    move_no: int
    lot: str = ""


class CountClosed(Fact, wire="songda.inventory.CountClosed.v1"):
    """盘点结束 (D7): every line agrees or was adjusted. Accuracy is of the figures before any adjustment."""

    event: Literal["CountClosed"] = "CountClosed"
    count_no: str
    depot: str
    kind: CountKind
    plan: str | None
    due: AwareDatetime
    lines: int
    lines_right: int
    pieces_book: int
    pieces_off: int
    """Sum of the differences' sizes."""


class CountCancelled(Fact, wire="songda.inventory.CountCancelled.v1"):
    """盘点作废: nothing was adjusted."""

    event: Literal["CountCancelled"] = "CountCancelled"
    count_no: str
    reason: str
    depot: str = "main"
    plan: str | None = None


class CountOverdue(Fact, wire="songda.inventory.CountOverdue.v1"):
    """盘点超时 (K19)."""

    event: Literal["CountOverdue"] = "CountOverdue"
    count_no: str
    depot: str
    kind: CountKind
    due: AwareDatetime


class PlannedCount(Value):
    """One item of the plan: which count falls due when."""

    plan: str
    name: str
    due: AwareDatetime


class CountPlanStarted(Fact, wire="songda.inventory.CountPlanStarted.v1"):
    """盘点计划 (K19): counts fall due from now on, by the policy's plan."""

    event: Literal["CountPlanStarted"] = "CountPlanStarted"
    depot: str
    counts: tuple[PlannedCount, ...]


class PlannedCountBegun(Fact, wire="songda.inventory.PlannedCountBegun.v1"):
    """计划盘点开盘: a sheet of the plan is out."""

    event: Literal["PlannedCountBegun"] = "PlannedCountBegun"
    depot: str
    plan: str
    count_no: str


class PlannedSheetBack(Fact, wire="songda.inventory.PlannedSheetBack.v1"):
    """一张盘点表完成或作废; other sheets of the same planned count are still out, or the count is to be begun again."""

    event: Literal["PlannedSheetBack"] = "PlannedSheetBack"
    depot: str
    plan: str
    count_no: str
    done: bool


class PlannedCountDone(Fact, wire="songda.inventory.PlannedCountDone.v1"):
    """计划盘点完成 (K19), late or in time: its last sheet is done; the next one falls due."""

    event: Literal["PlannedCountDone"] = "PlannedCountDone"
    depot: str
    plan: str
    count_no: str
    due: AwareDatetime
    done_on: date
    following: AwareDatetime
    """When the next one of this item falls due."""


class PlannedCountOverdue(Fact, wire="songda.inventory.PlannedCountOverdue.v1"):
    """计划盘点超时 (K19): the plan's day passed without a finished count."""

    event: Literal["PlannedCountOverdue"] = "PlannedCountOverdue"
    depot: str
    plan: str
    name: str
    due: AwareDatetime


CountEvent = (
    CountOpened
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
)
CountPlanEvent = CountPlanStarted | PlannedCountBegun | PlannedSheetBack | PlannedCountDone | PlannedCountOverdue
