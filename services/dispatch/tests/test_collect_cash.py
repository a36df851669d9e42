"""CollectCash, HandInCash: the money on the vehicle."""

from dataclasses import replace

import pytest
from dispatch_cases import CASHIER, CTX, DAY, DUE_FEN, JOB, NOW, POLICY, RUN_DEPARTED, RUN_LOADED, RUN_PLANNED, a_run

from company.context import Context
from contracts.civil_time import end_of_day
from contracts.dispatch_road import CashOverdue
from contracts.dispatch_runs import CashCollected, CashHandedIn
from dispatch.refusals import no
from dispatch.run.cash import CollectCash, HandInCash, MarkCashOverdue
from runtime.decision import Signer

OUT = (RUN_PLANNED, RUN_LOADED, RUN_DEPARTED)
COLLECT = CollectCash(job_id=JOB, amount_fen=DUE_FEN, due_fen=DUE_FEN)
COLLECTED = CashCollected(at=NOW, on=DAY, crew="S1", job_id=JOB, amount_fen=DUE_FEN, on_vehicle_fen=DUE_FEN)
FULL = COLLECTED.model_copy(update={"job_id": "D-HT26030002", "amount_fen": 4_900_000, "on_vehicle_fen": 4_900_000})
HANDED_IN = CashHandedIn(
    at=NOW, on=DAY, crew="S1", amount_fen=DUE_FEN, on_vehicle_fen=0, received_by="su.kj", receipt_no="R1"
)
HANDED_BY_LEADER = Context(NOW, "li.zq", "crew_leader", POLICY, second=Signer("su.kj", "accountant"))
HAND_IN = HandInCash(amount_fen=DUE_FEN, receipt_no="R1")


def test_cash_is_collected_at_a_stop_of_the_run() -> None:
    """B13"""
    a_run(*OUT).asks(COLLECT, CTX).then(COLLECTED)


def test_the_same_cash_again_is_not_collected_twice() -> None:
    """B13"""
    a_run(*OUT, COLLECTED).asks(COLLECT, CTX).nothing_new()


def test_another_amount_for_the_same_stop_is_refused() -> None:
    """B13"""
    other = COLLECT.model_copy(update={"amount_fen": 100})
    a_run(*OUT, COLLECTED).asks(other, CTX).refuses(no("already_collected", job_id=JOB, collected_fen=DUE_FEN))


def test_beyond_fifty_thousand_on_the_vehicle_money_is_handed_in_first() -> None:
    """B16"""
    refused = no("cash_limit", on_vehicle_fen=4_900_000, amount_fen=DUE_FEN, limit_fen=POLICY.vehicle_cash_limit_fen)
    assert (a_run(*OUT, FULL).asks(COLLECT, CTX).decided, refused.rule) == (refused, "B16")


def test_exactly_the_limit_may_be_on_the_vehicle() -> None:
    """B16"""
    just = CollectCash(job_id=JOB, amount_fen=100_000, due_fen=DUE_FEN)
    a_run(*OUT, FULL).asks(just, CTX).then(
        COLLECTED.model_copy(update={"amount_fen": 100_000, "on_vehicle_fen": 5_000_000})
    )


def test_after_handing_in_the_next_collection_is_accepted() -> None:
    """B16"""
    handed_in = CashHandedIn(at=NOW, on=DAY, crew="S1", amount_fen=4_900_000, on_vehicle_fen=0, received_by="su.kj")
    a_run(*OUT, FULL, handed_in).asks(COLLECT, CTX).then(COLLECTED)


def test_more_than_the_order_owes_is_refused() -> None:
    """B13"""
    wrong = COLLECT.model_copy(update={"amount_fen": DUE_FEN * 10})
    a_run(*OUT).asks(wrong, CTX).refuses(no("more_than_due", job_id=JOB, due_fen=DUE_FEN, amount_fen=DUE_FEN * 10))


def test_a_stop_of_another_run_is_refused() -> None:
    """B12"""
    a_run(*OUT).asks(COLLECT.model_copy(update={"job_id": "D-9"}), CTX).refuses(
        no("not_on_this_run", job_id="D-9", crew="S1")
    )


@pytest.mark.parametrize("history", [(), (RUN_PLANNED,), (RUN_PLANNED, RUN_LOADED)])
def test_no_cash_before_departure(history: tuple[object, ...]) -> None:
    """B13, B16"""
    assert [a_run(*history).asks(COLLECT, CTX).decided, a_run(*history).asks(HAND_IN, CASHIER).decided] == [
        no("not_departed", rule="B13"),
        no("not_departed", rule="B16"),
    ]


def test_cash_leaves_the_vehicle_into_somebody_elses_hands() -> None:
    """B16"""
    a_run(*OUT, COLLECTED).asks(HAND_IN, CASHIER).then(HANDED_IN)


def test_the_same_receipt_counts_once() -> None:
    """B16, X7: the same receipt with another amount, or received by somebody else, is refused and says both."""
    run = a_run(*OUT, COLLECTED, HANDED_IN)
    run.asks(HAND_IN, CASHIER).nothing_new()
    known = {"receipt_no": "R1", "amount_fen": DUE_FEN, "received_by": "su.kj"}
    run.asks(HAND_IN.model_copy(update={"amount_fen": 100}), CASHIER).refuses(no("receipt_used", **known, told_fen=100))
    run.asks(HAND_IN, replace(CASHIER, by="ye.cg")).refuses(no("receipt_used", **known, told_fen=DUE_FEN))


def test_a_large_deposit_takes_two_people() -> None:
    """B16, B23: nor is the leader, who pays it in, his own second."""
    limit = POLICY.two_person_deposit_fen
    full = COLLECTED.model_copy(update={"amount_fen": limit, "on_vehicle_fen": limit})
    large = HandInCash(amount_fen=limit, receipt_no="R2")
    paid = HANDED_IN.model_copy(update={"amount_fen": limit, "receipt_no": "R2", "witness": "guan.yf"})
    run = a_run(*OUT, full)
    seconds = (None, Signer("li.zq", "manager"), Signer("guan.yf", "manager"))
    assert [run.asks(large, replace(CASHIER, second=one)).decided for one in seconds] == [
        no("witness_missing", amount_fen=limit, limit_fen=limit),
        no("witness_missing", amount_fen=limit, limit_fen=limit),
        (paid,),
    ]
    run.asks(large, replace(CASHIER, second=Signer("su.kj", "accountant"))).refuses("own_second")
    run.asks(large, replace(CASHIER, second=Signer("mai.gh", "warehouse"))).refuses("second_not_their_role")
    run.asks(large, HANDED_BY_LEADER).refuses(no("witness_missing", amount_fen=limit, limit_fen=limit))


def test_a_large_deposit_in_two_parts_takes_two_people_too() -> None:
    """B16: what was handed in that day counts together, to the last fen."""
    limit = POLICY.two_person_deposit_fen
    almost = HANDED_IN.model_copy(update={"amount_fen": limit - 1, "receipt_no": "R2"})
    last = COLLECTED.model_copy(update={"job_id": "D-HT26030002", "amount_fen": 1, "on_vehicle_fen": 1})
    rest = HandInCash(amount_fen=1, receipt_no="R3")
    run = a_run(*OUT, COLLECTED.model_copy(update={"amount_fen": limit - 1}), almost, last)
    run.asks(rest, CASHIER).refuses(no("witness_missing", amount_fen=limit, limit_fen=limit))
    run.asks(rest, replace(CASHIER, second=Signer("guan.yf", "manager"))).then_names("CashHandedIn")


def test_cash_on_the_vehicle_at_the_end_of_the_day_is_overdue_once() -> None:
    """K11"""
    ends = end_of_day(DAY)
    late = Context(ends, "system", "system", POLICY)
    overdue = CashOverdue(at=ends, on=DAY, crew="S1", leader="li.zq", on_vehicle_fen=DUE_FEN, due=ends)
    timers = [[timer.name for timer in a_run(*OUT, *more).due()] for more in ((COLLECTED,), (COLLECTED, HANDED_IN))]
    fired = [
        a_run(*OUT, *more).asks(MarkCashOverdue(), ctx).decided
        for more, ctx in (((COLLECTED,), late), ((COLLECTED,), CTX), ((COLLECTED, overdue), late), ((), late))
    ]
    assert (timers, fired) == (
        [["cash_overdue", "report_overdue"], ["report_overdue"]],
        [(overdue,), (), (), ()],
    )


def test_the_leader_does_not_receive_his_own_cash() -> None:
    """B16, B23: nor does a name that nobody signed with; the accountant signs beside whoever hands it in."""
    run = a_run(*OUT, COLLECTED)
    leads_too = replace(CASHIER, by="li.zq")
    run.asks(HAND_IN, leads_too).refuses(no("received_by_leader", received_by="li.zq"))
    run.asks(HAND_IN, replace(HANDED_BY_LEADER, second=None)).refuses(no("receiver_must_sign"))
    named = HAND_IN.model_copy(update={"received_by": "没有这个人"})
    run.asks(named, HANDED_BY_LEADER).refuses("name_not_signed", named="没有这个人")
    run.asks(HAND_IN, HANDED_BY_LEADER).then(HANDED_IN)


def test_more_than_is_on_the_vehicle_cannot_be_handed_in() -> None:
    """B16"""
    a_run(*OUT).asks(HAND_IN, CASHIER).refuses(no("more_than_on_vehicle", on_vehicle_fen=0, amount_fen=DUE_FEN))
