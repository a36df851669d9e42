"""Ledger, card and goods of a sku: where they part."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from inventory.agreement import Agreement, CardLine, CountedBin, Entry, Parting, agreement

START = datetime(2026, 3, 1, tzinfo=UTC)


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def entry(day: int, voucher_no: str, quantity: int) -> Entry:
    return Entry(at(day), voucher_no, quantity, "issued" if quantity < 0 else "arrived")


def line(move_no: int, voucher_no: str, quantity: int, kind: str = "received", bin_: str = "A-01") -> CardLine:
    return CardLine(move_no, at(move_no), kind, voucher_no, quantity, {bin_: quantity})


def figure(day: int, book: int, counted: int, move_no: int, booked: int | None = None) -> CountedBin:
    return CountedBin(f"PD-{day}", "A-01", at(day), book, counted, move_no, booked)


LEDGER = (entry(1, "YD1", 60), entry(2, "L1", -5), entry(3, "L2", -7))
CARD = (line(1, "YD1", 60), line(2, "L1", -5), line(3, "L2", -7))


def report(ledger: tuple[Entry, ...], card: tuple[CardLine, ...], *counted: CountedBin) -> Agreement:
    return agreement("TIL-0918", "抛光砖", ledger, card, counted)


def test_the_three_agree() -> None:
    """D7"""
    found = report(LEDGER, CARD, figure(4, 48, 48, 3))
    assert (found, found.agrees) == (Agreement("TIL-0918", "抛光砖", 48, 48, 48, ()), True)


def test_a_line_with_another_quantity_than_its_voucher_is_where_they_part() -> None:
    """D7"""
    card = (CARD[0], line(2, "L1", -3), CARD[2])
    assert report(LEDGER, card).partings == (Parting("ledger_card", at(2), "L1", 2, 1, -2),)


def test_a_voucher_that_never_came_to_the_card_names_the_line_before_it() -> None:
    """D7"""
    assert report(LEDGER, CARD[:1]).partings == (Parting("ledger_card", at(2), "L1", None, 1, -12),)


def test_a_line_twice_is_where_they_part() -> None:
    """D7"""
    card = (*CARD, line(4, "L2", -7))
    assert report(LEDGER, card).partings == (Parting("ledger_card", at(4), "L2", 4, 3, 7),)


def test_pieces_that_only_changed_place_need_no_voucher() -> None:
    """D7"""
    moved = CardLine(4, at(4), "moved", "YW1", 0, {"A-01": -3, "A-02": 3})
    assert report(LEDGER, (*CARD, moved)).agrees


def test_what_was_decided_on_the_card_itself_is_its_own_voucher() -> None:
    """D7"""
    found = report(LEDGER, (*CARD, line(4, "CL1", -1, "sent_back")))
    assert (found.ledger, found.card, found.agrees) == (47, 47, True)


def test_a_bin_that_differs_names_the_moves_since_it_agreed_and_the_one_that_would_explain_it() -> None:
    """D7: 7 pieces went off the card on day 3, but still lie there."""
    found = report(LEDGER, CARD, figure(1, 60, 60, 1), figure(5, 48, 55, 3))
    parting = Parting("card_goods", at(5), "PD-5", 2, 1, 7, "A-01", (2, 3), (3,))
    assert (found.goods, found.partings) == (55, (parting,))


def test_a_difference_that_was_adjusted_parts_nothing() -> None:
    """D7"""
    ledger = (*LEDGER, entry(5, "PD-4", 2))
    card = (*CARD, line(4, "PD-4", 2, "adjusted"))
    found = report(ledger, card, figure(4, 48, 50, 3, booked=4))
    assert (found.ledger, found.card, found.goods, found.agrees) == (50, 50, 50, True)


def test_a_move_that_is_told_after_its_count_was_adjusted_makes_card_and_goods_part() -> None:
    """D6, D7: 8 of 10 were counted, the card was made to follow; then somebody tells that 2 had been moved before."""
    card = (line(1, "YD1", 10), CardLine(2, at(5), "adjusted", "PD-4", -2, {"A-01": -2}))
    ledger = (entry(1, "YD1", 10), entry(5, "PD-4", -2))
    counted = figure(4, 10, 8, 1, booked=2)
    assert report(ledger, card, counted).agrees
    late = CardLine(3, at(3), "moved", "YW1", 0, {"A-01": -2, "B-01": 2})
    found = report(ledger, (*card, late), counted)
    assert [(x.between, x.bin, x.difference, x.likely) for x in found.partings] == [("card_goods", "A-01", 2, (3,))]
    assert (found.card, found.goods) == (8, 10)
    back = CardLine(4, at(6), "moved", "YW2", 0, {"A-01": 2, "B-01": -2})
    again = CountedBin("PD-7", "A-01", at(7), 8, 8, 4, None)
    assert report(ledger, (*card, late, back), counted, again).agrees


def test_a_move_that_is_told_late_and_happened_after_the_count_parts_nothing() -> None:
    """D6, D7"""
    card = (line(1, "YD1", 10), CardLine(2, at(6), "adjusted", "PD-4", -2, {"A-01": -2}))
    ledger = (entry(1, "YD1", 10), entry(6, "PD-4", -2))
    late = CardLine(3, at(5), "moved", "YW1", 0, {"A-01": -2, "B-01": 2})
    assert report(ledger, (*card, late), figure(4, 10, 8, 1, booked=2)).agrees


def test_what_was_never_counted_has_no_goods_figure() -> None:
    """D7"""
    assert report(LEDGER, CARD).goods is None


VOUCHERS = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from("ABCDE"), st.integers(-9, 9).filter(bool)), max_size=15
)


@given(VOUCHERS, st.data())
def test_they_agree_exactly_when_every_voucher_is_on_the_card_once(
    told: list[tuple[int, str, int]], data: st.DataObject
) -> None:
    """D7, D11"""
    told.sort()
    ledger = tuple(entry(day, voucher, pieces) for day, voucher, pieces in told)
    card = [CardLine(n, at(day), "x", voucher, pieces, {}) for n, (day, voucher, pieces) in enumerate(told, 1)]
    assert report(ledger, tuple(card)).agrees
    if card:
        lost = data.draw(st.integers(0, len(card) - 1))
        found = report(ledger, tuple(card[:lost] + card[lost + 1 :]))
        gone = card[lost]
        assert [(x.move_no, x.at, x.voucher_no) for x in found.partings][:1] != []
        assert found.partings[0].at <= gone.at or found.partings[0].voucher_no == gone.voucher_no
        assert found.partings[0].difference == gone.quantity
