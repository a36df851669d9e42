"""Arithmetic of lots: pieces of one sku by bin, holder, zone and lot (批号); and where the bins are (D6, D13)."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from company.policy import Policy, ZoneKind, ZonePolicy
from contracts.civil_time import civil, civil_day
from contracts.inventory_stock import Lot, LotPieces, MoveKind

Lots = tuple[Lot, ...]


def pieces(lots: Iterable[Lot]) -> int:
    """How many pieces there are."""
    return sum(lot.quantity for lot in lots)


def place(lot: Lot) -> tuple[str, str | None, bool, str]:
    """What tells one lot from another."""
    return (lot.bin, lot.held_for, lot.pending, lot.lot)


def by_lot(lots: Iterable[Lot]) -> dict[str, int]:
    """Pieces of each lot (批号), in the order in which they came."""
    found: dict[str, int] = {}
    for lot in lots:
        found[lot.lot] = found.get(lot.lot, 0) + lot.quantity
    return found


def by_place(lots: Iterable[Lot]) -> dict[tuple[str, str], int]:
    """Pieces of each lot (批号) in each bin."""
    found: dict[tuple[str, str], int] = {}
    for lot in lots:
        found[lot.bin, lot.lot] = found.get((lot.bin, lot.lot), 0) + lot.quantity
    return found


def lot_pieces(lots: Iterable[Lot]) -> tuple[LotPieces, ...]:
    """The same, for an event or command; pieces of no lot are not named."""
    return tuple(LotPieces(lot=lot, quantity=quantity) for lot, quantity in by_lot(lots).items() if lot)


def take(lots: Lots, quantity: int, wanted: Callable[[Lot], bool]) -> Lots:
    """Up to `quantity` pieces of the lots that are wanted, the oldest lot first."""
    taken = []
    for lot in filter(wanted, lots):
        if quantity <= 0:
            break
        taken.append(lot.model_copy(update={"quantity": min(quantity, lot.quantity)}))
        quantity -= lot.quantity
    return tuple(taken)


def take_of(lots: Lots, quantity: int, wanted: Callable[[Lot], bool], named: Sequence[LotPieces]) -> Lots:
    """Up to `quantity` pieces that are wanted: of the lots that are named, then of no lot, then of any."""
    taken: Lots = ()
    for one in named:
        most = min(one.quantity, quantity - pieces(taken))
        taken = plus(taken, take(without(lots, taken), most, lambda lot: wanted(lot) and lot.lot == one.lot))  # noqa: B023
    rest = tuple(sorted(without(lots, taken), key=lambda lot: lot.lot != ""))
    return plus(taken, take(rest, quantity - pieces(taken), wanted))


def take_of_fewest(lots: Lots, quantity: int, wanted: Callable[[Lot], bool], first: Sequence[str]) -> Lots:
    """Up to `quantity` pieces that are wanted, of one lot if one has them all: the first of `first`, else the smallest,
    so that larger ones stay whole. Else of as few lots as can be (D13)."""
    here = by_lot(filter(wanted, lots))
    rank = {lot: number for number, lot in reversed(tuple(enumerate(first)))}
    whole = [lot for lot in here if here[lot] >= quantity]
    if whole:
        chosen = min(whole, key=lambda lot: (rank.get(lot, len(first)), here[lot]))
        return take(lots, quantity, lambda lot: wanted(lot) and lot.lot == chosen)
    order = sorted(here, key=lambda lot: (rank.get(lot, len(first)), -here[lot]))
    named = [LotPieces(lot=lot, quantity=here[lot]) for lot in order]
    return take_of(lots, quantity, wanted, named)


def without(lots: Lots, taken: Lots) -> Lots:
    """The lots after `taken` left them."""
    gone: dict[tuple[str, str | None, bool, str], int] = {}
    for lot in taken:
        gone[place(lot)] = gone.get(place(lot), 0) + lot.quantity
    left = (lot.model_copy(update={"quantity": lot.quantity - gone.get(place(lot), 0)}) for lot in lots)
    return tuple(lot for lot in left if lot.quantity)


def plus(lots: Lots, put: Lots) -> Lots:
    """The lots after `put` came to them; pieces in the same place are one lot."""
    result = list(lots)
    for lot in put:
        for index, known in enumerate(result):
            if place(known) == place(lot):
                result[index] = known.model_copy(update={"quantity": known.quantity + lot.quantity})
                break
        else:
            result.append(lot)
    return tuple(result)


def at_place(lots: Lots, **change: object) -> Lots:
    """The same pieces in another place: `bin`, `held_for` or `pending` changed."""
    return plus((), tuple(lot.model_copy(update=change) for lot in lots))


def may_go_back(kind: MoveKind, taken: Lots, put: Lots) -> bool:
    """Whether a line of the card is a person's move and nothing else: what follows from a paper, a count or a damage
    report has a correction of its own, and what a check found of a lot is no move (D13, D16)."""
    match kind:
        case "moved":
            return by_lot(taken) == by_lot(put)
        case "set_aside" | "settled" | "sent_back":
            return all(lot.held_for is None for lot in taken)
        case _:
            return False


def zone_of(policy: Policy, depot: str, bin_: str) -> ZonePolicy | None:
    """The zone that a bin belongs to; None for a bin that the warehouse does not have."""
    zones = (zone for place in policy.depots if place.depot == depot for zone in place.zones)
    return next((zone for zone in zones if bin_ in zone.bins), None)


def default_bin(policy: Policy, depot: str, kind: ZoneKind) -> str:
    """Where pieces go that nobody gave a bin: the first bin of that kind of zone."""
    zones = (zone for place in policy.depots if place.depot == depot for zone in place.zones)
    return next((zone.bins[0] for zone in zones if zone.kind == kind and zone.bins), kind.upper())


def bin_for(policy: Policy, depot: str, bin_: str, *, pending: bool) -> str:
    """The bin asked for, if pieces of that kind may lie there; else the default one."""
    zone = zone_of(policy, depot, bin_)
    if zone is not None and (zone.kind == "pending") == pending:
        return bin_
    return default_bin(policy, depot, "pending" if pending else "receiving")


def dead_report_at(policy: Policy, moved_at: datetime) -> datetime:
    """When pieces that nobody moves after `moved_at` are reported as dead stock (D10): the first monthly report on
    which they have lain for `policy.dead_stock_days`."""
    idle = moved_at + timedelta(days=policy.dead_stock_days)
    first = civil(civil_day(idle).replace(day=1), policy.dead_stock_report_at)
    return first if first >= idle else next_report_at(policy, first)


def next_report_at(policy: Policy, report_at: datetime) -> datetime:
    """The monthly report after this one (D10)."""
    next_month = civil_day(report_at).replace(day=1) + timedelta(days=32)
    return civil(next_month.replace(day=1), policy.dead_stock_report_at)
