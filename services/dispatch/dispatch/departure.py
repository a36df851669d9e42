"""Letting a run go over HTTP: what QC has passed, which goods are careful, who drives; then the flow of departure."""

from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from company.crew_of_day import means_now
from company.fleet_crews import at_work, record_on, usual_driver
from company.policy import Policy
from contracts.bounds import Happened, OneLine, Words
from contracts.dispatch_runs import DepartureDeclined
from contracts.fact import GoodsLine
from dispatch.departure_flow import DEPARTURE
from dispatch.fields import DEPOT
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.trips import SendOut
from dispatch.job.row import JOBS, JobRow
from dispatch.refusals import no, refused_by
from dispatch.run.aggregate import run_id
from dispatch.run.departure import DepartRun
from dispatch.run.row import RUNS, RunRow
from dispatch.words import listed
from runtime.flow import Way
from runtime.http import Answer, Caller
from runtime.typed_rows import ByName


class PassedGoods(BaseModel):
    """The warehouse's row of what QC passed of a contract, as far as we ask for it: pieces that still lie there."""

    passed: tuple[GoodsLine, ...]


PASSED_GOODS = ByName("inspections", PassedGoods)


class DepartRequest(BaseModel):
    """出车. `driver`: who drives, if not the usual one; `list_no`: where no list is required, its number."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    driver: OneLine | None = None
    list_no: Words | None = None
    at: Happened | None = None


async def let_go(caller: Caller, on: date, crew: str, request: DepartRequest, policy: Policy) -> Answer:
    """What the fleet and the run have to know besides is looked up; then the fleet is asked, and the flow walked."""
    run = await caller.view(RUNS).get(f"{on.isoformat()}:{crew}")
    jobs = [] if run is None else await loaded_jobs(caller, run)
    means = await means_now(caller, policy)
    record = record_on(means, crew, on)
    if run is not None and run.status == "loaded":
        may_go(caller, run, jobs)
    careful = tuple(job.job_id for job in jobs if has_careful_goods(job, policy))
    going = SendOut(
        at=request.at,
        on=on,
        crew=crew,
        leader=None if record is None or record.leader not in at_work(means, record, on) else record.leader,
        driver=request.driver or (None if record is None else usual_driver(means, record, on)),
        vehicle="" if record is None else record.vehicle,
        districts=tuple(sorted({job.district for job in jobs})),
        departs=True,
        list_no=request.list_no,
        known=tuple(job.job_id for job in jobs),
        careful=careful,
        unchecked=await unchecked_jobs(caller, jobs, careful, policy),
        seen=caller.seen_version(),
    )
    if run is None or run.status not in {"way", "closed"}:
        way = await caller.walk(DEPARTURE, FLEET.key(DEPOT), going, step="fleet")
        if way.first.status != "accepted" or way.made:
            return await departed(caller, way, run_id(on, crew))
        if way.first.events:  # so long ago that nobody knows what was said; nobody is let go by it once more
            caller.refuse(no("departure_declined"))
    # the vehicle is out already: of that, its run may not know yet; whoever let it go has it come back in
    told = going.model_dump(exclude={"command", "districts", "departs", "driver", "vehicle", "on", "crew"})
    asked = DepartRun(**told, driver=going.driver or "", vehicle=going.vehicle or None)
    way = await caller.walk(DEPARTURE, run_id(on, crew), asked, step="run")
    return await departed(caller, way, run_id(on, crew))


async def departed(caller: Caller, way: Way, run: str) -> Answer:
    """What the run said, once it was asked; what the fleet said, or "later", before."""
    told = way.told_of(DepartureDeclined)
    if told is not None:  # perhaps to another process: then it is looked for among the answers of the day
        declined = (event for _, event in (await caller.with_facts(told)).made if isinstance(event, DepartureDeclined))
        caller.refuse(next(map(refused_by, declined), None) or no("departure_declined"))
    said = way.told_by(run)
    if said is not None and said.status == "accepted":
        return caller.answer(said)
    return caller.answer(way.first) if way.stuck is None else caller.later(way)


async def loaded_jobs(caller: Caller, run: RunRow) -> list[JobRow]:
    """The rows of the jobs on the vehicle."""
    return list((await caller.view(JOBS).get_many(run.on_vehicle)).values())


def may_go(caller: Caller, run: RunRow, jobs: Sequence[JobRow]) -> None:
    """What is on the vehicle is this crew's still, and complete or sent ahead by a supervisor (A3, B11)."""
    released = [job.job_id for job in jobs if (job.on, job.crew) != (run.on, run.crew)]
    if released:
        caller.refuse(no("stop_released", crew=run.crew, jobs=listed(released)))
    lacking = [job.job_id for job in jobs if job.kind == "delivery" and job.complete_on is None and not job.partial]
    if lacking:
        caller.refuse(no("left_incomplete", jobs=listed(lacking)))


def has_careful_goods(job: JobRow, policy: Policy) -> bool:
    """Whether a job has goods that leave on list and QC without exception: kitchens, wardrobes (B9)."""
    return any(line.category in policy.careful_categories for line in job.lines)


async def unchecked_jobs(
    caller: Caller, jobs: list[JobRow], careful: tuple[str, ...], policy: Policy
) -> tuple[str, ...]:
    """Jobs on the vehicle that QC must pass and has not (B21)."""
    due = [job for job in jobs if policy.departure_needs_quality or job.job_id in careful]
    found = await caller.view(PASSED_GOODS).get_many([job.contract_no for job in due])
    passed = {number: {line.line_no: line.quantity for line in row.passed} for number, row in found.items()}
    return tuple(job.job_id for job in due if not is_passed(job, passed.get(job.contract_no, {}), careful, policy))


def is_passed(job: JobRow, passed: Mapping[int, int], careful: tuple[str, ...], policy: Policy) -> bool:
    """Whether QC has passed all pieces that it must: every line, or those of the careful categories. What lies in
    deposit was passed when it left first (B14)."""
    whole = policy.departure_needs_quality
    lying = {line.line_no: line.quantity for line in job.deposited}
    return all(
        passed.get(line.line_no, 0) + lying.get(line.line_no, 0) >= line.quantity
        for line in job.lines
        if whole or (job.job_id in careful and line.category in policy.careful_categories)
    )
