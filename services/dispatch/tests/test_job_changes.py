"""CancelJob, MovePromise, AmendJob: what becomes of a job when its contract or ticket changes."""

from datetime import date

import pytest
from dispatch_cases import (
    BOOKED,
    CTX,
    CUSTOMER,
    DAY,
    DELIVERED,
    FAILED,
    JOB,
    LINES,
    NOW,
    ON_THE_WAY,
    OPENED,
    PUBLISHED,
    READY,
    SCHEDULED,
    VOLUME,
    WINDOW,
    a_job,
)

from contracts.dispatch_calls import JobAmended, JobCancelled, JobPromiseMoved
from contracts.dispatch_jobs import StopUnscheduled
from dispatch.domain import job_refusals as no
from dispatch.domain.booking import BookInstallation
from dispatch.domain.delivery_rules import CountedLine
from dispatch.domain.handover import CompleteDelivery
from dispatch.domain.job import OpenJob, decide, due
from dispatch.domain.job_changes import AmendJob, CancelJob, MovePromise
from dispatch.domain.stop import ConfirmByWarehouse, DepartStop, LeaveSlot, PublishStop, TakeSlot
from dispatch.domain.undeliverable import FailDelivery

CANCEL = CancelJob(reason="客户退订")
CANCELLED = JobCancelled(at=NOW, job_id=JOB, kind="delivery", contract_no="HT26030001", reason="客户退订")
LEFT = StopUnscheduled(at=NOW, job_id=JOB, reason="客户退订", depot="main", on=DAY, day_version=2)
HELD_BACK = CANCELLED.model_copy(update={"on_the_road": True})
TAKE = TakeSlot(
    depot="main",
    on=DAY,
    half="am",
    crew="S1",
    vehicle="v",
    position=1,
    window=WINDOW,
    volume_l=VOLUME,
    day_version=9,
)


@pytest.mark.parametrize(
    ("history", "left"),
    [
        ((OPENED,), ()),
        ((OPENED, BOOKED), ()),
        ((OPENED, BOOKED, SCHEDULED, PUBLISHED), (LEFT,)),
        ((*ON_THE_WAY, FAILED), ()),
    ],
)
def test_a_cancelled_job_is_no_more_and_its_slot_is_free(history: tuple[object, ...], left: tuple[object, ...]) -> None:
    """A6"""
    assert decide(CANCEL, a_job(*history), CTX) == (*left, CANCELLED)


def test_cancelled_already_delivered_or_never_opened_is_no_event() -> None:
    """A6"""
    histories = ((OPENED, CANCELLED), (*ON_THE_WAY, DELIVERED), (), (*ON_THE_WAY, HELD_BACK))
    assert [decide(CANCEL, a_job(*history), CTX) for history in histories] == [(), (), (), ()]


def test_what_is_cancelled_is_neither_booked_nor_planned_and_owes_no_call() -> None:
    """A6"""
    job = a_job(OPENED, BOOKED, CANCELLED)
    again = OpenJob(
        job_id=JOB, kind="delivery", contract_no="HT26030001", customer=CUSTOMER, lines=LINES, complete_on=DAY
    )
    publish = PublishStop(on=DAY, half="am", crew="S1", position=1, leader="li.zq", version=1)
    quiet = (
        again,
        publish,
        LeaveSlot(reason="x"),
        ConfirmByWarehouse(on=DAY, ready=True),
        DepartStop(on=DAY, crew="S1", vehicle="v", leader="li.zq"),
        FailDelivery(cause="x", goods="returned", consent_by="何嘉欣"),
    )
    assert (
        [decide(command, job, CTX) for command in (BookInstallation(checklist=READY, on=DAY), TAKE)],
        [decide(command, job, CTX) for command in quiet],
        due(job),
    ) == (2 * [no.cancelled(JOB, "客户退订")], [()] * len(quiet), ())


def test_goods_of_a_cancelled_contract_that_are_on_the_road_come_back() -> None:
    """A6, B14"""
    job = a_job(*ON_THE_WAY, HELD_BACK)
    sign = CompleteDelivery(
        delivered=(CountedLine(line_no=1, quantity=2), CountedLine(line_no=2, quantity=10)),
        signed_by="马娜",
        signature_ref="s",
        taught_use=True,
    )
    fail = FailDelivery(cause="客户不在", goods="returned", consent_by="何嘉欣")
    over = a_job(*ON_THE_WAY, HELD_BACK, FAILED)
    assert [
        decide(CANCEL, a_job(*ON_THE_WAY), CTX),
        decide(sign, job, CTX),
        decide(fail, job, CTX),
        decide(BookInstallation(checklist=READY, on=DAY), over, CTX),
    ] == [(HELD_BACK,), no.cancelled(JOB, "客户退订"), (FAILED,), no.cancelled(JOB, "客户退订")]


def test_the_customers_consent_moves_the_promise() -> None:
    """A8"""
    move = MovePromise(promised_on=date(2026, 3, 20), reason="装修未完")
    moved = JobPromiseMoved(
        at=NOW,
        job_id=JOB,
        promised_before=date(2026, 3, 14),
        promised_on=date(2026, 3, 20),
        reason="装修未完",
    )
    histories = ((OPENED,), (OPENED, moved), (*ON_THE_WAY, DELIVERED), ())
    assert [decide(move, a_job(*history), CTX) for history in histories] == [(moved,), (), (), ()]


def test_an_amended_contract_changes_address_and_amount_of_what_is_open() -> None:
    """A6, B13"""
    elsewhere = CUSTOMER.model_copy(update={"address": "佛山市禅城区祖庙路1号", "district": "禅城区"})
    ask = AmendJob(reason="改地址", customer=elsewhere, amount_due_fen=100)
    amended = JobAmended(at=NOW, job_id=JOB, customer=elsewhere, amount_due_fen=100, reason="改地址")
    only_amount = amended.model_copy(update={"customer": None})
    assert [
        decide(ask, a_job(OPENED), CTX),
        decide(ask, a_job(OPENED, amended), CTX),
        decide(AmendJob(reason="改地址", customer=CUSTOMER, amount_due_fen=100), a_job(*ON_THE_WAY), CTX),
        decide(ask, a_job(*ON_THE_WAY, DELIVERED), CTX),
    ] == [(amended,), (), (only_amount,), ()]
