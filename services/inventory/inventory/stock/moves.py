"""Lines of bin cards (存卡), a row for each move (D6): a card grows for years, and a move costs the same all along."""

from collections.abc import Mapping

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_stock import Lot, MoveKind, StockMoved
from inventory.stock.aggregate import card_no
from inventory.stock.lots import by_place, may_go_back
from inventory.stock.taking_back import PLACED
from runtime.view import Instant, Journal, Row


class MoveRow(Row):
    """One line: its number, the balance before and after, and who did it."""

    card: str
    """The bin card: depot and sku."""
    move_no: int
    at: Instant
    recorded_at: Instant
    by: str
    kind: MoveKind
    quantity: int
    taken: tuple[Lot, ...]
    put: tuple[Lot, ...]
    before: int
    after: int
    voucher_no: str
    held_for: str | None
    reason: str
    corrects: str = ""

    @property
    def change(self) -> int:
        """Of the balance, signed."""
        return self.after - self.before

    @property
    def bins(self) -> Mapping[str, int]:
        """Bin -> pieces that came (positive) or left (negative)."""
        changes: dict[str, int] = {}
        signed: tuple[tuple[int, tuple[Lot, ...]], ...] = ((-1, self.taken), (1, self.put))
        for sign, lots in signed:
            for lot in lots:
                changes[lot.bin] = changes.get(lot.bin, 0) + sign * lot.quantity
        return {bin_: pieces for bin_, pieces in changes.items() if pieces}

    @property
    def places(self) -> Mapping[tuple[str, str], int]:
        """Bin and lot -> pieces that came (positive) or left (negative) (D13)."""
        changes = by_place(self.put)
        for place, pieces in by_place(self.taken).items():
            changes[place] = changes.get(place, 0) - pieces
        return {place: pieces for place, pieces in changes.items() if pieces}

    @property
    def where(self) -> str:
        """A-01-1 → B-02-3; one side alone for pieces that came or left."""
        taken, put = (" ".join(sorted({lot.bin for lot in lots})) for lots in (self.taken, self.put))
        return f"{taken} → {put}" if taken and put and taken != put else taken or put

    @property
    def lots(self) -> tuple[str, ...]:
        """Lots (批号) of the pieces that moved (D13)."""
        return tuple(sorted({lot.lot for lot in (*self.taken, *self.put) if lot.lot}))

    @property
    def may_go_back(self) -> bool:
        """Whether it is a person's move, which another takes back (D16)."""
        return may_go_back(self.kind, self.taken, self.put)

    @property
    def may_be_placed(self) -> bool:
        """Whether it put good pieces into a bin, which may have been another one (D16)."""
        return self.kind in PLACED and any(not lot.pending for lot in self.put)

    def change_in(self, bin_: str, of: str | None = None) -> int:
        """Of a bin's balance, signed: of a lot (D13), or of all."""
        return self.bins.get(bin_, 0) if of is None else self.places.get((bin_, of), 0)

    def touches(self, bin_: str, of: str | None = None) -> bool:
        """Whether pieces (of a lot) left the bin or came to it."""
        return any(lot.bin == bin_ and of in (None, lot.lot) for lot in (*self.taken, *self.put))


def move_row(event: Fact, meta: Meta) -> MoveRow | None:
    """The line of a move; None for what moves nothing."""
    if not isinstance(event, StockMoved):
        return None
    return MoveRow(
        card=card_no(event.depot, event.sku),
        move_no=event.move_no,
        at=event.at,
        recorded_at=meta.time,
        by=meta.actor,
        kind=event.kind,
        quantity=event.quantity,
        taken=event.taken,
        put=event.put,
        before=event.before,
        after=event.after,
        voucher_no=event.voucher_no,
        held_for=event.held_for,
        reason=event.reason,
        corrects=event.corrects,
    )


MOVES = Journal(
    "moves",
    "inventory",
    ("stock",),
    MoveRow,
    move_row,
    indexes=(("row.card", "row.move_no"), ("row.voucher_no",)),
)
