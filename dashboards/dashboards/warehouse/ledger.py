"""账、卡、物 (D7): where stock (账), bin card (卡) and counted goods (物) part, and the move after which they do. Pure.

Stock is where the pieces lie now, the card what its lines add up to; they are shown side by side so that anybody can
see that they agree. A count that agreed pins all three: what parts them came after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.inventory_counts import CountedLine
from inventory.count.row import CountRow, LineRow
from inventory.stock.moves import MoveRow
from inventory.stock.row import StockRow


@dataclass(frozen=True, slots=True)
class Parting:
    """A sku in a bin, of one lot or (null) of whatever lies there (D13), whose goods differ from its card.

    `agreed_no`: number of the last move known at the last count that agreed, 0 if none did. `first`: the first move of
    the bin after that, None where there was none (then nothing was written down at all).
    """

    count_no: str
    sku: str
    name: str
    bin: str
    stock: int
    card: int
    counted: int
    counted_at: datetime
    status: str
    reason: str | None
    agreed_at: datetime | None
    agreed_no: int
    first: MoveRow | None
    lot: str | None = None

    @property
    def settled(self) -> bool:
        """Whether the card has followed the goods."""
        return self.status == "booked"


def partings(
    counts: Sequence[CountRow], stocks: Mapping[str, StockRow], cards: Mapping[str, Sequence[MoveRow]]
) -> list[Parting]:
    """What parts, by the counts given (any order), unsettled first; `stocks` and `cards` (their lines) by sku."""
    found = [
        _parting((count, line, line.compared), counts, stocks.get(line.sku), cards.get(line.sku, ()))
        for count in counts
        for line in count.lines
        if line.compared is not None and line.compared.difference and count.status != "cancelled"
    ]
    return sorted(found, key=lambda one: (one.settled, one.sku, one.bin, one.lot or ""))


def _parting(
    found: tuple[CountRow, LineRow, CountedLine],
    counts: Iterable[CountRow],
    stock: StockRow | None,
    moves: Sequence[MoveRow],
) -> Parting:
    count, line, compared = found
    agreed = _last_agreed(counts, line, compared.counted_at)
    since = 0 if agreed is None else agreed.move_no
    return Parting(
        count_no=count.count_no,
        sku=line.sku,
        name=line.name,
        bin=line.bin,
        stock=0 if stock is None else stock.in_bin(line.bin, line.lot),
        card=sum(move.change_in(line.bin, line.lot) for move in moves),
        counted=compared.counted,
        counted_at=compared.counted_at,
        status=line.status,
        reason=line.reason,
        agreed_at=None if agreed is None else agreed.counted_at,
        agreed_no=since,
        first=next((move for move in moves if move.move_no > since and move.touches(line.bin, line.lot)), None),
        lot=line.lot,
    )


def _last_agreed(counts: Iterable[CountRow], of: LineRow, before: datetime) -> CountedLine | None:
    compared = (line.compared for count in counts for line in count.lines if line.key == of.key)
    agreed = (one for one in compared if one is not None and one.difference == 0 and one.counted_at < before)
    return max(agreed, key=lambda one: one.counted_at, default=None)
