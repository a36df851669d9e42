"""Settling the differences of a count: why, approved by whom, booked or counted once more (D7)."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from company.context import Context
from contracts import inventory_counts as facts
from contracts.bounds import Nth, OneLine, OptionalId
from contracts.inventory_counts import CountEvent
from contracts.spelling import Lot, Sku
from inventory.count.card import Card, adjusted_since, book_at, is_gapless
from inventory.count.rows import cards_of, count_of
from inventory.count.state import Count, Counting, Decision, Explanation, closing, find, place_of
from inventory.fields import Note
from inventory.refusals import no
from inventory.who import ACCOUNTS, COUNTS
from runtime.decision import Command
from runtime.use_case import Asker, UseCase


class ExplainDifference(Command):
    """差异原因 Explain a difference (D7)

    Why card and goods differ, with photos if there are any.
    """

    command: Literal["ExplainDifference"] = "ExplainDifference"
    sku: Sku
    bin: OneLine
    lot: Lot = ""
    reason: facts.CountReason
    note: Note = ""
    photos: Annotated[tuple[Annotated[str, StringConstraints(max_length=300)], ...], Field(max_length=20)] = ()


class ApproveAdjustment(Command):
    """批准调整 Approve an adjustment (D7)

    With the card as it is now. By an accountant or manager who did not count the line. The stock makes the move.
    """

    command: Literal["ApproveAdjustment"] = "ApproveAdjustment"
    sku: Sku
    bin: OneLine
    lot: Lot = ""
    card: Card
    note: Note = ""


class RefuseAdjustment(Command):
    """退回复盘 Send back to be recounted (D7)

    Another person counts the line once more.
    """

    command: Literal["RefuseAdjustment"] = "RefuseAdjustment"
    sku: Sku
    bin: OneLine
    lot: Lot = ""
    note: Note = ""


class NoteBooked(Command):
    """已调账: the stock made the move."""

    command: Literal["NoteBooked"] = "NoteBooked"
    adjustment_id: OptionalId
    move_no: Nth


def explain(command: ExplainDifference, count: Counting, ctx: Context) -> Decision:
    """Say why a line differs. Refuses: not_on_sheet, no_difference, note_wanted."""
    line = find(count.lines, (command.sku, command.bin, command.lot))
    if line is None:
        return no("not_on_sheet", sku=command.sku, bin=command.bin)
    if not line.differs:
        return no("no_difference", sku=command.sku, bin=command.bin)
    if command.reason == "other" and not command.note:
        return no("note_wanted")
    if line.explained == Explanation(command.reason, command.note) and not command.photos:
        return ()
    return (
        facts.DifferenceExplained(
            at=command.at or ctx.now,
            count_no=count.count_no,
            sku=command.sku,
            bin=command.bin,
            reason=command.reason,
            note=command.note,
            photos=command.photos,
            lot=command.lot,
        ),
    )


def approve(command: ApproveAdjustment, count: Counting, ctx: Context) -> Decision:
    """Let the card follow the goods. An approved line whose move the stock refused may be approved again.

    Rules: D7 (the approver did not count). Refuses: not_on_sheet, no_difference, not_explained, approver_counted,
    other_card, card_behind, moves_told_late, adjusted_meanwhile.
    """
    line = find(count.lines, (command.sku, command.bin, command.lot))
    if line is None:
        return no("not_on_sheet", sku=command.sku, bin=command.bin)
    if line.booked is not None:
        return ()
    compared, explained = line.compared, line.explained
    if compared is None or compared.difference == 0:
        return no("no_difference", sku=command.sku, bin=command.bin)
    if explained is None:
        return no("not_explained", sku=command.sku, bin=command.bin)
    if any(figure.by == ctx.by for figure in line.figures):
        return no("approver_counted", by=ctx.by)
    if command.card.sku != command.sku:
        return no("other_card", sku=command.sku)
    if not is_gapless(command.card, line.target.move_no):
        return no("card_behind", sku=command.sku)
    place = place_of(count.lines, line)
    book = book_at(command.card, place, compared.counted_at)
    if book != compared.book:
        return no("moves_told_late", sku=command.sku, bin=command.bin, before=compared.book, now=book)
    other = adjusted_since(command.card, place, compared.counted_at, count.count_no)
    if other is not None:
        return no("adjusted_meanwhile", sku=command.sku, bin=command.bin, other=other)
    return (
        facts.CountAdjusted(
            at=command.at or ctx.now,
            count_no=count.count_no,
            adjustment_id=f"{count.count_no}:{count.lines.index(line) + 1}",
            depot=count.depot,
            sku=command.sku,
            name=line.target.name,
            bin=command.bin,
            quantity=compared.difference,
            book=compared.book,
            counted=compared.counted,
            counted_at=compared.counted_at,
            reason=explained.reason,
            note=command.note or explained.note,
            approved_by=ctx.by,
            lot="" if place.lot is None and place.apart else place.lot,
        ),
    )


def refuse(command: RefuseAdjustment, count: Counting, ctx: Context) -> Decision:
    """Send a line back to be counted once more. Refuses: not_on_sheet, no_difference, note_wanted."""
    line = find(count.lines, (command.sku, command.bin, command.lot))
    if line is None:
        return no("not_on_sheet", sku=command.sku, bin=command.bin)
    if not line.differs:
        return no("no_difference", sku=command.sku, bin=command.bin)
    if not command.note:
        return no("note_wanted")
    return (
        facts.RecountAsked(
            at=command.at or ctx.now,
            count_no=count.count_no,
            lines=(facts.CountKey(sku=command.sku, bin=command.bin, lot=command.lot),),
            reason="refused",
            note=command.note,
        ),
    )


def note_booked(command: NoteBooked, count: Counting, ctx: Context) -> Decision:
    """The stock made the move of an adjustment; with the last one the count closes. Once per adjustment."""
    line = next((x for x in count.lines if x.adjustment == command.adjustment_id), None)
    if line is None or line.booked is not None:
        return ()
    at = command.at or ctx.now
    booked = facts.AdjustmentBooked(
        at=at,
        count_no=count.count_no,
        adjustment_id=command.adjustment_id,
        sku=line.target.sku,
        bin=line.target.bin,
        move_no=command.move_no,
        lot=line.target.lot or "",
    )
    return closing(count, (booked,), at)


def has_differences(count: Count) -> bool:
    """A line differs."""
    return isinstance(count, Counting) and any(line.differs for line in count.lines)


def waits_for_approval(count: Count) -> bool:
    """Somebody said why a line differs."""
    return isinstance(count, Counting) and any(line.differs and line.explained is not None for line in count.lines)


async def with_card(asker: Asker, number: str, body: Any) -> ApproveAdjustment:
    """The card of the line, as it is now."""
    count = await count_of(asker, number)
    base = next((x.base for x in count.lines if x.key == (body.sku, body.bin, body.lot)), 0)
    (card,) = await cards_of(asker, count.depot, {body.sku: base})
    return ApproveAdjustment(at=body.at, sku=body.sku, bin=body.bin, lot=body.lot, card=card, note=body.note)


USE_CASES: tuple[UseCase[Any, Any, CountEvent], ...] = (
    UseCase(ExplainDifference, explain, COUNTS, "explanations", status=201, wanted=has_differences),
    UseCase(
        ApproveAdjustment,
        approve,
        ACCOUNTS,
        "approvals",
        body="LineNamed",
        unsaid=("card",),
        prepare=with_card,
        status=201,
        wanted=waits_for_approval,
    ),
    UseCase(RefuseAdjustment, refuse, ACCOUNTS, "refusals", body="LineSentBack", status=201, wanted=waits_for_approval),
    UseCase(NoteBooked, note_booked),
)
