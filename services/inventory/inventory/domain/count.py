"""盘点 Count of stock (D7, K19): bins are counted blind, compared with the card, recounted, explained, adjusted.

One aggregate per count sheet, `count:PD-2603-01`. Blind: until figures are compared the aggregate knows no book figure,
only the number of the last move on each card. Goods may move meanwhile: each figure is compared with the balance at the
moment when it was counted (see count_card). The steps of a line:

    counted -> compared -> agrees, and is settled
                        -> differs beyond tolerance: recounted by another person, compared again
                        -> differs: explained by the warehouse -> approved by who did not count -> booked by the stock
                                                               -> refused: recounted

An approved adjustment is a wish; the stock makes the move and tells its number. The count closes by itself when the
last line is settled.
"""

from datetime import timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field, StringConstraints

from company.context import Context
from contracts.bounds import Few, HowMany, Moment, OneLine, OptionalId
from contracts.civil_time import civil_day, end_of_day
from contracts.inventory_counts import (
    CountCancelled,
    CountKind,
    CountLineAdded,
    CountOpened,
    CountOverdue,
    CountTarget,
    PiecesCounted,
    RecountAsked,
    StockCounted,
)
from contracts.spelling import Sku
from inventory.domain import count_words as words
from inventory.domain.count_card import Card, is_gapless
from inventory.domain.count_lines import Figure, compare, find, keys_of
from inventory.domain.count_settling import (
    ApproveAdjustment,
    Decision,
    ExplainDifference,
    NoteBooked,
    RefuseAdjustment,
    approve,
    explain,
    note_booked,
    refuse,
)
from inventory.domain.count_sheet import (
    INITIAL,
    STATES,
    Cancelled,
    Closed,
    Count,
    CountEvent,
    Counting,
    Unopened,
    closing,
    evolve,
)
from inventory.fields import MAX_PIECES, Note
from runtime.decision import Command, Timer

MAX_LINES = 2_000  # of one sheet; the event that compares them must fit into a record

PersonId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
CountNo = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]


def count_id(count_no: str) -> str:
    """Aggregate id of a count."""
    return f"count:{count_no}"


# --- commands -----------------------------------------------------------------------------------------------------


class OpenCount(Command):
    """开盘 (D7). `due` is by policy when it is left out."""

    command: Literal["OpenCount"] = "OpenCount"
    count_no: CountNo
    depot: OptionalId
    kind: CountKind
    chosen: Note
    plan: OptionalId | None = None
    due: Moment | None = None
    targets: Annotated[tuple[CountTarget, ...], Field(max_length=MAX_LINES)]


class AddLine(Command):
    """加行: goods lie where the sheet does not look for them."""

    command: Literal["AddLine"] = "AddLine"
    target: CountTarget


class CountPieces(Command):
    """点数 (D7). `counted_by`: who counted, when another types the figure in; `at` when."""

    command: Literal["CountPieces"] = "CountPieces"
    sku: Sku
    bin: OneLine
    quantity: HowMany
    counted_by: PersonId | None = None


class CompareCount(Command):
    """对账 (D7): the cards of all skus on the sheet, as they are now."""

    command: Literal["CompareCount"] = "CompareCount"
    cards: Annotated[tuple[Card, ...], Few(1_000)]


class CancelCount(Command):
    """作废."""

    command: Literal["CancelCount"] = "CancelCount"
    reason: Note


class NoteCountOverdue(Command):
    """盘点到期 (K19): by timer."""

    command: Literal["NoteCountOverdue"] = "NoteCountOverdue"


COMMANDS = (
    OpenCount
    | AddLine
    | CountPieces
    | CompareCount
    | ExplainDifference
    | ApproveAdjustment
    | RefuseAdjustment
    | NoteBooked
    | CancelCount
    | NoteCountOverdue
)

# --- decisions ----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, count: Count, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb."""
    if isinstance(command, OpenCount):
        return open_count(command, count, ctx)
    match count:
        case Unopened():
            return () if isinstance(command, NoteCountOverdue) else words.not_open()
        case Closed():
            return () if isinstance(command, NoteBooked | NoteCountOverdue) else words.ended("closed")
        case Cancelled():
            quiet = isinstance(command, CancelCount | NoteCountOverdue)
            return () if quiet else words.ended("cancelled")
        case Counting():
            pass
        case _:
            assert_never(count)
    match command:
        case AddLine():
            return add_line(command, count, ctx)
        case CountPieces():
            return count_pieces(command, count, ctx)
        case CompareCount():
            return compare_count(command, count, ctx)
        case ExplainDifference():
            return explain(command, count, ctx)
        case ApproveAdjustment():
            return approve(command, count, ctx)
        case RefuseAdjustment():
            return refuse(command, count, ctx)
        case NoteBooked():
            return note_booked(command, count, ctx)
        case CancelCount():
            return cancel(command, count, ctx)
        case NoteCountOverdue():
            return note_overdue(count, ctx)
    assert_never(command)


def open_count(command: OpenCount, count: Count, ctx: Context) -> Decision:
    """Put out a sheet. The same sheet again is no event. Refuses: count_exists, nothing_to_count, line_twice."""
    at = command.at or ctx.now
    targets = command.targets
    match count:
        case Counting():
            same = tuple(line.target for line in count.lines[: len(targets)]) == targets
            return () if same and count.kind == command.kind else words.already_opened()
        case Closed() | Cancelled():
            return words.already_opened()
        case Unopened():
            if not targets:
                return words.no_lines()
            seen: set[tuple[str, str]] = set()
            for target in targets:
                if (target.sku, target.bin) in seen:
                    return words.line_twice(target.sku, target.bin)
                seen.add((target.sku, target.bin))
            return (
                CountOpened(
                    at=at,
                    count_no=command.count_no,
                    depot=command.depot,
                    kind=command.kind,
                    chosen=command.chosen,
                    plan=command.plan,
                    due=command.due or end_of_day(civil_day(at) + timedelta(days=ctx.policy.count_days)),
                    targets=targets,
                ),
            )
    assert_never(count)


def add_line(command: AddLine, count: Counting, ctx: Context) -> Decision:
    """Goods were found where the sheet does not look. A line that is there already is no event."""
    if find(count.lines, command.target.sku, command.target.bin) is not None:
        return ()
    return (CountLineAdded(at=command.at or ctx.now, count_no=count.count_no, target=command.target),)


def count_pieces(command: CountPieces, count: Counting, ctx: Context) -> Decision:
    """Take a figure, blind. Another figure of the same round, before the comparison, corrects the first.

    Refuses: not_on_sheet, figure_stands, bad_figure, counted_before_opening, recount_by_another.
    """
    at, by = command.at or ctx.now, command.counted_by or ctx.by
    line = find(count.lines, command.sku, command.bin)
    if line is None:
        return words.not_on_sheet(command.sku, command.bin)
    figure = Figure(command.quantity, at, by, line.round)
    known = line.figure
    if (
        known is not None
        and (known.quantity, known.by) == (figure.quantity, figure.by)
        and command.at in (None, known.at)
    ):
        return ()
    if line.compared is not None:
        return words.figure_stands(*line.key)
    if not 0 <= command.quantity <= MAX_PIECES:
        return words.bad_figure(command.quantity, MAX_PIECES)
    if at < count.opened_at:
        return words.before_opening()
    if any(before.by == by for before in line.figures if before.round < line.round):
        return words.same_person(by, *line.key)
    return (
        PiecesCounted(
            at=at,
            count_no=count.count_no,
            sku=command.sku,
            bin=command.bin,
            quantity=command.quantity,
            round=line.round,
            counted_by=by,
        ),
    )


def compare_count(command: CompareCount, count: Counting, ctx: Context) -> Decision:
    """Put the figures beside the book of their moments; ask for a recount of what differs beyond tolerance.

    May be repeated: lines whose book changed since, because moves before the counting were told late, are compared anew
    (their reasons are wanted again). Lines that were approved stay. Nothing new is no event.
    Refuses: lines_open, card_behind.
    """
    waiting = [line.key for line in count.lines if line.figure is None]
    if waiting:
        return words.lines_open(waiting)
    cards = {card.sku: card for card in command.cards}
    compared = []
    for line in count.lines:
        if line.adjustment is not None:
            continue
        card = cards.get(line.target.sku)
        if card is None or not is_gapless(card, line.target.move_no):
            return words.card_behind(line.target.sku)
        fresh = compare(line, card, ctx.policy)
        assert fresh is not None
        known = line.compared
        if known is None or known.book != fresh.book:
            compared.append(fresh)
    if not compared:
        return ()
    at = command.at or ctx.now
    told = StockCounted(at=at, count_no=count.count_no, depot=count.depot, lines=tuple(compared))
    beyond = keys_of(line for line in compared if not line.within_tolerance and line.round == 1)
    events: tuple[CountEvent, ...] = (told,)
    if beyond:
        asked = RecountAsked(at=at, count_no=count.count_no, lines=beyond, reason="beyond_tolerance", note="")
        events = (told, asked)
    return closing(count, events, at)


def cancel(command: CancelCount, count: Counting, ctx: Context) -> Decision:
    """Throw the sheet away. Refuses: note_wanted, count_adjusted."""
    if not command.reason:
        return words.note_wanted()
    if any(line.adjustment is not None for line in count.lines):
        return words.adjusted_already()
    return (
        CountCancelled(
            at=command.at or ctx.now,
            count_no=count.count_no,
            reason=command.reason,
            depot=count.depot,
            plan=count.plan,
        ),
    )


def note_overdue(count: Counting, ctx: Context) -> Decision:
    """The day passed and the count is not done (K19). Once."""
    if count.overdue or ctx.now < count.due:
        return ()
    return (CountOverdue(at=count.due, count_no=count.count_no, depot=count.depot, kind=count.kind, due=count.due),)


def due(count: Count) -> tuple[Timer, ...]:
    """The count itself (K19), until it is done or its lateness is noted."""
    if not isinstance(count, Counting) or count.overdue:
        return ()
    return (Timer("overdue", count.due, NoteCountOverdue()),)


__all__ = [
    "COMMANDS",
    "INITIAL",
    "MAX_LINES",
    "STATES",
    "AddLine",
    "CancelCount",
    "CompareCount",
    "CountPieces",
    "NoteCountOverdue",
    "OpenCount",
    "PersonId",
    "count_id",
    "decide",
    "due",
    "evolve",
]
