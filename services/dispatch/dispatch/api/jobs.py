"""HTTP of jobs as they stand: lists for the desks, one job whole."""

from typing import Annotated

from fastapi import Query

from company.crew_of_day import own_crew_on, works_on
from contracts.bounds import CivilDay
from contracts.civil_time import civil_day
from contracts.fact import JobKind
from dispatch.access import JobInPath, job_file, not_your_crew
from dispatch.job.row import JOB_FILES, JOBS, Status
from dispatch.job_views import JobList, JobView, job_view
from dispatch.who import CREW, READS
from runtime.clock import utc_now
from runtime.http import SignedIn
from runtime.route import Router

router = Router()


@router.get("/jobs", summary="派工单 Jobs")
async def jobs(
    caller: SignedIn,
    *,
    status: Annotated[Status | None, Query()] = None,
    kind: Annotated[JobKind | None, Query()] = None,
    on: Annotated[CivilDay | None, Query(description="有班组的日子 day of the slot")] = None,
    unscheduled: Annotated[bool, Query(description="只看待排 only those without a slot")] = False,
    contract_no: Annotated[str | None, Query(max_length=20)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> JobList:
    """By promised day. A crew sees its own stops only; customers are masked by role (C18)."""
    caller.allow(*READS)
    own: str | None = None
    if caller.person.role in CREW:  # who is of no crew sees nothing, not all that is unplanned
        own = await own_crew_on(caller, on or civil_day(utc_now())) or ""
    day = None if on is None else on.isoformat()
    query = JOBS.where(status=status, kind=kind, on=day, contract_no=contract_no, crew=own)
    if unscheduled:
        query |= {"row.on": None, "row.status": status or "plan"}
    rows = caller.view(JOB_FILES)
    found = await rows.find(query, sort=[("row.promised_on", 1), ("_id", 1)], limit=limit, skip=offset)
    return JobList(
        total=await rows.count(query),
        limit=limit,
        offset=offset,
        rows=[job_view(one, caller.person.role) for one in found],
    )


@router.get("/jobs/{job}", summary="一张派工单 One job")
async def one_job(job: JobInPath, caller: SignedIn) -> JobView:
    """With customer, goods, slot, and what came of it."""
    caller.allow(*READS)
    found = await job_file(caller, job)
    row = found.row
    if caller.person.role in CREW and not await works_on(caller, row.on, row.crew):
        caller.refuse(not_your_crew(row.crew, caller.person.crew), 403)
    return job_view(found, caller.person.role)
