"""Which jobs and runs a person may come near (C18): a crew its own; and the rows that routes begin from."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel

from company.crew_of_day import own_crew_on, works_on
from company.depots import SPELT, depot_of, said_depots
from company.own_depot import at_own_depot
from company.policy import Policy, policy_book
from contracts.bounds import CivilDay
from dispatch.job.aggregate import JOB
from dispatch.job.row import JOB_FILES, JOBS, JobFile, JobRow, Status
from dispatch.job.stop import WhoseStop
from dispatch.refusals import no
from dispatch.run.aggregate import RUN
from dispatch.run.row import RUN_FILES, RUNS, RunFile
from dispatch.who import CREW, LEADS
from runtime.clock import utc_now
from runtime.decision import Command, Rejected
from runtime.http import Caller, Refusal
from runtime.refusal import Term

JobInPath = Annotated[str, Path(pattern=r"^[DIV]-[^\s/]{1,120}$", examples=["D-HT26030001"])]
CrewInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,8}$", examples=["S1"])]
DayInPath = Annotated[CivilDay, Path(examples=["2026-03-13"])]


def of_the_company(depot: str) -> str:
    """A depot that the company has now (D17)."""
    policy = policy_now()
    if depot_of(policy, depot) is None:
        raise ValueError(f"没有仓库 {depot}，公司有：{said_depots(policy).zh} there is no such depot")
    return depot


DepotInQuery = Annotated[
    str, Query(pattern=SPELT, description="哪个仓库 of which depot (D17)"), AfterValidator(of_the_company)
]


async def job_file(caller: Caller, job: str) -> JobFile:
    """A job with what was said of it, or 404."""
    found = await caller.view(JOB_FILES).get(job)
    if found is None:
        raise Refusal(404, no("unknown_job"))
    return found


async def job_row(caller: Caller, job: str) -> JobRow:
    """A job's row, or 404."""
    return (await job_file(caller, job)).row


async def run_file(caller: Caller, on: date, crew: str) -> RunFile:
    """A run with what was said of it, or 404."""
    found = await caller.view(RUN_FILES).get(f"{on.isoformat()}:{crew}")
    if found is None:
        raise Refusal(404, no("not_planned"))
    return found


async def own_crew(caller: Caller, on: date, crew: str | None, *roles: str) -> None:
    """People of these roles only touch, and see, what their own crew has on a day; others get 403."""
    if caller.person.role not in roles:
        return
    mine = await own_crew_on(caller, on)
    if mine != crew:
        caller.refuse(not_your_crew(crew, mine), 403)


class _StandsAt(BaseModel):
    """Where a job says that it is (`WhoseStop`)."""

    on: date | None
    crew: str | None
    status: Status | Literal[""]
    """Empty where it is in no slot."""


async def own_job(caller: Caller, job: str, *roles: str) -> JobRow:
    """A job's row, or 404; people of these roles only get what their own crew has, others 403.

    Nobody waits for a read model to be let in: where the row says no, the job itself says where it is now.
    """
    lying = await caller.rows(JOBS.name).peek(job) if caller.person.role in roles else None
    row = await job_row(caller, job) if lying is None else JOBS.read(lying)
    if caller.person.role not in roles or await works_on(caller, row.on, row.crew):
        return row
    told = (await caller.ask(JOB.key(job), WhoseStop(), anew=True)).rejected
    if told is None or told.code != "stop_is_at":  # not decided in time: the row is all there is
        caller.refuse(not_your_crew(row.crew, caller.person.crew), 403)
    said = _StandsAt.model_validate(told.facts)
    here = row.model_copy(update={"on": said.on, "crew": said.crew, "status": said.status or row.status})
    if not await works_on(caller, here.on, here.crew):
        caller.refuse(not_your_crew(here.crew, caller.person.crew), 403)
    return here


async def on_own_job(caller: Caller, job: str) -> None:
    """A crew's people ask of their own crew's stops only; whether there is such a job, the job itself says."""
    if caller.person.role in CREW:
        rows = caller.rows(JOBS.name)
        if (await rows.peek(job) or await rows.get(job)) is not None:
            await own_job(caller, job, *CREW)


async def on_own_run(caller: Caller, run: str) -> None:
    """A leader asks of the own crew's day only."""
    on, _, crew = run.partition(":")
    await own_crew(caller, date.fromisoformat(on), crew, *LEADS)


async def where(caller: Caller, aggregate_id: str, __: Command) -> frozenset[str]:
    """Where a run starts from, or a job's goods are (D17): its keepers count them out, and no other's."""
    kind, _, number = aggregate_id.partition(":")
    row = await (caller.view(RUNS) if kind == RUN.name else caller.view(JOBS)).get(number)
    return frozenset() if row is None else frozenset({row.depot})


def not_your_depot(person: str, depot: Term, yours: Term) -> Rejected:
    """Somebody of another depot."""
    return no("not_your_depot", person=person, depot=depot, yours=yours)


OWN_DEPOT = at_own_depot(where, not_your_depot)


def not_your_crew(crew: str | None, mine: str | None) -> Rejected:
    """C18: somebody else's work."""
    return no("not_your_crew", crew=crew, your_crew=mine)


def policy_now() -> Policy:
    """The numbers in force now."""
    return policy_book().at(utc_now())
