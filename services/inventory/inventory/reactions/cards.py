"""What happens to a contract's goods -> the bin cards follow (D6, D8); what the cards answer -> the goods."""

from collections.abc import Sequence
from typing import Any, get_args

from contracts.envelope import Meta
from contracts.fact import GoodsLine
from contracts.inventory import (
    AllocationAsked,
    AllocationRefused,
    ArrivalConfirmed,
    ArrivalCorrected,
    DamageReported,
    GoodsArrived,
    GoodsIssued,
    GoodsReleased,
    GoodsReturned,
    GoodsUnclaimed,
    IssueCorrected,
)
from contracts.inventory_stock import HeldPiecesMissed, LotPieces, StockMoved, StockShortReported
from inventory.goods.aggregate import GOODS
from inventory.goods.allocation import NoteAllocation
from inventory.goods.damage import ReportLost
from inventory.goods.lots import on_card
from inventory.goods.state import IN_WAREHOUSE
from inventory.stock.aggregate import to_card
from inventory.stock.counting import WriteOff
from inventory.stock.holding import BringIn, HoldStock, NameLot, PlaceHeld, ReleaseStock, SetHeldAside, TakeOut
from inventory.stock.lots import lot_pieces
from runtime.decision import Ask
from runtime.reaction import On, Reaction, on_each

Followed = (
    GoodsArrived
    | ArrivalConfirmed
    | ArrivalCorrected
    | IssueCorrected
    | GoodsReturned
    | GoodsUnclaimed
    | DamageReported
    | GoodsIssued
    | GoodsReleased
)
"""What happens to a contract's pieces."""


def follow_goods(event: Followed, meta: Meta) -> Sequence[Ask]:
    """A contract's pieces came, left, were damaged, released or returned -> so they did on their bin cards."""
    match event:
        case GoodsArrived(from_stock=False):
            kind, voucher = "received", event.waybill
            return (_bring_in(event, meta, kind=kind, voucher_no=voucher, held_for=event.contract_no),)
        case ArrivalConfirmed():
            return _confirmed(event, meta)
        case ArrivalCorrected() if event.quantity:
            told = _pieces(event, event, meta.id, voucher_no=event.correction_no, reason=event.reason)
            whose = {"held_for": None, "pending": True} if event.pending else {}
            return (to_card(TakeOut(**told | whose, kind="adjusted", corrects=event.named or event.waybill)),)
        case IssueCorrected():
            told = _pieces(event, event, meta.id, voucher_no=event.correction_no, reason=event.reason)
            return (to_card(BringIn(**told, kind="adjusted", corrects=event.list_no, bin=event.bin)),)
        case GoodsReturned(broken=True):
            return (_bring_in(event, meta, kind="returned", voucher_no=event.return_no, pending=True),)
        case GoodsReturned():
            return (_bring_in(event, meta, kind="returned", voucher_no=event.return_no, held_for=event.contract_no),)
        case GoodsUnclaimed():
            kind = "returned" if event.why == "never_left" else "received"
            return (_bring_in(event, meta, kind=kind, voucher_no=event.voucher_no, pending=event.pending),)
        case DamageReported(lost=False) if event.found in IN_WAREHOUSE:
            told = _pieces(event, event, meta.id, voucher_no=event.damage_id, reason=event.note)
            return (to_card(SetHeldAside(**told, arrives=event.slip_no is not None)),)
        case DamageReported(lost=True):
            told = _pieces(event, event, meta.id, voucher_no=event.count_no, reason=event.adjustment_id)
            return (to_card(WriteOff(**told)),)
        case GoodsIssued():
            gone = (_pieces(event, x, _cause(meta, x), voucher_no=event.list_no) for x in event.lines)
            return tuple(to_card(TakeOut(**told, kind="issued")) for told in gone)
        case GoodsReleased(to_transfer=False):
            more = {"voucher_no": event.release_no or event.contract_no, "reason": event.reason}
            free = (_pieces(event, x, _cause(meta, x), **more) for x in event.lines)
            return tuple(to_card(ReleaseStock(**told)) for told in free)
        case _:
            return ()


def _confirmed(event: ArrivalConfirmed, meta: Meta) -> Sequence[Ask]:
    """Pieces that lie here: they are of the lot that was said now (D13), and go to their bin (D6)."""
    told = _pieces(event, event, meta.id, voucher_no=event.waybill)
    place = (to_card(PlaceHeld(**told, bin=event.bin)),) if event.bin else ()
    if not event.was:
        return place
    moved = {"cause_id": f"{meta.id}/lot", "quantity": sum(one.quantity for one in event.was), "lots": event.was}
    return (to_card(NameLot(**{**told, **moved}, lot=event.lot)), *place)


def _pieces(
    event: DamageReported | GoodsIssued | GoodsReleased | ArrivalConfirmed | ArrivalCorrected | IssueCorrected,
    of: DamageReported | GoodsLine | ArrivalConfirmed | ArrivalCorrected | IssueCorrected,
    cause_id: str,
    **more: str,
) -> dict[str, Any]:
    """Which pieces of a contract move, how many, when and why."""
    what = {"sku": of.sku, "name": of.name, "quantity": of.quantity}
    lots = _lots_in(event) if isinstance(event, ArrivalConfirmed) else on_card(event.lots, of.line_no)
    whose = {"held_for": event.contract_no, "lots": lots}
    return {"at": event.at, "depot": event.depot, **what, "cause_id": cause_id, **whose, **more}


def _cause(meta: Meta, line: GoodsLine) -> str:
    """Two lines of one event may be of one sku: each is a move."""
    return f"{meta.id}/{line.line_no}"


def _bring_in(
    event: GoodsArrived | GoodsReturned | GoodsUnclaimed,
    meta: Meta,
    *,
    kind: str,
    voucher_no: str,
    held_for: str | None = None,
    pending: bool = False,
) -> Ask:
    command = BringIn.model_validate(
        {
            "at": event.at,
            "depot": event.depot,
            "sku": event.sku,
            "name": event.name,
            "quantity": event.quantity,
            "voucher_no": voucher_no,
            "cause_id": meta.id,
            "kind": kind,
            "bin": event.bin,
            "held_for": held_for,
            "pending": pending,
            "lots": _lots_in(event),
        }
    )
    return to_card(command)


def _lots_in(event: GoodsArrived | GoodsReturned | GoodsUnclaimed | ArrivalConfirmed) -> tuple[LotPieces, ...]:
    if isinstance(event, GoodsReturned):
        return on_card(event.lots)
    return (LotPieces(lot=event.lot, quantity=event.quantity),) if event.lot else ()


def allocate_stock(event: AllocationAsked | AllocationRefused, meta: Meta) -> Sequence[Ask]:
    """A contract asks for free stock -> its card sets it apart; one that wants it no more -> it is free again."""
    if isinstance(event, AllocationAsked):
        hold = HoldStock(
            at=event.at,
            depot=event.depot,
            sku=event.sku,
            name=event.name,
            quantity=event.quantity,
            voucher_no=event.allocation_no,
            cause_id=meta.id,
            reason="调配",
            held_for=event.contract_no,
            one_lot=event.one_lot,
            lots_first=event.lots_first,
            lot=event.exchange_lot,
        )
        return (to_card(hold),)
    if event.held:
        release = ReleaseStock(
            at=event.at,
            depot=event.depot,
            sku=event.sku,
            quantity=event.held,
            voucher_no=event.allocation_no,
            cause_id=meta.id,
            reason="合同不再需要",
            held_for=event.contract_no,
            lots=event.lots,
        )
        return (to_card(release),)
    return ()


def answer_allocation(event: StockMoved | StockShortReported, meta: Meta) -> Sequence[Ask]:
    """The card set pieces apart for a contract, or has too few -> the contract's goods know."""
    if not meta.subject.startswith("stock:"):
        return ()
    if isinstance(event, StockMoved):
        if event.kind != "held":
            return ()
        holder, granted, available, lots = event.held_for, True, event.quantity, lot_pieces(event.taken)
    else:
        holder, granted, available, lots = event.needed_for, False, event.available, ()
    if holder is None or ":" in holder:
        return ()
    command = NoteAllocation(
        at=event.at,
        contract_no=holder,
        allocation_no=event.voucher_no,
        granted=granted,
        available=available,
        lots=lots,
    )
    return (Ask(GOODS.key(holder), command),)


def note_missed(event: HeldPiecesMissed) -> Sequence[Ask]:
    """A count missed pieces held for a contract -> the contract lacks them (D7, D9)."""
    command = ReportLost(
        at=event.at,
        contract_no=event.contract_no,
        sku=event.sku,
        quantity=event.quantity,
        voucher_no=event.voucher_no,
        cause_id=event.cause_id,
        lots=event.lots,
    )
    return (Ask(GOODS.key(event.contract_no), command),)


REACTIONS = (
    Reaction(
        "inventory.follow_goods",
        on_each(follow_goods, *get_args(Followed)),
    ),
    Reaction("inventory.allocate_stock", on_each(allocate_stock, AllocationAsked, AllocationRefused)),
    Reaction("inventory.answer_allocation", on_each(answer_allocation, StockMoved, StockShortReported)),
    Reaction("inventory.note_missed", (On(HeldPiecesMissed, note_missed),)),
)
