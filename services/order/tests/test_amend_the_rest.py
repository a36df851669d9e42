"""Changing a contract after a partial delivery: what the customer has stays, what is owed may change (A6, A10)."""

from datetime import date

import pytest
from order_story import (
    ALL_IN,
    CTX,
    CUSTOMER,
    LOADED,
    NUMBER,
    SYSTEM,
    TILES,
    TOILETS,
    delivered,
    given,
    goods_in,
    installed,
    line,
    paid,
    pieces,
    signed,
)

from contracts.job_ids import delivery_of
from contracts.order import CompletenessLost, ContractAmended, GoodsCompleted, RestOwed
from order.contract.fulfilment import NoteLoading
from order.contract.money import RefundReturn
from order.contract.state import Fulfilled, overpaid_fen
from order.contract.terms import AmendContract

EXTRA = line(3, 2, to_install=False)
SIGNED = given(signed(TOILETS, TILES, EXTRA))
PART = SIGNED.after(*ALL_IN, LOADED, delivered(pieces(1, 1), pieces(2, 3)), ctx=SYSTEM)
"""1 of 2 toilets and all 3 tiles are delivered; 1 toilet is here, 2 pieces of line 3 never came."""
SECOND = delivery_of(NUMBER, 2)
SECOND_RUN = NoteLoading(contract_no=NUMBER, run="2026-03-10:S1", part=2)


def amend(**change: object) -> AmendContract:
    return AmendContract.model_validate({"contract_no": NUMBER, "reason": "客户要求", **change})


def of(sold: object, **change: object) -> object:
    return sold.model_copy(update=change)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"remove": (2,)}, "line_delivered"),
        ({"remove": (1,)}, "line_delivered"),
        ({"change": (of(TILES, quantity=2),)}, "line_delivered"),
        ({"change": (of(TILES, quantity=9),)}, "line_delivered"),
        ({"change": (of(TOILETS, unit_price_fen=1),)}, "line_delivered"),
        ({"change": (of(TOILETS, to_install=False),)}, "line_delivered"),
        ({"change": (of(TOILETS, quantity=3), of(TILES, name="地砖"))}, "line_delivered"),
    ],
)
def test_what_the_customer_has_stays_as_it_was_sold(change: dict[str, object], refused: str) -> None:
    """A6, A9, A10: of a line that he has in full nothing changes, of one in part only what is owed."""
    PART.asks(amend(**change), CTX).refuses(refused)


def test_a_line_does_not_become_less_than_was_delivered_and_refunded() -> None:
    """A6, A9, B15: ordered = owed + with the customer + refunded."""
    many = given(signed(line(1, 5), TILES)).after(
        goods_in(1, 5), goods_in(2, 3), LOADED, delivered(pieces(1, 2), pieces(2, 3)), ctx=SYSTEM
    )
    refund = RefundReturn(contract_no=NUMBER, refund_id="TK-1", line_no=1, quantity=1, refund_fen=0, reason="不要")
    short = many.after(refund, ctx=CTX)
    short.asks(amend(change=(line(1, 2),)), CTX).refuses("less_than_delivered")
    many.asks(amend(change=(line(1, 1),)), CTX).refuses("less_than_delivered")
    many.asks(amend(change=(line(1, 4),)), CTX).then_names("ContractAmended", "RestOwed", "GoodsCompleted")


def test_a_line_that_never_came_is_dropped_and_the_rest_is_ready() -> None:
    """A6, A10: what remains of it is the second delivery, with the toilet that is here."""
    amended, rest, ready = PART.asks(amend(remove=(3,), amount_due_fen=300), CTX).events
    assert isinstance(amended, ContractAmended)
    assert (amended.part, amended.fewer, amended.owed_fen) == (2, (pieces(3, 0),), 300)
    assert isinstance(rest, RestOwed)
    assert [(one.line_no, one.quantity) for one in rest.lines] == [(1, 1)]
    assert rest.to_come == ()
    assert isinstance(ready, GoodsCompleted)
    assert (ready.part, ready.amount_due_fen) == (2, 300)
    assert [(one.line_no, one.quantity) for one in ready.lines] == [(1, 1)]


def test_a_new_line_comes_with_the_second_delivery() -> None:
    """A6, A10: a rest that was ready waits for it."""
    ready = PART.after(goods_in(3, 2), ctx=SYSTEM)
    added = line(4, 1)
    _, rest, lost = ready.asks(amend(add=(added,)), CTX).events
    assert isinstance(rest, RestOwed)
    assert [(one.line_no, one.quantity) for one in rest.to_come] == [(4, 1)]
    assert isinstance(lost, CompletenessLost)
    assert (lost.part, lost.line_no) == (2, 4)
    events = ready.after(amend(add=(added,)), ctx=CTX).asks(goods_in(4, 1), SYSTEM).events
    told = next(one for one in events if isinstance(one, GoodsCompleted))
    assert [(one.line_no, one.quantity) for one in told.lines] == [(1, 1), (3, 2), (4, 1)]


def test_address_amount_and_an_earlier_day_go_to_the_delivery_that_is_to_come() -> None:
    """A6, A8, A10"""
    moved = CUSTOMER.model_copy(update={"address": "桂澜路8号"})
    ready = PART.after(goods_in(3, 2), ctx=SYSTEM)
    change = amend(customer=moved, promised_on="2026-03-11", amount_due_fen=700)
    amended, told = ready.asks(change, CTX).events
    assert isinstance(amended, ContractAmended)
    assert (amended.part, amended.owed_fen, amended.promised_on) == (2, 700, date(2026, 3, 11))
    assert isinstance(told, GoodsCompleted)
    assert (told.part, told.customer, told.promised_on, told.amount_due_fen) == (2, moved, date(2026, 3, 11), 700)


def test_a_contract_of_which_nothing_is_left_to_deliver_is_fulfilled_once_it_is_paid() -> None:
    """A6, A7, A10, A12: the rest is dropped, its delivery is not needed, and what was paid too much is known."""
    done = PART.after(installed(), paid(), ctx=SYSTEM)
    fewer = amend(change=(of(TOILETS, quantity=1),), remove=(3,), amount_due_fen=400)
    asked = done.asks(fewer, CTX)
    asked.then_names("ContractAmended", "RestOwed", "ContractFulfilled")
    rest = next(one for one in asked.events if isinstance(one, RestOwed))
    assert (rest.part, rest.lines) == (2, ())
    after = done.after(fewer, ctx=CTX).state
    assert isinstance(after, Fulfilled)
    assert overpaid_fen(after) == 100


def test_the_rest_is_not_amended_once_it_is_loaded_nor_when_all_is_delivered() -> None:
    """A6, A10"""
    ready = PART.after(goods_in(3, 2), ctx=SYSTEM)
    loaded = ready.after(SECOND_RUN, ctx=SYSTEM)
    loaded.asks(amend(remove=(3,)), CTX).refuses("already_loaded")
    all_there = loaded.after(delivered(pieces(1, 1), pieces(3, 2), job_id=SECOND), ctx=SYSTEM)
    all_there.asks(amend(add=(line(4),)), CTX).refuses("already_delivered")


def test_a_loading_of_the_first_part_that_is_told_after_its_delivery_does_not_close_the_rest() -> None:
    """A6, A10, X1"""
    early = LOADED.model_copy(update={"part": 1})
    PART.asks(early, SYSTEM).nothing_new()
    PART.after(early, ctx=SYSTEM).asks(amend(amount_due_fen=7), CTX).then_names("ContractAmended")


def test_a_refund_while_the_rest_is_on_the_road_does_not_open_it_for_changes() -> None:
    """A6, B15"""
    refund = RefundReturn(contract_no=NUMBER, refund_id="TK-1", line_no=3, quantity=1, refund_fen=0, reason="不要")
    riding = PART.after(SECOND_RUN, ctx=SYSTEM).after(refund, ctx=CTX)
    riding.asks(amend(remove=(3,)), CTX).refuses("already_loaded")
