"""Reactions to changed contracts and visits, to calls that notify recorded, and to what happens on the road."""

from datetime import date

import pytest
from dispatch_cases import CUSTOMER, DAY, DELIVERED, FAILED, JOB, LINES, NOW, RUN_DEPARTED, WINDOW, reacts

from company.reasons import LEFT_BEHIND
from contracts.civil_time import end_of_day
from contracts.dispatch_road import RunClosed, StopReached
from contracts.notify import CallMade
from contracts.order import ContractAmended, ContractCancelled, DeliveryPostponed, PaymentNoted, ReturnRefunded
from contracts.service_desk_visits import VisitCancelled, VisitMoved
from dispatch.fleet.trips import ReturnVehicle
from dispatch.job.calls import CallBeforeArrival, CallBeforeInstallation, ConfirmHome, TellHalfDay
from dispatch.job.handover import ArriveAtStop
from dispatch.job.stop import LeaveSlot
from dispatch.job.terms import AmendJob, CancelJob, MovePromise
from dispatch.run.route import EndStop
from runtime.decision import Ask, Command

RUN = "run:2026-03-13:S1"


def test_a_cancelled_contract_cancels_delivery_and_installation() -> None:
    """A6"""
    event = ContractCancelled(
        at=NOW,
        contract_no="HT26030001",
        store_code="S02",
        customer=CUSTOMER,
        lines=LINES,
        paid_fen=0,
        reason="客户退订",
    )
    cancel = CancelJob(at=NOW, reason="客户退订")
    assert reacts("cancel_jobs", event) == (Ask(f"job:{JOB}", cancel), Ask("job:I-HT26030001", cancel))


def test_the_customers_consent_to_a_later_day_reaches_the_delivery() -> None:
    """A8"""
    event = DeliveryPostponed(
        at=NOW,
        contract_no="HT26030001",
        store_code="S02",
        customer=CUSTOMER,
        promised_before=date(2026, 3, 14),
        promised_on=date(2026, 3, 20),
        promise_due=None,
        consented_by="马娜",
        consented_how="phone",
        reason="装修未完",
    )
    moved = MovePromise(at=NOW, promised_on=date(2026, 3, 20), reason="装修未完")
    assert reacts("move_promise", event) == (Ask(f"job:{JOB}", moved),)


def test_an_amended_contract_reaches_what_is_open_with_what_changed_only() -> None:
    """A6"""
    told = {"at": NOW, "contract_no": "HT26030001", "added": (), "reason": "改地址"}
    everything = ContractAmended(**told, customer=CUSTOMER, amount_due_fen=9, owed_fen=5, promised_on=DAY)
    assert [reacts("amend_jobs", ContractAmended(**told)), reacts("amend_jobs", everything)] == [
        (),
        (
            Ask(f"job:{JOB}", AmendJob(at=NOW, reason="改地址", customer=CUSTOMER, amount_due_fen=5)),
            Ask("job:I-HT26030001", AmendJob(at=NOW, reason="改地址", customer=CUSTOMER)),
            Ask(f"job:{JOB}", MovePromise(at=NOW, promised_on=DAY, reason="改地址")),
        ),
    ]


def test_an_amendment_of_old_says_what_is_to_be_paid_alone() -> None:
    """A6"""
    event = ContractAmended(at=NOW, contract_no="HT26030001", added=(), reason="改价", amount_due_fen=9)
    assert reacts("amend_jobs", event) == (Ask(f"job:{JOB}", AmendJob(at=NOW, reason="改价", amount_due_fen=9)),)


def test_the_crew_collects_no_more_than_is_owed_after_a_refund() -> None:
    """B15, B13: what is not taken is not paid for at the second try."""
    event = ReturnRefunded(
        at=NOW,
        contract_no="HT26030001",
        refund_id="TK1",
        line_no=1,
        quantity=1,
        refund_fen=200,
        owed_fen=7,
        reason="不要了",
    )
    assert reacts("note_payment", event) == (
        Ask(f"job:{JOB}", AmendJob(at=NOW, reason="已退款 refunded", amount_due_fen=7)),
    )


def test_the_crew_collects_only_what_is_still_owed() -> None:
    """A7, B13"""
    event = PaymentNoted(
        at=NOW,
        contract_no="HT26030001",
        payment_id="P1",
        amount_fen=200,
        method="transfer",
        received_by="su.kj",
        owed_fen=10,
    )
    assert reacts("note_payment", event) == (
        Ask(f"job:{JOB}", AmendJob(at=NOW, reason="已收款 paid", amount_due_fen=10)),
    )


def test_a_visit_that_was_moved_or_cancelled_moves_or_leaves_the_board() -> None:
    """C3, C10"""
    visit = {"at": NOW, "ticket_id": "T-1", "visit_no": 2, "contract_no": None, "customer": CUSTOMER, "on": DAY}
    told = {**visit, "technician": "zhou.jm", "asked_by": "customer", "reason": "客户有事"}
    moved = VisitMoved(**told, window=WINDOW, window_before=WINDOW, watch=None)
    assert [reacts("cancel_visit", VisitCancelled(**told)), reacts("move_visit", moved)] == [
        (Ask("job:V-T-1-2", CancelJob(at=NOW, reason="客户有事")),),
        (Ask("job:V-T-1-2", MovePromise(at=NOW, promised_on=DAY, reason="客户有事", due_at=WINDOW.ends)),),
    ]


def test_a_stop_that_was_reached_signed_or_failed_reaches_job_and_run() -> None:
    """B12, B13, B14, B17"""
    reached = StopReached(at=NOW, on=DAY, crew="S1", job_id=JOB, number=1)
    assert [reacts("arrive_at_stop", reached), reacts("end_stop", DELIVERED), reacts("end_stop", FAILED)] == [
        (Ask(f"job:{JOB}", ArriveAtStop(at=NOW)),),
        (Ask(RUN, EndStop(at=NOW, job_id=JOB, outcome="done")),),
        (Ask(RUN, EndStop(at=NOW, job_id=JOB, outcome="failed")),),
    ]


def test_what_was_settled_not_to_go_leaves_its_slot_and_a_closed_run_brings_the_vehicle_back() -> None:
    """B8, B11"""
    gone = RUN_DEPARTED.model_copy(update={"left_behind": (JOB,)})
    closed = RunClosed(
        at=NOW,
        on=DAY,
        crew="S1",
        leader="li.zq",
        vehicle="v",
        collected_fen=0,
        handed_in_fen=0,
        difference_fen=0,
        explanation=None,
        closed_by="li.zq",
        due=end_of_day(DAY),
    )
    assert [reacts("leave_behind", gone), reacts("return_vehicle", closed)] == [
        (Ask(f"job:{JOB}", LeaveSlot(at=NOW, reason=LEFT_BEHIND, on=DAY, crew=RUN_DEPARTED.crew)),),
        (Ask("fleet:main", ReturnVehicle(at=NOW, on=DAY, crew="S1")),),
    ]


CALL = CallMade(
    at=NOW,
    call_id="c",
    purpose="home_confirmation",
    subject=f"job:{JOB}",
    result="reached",
    note="有人",
    called_by="he.jx",
    next_at=None,
)
SAID = {"at": NOW, "result": "reached", "note": "有人", "called_by": "he.jx"}


@pytest.mark.parametrize(
    ("purpose", "occasion", "command"),
    [
        ("home_confirmation", "", ConfirmHome(**SAID)),
        ("half_day", "2026-03-13/am", TellHalfDay(**SAID, on=DAY)),
        ("arrival", "2026-03-13", CallBeforeArrival(**SAID, on=DAY)),
        ("install_call", "2026-03-13", CallBeforeInstallation(**SAID, on=DAY)),
    ],
)
def test_a_call_that_notify_recorded_counts_for_its_stop(purpose: str, occasion: str, command: Command) -> None:
    """E3, B3, B5, B10"""
    call = CALL.model_copy(update={"purpose": purpose, "occasion": occasion})
    assert reacts("count_call", call) == (Ask(f"job:{JOB}", command),)


@pytest.mark.parametrize("update", [{"purpose": "follow_up"}, {"subject": "contract:HT26030001"}])
def test_calls_about_other_things_are_none_of_its_business(update: dict[str, str]) -> None:
    """E3"""
    assert reacts("count_call", CALL.model_copy(update=update)) == ()
