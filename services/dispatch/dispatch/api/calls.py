"""HTTP of calls to the customer: what is to be called today, and what came of it (B1-B3, B5, B7, B10)."""

from typing import Annotated

from fastapi import Query

from company.crew_of_day import own_crews
from contracts.bounds import CivilDay
from contracts.civil_time import civil_day
from dispatch.access import policy_now
from dispatch.call_tasks import CallTask, CallTaskList, Purpose, call_tasks, queries
from dispatch.job.row import JOB_FILES, JobFile
from dispatch.who import CREW, READS
from runtime.clock import utc_now
from runtime.http import SignedIn
from runtime.route import Router

router = Router()


@router.get("/call-tasks", summary="待打电话 Calls to be made (B1-B3, B5, B10)")
async def tasks(
    caller: SignedIn,
    on: Annotated[CivilDay | None, Query(description="哪天要打 the day on which they are made")] = None,
    purpose: Annotated[Purpose | None, Query()] = None,
) -> CallTaskList:
    """Booking calls and call-backs, home confirmation, morning or afternoon, an hour ahead, before an installation.

    In the order in which they are due. A crew sees its own stops only.
    """
    caller.allow(*READS)
    now, policy = utc_now(), policy_now()
    day = on or civil_day(now)
    found: dict[str, JobFile] = {}
    for query in queries(day):
        found |= await caller.view(JOB_FILES).by_number(query)
    told = call_tasks(found.values(), day, now, policy, caller.person.role)
    mine: list[CallTask] = [task for task in told if purpose in {None, task.purpose}]
    if caller.person.role in CREW:
        own = await own_crews(caller, {task.on for task in mine if task.on is not None})
        mine = [task for task in mine if task.on is not None and task.crew == own[task.on]]
    return CallTaskList(on=day, rows=mine)
