"""出库清单 List by which pieces of free stock leave: parts for a repair, back to the supplier, transfer (C7, D8).

One aggregate per list, `stocklist:LL260321001`. Made by a supervisor, its lines are set apart in the stock; what was
set apart is handed out against a signature. No list, no goods.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts.bounds import HowMany, Nth, OptionalId
from contracts.inventory_stock import (
    StockListCancelled,
    StockListIssued,
    StockListLine,
    StockListLineHeld,
    StockListLineShort,
    StockListMade,
    StockListPurpose,
)
from inventory.domain.texts import MAX_PIECES, Note, PaperNo, Text
from runtime.decision import Command, Rejected, Timer


def stock_list_id(list_no: str) -> str:
    """Aggregate id of a list."""
    return f"stocklist:{list_no}"


# --- commands -----------------------------------------------------------------------------------------------------


class MakeStockList(Command):
    """开出库清单 (D8)."""

    command: Literal["MakeStockList"] = "MakeStockList"
    list_no: PaperNo
    depot: OptionalId = "main"
    purpose: StockListPurpose
    lines: Annotated[tuple[StockListLine, ...], Field(min_length=1, max_length=200)]
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
    """按清单出库; lines without goods stay behind."""

    command: Literal["IssueStockList"] = "IssueStockList"
    received_by: Text
    signature_ref: Note = ""


class CancelStockList(Command):
    """清单作废."""

    command: Literal["CancelStockList"] = "CancelStockList"
    reason: Text


COMMANDS = MakeStockList | NoteLineGoods | IssueStockList | CancelStockList
StockListEvent = StockListMade | StockListLineHeld | StockListLineShort | StockListIssued | StockListCancelled

# --- states -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoList:
    """No list, no goods."""


@dataclass(frozen=True, slots=True)
class Open:
    """Made; line numbers that are set apart, and that are short."""

    made: StockListMade
    held: tuple[int, ...] = ()
    short: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """Issued or void."""

    list_no: str
    issued: bool


StockList = NoList | Open | Finished
INITIAL: StockList = NoList()
STATES = (NoList, Open, Finished)
Decision = tuple[StockListEvent, ...] | Rejected

# --- decisions ----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, stock_list: StockList, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb."""
    match command:
        case MakeStockList():
            return make(command, stock_list, ctx)
        case NoteLineGoods():
            return note_line(command, stock_list, ctx)
        case IssueStockList():
            return issue(command, stock_list, ctx)
        case CancelStockList():
            return cancel(command, stock_list, ctx)
    assert_never(command)


def make(command: MakeStockList, stock_list: StockList, ctx: Context) -> Decision:
    """A list of pieces that may leave.

    Rules: D8. The same again is no event. Refuses: bad_list_line, list_contradicts.
    """
    at = command.at or ctx.now
    made = StockListMade(
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
                return _no(
                    "bad_list_line",
                    "清单的每一行要有不同的行号、型号和 1 到 999999 的数量",
                    "Each line needs its own number, a sku and a quantity of 1 to 999999",
                )
            return (made,)
        case Open(made=known) if known.model_copy(update={"at": at, "made_by": ctx.by}) == made:
            return ()
        case Open() | Finished():
            return _no(
                "list_contradicts",
                f"清单 {command.list_no} 已经有了，内容不同。请用新的单号",
                f"List {command.list_no} exists with other content. Use a new number",
            )
    assert_never(stock_list)


def note_line(command: NoteLineGoods, stock_list: StockList, ctx: Context) -> Decision:
    """The stock set a line's pieces apart, or has too few.

    Rules: D8, D9. Once per line.
    """
    match stock_list:
        case NoList() | Finished():
            return ()
        case Open(made=made) if command.line_no in (*stock_list.held, *stock_list.short):
            return ()
        case Open(made=made) if command.held:
            return (StockListLineHeld(at=command.at or ctx.now, list_no=made.list_no, line_no=command.line_no),)
        case Open(made=made):
            return (
                StockListLineShort(
                    at=command.at or ctx.now,
                    list_no=made.list_no,
                    line_no=command.line_no,
                    available=command.available,
                ),
            )
    assert_never(stock_list)


def issue(command: IssueStockList, stock_list: StockList, ctx: Context) -> Decision:
    """What was set apart leaves, signed for; once the stock has answered for every line.

    Rules: D8. Refuses: unknown_list, list_void, lines_unanswered, nothing_held.
    """
    match stock_list:
        case NoList():
            return _unknown()
        case Finished():
            return () if stock_list.issued else _void(stock_list.list_no)
        case Open(made=made) if len(stock_list.held) + len(stock_list.short) < len(made.lines):
            return _no(
                "lines_unanswered",
                f"清单 {made.list_no} 的货还在留出。请稍候再试",
                f"The pieces of list {made.list_no} are still being set apart. Try again in a moment",
            )
        case Open(made=made) if not stock_list.held:
            return _no(
                "nothing_held",
                f"清单 {made.list_no} 的货全部缺货，不能出库。请作废后重开",
                f"All lines of list {made.list_no} are short; nothing can leave. Void it and make a new one",
            )
        case Open(made=made):
            return (
                StockListIssued(
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


def cancel(command: CancelStockList, stock_list: StockList, ctx: Context) -> Decision:
    """The list is void; what was set apart is free again.

    Rules: D8. Refuses: unknown_list, list_issued, lines_unanswered.
    """
    match stock_list:
        case NoList():
            return _unknown()
        case Finished() if stock_list.issued:
            return _no(
                "list_issued",
                f"清单 {stock_list.list_no} 已经出库，不能作废。退回的货请开入库单",
                f"List {stock_list.list_no} was issued. Take pieces back by an inbound slip",
            )
        case Finished():
            return ()
        case Open(made=made) if len(stock_list.held) + len(stock_list.short) < len(made.lines):
            return _no(
                "lines_unanswered",
                f"清单 {made.list_no} 的货还在留出。请稍候再试",
                f"The pieces of list {made.list_no} are still being set apart. Try again in a moment",
            )
        case Open(made=made):
            return (
                StockListCancelled(
                    at=command.at or ctx.now,
                    list_no=made.list_no,
                    depot=made.depot,
                    lines=tuple(line for line in made.lines if line.line_no in stock_list.held),
                    reason=command.reason,
                ),
            )
    assert_never(stock_list)


def _no(code: str, zh: str, en: str) -> Rejected:
    return Rejected(code, "D8", zh, en)


def _unknown() -> Rejected:
    return _no("unknown_list", "没有这张出库清单。没有清单不能出库", "There is no such list; no list, no goods")


def _void(list_no: str) -> Rejected:
    return _no("list_void", f"清单 {list_no} 已作废，不能出库", f"List {list_no} is void; nothing leaves by it")


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(stock_list: StockList, event: StockListEvent) -> StockList:
    """The list after an event."""
    match event:
        case StockListMade():
            return Open(event)
        case StockListLineHeld():
            return (
                replace(stock_list, held=(*stock_list.held, event.line_no))
                if isinstance(stock_list, Open)
                else stock_list
            )
        case StockListLineShort():
            return (
                replace(stock_list, short=(*stock_list.short, event.line_no))
                if isinstance(stock_list, Open)
                else stock_list
            )
        case StockListIssued():
            return Finished(event.list_no, issued=True)
        case StockListCancelled():
            return Finished(event.list_no, issued=False)
    assert_never(event)


def due(stock_list: StockList) -> tuple[Timer, ...]:  # noqa: ARG001 - every aggregate has the same three functions
    """Nothing of a list falls due by itself."""
    return ()
