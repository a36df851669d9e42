"""A job takes just the slot that its day gave it, whoever is cut off and whatever a planner's page said (B8)."""

from typing import Any

import pytest
from dispatch_cases import BOOKED, CTX, OPENED, SCHEDULED, SLOT, VEHICLES, VOLUME, a_job, meta, reacts, reserved

from contracts.dispatch_days import SlotReserved
from contracts.dispatch_jobs import StopScheduled
from dispatch.job.stop import TakeSlot
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
    given=True,
)
"""What the day's reservation at version 2 makes of it."""
ASKED = GIVEN.model_copy(update={"given": False})
ELSEWHERE: dict[str, Any] = {"position": 3}


def test_a_reservation_is_taken_as_it_was_given() -> None:
    """B8"""
    old = SlotReserved.model_validate(reserved().model_dump(exclude={"follow", "vehicle", "change_id"}))
    asked = tuple(reacts("follow_plan", event, meta(2)) for event in (reserved(), old, SCHEDULED))
    assert asked == ((Ask(f"job:{SLOT.job_id}", GIVEN),), (), ())


@pytest.mark.parametrize(
    ("first", "then"), [(GIVEN, ASKED), (ASKED, GIVEN), (ASKED.model_copy(update=ELSEWHERE), GIVEN), (GIVEN, GIVEN)]
)
def test_the_job_is_where_the_day_has_it_whoever_asks_first(first: TakeSlot, then: TakeSlot) -> None:
    """B8: a request that was repeated may name another place than the day gave the first time."""
    job = a_job(OPENED, BOOKED)
    for command in (first, then, ASKED.model_copy(update=ELSEWHERE)):
        decided = job.asks(command, CTX).decided
        assert all(isinstance(event, StopScheduled) for event in decided)
        job = job.asks(command, CTX).then(*decided)
    assert job.state == a_job(OPENED, BOOKED, SCHEDULED).state
