"""盘点 A sheet goes out, is counted blind, line by line, and compared with the cards (D7, K19)."""

from datetime import timedelta
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field, StringConstraints

from company.context import Context
from company.policy import policy_book
from contracts import inventory_counts as facts
from contracts.bounds import Few, HowMany, Moment, OneLine, OptionalId
from contracts.civil_time import civil_day, end_of_day
from contracts.inventory_counts import CountEvent
from contracts.spelling import Lot, Sku
from inventory.count.card import Card, is_gapless
from inventory.count.choice import zones_of
from inventory.count.rows import cards_of, count_of
from inventory.count.state import (
    Cancelled,
    Closed,
    Count,
    Counting,
    Decision,
    Figure,
    Key,
    Line,
    Unopened,
    beside,
    closing,
    compare,
    find,
    keys_of,
    place_of,
)
from inventory.fields import MAX_PIECES, Note
from inventory.refusals import no
from inventory.stock.aggregate import card_no
from inventory.stock.row import STOCKED
from inventory.who import ACCOUNTS, COUNTS
from runtime.decision import Command, Rejected
from runtime.second import Second
from runtime.use_case import Asker, Nothing, UseCase

MAX_LINES = 2_000  # of one sheet; the event that compares them must fit into a record

PersonId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
CountNo = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]


class OpenCount(Command):
    """开盘 (D7). `due` is by policy when it is left out."""

    command: Literal["OpenCount"] = "OpenCount"
    count_no: CountNo
    depot: OptionalId
    kind: facts.CountKind
    chosen: Note
    plan: OptionalId | None = None
    due: Moment | None = None
    targets: Annotated[tuple[facts.CountTarget, ...], Field(max_length=MAX_LINES)]


class AddLine(Command):
    """加行: goods lie where the sheet does not look for them."""

    command: Literal["AddLine"] = "AddLine"
    target: facts.CountTarget


class LineFound(Command):
    """加行 Add a line (D7)

    For goods found in a bin where the sheet does not look for them; `name` is wanted where the sku has no card yet.
    Of a lot where lots
    lie there (D13). Refuses: unknown_bin, name_wanted, lot_wanted.
    """

    command: Literal["AddLine"] = "AddLine"
    sku: Sku
    bin: Annotated[str, Field(min_length=1, max_length=40)]
    lot: Lot = ""
    name: Annotated[str, Field(max_length=200)] = ""


class CountPieces(Command):
    """点数 Count a bin (D7)

    One figure, by scanner or hand. `at` for a paper sheet that is typed in later; `counted_by` where another counted,
    who signs as `second` (B23). `lot` where the sheet counts by lot (D13); one that it does not name gets a line, which
    is a question until it is counted again.
    """

    command: Literal["CountPieces"] = "CountPieces"
    sku: Sku
    bin: OneLine
    quantity: HowMany
    lot: Lot = ""
    counted_by: PersonId | None = None


class CompareCount(Command):
    """对账 Compare with the cards (D7)

    Each figure with the balance of the moment at which it was counted. May be repeated when moves were told late.
    """

    command: Literal["CompareCount"] = "CompareCount"
    cards: Annotated[tuple[Card, ...], Few(1_000)]


class CancelCount(Command):
    """作废 Cancel a count (D7)

    With a reason, and only before anything was adjusted.
    """

    command: Literal["CancelCount"] = "CancelCount"
    reason: Note


class NoteCountOverdue(Command):
    """盘点到期 (K19): by timer."""

    command: Literal["NoteCountOverdue"] = "NoteCountOverdue"


def open_count(command: OpenCount, count: Count, ctx: Context) -> Decision:
    """Put out a sheet. The same sheet again is no event. Refuses: count_exists, nothing_to_count, line_twice."""
    at = command.at or ctx.now
    targets = command.targets
    match count:
        case Counting():
            same = tuple(line.target for line in count.lines[: len(targets)]) == targets
            return () if same and count.kind == command.kind else no("count_exists")
        case Closed() | Cancelled():
            return no("count_exists")
        case Unopened():
            if not targets:
                return no("nothing_to_count")
            seen: set[Key] = set()
            for target in targets:
                key = Line(target).key
                if key in seen:
                    return no("sheet_line_twice", sku=target.sku, bin=target.bin)
                seen.add(key)
            return (
                facts.CountOpened(
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
    if find(count.lines, Line(command.target).key) is not None:
        return ()
    return (facts.CountLineAdded(at=command.at or ctx.now, count_no=count.count_no, target=command.target),)


def count_pieces(command: CountPieces, count: Counting, ctx: Context) -> Decision:
    """Take a figure, blind. Another figure of the same round, before the comparison, corrects the first.

    A lot that the sheet does not name in a bin where it counts the sku gets a line (D13).
    Refuses: not_on_sheet, lot_wanted, figure_stands, bad_figure, counted_before_opening, recount_by_another.
    """
    at, by = command.at or ctx.now, command.counted_by or ctx.by
    line = find(count.lines, (command.sku, command.bin, command.lot))
    added: tuple[CountEvent, ...] = ()
    if line is None:
        others = beside(count.lines, command.sku, command.bin)
        if not others:
            return no("not_on_sheet", sku=command.sku, bin=command.bin)
        if not command.lot:
            return no("lot_wanted", sku=command.sku, bin=command.bin)
        line = Line(others[0].target.model_copy(update={"lot": command.lot, "lot_found": True}))
        added = (facts.CountLineAdded(at=at, count_no=count.count_no, target=line.target),)
    figure = Figure(command.quantity, at, by, line.round)
    known = line.figure
    if (
        known is not None
        and (known.quantity, known.by) == (figure.quantity, figure.by)
        and command.at in (None, known.at)
    ):
        return ()
    if line.compared is not None:
        return no("figure_stands", sku=command.sku, bin=command.bin)
    if not 0 <= command.quantity <= MAX_PIECES:
        return no("bad_figure", quantity=command.quantity, most=MAX_PIECES)
    if at < count.opened_at:
        return no("counted_before_opening")
    if any(before.by == by for before in line.figures if before.round < line.round):
        return no("recount_by_another", by=by, sku=command.sku, bin=command.bin)
    return (
        *added,
        facts.PiecesCounted(
            at=at,
            count_no=count.count_no,
            sku=command.sku,
            bin=command.bin,
            quantity=command.quantity,
            round=line.round,
            counted_by=by,
            lot=command.lot,
        ),
    )


def compare_count(command: CompareCount, count: Counting, ctx: Context) -> Decision:
    """Put the figures beside the book of their moments; ask for a recount of what differs beyond tolerance.

    May be repeated: lines whose book changed since, because moves before the counting were told late, are compared anew
    (their reasons are wanted again). Lines that were approved stay. Nothing new is no event.
    Refuses: lines_open, card_behind.
    """
    waiting = [line.key for line in waiting_in(count)]
    if waiting:
        shown = "、".join(f"{bin_} {sku} {lot}".strip() for sku, bin_, lot in waiting[:5])
        return no("sheet_lines_open", open=len(waiting), shown=shown)
    cards = {card.sku: card for card in command.cards}
    compared = []
    for line in count.lines:
        if line.adjustment is not None:
            continue
        card = cards.get(line.target.sku)
        if card is None or not is_gapless(card, line.target.move_no):
            return no("card_behind", sku=line.target.sku)
        fresh = compare(line, place_of(count.lines, line), card, ctx.policy)
        assert fresh is not None
        known = line.compared
        if known is None or known.book != fresh.book:
            compared.append(fresh)
    if not compared:
        return ()
    at = command.at or ctx.now
    told = facts.StockCounted(at=at, count_no=count.count_no, depot=count.depot, lines=tuple(compared))
    beyond = keys_of(line for line in compared if not line.within_tolerance and line.round == 1)
    events: tuple[CountEvent, ...] = (told,)
    if beyond:
        asked = facts.RecountAsked(at=at, count_no=count.count_no, lines=beyond, reason="beyond_tolerance", note="")
        events = (told, asked)
    return closing(count, events, at)


def cancel_count(command: CancelCount, count: Counting, ctx: Context) -> Decision:
    """Throw the sheet away. Refuses: note_wanted, count_adjusted."""
    if not command.reason:
        return no("note_wanted")
    adjusted = is_adjusted(count)
    if adjusted is not None:
        return adjusted
    return (
        facts.CountCancelled(
            at=command.at or ctx.now,
            count_no=count.count_no,
            reason=command.reason,
            depot=count.depot,
            plan=count.plan,
        ),
    )


def is_adjusted(count: Count) -> Rejected | None:
    """Why a sheet cannot be thrown away any more."""
    adjusted = isinstance(count, Counting) and any(line.adjustment is not None for line in count.lines)
    return no("count_adjusted") if adjusted else None


def waiting_in(count: Count) -> list[Line]:
    """Lines that wait for a figure."""
    return [line for line in count.lines if line.figure is None] if isinstance(count, Counting) else []


def is_out(count: Count) -> bool:
    """The sheet is out."""
    return isinstance(count, Counting)


def waits_for_figures(count: Count) -> bool:
    """A line waits for a figure."""
    return bool(waiting_in(count))


def is_to_compare(count: Count) -> bool:
    """All lines have figures, and some were not compared yet."""
    return isinstance(count, Counting) and not waiting_in(count) and any(x.compared is None for x in count.lines)


def note_overdue(_: NoteCountOverdue, count: Counting, ctx: Context) -> Decision:
    """The day passed and the count is not done (K19). Once."""
    if count.overdue or ctx.now < count.due:
        return ()
    return (
        facts.CountOverdue(at=count.due, count_no=count.count_no, depot=count.depot, kind=count.kind, due=count.due),
    )


async def found(asker: Asker, number: str, body: LineFound) -> AddLine:
    """The line as the sheet has it: with its zone, and where its card stands; of a lot where lots lie there, or where
    the sheet has lines of lots. A lot that the card does not know is a question (D13)."""
    count = await count_of(asker, number)
    depot = count.depot
    zone = zones_of(policy_book().at(asker.now), depot).get(body.bin)
    if zone is None:
        asker.refuse(no("unknown_bin", bin=body.bin), 422)
    card = await asker.view(STOCKED).get(card_no(depot, body.sku))
    name, move_no = (card.name, card.last_move_no) if card else (body.name.strip(), 0)
    if not name:
        asker.refuse(no("name_wanted", sku=body.sku), 422)
    lots = card.lots_in(body.bin) if card else (None,)
    on_sheet = any((line.sku, line.bin) == (body.sku, body.bin) and line.lot is not None for line in count.lines)
    if not body.lot and not on_sheet and lots != (None,):
        asker.refuse(no("lot_wanted", sku=body.sku, bin=body.bin), 422)
    target = facts.CountTarget(
        sku=body.sku,
        name=name,
        zone=zone,
        bin=body.bin,
        move_no=move_no,
        lot=body.lot or ("" if on_sheet else None),
        lot_found=bool(body.lot) and (card is None or body.lot not in card.lot_nos),
    )
    return AddLine(at=body.at, target=target)


async def with_cards(asker: Asker, number: str, _: Nothing) -> CompareCount:
    """The cards of all skus on the sheet, as they are now."""
    count = await count_of(asker, number)
    bases: dict[str, int] = {}
    for line in count.lines:
        bases[line.sku] = min(line.base, bases.get(line.sku, line.base))
    return CompareCount(cards=await cards_of(asker, count.depot, bases))


USE_CASES: tuple[UseCase[Any, Any, CountEvent], ...] = (
    UseCase(OpenCount, open_count, COUNTS),
    UseCase(AddLine, add_line, COUNTS, "lines", body=LineFound, prepare=found, status=201, wanted=is_out),
    UseCase(
        CountPieces,
        count_pieces,
        COUNTS,
        "figures",
        body="Figure",
        status=201,
        wanted=waits_for_figures,
        second=Second(COUNTS, always=False),
        signers=("counted_by",),
    ),
    UseCase(
        CompareCount,
        compare_count,
        COUNTS,
        "comparison",
        body=Nothing,
        query=("at",),
        prepare=with_cards,
        status=201,
        wanted=is_to_compare,
    ),
    UseCase(CancelCount, cancel_count, ACCOUNTS, "cancellation", status=201, gate=is_adjusted, wanted=is_out),
    UseCase(NoteCountOverdue, note_overdue),
)
