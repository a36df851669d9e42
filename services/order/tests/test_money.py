"""A contract's money adds up (A12), and a number says one thing (X7)."""

from datetime import date

import pytest
from order_story import (
    ALL_IN,
    CTX,
    LOADED,
    NUMBER,
    SYSTEM,
    delivered,
    given,
    installed,
    line,
    paid,
    pieces,
    signed,
)

from contracts.fact import GoodsLine, Measure
from contracts.order import ReturnRefunded
from order.contract.goods import NoteDamage, NoteGoods, NoteRelease, NoteReturn
from order.contract.money import RefundReturn
from order.contract.row import contract_row
from order.contract.terms import AmendContract, CancelContract
from runtime.decision import Command

PAY_BACK = RefundReturn(contract_no=NUMBER, refund_id="TK-9", refund_fen=100, reason="多收")
COMPLETE = given(signed()).after(*ALL_IN, ctx=SYSTEM)
RELEASE = NoteRelease(contract_no=NUMBER, release_id="SF-1", lines=(pieces(1, 1),), reason="换货")
BACK = NoteReturn(contract_no=NUMBER, return_id="TH-1", line_no=1, quantity=1, returned_on=date(2026, 3, 9))
REFUND = RefundReturn(contract_no=NUMBER, refund_id="TK-1", line_no=1, quantity=1, refund_fen=0, reason="不要")


@pytest.mark.parametrize(
    ("first", "other", "told"),
    [
        (paid(300), paid(200), ("3.00 元转账", "2.00 元转账")),
        (paid(300), paid(300).model_copy(update={"method": "cash"}), ("3.00 元转账", "3.00 元现金")),
        (REFUND, REFUND.model_copy(update={"line_no": 2}), ("第 1 行 1 件", "第 2 行 1 件")),
        (delivered(pieces(1, 1)), delivered(pieces(1, 2)), ("第 1 行 1 件", "第 1 行 2 件")),
        (
            delivered(pieces(1, 1)),
            delivered(pieces(1, 1)).model_copy(update={"signed_by": "陈"}),
            ("马娜 签收", "陈 签收"),
        ),
        (installed(), installed().model_copy(update={"accepted_by": "陈"}), ("马娜 验收", "陈 验收")),
        (RELEASE, RELEASE.model_copy(update={"lines": (pieces(1, 2),)}), ("第 1 行 1 件", "第 1 行 2 件")),
        (BACK, BACK.model_copy(update={"quantity": 2}), ("第 1 行 1 件", "第 1 行 2 件")),
    ],
)
def test_a_known_number_with_other_content_is_refused_with_both_said(
    first: Command, other: Command, told: tuple[str, str]
) -> None:
    """X7: a payment, a refund, a receipt, an acceptance, a release, a return."""
    state = COMPLETE.after(first, ctx=SYSTEM)
    state.asks(first, SYSTEM).nothing_new()
    refused = state.asks(other, SYSTEM).refuses("number_taken")
    assert all(words in refused.zh for words in told)


def test_a_receipt_that_names_a_line_twice_is_summed() -> None:
    """A7, A9: each half is within what was sold, both together are not."""
    twice = delivered(pieces(1, 1), pieces(1, 1), pieces(1, 1))
    COMPLETE.asks(twice, CTX).refuses("more_than_sold", line_no=1, open=2, told=3)


def test_what_was_paid_beyond_what_is_due_is_to_be_paid_back() -> None:
    """A12: paid 5.00, amended to 4.00: nothing is owed, 1.00 goes back, once."""
    state = COMPLETE.after(paid(500), ctx=SYSTEM).after(
        AmendContract(contract_no=NUMBER, reason="折扣", amount_due_fen=400), ctx=CTX
    )
    row = contract_row(state.state)
    assert row is not None
    assert (row.owed_fen, row.overpaid_fen, "refund" in row.todo) == (0, 100, True)
    state.asks(PAY_BACK.model_copy(update={"refund_fen": 101}), CTX).refuses("refund_too_large")
    state.asks(PAY_BACK.model_copy(update={"quantity": 1}), CTX).refuses("money_alone")
    after = contract_row(state.after(PAY_BACK, ctx=CTX).state)
    assert after is not None
    assert (after.owed_fen, after.overpaid_fen, "refund" in after.todo) == (0, 0, False)


def test_nothing_is_paid_back_where_nothing_was_overpaid() -> None:
    """A12"""
    COMPLETE.after(paid(500), ctx=SYSTEM).asks(PAY_BACK, CTX).refuses("refund_too_large")


def test_what_a_crew_collected_beyond_what_is_owed_is_to_be_paid_back_also_when_all_is_done() -> None:
    """A12, A7: fulfilled, and still somebody's to do."""
    done = COMPLETE.after(LOADED, delivered(), installed(), paid(700), ctx=SYSTEM)
    row = contract_row(done.state)
    assert row is not None
    assert (row.stage, row.overpaid_fen, row.todo) == ("fulfilled", 200, ("refund",))
    done.asks(PAY_BACK.model_copy(update={"refund_fen": 200}), CTX).then_names("ReturnRefunded")
    done.asks(REFUND, CTX).refuses("contract_fulfilled")


def test_a_refund_of_pieces_that_were_not_paid_yet_pays_nothing_back() -> None:
    """B15, A12: it lowers what is owed; when the contract is cancelled only what was paid goes back."""
    sold = given(signed(line(1, 2, price=200), amount_due_fen=400)).after(paid(100), ctx=SYSTEM)
    refunded = sold.after(REFUND.model_copy(update={"refund_fen": 200}), ctx=CTX)
    row = contract_row(refunded.state)
    assert row is not None
    assert (row.owed_fen, row.overpaid_fen, row.refunded_fen) == (100, 0, 200)
    cancelled = refunded.after(CancelContract(contract_no=NUMBER, reason="退房"), ctx=CTX)
    cancelled.asks(PAY_BACK.model_copy(update={"refund_fen": 101}), CTX).refuses("refund_too_large")
    cancelled.asks(PAY_BACK, CTX).then_names("ReturnRefunded")


def test_a_refund_says_how_much_of_it_goes_back() -> None:
    """A12, B15: 4.00 due and 3.00 paid; of 2.00 for a piece 1.00 is owed no longer, and 1.00 goes back."""
    sold = given(signed(line(1, 2, price=200), amount_due_fen=400)).after(paid(300), ctx=SYSTEM)
    noted = next(
        event
        for event in sold.asks(REFUND.model_copy(update={"refund_fen": 200}), CTX).events
        if isinstance(event, ReturnRefunded)
    )
    assert (noted.paid_back_fen, noted.owed_fen) == (100, 0)


def test_a_cancelled_contract_is_owed_nothing() -> None:
    """A6, A12: 4.00 were due, 1.00 was paid and goes back; the other 3.00 nobody is to pay."""
    sold = given(signed(line(1, 2, price=200), amount_due_fen=400)).after(paid(100), ctx=SYSTEM)
    cancelled = sold.after(CancelContract(contract_no=NUMBER, reason="退房"), ctx=CTX)
    row = contract_row(cancelled.state)
    assert row is not None
    assert (row.owed_fen, row.overpaid_fen) == (0, 100)
    [noted] = cancelled.asks(PAY_BACK, CTX).events
    assert isinstance(noted, ReturnRefunded)
    assert (noted.paid_back_fen, noted.owed_fen) == (100, 0)


def test_the_office_does_not_take_a_crew_s_number() -> None:
    """A12: collections of a crew and of an office are told apart by it."""
    COMPLETE.asks(paid(100, "cash-1"), CTX).refuses("number_of_crews")
    COMPLETE.asks(paid(100, "cash-1"), SYSTEM).accepted()


def test_pieces_that_were_paid_before_the_contract_was_registered_are_paid_back_and_nothing_is_owed_for_it() -> None:
    """B15, A12: the amount due is what was left when it was registered."""
    prepaid = given(signed(line(1, 2, price=200), amount_due_fen=0))
    row = contract_row(prepaid.after(REFUND.model_copy(update={"refund_fen": 200}), ctx=CTX).state)
    assert row is not None
    assert (row.owed_fen, row.overpaid_fen) == (0, 0)


def test_lines_of_one_receipt_in_another_order_are_the_same_receipt() -> None:
    """X7"""
    both: tuple[GoodsLine, ...] = (pieces(1, 2), pieces(2, 3))
    COMPLETE.after(delivered(*both), ctx=SYSTEM).asks(delivered(*reversed(both)), SYSTEM).nothing_new()


BOXED = line(1, 22).model_copy(update={"measure": Measure(sold="22", unit="片", base_unit="片", per_box=4)})


@pytest.mark.parametrize(
    ("quantity", "taken"), [(8, True), (6, False), (22, True), (1, False)], ids=["2 boxes", "loose", "all", "one"]
)
def test_of_a_product_in_boxes_whole_boxes_are_paid_back_or_all_of_it(quantity: int, *, taken: bool) -> None:
    """D14, B15"""
    asked = given(signed(BOXED)).asks(REFUND.model_copy(update={"quantity": quantity}), CTX)
    if taken:
        asked.accepted()
    else:
        assert "每箱 4 件" in asked.refuses("loose_pieces", line_no=1, per_box=4).zh


def test_a_broken_piece_is_paid_back_by_itself() -> None:
    """D14, D4, B15: it does not come back."""
    here = NoteGoods(contract_no=NUMBER, line_no=1, quantity=22, waybill="YD1", arrived_on=date(2026, 3, 9))
    broken = NoteDamage(contract_no=NUMBER, line_no=1, damage_id="d1", quantity=1, in_warehouse=True)
    story = given(signed(BOXED)).after(here, broken, ctx=SYSTEM)
    story.asks(REFUND, CTX).accepted()
    story.asks(REFUND.model_copy(update={"quantity": 5}), CTX).accepted()
    story.asks(REFUND.model_copy(update={"quantity": 6}), CTX).refuses("loose_pieces")


@pytest.mark.parametrize(
    ("measure", "ordered", "refunded", "most_fen"),
    [
        (Measure(sold="10.24", unit="㎡", base_unit="片"), 2, 1, 256_000),
        (Measure(sold="4", unit="箱", base_unit="片", per_box=3), 12, 6, 100_000),
        (Measure(sold="12", unit="片", base_unit="片"), 12, 2, 100_000),
        (Measure(sold="some", unit="㎡", base_unit="片"), 12, 2, 100_000),
    ],
    ids=["slabs of 5.12 square metres", "boxes of three", "pieces", "nobody said how many"],
)
def test_pieces_are_paid_back_at_the_price_of_the_unit_in_which_they_were_sold(
    measure: Measure, ordered: int, refunded: int, most_fen: int
) -> None:
    """A12, D14: 500 a ㎡, a box, a piece; neither less than a slab cost, nor a box's price for each piece of it."""
    sold = line(1, ordered, price=50_000).model_copy(update={"measure": measure})
    state = given(signed(sold, amount_due_fen=1_000_000))
    told = REFUND.model_copy(update={"quantity": refunded, "refund_fen": most_fen})
    beyond = told.model_copy(update={"refund_fen": most_fen + 1})
    state.asks(beyond, CTX).refuses("refund_too_large", most_fen=most_fen, told_fen=most_fen + 1)
    state.asks(told, CTX).accepted()
