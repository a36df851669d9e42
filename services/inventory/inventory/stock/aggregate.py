"""存卡 Bin card of one sku in one depot: where every piece lies and for whom, and every move of it (D6, D8).

One aggregate per depot and sku, `stock:main:BTH-0421`. Moves are numbered without a gap and carry the balance before
and after; a piece is in one lot; nothing falls below zero. Contract goods follow `goods:<contract>`; people move,
set aside and settle; loans, scrap applications and lists hold their pieces before they take them. The rules lie by
topic: `holding` (D2, D4, D8), `moving` (D2, D3, D6), `counting` (D7); what nobody moves is told here (D10).
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, assert_never

from company.context import Context
from contracts import inventory_stock as facts
from contracts.civil_time import civil_day
from contracts.inventory_stock import StockEvent
from inventory.fields import MAX_PIECES
from inventory.refusals import no
from inventory.stock import counting, holding, moving, taking_back
from inventory.stock.lots import next_report_at, pieces, plus, without
from inventory.stock.state import INITIAL, STATES, Card, Decision, Move, NoCard, Stock, lots_of
from runtime.aggregate import Aggregate
from runtime.decision import Ask, Command, Rejected, Timer
from runtime.use_case import UseCase

REMEMBERED = 300  # causes that a card remembers: a repeat under another command id comes soon or never


class ReportDeadStock(Command):
    """呆滞到期 (D10): from the timer."""

    command: Literal["ReportDeadStock"] = "ReportDeadStock"


def report_dead(_: ReportDeadStock, stock: Stock, ctx: Context) -> Decision:
    """Pieces lay for long without a move: told to finance on the month's first day, and every month until they move.

    Rules: D10 (`policy.dead_stock_days`).
    """
    if isinstance(stock, NoCard) or not stock.lots or ctx.now < stock.report_at:
        return ()
    return (
        facts.DeadStockReported(
            at=stock.report_at,
            depot=stock.depot,
            sku=stock.sku,
            name=stock.name,
            month=civil_day(stock.report_at).isoformat()[:7],
            quantity=pieces(stock.lots),
            lots=stock.lots,
            idle_since=stock.moved_at,
            idle_days=(stock.report_at - stock.moved_at).days,
            next_report_at=next_report_at(ctx.policy, stock.report_at),
        ),
    )


def evolve(stock: Stock, event: StockEvent) -> Stock:
    """The card after an event."""
    match event:
        case facts.StockMoved():
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
        case facts.StockShortReported() | facts.HeldPiecesMissed():
            return NoCard(event.depot, event.sku, event.name) if isinstance(stock, NoCard) else stock
        case facts.DeadStockReported() if isinstance(stock, Card):
            reported = replace(stock, dead_month=event.month, idle_days=event.idle_days)
            return replace(reported, report_at=event.next_report_at)
        case facts.DeadStockReported():
            return stock
    assert_never(event)


def due(stock: Stock) -> tuple[Timer, ...]:
    """The next report as dead stock (D10), while there are pieces."""
    if isinstance(stock, NoCard) or not stock.lots:
        return ()
    return (Timer("dead_stock", stock.report_at, ReportDeadStock()),)


def at_the_door(case: UseCase[Any, Any, StockEvent], command: Any, stock: Stock, ctx: Context) -> Decision:
    """A cause moves pieces once, and moves some."""
    if not isinstance(command, Move):
        return case.rule(command, stock, ctx)
    if isinstance(stock, Card) and command.cause_id in stock.causes:
        return ()
    signed = isinstance(command, counting.AdjustStock)
    if not 1 <= abs(command.quantity) <= MAX_PIECES or (command.quantity < 0 and not signed):
        return no("bad_pieces", quantity=command.quantity)
    decided = case.rule(command, stock, ctx)
    if isinstance(decided, Rejected) or not any(isinstance(event, facts.StockMoved) for event in decided):
        return decided
    return (*_missed(stock, command.at or ctx.now, ctx), *decided)


def _missed(stock: Stock, moves_at: datetime, ctx: Context) -> tuple[StockEvent, ...]:
    """Reports that fell due before this move and that nothing has made yet, as after a time in which nothing ran: they
    are made up, month by month (D10)."""
    missed: list[StockEvent] = []
    while isinstance(stock, Card) and stock.report_at <= moves_at:
        told = report_dead(ReportDeadStock(), stock, ctx)
        if isinstance(told, Rejected) or not told:
            break
        missed += told
        for event in told:
            stock = evolve(stock, event)
    return tuple(missed)


def card_no(depot: str, sku: str) -> str:
    """A card, as its aggregate and its rows are named."""
    return f"{depot}:{sku}"


STOCK = Aggregate[Stock, StockEvent](
    "stock",
    INITIAL,
    STATES,
    evolve,
    (
        *holding.USE_CASES,
        *moving.USE_CASES,
        *taking_back.USE_CASES,
        *counting.USE_CASES,
        UseCase(ReportDeadStock, report_dead),
    ),
    due,
    at_the_door,
)


def to_card(move: Move) -> Ask:
    """Asks the card that a move is about."""
    return Ask(STOCK.key(card_no(move.depot, move.sku)), move)
