"""A transfer is asked for, set apart, counted where it is sent from, and on the road (D17, D8)."""

from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.depots import said_depot
from company.policy import policy_book
from contracts import inventory_transfers as facts
from contracts.bounds import Few, HowMany, Nth, OptionalId
from contracts.inventory_stock import LotPieces
from contracts.inventory_transfers import TransferEvent
from inventory.depots import depot_flaw
from inventory.fields import MAX_PIECES, Note, Reason, Text, TransferNo, dated
from inventory.goods.lots import spread
from inventory.goods.row import PIECES
from inventory.refusals import no
from inventory.transfer.state import (
    Asked,
    Decision,
    Differs,
    Done,
    Known,
    NoTransfer,
    OnTheRoad,
    Transfer,
    as_pieces,
    by_lot,
    without,
)
from inventory.who import ASKS_TRANSFERS, KEEPER, TURNS_BACK
from runtime.decision import Command, Rejected
from runtime.use_case import Asker, Born, UseCase

Lines = Annotated[tuple[facts.TransferLine, ...], Field(min_length=1, max_length=200)]


class AskTransfer(Command):
    """调拨申请 Ask for a transfer (D17)

    Pieces of one depot's free stock are set apart for another depot, or for a contract that is delivered from there.
    Its paper is the inbound slip of the depot that receives them (D1). Answers the number in `body.transfer_no`.
    """

    command: Literal["AskTransfer"] = "AskTransfer"
    transfer_no: TransferNo
    from_depot: Annotated[OptionalId, Field(min_length=1)]
    to_depot: Annotated[OptionalId, Field(min_length=1)]
    lines: Lines
    reason: Reason


class OpenTransfer(Command):
    """货在他仓 (D17): pieces lie in another depot than the one that needs them, and are set apart for the transfer."""

    command: Literal["OpenTransfer"] = "OpenTransfer"
    transfer_no: OptionalId
    from_depot: OptionalId
    to_depot: OptionalId
    lines: Lines
    reason: Note


class NoteTransferGoods(Command):
    """The stock's answer to one line: of which lots it set pieces apart; none for too few."""

    command: Literal["NoteTransferGoods"] = "NoteTransferGoods"
    line_no: Nth
    lots: Annotated[tuple[LotPieces, ...], Few(1_000)] = ()
    available: HowMany = 0


class SendTransfer(Command):
    """调拨发出 Send a transfer (D17)

    What was counted into the vehicle, by line and lot; what was set apart and is not sent stays, free again.
    """

    command: Literal["SendTransfer"] = "SendTransfer"
    counted: Annotated[tuple[facts.TransferPieces, ...], Field(min_length=1, max_length=1_000)]
    carrier: Text
    """Vehicle or carrier, and who drives."""
    note: Note = ""


class CancelTransfer(Command):
    """调拨作废 Void a transfer (D17)

    Before anything left: what was set apart is free again.
    """

    command: Literal["CancelTransfer"] = "CancelTransfer"
    reason: Reason


class TurnTransferBack(Command):
    """调拨折返 Turn a transfer back (D17)

    What is on the road comes back to the depot that sent it, and is counted there.
    """

    command: Literal["TurnTransferBack"] = "TurnTransferBack"
    reason: Reason


def ask_transfer(command: AskTransfer, transfer: Transfer, ctx: Context) -> Decision:
    """Pieces of one depot are wanted in another.

    Rules: D17, X7. The same again is no event. Refuses: unknown_depot, same_depot, bad_transfer_line,
    transfer_contradicts.
    """
    at = command.at or ctx.now
    asked = facts.TransferAsked(
        at=at,
        transfer_no=command.transfer_no,
        from_depot=command.from_depot,
        to_depot=command.to_depot,
        lines=command.lines,
        reason=command.reason,
        asked_by=ctx.by,
    )
    if not isinstance(transfer, NoTransfer):
        same = transfer.asked.model_copy(update={"at": at, "asked_by": ctx.by}) == asked
        return () if same else no("transfer_contradicts", transfer_no=command.transfer_no)
    for depot in (command.from_depot, command.to_depot):
        if (flaw := depot_flaw(ctx.policy, depot)) is not None:
            return flaw
    if command.from_depot == command.to_depot:
        return no("same_depot", depot=said_depot(ctx.policy, command.from_depot))
    bad = next((line for line in command.lines if not _is_good(line)), None)
    if bad is not None or len({line.line_no for line in command.lines}) < len(command.lines):
        return no("bad_transfer_line", line_no=command.lines[-1].line_no if bad is None else bad.line_no)
    return (asked,)


def _is_good(line: facts.TransferLine) -> bool:
    named = bool(line.sku.strip()) and bool(line.name.strip())
    return named and 1 <= line.quantity <= MAX_PIECES and bool(line.contract_no) == (line.contract_line_no > 0)


def open_transfer(command: OpenTransfer, transfer: Transfer, ctx: Context) -> Decision:
    """The pieces lie where they came, set apart; somebody has to send them on.

    Rules: D17. Once per number.
    """
    if not isinstance(transfer, NoTransfer):
        return ()
    at = command.at or ctx.now
    held = (
        facts.TransferLineHeld(
            at=at,
            transfer_no=command.transfer_no,
            line_no=line.line_no,
            lots=(LotPieces(lot=line.lot, quantity=line.quantity),),
        )
        for line in command.lines
    )
    asked = facts.TransferAsked(
        at=at,
        transfer_no=command.transfer_no,
        from_depot=command.from_depot,
        to_depot=command.to_depot,
        lines=command.lines,
        reason=command.reason,
        asked_by=ctx.by,
        is_held=True,
    )
    return (asked, *held)


def note_goods(command: NoteTransferGoods, transfer: Known, ctx: Context) -> Decision:
    """The stock set a line's pieces apart, or has too few.

    Rules: D8, D9, D17. Once per line.
    """
    if not isinstance(transfer, Asked):
        return ()
    if command.line_no in {*transfer.short, *(one.line_no for one in transfer.held)}:
        return ()
    at, number = command.at or ctx.now, transfer.asked.transfer_no
    if command.lots:
        held = facts.TransferLineHeld(at=at, transfer_no=number, line_no=command.line_no, lots=command.lots)
        return (held,)
    return (facts.TransferLineShort(at=at, transfer_no=number, line_no=command.line_no, available=command.available),)


def send(command: SendTransfer, transfer: Known, ctx: Context) -> Decision:
    """What was counted leaves; never more of a line or lot than was set apart for it.

    Rules: D17, D8, D13, X7. The same again is no event. Refuses: unknown_transfer, transfer_void, transfer_unanswered,
    nothing_counted, not_set_apart, sent_contradicts.
    """
    match transfer:
        case OnTheRoad(sent=known) | Differs(sent=known):
            return _sent_before(command, known)
        case Done(sent=known):
            return (
                no("transfer_void", transfer_no=transfer.asked.transfer_no)
                if known is None
                else _sent_before(command, known)
            )
        case Asked(asked=asked) if transfer.is_waiting:
            return no("transfer_unanswered", transfer_no=asked.transfer_no)
        case Asked(asked=asked):
            found = _of_held(command, transfer)
            if isinstance(found, Rejected):
                return found
            sent = as_pieces(found)
            if not sent:
                return no("nothing_counted", transfer_no=asked.transfer_no)
            lines = tuple(line for line in asked.lines if line.line_no in {one.line_no for one in sent})
            return (
                facts.TransferSent(
                    at=command.at or ctx.now,
                    transfer_no=asked.transfer_no,
                    from_depot=asked.from_depot,
                    to_depot=asked.to_depot,
                    lines=lines,
                    sent=sent,
                    left=without(transfer.held, sent),
                    carrier=command.carrier,
                    note=command.note,
                    sent_by=ctx.by,
                ),
            )
    assert_never(transfer)


def _sent_before(command: SendTransfer, known: facts.TransferSent) -> Decision:
    """The pieces of each line, whichever lots the first count named."""
    said = {one.line_no: 0 for one in (*command.counted, *known.sent)}
    for sign, some in ((1, command.counted), (-1, known.sent)):
        for one in some:
            said[one.line_no] += sign * one.quantity
    return no("sent_contradicts", transfer_no=known.transfer_no) if any(said.values()) else ()


def _of_held(command: SendTransfer, transfer: Asked) -> dict[int, dict[str, int]] | Rejected:
    """The counted pieces, each of a lot that was set apart: those with a lot first, then of whichever there is."""
    found: dict[int, dict[str, int]] = {}
    for one in sorted(command.counted, key=lambda one: one.lot == ""):
        sent = found.setdefault(one.line_no, {})
        held = by_lot(transfer.held, one.line_no)
        left = {lot: quantity - sent.get(lot, 0) for lot, quantity in held.items()}
        there = {one.lot: left.get(one.lot, 0)} if one.lot else left
        if one.quantity > sum(there.values()):
            most = sum(held.values()) if not one.lot else held.get(one.lot, 0)
            return no("not_set_apart", line_no=one.line_no, lot=one.lot or "—", held=most, counted=one.quantity)
        for lot, quantity in spread(there, one.quantity).items():
            sent[lot] = sent.get(lot, 0) + quantity
    return found


def cancel(command: CancelTransfer, transfer: Known, ctx: Context) -> Decision:
    """Void, before anything left: what was set apart is free again.

    Rules: D17. Refuses: unknown_transfer, transfer_left, transfer_unanswered.
    """
    match transfer:
        case Done(how="cancelled"):
            return ()
        case OnTheRoad() | Differs() | Done():
            return no("transfer_left", transfer_no=transfer.asked.transfer_no)
        case Asked(asked=asked) if transfer.is_waiting:
            return no("transfer_unanswered", transfer_no=asked.transfer_no)
        case Asked(asked=asked):
            held = {one.line_no for one in transfer.held}
            return (
                facts.TransferCancelled(
                    at=command.at or ctx.now,
                    transfer_no=asked.transfer_no,
                    from_depot=asked.from_depot,
                    lines=tuple(line for line in asked.lines if line.line_no in held),
                    reason=command.reason,
                    cancelled_by=ctx.by,
                ),
            )
    assert_never(transfer)


def turn_back(command: TurnTransferBack, transfer: Known, ctx: Context) -> Decision:
    """What is on the road comes back, and is counted where it was sent from.

    Rules: D17. Once. Refuses: unknown_transfer, transfer_not_on_the_road.
    """
    if not isinstance(transfer, OnTheRoad):
        return no("transfer_not_on_the_road", transfer_no=transfer.asked.transfer_no)
    if transfer.turned_back:
        return ()
    return (
        facts.TransferTurnedBack(
            at=command.at or ctx.now,
            transfer_no=transfer.asked.transfer_no,
            to_depot=transfer.asked.from_depot,
            reason=command.reason,
            turned_by=ctx.by,
        ),
    )


async def for_contracts(asker: Asker, number: str, body: Any) -> AskTransfer:
    """What is for a contract goes to the depot that delivers it."""
    told = {name: getattr(body, name) for name in type(body).model_fields if name != "command"}
    command = AskTransfer.model_validate({**told, "transfer_no": number})
    policy = policy_book().at(asker.now)
    for contract_no in sorted({line.contract_no for line in command.lines if line.contract_no}):
        goods = await asker.view(PIECES).get(contract_no)
        if goods is None or goods.customer is None:
            asker.refuse(no("no_goods", contract_no=contract_no), 404)
        if goods.depot != command.to_depot:
            asker.refuse(no("contract_of_other_depot", contract_no=contract_no, depot=said_depot(policy, goods.depot)))
    return command


def may_leave(transfer: Transfer) -> bool:
    """Something of it is set apart, and nothing more is to be heard of the stock."""
    return isinstance(transfer, Asked) and not transfer.is_waiting and bool(transfer.held)


def may_be_void(transfer: Transfer) -> bool:
    """The stock has answered, and nothing left."""
    return isinstance(transfer, Asked) and not transfer.is_waiting


def may_turn_back(transfer: Transfer) -> bool:
    """On its way there."""
    return isinstance(transfer, OnTheRoad) and not transfer.turned_back


USE_CASES: tuple[UseCase[Any, Any, TransferEvent], ...] = (
    UseCase(
        AskTransfer,
        ask_transfer,
        ASKS_TRANSFERS,
        "",
        body="TransferWanted",
        born=Born("transfer_no", made=dated(facts.NUMBERS)),
        prepare=for_contracts,
        status=201,
    ),
    UseCase(OpenTransfer, open_transfer),
    UseCase(NoteTransferGoods, note_goods),
    UseCase(SendTransfer, send, KEEPER, "sending", status=201, wanted=may_leave),
    UseCase(CancelTransfer, cancel, ASKS_TRANSFERS, "cancellation", status=201, wanted=may_be_void),
    UseCase(TurnTransferBack, turn_back, TURNS_BACK, "turning-back", status=201, wanted=may_turn_back),
)
