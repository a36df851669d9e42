"""A job takes just the slot that its day gave it, whoever is cut off and whatever a planner's page said (B8)."""

import pytest
from dispatch_cases import (
    BOOKED,
    CTX,
    DAY,
    DAY_OPENED,
    JOB,
    NOW,
    OPENED,
    SCHEDULED,
    SLOT,
    VEHICLES,
    VOLUME,
    a_day,
    a_job,
    changed,
    confirmed,
    declined,
    meta,
    reacts,
    reserved,
)

from company.reasons import REVERTED
from contracts.dispatch_days import SlotReleased, SlotReserved
from contracts.dispatch_jobs import StopScheduled
from dispatch.day.turn import RevertChange
from dispatch.job.stop import TakeSlot
from dispatch.refusals import no
from runtime.decision import Ask

GIVEN = TakeSlot(
    at=reserved().at,
    depot="main",
    on=SCHEDULED.on,
    half="am",
    crew="S1",
    vehicle=VEHICLES["S1"],
    position=1,
    window=SLOT.window,
    volume_l=VOLUME,
    day_version=2,
    change_id="v2",
)
"""What the day's reservation at version 2 makes of it."""
ELSEWHERE = GIVEN.model_copy(update={"position": 3, "given": False})
"""As a process of before flows asked, by its planner's page."""


def test_a_reservation_is_taken_as_it_was_given() -> None:
    """B8"""
    old = SlotReserved.model_validate(reserved().model_dump(exclude={"follow", "vehicle", "change_id"}))
    asked = tuple(reacts("follow_plan", event, meta(2)) for event in (reserved(), old, SCHEDULED))
    assert asked == ((Ask(f"job:{SLOT.job_id}", GIVEN),), (), ())


def test_the_reason_and_what_the_page_showed_go_with_the_slot() -> None:
    """B4, B8: published or not."""
    told = reserved(reason="顺路", published=False).model_copy(update={"seen": 7})
    taken = GIVEN.model_copy(update={"reason": "顺路", "seen": 7})
    assert reacts("follow_plan", told, meta(2)) == (Ask(f"job:{SLOT.job_id}", taken),)


@pytest.mark.parametrize(("first", "then"), [(ELSEWHERE, GIVEN), (GIVEN, GIVEN)])
def test_the_job_is_where_the_day_has_it_whoever_asks_first(first: TakeSlot, then: TakeSlot) -> None:
    """B8: a process of before flows may have named another place than the day gave."""
    job = a_job(OPENED, BOOKED)
    for command in (first, then):
        decided = job.asks(command, CTX).decided
        assert all(isinstance(event, StopScheduled) for event in decided)
        job = job.asks(command, CTX).then(*decided)
    assert job.state == a_job(OPENED, BOOKED, SCHEDULED).state


def test_what_the_job_declines_is_put_back_by_its_day() -> None:
    """B8: one command; who has driven off keeps the place that he drove off from."""
    refused = declined(no("not_booked", job_id=JOB), day_version=4, change_id="c-1")
    gone = declined(no("already_departed", job_id=JOB), day_version=4, change_id="c-1")
    back = RevertChange(at=NOW, change_id="c-1", job_id=JOB, reservation=4)
    stays = back.model_copy(update={"departed": (JOB,)})
    told = [reacts("put_back", event) for event in (refused, gone, gone.model_copy(update={"leaving": True}))]
    assert told == [
        (Ask("day:main:2026-03-13", command),)
        for command in (back, stays, stays.model_copy(update={"reservation": None}))
    ]


HELD = (DAY_OPENED, changed((None, SLOT)), reserved())


def test_a_slot_that_was_declined_is_not_held_any_longer() -> None:
    """B8: put back with its change; on its own where the change cannot be put back; kept by who has driven off."""
    back = RevertChange(change_id="v2", job_id=JOB, reservation=3)
    (whole, *freed) = a_day(*HELD).asks(back, CTX).decided
    assert (whole.kind, [type(event) for event in freed]) == ("revert", [SlotReleased])
    unknown = back.model_copy(update={"change_id": "revert:v1"})
    a_day(*HELD).asks(unknown, CTX).then(SlotReleased(at=NOW, depot="main", on=DAY, job_id=JOB, reason=REVERTED))
    a_day(*HELD).asks(unknown.model_copy(update={"departed": (JOB,)}), CTX).then(confirmed())


def test_a_slot_that_was_given_anew_since_is_not_meant() -> None:
    """B8"""
    day = a_day(*HELD, reserved(SLOT.model_copy(update={"half": "pm"})))
    for reservation in (3, None):
        day.asks(RevertChange(change_id="v2", job_id=JOB, reservation=reservation), CTX).nothing_new()
    a_day().asks(RevertChange(change_id="v2", job_id=JOB, reservation=3), CTX).nothing_new()
