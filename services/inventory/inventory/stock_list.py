"""出库清单 List by which pieces of free stock leave: parts for a repair, back to the supplier, transfer (C7, D8).

One aggregate per list, `stocklist:LL260321001`. Made by a supervisor, its lines are set apart in the stock; what was
set apart is handed out against a signature. No list, no goods.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, assert_never, get_args

from pydantic import Field

from company.context import Context
from contracts import inventory_stock as facts
from contracts.bounds import HowMany, Nth, OptionalId
from contracts.inventory_stock import StockListEvent
from inventory.depots import depot_flaw
from inventory.fields import MAX_PIECES, Note, PaperNo, Text, dated
from inventory.refusals import no
from inventory.who import KEEPER, MAKES_LISTS
from inventory.wrong_issue import Corrections, Issued, after, right, use_cases
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected, said_again
from runtime.use_case import Born, UseCase

EVENTS: tuple[type[StockListEvent], ...] = get_args(StockListEvent)

# --- commands -----------------------------------------------------------------------------------------------------


class MakeStockList(Command):
    """开出库清单 Make a list (C7, D8)

    Parts for a repair, pieces back to the supplier, a transfer: pieces of free stock that may leave. Without `list_no`
    one is made. Answers the number in `body.list_no`.
    """

    command: Literal["MakeStockList"] = "MakeStockList"
    list_no: PaperNo
    depot: OptionalId = "main"
    purpose: facts.StockListPurpose
    lines: Annotated[tuple[facts.StockListLine, ...], Field(min_length=1, max_length=200)]
    ticket_id: Text | None = None
    receiver: Text
    note: Note = ""


class NoteLineGoods(Command):
    """The stock's answer to one line."""

    command: Literal["NoteLineGoods"] = "NoteLineGoods"
    line_no: Nth
    held: bool
    available: HowMany = 0


class IssueStockList(Command):
    """按清单出库 Issue by list (D8)

    What was set apart leaves, signed for; lines without goods stay behind.
    """

    command: Literal["IssueStockList"] = "IssueStockList"
    received_by: Text
    signature_ref: Note = ""


class CancelStockList(Command):
    """清单作废 Void a list (D8)

    What was set apart is free again.
    """

    command: Literal["CancelStockList"] = "CancelStockList"
    reason: Text


# --- states -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoList:
    """No list, no goods."""


@dataclass(frozen=True, slots=True)
class Open:
    """Made; line numbers that are set apart, and that are short."""

    made: facts.StockListMade
    held: tuple[int, ...] = ()
    short: tuple[int, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether the stock has not answered for every line yet."""
        return len(self.held) + len(self.short) < len(self.made.lines)


@dataclass(frozen=True, slots=True)
class Finished:
    """Issued or void."""

    made: facts.StockListMade
    held: tuple[int, ...]
    short: tuple[int, ...]
    issued: bool
    said: str = ""
    """Who took it, or why it is void."""
    corrections: Corrections = field(default_factory=Corrections)
    """Of what left by it (D16)."""


Known = Open | Finished
StockList = NoList | Open | Finished
INITIAL: StockList = NoList()
Decision = Sequence[StockListEvent] | Rejected

# --- rules --------------------------------------------------------------------------------------------------------


def make_list(command: MakeStockList, stock_list: StockList, ctx: Context) -> Decision:
    """A list of pieces that may leave.

    Rules: D8. The same again is no event. Refuses: bad_list_line, unknown_depot (D17), list_contradicts.
    """
    at = command.at or ctx.now
    made = facts.StockListMade(
        at=at,
        list_no=command.list_no,
        depot=command.depot,
        purpose=command.purpose,
        lines=command.lines,
        ticket_id=command.ticket_id,
        receiver=command.receiver,
        made_by=ctx.by,
        note=command.note,
    )
    match stock_list:
        case NoList():
            numbers = {line.line_no for line in command.lines}
            whole = all(line.sku.strip() and 1 <= line.quantity <= MAX_PIECES for line in command.lines)
            if not whole or len(numbers) < len(command.lines):
                return no("bad_list_line")
            return depot_flaw(ctx.policy, command.depot) or (made,)
        case Open(made=known) if known.model_copy(update={"at": at, "made_by": ctx.by}) == made:
            return ()
        case Open() | Finished():
            return no("stock_list_contradicts", list_no=command.list_no)
    assert_never(stock_list)


def note_line(command: NoteLineGoods, stock_list: Known, ctx: Context) -> Decision:
    """The stock set a line's pieces apart, or has too few.

    Rules: D8, D9. Once per line.
    """
    if isinstance(stock_list, Finished) or command.line_no in (*stock_list.held, *stock_list.short):
        return ()
    at, list_no = command.at or ctx.now, stock_list.made.list_no
    if command.held:
        return (facts.StockListLineHeld(at=at, list_no=list_no, line_no=command.line_no),)
    return (facts.StockListLineShort(at=at, list_no=list_no, line_no=command.line_no, available=command.available),)


def issue_list(command: IssueStockList, stock_list: Known, ctx: Context) -> Decision:
    """What was set apart leaves, signed for; once the stock has answered for every line.

    Rules: D8. Refuses: unknown_list, list_void, lines_unanswered, nothing_held.
    """
    match stock_list:
        case Finished():
            if stock_list.issued:
                return said_again(stock_list.said, command.received_by)
            return no("list_void", list_no=stock_list.made.list_no)
        case Open(made=made) if stock_list.is_waiting:
            return no("lines_unanswered", list_no=made.list_no)
        case Open(made=made) if not stock_list.held:
            return no("nothing_held", list_no=made.list_no)
        case Open(made=made):
            return (
                facts.StockListIssued(
                    at=command.at or ctx.now,
                    list_no=made.list_no,
                    depot=made.depot,
                    purpose=made.purpose,
                    lines=tuple(line for line in made.lines if line.line_no in stock_list.held),
                    received_by=command.received_by,
                    ticket_id=made.ticket_id,
                    signature_ref=command.signature_ref,
                ),
            )
    assert_never(stock_list)


def cancel_list(command: CancelStockList, stock_list: Known, ctx: Context) -> Decision:
    """The list is void; what was set apart is free again.

    Rules: D8. Refuses: unknown_list, list_issued, lines_unanswered.
    """
    match stock_list:
        case Finished() if stock_list.issued:
            return no("list_issued", list_no=stock_list.made.list_no)
        case Finished():
            return said_again(stock_list.said, command.reason)
        case Open(made=made) if stock_list.is_waiting:
            return no("lines_unanswered", list_no=made.list_no)
        case Open(made=made):
            return (
                facts.StockListCancelled(
                    at=command.at or ctx.now,
                    list_no=made.list_no,
                    depot=made.depot,
                    lines=tuple(line for line in made.lines if line.line_no in stock_list.held),
                    reason=command.reason,
                ),
            )
    assert_never(stock_list)


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(stock_list: StockList, event: StockListEvent) -> StockList:
    """The list after an event."""
    match event:
        case facts.StockListMade():
            return Open(event)
        case facts.PaperCorrectionAsked() | facts.PaperCorrectionRefused() | facts.PaperCorrected():
            if not isinstance(stock_list, Finished):
                return stock_list
            return replace(stock_list, corrections=after(stock_list.corrections, event))
        case _ if not isinstance(stock_list, Open):
            return stock_list
        case facts.StockListIssued():
            return Finished(stock_list.made, stock_list.held, stock_list.short, issued=True, said=event.received_by)
        case facts.StockListCancelled():
            return Finished(stock_list.made, stock_list.held, stock_list.short, issued=False, said=event.reason)
        case facts.StockListLineHeld():
            return replace(stock_list, held=(*stock_list.held, event.line_no))
        case facts.StockListLineShort():
            return replace(stock_list, short=(*stock_list.short, event.line_no))
    assert_never(event)


# --- use cases, and where a page offers them -------------------------------------------------------------------------


def issued_of(stock_list: StockList) -> Issued | None:
    """What left by it, as it is right."""
    if not isinstance(stock_list, Finished) or not stock_list.issued:
        return None
    made, corrections = stock_list.made, stock_list.corrections
    left = ((line, right(corrections, line.line_no, line.quantity)) for line in made.lines)
    lines = tuple(
        facts.LeftPieces(
            line_no=line.line_no, sku=line.sku, name=line.name, was=was, right=was, pending=line.pending, lot=line.lot
        )
        for line, was in left
        if line.line_no in stock_list.held
    )
    return Issued("stocklist", made.list_no, made.depot, lines, corrections)


def is_ready(stock_list: StockList) -> bool:
    """The stock has answered for every line."""
    return isinstance(stock_list, Open) and not stock_list.is_waiting


def may_leave(stock_list: StockList) -> bool:
    """Something of it is set apart, and nothing more is to be heard."""
    return is_ready(stock_list) and isinstance(stock_list, Open) and bool(stock_list.held)


def at_the_door(case: UseCase[Any, Any, StockListEvent], command: Any, stock_list: StockList, ctx: Context) -> Decision:
    """Whatever is asked of a list, somebody must have made it."""
    if isinstance(stock_list, NoList) and not isinstance(command, MakeStockList):
        return () if case.path is None else no("unknown_list")
    return case.rule(command, stock_list, ctx)


STOCK_LIST = Aggregate[StockList, StockListEvent](
    "stocklist",
    INITIAL,
    (NoList, Open, Finished),
    evolve,
    (
        UseCase(
            MakeStockList,
            make_list,
            MAKES_LISTS,
            "",
            body="ListWanted",
            born=Born("list_no", made=dated("LL")),
            status=201,
        ),
        UseCase(NoteLineGoods, note_line),
        UseCase(IssueStockList, issue_list, KEEPER, "issue", status=201, wanted=may_leave),
        UseCase(CancelStockList, cancel_list, MAKES_LISTS, "cancellation", status=201, wanted=is_ready),
        *use_cases("stocklists", issued_of),
    ),
    door=at_the_door,
)
