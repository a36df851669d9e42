"""A bin card as it stands, a line of it (D6) and the report of a shortage (D9) as events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from company.context import Context
from contracts import inventory_stock as facts
from contracts.bounds import Few, HowMany, ManyLines, OneLine, OptionalId
from contracts.inventory_stock import StockEvent
from contracts.spelling import Sku
from inventory.stock.lots import Lots, dead_report_at, pieces
from runtime.decision import Command, Rejected

Decision = Sequence[StockEvent] | Rejected


class Move(Command):
    """Asked by reactions too, which must not fail over the length of a text: the routes bound what people write.

    `voucher_no`: the paper (D11); `cause_id`: what asked, once; `name` for a card that is not there yet. `lots`: of
    which lots the pieces are (D13); what is not named is of no lot, or of which ever is there."""

    depot: OptionalId
    sku: Sku
    name: OneLine = ""
    quantity: HowMany
    voucher_no: OptionalId
    cause_id: OptionalId
    reason: ManyLines = ""
    lots: Annotated[tuple[facts.LotPieces, ...], Few(1_000)] = ()


@dataclass(frozen=True, slots=True)
class NoCard:
    """Nothing of this sku was ever here; with its name once somebody wanted it."""

    depot: str = ""
    sku: str = ""
    name: str = ""


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
    dead_month: str | None = None
    """The last month in which it was reported as dead stock since it moved (D10), when it had lain `idle_days`."""
    idle_days: int | None = None


Stock = NoCard | Card
INITIAL: Stock = NoCard()
STATES = (NoCard, Card)


def lots_of(stock: Stock) -> Lots:
    """Its pieces by place."""
    return stock.lots if isinstance(stock, Card) else ()


def moved(
    command: Move,
    kind: facts.MoveKind,
    stock: Stock,
    ctx: Context,
    *,
    taken: Lots = (),
    put: Lots = (),
    held_for: str | None = None,
    corrects: str = "",
) -> facts.StockMoved:
    """The next line of the card: `taken` left their places, `put` came to theirs; the balance before and after."""
    at = command.at or ctx.now
    before = pieces(lots_of(stock))
    moved_at = max(at, stock.moved_at) if isinstance(stock, Card) else at
    return facts.StockMoved(
        at=at,
        depot=command.depot,
        sku=command.sku,
        name=stock.name if isinstance(stock, Card) else command.name or command.sku,
        move_no=stock.last_move + 1 if isinstance(stock, Card) else 1,
        kind=kind,
        quantity=pieces(taken) or pieces(put),
        taken=taken,
        put=put,
        before=before,
        after=before - pieces(taken) + pieces(put),
        voucher_no=command.voucher_no,
        held_for=held_for,
        reason=command.reason,
        cause_id=command.cause_id,
        report_at=dead_report_at(ctx.policy, moved_at),
        corrects=corrects,
    )


def short(command: Move, available: int, needed_for: str | None, ctx: Context) -> facts.StockShortReported:
    """`available` of the pieces asked for are there."""
    return facts.StockShortReported(
        at=command.at or ctx.now,
        depot=command.depot,
        sku=command.sku,
        name=command.name or command.sku,
        wanted=abs(command.quantity),
        available=available,
        needed_for=needed_for,
        voucher_no=command.voucher_no,
        reason=command.reason,
    )
