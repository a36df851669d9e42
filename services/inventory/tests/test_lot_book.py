"""批号去向 The lot book: who has pieces of a lot, whatever came and went (D13)."""

from datetime import UTC, datetime
from typing import Any

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta
from contracts.inventory_stock import Lot, MoveKind, StockMoved
from inventory.lot_book import LOT_BOOK, NoteLotMove
from inventory.lot_book_row import lot_row
from inventory.reactions.lots import book_lots
from runtime.testing import given

NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="system", role="system", policy=policy_book().at(NOW))
META = Meta("e1", "", "/songda/inventory", "stock:main:TC-600", NOW, 1, "c", "c", "mai.gh", 0)
NO = "HT26030001"


def note(move_no: int, quantity: int, holder: str = NO) -> NoteLotMove:
    return NoteLotMove(
        lot="C88", depot="main", sku="TC-600", name="仿古砖", move_no=move_no, holder=holder, quantity=quantity
    )


def moved(kind: MoveKind, held_for: str | None, **places: Any) -> StockMoved:
    told = {"taken": (), "put": (), "before": 20, "after": 10, **places}
    return StockMoved(
        at=NOW,
        depot="main",
        sku="TC-600",
        name="仿古砖",
        move_no=7,
        kind=kind,
        quantity=10,
        voucher_no="V",
        held_for=held_for,
        reason="",
        cause_id="c",
        report_at=NOW,
        **told,
    )


def pieces(lot: str, quantity: int) -> Lot:
    return Lot(bin="R-01", held_for=NO, pending=False, quantity=quantity, lot=lot)


def held(book: Any) -> list[tuple[str, int]]:
    row = lot_row(book)
    return [] if row is None else [(one.holder, one.quantity) for one in row.held]


def test_who_has_how_many_is_what_left_less_what_came_back() -> None:
    """D13"""
    book = given(LOT_BOOK).after(note(1, 0, ""), note(2, 10), note(4, 3, "HT26030002"), note(5, -4), ctx=CTX)
    assert held(book.state) == [(NO, 6), ("HT26030002", 3)]
    assert held(book.after(note(6, -6), ctx=CTX).state) == [("HT26030002", 3)]


def test_a_move_counts_once_and_one_that_gives_nobody_anything_is_told_for_a_new_card_alone() -> None:
    """D13"""
    book = given(LOT_BOOK).after(note(1, 0, ""), note(2, 10), ctx=CTX)
    book.asks(note(2, 10), CTX).nothing_new()
    book.asks(note(3, 0, ""), CTX).nothing_new()


def test_what_left_for_somebody_is_told_lot_by_lot() -> None:
    """D13, D8"""
    asks = book_lots(moved("issued", NO, taken=(pieces("C88", 6), pieces("D07", 3), pieces("", 1))))
    told = [(ask.aggregate_id, ask.command.model_dump(include={"holder", "quantity"})) for ask in asks]
    assert told == [
        ("lot:C88", {"holder": NO, "quantity": 6}),
        ("lot:D07", {"holder": NO, "quantity": 3}),
    ]


def test_pieces_that_come_in_are_nobodys_and_what_only_lies_elsewhere_is_not_told() -> None:
    """D13, D6"""
    (ask,) = book_lots(moved("received", NO, put=(pieces("C88", 10),), before=0))
    assert ask.command.model_dump(include={"holder", "quantity"}) == {"holder": "", "quantity": 0}
    assert book_lots(moved("held", NO, taken=(pieces("C88", 9),), put=(pieces("C88", 9),), after=20)) == ()
