"""质检 QC of a contract's goods (B21): passed before they are packed and loaded; what fails goes to the pending zone.

One aggregate per contract, `qc:HT26030001`. It counts, per line, the passed pieces that lie in the warehouse; who
loads compares them with what is loaded. Inspections add up; pieces that leave, are damaged or released are counted
off, passed ones first. A failure is at once a damage report `Q-<inspection>` on the contract's goods (D4), which takes
the pieces out of what is available.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, Field

from company.context import Context
from contracts import inventory_packing as facts
from contracts.bounds import Few, HowMany, Nth, OptionalId
from contracts.fact import GoodsLine
from contracts.inventory_packing import QualityEvent
from inventory.fields import MAX_PIECES, Note, Photos
from inventory.packing import LineToInspect, lines_to_inspect
from inventory.refusals import no
from inventory.who import QC
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import Asker, UseCase

InspectionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Pieces = Annotated[int, Field(ge=1, le=MAX_PIECES)]

# --- commands -----------------------------------------------------------------------------------------------------


class PassQuality(Command):
    """质检合格: pieces of a contract, counted and looked over."""

    command: Literal["PassQuality"] = "PassQuality"
    contract_no: OptionalId
    inspection_id: InspectionId
    lines: Annotated[tuple[GoodsLine, ...], Field(max_length=200)]
    here: Annotated[tuple[GoodsLine, ...] | None, Field(max_length=1000)] = None
    """What lies here of the contract, passed or not."""
    note: Note = ""
    photos: Photos = ()


class LinePassed(BaseModel):
    """Pieces of a line that passed."""

    line_no: Nth
    quantity: Pieces


class GoodsPassed(Command):
    """质检合格 Pass goods (B21)

    Only passed goods are packed and loaded. Without `lines`: all that lies here and was not passed yet. Without
    `inspection_id`, it is made from the request. Refuses: unknown_line, more_than_here, nothing_inspected.
    """

    command: Literal["PassQuality"] = "PassQuality"
    inspection_id: InspectionId | None = None
    lines: Annotated[tuple[LinePassed, ...] | None, Field(max_length=200)] = None
    note: Note = ""
    photos: Photos = ()


class FailQuality(Command):
    """质检不合格: pieces of one line. `passed_before`: they were passed by an earlier inspection."""

    command: Literal["FailQuality"] = "FailQuality"
    contract_no: OptionalId
    inspection_id: InspectionId
    line: GoodsLine
    cause: facts.QualityCause
    passed_before: bool = False
    here: HowMany | None = None
    """What lies here of the line, passed or not."""
    note: Note = ""
    photos: Photos = ()


class GoodsFailed(Command):
    """质检不合格 Fail goods (B21)

    The pieces go to the pending zone by a damage report. Without `inspection_id`, it is made from the request.
    Refuses: unknown_line, more_than_here, note_wanted.
    """

    command: Literal["FailQuality"] = "FailQuality"
    inspection_id: InspectionId | None = None
    line_no: Nth
    quantity: Pieces
    cause: facts.QualityCause
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


# --- rules --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was told under a number; `cause`: why pieces failed."""

    inspection_id: str
    pieces: Mapping[int, int]
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Inspected:
    """`passed`: pieces per line that may be packed and loaded; `known`: causes for which pieces went."""

    passed: tuple[GoodsLine, ...] = ()
    known: tuple[str, ...] = ()
    told: tuple[Inspection, ...] = ()

    def of(self, line_no: int) -> int:
        """Passed pieces of one line."""
        return sum(line.quantity for line in self.passed if line.line_no == line_no)


Decision = tuple[QualityEvent, ...] | Rejected


def pass_quality(command: PassQuality, quality: Inspected, ctx: Context) -> Decision:
    """Pieces may be packed and loaded (B21), of each line no more than lie here. Once per inspection.

    Rules: B21, X7. Refuses: inspection_contradicts, nothing_inspected, line_twice, bad_quantity, more_than_here.
    """
    known = _told_before(Inspection(command.inspection_id, _pieces(command.lines)), quality)
    if known is not None:
        return known
    if not command.lines:
        return no("nothing_inspected")
    if len({line.line_no for line in command.lines}) < len(command.lines):
        return no("inspected_twice")
    if any(not 1 <= line.quantity <= MAX_PIECES for line in command.lines):
        return no("nothing_passed")
    here = _pieces(command.here or ())
    for line in command.lines if command.here is not None else ():
        most = max(0, here.get(line.line_no, 0) - quality.of(line.line_no))
        if line.quantity > most:
            return no("more_than_here", line_no=line.line_no, most=most, pieces=line.quantity)
    return (
        facts.QualityPassed(
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


def fail_quality(command: FailQuality, quality: Inspected, ctx: Context) -> Decision:
    """Pieces go to the pending zone (B21, D4). Once per inspection. Those that were not passed yet go first: no more
    pieces are passed than lie here.

    Rules: B21, D4, X7. Refuses: inspection_contradicts, bad_quantity, note_wanted.
    """
    line = command.line
    known = _told_before(Inspection(command.inspection_id, _pieces((line,)), command.cause), quality)
    if known is not None:
        return known
    if not 1 <= line.quantity <= MAX_PIECES:
        return no("nothing_failed")
    if command.cause == "other" and not command.note:
        return no("fault_wanted")
    unpassed = line.quantity if command.here is None else max(0, command.here - quality.of(line.line_no))
    were_passed = line.quantity if command.passed_before else max(0, line.quantity - unpassed)
    return (
        facts.QualityFailed(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            inspection_id=command.inspection_id,
            damage_id=damage_id(command.inspection_id),
            line_no=line.line_no,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            cause=command.cause,
            totals=_taken_off(quality.passed, (line.model_copy(update={"quantity": were_passed}),)),
            inspected_by=ctx.by,
            note=command.note,
            photos=command.photos,
        ),
    )


def _told_before(told: Inspection, quality: Inspected) -> tuple[()] | Rejected | None:
    """None when the number is new; no event when the same was told before, or all that lay here was passed by it."""
    known = next((one for one in quality.told if one.inspection_id == told.inspection_id), None)
    if known is None:
        return None
    if known == told or (not told.pieces and not known.cause):
        return ()
    return no("inspection_contradicts", inspection_id=told.inspection_id, known=_words(known), told=_words(told))


def _words(told: Inspection) -> Term:
    zh = "、".join(f"第 {line_no} 行 {quantity} 件" for line_no, quantity in told.pieces.items())
    en = ", ".join(f"{quantity} of line {line_no}" for line_no, quantity in told.pieces.items())
    return Term(f"{zh}不合格", f"{en} failed") if told.cause else Term(f"{zh}合格", f"{en} passed")


def _pieces(lines: Iterable[GoodsLine]) -> dict[int, int]:
    return {line.line_no: line.quantity for line in lines}


def damage_id(inspection_id: str) -> str:
    """The damage report of an inspection."""
    return f"Q-{inspection_id}"


def note_gone(command: NoteGone, quality: Inspected, ctx: Context) -> Decision:
    """Passed pieces are here no more. Nothing passed of these lines, or told before, is no event."""
    if command.cause_id in quality.known:
        return ()
    totals = _taken_off(quality.passed, command.lines)
    if totals == quality.passed:
        return ()
    return (
        facts.PassedGoodsGone(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            cause_id=command.cause_id,
            why=command.why,
            lines=command.lines,
            totals=totals,
        ),
    )


def evolve(quality: Inspected, event: QualityEvent) -> Inspected:
    """What is passed after an event."""
    match event:
        case facts.QualityPassed():
            told = Inspection(event.inspection_id, _pieces(event.lines))
            return replace(quality, passed=event.totals, told=(*quality.told, told))
        case facts.QualityFailed():
            told = Inspection(event.inspection_id, {event.line_no: event.quantity}, event.cause)
            return replace(quality, passed=event.totals, told=(*quality.told, told))
        case facts.PassedGoodsGone():
            return replace(quality, passed=event.totals, known=(*quality.known, event.cause_id))
    assert_never(event)


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


# --- use cases ----------------------------------------------------------------------------------------------------


async def passed(asker: Asker, number: str, body: GoodsPassed) -> PassQuality:
    """The lines that passed; all that lie here, where none are named."""
    lines = await _lines(asker, number)
    wanted = (
        {line_no: line.to_inspect for line_no, line in lines.items() if line.to_inspect}
        if body.lines is None
        else {line.line_no: line.quantity for line in body.lines}
    )
    return PassQuality(
        at=body.at,
        contract_no=number,
        inspection_id=body.inspection_id or asker.fresh_id("quality", number),
        lines=tuple(
            _piece(asker, lines, line_no, pieces, lambda line: line.here) for line_no, pieces in wanted.items()
        ),
        here=tuple(
            GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=line.here) for line in lines.values()
        ),
        note=body.note,
        photos=body.photos,
    )


async def failed(asker: Asker, number: str, body: GoodsFailed) -> FailQuality:
    """The line that failed."""
    lines = await _lines(asker, number)
    return FailQuality(
        at=body.at,
        contract_no=number,
        inspection_id=body.inspection_id or asker.fresh_id("quality", number),
        line=_piece(asker, lines, body.line_no, body.quantity, lambda line: line.here),
        cause=body.cause,
        passed_before=body.passed_before,
        here=lines[body.line_no].here,
        note=body.note,
        photos=body.photos,
    )


async def _lines(asker: Asker, contract_no: str) -> dict[int, LineToInspect]:
    lines = await lines_to_inspect(asker, contract_no)
    if lines is None:
        asker.refuse(no("no_contract_to_inspect", contract_no=contract_no), 404)
    return {line.line_no: line for line in lines}


def _piece(
    asker: Asker,
    lines: Mapping[int, LineToInspect],
    line_no: int,
    pieces: int,
    of: Callable[[LineToInspect], int],
) -> GoodsLine:
    """Pieces of a line, of which there are enough. `of`: what they are among."""
    if line_no not in lines:
        asker.refuse(no("no_line_to_inspect", line_no=line_no), 404)
    line = lines[line_no]
    if pieces > of(line):
        asker.refuse(no("more_than_here", line_no=line_no, most=of(line), pieces=pieces))
    return GoodsLine(line_no=line_no, sku=line.sku, name=line.name, quantity=pieces)


QUALITY = Aggregate[Inspected, QualityEvent](
    "qc",
    Inspected(),
    (Inspected,),
    evolve,
    (
        UseCase(
            PassQuality,
            pass_quality,
            QC,
            "passes",
            body=GoodsPassed,
            prepare=passed,
            says=lambda said: {"inspection_id": said.inspection_id},
            bare=False,
            status=201,
        ),
        UseCase(
            FailQuality,
            fail_quality,
            QC,
            "failures",
            body=GoodsFailed,
            prepare=failed,
            says=lambda said: {"inspection_id": said.inspection_id, "damage_id": damage_id(said.inspection_id)},
            status=201,
        ),
        UseCase(NoteGone, note_gone),
    ),
)
