"""Settling the differences of a count: why, approved by whom, booked or counted once more (D7)."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from company.context import Context
from contracts.bounds import Nth, OneLine, OptionalId
from contracts.inventory_counts import (
    AdjustmentBooked,
    CountAdjusted,
    CountKey,
    CountReason,
    DifferenceExplained,
    RecountAsked,
)
from contracts.spelling import Sku
from inventory.domain import count_words as words
from inventory.domain.count_card import Card, adjusted_since, book_at, is_gapless
from inventory.domain.count_lines import Explanation, find
from inventory.domain.count_sheet import CountEvent, Counting, closing
from inventory.fields import Note
from runtime.decision import Command, Rejected

Decision = tuple[CountEvent, ...] | Rejected


class ExplainDifference(Command):
    """写差异原因 (D7)."""

    command: Literal["ExplainDifference"] = "ExplainDifference"
    sku: Sku
    bin: OneLine
    reason: CountReason
    note: Note = ""
    photos: Annotated[tuple[Annotated[str, StringConstraints(max_length=300)], ...], Field(max_length=20)] = ()


class ApproveAdjustment(Command):
    """批准调整 (D7), with the card as it is now."""

    command: Literal["ApproveAdjustment"] = "ApproveAdjustment"
    sku: Sku
    bin: OneLine
    card: Card
    note: Note = ""


class RefuseAdjustment(Command):
    """退回复盘 (D7)."""

    command: Literal["RefuseAdjustment"] = "RefuseAdjustment"
    sku: Sku
    bin: OneLine
    note: Note


class NoteBooked(Command):
    """已调账: the stock made the move."""

    command: Literal["NoteBooked"] = "NoteBooked"
    adjustment_id: OptionalId
    move_no: Nth


def explain(command: ExplainDifference, count: Counting, ctx: Context) -> Decision:
    """Say why a line differs. Refuses: not_on_sheet, no_difference, note_wanted."""
    line = find(count.lines, command.sku, command.bin)
    if line is None:
        return words.not_on_sheet(command.sku, command.bin)
    if line.compared is None or line.compared.difference == 0 or line.adjustment is not None:
        return words.no_difference(*line.key)
    if command.reason == "other" and not command.note:
        return words.note_wanted()
    if line.explained == Explanation(command.reason, command.note) and not command.photos:
        return ()
    return (
        DifferenceExplained(
            at=command.at or ctx.now,
            count_no=count.count_no,
            sku=command.sku,
            bin=command.bin,
            reason=command.reason,
            note=command.note,
            photos=command.photos,
        ),
    )


def approve(command: ApproveAdjustment, count: Counting, ctx: Context) -> Decision:
    """Let the card follow the goods. An approved line whose move the stock refused may be approved again.

    Rules: D7 (the approver did not count). Refuses: not_on_sheet, no_difference, not_explained, approver_counted,
    other_card, card_behind, moves_told_late, adjusted_meanwhile.
    """
    line = find(count.lines, command.sku, command.bin)
    if line is None:
        return words.not_on_sheet(command.sku, command.bin)
    if line.booked is not None:
        return ()
    compared, explained = line.compared, line.explained
    if compared is None or compared.difference == 0:
        return words.no_difference(*line.key)
    if explained is None:
        return words.not_explained(*line.key)
    if any(figure.by == ctx.by for figure in line.figures):
        return words.own_figure(ctx.by)
    if command.card.sku != command.sku:
        return words.other_line(command.sku)
    if not is_gapless(command.card, line.target.move_no):
        return words.card_behind(command.sku)
    book = book_at(command.card, command.bin, compared.counted_at)
    if book != compared.book:
        return words.moves_told_late(*line.key, compared.book, book)
    other = adjusted_since(command.card, command.bin, compared.counted_at, count.count_no)
    if other is not None:
        return words.adjusted_meanwhile(*line.key, other)
    return (
        CountAdjusted(
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
        ),
    )


def refuse(command: RefuseAdjustment, count: Counting, ctx: Context) -> Decision:
    """Send a line back to be counted once more. Refuses: not_on_sheet, no_difference, note_wanted."""
    line = find(count.lines, command.sku, command.bin)
    if line is None:
        return words.not_on_sheet(command.sku, command.bin)
    if line.compared is None or line.compared.difference == 0 or line.adjustment is not None:
        return words.no_difference(*line.key)
    if not command.note:
        return words.note_wanted()
    return (
        RecountAsked(
            at=command.at or ctx.now,
            count_no=count.count_no,
            lines=(CountKey(sku=command.sku, bin=command.bin),),
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
    booked = AdjustmentBooked(
        at=at,
        count_no=count.count_no,
        adjustment_id=command.adjustment_id,
        sku=line.target.sku,
        bin=line.target.bin,
        move_no=command.move_no,
    )
    return closing(count, (booked,), at)
