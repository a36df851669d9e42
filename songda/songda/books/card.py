"""Bin cards and the cash on vehicles: books of one aggregate, right after each single event of theirs (B16, D6)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.dispatch_runs import CashCollected, CashHandedIn
from contracts.inventory_stock import StockMoved
from songda.books.finding import Difference


@dataclass
class Card:
    """The bin card (存卡) of a product in a depot: lines without a gap, the balance is what lies in the places."""

    last: int = 0
    balance: int = 0
    places: Counter[tuple[str, str | None, bool, str]] = field(default_factory=Counter)
    """Bin, holder, pending or not, and lot: a piece is of one lot (D13)."""
    lying: int = 0
    """In all places."""

    def fold(self, fact: StockMoved) -> Iterator[Difference]:
        """What this move gets wrong."""
        where = f"{fact.depot} {fact.sku} #{fact.move_no}"
        if (fact.move_no, fact.before) != (self.last + 1, self.balance):
            yield Difference(
                "card",
                where,
                "continuous",
                f"接在第 {self.last} 行结存 {self.balance} 之后，却写上次结存 {fact.before}",
                f"follows line {self.last} with {self.balance}, and says {fact.before} before",
            )
        touched = set()
        for lots, sign in ((fact.taken, -1), (fact.put, 1)):
            for lot in lots:
                place = (lot.bin, lot.held_for, lot.pending, lot.lot)
                self.places[place] += sign * lot.quantity
                self.lying += sign * lot.quantity
                touched.add(place)
        self.last, self.balance = fact.move_no, fact.after
        for place in touched:
            if (pieces := self.places[place]) < 0:
                at = " ".join(one for one in (place[0] or "-", place[1], place[3]) if one)
                yield Difference("card", where, "below 0", f"库位 {at} 只剩 {pieces}", f"{pieces} in {at}")
                self.lying -= pieces
            if pieces <= 0:
                del self.places[place]
        if self.lying != self.balance:
            yield Difference(
                "card",
                where,
                "balance",
                f"结存 {self.balance}，各库位共 {self.lying}",
                f"balance {self.balance}, {self.lying} in all places",
            )


@dataclass
class VehicleCash:
    """The cash on one crew's vehicle on one day."""

    fen: int = 0

    def fold(self, fact: CashCollected | CashHandedIn) -> Iterator[Difference]:
        """What this event gets wrong."""
        self.fen += fact.amount_fen if isinstance(fact, CashCollected) else -fact.amount_fen
        if self.fen != fact.on_vehicle_fen or self.fen < 0:
            yield Difference(
                "cash",
                f"{fact.on} {fact.crew}",
                "on the vehicle",
                f"车上应有 {self.fen / 100:.2f} 元，记的是 {fact.on_vehicle_fen / 100:.2f} 元",
                f"{self.fen / 100:.2f} CNY should be on the vehicle, {fact.on_vehicle_fen / 100:.2f} are said",
            )
            self.fen = fact.on_vehicle_fen
