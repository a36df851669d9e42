"""What a delivery left owed has a delivery of its own, once it is here; warranty runs part by part (A9, A10)."""

from datetime import date

from order_story import (
    ALL_IN,
    CTX,
    LOADED,
    NOW,
    NUMBER,
    SYSTEM,
    delivered,
    given,
    goods_in,
    installed,
    line,
    paid,
    pieces,
    signed,
)

from contracts.job_ids import delivery_of, installation_of
from contracts.order import CompletenessLost, DeliveryNoted, GoodsCompleted, RestOwed, WarrantyStarted
from order.contract.fulfilment import NoteInstallation
from order.contract.money import RefundReturn
from order.contract.state import Complete, Fulfilled, Waiting
from order.contract.terms import AmendContract

SIGNED = given(signed())
COMPLETE = SIGNED.after(*ALL_IN, ctx=SYSTEM)
SECOND = delivery_of(NUMBER, 2)


def told(events: tuple[object, ...], kind: type) -> list[object]:
    return [event for event in events if isinstance(event, kind)]


def test_what_is_here_and_was_not_delivered_is_to_be_delivered_at_once() -> None:
    """A10: one of two stayed behind; it is part 2, complete since the contract was."""
    events = COMPLETE.after(LOADED, ctx=SYSTEM).asks(delivered(pieces(1, 1), pieces(2, 3)), SYSTEM).events
    (rest,), (ready,) = told(events, RestOwed), told(events, GoodsCompleted)
    assert isinstance(rest, RestOwed)
    assert isinstance(ready, GoodsCompleted)
    assert (rest.part, [(one.line_no, one.quantity) for one in rest.lines], rest.to_come) == (2, [(1, 1)], ())
    assert (ready.part, [(one.line_no, one.quantity) for one in ready.lines]) == (2, [(1, 1)])


def test_a_piece_broken_at_the_door_is_owed_and_comes_once_another_one_is_here() -> None:
    """A10, D4: until then the contract lacks it; its leftover order is that of the damage."""
    broken = delivered(pieces(1, 1), pieces(2, 3)).model_copy(update={"damaged": (pieces(1, 1),)})
    events = COMPLETE.after(LOADED, ctx=SYSTEM).asks(broken, SYSTEM).events
    (rest,), (lost,) = told(events, RestOwed), told(events, CompletenessLost)
    assert isinstance(rest, RestOwed)
    assert isinstance(lost, CompletenessLost)
    assert (rest.to_come, lost.part, lost.line_no, lost.quantity) == ((), 2, 1, 1)
    short = COMPLETE.after(LOADED, broken, ctx=SYSTEM)
    assert isinstance(short.state, Waiting)
    (ready,) = told(short.asks(goods_in(1, 1, waybill="DP-1"), SYSTEM).events, GoodsCompleted)
    assert isinstance(ready, GoodsCompleted)
    assert (ready.part, [(one.line_no, one.quantity) for one in ready.lines]) == (2, [(1, 1)])


def test_what_never_came_is_a_leftover_order_and_later_a_delivery_of_its_own() -> None:
    """A3, A10: delivered in part before it was complete."""
    some = SIGNED.after(goods_in(1, 2), ctx=SYSTEM)
    events = some.asks(delivered(pieces(1, 2)), SYSTEM).events
    (rest,) = told(events, RestOwed)
    assert isinstance(rest, RestOwed)
    assert [(one.line_no, one.quantity) for one in rest.to_come] == [(2, 3)]
    assert told(events, GoodsCompleted) == []
    (ready,) = told(some.after(delivered(pieces(1, 2)), ctx=SYSTEM).asks(goods_in(2, 3), SYSTEM).events, GoodsCompleted)
    assert isinstance(ready, GoodsCompleted)
    assert (ready.part, [(one.line_no, one.quantity) for one in ready.lines]) == (2, [(2, 3)])


def test_a_refund_of_the_rest_settles_it_and_leaves_nothing_to_deliver() -> None:
    """B15, A9"""
    short = COMPLETE.after(LOADED, delivered(pieces(1, 1), pieces(2, 3)), ctx=SYSTEM)
    refund = RefundReturn(contract_no=NUMBER, refund_id="TK-1", line_no=1, quantity=1, refund_fen=0, reason="不要了")
    (rest,) = told(short.asks(refund, CTX).events, RestOwed)
    assert isinstance(rest, RestOwed)
    assert (rest.part, rest.lines, rest.settled) == (2, (), (1,))


def test_a_rest_that_is_amended_away_in_one_line_says_which_line_is_settled() -> None:
    """A10, A6: what another line still lacks goes on."""
    some = SIGNED.after(goods_in(1, 1), ctx=SYSTEM).after(delivered(pieces(1, 1)), ctx=SYSTEM)
    fewer = AmendContract(contract_no=NUMBER, reason="不要了", change=(line(1, 1),))
    (rest,) = told(some.asks(fewer, CTX).events, RestOwed)
    assert isinstance(rest, RestOwed)
    assert ([(one.line_no, one.quantity) for one in rest.to_come], rest.settled) == ([(2, 3)], (1,))


def test_the_delivery_that_brings_the_whole_rest_says_that_it_is_settled() -> None:
    """A10: no other word of the rest follows."""
    short = COMPLETE.after(LOADED, delivered(pieces(1, 1), pieces(2, 3)), ctx=SYSTEM)
    events = short.asks(delivered(pieces(1, 1), job_id=SECOND), SYSTEM).events
    (noted,) = told(events, DeliveryNoted)
    assert isinstance(noted, DeliveryNoted)
    assert (noted.settled, told(events, RestOwed)) == ((1,), [])


def test_each_part_has_its_warranty_from_its_own_acceptance_and_the_last_one_fulfils() -> None:
    """A7, A10"""
    first = COMPLETE.after(LOADED, delivered(pieces(1, 1), pieces(2, 3), days=4), installed(days=3), paid(), ctx=SYSTEM)
    assert isinstance(first.state, Complete)
    assert [[(one.quantity, one.starts_on) for one in line.warranties] for line in first.state.lines] == [
        [(1, date(2026, 3, 6))],
        [(3, date(2026, 3, 6))],
    ]
    second = first.after(delivered(pieces(1, 1), job_id=SECOND, days=1), ctx=SYSTEM)
    assert isinstance(second.state, Complete), "its installation is owed"
    accepted = NoteInstallation(at=NOW, contract_no=NUMBER, job_id=installation_of(NUMBER, 2), accepted_by="马娜")
    events = second.asks(accepted, SYSTEM).events
    (started,) = told(events, WarrantyStarted)
    assert isinstance(started, WarrantyStarted)
    assert [(one.line_no, one.quantity, one.starts_on) for one in started.warranties] == [(1, 1, date(2026, 3, 9))]
    assert isinstance(second.after(accepted, ctx=SYSTEM).state, Fulfilled)


def test_what_was_paid_between_two_parts_is_not_collected_with_the_second() -> None:
    """A10, B13"""
    short = COMPLETE.after(LOADED, delivered(pieces(1, 1), pieces(2, 3)), ctx=SYSTEM)
    noted, ready = short.asks(paid(200), CTX).events
    assert isinstance(ready, GoodsCompleted)
    assert (noted.part, ready.part, ready.amount_due_fen) == (2, 2, 300)  # type: ignore[union-attr]


def test_a_contract_whose_first_delivery_brought_nothing_is_delivered_anew() -> None:
    """A10, B13: all was refused at the door."""
    events = (
        given(signed(line(1, 2), amount_due_fen=0))
        .after(goods_in(1, 2), LOADED, ctx=SYSTEM)
        .asks(delivered(pieces(1, 0)).model_copy(update={"refused": (pieces(1, 2),)}), SYSTEM)
        .events
    )
    assert [type(event).__name__ for event in events] == ["DeliveryNoted", "RestOwed", "GoodsCompleted"]
