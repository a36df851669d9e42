"""What comes, leaves, and is set apart for somebody: the card follows the papers, and never refuses (D2, D4, D8)."""

from typing import Annotated, Any, Literal

from company.context import Context
from contracts.bounds import Few, OneLine, OptionalId
from contracts.inventory_stock import Lot, LotPieces, StockEvent
from contracts.spelling import Lot as LotNo
from inventory.stock.lots import Lots, at_place, bin_for, by_lot, pieces, take, take_of, take_of_fewest
from inventory.stock.state import Decision, Move, Stock, lots_of, moved, short
from runtime.use_case import UseCase


class BringIn(Move):
    """Pieces came in, free or for somebody, good or to the pending zone. Never refused: they are there."""

    command: Literal["BringIn"] = "BringIn"
    kind: Literal["received", "returned", "lent_back", "adjusted"]
    bin: OneLine = ""
    held_for: OneLine | None = None
    pending: bool = False
    corrects: OptionalId = ""
    """What is taken back, for an adjustment that no count asked for (D16)."""


class TakeOut(Move):
    """Pieces left that were held for `held_for`, or that nobody held. Never refused; what lacks is told as short."""

    command: Literal["TakeOut"] = "TakeOut"
    kind: Literal["issued", "lent", "sent_back", "scrapped", "adjusted"]
    held_for: OneLine | None
    """Null: pieces that are nobody's, of the pending zone if so asked, of `bin` if it has them."""
    pending: bool = False
    bin: OneLine = ""
    corrects: OptionalId = ""
    """What is taken back, for an adjustment that no count asked for (D16)."""


class HoldStock(Move):
    """预留: free pieces (of the pending zone, if so asked) are set apart for somebody; all of them or none.

    Of `lot` alone, if it is named; else all of one lot if one has them, those of `lots_first` before others; else of
    several, but for `one_lot` (D13).
    """

    command: Literal["HoldStock"] = "HoldStock"
    held_for: OneLine
    bin: OneLine = ""
    pending: bool = False
    lot: LotNo = ""
    lots_first: Annotated[tuple[LotNo, ...], Few(1_000)] = ()
    one_lot: bool = False


class ReleaseStock(Move):
    """释放: held pieces are free again, as far as they are there."""

    command: Literal["ReleaseStock"] = "ReleaseStock"
    held_for: OneLine


class PassHeld(Move):
    """转留 (D17): what was held for `held_for` is held for somebody else from now on."""

    command: Literal["PassHeld"] = "PassHeld"
    held_for: OneLine
    next_holder: OneLine


class PlaceHeld(Move):
    """上架 (D6): pieces of a contract that lie in the receiving zone go to their bin."""

    command: Literal["PlaceHeld"] = "PlaceHeld"
    held_for: OneLine
    bin: OneLine


class NameLot(Move):
    """验货定批 (D13): pieces of a contract (or free ones, or of the pending zone) booked as of `lots` are of `lot`."""

    command: Literal["NameLot"] = "NameLot"
    held_for: OneLine | None
    pending: bool = False
    lot: LotNo


class SetHeldAside(Move):
    """移待处理 (D4): pieces of a contract were found damaged; they lie in the pending zone and are nobody's."""

    command: Literal["SetHeldAside"] = "SetHeldAside"
    held_for: OneLine
    arrives: bool = False
    """They arrive so, and lie in the receiving zone: not those on the shelf."""


def bring_in(command: BringIn, stock: Stock, ctx: Context) -> Decision:
    """Pieces came in. Without a bin, or with one of the wrong kind, they lie in the receiving (pending) zone.

    Rules: D2, D3, D6.
    """
    bin_ = bin_for(ctx.policy, command.depot, command.bin, pending=command.pending)
    more = LotPieces(lot="", quantity=command.quantity - sum(one.quantity for one in command.lots))
    put = tuple(
        Lot(bin=bin_, held_for=command.held_for, pending=command.pending, quantity=one.quantity, lot=one.lot)
        for one in (*command.lots, more)
        if one.quantity > 0
    )
    held_for, corrects = command.held_for, command.corrects
    return (moved(command, command.kind, stock, ctx, put=put, held_for=held_for, corrects=corrects),)


def take_out(command: TakeOut, stock: Stock, ctx: Context) -> Decision:
    """Held pieces left by list, loan or scrap. What the card does not have is told as short (D8: never below zero).

    Rules: D8, D9.
    """

    def wanted(lot: Lot) -> bool:
        return lot.held_for == command.held_for and (lot.held_for is not None or lot.pending == command.pending)

    here = sorted(lots_of(stock), key=lambda lot: lot.bin != command.bin) if command.bin else lots_of(stock)
    taken = take_of(tuple(here), command.quantity, wanted, command.lots)
    there = pieces(taken)
    gone = moved(command, command.kind, stock, ctx, taken=taken, held_for=command.held_for, corrects=command.corrects)
    left = (gone,) if there else ()
    if there == command.quantity:
        return left
    return (*left, short(command, there, command.held_for, ctx))


def hold(command: HoldStock, stock: Stock, ctx: Context) -> Decision:
    """Free pieces are set apart for a contract, loan, scrap application or list: all of them, or none and it is told.

    Rules: D8 (reserved goods cannot be issued to another), D9, D13 (of one lot).
    """

    def wanted(lot: Lot) -> bool:
        free = lot.held_for is None and lot.pending == command.pending
        return free and command.bin in {"", lot.bin} and command.lot in {"", lot.lot}

    taken = take_of_fewest(lots_of(stock), command.quantity, wanted, command.lots_first)
    there = max(by_lot(taken).values(), default=0) if command.one_lot else pieces(taken)
    if there < command.quantity:
        return (short(command, there, command.held_for, ctx),)
    put = at_place(taken, held_for=command.held_for)
    return (moved(command, "held", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


def release(command: ReleaseStock, stock: Stock, ctx: Context) -> Decision:
    """Held pieces are free again.

    Rules: A6, D8. Pieces that are not there any more are no event.
    """
    taken = take_of(lots_of(stock), command.quantity, lambda lot: lot.held_for == command.held_for, command.lots)
    if not taken:
        return ()
    put = at_place(taken, held_for=None)
    return (moved(command, "released", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


def pass_held(command: PassHeld, stock: Stock, ctx: Context) -> Decision:
    """Held pieces are somebody else's, where they lie. Pieces that are not there any more are no event.

    Rules: D8, D17.
    """
    good = tuple(lot for lot in lots_of(stock) if not lot.pending)
    taken = take_of(good, command.quantity, lambda lot: lot.held_for == command.held_for, command.lots)
    if not taken:
        return ()
    put = at_place(taken, held_for=command.next_holder)
    return (moved(command, "held", stock, ctx, taken=taken, put=put, held_for=command.next_holder),)


def place_held(command: PlaceHeld, stock: Stock, ctx: Context) -> Decision:
    """Pieces of a contract that came without a bin are put away; those that lie elsewhere already stay there.

    Rules: D6. Nothing of them in the receiving zone, or that is their bin: no event.
    """
    to_bin = bin_for(ctx.policy, command.depot, command.bin, pending=False)
    received = bin_for(ctx.policy, command.depot, "", pending=False)

    def waits(lot: Lot) -> bool:
        return lot.held_for == command.held_for and not lot.pending and lot.bin == received != to_bin

    taken = take_of(lots_of(stock), command.quantity, waits, command.lots)
    put = at_place(taken, bin=to_bin)
    return (moved(command, "moved", stock, ctx, taken=taken, put=put, held_for=command.held_for),) if taken else ()


def name_lot(command: NameLot, stock: Stock, ctx: Context) -> Decision:
    """Pieces of a contract are of another lot than was booked: they lie where they lay, under the right one.

    Rules: D13, D2. Of those lots there are none any more: no event.
    """
    taken: Lots = ()
    for one in command.lots:
        of = (one.lot, command.held_for, command.pending)
        taken += take(lots_of(stock), one.quantity, lambda lot: (lot.lot, lot.held_for, lot.pending) == of)  # noqa: B023
    put = at_place(taken, lot=command.lot)
    return (moved(command, "moved", stock, ctx, taken=taken, put=put, held_for=command.held_for),) if taken else ()


def set_held_aside(command: SetHeldAside, stock: Stock, ctx: Context) -> Decision:
    """Damaged pieces of a contract go to the pending zone and count for nobody.

    Rules: D4, D2.
    """

    def wanted(lot: Lot) -> bool:
        return lot.held_for == command.held_for and not lot.pending

    received = bin_for(ctx.policy, command.depot, "", pending=False)
    here = sorted(lots_of(stock), key=lambda lot: command.arrives and lot.bin != received)
    taken = take_of(tuple(here), command.quantity, wanted, command.lots)
    if not taken:
        return (short(command, 0, command.held_for, ctx),)
    bin_ = bin_for(ctx.policy, command.depot, "", pending=True)
    put = at_place(taken, bin=bin_, held_for=None, pending=True)
    return (moved(command, "set_aside", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


USE_CASES: tuple[UseCase[Any, Any, StockEvent], ...] = (
    UseCase(BringIn, bring_in),
    UseCase(TakeOut, take_out),
    UseCase(HoldStock, hold),
    UseCase(ReleaseStock, release),
    UseCase(PassHeld, pass_held),
    UseCase(PlaceHeld, place_held),
    UseCase(NameLot, name_lot),
    UseCase(SetHeldAside, set_held_aside),
)
