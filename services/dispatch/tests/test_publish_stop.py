"""PublishStop, ConfirmByWarehouse, DepartStop: what the plan, the warehouse and the crew do to a stop."""

from datetime import date

import pytest
from dispatch_cases import (
    BOOKED,
    CLOCK,
    DAY,
    DELIVERED,
    DEPARTED,
    GOODS,
    JOB,
    NOW,
    ON_THE_WAY,
    OPENED,
    PUBLISHED,
    SCHEDULED,
    a_job,
)

from contracts.dispatch_jobs import DeliveryDeparted, StopConfirmedByWarehouse
from dispatch.job.stop import ConfirmByWarehouse, DepartStop, PublishStop
from dispatch.refusals import no

PUBLISH = PublishStop(on=DAY, half="am", crew="S1", position=1, leader="li.zq", version=1)
READY = ConfirmByWarehouse(on=DAY, ready=True)
SHORT = ConfirmByWarehouse(on=DAY, ready=False, note="花洒缺1")
DEPART = DepartStop(on=DAY, crew="S1", vehicle="粤E·7K352", leader="li.zq", lines=GOODS)
PLANNED = (OPENED, BOOKED, SCHEDULED)
OUT = (*PLANNED, PUBLISHED)
OVER = (*ON_THE_WAY, DELIVERED)


def test_a_planned_stop_is_published() -> None:
    """B4"""
    a_job(*PLANNED).asks(PUBLISH, CLOCK).then(PUBLISHED)


@pytest.mark.parametrize("history", [OUT, ON_THE_WAY, OVER])
def test_the_same_edition_again_or_too_late_is_no_event(history: tuple[object, ...]) -> None:
    """B4"""
    a_job(*history).asks(PUBLISH, CLOCK).nothing_new()


def test_a_newer_edition_publishes_the_stop_anew() -> None:
    """B4"""
    second = PUBLISH.model_copy(update={"version": 2})
    a_job(*OUT).asks(second, CLOCK).then(PUBLISHED.model_copy(update={"version": 2}))


def test_a_stop_that_was_moved_meanwhile_waits_for_its_own_edition() -> None:
    """B4"""
    moved = SCHEDULED.model_copy(update={"position": 2})
    a_job(OPENED, BOOKED, moved).asks(PUBLISH, CLOCK).refuses(no("not_in_plan", job_id=JOB, on=DAY))


def test_a_stop_that_is_in_no_slot_is_not_published() -> None:
    """B4"""
    a_job(OPENED, BOOKED).asks(PUBLISH, CLOCK).refuses(no("not_in_plan", job_id=JOB, on=DAY))


def test_the_warehouse_says_what_is_ready_and_what_is_short() -> None:
    """B6"""
    assert [a_job(*OUT).asks(told, CLOCK).decided for told in (READY, SHORT)] == [
        (StopConfirmedByWarehouse(at=NOW, job_id=JOB, ready=True, note=""),),
        (StopConfirmedByWarehouse(at=NOW, job_id=JOB, ready=False, note="花洒缺1"),),
    ]


def test_the_same_word_again_or_too_late_is_no_event() -> None:
    """B6"""
    told = StopConfirmedByWarehouse(at=NOW, job_id=JOB, ready=True, note="")
    assert [a_job(*OUT, told).asks(READY, CLOCK).decided, a_job(*ON_THE_WAY).asks(READY, CLOCK).decided] == [(), ()]


def test_the_warehouse_cannot_confirm_a_stop_of_another_day() -> None:
    """B6"""
    other = READY.model_copy(update={"on": date(2026, 3, 14)})
    a_job(*OUT).asks(other, CLOCK).refuses(no("not_in_plan", job_id=JOB, on=date(2026, 3, 14)))


@pytest.mark.parametrize("history", [PLANNED, OUT])
def test_the_stop_departs_with_its_crew(history: tuple[object, ...]) -> None:
    """B11"""
    a_job(*history).asks(DEPART, CLOCK).then(DEPARTED)


@pytest.mark.parametrize("history", [ON_THE_WAY, OVER])
def test_departing_again_is_no_event(history: tuple[object, ...]) -> None:
    """B11"""
    a_job(*history).asks(DEPART, CLOCK).nothing_new()


def test_a_stop_of_another_crew_does_not_depart() -> None:
    """B9"""
    a_job(*OUT).asks(DEPART.model_copy(update={"crew": "S2"}), CLOCK).refuses(no("not_in_plan", job_id=JOB, on=DAY))


def test_departing_records_who_answers_for_the_stop() -> None:
    """B8"""
    a_job(*OUT).asks(DEPART, CLOCK).then(
        DeliveryDeparted(at=NOW, job_id=JOB, crew="S1", vehicle="粤E·7K352", leader="li.zq", lines=GOODS)
    )
