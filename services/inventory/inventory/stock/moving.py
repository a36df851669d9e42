"""What people do on a card: move pieces between bins, set free ones aside, settle what is pending (D2, D3, D6)."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from company.context import Context
from company.depots import SPELT, said_depot
from contracts.bounds import OneLine
from contracts.inventory_stock import Lot, LotPieces, StockEvent
from contracts.spelling import Lot as LotNo
from inventory.fields import MAX_PIECES, Note, Reason, dated
from inventory.refusals import no
from inventory.stock.lots import Lots, at_place, bin_for, by_lot, pieces, take_of, zone_of
from inventory.stock.state import Decision, Move, NoCard, Stock, lots_of, moved
from inventory.who import HANDLES, KEEPER, SETTLES
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import Asker, Prepare, UseCase

BinCode = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30)]


class MoveStock(Move):
    """移位 (D6): from bin to bin; whose they are stays."""

    command: Literal["MoveStock"] = "MoveStock"
    from_bin: OneLine
    to_bin: OneLine
    held_for: OneLine | None = None


class SetAside(Move):
    """移待处理 (D3): free pieces of a bin have a problem."""

    command: Literal["SetAside"] = "SetAside"
    bin: OneLine
    to_bin: OneLine = ""


class SettlePending(Move):
    """处理完毕 (D2): pending pieces are good after all, or go back to the supplier."""

    command: Literal["SettlePending"] = "SettlePending"
    outcome: Literal["good", "sent_back"]
    bin: OneLine = ""
    to_bin: OneLine = ""


class _ByHand(Command):
    depot: Annotated[str, Field(pattern=SPELT)] = "main"
    quantity: Annotated[int, Field(ge=1, le=MAX_PIECES)]
    voucher_no: Annotated[str, Field(max_length=80)] = ""
    """The paper behind it, if there is one; else a number is made."""
    reason: Note = ""
    lot: LotNo = ""
    """批号 (D13); to be said where pieces of several lots lie."""


class Moved(_ByHand):
    """移位 Move between bins (D6)

    Whose the pieces are stays: `held_for` when they are held for a contract. Refuses: bad_bin, wrong_zone, same_bin,
    not_enough_in_bin, which_lot.
    """

    command: Literal["MoveStock"] = "MoveStock"
    from_bin: BinCode
    to_bin: BinCode
    held_for: Annotated[str | None, Field(max_length=80)] = None


class PutAside(_ByHand):
    """移待处理 Set aside (D3)

    Free pieces of a bin to the pending zone. What is held for a contract is reported as damage of that contract (D4).
    """

    command: Literal["SetAside"] = "SetAside"
    bin: BinCode
    to_bin: BinCode = ""
    reason: Reason


class Settled(_ByHand):
    """待处理了结 Settle pending pieces (D2)

    To a good bin, or back to the supplier.
    """

    command: Literal["SettlePending"] = "SettlePending"
    outcome: Literal["good", "sent_back"]
    bin: BinCode = ""
    to_bin: BinCode = ""
    reason: Reason


def move(command: MoveStock, stock: Stock, ctx: Context) -> Decision:
    """Pieces go from bin to bin within the good zones, or within the pending zone; whose they are stays.

    Rules: D6, D3, D13. Refuses: unknown_sku, bad_bin, wrong_zone, same_bin, not_enough_in_bin, which_lot.
    """
    if command.from_bin == command.to_bin:
        return no("same_bin", bin=command.to_bin)
    if isinstance(stock, NoCard):
        return no("unknown_sku", sku=command.sku)
    lots = tuple(lot for lot in stock.lots if lot.bin == command.from_bin and lot.held_for == command.held_for)
    pending = bool(lots) and all(lot.pending for lot in lots)
    flaw = bin_flaw(ctx, command.depot, command.to_bin, pending=pending)
    if flaw is not None:
        return flaw
    taken = _of_a_lot(command, tuple(lot for lot in lots if lot.pending == pending), command.from_bin, command.held_for)
    if isinstance(taken, Rejected):
        return taken
    put = at_place(taken, bin=command.to_bin)
    return (moved(command, "moved", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


def set_aside(command: SetAside, stock: Stock, ctx: Context) -> Decision:
    """Free pieces with a problem go to the pending zone; what is held for a contract is reported as damage instead.

    Rules: D3, D13. Refuses: unknown_sku, bad_bin, wrong_zone, not_enough_in_bin, which_lot.
    """
    to_bin = command.to_bin or bin_for(ctx.policy, command.depot, "", pending=True)
    flaw = bin_flaw(ctx, command.depot, to_bin, pending=True)
    if flaw is not None:
        return flaw
    taken = _free(stock, command, command.bin, pending=False)
    if isinstance(taken, Rejected):
        return taken
    put = at_place(taken, bin=to_bin, pending=True)
    return (moved(command, "set_aside", stock, ctx, taken=taken, put=put),)


def settle(command: SettlePending, stock: Stock, ctx: Context) -> Decision:
    """Pending pieces become free stock in a bin, or go back to the supplier.

    Rules: D2, D13. Refuses: unknown_sku, bad_bin, wrong_zone, not_enough_in_bin, which_lot.
    """
    taken = _free(stock, command, command.bin, pending=True)
    if isinstance(taken, Rejected):
        return taken
    if command.outcome == "sent_back":
        return (moved(command, "sent_back", stock, ctx, taken=taken),)
    to_bin = command.to_bin or bin_for(ctx.policy, command.depot, "", pending=False)
    flaw = bin_flaw(ctx, command.depot, to_bin, pending=False)
    if flaw is not None:
        return flaw
    put = at_place(taken, bin=to_bin, pending=False)
    return (moved(command, "settled", stock, ctx, taken=taken, put=put),)


def _free(stock: Stock, command: SetAside | SettlePending, bin_: str, *, pending: bool) -> Lots | Rejected:
    """Free pieces of a bin (of any, without one), good or pending; else the words why not."""
    if isinstance(stock, NoCard):
        return no("unknown_sku", sku=command.sku)

    def wanted(lot: Lot) -> bool:
        return lot.held_for is None and lot.pending == pending and bin_ in {"", lot.bin}

    return _of_a_lot(command, tuple(filter(wanted, stock.lots)), bin_, None)


def _of_a_lot(command: Move, lots: Lots, bin_: str, held_for: str | None) -> Lots | Rejected:
    """The pieces that are meant: of the lot that is named. Where it is not, no choice is left: pieces of one lot lie
    there, or all of them go (D13). What a slip tells names "no lot", and takes others where there are none of it."""
    named = {one.lot for one in command.lots if one.lot}
    here = tuple(lot for lot in lots if not named or lot.lot in named)
    if pieces(here) < command.quantity:
        return _too_few(command, bin_, pieces(here), held_for)
    found = by_lot(here)
    if not command.lots and len(found) > 1 and pieces(here) > command.quantity:
        said = "、".join(f"{lot or '无批号'} {quantity}" for lot, quantity in found.items())
        return no("which_lot", sku=command.sku, lots=said)
    return take_of(here, command.quantity, lambda _lot: True, command.lots)


def _too_few(command: Move, bin_: str, there: int, held_for: str | None) -> Rejected:
    """Never below zero (D8), and what is held for one is not another's."""
    return no(
        "not_enough_in_bin",
        sku=command.sku,
        bin=Term(bin_ or "仓库", bin_ or "The warehouse", bin_),
        there=there,
        wanted=command.quantity,
        whose=Term(f"为 {held_for} 留的", f"kept for {held_for}") if held_for else Term("没有预留的", "free"),
    )


def bin_flaw(ctx: Context, depot: str, bin_: str, *, pending: bool) -> Rejected | None:
    """Why good pieces (or pending ones) cannot lie in a bin; None when they can (D3, D6)."""
    zone = zone_of(ctx.policy, depot, bin_)
    if zone is None:
        return no("bad_bin", depot=said_depot(ctx.policy, depot), bin=bin_)
    if (zone.kind == "pending") == pending:
        return None
    return no("bin_is_not_pending", bin=bin_) if pending else no("bin_is_pending", bin=bin_)


def by_hand(command: type[Move], letters: str, what: str) -> Prepare:
    """A person's request as the command: with a number of its paper, and once."""

    async def prepare(asker: Asker, number: str, body: _ByHand) -> Move:
        voucher_no = body.voucher_no or dated(letters)(asker, body)
        cause_id = asker.fresh_id(what, number)
        lots = (LotPieces(lot=body.lot, quantity=body.quantity),) if body.lot else ()
        said = {
            **body.model_dump(exclude={"lot"}),
            "sku": number,
            "voucher_no": voucher_no,
            "cause_id": cause_id,
            "lots": lots,
        }
        return command.model_validate(said)

    return prepare


def has_pieces(stock: Stock) -> bool:
    """There is something to move."""
    return bool(lots_of(stock))


def has_free(stock: Stock) -> bool:
    """Good pieces lie here that are nobody's."""
    return any(lot.held_for is None and not lot.pending for lot in lots_of(stock))


def has_pending(stock: Stock) -> bool:
    """Pieces that are nobody's wait for a decision."""
    return any(lot.held_for is None and lot.pending for lot in lots_of(stock))


def voucher(command: Move) -> dict[str, Any]:
    """Its paper, for the answer."""
    return {"voucher_no": command.voucher_no}


USE_CASES: tuple[UseCase[Any, Any, StockEvent], ...] = (
    UseCase(
        MoveStock,
        move,
        KEEPER,
        "moves",
        body=Moved,
        prepare=by_hand(MoveStock, "YW", "move"),
        says=voucher,
        status=201,
        wanted=has_pieces,
    ),
    UseCase(
        SetAside,
        set_aside,
        HANDLES,
        "asides",
        body=PutAside,
        prepare=by_hand(SetAside, "DC", "aside"),
        says=voucher,
        status=201,
        wanted=has_free,
    ),
    UseCase(
        SettlePending,
        settle,
        SETTLES,
        "settlements",
        body=Settled,
        prepare=by_hand(SettlePending, "CL", "settle"),
        says=voucher,
        status=201,
        wanted=has_pending,
    ),
)
