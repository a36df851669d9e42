"""批号去向 Lot book: where the pieces of one lot went (D13), so that a recall is one look-up, however many there are.

One aggregate per lot, `lot:C88`; makers number alike, so it may hold several products. It follows the bin cards, move
by move: each card's moves have numbers without a gap, so none counts twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from company.context import Context
from contracts.bounds import Nth, OneLine, OptionalId, Whole
from contracts.inventory_stock import LotMoved
from contracts.spelling import Sku
from inventory.stock.aggregate import card_no
from runtime.aggregate import Aggregate, Decision
from runtime.decision import Command, Timer
from runtime.use_case import UseCase


class NoteLotMove(Command):
    """批号出入 (D13): pieces left for somebody, came back, or came in, by a move of a bin card."""

    command: Literal["NoteLotMove"] = "NoteLotMove"
    lot: OneLine
    depot: OptionalId
    sku: Sku
    name: OneLine
    move_no: Nth
    holder: OneLine = ""
    quantity: Annotated[int, Whole(-1_000_000, 1_000_000)] = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Pieces of a product that somebody has."""

    holder: str
    sku: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class LotBook:
    """Who has pieces of the lot, and by which cards they came and went, with the last move of each that counts."""

    lot: str = ""
    held: Mapping[str, Held] = field(default_factory=dict)
    """By holder and sku."""
    cards: Mapping[str, int] = field(default_factory=dict)


def note_move(command: NoteLotMove, book: LotBook, ctx: Context) -> Decision[LotMoved]:
    """A move of a card that is known has nothing new to say unless somebody has more or fewer pieces by it.

    Rules: D13. Once per move of a card.
    """
    last = book.cards.get(card_no(command.depot, command.sku), 0)
    if command.move_no <= last or (last and not command.quantity):
        return ()
    return (
        LotMoved(
            at=command.at or ctx.now,
            lot=command.lot,
            depot=command.depot,
            sku=command.sku,
            name=command.name,
            move_no=command.move_no,
            holder=command.holder,
            quantity=command.quantity,
        ),
    )


def evolve(book: LotBook, event: LotMoved) -> LotBook:
    """The book after a move."""
    cards = {**book.cards, card_no(event.depot, event.sku): event.move_no}
    if not event.quantity:
        return replace(book, lot=event.lot, cards=cards)
    key = f"{event.holder} {event.sku}"
    before = book.held[key].quantity if key in book.held else 0
    held = {**book.held, key: Held(event.holder, event.sku, event.name, before + event.quantity)}
    if held[key].quantity <= 0:
        del held[key]
    return LotBook(event.lot, held, cards)


def due(_: LotBook) -> tuple[Timer, ...]:
    """Nothing falls due by itself."""
    return ()


USE_CASES: tuple[UseCase[Any, Any, LotMoved], ...] = (UseCase(NoteLotMove, note_move, cites="D13"),)

LOT_BOOK = Aggregate[LotBook, LotMoved]("lot", LotBook(), (LotBook,), evolve, USE_CASES, due)
