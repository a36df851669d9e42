"""HTTP of calls to the customer: what is to be called today, and what came of it (B1-B3, B5, B7, B10)."""

from typing import Annotated

from fastapi import Query

from company.crew_of_day import own_crews
from contracts.bounds import CivilDay
from contracts.civil_time import civil_day
from dispatch.api.rights import CREW_ROLES, OFFICE, READS, JobInPath, own_job, policy_now
from dispatch.call_tasks import CallTask, CallTaskList, Purpose, call_tasks, queries
from dispatch.domain.calls import CallBeforeArrival, CallBeforeInstallation, ConfirmHome, ReportTrouble, TellHalfDay
from dispatch.domain.job import job_id
from dispatch.projections.jobs import JOBS, JobFile, job_file
from runtime.clock import utc_now
from runtime.http import Answer, Desk
from runtime.route import Router

router = Router()


@router.get("/call-tasks", summary="待打电话 Calls to be made (B1-B3, B5, B10)")
async def tasks(
    desk: Desk,
    on: Annotated[CivilDay | None, Query(description="哪天要打 the day on which they are made")] = None,
    purpose: Annotated[Purpose | None, Query()] = None,
) -> CallTaskList:
    """Booking calls and call-backs, home confirmation, morning or afternoon, an hour ahead, before an installation.

    In the order in which they are due. A crew sees its own stops only.
    """
    desk.allow(*READS)
    now, policy = utc_now(), policy_now()
    day = on or civil_day(now)
    found: dict[str, JobFile] = {}
    for query in queries(day):
        found |= {document["_id"]: job_file(document) for document in await desk.rows(JOBS.name).find(query)}
    told = call_tasks(found.values(), day, now, policy, desk.person.role)
    mine: list[CallTask] = [task for task in told if purpose in {None, task.purpose}]
    if desk.person.role in CREW_ROLES:
        own = await own_crews(desk, {task.on for task in mine if task.on is not None})
        mine = [task for task in mine if task.on is not None and task.crew == own[task.on]]
    return CallTaskList(on=day, rows=mine)


@router.post("/jobs/{job}/home-confirmation", summary="在家确认 Somebody will be home (B3, K3)")
async def home(job: JobInPath, body: ConfirmHome, desk: Desk) -> Answer:
    """The call of the day before; the customer hears that installation follows within two days."""
    desk.allow(*OFFICE)
    return desk.answer(await desk.ask(job_id(job), body))


@router.post("/jobs/{job}/half-day-call", summary="告知上午/下午 Morning or afternoon (B5, K5)")
async def half_day(job: JobInPath, body: TellHalfDay, desk: Desk) -> Answer:
    """The leader's call of the evening before, by 19:00."""
    desk.allow("crew_leader", *OFFICE)
    await own_job(desk, job, "crew_leader")
    return desk.answer(await desk.ask(job_id(job), body))


@router.post("/jobs/{job}/arrival-call", summary="到达前电话 An hour or two ahead (B5, K6)")
async def arrival_call(job: JobInPath, body: CallBeforeArrival, desk: Desk) -> Answer:
    """The leader's call 1 to 2 hours before he arrives."""
    desk.allow("crew_leader", *OFFICE)
    await own_job(desk, job, "crew_leader")
    return desk.answer(await desk.ask(job_id(job), body))


@router.post("/jobs/{job}/installation-call", summary="安装前电话 Before the installation (B10, K10)")
async def installation_call(job: JobInPath, body: CallBeforeInstallation, desk: Desk) -> Answer:
    """The specialist's call by 17:00 of the day before."""
    desk.allow(*OFFICE)
    return desk.answer(await desk.ask(job_id(job), body))


@router.post("/jobs/{job}/trouble", summary="当天有变 Trouble on the day (B7)")
async def trouble(job: JobInPath, body: ReportTrouble, desk: Desk) -> Answer:
    """A stop that cannot go, goods with a problem, a late change: told at least an hour before the window."""
    desk.allow("crew_leader", *OFFICE)
    await own_job(desk, job, "crew_leader")
    return desk.answer(await desk.ask(job_id(job), body))
