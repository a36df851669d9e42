"""Books lot by lot (A9, D13): what a contract has here and what its cards keep for it are of the same lots."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from contracts.envelope import Meta
from contracts.fact import Fact, GoodsLine, LineLot
from contracts.inventory import ArrivalConfirmed, GoodsArrived, GoodsIssued
from contracts.inventory_stock import Lot, LotPieces, StockMoved
from songda.books.verifying import traced

T0 = datetime(2026, 3, 2, 2, tzinfo=UTC)
NO = "HT26030001"


def came(lot: str, quantity: int) -> GoodsArrived:
    """Pieces of a lot, as the warehouse booked them for the contract."""
    day = date(2026, 3, 3)
    told: dict[str, Any] = {"line_no": 1, "sku": "TC-1", "name": "抛釉砖", "waybill": lot, "arrived_on": day}
    return GoodsArrived(at=T0, contract_no=NO, quantity=quantity, lot=lot, **told)


def left(quantity: int, *lots: tuple[str, int]) -> GoodsIssued:
    """Pieces left by a list that names these lots."""
    line = GoodsLine(line_no=1, sku="TC-1", name="抛釉砖", quantity=quantity)
    named = tuple(LineLot(line_no=1, lot=lot, quantity=pieces) for lot, pieces in lots)
    return GoodsIssued(at=T0, contract_no=NO, list_no="SY1", lines=(line,), lots=named)


def card(kind: str, lot: str, quantity: int) -> StockMoved:
    """The card's line of it: pieces put where they are kept for the contract, or taken from there."""
    pieces = (Lot(bin="A1", held_for=NO, pending=False, quantity=quantity, lot=lot),)
    is_in = kind == "received"
    told: dict[str, Any] = {"depot": "main", "sku": "TC-1", "name": "抛釉砖", "voucher_no": "V", "cause_id": "x"}
    places: dict[str, Any] = {"taken": () if is_in else pieces, "put": pieces if is_in else ()}
    counts: dict[str, Any] = {"move_no": 1, "before": 0, "after": 0, "quantity": quantity, "report_at": T0}
    return StockMoved(at=T0, kind=kind, held_for=NO, reason="", **told, **places, **counts)  # type: ignore[arg-type]


def apart(*facts: Fact) -> list[tuple[str, str, str]]:
    """Where contract and card do not agree at the end, what they say, and since which event."""
    story = []
    for n, fact in enumerate(facts, start=1):
        subject = "stock:main:TC-1" if isinstance(fact, StockMoved) else f"goods:{NO}"
        story.append((fact, Meta(f"e{n}", fact.wire, "", subject, T0 + timedelta(minutes=n), n, "c", "c", "he.jx", 0)))
    return [(one.where, one.en, one.since.id) for one in traced(NO, story) if "held on the card" in one.en]


def test_lots_that_the_card_keeps_as_the_contract_has_them_add_up() -> None:
    """A9, D13"""
    here = (came("C88", 6), card("received", "C88", 6), came("D07", 4), card("received", "D07", 4))
    assert apart(*here) == []
    assert apart(*here, left(5, ("D07", 4), ("C88", 1)), card("issued", "D07", 4), card("issued", "C88", 1)) == []


def test_a_card_that_keeps_another_lot_is_named_with_the_event_that_put_it_there() -> None:
    """A9, D13: as many pieces, and of another shade."""
    assert apart(came("C88", 6), card("received", "D07", 6)) == [
        (f"{NO} TC-1 C88", "6 here, 0 held on the card", "e2"),
        (f"{NO} TC-1 D07", "0 here, 6 held on the card", "e2"),
    ]


def test_pieces_that_leave_of_another_lot_than_their_list_says_are_named() -> None:
    """A9, D13, B9: the list says D07, the card took C88."""
    here = (came("C88", 4), card("received", "C88", 4), came("D07", 4), card("received", "D07", 4))
    assert apart(*here, left(4, ("D07", 4)), card("issued", "C88", 4)) == [
        (f"{NO} TC-1 C88", "4 here, 0 held on the card", "e6"),
        (f"{NO} TC-1 D07", "0 here, 4 held on the card", "e6"),
    ]


def test_fewer_pieces_on_the_card_are_one_difference_not_one_of_each_lot_too() -> None:
    """A9: what lacks is named once."""
    assert [where for where, _, _ in apart(came("C88", 6), card("received", "D07", 5))] == [f"{NO} TC-1"]


def test_a_list_of_before_the_lots_did_not_say_of_which_it_took() -> None:
    """A9, D13: that is no difference."""
    here = (came("C88", 6), card("received", "C88", 6))
    assert apart(*here, left(4), card("issued", "C88", 4)) == []


def test_pieces_of_which_the_check_says_the_lot_are_of_it_in_both_books() -> None:
    """A9, D13: until the card follows, they are apart."""
    known: dict[str, Any] = {"line_no": 1, "sku": "TC-1", "name": "抛釉砖", "waybill": "RK1/1/1", "slip_no": "RK1"}
    told: dict[str, Any] = {"carrier_waybill": "", "told_by": "slip", "arrived_on": date(2026, 3, 3), "bin": "A1"}
    was = (LotPieces(lot="", quantity=4),)
    found = ArrivalConfirmed(at=T0, contract_no=NO, quantity=6, told=6, lot="C88", was=was, **known, **told)
    here = (came("", 4), card("received", "", 4), came("C88", 2), card("received", "C88", 2), found)
    assert {where for where, _, _ in apart(*here)} == {f"{NO} TC-1", f"{NO} TC-1 C88"}
    assert apart(*here, card("issued", "", 4), card("received", "C88", 4)) == []
