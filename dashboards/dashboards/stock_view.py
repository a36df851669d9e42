"""Stock and bin cards: rows -> what the pages show. Pure.

Rules shown: D6 (every move has a running balance), D9 (short), D10 (dead stock).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StockRow:
    """A sku: pieces in all, and where they lie for whom."""

    sku: str
    name: str
    on_hand: int
    free: int
    held: int
    pending: int
    lots: Sequence[Json]
    bins: Sequence[str]
    last_move_at: str | None
    dead_month: str | None
    idle_days: int | None
    shorts: Sequence[Json]


def stock_row(stock: Json) -> StockRow:
    """A row of the stock list."""
    return StockRow(
        sku=stock["sku"],
        name=stock["name"],
        on_hand=stock["on_hand"],
        free=stock["free"],
        held=stock["held"],
        pending=stock["pending"],
        lots=[lot for lot in stock["lots"] if lot["quantity"]],
        bins=stock["bins"],
        last_move_at=stock["last_move_at"],
        dead_month=stock.get("dead_month"),
        idle_days=stock.get("idle_days"),
        shorts=stock.get("short") or (),
    )


@dataclass(frozen=True, slots=True)
class CardLine:
    """A line of the bin card. `change` is signed; `where` says from where to where the pieces went."""

    move_no: int
    at: datetime
    recorded: datetime
    kind: str
    quantity: int
    change: int
    after: int
    where: str
    voucher_no: str
    held_for: str
    reason: str
    by: str


def card_lines(moves: Iterable[Json]) -> list[CardLine]:
    """Lines in the order of their numbers."""
    return [
        CardLine(
            move_no=move["move_no"],
            at=datetime.fromisoformat(move["at"]),
            recorded=datetime.fromisoformat(move["recorded_at"]),
            kind=move["kind"],
            quantity=move["quantity"],
            change=move["after"] - move["before"],
            after=move["after"],
            where=where_of(move),
            voucher_no=move["voucher_no"],
            held_for=move["held_for"] or "",
            reason=move["reason"],
            by=move["by"],
        )
        for move in sorted(moves, key=lambda move: int(move["move_no"]))
    ]


def where_of(move: Json) -> str:
    """A-01-1 → B-02-3; one side alone for pieces that came or left."""
    taken, put = (" ".join(sorted({lot["bin"] for lot in move[side]})) for side in ("taken", "put"))
    return f"{taken} → {put}" if taken and put and taken != put else taken or put
