"""TakeSlot, LeaveSlot: the job's half of planning."""

from dataclasses import replace
from datetime import date

import pytest
from dispatch_cases import (
    BOOKED,
    CTX,
    DAY,
    DELIVERED,
    DEPARTED,
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
    declined,
)

from contracts.civil_time import civil
from contracts.dispatch_jobs import JobCompletenessChanged, SiteNotReady, StopUnscheduled
from dispatch.job.state import Booked, Taken
from dispatch.job.stop import LeaveSlot, TakeSlot
from dispatch.refusals import no
from runtime.refusal import Term

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
    change_id="v2",
)
INCOMPLETE = JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="破损")
NOT_READY = SiteNotReady(at=NOW, job_id=JOB, missing=("gas",), call_back_on=date(2026, 3, 20), checklist=NO_GAS)
LEFT = StopUnscheduled(at=NOW, job_id=JOB, reason="客户改期", on=DAY, day_version=2)


def test_a_booked_and_complete_job_takes_its_slot() -> None:
    """B8"""
    a_job(OPENED, BOOKED).asks(TAKE, CTX).then(SCHEDULED)


def test_the_same_slot_again_is_no_event() -> None:
    """B8"""
    a_job(OPENED, BOOKED, SCHEDULED).asks(TAKE, CTX).nothing_new()


def test_a_delivery_without_a_booking_is_refused() -> None:
    """B1"""
    a_job(OPENED).asks(TAKE, CTX).then(declined(no("not_booked", job_id=JOB)))


def test_a_failed_delivery_must_be_booked_again_first() -> None:
    """B14, B1"""
    a_job(*ON_THE_WAY, FAILED).asks(TAKE, CTX).then(declined(no("not_booked", job_id=JOB)))


def test_a_site_that_is_not_ready_cannot_be_scheduled() -> None:
    """B2"""
    a_job(OPENED, BOOKED, NOT_READY).asks(TAKE, CTX).then(
        declined(no("site_not_ready", missing=Term("燃气", "gas", "gas"), call_back_on=date(2026, 3, 20)))
    )


def test_lost_completeness_cannot_be_scheduled() -> None:
    """A3"""
    a_job(OPENED, BOOKED, INCOMPLETE).asks(TAKE, CTX).then(declined(no("not_complete", contract_no="HT26030001")))


def test_a_partial_delivery_that_was_agreed_can_be_scheduled() -> None:
    """A3"""
    partial = BOOKED.model_copy(update={"override_reason": "先送地板"})
    a_job(OPENED, INCOMPLETE, partial).asks(TAKE, CTX).then(SCHEDULED)


def test_another_day_than_agreed_is_refused() -> None:
    """B1"""
    other = TAKE.model_copy(update={"on": date(2026, 3, 14)})
    a_job(OPENED, BOOKED).asks(other, CTX).then(
        declined(no("other_day_agreed", job_id=JOB, agreed=DAY, on=date(2026, 3, 14)), on=date(2026, 3, 14))
    )


@pytest.mark.parametrize("history", [ON_THE_WAY, (*ON_THE_WAY, DELIVERED)])
def test_what_left_or_is_over_is_not_planned_anew(history: tuple[object, ...]) -> None:
    """B11"""
    refused = no("already_departed", job_id=JOB)
    told = LeaveSlot(reason="x", on=DAY, day_version=2, change_id="v2")
    assert [a_job(*history).asks(command, CTX).decided for command in (TAKE, told, LeaveSlot(reason="x"))] == [
        (declined(refused),),
        (declined(refused).model_copy(update={"leaving": True}),),
        refused,
    ]


def test_a_slot_made_for_other_goods_is_refused() -> None:
    """B8"""
    a_job(OPENED, BOOKED).asks(TAKE.model_copy(update={"volume_l": 1}), CTX).then(
        declined(no("goods_changed", job_id=JOB))
    )


def test_a_move_within_the_day_is_one_event() -> None:
    """B8"""
    moved = TAKE.model_copy(update={"position": 3, "day_version": 5})
    a_job(OPENED, BOOKED, SCHEDULED).asks(moved, CTX).then(
        SCHEDULED.model_copy(update={"position": 3, "day_version": 5})
    )


def test_a_page_that_is_out_of_date_plans_nothing() -> None:
    """B8: the job's version on the page that the slot was asked for on goes with the slot."""
    seen, now = TAKE.model_copy(update={"seen": 2}), replace(CTX, version=3)
    a_job(OPENED, BOOKED).asks(seen, now).then(declined(no("stale_page", expected=2, version=3)))
    a_job(OPENED, BOOKED).asks(seen, replace(CTX, version=2)).then(SCHEDULED)


def test_what_was_declined_changes_nothing_of_the_job() -> None:
    """B8"""
    job = a_job(OPENED, BOOKED)
    assert a_job(OPENED, BOOKED, declined(no("not_booked", job_id=JOB))).state == job.state


def test_of_two_reservations_on_one_day_the_later_one_counts() -> None:
    """B8"""
    later_one = SCHEDULED.model_copy(update={"position": 3, "day_version": 9})
    a_job(OPENED, BOOKED, later_one).asks(TAKE, CTX).refuses(no("overtaken", job_id=JOB))


def test_a_move_to_another_day_leaves_the_first_one() -> None:
    """B8"""
    slot = TAKE.model_copy(update={"on": date(2026, 3, 13), "crew": "A1", "volume_l": 0, "reason": "客户改期"})
    job = a_job(INSTALLATION, INSTALLATION_SLOT)
    job.asks(slot, CTX).then(
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
    assert [job.asks(moved, CTX).decided, job.asks(with_reason, CTX).decided] == [
        (declined(no("adjustment_needs_reason", on=DAY, edition=1), day_version=6),),
        (SCHEDULED.model_copy(update={"position": 2, "day_version": 6}),),
    ]


@pytest.mark.parametrize("opened", [INSTALLATION, VISIT])
def test_installations_and_visits_are_planned_without_a_call_of_their_own(opened: object) -> None:
    """B10, C9"""
    slot = TAKE.model_copy(update={"volume_l": 0})
    call = civil(date(2026, 3, 12), POLICY.install_call_due) if opened is INSTALLATION else None
    placed = SCHEDULED.model_copy(update={"job_id": opened.job_id, "home_due": None, "install_call_due": call})
    a_job(opened).asks(slot, CTX).then(placed)


def test_a_job_leaves_its_slot_with_a_reason() -> None:
    """B4"""
    a_job(OPENED, BOOKED, SCHEDULED, PUBLISHED).asks(LeaveSlot(reason="客户改期"), CTX).then(LEFT)


@pytest.mark.parametrize(
    "leave",
    [
        LeaveSlot(reason="到期", on=date(2026, 3, 12), day_version=9),
        LeaveSlot(reason="到期", on=DAY, day_version=1),
    ],
)
def test_a_release_of_another_day_or_an_older_slot_leaves_the_job_where_it_is(leave: LeaveSlot) -> None:
    """B8"""
    a_job(OPENED, BOOKED, SCHEDULED).asks(leave, CTX).nothing_new()


def test_a_job_without_a_slot_has_nothing_to_leave() -> None:
    """B8"""
    a_job(OPENED, BOOKED).asks(LeaveSlot(reason="客户改期"), CTX).nothing_new()


def test_a_job_that_left_is_booked_as_before() -> None:
    """B1, B8: but that it had this place is remembered."""
    booked = a_job(OPENED, BOOKED).state
    assert isinstance(booked, Booked)
    taken = (Taken("main", DAY, 2),)
    assert a_job(OPENED, BOOKED, SCHEDULED, LEFT).state == replace(booked, work=replace(booked.work, taken=taken))


def test_a_reservation_that_was_taken_and_left_since_is_not_taken_again_when_it_is_told_late() -> None:
    """B8: whoever tells of reservations may be behind; a newer one of that day counts."""
    left = a_job(OPENED, BOOKED, SCHEDULED, LEFT)
    left.asks(TAKE, CTX).nothing_new()
    newer = TAKE.model_copy(update={"day_version": 5})
    left.asks(newer, CTX).then(SCHEDULED.model_copy(update={"day_version": 5}))


def test_a_job_that_drove_off_from_another_day_is_not_meant() -> None:
    """B11"""
    there = a_job(OPENED, BOOKED, SCHEDULED, PUBLISHED, DEPARTED)
    there.asks(LeaveSlot(reason="到期", on=date(2026, 3, 12)), CTX).nothing_new()
    there.asks(LeaveSlot(reason="到期", on=DAY), CTX).refuses("already_departed")


def test_the_place_that_the_job_has_may_be_renewed_whatever_was_lost_meanwhile() -> None:
    """B8: a refused move puts the job back."""
    again = TAKE.model_copy(update={"day_version": 8})
    a_job(OPENED, BOOKED, SCHEDULED, INCOMPLETE).asks(again, CTX).then(SCHEDULED.model_copy(update={"day_version": 8}))
