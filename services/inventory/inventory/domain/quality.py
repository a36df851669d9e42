"""质检 QC of a contract's goods (B21): passed before they are packed and loaded; what fails goes to the pending zone.

One aggregate per contract, `qc:HT26030001`. It counts, per line, the passed pieces that lie in the warehouse; who
loads compares them with what is loaded. Inspections add up; pieces that leave, are damaged or released are counted
off, passed ones first. A failure is at once a damage report `Q-<inspection>` on the contract's goods (D4), which takes
the pieces out of what is available.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts.bounds import Few, OptionalId
from contracts.fact import GoodsLine
from contracts.inventory_packing import PassedGoodsGone, QualityCause, QualityFailed, QualityPassed
from inventory.domain.texts import MAX_PIECES, Note, Photos
from runtime.decision import Command, Rejected, Timer

InspectionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]


def quality_id(contract_no: str) -> str:
    """Aggregate id of a contract's QC."""
    return f"qc:{contract_no}"


class PassQuality(Command):
    """质检合格: pieces of a contract, counted and looked over."""

    command: Literal["PassQuality"] = "PassQuality"
    contract_no: OptionalId
    inspection_id: InspectionId
    lines: Annotated[tuple[GoodsLine, ...], Field(max_length=200)]
    note: Note = ""
    photos: Photos = ()


class FailQuality(Command):
    """质检不合格: pieces of one line. `passed_before`: they were passed by an earlier inspection."""

    command: Literal["FailQuality"] = "FailQuality"
    contract_no: OptionalId
    inspection_id: InspectionId
    line: GoodsLine
    cause: QualityCause
    passed_before: bool = False
    note: Note = ""
    photos: Photos = ()


class NoteGone(Command):
    """Pieces of the contract left the warehouse, were damaged in it, or were released."""

    command: Literal["NoteGone"] = "NoteGone"
    contract_no: OptionalId
    cause_id: OptionalId
    why: Literal["issued", "damaged", "released"]
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]


COMMANDS = PassQuality | FailQuality | NoteGone
QualityEvent = QualityPassed | QualityFailed | PassedGoodsGone


@dataclass(frozen=True, slots=True)
class Inspected:
    """`passed`: pieces per line that may be packed and loaded; `known`: inspections that were told."""

    passed: tuple[GoodsLine, ...] = ()
    known: tuple[str, ...] = ()


Quality = Inspected
INITIAL: Quality = Inspected()
STATES = (Inspected,)
Decision = tuple[QualityEvent, ...] | Rejected


def decide(command: COMMANDS, quality: Quality, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb."""
    match command:
        case PassQuality():
            return pass_quality(command, quality, ctx)
        case FailQuality():
            return fail_quality(command, quality, ctx)
        case NoteGone():
            return note_gone(command, quality, ctx)
    assert_never(command)


def pass_quality(command: PassQuality, quality: Quality, ctx: Context) -> Decision:
    """Pieces may be packed and loaded (B21). Once per inspection.

    Refuses: nothing_inspected, line_twice, bad_quantity.
    """
    if command.inspection_id in quality.known:
        return ()
    if not command.lines:
        return _no("nothing_inspected", "没有写检查了哪些货", "Say which goods were inspected")
    if len({line.line_no for line in command.lines}) < len(command.lines):
        return _no("line_twice", "同一行写了两次，请合并", "A line stands there twice; put it together")
    if any(not 1 <= line.quantity <= MAX_PIECES for line in command.lines):
        return _no("bad_quantity", "合格件数至少是 1", "At least one piece passes")
    return (
        QualityPassed(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            inspection_id=command.inspection_id,
            lines=command.lines,
            totals=_added(quality.passed, command.lines),
            inspected_by=ctx.by,
            note=command.note,
            photos=command.photos,
        ),
    )


def fail_quality(command: FailQuality, quality: Quality, ctx: Context) -> Decision:
    """Pieces go to the pending zone (B21, D4). Once per inspection. Refuses: bad_quantity, note_wanted."""
    if command.inspection_id in quality.known:
        return ()
    line = command.line
    if not 1 <= line.quantity <= MAX_PIECES:
        return _no("bad_quantity", "不合格件数至少是 1", "At least one piece fails")
    if command.cause == "other" and not command.note:
        return _no("note_wanted", "请写明哪里不合格", "Say what is wrong")
    return (
        QualityFailed(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            inspection_id=command.inspection_id,
            damage_id=f"Q-{command.inspection_id}",
            line_no=line.line_no,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            cause=command.cause,
            totals=_taken_off(quality.passed, (line,)) if command.passed_before else quality.passed,
            inspected_by=ctx.by,
            note=command.note,
            photos=command.photos,
        ),
    )


def note_gone(command: NoteGone, quality: Quality, ctx: Context) -> Decision:
    """Passed pieces are here no more. Nothing passed of these lines, or told before, is no event."""
    if command.cause_id in quality.known:
        return ()
    totals = _taken_off(quality.passed, command.lines)
    if totals == quality.passed:
        return ()
    return (
        PassedGoodsGone(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            cause_id=command.cause_id,
            why=command.why,
            lines=command.lines,
            totals=totals,
        ),
    )


def not_passed(lines: tuple[GoodsLine, ...], passed: Mapping[int, int]) -> tuple[GoodsLine, ...]:
    """Of the lines to be loaded, the pieces that no inspection passed (B21)."""
    lacking = ((line, line.quantity - passed.get(line.line_no, 0)) for line in lines)
    return tuple(line.model_copy(update={"quantity": pieces}) for line, pieces in lacking if pieces > 0)


def evolve(quality: Quality, event: QualityEvent) -> Quality:
    """What is passed after an event."""
    match event:
        case QualityPassed() | QualityFailed():
            return replace(quality, passed=event.totals, known=(*quality.known, event.inspection_id))
        case PassedGoodsGone():
            return replace(quality, passed=event.totals, known=(*quality.known, event.cause_id))
    assert_never(event)


def due(quality: Quality) -> tuple[Timer, ...]:  # noqa: ARG001 - every aggregate has the same three functions
    """Nothing falls due by itself: what is not passed does not leave."""
    return ()


def _added(passed: tuple[GoodsLine, ...], more: tuple[GoodsLine, ...]) -> tuple[GoodsLine, ...]:
    sums = {line.line_no: line for line in passed}
    for line in more:
        before = sums[line.line_no].quantity if line.line_no in sums else 0
        sums[line.line_no] = line.model_copy(update={"quantity": before + line.quantity})
    return tuple(sums[line_no] for line_no in sorted(sums))


def _taken_off(passed: tuple[GoodsLine, ...], gone: tuple[GoodsLine, ...]) -> tuple[GoodsLine, ...]:
    pieces = {line.line_no: line.quantity for line in gone}
    return tuple(
        line.model_copy(update={"quantity": max(0, line.quantity - pieces.get(line.line_no, 0))}) for line in passed
    )


def _no(code: str, zh: str, en: str) -> Rejected:
    return Rejected(code, "B21", zh, en)
