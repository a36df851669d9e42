"""A transfer between depots -> the cards of both follow, and contracts get what it brings them (D17)."""

from collections.abc import Sequence
from typing import Any

from contracts.civil_time import civil_day
from contracts.envelope import Meta
from contracts.inventory_stock import LotPieces, StockMoved, StockShortReported
from contracts.inventory_transfers import (
    GoodsAtOtherDepot,
    TransferArrival,
    TransferAsked,
    TransferCancelled,
    TransferDifferenceSettled,
    TransferLine,
    TransferPieces,
    TransferReceived,
    TransferSent,
)
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import DamagedArrival, ReceiveGoods
from inventory.reactions.papers import ALL
from inventory.stock.aggregate import to_card
from inventory.stock.counting import AdjustStock
from inventory.stock.holding import BringIn, HoldStock, PassHeld, ReleaseStock, TakeOut
from inventory.stock.lots import by_lot
from inventory.transfer.aggregate import TRANSFER
from inventory.transfer.sending import NoteTransferGoods, OpenTransfer
from runtime.decision import Ask
from runtime.reaction import On, Reaction, on_each


def holder(transfer_no: str, line_no: int) -> str:
    """As whose the stock holds the pieces of a line."""
    return f"{TRANSFER.key(transfer_no)}/{line_no}"


def _named(lot: str, quantity: int) -> tuple[LotPieces, ...]:
    return (LotPieces(lot=lot, quantity=quantity),) if lot else ()


def hold(event: TransferAsked, meta: Meta) -> Sequence[Ask]:
    """Asked for -> its pieces are set apart at the sending depot; those of a contract are already."""
    return tuple(
        to_card(
            HoldStock(
                at=event.at,
                depot=event.from_depot,
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                voucher_no=event.transfer_no,
                cause_id=f"{meta.id}/{line.line_no}",
                reason=event.reason,
                held_for=holder(event.transfer_no, line.line_no),
                bin=line.bin,
                lot=line.lot,
            )
        )
        for line in event.lines
        if not event.is_held
    )


def answer(event: StockMoved | StockShortReported, meta: Meta) -> Sequence[Ask]:
    """The stock set pieces apart for a transfer, or has too few -> the transfer knows."""
    held_for = event.needed_for if isinstance(event, StockShortReported) else event.held_for
    kind, _, line = (held_for or "").partition(":")
    if not meta.subject.startswith("stock:") or kind != "transfer":
        return ()
    number, _, line_no = line.rpartition("/")
    if isinstance(event, StockShortReported):
        told = NoteTransferGoods(at=event.at, line_no=int(line_no), available=event.available)
    elif event.kind == "held":
        lots = tuple(LotPieces(lot=lot, quantity=quantity) for lot, quantity in by_lot(event.taken).items())
        told = NoteTransferGoods(at=event.at, line_no=int(line_no), lots=lots)
    else:
        return ()
    return (Ask(TRANSFER.key(number), told),)


def open_for_contract(event: GoodsAtOtherDepot, meta: Meta) -> Sequence[Ask]:
    """Pieces of a contract lie in another depot -> a transfer holds them there, and somebody has to send them."""
    opened = OpenTransfer(
        at=event.at,
        transfer_no=event.transfer_no,
        from_depot=event.depot,
        to_depot=event.to_depot,
        lines=event.lines,
        reason=event.reason,
    )
    return (Ask(TRANSFER.key(event.transfer_no), opened), *(_there(event, line, meta) for line in event.lines))


def _there(event: GoodsAtOtherDepot, line: TransferLine, meta: Meta) -> Ask:
    told: dict[str, Any] = {
        "at": event.at,
        "depot": event.depot,
        "sku": line.sku,
        "name": line.name,
        "quantity": line.quantity,
        "voucher_no": event.voucher_no,
        "cause_id": f"{meta.id}/{line.line_no}",
        "reason": event.reason,
        "lots": _named(line.lot, line.quantity),
    }
    to = holder(event.transfer_no, line.line_no)
    if event.were_held:
        return to_card(PassHeld(**told, held_for=event.contract_no, next_holder=to))
    return to_card(BringIn(**told, kind="received", bin=line.bin, held_for=to))


def send(event: TransferSent, meta: Meta) -> Sequence[Ask]:
    """What was counted is off the sending depot's cards; what was left is free there."""
    asks: list[Ask] = []
    for line in event.lines:
        sent = [one for one in event.sent if one.line_no == line.line_no]
        move = _of_line(event.from_depot, event, line, sent, f"{meta.id}/{line.line_no}")
        asks.append(to_card(TakeOut(**move, kind="issued", reason=event.carrier)))
    skus = {line.line_no: line for line in event.lines}
    left = [one for one in event.left if one.line_no in skus]
    for number, one in enumerate(left, start=1):
        move = _of_line(event.from_depot, event, skus[one.line_no], [one], f"{meta.id}/left/{number}")
        asks.append(to_card(ReleaseStock(**move)))
    return tuple(asks)


def _of_line(
    depot: str, event: TransferSent, line: TransferLine, pieces: Sequence[TransferPieces], cause_id: str
) -> dict[str, Any]:
    return {
        "at": event.at,
        "depot": depot,
        "sku": line.sku,
        "name": line.name,
        "quantity": sum(one.quantity for one in pieces),
        "voucher_no": event.transfer_no,
        "cause_id": cause_id,
        "held_for": holder(event.transfer_no, line.line_no),
        "lots": tuple(LotPieces(lot=one.lot, quantity=one.quantity) for one in pieces if one.lot),
    }


def let_go(event: TransferCancelled, meta: Meta) -> Sequence[Ask]:
    """Void -> what was set apart is free again."""
    return tuple(
        to_card(
            ReleaseStock(
                at=event.at,
                depot=event.from_depot,
                sku=line.sku,
                quantity=ALL,
                voucher_no=event.transfer_no,
                cause_id=f"{meta.id}/{line.line_no}",
                reason=event.reason,
                held_for=holder(event.transfer_no, line.line_no),
            )
        )
        for line in event.lines
    )


def receive(event: TransferReceived, meta: Meta) -> Sequence[Ask]:
    """What came lies in the receiving depot: for its contract, or free; damaged pieces and those beyond what left in
    the pending zone, the latter held until somebody answers for them."""
    asks: list[Ask] = []
    for number, one in enumerate(event.counted, start=1):
        voucher = f"{event.transfer_no}/{event.part}-{number}"
        if one.contract_no:
            asks += _for_contract(event, one, voucher)
        else:
            for quantity, pending in ((one.good, False), (one.damaged, True)):
                if quantity:
                    cause = f"{meta.id}/{number}/{'damaged' if pending else 'good'}"
                    asks.append(_bring_in(event, one, quantity, cause, pending=pending))
        if one.over:
            held_for = holder(event.transfer_no, one.line_no)
            cause = f"{meta.id}/{number}/over"
            asks.append(_bring_in(event, one, one.over, cause, pending=True, held_for=held_for))
    return tuple(asks)


def _for_contract(event: TransferReceived, one: TransferArrival, voucher: str) -> list[Ask]:
    common: dict[str, Any] = {
        "at": event.at,
        "contract_no": one.contract_no,
        "line_no": one.contract_line_no,
        "sku": one.sku,
        "name": one.name,
        "arrived_on": civil_day(event.at),
        "told_by": "slip",
        "lot": one.lot,
        "depot": event.depot,
    }
    asks = []
    if one.good:
        whole = ReceiveGoods(**common, quantity=one.good, waybill=voucher, bin=one.bin)
        asks.append(Ask(GOODS.key(one.contract_no), whole))
    if one.damaged:
        damage_id = f"{event.transfer_no}-{event.part}-{one.line_no}-{voucher.rpartition('-')[2]}"
        damage = DamagedArrival(damage_id=damage_id[-60:], fault="carrier", photos=event.photos, note=event.note)
        broken = ReceiveGoods(**common, quantity=one.damaged, waybill=f"{voucher}-P", damage=damage)
        asks.append(Ask(GOODS.key(one.contract_no), broken))
    return asks


def _bring_in(
    event: TransferReceived,
    one: TransferArrival,
    quantity: int,
    cause_id: str,
    *,
    pending: bool,
    held_for: str | None = None,
) -> Ask:
    command = BringIn(
        at=event.at,
        depot=event.depot,
        sku=one.sku,
        name=one.name,
        quantity=quantity,
        voucher_no=event.transfer_no,
        cause_id=cause_id,
        reason=event.note,
        kind="received",
        bin="" if pending else one.bin,
        held_for=held_for,
        pending=pending,
        lots=_named(one.lot, quantity),
    )
    return to_card(command)


def settle(event: TransferDifferenceSettled, meta: Meta) -> Sequence[Ask]:
    """Both agreed what became of the pieces -> the cards say so. What is lost lies nowhere: nothing moves."""
    move: dict[str, Any] = {
        "at": event.at,
        "sku": event.sku,
        "name": event.name,
        "quantity": event.quantity,
        "voucher_no": event.transfer_no,
        "cause_id": meta.id,
        "reason": event.reason,
    }
    lots = _named(event.lot, event.quantity)
    free = ReleaseStock(**move, depot=event.depot, held_for=holder(event.transfer_no, event.line_no), lots=lots)
    match event.cause:
        case "lost":
            return ()
        case "never_left":
            return (to_card(BringIn(**move, depot=event.from_depot, kind="received", lots=lots)),)
        case "came_late" if event.contract_no:
            late = ReceiveGoods(
                at=event.at,
                contract_no=event.contract_no,
                line_no=event.contract_line_no,
                sku=event.sku,
                name=event.name,
                quantity=event.quantity,
                waybill=f"{event.transfer_no}/late-{meta.sequence}",
                arrived_on=civil_day(event.at),
                told_by="slip",
                lot=event.lot,
                depot=event.depot,
            )
            return (Ask(GOODS.key(event.contract_no), late),)
        case "came_late":
            return (to_card(BringIn(**move, depot=event.depot, kind="received", lots=lots)),)
        case "found":
            return (to_card(free),)
        case "uncounted":
            # once turned back, both are moves of one card, and each is its own
            less = move | {"quantity": -event.quantity, "cause_id": f"{meta.id}/uncounted"}
            gone = AdjustStock(**less, depot=event.from_depot, bin="", lot=event.lot or None)
            return (to_card(free), to_card(gone))


REACTIONS = (
    Reaction("inventory.hold_for_transfer", (On(TransferAsked, hold),)),
    Reaction("inventory.answer_transfer", on_each(answer, StockMoved, StockShortReported)),
    Reaction("inventory.open_transfer", (On(GoodsAtOtherDepot, open_for_contract),)),
    Reaction("inventory.send_transfer", (On(TransferSent, send),)),
    Reaction("inventory.let_go_transfer", (On(TransferCancelled, let_go),)),
    Reaction("inventory.receive_transfer", (On(TransferReceived, receive),)),
    Reaction("inventory.settle_transfer", (On(TransferDifferenceSettled, settle),)),
)
