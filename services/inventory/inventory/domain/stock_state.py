"""The situations of a bin card, and how events change them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from contracts.inventory_stock import DeadStockReported, HeldPiecesMissed, StockMoved, StockShortReported
from inventory.stock.lots import Lots, plus, without

REMEMBERED = 300  # causes that a card remembers: a repeat under another command id comes soon or never

StockEvent = StockMoved | StockShortReported | HeldPiecesMissed | DeadStockReported


@dataclass(frozen=True, slots=True)
class NoCard:
    """Nothing of this sku was ever here."""


@dataclass(frozen=True, slots=True)
class Card:
    """The bin card as it stands. `causes`: what asked for the last moves."""

    depot: str
    sku: str
    name: str
    lots: Lots
    last_move: int
    moved_at: datetime
    report_at: datetime
    causes: tuple[str, ...]


Stock = NoCard | Card
INITIAL: Stock = NoCard()
STATES = (NoCard, Card)


def lots_of(stock: Stock) -> Lots:
    """Its pieces by place."""
    return stock.lots if isinstance(stock, Card) else ()


def evolve(stock: Stock, event: StockEvent) -> Stock:
    """The card after an event."""
    match event:
        case StockMoved():
            causes = (*stock.causes, event.cause_id)[-REMEMBERED:] if isinstance(stock, Card) else (event.cause_id,)
            moved_at = max(stock.moved_at, event.at) if isinstance(stock, Card) else event.at
            return Card(
                depot=event.depot,
                sku=event.sku,
                name=event.name,
                lots=plus(without(lots_of(stock), event.taken), event.put),
                last_move=event.move_no,
                moved_at=moved_at,
                report_at=event.report_at,
                causes=causes,
            )
        case StockShortReported() | HeldPiecesMissed():
            return stock
        case DeadStockReported():
            return replace(stock, report_at=event.next_report_at) if isinstance(stock, Card) else stock
    assert_never(event)
