"""Goods as the contract sees them: received, damaged, released, back again; and completeness (货齐, A3)."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Annotated, Any, Literal, assert_never

from company.context import Context
from company.depots import MAIN
from contracts import order as facts
from contracts.bounds import CivilDay, Few, HowMany, ManyLines, Nth, OptionalId
from contracts.civil_time import civil, civil_day
from contracts.fact import ContractLine, GoodsLine, LineLot
from contracts.spelling import Lot
from order.contract.fields import ContractNo, Text
from order.contract.state import (
    Cancelled,
    Complete,
    Damage,
    Decision,
    Fulfilled,
    Known,
    Line,
    Lines,
    Open,
    Receipt,
    Rest,
    Waiting,
    changed_line,
    changed_pieces,
    counted,
    line_of,
    over,
    owed_fen,
    unknown_line,
    with_line,
    with_pieces,
)
from order.contract.statements import Moved, Pieces, said_before
from order.refusals import no
from order.who import CARES
from runtime.decision import Command, Rejected, said_again
from runtime.refusal import Term
from runtime.use_case import UseCase


class NoteGoods(Command):
    """到货入合同 (A3): the warehouse has received pieces."""

    command: Literal["NoteGoods"] = "NoteGoods"
    contract_no: OptionalId
    line_no: Nth
    quantity: HowMany
    waybill: OptionalId
    arrived_on: CivilDay
    lot: Lot = ""
    told_by: OptionalId = ""
    depot: OptionalId = MAIN


class NoteLot(Command):
    """批号入合同 (D13): pieces that came are of `lot`, by the check; `was`: as what they were told."""

    command: Literal["NoteLot"] = "NoteLot"
    contract_no: OptionalId
    note_id: OptionalId
    line_no: Nth
    quantity: HowMany
    waybill: OptionalId
    was: Lot = ""
    lot: Lot


class AgreeToLots(Command):
    """客户同意多批号 Consent to several lots (D13)

    The customer takes a line in the lots that are here, though they differ in shade; with who consented, and how.
    """

    command: Literal["AgreeToLots"] = "AgreeToLots"
    contract_no: ContractNo
    line_no: Nth
    consented_by: Text
    consented_how: facts.ConsentHow


class NoteDamage(Command):
    """破损入合同 (D4, A3): the warehouse has been told of damage."""

    command: Literal["NoteDamage"] = "NoteDamage"
    contract_no: OptionalId
    line_no: Nth
    damage_id: OptionalId
    quantity: HowMany
    in_warehouse: bool
    lots: Annotated[tuple[LineLot, ...], Few(1_000)] = ()


class NoteRelease(Command):
    """释放入合同 (A6): the warehouse keeps pieces for the contract no longer."""

    command: Literal["NoteRelease"] = "NoteRelease"
    contract_no: OptionalId
    release_id: OptionalId
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]
    reason: ManyLines
    lots: Annotated[tuple[LineLot, ...], Few(1_000)] = ()
    to_depot: OptionalId = ""


class NoteReturn(Command):
    """退回入合同 (B14, B15): pieces that had left are back. `broken`: reported as damaged at the door (D4)."""

    command: Literal["NoteReturn"] = "NoteReturn"
    contract_no: OptionalId
    return_id: OptionalId
    line_no: Nth
    quantity: HowMany
    returned_on: CivilDay
    broken: bool = False


def note_goods(command: NoteGoods, contract: Known, ctx: Context) -> Decision:
    """The warehouse received pieces: does that make the contract complete, or on another day than thought?

    Rules: A3, X1. Once per line, waybill, day and door; also for a line that was removed, or a contract that was
    cancelled: the goods are there. Refuses: unknown_line, receipt_contradicts.
    """
    at = command.at or ctx.now
    line = line_of(contract, command.line_no)
    if line is None:
        return unknown_line(contract, command.line_no, "A3")
    receipt = Receipt(command.waybill, command.quantity, command.arrived_on, lot=command.lot, told_by=command.told_by)
    if known := [one.quantity for one in line.receipts if one.key == receipt.key]:
        if sum(known) == receipt.quantity:
            return ()
        return no("receipt_contradicts", line_no=command.line_no, waybill=command.waybill)
    noted = facts.GoodsNoted(
        at=at,
        contract_no=command.contract_no,
        line_no=command.line_no,
        quantity=command.quantity,
        arrived_on=command.arrived_on,
        waybill=command.waybill,
        lot=command.lot,
        told_by=command.told_by,
        depot=command.depot,
    )
    lines = changed_line(contract.lines, command.line_no, lambda line: _with_receipt(line, receipt))
    return (noted, *completeness(_from_depot(contract, command.depot), lines, at, ctx, "到货有变"))


def note_lot(command: NoteLot, contract: Known, ctx: Context) -> Decision:
    """The check says of which lot pieces are that came: is one lot enough now, or is the customer to be asked?

    Rules: D13, D2, A3. Once per number. What the contract gave up meanwhile keeps its lot. Refuses: unknown_line.
    """
    at = command.at or ctx.now
    line = line_of(contract, command.line_no)
    if line is None:
        return unknown_line(contract, command.line_no, "D13")
    if command.note_id in line.lots_noted:
        return ()
    noted = facts.GoodsLotNoted(
        at=at,
        contract_no=command.contract_no,
        line_no=command.line_no,
        quantity=min(command.quantity, sum(one.kept for one in line.receipts if one.lot == command.was)),
        waybill=command.waybill,
        was=command.was,
        lot=command.lot,
        note_id=command.note_id,
    )
    if not noted.quantity:
        return ()
    lines = changed_line(contract.lines, command.line_no, lambda line: _of_lot(line, noted))
    return (noted, *completeness(contract, lines, at, ctx, "验货定批"))


def agree_to_lots(command: AgreeToLots, contract: Known, ctx: Context) -> Decision:
    """The customer takes a line in several lots: it is complete by them, from the day of the consent on.

    Rules: D13, A3. Asked of a line whose pieces are all here, but of several lots. Agreed before to the
    same lots is no event; of another lot he is asked again.
    Refuses: contract_cancelled, contract_fulfilled, unknown_line, nothing_to_agree, said_otherwise (somebody else's, or
    another way, X7).
    """
    at = command.at or ctx.now
    if isinstance(contract, Cancelled | Fulfilled):
        return over(contract, "D13")
    line = next((line for line in contract.lines if line.sold.line_no == command.line_no), None)
    if line is None:
        return unknown_line(contract, command.line_no, "D13")
    lots = tuple(sorted(line.lots()))
    if lots == line.lots_agreed:
        return said_again(line.lots_agreed_by, f"{command.consented_by} {command.consented_how}")
    if line.asks_consent_since() is None:
        return no("nothing_to_agree", line_no=command.line_no, name=Term.of(line.sold.name))
    on = civil_day(at)
    agreed = facts.LotsAgreed(
        at=at,
        contract_no=command.contract_no,
        line_no=command.line_no,
        lots=lots,
        consented_by=command.consented_by,
        consented_how=command.consented_how,
        agreed_on=on,
    )
    lines = changed_line(contract.lines, command.line_no, lambda line: _with_consent(line, agreed))
    return (agreed, *completeness(contract, lines, at, ctx, "客户同意多批号"))


def asks_about_lots(contract: Known) -> Rejected | None:
    """Whether a line waits for the customer's consent to several lots (D13)."""
    waits = any(line.asks_consent_since() for line in contract.lines)
    return None if waits else no("no_line_in_lots")


def note_damage(command: NoteDamage, contract: Known, ctx: Context) -> Decision:
    """Pieces were found damaged: does the contract lack them now?

    Rules: D4, A3. What is damaged after it left the warehouse takes nothing from completeness: it had been complete.
    Once per damage report. Refuses: unknown_line, damage_contradicts.
    """
    at = command.at or ctx.now
    line = line_of(contract, command.line_no)
    if line is None:
        return unknown_line(contract, command.line_no, "D4")
    damage = Damage(command.damage_id, command.quantity, command.in_warehouse, _by_lot(command.lots))
    for known in line.damages:
        if known.damage_id == damage.damage_id:
            return () if known == damage else no("damage_contradicts", damage_id=command.damage_id)
    noted = facts.DamageNoted(
        at=at,
        contract_no=command.contract_no,
        line_no=command.line_no,
        damage_id=command.damage_id,
        quantity=command.quantity,
        in_warehouse=command.in_warehouse,
        lots=command.lots,
    )
    lines = changed_line(contract.lines, command.line_no, lambda line: _with_damage(line, damage))
    return (noted, *completeness(contract, lines, at, ctx, "破损"))


def note_release(command: NoteRelease, contract: Known, ctx: Context) -> Decision:
    """The warehouse released pieces: they count for this contract no longer. Where another depot delivers it from now
    on, dispatch hears of it even if the contract was not complete.

    Rules: A6, A3, D17, X7. Refuses: number_taken.
    """
    release = Moved(command.release_id, counted(command.lines))
    known = said_before(contract.course.releases, release, Term("释放", "release"))
    if known is not None:
        return known
    at = command.at or ctx.now
    noted = facts.GoodsReleaseNoted(
        at=at,
        contract_no=command.contract_no,
        release_id=command.release_id,
        lines=command.lines,
        reason=command.reason,
        lots=command.lots,
        to_depot=command.to_depot,
    )
    lines = changed_pieces(
        contract.lines, command.lines, lambda line, pieces: _with_release(line, pieces, command.lots)
    )
    after = _from_depot(contract, command.to_depot)
    told = completeness(after, lines, at, ctx, command.reason)
    if not told and after != contract and isinstance(after, Waiting) and complete_on(lines) is None:
        told = said(replace(after, lines=lines), None, at, ctx, command.reason)
    moved = {"depot": command.to_depot}
    return (noted, *(one.model_copy(update=moved) if isinstance(one, facts.CompletenessLost) else one for one in told))


def _from_depot(contract: Known, depot: str) -> Known:
    """The contract, delivered from that depot (D17); "" leaves it where it is."""
    return replace(contract, course=replace(contract.course, depot=depot)) if depot else contract


def note_return(command: NoteReturn, contract: Known, ctx: Context) -> Decision:
    """Pieces are back in the warehouse: good ones were counted all the time, and broken ones not since they were
    reported, so completeness stays.

    Rules: A3, B14, B15, D4, X7. Refuses: number_taken, unknown_line.
    """
    back = Moved(command.return_id, ((command.line_no, command.quantity),))
    known = said_before(contract.course.returns, back, Term("退回", "return"))
    if known is not None:
        return known
    if line_of(contract, command.line_no) is None:
        return unknown_line(contract, command.line_no, "B15")
    return (
        facts.GoodsReturnNoted(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            return_id=command.return_id,
            line_no=command.line_no,
            quantity=command.quantity,
            returned_on=command.returned_on,
            broken=command.broken,
        ),
    )


def completeness(
    contract: Known, lines: Lines, at: datetime, ctx: Context, reason: str
) -> tuple[facts.GoodsCompleted | facts.CompletenessLost, ...]:
    """What the new state of the lines means for completeness (A3): gained, lost, moved to another day, or nothing; once
    something was delivered, the same of the rest, which is another delivery (A10).

    A contract that is over, cancelled or fulfilled, or owes nothing, stays as it is.
    """
    match contract:
        case Cancelled() | Fulfilled():
            return ()
        case Waiting() | Complete():
            on = complete_on(lines)
            was_on = contract.on if isinstance(contract, Complete) else None
            ready = Rest(contract.course.part, owed_pieces(lines))
            is_told = on == was_on and (on is None or ready == contract.course.ready)
            return () if is_told or not ready.pieces else said(replace(contract, lines=lines), on, at, ctx, reason)
    assert_never(contract)


def owed_pieces(lines: Lines) -> Pieces:
    """What the customer is still to have, by line (A9)."""
    return tuple((line.sold.line_no, line.owed()) for line in lines if line.owed())


def _as_owed(line: Line) -> ContractLine:
    """The line with the pieces that are still owed."""
    return line.sold if line.owed() == line.sold.quantity else line.sold.model_copy(update={"quantity": line.owed()})


def complete_on(lines: Lines) -> date | None:
    """The day since which every line's pieces lay in the warehouse, undamaged; None while one lacks some (A3). A line
    of which nothing is owed lacks nothing."""
    latest: date | None = None
    for line in lines:
        day = line.reached_on()
        if day is None and line.owed():
            return None
        latest = day if latest is None or (day is not None and day > latest) else latest
    return latest


def said(
    after: Open, on: date | None, at: datetime, ctx: Context, reason: str
) -> tuple[facts.GoodsCompleted | facts.CompletenessLost, ...]:
    """The event that tells the others of a contract as it is now: complete since `on`, or (None) complete no longer."""
    terms = after.terms
    if on is None:
        short = next(line for line in after.lines if line.owed() and line.reached_on() is None)
        return (
            facts.CompletenessLost(
                at=at,
                contract_no=terms.contract_no,
                line_no=short.sold.line_no,
                quantity=short.lacking(),
                reason=reason,
                part=after.course.part,
            ),
        )
    return (
        facts.GoodsCompleted(
            at=max(at, min(civil(on, time()), ctx.now)),  # news of an earlier part can come last
            contract_no=terms.contract_no,
            store_code=terms.store_code,
            customer=terms.customer,
            promised_on=terms.promised_on,
            amount_due_fen=owed_fen(terms, after.course),
            lines=tuple(_as_owed(line) for line in after.lines if line.owed()),
            complete_on=on,
            part=after.course.part,
            depot=after.course.depot,
        ),
    )


Event = (
    facts.GoodsNoted
    | facts.GoodsLotNoted
    | facts.LotsAgreed
    | facts.DamageNoted
    | facts.GoodsReleaseNoted
    | facts.GoodsReturnNoted
    | facts.GoodsCompleted
    | facts.CompletenessLost
)


def evolve(contract: Known, event: Event) -> Known:
    """The contract after news of its goods."""
    course = contract.course
    match event:
        case facts.GoodsNoted():
            receipt = Receipt(event.waybill, event.quantity, event.arrived_on, lot=event.lot, told_by=event.told_by)
            here = _from_depot(contract, event.depot)
            return with_line(here, event.line_no, lambda line: _with_receipt(line, receipt))
        case facts.GoodsLotNoted():
            return with_line(contract, event.line_no, lambda line: _of_lot(line, event))
        case facts.LotsAgreed():
            return with_line(contract, event.line_no, lambda line: _with_consent(line, event))
        case facts.DamageNoted():
            damage = Damage(event.damage_id, event.quantity, event.in_warehouse, _by_lot(event.lots))
            return with_line(contract, event.line_no, lambda line: _with_damage(line, damage))
        case facts.GoodsReleaseNoted():
            release = Moved(event.release_id, counted(event.lines))
            course = replace(course, releases=(*course.releases, release), depot=event.to_depot or course.depot)
            noted = replace(contract, course=course)
            return with_pieces(noted, event.lines, lambda line, pieces: _with_release(line, pieces, event.lots))
        case facts.GoodsReturnNoted():
            back = Moved(event.return_id, ((event.line_no, event.quantity),))
            noted = replace(contract, course=replace(course, returns=(*course.returns, back)))
            broken = event.quantity if event.broken else 0
            return with_line(noted, event.line_no, lambda line: replace(line, broken_back=line.broken_back + broken))
        case facts.GoodsCompleted():
            ready = Rest(event.part, tuple(sorted((line.line_no, line.quantity) for line in event.lines)))
            course = replace(course, ready=ready)
            return Complete(contract.terms, contract.lines, event.complete_on, contract.dropped, course)
        case facts.CompletenessLost():
            return Waiting(contract.terms, contract.lines, contract.dropped, replace(course, ready=None))
    assert_never(event)


def _with_receipt(line: Line, receipt: Receipt) -> Line:
    return replace(line, receipts=(*line.receipts, receipt))


def _of_lot(line: Line, noted: facts.GoodsLotNoted) -> Line:
    """The line with pieces under the lot that the check found: those of the waybill first."""
    receipts: list[Receipt] = []
    left = noted.quantity
    for receipt in sorted(line.receipts, key=lambda one: one.waybill != noted.waybill):
        pieces = min(left, receipt.kept) if receipt.lot == noted.was else 0
        left -= pieces
        if receipt.quantity > pieces:
            receipts.append(replace(receipt, quantity=receipt.quantity - pieces))
        if pieces:
            first = receipt.lot if receipt.told_lot is None else receipt.told_lot
            receipts.append(replace(receipt, quantity=pieces, released=0, lot=noted.lot, told_lot=first))
    return replace(line, receipts=tuple(receipts), lots_noted=(*line.lots_noted, noted.note_id))


def _with_damage(line: Line, damage: Damage) -> Line:
    return replace(line, damages=(*line.damages, damage))


def _with_consent(line: Line, agreed: facts.LotsAgreed) -> Line:
    by = f"{agreed.consented_by} {agreed.consented_how}"
    return replace(line, lots_agreed_on=agreed.agreed_on, lots_agreed=agreed.lots, lots_agreed_by=by)


def _by_lot(lots: tuple[LineLot, ...]) -> tuple[tuple[str, int], ...]:
    return tuple((one.lot, one.quantity) for one in lots)


def _with_release(line: Line, pieces: int, lots: tuple[LineLot, ...]) -> Line:
    """The line with pieces that are its own no longer: of the lots that are named, then of none and of any (D13);
    those that came last go first, the day of the others stays."""
    receipts = list(line.receipts)
    named = [(one.lot, one.quantity) for one in lots if one.line_no == line.sold.line_no]
    unsaid = pieces - sum(quantity for _, quantity in named)
    for lots_meant, most in (*(({lot}, quantity) for lot, quantity in named), ({""}, unsaid), (None, pieces)):
        left = min(most, pieces)
        latest = sorted(enumerate(receipts), key=lambda one: one[1].arrived_on, reverse=True)
        for number, receipt in latest:
            if lots_meant is None or receipt.lot in lots_meant:
                given = min(left, receipt.kept)
                receipts[number] = replace(receipt, released=receipt.released + given)
                left, pieces = left - given, pieces - given
    return replace(line, receipts=tuple(receipts))


USE_CASES: tuple[UseCase[Any, Any, facts.OrderEvent], ...] = (
    UseCase(NoteGoods, note_goods, cites="A3"),
    UseCase(NoteLot, note_lot, cites="D13"),
    UseCase(
        AgreeToLots,
        agree_to_lots,
        CARES,
        "lots",
        gate=asks_about_lots,
        body="LotsConsent",
        status=201,
        cites="D13",
    ),
    UseCase(NoteDamage, note_damage, cites="D4"),
    UseCase(NoteRelease, note_release, cites="A6"),
    UseCase(NoteReturn, note_return, cites="B15"),
)
