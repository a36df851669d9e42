"""A count, told once for the tests that begin from it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from company.context import Context
from company.policy import policy_book
from contracts.inventory_counts import (
    CountAdjusted,
    CountedLine,
    CountKey,
    CountOpened,
    CountTarget,
    DifferenceExplained,
    PiecesCounted,
    RecountAsked,
    StockCounted,
)
from inventory.count.card import BinChange, Card, CardMove
from inventory.count.counting import OpenCount

NOW = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
POLICY = policy_book().at(NOW)
NO = "PD-2603-01"


def context(by: str = "mai.gh", role: str = "warehouse", *, minutes: int = 0) -> Context:
    return Context(now=NOW + timedelta(minutes=minutes), by=by, role=role, policy=POLICY)


CTX = context()
ACCOUNTANT = context("su.kj", "accountant")
TILES = CountTarget(sku="TIL-0918", name="抛光砖", zone="A", bin="A-01", move_no=12)
TOILETS = CountTarget(sku="WC-100", name="连体坐便器", zone="A", bin="A-02", move_no=3)
DUE = datetime(2026, 3, 21, 16, 0, tzinfo=UTC)  # the end of the next day in Shanghai
OPEN = OpenCount(count_no=NO, depot="main", kind="cycle", chosen="库区 A", plan="A", targets=(TILES, TOILETS))
OPENED = CountOpened(
    at=NOW, count_no=NO, depot="main", kind="cycle", chosen="库区 A", plan="A", due=DUE, targets=(TILES, TOILETS)
)
RECOUNT = RecountAsked(
    at=NOW, count_no=NO, lines=(CountKey(sku="TIL-0918", bin="A-01"),), reason="beyond_tolerance", note=""
)
EXPLAINED = DifferenceExplained(at=NOW, count_no=NO, sku="TIL-0918", bin="A-01", reason="damage", note="摔碎")
ADJUSTMENT = f"{NO}:1"
ADJUSTED = CountAdjusted(
    at=NOW,
    count_no=NO,
    adjustment_id=ADJUSTMENT,
    depot="main",
    sku="TIL-0918",
    name="抛光砖",
    bin="A-01",
    quantity=-2,
    book=60,
    counted=58,
    counted_at=NOW,
    reason="damage",
    note="同意",
    approved_by="su.kj",
)


def figure(
    target: CountTarget, quantity: int, by: str = "mai.gh", *, round_: int = 1, minutes: int = 0
) -> PiecesCounted:
    return PiecesCounted(
        at=NOW + timedelta(minutes=minutes),
        count_no=NO,
        sku=target.sku,
        bin=target.bin,
        quantity=quantity,
        round=round_,
        counted_by=by,
    )


def card(target: CountTarget, balance: int, *moves: CardMove) -> Card:
    return Card(
        sku=target.sku,
        move_no=target.move_no + len(moves),
        balances=(BinChange(bin=target.bin, quantity=balance),),
        since=moves,
    )


def move(number: int, quantity: int, *, minutes: int, bin_: str = "A-01") -> CardMove:
    return CardMove(
        move_no=number,
        at=NOW + timedelta(minutes=minutes),
        changes=(BinChange(bin=bin_, quantity=quantity),),
    )


def compared(target: CountTarget, counted: int, book: int, **more: Any) -> CountedLine:
    given = {
        "counted_at": NOW,
        "counted_by": "mai.gh",
        "round": 1,
        "move_no": target.move_no,
        "within_tolerance": counted == book,
    }
    return CountedLine(
        sku=target.sku,
        name=target.name,
        bin=target.bin,
        counted=counted,
        book=book,
        difference=counted - book,
        **(given | more),
    )


def told(*lines: CountedLine) -> StockCounted:
    return StockCounted(at=NOW, count_no=NO, depot="main", lines=lines)


BOTH = (OPENED, figure(TILES, 58), figure(TOILETS, 4))
"""Both lines have their figure; the card says 60 tiles and 4 toilets."""
DIFFERS = (
    *BOTH,
    told(compared(TILES, 58, 60), compared(TOILETS, 4, 4)),
    RECOUNT,
    figure(TILES, 58, "guan.yf", round_=2),
    told(compared(TILES, 58, 60, round=2, counted_by="guan.yf")),
)
"""The recount by another person found the same."""
