"""账、卡、物 (D7): where stock (账), bin card (卡) and counted goods (物) part, and the move after which they do. Pure.

Stock and card are folded from one stream and agree by construction; they are shown side by side so that anybody can
see it. A count that agreed pins all three: what parts them came after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.stock_view import CardLine, card_lines

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parting:
    """A sku in a bin whose goods differ from its card.

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
    counted_at: str
    status: str
    reason: str | None
    agreed_at: str | None
    agreed_no: int
    first: CardLine | None

    @property
    def settled(self) -> bool:
        """Whether the card has followed the goods."""
        return self.status == "booked"


def partings(counts: Sequence[Json], stocks: Mapping[str, Json], cards: Mapping[str, Json]) -> list[Parting]:
    """What parts, by the counts given (any order), unsettled first; `stocks` and `cards` (with their lines) by sku."""
    found = [
        _parting(count, line, counts, stocks.get(line["sku"]), cards.get(line["sku"]))
        for count in counts
        for line in count["lines"]
        if line["compared"] is not None and line["compared"]["difference"] and count["status"] != "cancelled"
    ]
    return sorted(found, key=lambda one: (one.settled, one.sku, one.bin))


def _parting(count: Json, line: Json, counts: Iterable[Json], stock: Json | None, card: Json | None) -> Parting:
    compared = line["compared"]
    agreed = _last_agreed(counts, line["sku"], line["bin"], compared["counted_at"])
    moves: Sequence[Json] = () if card is None else card["moves"]
    places: Sequence[Json] = () if card is None else card["places"]
    after = [
        one for one in moves if one["move_no"] > (agreed["move_no"] if agreed else 0) and _touches(one, line["bin"])
    ]
    lots: Sequence[Json] = () if stock is None else stock["lots"]
    return Parting(
        count_no=count["count_no"],
        sku=line["sku"],
        name=line["name"],
        bin=line["bin"],
        stock=sum(lot["quantity"] for lot in lots if lot["bin"] == line["bin"]),
        card=sum(place["quantity"] for place in places if place["bin"] == line["bin"]),
        counted=compared["counted"],
        counted_at=compared["counted_at"],
        status=line["status"],
        reason=line["reason"],
        agreed_at=agreed["counted_at"] if agreed else None,
        agreed_no=agreed["move_no"] if agreed else 0,
        first=card_lines(after)[0] if after else None,
    )


def _last_agreed(counts: Iterable[Json], sku: str, bin_name: str, before: str) -> Json | None:
    agreed = [
        line["compared"]
        for count in counts
        for line in count["lines"]
        if (line["sku"], line["bin"]) == (sku, bin_name)
        and line["compared"] is not None
        and line["compared"]["difference"] == 0
        and line["compared"]["counted_at"] < before
    ]
    return max(agreed, key=lambda one: str(one["counted_at"]), default=None)


def _touches(move: Json, bin_name: str) -> bool:
    return any(lot["bin"] == bin_name for lot in (*move["taken"], *move["put"]))
