"""HTTP of one crew's day on the road: list, count, departure, cash, close, report (B8, B9, B11, B12, B16, B17)."""

from typing import Annotated

from fastapi import Query

from company.crew_of_day import own_crew_on
from contracts.bounds import CivilDay
from dispatch.access import CrewInPath, DayInPath, own_crew, policy_now, run_file
from dispatch.departure import DepartRequest, let_go
from dispatch.job.row import JOB_FILES
from dispatch.job_views import JobView, job_view
from dispatch.run.aggregate import RUN
from dispatch.run.departure import DepartRun
from dispatch.run.row import RUN_FILES, RUNS
from dispatch.run_views import RunList, RunView, run_view
from dispatch.who import CREW, LEADS, READS
from runtime.http import Answer, SignedIn
from runtime.route import Router

router = Router()


@router.get("/runs", summary="当天各车 The runs of a day (B11, B16)")
async def runs(caller: SignedIn, on: Annotated[CivilDay, Query()]) -> RunList:
    """All crews' runs; a crew sees its own only."""
    caller.allow(*READS)
    own = await own_crew_on(caller, on) or "" if caller.person.role in CREW else None
    query = RUNS.where(on=on.isoformat(), crew=own)
    found = await caller.view(RUN_FILES).find(query, sort=[("_id", 1)], limit=500)
    return RunList(rows=[run_view(one, caller.person.role) for one in found])


@router.get("/runs/{on}/{crew}", summary="出车任务 One crew's day (B11, B16)")
async def run(on: DayInPath, crew: CrewInPath, caller: SignedIn) -> RunView:
    """The sorting sheet, what was counted, and the cash for those who handle it."""
    caller.allow(*READS)
    await own_crew(caller, on, crew, *CREW)
    return run_view(await run_file(caller, on, crew), caller.person.role)


@router.get("/runs/{on}/{crew}/stops", summary="一趟各站 The stops of a run, in the order of the route (B12)")
async def stops(on: DayInPath, crew: CrewInPath, caller: SignedIn) -> list[JobView]:
    """Each stop's job with customer, goods, calls that are owed, and what came of it: the crew's page."""
    caller.allow(*READS)
    await own_crew(caller, on, crew, *CREW)
    order = [stop.job_id for stop in (await run_file(caller, on, crew)).row.in_order]
    found = await caller.view(JOB_FILES).get_many(order)
    return [job_view(found[job], caller.person.role) for job in order if job in found]


@router.post("/runs/{on}/{crew}/depart", summary="出车 Depart (B8, B9, B11, B18, B21)")
async def depart(on: DayInPath, crew: CrewInPath, caller: SignedIn, body: DepartRequest | None = None) -> Answer:
    """Loaded and signed, on the supervisor's list, passed by QC, with leader and driver; its stops are on the way."""
    caller.allow(*RUN.may(DepartRun))
    await own_crew(caller, on, crew, *LEADS)
    return await let_go(caller, on, crew, body or DepartRequest(), policy_now())
