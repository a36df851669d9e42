"""What counts, QC and the stock tell each other, on the warehouse's own stream (D7, B21, K19)."""

from collections.abc import Sequence

from contracts.inventory_counts import CountAdjusted, CountCancelled, CountClosed, CountOpened
from contracts.inventory_stock import StockMoved, StockShortReported
from inventory.count.aggregate import COUNT
from inventory.count.settling import NoteBooked
from inventory.count_plan import COUNT_PLAN, NoteSheetBack, NoteSheetOut
from inventory.stock.aggregate import to_card
from inventory.stock.counting import AdjustStock
from runtime.decision import Ask
from runtime.reaction import On, Reaction, on_each


def adjust_stock(event: CountAdjusted) -> Sequence[Ask]:
    """An approved adjustment -> the bin card follows the goods, once per adjustment (D7)."""
    command = AdjustStock(
        at=event.at,
        depot=event.depot,
        sku=event.sku,
        bin=event.bin,
        quantity=event.quantity,
        voucher_no=event.count_no,
        cause_id=event.adjustment_id,
        reason=f"盘点调整 {event.reason}：{event.note}"[:200],
        name=event.name,
        lot=event.lot,
    )
    return (to_card(command),)


def note_booked(event: StockMoved | StockShortReported) -> Sequence[Ask]:
    """The stock's move of a count's adjustment -> the count knows that card and goods agree; where none of them is
    left, that is told as short and there is nothing to move (D9)."""
    if isinstance(event, StockShortReported):
        nothing = NoteBooked(at=event.at, adjustment_id=event.adjustment_id, move_no=0)
        return (Ask(COUNT.key(event.voucher_no), nothing),) if event.adjustment_id else ()
    if event.kind not in ("adjusted", "lost") or event.corrects:
        return ()
    adjustment_id = event.cause_id if event.kind == "adjusted" else event.reason  # lost: of what a contract held
    command = NoteBooked(at=event.at, adjustment_id=adjustment_id, move_no=event.move_no)
    return (Ask(COUNT.key(event.voucher_no), command),)


def keep_plan(event: CountOpened | CountClosed | CountCancelled) -> Sequence[Ask]:
    """A sheet of a planned count goes out, or comes back -> the plan knows (K19)."""
    if event.plan is None:
        return ()
    if isinstance(event, CountOpened):
        out = NoteSheetOut(at=event.at, depot=event.depot, plan=event.plan, count_no=event.count_no)
        return (Ask(COUNT_PLAN.key(event.depot), out),)
    back = NoteSheetBack(
        at=event.at,
        depot=event.depot,
        plan=event.plan,
        count_no=event.count_no,
        done=isinstance(event, CountClosed),
    )
    return (Ask(COUNT_PLAN.key(event.depot), back),)


REACTIONS = (
    Reaction("inventory.adjust_stock_by_count", (On(CountAdjusted, adjust_stock),)),
    Reaction("inventory.note_adjustment_booked", on_each(note_booked, StockMoved, StockShortReported)),
    Reaction("inventory.keep_count_plan", on_each(keep_plan, CountCancelled, CountOpened, CountClosed)),
)
