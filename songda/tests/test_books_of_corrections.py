"""Deliveries and pick-ups that were typed wrong, corrected in any order: every piece is in one place (D16)."""

from collections import Counter
from typing import Any

from books_corrections import accept, agree_to_delivery, typed_wrong
from books_slips import SLIPS
from hypothesis import given, settings
from hypothesis import strategies as st
from test_books_of_random_lives import (
    LINES,
    Company,
    amend,
    arrive,
    at_the_door,
    begun,
    bring_back,
    cancel,
    drive_out,
    pick_up,
    refund,
)

from contracts.order import ReturnRefunded
from inventory.ledger import entries_of
from inventory.stock.lots import pieces as pieces_of
from inventory.stock.state import lots_of

DELIVERED = ((arrive, 0, 3, 1), (arrive, 1, 3, 1), (arrive, 1, 1, 1), (drive_out, 0, 1, 1))
"""All pieces came, and are on the vehicle."""
AFTERWARDS = (
    accept,
    at_the_door,
    typed_wrong,
    typed_wrong,
    typed_wrong,
    agree_to_delivery,
    agree_to_delivery,
    agree_to_delivery,
    bring_back,
    drive_out,
    pick_up,
    refund,
    arrive,
    cancel,
)
LATER = st.lists(
    st.tuples(st.sampled_from(AFTERWARDS), st.sampled_from(LINES), st.integers(1, 3), st.integers(0, 11)),
    min_size=4,
    max_size=14,
)


@settings(max_examples=250, deadline=None)
@given(st.booleans(), st.sampled_from((0, 3, 5)), LATER)
def test_every_piece_is_in_one_place_whatever_was_typed_wrong(collects: bool, door: int, story: list[Any]) -> None:
    """D16, A9, A10, B14, B15: of a delivery, or a pick-up, that was typed wrong and corrected, and corrected again."""
    company = begun(Company())
    for deed, line, pieces, way in DELIVERED[:3] if collects else DELIVERED:
        deed(company, LINES[line], pieces, way)
        company.settle()
    (pick_up if collects else at_the_door)(company, LINES[0], 1, door)
    company.settle()
    for deed, line, pieces, way in story:
        deed(company, line, pieces, way)
        if way < 8:  # else the next deed is faster than the others
            company.settle()
    company.settle()
    told = {number: [one.en for one in found] for number, found in company.books.apart().items()}
    assert (told, company.books.findings) == ({}, [])


AT_THE_CHECK = st.lists(
    st.tuples(
        st.sampled_from((*SLIPS, drive_out, at_the_door, arrive, amend, cancel, refund)),
        st.sampled_from(LINES),
        st.integers(1, 3),
        st.integers(0, 7),
    ),
    min_size=4,
    max_size=16,
)


@settings(max_examples=250, deadline=None)
@given(AT_THE_CHECK)
def test_every_piece_is_in_one_place_whatever_a_check_had_wrong(story: list[Any]) -> None:
    """D16, D2, D4, A9: of slips that were checked wrong, put away, settled and corrected, and corrected again; the card
    holds what the slips, the goods and the ledger say."""
    company = begun(Company())
    for deed, line, pieces, way in story:
        deed(company, line, pieces, way)
        company.settle()
    told = {number: [one.en for one in found] for number, found in company.books.apart().items()}
    assert (told, company.books.findings) == ({}, [])
    booked = Counter[str]()
    for fact in company.history:
        for _, sku, _, quantity, _ in entries_of(fact):
            booked[sku] += quantity
    for line in LINES:
        card = company.state(f"stock:main:{line.sku}")
        assert booked[line.sku] == pieces_of(lots_of(card)), line.sku


def test_a_piece_signed_for_a_moment_ago_is_not_refunded() -> None:
    """A10, A12, D16: the customer has signed for the rest, and the contract has not read it yet."""
    story = ((typed_wrong, 1, 0), (agree_to_delivery, 1, 0), (drive_out, 1, 1), (at_the_door, 1, 8), (refund, 1, 0))
    company = begun(Company())
    for deed, line, pieces, way in DELIVERED[:3]:
        deed(company, LINES[line], pieces, way)
        company.settle()
    pick_up(company, LINES[0], 1, 0)
    company.settle()
    for deed, pieces, way in story:
        deed(company, LINES[0], pieces, way)
        if way < 8:
            company.settle()
    assert company.told(ReturnRefunded) == []
    company.settle()
    assert (company.books.apart(), company.books.findings) == ({}, [])
