"""CancelJob, MovePromise, AmendJob: what becomes of a job when its contract or ticket changes."""

from datetime import date

import pytest
from dispatch_cases import (
    AGREED,
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
    declined,
)

from contracts.dispatch_calls import JobAmended, JobCancelled, JobPromiseMoved
from contracts.dispatch_door import CountedLine
from contracts.dispatch_jobs import StopUnscheduled
from dispatch.job.booking import BookInstallation
from dispatch.job.handover import CompleteDelivery
from dispatch.job.stop import ConfirmByWarehouse, DepartStop, LeaveSlot, PublishStop, TakeSlot
from dispatch.job.terms import AmendJob, CancelJob, MovePromise, OpenJob
from dispatch.job.undeliverable import FailDelivery
from dispatch.refusals import no
from runtime.refusal import Term

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
    a_job(*history).asks(CANCEL, CTX).then(*left, CANCELLED)


def test_cancelled_already_delivered_or_never_opened_is_no_event() -> None:
    """A6"""
    histories = ((OPENED, CANCELLED), (*ON_THE_WAY, DELIVERED), (), (*ON_THE_WAY, HELD_BACK))
    assert [a_job(*history).asks(CANCEL, CTX).decided for history in histories] == [(), (), (), ()]


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
        FailDelivery(cause="x", goods="returned"),
    )
    refused = no("cancelled", job_id=JOB, reason=Term.of("客户退订"))
    assert (
        [job.asks(command, CTX).decided for command in (BookInstallation(checklist=READY, on=DAY), TAKE)],
        [job.asks(command, CTX).decided for command in quiet],
        job.due(),
    ) == ([refused, (declined(refused, day_version=9, change_id=""),)], [()] * len(quiet), ())


def test_goods_of_a_cancelled_contract_that_are_on_the_road_come_back() -> None:
    """A6, B14"""
    job = a_job(*ON_THE_WAY, HELD_BACK)
    sign = CompleteDelivery(
        delivered=(CountedLine(line_no=1, quantity=2), CountedLine(line_no=2, quantity=10)),
        signed_by="马娜",
        signature_ref="s",
        taught_use=True,
    )
    fail = FailDelivery(cause="客户不在", goods="returned")
    over = a_job(*ON_THE_WAY, HELD_BACK, FAILED)
    assert [
        a_job(*ON_THE_WAY).asks(CANCEL, CTX).decided,
        job.asks(sign, CTX).decided,
        a_job(*ON_THE_WAY, AGREED, HELD_BACK).asks(fail, CTX).decided,
        over.asks(BookInstallation(checklist=READY, on=DAY), CTX).decided,
    ] == [
        (HELD_BACK,),
        no("cancelled", job_id=JOB, reason=Term.of("客户退订")),
        (FAILED,),
        no("cancelled", job_id=JOB, reason=Term.of("客户退订")),
    ]


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
    assert [a_job(*history).asks(move, CTX).decided for history in histories] == [(moved,), (), (), ()]


def test_an_amended_contract_changes_address_and_amount_of_what_is_open() -> None:
    """A6, B13"""
    elsewhere = CUSTOMER.model_copy(update={"address": "佛山市禅城区祖庙路1号", "district": "禅城区"})
    ask = AmendJob(reason="改地址", customer=elsewhere, amount_due_fen=100)
    amended = JobAmended(at=NOW, job_id=JOB, customer=elsewhere, amount_due_fen=100, reason="改地址")
    only_amount = amended.model_copy(update={"customer": None})
    assert [
        a_job(OPENED).asks(ask, CTX).decided,
        a_job(OPENED, amended).asks(ask, CTX).decided,
        a_job(*ON_THE_WAY).asks(AmendJob(reason="改地址", customer=CUSTOMER, amount_due_fen=100), CTX).decided,
        a_job(*ON_THE_WAY, DELIVERED).asks(ask, CTX).decided,
    ] == [(amended,), (), (only_amount,), ()]
