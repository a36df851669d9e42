"""Which jobs and runs a person may come near (C18): a crew its own; and the rows that routes begin from."""

from datetime import date
from typing import Annotated, Any

from fastapi import Path

from company.crew_of_day import own_crew_on, works_on
from company.policy import Policy, policy_book
from contracts.bounds import CivilDay
from dispatch.job.aggregate import JOB
from dispatch.job.row import JOBS, JobRow
from dispatch.job.stop import WhoseStop
from dispatch.refusals import no
from dispatch.run.row import RUNS
from dispatch.who import CREW, LEADS
from runtime.clock import utc_now
from runtime.decision import Rejected
from runtime.http import Asking, Refusal

JobInPath = Annotated[str, Path(pattern=r"^[DIV]-[^\s/]{1,120}$", examples=["D-HT26030001"])]
CrewInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,8}$", examples=["S1"])]
DayInPath = Annotated[CivilDay, Path(examples=["2026-03-13"])]


async def job_document(desk: Asking, job: str) -> dict[str, Any]:
    """A job's document, or 404."""
    document = await desk.row(JOBS.name, job)
    if document is None:
        raise Refusal(404, no("unknown_job"))
    return document


async def job_row(desk: Asking, job: str) -> JobRow:
    """A job's row, or 404."""
    return JOBS.read(await job_document(desk, job))


async def run_document(desk: Asking, on: date, crew: str) -> dict[str, Any]:
    """A run's document, or 404."""
    document = await desk.row(RUNS.name, f"{on.isoformat()}:{crew}")
    if document is None:
        raise Refusal(404, no("not_planned"))
    return document


async def own_crew(desk: Asking, on: date, crew: str | None, *roles: str) -> None:
    """People of these roles only touch, and see, what their own crew has on a day; others get 403."""
    if desk.person.role not in roles:
        return
    mine = await own_crew_on(desk, on)
    if mine != crew:
        desk.refuse(not_your_crew(crew, mine), 403)


async def own_job(desk: Asking, job: str, *roles: str) -> JobRow:
    """A job's row, or 404; people of these roles only get what their own crew has, others 403.

    Nobody waits for a read model to be let in: where the row says no, the job itself says where it is now.
    """
    lying = await desk.rows(JOBS.name).peek(job) if desk.person.role in roles else None
    row = await job_row(desk, job) if lying is None else JOBS.read(lying)
    if desk.person.role not in roles or await works_on(desk, row.on, row.crew):
        return row
    told = (await desk.ask(JOB.key(job), WhoseStop(), anew=True)).rejected
    if told is None or told.code != "stop_is_at":  # not decided in time: the row is all there is
        desk.refuse(not_your_crew(row.crew, desk.person.crew), 403)
    said = {"on": told.facts["on"], "crew": told.facts["crew"], "status": told.facts["status"] or row.status}
    here = JobRow.model_validate({**row.model_dump(), **said})
    if not await works_on(desk, here.on, here.crew):
        desk.refuse(not_your_crew(here.crew, desk.person.crew), 403)
    return here


async def on_own_job(desk: Asking, job: str) -> None:
    """A crew's people ask of their own crew's stops only; whether there is such a job, the job itself says."""
    if desk.person.role in CREW:
        rows = desk.rows(JOBS.name)
        if (await rows.peek(job) or await rows.get(job)) is not None:
            await own_job(desk, job, *CREW)


async def on_own_run(desk: Asking, run: str) -> None:
    """A leader asks of the own crew's day only."""
    on, _, crew = run.partition(":")
    await own_crew(desk, date.fromisoformat(on), crew, *LEADS)


def not_your_crew(crew: str | None, mine: str | None) -> Rejected:
    """C18: somebody else's work."""
    return no("not_your_crew", crew=crew, your_crew=mine)


def policy_now() -> Policy:
    """The numbers in force now."""
    return policy_book().at(utc_now())
