"""Letting a run go: the fleet says yes to people and vehicle (B8, B18), the run to sheet, list and QC (B9, B11, B21).

Cut off in between, nothing is half done for long: the fleet keeps leader, driver and vehicle with this crew's day, and
departing again goes on from there.
"""

import asyncio
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from company.crew_of_day import means_now
from company.fleet_crews import at_work, record_on, usual_driver
from company.policy import Policy
from contracts.bounds import Happened, OneLine
from dispatch.fields import DEPOT, Words
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.trips import ReturnVehicle, SendOut
from dispatch.job.aggregate import JOB
from dispatch.job.row import JOBS, JobRow
from dispatch.job.stop import DepartStop
from dispatch.run.aggregate import run_id
from dispatch.run.departure import DepartRun
from dispatch.run.row import RUNS, RunRow
from runtime.http import Answer, Asking

Json = dict[str, Any]


class DepartRequest(BaseModel):
    """出车. `driver`: who drives, if not the usual one; `list_no`: where no list is required, its number."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    driver: OneLine | None = None
    list_no: Words | None = None
    at: Happened | None = None


async def let_go(desk: Asking, on: date, crew: str, request: DepartRequest, policy: Policy) -> Answer:
    """1 the fleet lets leader, driver and vehicle go, 2 the run departs, 3 its stops are on the way."""
    run = await desk.view(RUNS).get(f"{on.isoformat()}:{crew}")
    jobs = [] if run is None else await loaded_jobs(desk, run)
    means = await means_now(desk, policy)
    record = record_on(means, crew, on)
    leader = None if record is None or record.leader not in at_work(means, record, on) else record.leader
    driver = request.driver or (None if record is None else usual_driver(means, record, on))
    vehicle = "" if record is None else record.vehicle
    is_gone = run is not None and run.status in {"way", "closed"}
    # 1 people and vehicle (B8, B18)
    if not is_gone:
        districts = tuple(sorted({job.district for job in jobs}))
        going = SendOut(
            at=request.at, on=on, crew=crew, leader=leader, driver=driver, vehicle=vehicle, districts=districts
        )
        let = await desk.ask(FLEET.key(DEPOT), going, step="fleet")
        if let.status != "accepted":
            return desk.answer(let)
    # 2 sheet, count, list, QC (B9, B11, B21)
    careful = tuple(job.job_id for job in jobs if has_careful_goods(job, policy))
    asked = DepartRun(
        at=request.at,
        list_no=request.list_no,
        leader=leader,
        driver=driver or "",
        vehicle=vehicle or None,
        known=tuple(job.job_id for job in jobs),
        careful=careful,
        unchecked=await unchecked_jobs(desk, jobs, careful, policy),
    )
    departed = await desk.ask(run_id(on, crew), asked)
    if departed.status == "rejected" and not is_gone:
        await desk.ask(FLEET.key(DEPOT), ReturnVehicle(at=request.at, on=on, crew=crew), step="return")
    # 3 the stops
    if departed.status == "accepted" and run is not None and run.version >= departed.version - 1:
        left = DepartStop(at=request.at, on=on, crew=crew, vehicle=vehicle, leader=leader or "")
        await asyncio.gather(*(desk.ask(JOB.key(stop), left, step=f"depart/{stop}") for stop in run.on_vehicle))
    return desk.answer(departed)


async def loaded_jobs(desk: Asking, run: RunRow) -> list[JobRow]:
    """The rows of the jobs on the vehicle."""
    return list((await desk.view(JOBS).get_many(run.on_vehicle)).values())


def has_careful_goods(job: JobRow, policy: Policy) -> bool:
    """Whether a job has goods that leave on list and QC without exception: kitchens, wardrobes (B9)."""
    return any(line.category in policy.careful_categories for line in job.lines)


async def unchecked_jobs(desk: Asking, jobs: list[JobRow], careful: tuple[str, ...], policy: Policy) -> tuple[str, ...]:
    """Jobs on the vehicle that QC must pass and has not (B21)."""
    due = [job for job in jobs if policy.departure_needs_quality or job.job_id in careful]
    rows = await desk.rows("passed_goods").get_many([job.contract_no for job in due])
    passed = {row["_id"]: row["quality"]["passed"] for row in rows}
    return tuple(job.job_id for job in due if not is_passed(job, passed.get(job.contract_no, {}), careful, policy))


def is_passed(job: JobRow, passed: Json, careful: tuple[str, ...], policy: Policy) -> bool:
    """Whether QC has passed all pieces that it must: every line, or those of the careful categories."""
    whole = policy.departure_needs_quality
    return all(
        passed.get(str(line.line_no), 0) >= line.quantity
        for line in job.lines
        if whole or (job.job_id in careful and line.category in policy.careful_categories)
    )
