"""Delivered, installed, accepted, paid: fulfilled (完结), and the warranty from acceptance (A7)."""

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from order_story import (
    ALL_IN,
    CTX,
    CUSTOMER,
    LOADED,
    NOW,
    NUMBER,
    SYSTEM,
    TILES,
    delivered,
    given,
    installed,
    line,
    paid,
    pieces,
    receipt,
    signed,
)

from contracts.order import (
    ContractFulfilled,
    DeliveryNoted,
    GoodsCompleted,
    PaymentNoted,
    RestOwed,
    ReturnRefunded,
    Warranty,
    WarrantyStarted,
)
from order.contract.delays import ReportDelay
from order.contract.fulfilment import months_after
from order.contract.goods import NoteReturn
from order.contract.money import RefundReturn
from order.contract.row import contract_row
from order.contract.state import Complete, Fulfilled, Waiting
from order.contract.terms import AmendContract

SIGNED = given(signed())
COMPLETE = SIGNED.after(*ALL_IN, ctx=SYSTEM)
FACTS = (delivered(days=3), installed(days=1), paid(days=2))
REFUND = RefundReturn(
    contract_no=NUMBER, refund_id="TK-1", line_no=1, quantity=1, refund_fen=100_000, reason="客户不要"
)


def test_the_last_of_delivery_installation_and_payment_fulfils_the_contract() -> None:
    """A7"""
    waiting = COMPLETE.after(FACTS[0], FACTS[1], ctx=SYSTEM)
    waiting.asks(FACTS[2], SYSTEM).then_names("PaymentNoted", "ContractFulfilled")
    COMPLETE.after(FACTS[0], ctx=SYSTEM).asks(FACTS[1], SYSTEM).then_names("InstallationNoted", "WarrantyStarted")
    assert waiting.asks(FACTS[2], SYSTEM).events[1] == ContractFulfilled(
        at=FACTS[2].at or NOW,
        contract_no=NUMBER,
        store_code="S02",
        customer=CUSTOMER,
        fulfilled_on=date(2026, 3, 8),
    )


@pytest.mark.parametrize("facts", list(permutations(FACTS)))
def test_the_order_in_which_the_facts_are_told_makes_no_difference(facts: tuple[object, ...]) -> None:
    """A7, X1"""
    state = COMPLETE.after(*facts, ctx=SYSTEM)  # type: ignore[arg-type]
    assert isinstance(state.state, Fulfilled)
    assert (state.state.on, state.due()) == (date(2026, 3, 8), ())


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_without_one_of_them_it_is_not_fulfilled(left_out: int) -> None:
    """A7"""
    facts = [fact for number, fact in enumerate(FACTS) if number != left_out]
    assert isinstance(COMPLETE.after(*facts, ctx=SYSTEM).state, Complete)


def test_what_needs_no_installation_is_accepted_with_the_signature() -> None:
    """A7"""
    tiles = given(signed(TILES, amount_due_fen=0))
    delivery = delivered(pieces(2, 3))
    tiles.asks(delivery, SYSTEM).then_names("DeliveryNoted", "WarrantyStarted", "ContractFulfilled")


def test_the_warranty_counts_from_acceptance_for_as_long_as_the_policy_says_for_the_category() -> None:
    """A7"""
    months = SYSTEM.policy.model_copy(update={"warranty_months": {"卫浴": 60}})
    started = COMPLETE.after(delivered(days=2), ctx=SYSTEM).asks(installed(), replace(SYSTEM, policy=months)).events[1]
    assert started == WarrantyStarted(
        at=NOW,
        contract_no=NUMBER,
        customer=CUSTOMER,
        warranties=tuple(
            Warranty(
                line_no=number,
                sku=f"WC-10{number}",
                name="连体坐便器",
                category="卫浴",
                quantity=quantity,
                starts_on=date(2026, 3, 9),
                ends_on=date(2031, 3, 9),
            )
            for number, quantity in ((1, 2), (2, 3))
        ),
    )


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 3, 9), 24, date(2028, 3, 9)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int, end: date) -> None:
    """A7"""
    assert months_after(day, months) == end


def test_a_part_that_is_delivered_later_has_its_warranty_from_then() -> None:
    """A7, A3"""
    first = COMPLETE.after(delivered(pieces(1, 2), pieces(2, 1), days=3), installed(days=2), paid(days=3), ctx=SYSTEM)
    rest = first.asks(receipt(pieces(2, 2), left=(pieces(2, 3),)), CTX).events
    settled, started = rest[1:3]
    assert [type(event) for event in rest] == [DeliveryNoted, RestOwed, WarrantyStarted, ContractFulfilled]
    assert isinstance(settled, RestOwed)
    assert (settled.part, settled.lines) == (2, ())
    assert isinstance(started, WarrantyStarted)
    assert [(one.line_no, one.starts_on) for one in started.warranties] == [(2, date(2026, 3, 9))]


def test_the_same_fact_again_is_no_event() -> None:
    """A7"""
    state = COMPLETE.after(delivered(), installed(), paid(100), ctx=SYSTEM)
    assert [state.asks(command, SYSTEM).events for command in (delivered(), installed(), paid(100))] == [(), (), ()]


def test_what_was_paid_before_loading_is_not_collected_at_the_door() -> None:
    """A7, B13"""
    noted, told = COMPLETE.asks(paid(200), CTX).events
    assert noted == PaymentNoted(
        at=NOW,
        contract_no=NUMBER,
        payment_id="SJ-1",
        amount_fen=200,
        method="transfer",
        received_by="fin.zhou",
        owed_fen=300,
    )
    assert isinstance(told, GoodsCompleted)
    assert told.amount_due_fen == 300
    COMPLETE.after(LOADED, ctx=SYSTEM).asks(paid(200), SYSTEM).then_names("PaymentNoted")


@pytest.mark.parametrize(
    ("command", "refused"),
    [
        (paid(501), "more_than_owed"),
        (delivered(pieces(1, 3)), "more_than_sold"),
        (delivered(pieces(9, 1)), "unknown_line"),
        (delivered(pieces(1, 0)), "nothing_handed_over"),
        (receipt(pieces(1, 2), left=(pieces(1, 1),)), "not_left_by_list"),
        (delivered(pieces(1, 1)), "not_left_by_list"),
        (installed(), "nothing_to_accept"),
        (REFUND.model_copy(update={"quantity": 3}), "more_than_sold"),
        (REFUND.model_copy(update={"quantity": 0}), "more_than_sold"),
        (REFUND.model_copy(update={"refund_fen": 100_001}), "refund_too_large"),
        (REFUND.model_copy(update={"line_no": 9}), "unknown_line"),
    ],
)
def test_more_than_there_is_is_refused_by_hand(command: RefundReturn, refused: str) -> None:
    """A7, B15"""
    COMPLETE.asks(command, CTX).refuses(refused)


@pytest.mark.parametrize("command", [*FACTS, REFUND, LOADED])
def test_an_unknown_contract_is_refused(command: RefundReturn) -> None:
    """A7"""
    given().asks(command, CTX).refuses("unknown_contract")


def test_a_piece_that_is_refunded_is_owed_no_longer() -> None:
    """B15, A7"""
    state = given(signed(line(1, 2, to_install=False), amount_due_fen=200_000))
    short = state.after(delivered(pieces(1, 1)), paid(100_000), ctx=SYSTEM)
    short.asks(REFUND, CTX).then(
        ReturnRefunded(
            at=NOW,
            contract_no=NUMBER,
            refund_id="TK-1",
            line_no=1,
            quantity=1,
            refund_fen=100_000,
            owed_fen=0,
            reason="客户不要",
            part=2,
            line_owed=0,
            paid_back_fen=0,
        ),
        RestOwed(
            at=NOW,
            contract_no=NUMBER,
            store_code="S02",
            customer=CUSTOMER,
            part=2,
            lines=(),
            to_come=(),
            reason="客户不要",
            settled=(1,),
        ),
        ContractFulfilled(
            at=NOW, contract_no=NUMBER, store_code="S02", customer=CUSTOMER, fulfilled_on=date(2026, 3, 9)
        ),
    )


def test_pieces_that_come_back_leave_completeness_as_it_is() -> None:
    """A3, B14"""
    back = NoteReturn(contract_no=NUMBER, return_id="r1", line_no=1, quantity=2, returned_on=date(2026, 3, 9))
    COMPLETE.after(LOADED, ctx=SYSTEM).asks(back, SYSTEM).then_names("GoodsReturnNoted")
    COMPLETE.after(LOADED, back, ctx=SYSTEM).asks(back, SYSTEM).nothing_new()


def test_after_fulfilment_what_still_comes_is_noted_and_nothing_more() -> None:
    """A7, X1"""
    done = COMPLETE.after(*FACTS, ctx=SYSTEM)
    done.asks(delivered(pieces(1, 1), job_id="D-9"), SYSTEM).then_names("DeliveryNoted")
    done.asks(REFUND, CTX).refuses("contract_fulfilled")


ALL_BACK = (REFUND.model_copy(update={"quantity": 2}), REFUND.model_copy(update={"refund_id": "TK-2", "line_no": 2}))


def test_a_contract_of_which_every_piece_was_paid_back_undelivered_is_fulfilled_by_itself() -> None:
    """A9, B15, A3, A7: nothing is owed, its delivery is not needed, and nobody explains its delays any more."""
    late = ReportDelay(contract_no=NUMBER, fault="factory", reason="缺釉")
    first, last = (one.model_copy(update={"refund_fen": 0}) for one in ALL_BACK)
    last = last.model_copy(update={"quantity": 3})
    for state in (given(signed(amount_due_fen=0)), given(signed(amount_due_fen=0)).after(*ALL_IN, ctx=SYSTEM)):
        left = state.after(late, first, ctx=CTX)
        assert isinstance(left.state, Waiting | Complete)
        told = left.asks(last, CTX)
        told.then_names("ReturnRefunded", "RestOwed", "ContractFulfilled")
        settled, ended = told.events[1:]
        assert isinstance(settled, RestOwed)
        assert (settled.part, settled.lines) == (1, ())
        assert ended == ContractFulfilled(
            at=NOW,
            contract_no=NUMBER,
            store_code="S02",
            customer=CUSTOMER,
            fulfilled_on=date(2026, 3, 9),
            delivered=False,
            unexplained=("H1",),
        )
        row = contract_row(told.accepted().state)
        assert row is not None
        assert (row.stage, row.todo, row.lines[0].missing) == ("fulfilled", (), 0)


def test_what_is_to_be_paid_of_it_all_the_same_ends_it_when_it_is_paid_or_amended_away() -> None:
    """A12, A7: of 5.00 only 3.00 were paid back; the rest is a to-do until then."""
    first, last = (one.model_copy(update={"refund_fen": 300 if one.line_no == 1 else 0}) for one in ALL_BACK)
    left = given(signed()).after(first, last.model_copy(update={"quantity": 3}), ctx=CTX)
    row = contract_row(left.state)
    assert row is not None
    assert (row.stage, row.owed_fen, row.todo) == ("waiting", 200, ("payment",))
    left.asks(paid(200), CTX).then_names("PaymentNoted", "ContractFulfilled")
    waived = AmendContract(contract_no=NUMBER, reason="免收", amount_due_fen=300)
    left.asks(waived, CTX).then_names("ContractAmended", "ContractFulfilled")
