"""Delays: posted in time, explained by a call, and the store's own errors handed over and accepted (A4, A5, K1)."""

from datetime import date, timedelta

import pytest
from order_story import CTX, CUSTOMER, NOW, NUMBER, SYSTEM, TOILETS, given, signed

from contracts.order import (
    DelayExplained,
    DelayNoticed,
    DelayPosted,
    DelayPostOverdue,
    StoreErrorAccepted,
    StoreErrorFollowedUp,
    StoreErrorHandedOver,
)
from order.contract.delays import AcceptError, ExplainDelay, FollowUp, HandOver, NotePost, RemindPost, ReportDelay
from order.contract.logistics import NoticeDelay
from order.contract.terms import CancelContract
from runtime.decision import Timer

SIGNED = given(signed())
FILE_ROW = NoticeDelay(
    contract_no=NUMBER, line_no=1, sku=TOILETS.sku, waybill="YD0001", carrier="德邦", eta=date(2026, 3, 15), reason="雨"
)
BY_HAND = ReportDelay(contract_no=NUMBER, line_no=1, fault="factory", eta=date(2026, 3, 20), reason="工厂缺料")
STORE_ERROR = ReportDelay(contract_no=NUMBER, fault="store", reason="合同尺寸写错")
POST_DUE = NOW + timedelta(minutes=30)
REACHED = ExplainDelay(contract_no=NUMBER, delay_id="H1", result="reached", note="客户理解")
HAND_OVER = HandOver(contract_no=NUMBER, delay_id="H1", reason="门店写错尺寸")
ACCEPT = AcceptError(contract_no=NUMBER, delay_id="H1", note="已联系工厂")
FOLLOW = FollowUp(contract_no=NUMBER, delay_id="H1", note="改单已下", settled=True)
DELAYED = SIGNED.after(BY_HAND, ctx=SYSTEM)
STORES = SIGNED.after(STORE_ERROR, ctx=SYSTEM)
EXPLAINED = STORES.after(REACHED, ctx=SYSTEM)
HANDED = EXPLAINED.after(HAND_OVER, ctx=SYSTEM)
ACCEPTED = HANDED.after(ACCEPT, ctx=SYSTEM)


def test_a_delay_by_hand_says_which_line_whose_fault_and_by_when_the_group_must_know() -> None:
    """A4, K1"""
    SIGNED.asks(BY_HAND, CTX).then(
        DelayNoticed(
            at=NOW,
            contract_no=NUMBER,
            line_no=1,
            sku=TOILETS.sku,
            waybill="",
            carrier="",
            eta=date(2026, 3, 20),
            reason="工厂缺料",
            customer=CUSTOMER,
            fault="factory",
            delay_id="H1",
            name=TOILETS.name,
            post_due=POST_DUE,
            store_code="S02",
        )
    )


def test_the_same_delay_again_is_no_event_and_another_one_gets_its_own_number() -> None:
    """A4"""
    other = BY_HAND.model_copy(update={"eta": date(2026, 3, 22)})
    again = DELAYED.asks(other, CTX).events[0]
    assert isinstance(again, DelayNoticed)
    assert (DELAYED.asks(BY_HAND, CTX).events, again.delay_id) == ((), "H2")


@pytest.mark.parametrize(
    ("command", "state", "refused"),
    [
        (BY_HAND, given(), "unknown_contract"),
        (BY_HAND.model_copy(update={"line_no": 9}), SIGNED, "unknown_line"),
        (BY_HAND, SIGNED.after(CancelContract(contract_no=NUMBER, reason="退"), ctx=SYSTEM), "contract_cancelled"),
        (NotePost(contract_no=NUMBER, delay_id="H7"), DELAYED, "unknown_delay"),
        (NotePost(contract_no=NUMBER), SIGNED, "no_delay"),
        (REACHED, SIGNED, "unknown_delay"),
        (HAND_OVER, DELAYED, "not_the_stores_error"),
        (HAND_OVER, STORES, "not_explained_yet"),
        (ACCEPT, EXPLAINED, "not_handed_over"),
        (FOLLOW, HANDED, "not_accepted_yet"),
        (HAND_OVER, given(), "unknown_contract"),
        (ACCEPT, SIGNED, "unknown_delay"),
        (HAND_OVER, EXPLAINED.after(CancelContract(contract_no=NUMBER, reason="退"), ctx=SYSTEM), "contract_cancelled"),
    ],
)
def test_steps_out_of_order_are_refused(command: ReportDelay, state: object, refused: str) -> None:
    """A4, A5"""
    state.asks(command, CTX).refuses(refused)  # type: ignore[arg-type]


def test_the_post_falls_due_half_an_hour_after_the_notice_until_it_was_made() -> None:
    """K1"""
    timer = Timer("post/1-YD0001", POST_DUE, RemindPost(delay_id="1-YD0001"))
    late = SIGNED.after(FILE_ROW, ctx=SYSTEM)
    posted = NotePost(contract_no=NUMBER, delay_id="1-YD0001", note="品牌群")
    assert [one for one in late.due() if one.name != "promise"] == [timer]
    assert [one.name for one in late.after(posted, ctx=SYSTEM).due()] == ["promise"]
    late.asks(posted, SYSTEM).then(
        DelayPosted(at=NOW, contract_no=NUMBER, delay_id="1-YD0001", due=POST_DUE, note="品牌群")
    )


def test_a_post_that_was_not_made_in_time_is_overdue_once_and_may_still_be_made() -> None:
    """K1"""
    remind = RemindPost(delay_id="H1")
    overdue = DELAYED.after(remind, ctx=SYSTEM)
    DELAYED.asks(remind, SYSTEM).then(DelayPostOverdue(at=POST_DUE, contract_no=NUMBER, delay_id="H1", due=POST_DUE))
    assert (overdue.asks(remind, SYSTEM).events, [one.name for one in overdue.due()]) == ((), ["promise"])
    overdue.asks(NotePost(contract_no=NUMBER, delay_id="H1"), SYSTEM).then_names("DelayPosted")


def test_a_post_about_the_contract_covers_all_its_delays() -> None:
    """A4"""
    both = SIGNED.after(FILE_ROW, BY_HAND, ctx=SYSTEM)
    both.asks(NotePost(contract_no=NUMBER), SYSTEM).then_names("DelayPosted", "DelayPosted")
    both.after(NotePost(contract_no=NUMBER), ctx=SYSTEM).asks(NotePost(contract_no=NUMBER), SYSTEM).nothing_new()


def test_a_call_is_recorded_with_its_result_and_who_made_it() -> None:
    """A4"""
    STORES.asks(REACHED, CTX).then(
        DelayExplained(
            at=NOW, contract_no=NUMBER, delay_id="H1", result="reached", note="客户理解", called_by="liang.my"
        )
    )


def test_a_customer_who_was_not_reached_is_called_again_and_explained_is_explained() -> None:
    """A4"""
    missed = REACHED.model_copy(update={"result": "not_reached"})
    tried = STORES.after(missed, ctx=SYSTEM)
    tried.asks(HAND_OVER, CTX).refuses("not_explained_yet")
    tried.asks(REACHED, CTX).then_names("DelayExplained")
    tried.after(REACHED, ctx=SYSTEM).asks(missed, CTX).nothing_new()


def test_one_call_explains_all_delays_that_were_not() -> None:
    """A4"""
    both = SIGNED.after(FILE_ROW, BY_HAND, REACHED, ctx=SYSTEM)
    call = ExplainDelay(contract_no=NUMBER, result="reached", called_by="he.jx")
    explained = both.asks(call, SYSTEM).events
    assert [(type(event), getattr(event, "delay_id", "")) for event in explained] == [(DelayExplained, "1-YD0001")]


def test_the_stores_error_is_handed_over_accepted_and_followed_up() -> None:
    """A5"""
    EXPLAINED.asks(HAND_OVER, CTX).then(
        StoreErrorHandedOver(
            at=NOW,
            contract_no=NUMBER,
            delay_id="H1",
            store_code="S02",
            customer=CUSTOMER,
            reason="门店写错尺寸",
            handed_by="liang.my",
        )
    )
    HANDED.asks(ACCEPT, CTX).then(
        StoreErrorAccepted(
            at=NOW, contract_no=NUMBER, delay_id="H1", store_code="S02", accepted_by="liang.my", note="已联系工厂"
        )
    )
    ACCEPTED.asks(FOLLOW, CTX).then(
        StoreErrorFollowedUp(
            at=NOW,
            contract_no=NUMBER,
            delay_id="H1",
            store_code="S02",
            followed_by="liang.my",
            note="改单已下",
            settled=True,
        )
    )


@pytest.mark.parametrize(
    ("command", "state"),
    [
        (HAND_OVER, HANDED),
        (ACCEPT, ACCEPTED),
        (FOLLOW, ACCEPTED.after(FOLLOW, ctx=SYSTEM)),
        (
            FOLLOW.model_copy(update={"settled": False}),
            ACCEPTED.after(FOLLOW.model_copy(update={"settled": False}), ctx=SYSTEM),
        ),
        (RemindPost(delay_id="H9"), DELAYED),
        (RemindPost(delay_id="H1"), given()),
    ],
)
def test_what_holds_already_is_no_event(command: HandOver, state: object) -> None:
    """A5"""
    state.asks(command, SYSTEM).nothing_new()  # type: ignore[arg-type]


def test_what_is_said_of_an_error_that_is_settled_is_refused_and_not_dropped() -> None:
    """A5, X7: the same again changes nothing."""
    settled = ACCEPTED.after(FOLLOW, ctx=SYSTEM)
    settled.asks(FOLLOW.model_copy(update={"note": "客户又来电"}), SYSTEM).refuses("delay_settled")
    settled.asks(FOLLOW, SYSTEM).nothing_new()
