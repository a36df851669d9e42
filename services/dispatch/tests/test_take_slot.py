"""TakeSlot, LeaveSlot: the job's half of planning."""

from datetime import date

import pytest
from dispatch_cases import (
    BOOKED,
    CTX,
    DAY,
    DELIVERED,
    FAILED,
    INSTALLATION,
    INSTALLATION_SLOT,
    JOB,
    NO_GAS,
    NOW,
    ON_THE_WAY,
    OPENED,
    POLICY,
    PUBLISHED,
    SCHEDULED,
    VISIT,
    VOLUME,
    WINDOW,
    a_job,
)

from contracts.civil_time import civil
from contracts.dispatch_jobs import JobCompletenessChanged, SiteNotReady, StopUnscheduled
from dispatch.domain import job_refusals as no
from dispatch.domain.job import decide
from dispatch.domain.plan_refusals import adjustment_needs_reason
from dispatch.domain.stop import LeaveSlot, TakeSlot

TAKE = TakeSlot(
    depot="main",
    on=DAY,
    half="am",
    crew="S1",
    vehicle="粤E·7K352",
    position=1,
    window=WINDOW,
    volume_l=VOLUME,
    day_version=2,
)
INCOMPLETE = JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="破损")
NOT_READY = SiteNotReady(at=NOW, job_id=JOB, missing=("gas",), call_back_on=date(2026, 3, 20), checklist=NO_GAS)
LEFT = StopUnscheduled(at=NOW, job_id=JOB, reason="客户改期", on=DAY, day_version=2)


def test_a_booked_and_complete_job_takes_its_slot() -> None:
    """B8"""
    assert decide(TAKE, a_job(OPENED, BOOKED), CTX) == (SCHEDULED,)


def test_the_same_slot_again_is_no_event() -> None:
    """B8"""
    again = TAKE.model_copy(update={"renewed": False, "day_version": 7})
    assert decide(again, a_job(OPENED, BOOKED, SCHEDULED), CTX) == ()


def test_a_delivery_without_a_booking_is_refused() -> None:
    """B1"""
    assert decide(TAKE, a_job(OPENED), CTX) == no.not_booked(JOB)


def test_a_failed_delivery_must_be_booked_again_first() -> None:
    """B14, B1"""
    assert decide(TAKE, a_job(*ON_THE_WAY, FAILED), CTX) == no.not_booked(JOB)


def test_a_site_that_is_not_ready_cannot_be_scheduled() -> None:
    """B2"""
    assert decide(TAKE, a_job(OPENED, BOOKED, NOT_READY), CTX) == no.site_not_ready(("gas",), date(2026, 3, 20))


def test_lost_completeness_cannot_be_scheduled() -> None:
    """A3"""
    assert decide(TAKE, a_job(OPENED, BOOKED, INCOMPLETE), CTX) == no.not_complete("HT26030001")


def test_a_partial_delivery_that_was_agreed_can_be_scheduled() -> None:
    """A3"""
    partial = BOOKED.model_copy(update={"override_reason": "先送地板"})
    assert decide(TAKE, a_job(OPENED, INCOMPLETE, partial), CTX) == (SCHEDULED,)


def test_another_day_than_agreed_is_refused() -> None:
    """B1"""
    other = TAKE.model_copy(update={"on": date(2026, 3, 14)})
    assert decide(other, a_job(OPENED, BOOKED), CTX) == no.other_day_agreed(JOB, DAY, date(2026, 3, 14))


@pytest.mark.parametrize("history", [ON_THE_WAY, (*ON_THE_WAY, DELIVERED)])
def test_what_left_or_is_over_is_not_planned_anew(history: tuple[object, ...]) -> None:
    """B11"""
    refused = no.already_departed(JOB)
    assert [decide(TAKE, a_job(*history), CTX), decide(LeaveSlot(reason="x"), a_job(*history), CTX)] == 2 * [refused]


def test_a_slot_made_for_other_goods_is_refused() -> None:
    """B8"""
    assert decide(TAKE.model_copy(update={"volume_l": 1}), a_job(OPENED, BOOKED), CTX) == no.goods_changed(JOB)


def test_a_move_within_the_day_is_one_event() -> None:
    """B8"""
    moved = TAKE.model_copy(update={"position": 3, "day_version": 5})
    assert decide(moved, a_job(OPENED, BOOKED, SCHEDULED), CTX) == (
        SCHEDULED.model_copy(update={"position": 3, "day_version": 5}),
    )


def test_of_two_reservations_on_one_day_the_later_one_counts() -> None:
    """B8"""
    later_one = SCHEDULED.model_copy(update={"position": 3, "day_version": 9})
    assert decide(TAKE, a_job(OPENED, BOOKED, later_one), CTX) == no.overtaken(JOB)


def test_a_move_to_another_day_leaves_the_first_one() -> None:
    """B8"""
    slot = TAKE.model_copy(update={"on": date(2026, 3, 13), "crew": "A1", "volume_l": 0, "reason": "客户改期"})
    job = a_job(INSTALLATION, INSTALLATION_SLOT)
    assert decide(slot, job, CTX) == (
        LEFT.model_copy(update={"job_id": "I-HT26030001", "on": date(2026, 3, 12)}),
        SCHEDULED.model_copy(
            update={
                "job_id": "I-HT26030001",
                "crew": "A1",
                "home_due": None,
                "install_call_due": civil(date(2026, 3, 12), POLICY.install_call_due),
            }
        ),
    )


def test_a_published_place_is_left_with_a_reason_only() -> None:
    """B4"""
    job = a_job(OPENED, BOOKED, SCHEDULED, PUBLISHED)
    moved = TAKE.model_copy(update={"position": 2, "day_version": 6})
    with_reason = moved.model_copy(update={"reason": "顺路"})
    assert [decide(moved, job, CTX), decide(with_reason, job, CTX)] == [
        adjustment_needs_reason(DAY, 1),
        (SCHEDULED.model_copy(update={"position": 2, "day_version": 6}),),
    ]


@pytest.mark.parametrize("opened", [INSTALLATION, VISIT])
def test_installations_and_visits_are_planned_without_a_call_of_their_own(opened: object) -> None:
    """B10, C9"""
    slot = TAKE.model_copy(update={"volume_l": 0})
    call = civil(date(2026, 3, 12), POLICY.install_call_due) if opened is INSTALLATION else None
    placed = SCHEDULED.model_copy(update={"job_id": opened.job_id, "home_due": None, "install_call_due": call})
    assert decide(slot, a_job(opened), CTX) == (placed,)


def test_a_job_leaves_its_slot_with_a_reason() -> None:
    """B4"""
    assert decide(LeaveSlot(reason="客户改期"), a_job(OPENED, BOOKED, SCHEDULED, PUBLISHED), CTX) == (LEFT,)


@pytest.mark.parametrize(
    "leave",
    [
        LeaveSlot(reason="到期", on=date(2026, 3, 12), day_version=9),
        LeaveSlot(reason="到期", on=DAY, day_version=1),
    ],
)
def test_a_release_of_another_day_or_an_older_slot_leaves_the_job_where_it_is(leave: LeaveSlot) -> None:
    """B8"""
    assert decide(leave, a_job(OPENED, BOOKED, SCHEDULED), CTX) == ()


def test_a_job_without_a_slot_has_nothing_to_leave() -> None:
    """B8"""
    assert decide(LeaveSlot(reason="客户改期"), a_job(OPENED, BOOKED), CTX) == ()


def test_a_job_that_left_is_booked_as_before() -> None:
    """B1"""
    assert a_job(OPENED, BOOKED, SCHEDULED, LEFT) == a_job(OPENED, BOOKED)


def test_the_place_that_the_job_has_may_be_renewed_whatever_was_lost_meanwhile() -> None:
    """B8: a refused move puts the job back."""
    again = TAKE.model_copy(update={"day_version": 8})
    assert decide(again, a_job(OPENED, BOOKED, SCHEDULED, INCOMPLETE), CTX) == (
        SCHEDULED.model_copy(update={"day_version": 8}),
    )
