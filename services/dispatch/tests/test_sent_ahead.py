"""A supervisor sends ahead what is here of a contract that is not complete: booked, planned, loaded (A3)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from dispatch_cases import BOOKED, CTX, CUSTOMER, DAY, JOB, LINES, NOW, OPENED, READY, SUPERVISOR, a_job
from dispatch_office import ASSISTANT, SLOT, Office, an_office, said
from dispatch_office import SUPERVISOR as TAN

from contracts.dispatch_jobs import InstallationBooked, JobCompletenessChanged, JobOpened
from dispatch.job.booking import DELIVERS, INCOMPLETE, BookInstallation
from dispatch.job.terms import OpenJob

HERE = (LINES[0].model_copy(update={"quantity": 1}),)
PART = OpenJob(
    at=NOW, job_id=JOB, kind="delivery", contract_no="HT26030001", customer=CUSTOMER, lines=HERE, amount_due_fen=100
)
AHEAD = BookInstallation(at=NOW, checklist=READY, on=DAY, half="am", override_reason="客户急用", opens=PART)
LOST = JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="破损")


def test_booking_what_is_here_opens_the_job_of_it() -> None:
    """A3: a contract that was never complete has no job yet."""
    opened, booked = a_job().asks(AHEAD, SUPERVISOR).events
    assert isinstance(opened, JobOpened)
    assert isinstance(booked, InstallationBooked)
    assert (opened.lines, opened.complete_on, opened.amount_due_fen) == (HERE, None, 100)
    assert (booked.on, booked.override_reason) == (DAY, "客户急用")


def test_only_a_supervisor_with_a_reason_sends_ahead() -> None:
    """A3"""
    a_job().asks(AHEAD, CTX).refuses("not_complete")
    a_job().asks(AHEAD.model_copy(update={"override_reason": None}), SUPERVISOR).refuses("not_complete")


def test_a_job_that_lost_its_completeness_is_for_what_is_here() -> None:
    """A3, D4"""
    changed, booked = a_job(OPENED, LOST).asks(AHEAD, SUPERVISOR).events
    assert isinstance(changed, JobCompletenessChanged)
    assert isinstance(booked, InstallationBooked)
    assert (changed.lines, changed.complete_on) == (HERE, None)


def test_the_same_day_again_with_a_reason_makes_a_booking_partial() -> None:
    """A3, X7: agreed while complete; then pieces broke. Once more it is the same."""
    again = AHEAD.model_copy(update={"opens": None})
    lost = a_job(OPENED, BOOKED, LOST)
    lost.asks(again, CTX).refuses("not_complete")
    (booked,) = lost.asks(again, SUPERVISOR).events
    assert isinstance(booked, InstallationBooked)
    assert booked.override_reason == "客户急用"
    lost.after(again, ctx=SUPERVISOR).asks(again, SUPERVISOR).nothing_new()


def test_the_same_booking_again_takes_along_what_came_since() -> None:
    """A3, A10: what is answered with yes is on the sheet; of what is on it already, it is no event."""
    ahead = a_job().after(AHEAD, ctx=SUPERVISOR)
    more = (LINES[0], LINES[1].model_copy(update={"quantity": 1}))
    again = AHEAD.model_copy(update={"opens": PART.model_copy(update={"lines": more})})
    (changed,) = ahead.asks(again, SUPERVISOR).events
    assert isinstance(changed, JobCompletenessChanged)
    assert (changed.lines, changed.complete_on) == (more, None)
    ahead.after(again, ctx=SUPERVISOR).asks(again, SUPERVISOR).nothing_new()


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with an_office() as one:
        yield one


def contract(office: Office, **other: Any) -> None:
    """The order service's row, as far as it is asked."""
    line = {**LINES[0].model_dump(mode="json"), "deliverable": 1}
    row = {
        "customer": CUSTOMER.model_dump(),
        "lines": [line],
        "owed_fen": 100,
        "promised_on": "2026-03-14",
        "part": 1,
        "complete": False,
        **other,
    }
    office.world.rows[INCOMPLETE.name]["HT26030001"] = {"_id": "HT26030001", "row": row}


BODY = {"checklist": READY.model_dump(), "on": DAY.isoformat(), "half": "am", "override_reason": "客户急用"}


async def test_what_is_here_is_booked_and_planned_though_the_contract_waits(office: Office) -> None:
    """A3, B4"""
    contract(office)
    assert said(await office.post(ASSISTANT, f"/jobs/{JOB}/booking", BODY))[:2] == (404, "unknown_job")
    assert (await office.post(TAN, f"/jobs/{JOB}/booking", BODY)).status_code == 200
    assert (await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)).status_code == 200
    job = await office.get(ASSISTANT, f"/jobs/{JOB}")
    assert ([line["quantity"] for line in job["lines"]], job["on"], job["complete_on"]) == ([1], "2026-03-13", None)


async def test_it_goes_from_the_depot_that_delivers_the_contract_whatever_the_district(office: Office) -> None:
    """A3, D17: another depot was let deliver it before it was ever complete."""
    contract(office)
    office.world.rows[DELIVERS.name]["HT26030001"] = {"_id": "HT26030001", "row": {"depot": "shunde"}}
    assert (await office.post(TAN, f"/jobs/{JOB}/booking", BODY)).status_code == 200
    assert (await office.get(ASSISTANT, f"/jobs/{JOB}"))["depot"] == "shunde"


async def test_of_the_rest_of_a_contract_the_part_that_is_next_is_sent_ahead(office: Office) -> None:
    """A3, A10"""
    contract(office, part=2)
    assert said(await office.post(TAN, f"/jobs/{JOB}/booking", BODY))[:2] == (404, "unknown_job")
    assert (await office.post(TAN, f"/jobs/{JOB}-2/booking", BODY)).status_code == 200


async def test_where_nothing_is_here_nothing_goes_ahead(office: Office) -> None:
    """A3"""
    contract(office, lines=[])
    assert said(await office.post(TAN, f"/jobs/{JOB}/booking", BODY)) == (409, "nothing_here", "A3")
