"""盘点 Count of stock (D7, K19): bins are counted blind, compared with the card, recounted, explained, adjusted.

One aggregate per count sheet, `count:PD-2603-01`. Blind: until figures are compared the aggregate knows no book figure,
only the number of the last move on each card. Goods may move meanwhile: each figure is compared with the balance at the
moment when it was counted (see card). The steps of a line:

    counted -> compared -> agrees, and is settled
                        -> differs beyond tolerance: recounted by another person, compared again
                        -> differs: explained by the warehouse -> approved by who did not count -> booked by the stock
                                                               -> refused: recounted

An approved adjustment is a wish; the stock makes the move and tells its number. The count closes by itself when the
last line is settled. The rules lie by topic: `counting` (the sheet and its figures), `settling` (differences).
"""

from typing import Any, assert_never

from company.context import Context
from contracts.inventory_counts import CountEvent
from inventory.count import counting, settling
from inventory.count.state import INITIAL, STATES, Cancelled, Closed, Count, Counting, Decision, Unopened, evolve
from inventory.refusals import no
from runtime.aggregate import Aggregate
from runtime.decision import Timer, said_again
from runtime.use_case import UseCase


def due(count: Count) -> tuple[Timer, ...]:
    """The count itself (K19), until it is done or its lateness is noted."""
    if not isinstance(count, Counting) or count.overdue:
        return ()
    return (Timer("overdue", count.due, counting.NoteCountOverdue()),)


def at_the_door(case: UseCase[Any, Any, CountEvent], command: Any, count: Count, ctx: Context) -> Decision:
    """Somebody must have opened the count, and it takes nothing more when it is over."""
    if isinstance(command, counting.OpenCount):
        return case.rule(command, count, ctx)
    match count:
        case Unopened():
            return () if isinstance(command, counting.NoteCountOverdue) else no("count_unopened")
        case Closed():
            quiet = isinstance(command, settling.NoteBooked | counting.NoteCountOverdue)
            return () if quiet else no("count_closed")
        case Cancelled():
            if isinstance(command, counting.CancelCount):
                return said_again(count.reason, command.reason)
            return () if isinstance(command, counting.NoteCountOverdue) else no("count_cancelled")
        case Counting():
            return case.rule(command, count, ctx)
    assert_never(count)


COUNT = Aggregate[Count, CountEvent](
    "count", INITIAL, STATES, evolve, (*counting.USE_CASES, *settling.USE_CASES), due, at_the_door
)
