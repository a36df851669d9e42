"""A proposed day plan (建议方案): the backlog is read, tours are found in a process of their own, a person decides.

Nothing is stored and nothing is changed: what a person accepts, whole or in part, is asked for as a change of the plan.
"""

from datetime import date
from typing import Annotated

from anyio import to_process
from pydantic import BaseModel, ConfigDict

from company.policy import Policy
from contracts.bounds import Few
from contracts.civil_time import civil_day
from contracts.dispatch_days import Slot
from contracts.fact import JobKind
from dispatch.day.proposal import Candidate, Problem, driven_m, first_come, laid_out, problem_of
from dispatch.free_places import slot_of_job
from dispatch.job.row import JOBS, JobRow
from dispatch.plan_changes import PlaceView
from dispatch.planning_office import Office, jobs_of, refused_place
from dispatch.route_solver import solve_routes

KINDS: tuple[JobKind, ...] = ("delivery", "installation", "visit")

BACKLOG = 1_000
"""Jobs that are looked at: ten days' work of a day of a hundred stops."""


class ProposalRequest(BaseModel):
    """Which kinds of work to plan."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kinds: Annotated[tuple[JobKind, ...], Few(1_000)] = KINDS


class ProposedMove(BaseModel):
    """One job's proposed place. `to` can be sent as it is in a change."""

    job_id: str
    contract_no: str
    kind: JobKind
    district: str
    owed_on: date | None
    to: PlaceView


class LeftOut(BaseModel):
    """A job that could go that day, but does not."""

    job_id: str
    contract_no: str
    kind: JobKind
    zh: str
    en: str


class Proposal(BaseModel):
    """A plan for a day. `metres`: what all crews would drive with it, along straight lines between districts;
    `first_come_metres`: the same jobs in the order in which they came. `version`: the day's."""

    on: date
    moves: list[ProposedMove]
    left: list[LeftOut]
    metres: int
    first_come_metres: int
    version: int


async def propose(office: Office, request: ProposalRequest) -> Proposal:
    """Fill the day from the backlog: by promised date, districts, capacity, half-days and kind of crew (B4, B8)."""
    plan, policy = office.plan, office.policy
    rows = await backlog(office, request.kinds)
    candidates = [candidate_of(row, office.on, policy) for row in rows if could_go(row, office.on)]
    held = await jobs_of(office.caller, [one.slot.job_id for one in plan.held])
    districts = {name: row.district for name, row in held.items()}
    districts |= {one.slot.job_id: one.district for one in candidates}
    slots: list[Slot] = []
    for kind in request.kinds:
        mine = [one for one in candidates if one.slot.kind == kind]
        problem = problem_of(plan, kind, mine, districts, policy)
        routes = await to_process.run_sync(solve_routes, problem, cancellable=True) if mine else _nothing(problem)
        slots += laid_out(plan, problem, routes, mine, policy)
    chosen = {slot.job_id for slot in slots}
    there = [one.slot for one in plan.held]
    came = first_come(plan, [one for one in candidates if one.slot.job_id in chosen], policy)
    owed = {one.slot.job_id: one.owed_on for one in candidates}
    return Proposal(
        on=office.on,
        moves=[
            ProposedMove(
                job_id=slot.job_id,
                contract_no=slot.contract_no,
                kind=slot.kind,
                district=districts[slot.job_id],
                owed_on=owed[slot.job_id],
                to=PlaceView.model_validate(slot.model_dump()),
            )
            for slot in slots
        ],
        left=[_left_out(one, plan_limit(office, one.slot)) for one in candidates if one.slot.job_id not in chosen],
        metres=driven_m([*there, *slots], districts, policy),
        first_come_metres=driven_m([*there, *came], districts, policy),
        version=office.version,
    )


async def backlog(office: Office, kinds: tuple[JobKind, ...]) -> list[JobRow]:
    """The depot's jobs without a slot, by promised day."""
    query = {"row.status": "plan", "row.on": None, "row.depot": office.depot}
    found = await office.caller.view(JOBS).find(query, sort=[("row.promised_on", 1), ("_id", 1)], limit=BACKLOG)
    return [row for row in found if row.kind in kinds]


def could_go(job: JobRow, on: date) -> bool:
    """Whether a job may be planned for that day: deliveries and visits on the day agreed, installations any day."""
    if refused_place(job, on, taken_out=False) is not None:
        return False
    return job.kind != "visit" or job.promised_on in (None, on)


def candidate_of(job: JobRow, on: date, policy: Policy) -> Candidate:
    """A job's row as a candidate: what it is owed by is its promised day, or the day of its deadline."""
    owed = job.promised_on if job.due_at is None else civil_day(job.due_at)
    return Candidate(
        slot=slot_of_job(job, on, policy),
        district=job.district,
        agreed_half=job.booked_half,
        owed_on=owed,
        came=(str(job.complete_on or job.opened_at), job.job_id),
    )


def plan_limit(office: Office, slot: Slot) -> int | None:
    """The most that a vehicle of the job's kind takes in a half-day; None without a limit."""
    limits = [crew.volume_l_per_half for crew in office.crews if crew.kind == slot.kind]
    known = [limit for limit in limits if limit is not None]
    return max(known) if known and len(known) == len(limits) else None


def _left_out(one: Candidate, limit: int | None) -> LeftOut:
    slot = one.slot
    zh, en = "当天没有空位了", "no place of that day is free"
    if limit is not None and slot.volume_l > limit:
        zh = f"{slot.volume_l} 升，半天最多 {limit} 升：请分上下午两趟，或由主管硬排"
        en = f"{slot.volume_l} l, a half-day takes {limit} l: spread it, or have a supervisor force it"
    return LeftOut(job_id=slot.job_id, contract_no=slot.contract_no, kind=slot.kind, zh=zh, en=en)


def _nothing(problem: Problem) -> tuple[tuple[str, ...], ...]:
    return tuple(() for _ in problem.tours)
