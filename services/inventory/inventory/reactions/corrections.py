"""What was typed wrong of a slip, a put-away or a paper by which pieces left -> cards, goods and slips follow (D16)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from company.reasons import CHECK_CORRECTED
from contracts.envelope import Meta
from contracts.inventory_inbound import CheckCorrected, CheckedLine, ExceptionLess, LotRight, PutAwayLess
from contracts.inventory_stock import LeftPieces, LotPieces, PaperCorrected, StockMoved
from inventory.goods.aggregate import GOODS
from inventory.goods.check_corrected import CorrectSlip, Less, OtherLot
from inventory.inbound.aggregate import INBOUND
from inventory.inbound.check import arrives_broken
from inventory.inbound.correcting import NotePutAwayMoved
from inventory.stock.aggregate import to_card
from inventory.stock.holding import BringIn, NameLot, TakeOut
from runtime.decision import Ask
from runtime.reaction import On, Reaction


def correct_slip(event: CheckCorrected, meta: Meta) -> Sequence[Ask]:
    """A check was typed wrong -> a contract's goods say what follows for its pieces; free ones, and those of the
    pending zone, are off the card, or of another lot."""
    return _told_at_once(ask for line in event.lines for ask in _of_line(event, line, meta))


def _told_at_once(asks: Iterable[Ask]) -> tuple[Ask, ...]:
    """Two lines of a slip may be for one of a contract, as of two lots: that one hears of both together, once."""
    told: dict[tuple[object, ...], Ask] = {}
    for number, ask in enumerate(asks):
        command = ask.command
        if not isinstance(command, CorrectSlip):
            told[(number,)] = ask
            continue
        of = (ask.aggregate_id, command.line_no, command.sku)
        if (before := told.get(of)) is not None and isinstance(before.command, CorrectSlip):
            command = before.command.and_also(command)
        told[of] = Ask(ask.aggregate_id, command)
    return tuple(told.values())


def _of_line(event: CheckCorrected, line: CheckedLine, meta: Meta) -> Iterator[Ask]:
    ended = [one for one in event.ended if one.line_no == line.line_no and one.aside]
    back = [one for one in event.taken_back if one.line_no == line.line_no]
    renamed = [one for one in event.renamed if one.line_no == line.line_no]
    broken = [one for one in ended if arrives_broken(line.contract_no, one.kind, event.slip_reason)]
    if line.contract_no is not None and line.contract_line_no is not None:
        shelved = [one for one in renamed if not one.pending]
        if broken or back or shelved:
            yield _of_contract(event, line, broken, back, shelved)
        renamed, back = [one for one in renamed if one.pending], []
    for one in back:
        voucher = f"{event.slip_no}/{line.line_no}/{one.part}"
        move = _move(event, line, one.quantity, f"{meta.id}/{voucher}/{one.bin}", one.lot)
        yield to_card(TakeOut(**move, kind="adjusted", bin=one.bin, corrects=voucher))
    for gone in ended:
        if gone not in broken:
            move = _move(event, line, gone.aside, f"{meta.id}/{gone.exception_id}", line.lot)
            yield to_card(TakeOut(**move, kind="adjusted", pending=True, corrects=gone.exception_id))
    for other in renamed:
        move = _move(event, line, other.quantity, f"{meta.id}/{other.voucher_no}/lot", other.was)
        named = {"lots": (LotPieces(lot=other.was, quantity=other.quantity),)}
        yield to_card(NameLot(**move | named, lot=other.lot, pending=other.pending))


def _move(event: CheckCorrected, line: CheckedLine, quantity: int, cause_id: str, lot: str) -> dict[str, Any]:
    return {
        "at": event.at,
        "depot": event.depot,
        "sku": line.sku,
        "name": line.name,
        "quantity": quantity,
        "voucher_no": event.correction_no,
        "cause_id": cause_id,
        "reason": event.reason,
        "held_for": None,
        "lots": (LotPieces(lot=lot, quantity=quantity),) if lot else (),
    }


def _of_contract(
    event: CheckCorrected,
    line: CheckedLine,
    broken: Iterable[ExceptionLess],
    back: Iterable[PutAwayLess],
    renamed: Iterable[LotRight],
) -> Ask:
    assert line.contract_no is not None
    assert line.contract_line_no is not None
    vouchers = ((f"{event.slip_no}/{one.line_no}/{one.part}", one) for one in back)
    command = CorrectSlip(
        at=event.at,
        contract_no=line.contract_no,
        depot=event.depot,
        slip_no=event.slip_no,
        line_no=line.contract_line_no,
        sku=line.sku,
        correction_no=event.correction_no,
        not_damaged=tuple(Less(number=one.exception_id, quantity=one.aside) for one in broken),
        taken_back=tuple(Less(number=voucher, quantity=one.quantity, lot=one.lot) for voucher, one in vouchers),
        other_lots=tuple(OtherLot(quantity=one.quantity, was=one.was, lot=one.lot) for one in renamed),
        reason=f"{CHECK_CORRECTED}：{event.reason}",
        asked_by=event.asked_by,
        witness=event.witness,
    )
    return Ask(GOODS.key(line.contract_no), command)


def note_put_away(event: StockMoved) -> Sequence[Ask]:
    """A line of the card says that pieces of a put-away lie in another bin -> so says the slip."""
    slip_no, *parts = event.corrects.partition("#")[0].split("/")
    if event.kind != "moved" or not event.put or [part.isdecimal() for part in parts] != [True, True]:
        return ()
    line_no, part = map(int, parts)
    to_bin = event.put[0].bin
    return tuple(
        Ask(
            INBOUND.key(slip_no),
            NotePutAwayMoved(
                at=event.at,
                line_no=line_no,
                part=part,
                quantity=taken.quantity,
                from_bin=taken.bin,
                bin=to_bin,
                move_no=event.move_no,
                reason=event.reason,
            ),
        )
        for taken in event.taken
        if taken.bin != to_bin
    )


def correct_paper(event: PaperCorrected, meta: Meta) -> Sequence[Ask]:
    """What left by a list, loan or scrap application was typed wrong -> what never left is in stock, what left besides
    is off the card."""
    return tuple(to_card(_left(event, line, meta)) for line in event.lines if line.right != line.was)


def _left(event: PaperCorrected, line: LeftPieces, meta: Meta) -> BringIn | TakeOut:
    quantity = abs(line.right - line.was)
    told: dict[str, Any] = {
        "at": event.at,
        "depot": event.depot,
        "sku": line.sku,
        "name": line.name,
        "quantity": quantity,
        "voucher_no": event.correction_no,
        "cause_id": f"{meta.id}/{line.line_no}",
        "reason": event.reason,
        "lots": (LotPieces(lot=line.lot, quantity=quantity),) if line.lot else (),
        "kind": "adjusted",
        "corrects": event.number,
        "pending": line.pending,
        "bin": event.bin,
    }
    return BringIn(**told) if line.right < line.was else TakeOut(**told, held_for=None)


REACTIONS = (
    Reaction("inventory.note_put_away_moved", (On(StockMoved, note_put_away),)),
    Reaction("inventory.correct_paper", (On(PaperCorrected, correct_paper),)),
)
