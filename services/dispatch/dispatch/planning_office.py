"""What a request to plan is looked at with before the day is asked: day and jobs as last seen (A3, B1, B8)."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from company.crew_of_day import means_now
from company.depots import depot_name, said_depot
from company.fleet_crews import Means, depot_of_crew
from company.policy import DistrictPlace, Policy
from contracts.dispatch_days import CrewOfDay
from contracts.fact import GoodsLine
from dispatch.crews_today import crews_on
from dispatch.day.change import PlannedMove, Spot
from dispatch.day.places import Clash
from dispatch.day.row import DAYS, DayRow, plan_of
from dispatch.day.state import Plan, day_no
from dispatch.fields import DEPOT
from dispatch.job.booking import on_site
from dispatch.job.row import JOBS, JobRow
from dispatch.job.stop import of_other_depot
from dispatch.plan_changes import CHANGES_OF_DAYS, ChangeView, DayChanges
from dispatch.planning_requests import MoveRequest
from dispatch.refusals import no
from dispatch.run.row import RUNS
from dispatch.slot_flow import against, cannot_follow
from runtime.commands import deterministic_id, fresh_id
from runtime.decision import Rejected
from runtime.flow import Way
from runtime.http import Caller, Refusal
from runtime.refusal import Term

LOOKS, LOOK_SECONDS = 10, 0.05
"""How often, and how long apart, the read model is looked at again: it is behind by tens of milliseconds."""


@dataclass(frozen=True, slots=True)
class Office:
    """One request about one depot's day: who asks, and the day as last seen."""

    caller: Caller
    on: date
    policy: Policy
    crews: tuple[CrewOfDay, ...]
    day: DayRow | None
    means: Means
    depot: str = DEPOT

    @property
    def number(self) -> str:
        """The day, as its aggregate and its rows are named."""
        return day_no(self.on, self.depot)

    @property
    def plan(self) -> Plan:
        """The day as its rules see it."""
        return plan_of(self.day, self.on, self.crews, self.depot)

    @property
    def version(self) -> int:
        """The day's; 0 when nobody planned for it yet."""
        return 0 if self.day is None else self.day.version

    @property
    def is_published(self) -> bool:
        """Whether the plan is out (B4)."""
        return self.day is not None and self.day.edition > 0


async def open_office(caller: Caller, on: date, policy: Policy, depot: str = DEPOT) -> Office:
    """The depot's day as last seen, and depot and districts where they lie."""
    day = await caller.view(DAYS).get(day_no(on, depot))
    crews = await crews_on(caller, on, policy, depot)
    means = await means_now(caller, policy)
    places = {one.district: DistrictPlace(latitude=one.latitude, longitude=one.longitude) for one in means.districts}
    starts = next((one.place for one in policy.depots if one.depot == depot), None) or policy.depot_place
    known = policy.model_copy(update={"districts": {**policy.districts, **places}, "depot_place": starts})
    return Office(caller, on, known, crews, day, means, depot)


async def jobs_of(caller: Caller, names: Iterable[str]) -> dict[str, JobRow]:
    """The jobs' rows by name; 404 for one that is not known."""
    found: dict[str, JobRow] = {}
    for name in names:
        row = await caller.view(JOBS).get(name)
        if row is None:
            raise Refusal(404, no("unknown_job"))
        found[name] = row
    return found


async def refuse_early(office: Office, moves: Iterable[MoveRequest], jobs: dict[str, JobRow], change_id: str) -> None:
    """What the rows show already: a job that left, that is not ready, that was promised for another day."""
    found = await early_refusals(office, moves, jobs)
    if found and not await is_made(office.caller, office.number, change_id):
        office.caller.refuse(cannot_follow(found))


async def early_refusals(
    office: Office, moves: Iterable[MoveRequest], jobs: dict[str, JobRow]
) -> list[tuple[str, Rejected]]:
    """Every job that would not follow, as far as its row shows; every crew of another depot, or that has left
    already."""
    found: list[tuple[str, Rejected]] = []
    gone: dict[str, bool] = {}
    for move in moves:
        job = jobs[move.job_id]
        refused = refused_place(job, office.on, taken_out=move.to is None)
        if job.depot != office.depot:
            refused = of_other_depot(office.policy, job.contract_no, job.depot, office.depot)
        if refused is not None:
            found.append((move.job_id, refused))
        if move.to is None:
            continue
        crew = move.to.crew
        strange = other_depots_crew(office.means, crew, office.depot, office.policy)
        if strange is not None:
            found.append((move.job_id, strange))
        if crew not in gone:
            run = await office.caller.view(RUNS).get(f"{office.on.isoformat()}:{crew}")
            gone[crew] = run is not None and run.status == "way"
        if gone[crew]:
            found.append((move.job_id, no("plan_too_late", crew=crew, on=office.on)))
    return found


async def early_clashes(office: Office, moves: Iterable[MoveRequest], jobs: dict[str, JobRow]) -> list[Clash]:
    """The same as clashes, for looking before doing."""
    refused = await early_refusals(office, moves, jobs)
    return [Clash(one.code, one.zh, one.en, dict(one.facts), job) for job, one in refused]


def other_depots_crew(means: Means, crew: str, depot: str, policy: Policy) -> Rejected | None:
    """Why a crew does nothing for a depot: it starts from another one (D17). None for its own, and for one that nobody
    knows."""
    starts_from = depot_of_crew(means, crew)
    if starts_from in {None, depot}:
        return None
    home = said_depot(policy, starts_from or DEPOT)
    return no("crew_of_other_depot", crew=crew, depot=home, wanted=Term.of(depot_name(policy, depot)))


def refused_place(job: JobRow, on: date, *, taken_out: bool) -> Rejected | None:
    """Why a job will not follow a change of day `on`, as far as its row shows (A3, B1, B2)."""
    name, booked = job.job_id, job.booked_on
    if job.status not in {"plan", "pub"}:
        return no("already_departed", job_id=name)
    if taken_out:
        return None
    if job.on is not None and job.on != on:
        wanted = Term(on.isoformat(), on.isoformat())
        return no("on_another_day", job_id=name, on=job.on, wanted=wanted)
    if job.missing:
        return no("site_not_ready", missing=on_site(job.missing), call_back_on=job.call_back_on)
    if job.kind == "delivery" and booked is None:
        return no("not_booked", job_id=name)
    if job.kind == "delivery" and job.complete_on is None and not job.partial:
        return no("not_complete", contract_no=job.contract_no)
    if booked is not None and booked != on:
        return no("other_day_agreed", job_id=name, agreed=booked, on=on)
    return None


def planned_move(job: JobRow, to: Spot | None, *, place_of: str | None = None) -> PlannedMove:
    """One job's part in a change, with its goods; what the planner left open, the day fills in."""
    return PlannedMove(
        job_id=job.job_id,
        kind=job.kind,
        contract_no=job.contract_no,
        volume_l=job.volume_l,
        lines=goods_of(job),
        agreed_half=job.booked_half,
        to=to,
        place_of=place_of,
    )


def goods_of(job: JobRow) -> tuple[GoodsLine, ...]:
    """What the vehicle carries for a job; installations and visits carry no list."""
    if job.kind != "delivery":
        return ()
    return tuple(
        GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=line.quantity) for line in job.lines
    )


def new_change_id(caller: Caller, step: str) -> str:
    """The id of a change of the plan: the same again for a repeated request."""
    key = caller.request.headers.get("idempotency-key")
    return deterministic_id(caller.person.id, key, "change", step) if key else fresh_id()


async def is_made(caller: Caller, day: str, change_id: str) -> bool:
    """Whether the day of this number has decided this request already: asked again, it is told the same, whatever has
    become of jobs and vehicles since (X7)."""
    known = await caller.view(CHANGES_OF_DAYS).get(day)
    return known is not None and any(change.change_id == change_id for change in known.changes)


async def is_settled(office: Office, way: Way, jobs: Iterable[str]) -> bool:
    """Whether the day, as it is after a request that had nothing to change or of which too little is known, waits for
    none of these jobs to take its slot."""
    day = await office.caller.view(DAYS).get(office.number)
    open_slots = set() if day is None else {held.slot.job_id for held in day.held if not held.confirmed}
    return day is None or (day.version >= way.first.version and not open_slots & set(jobs))


async def change_row(office: Office, change_id: str | None, seen_version: int | None = None) -> ChangeView:
    """A change of the day, or 404; the read model is waited for when the page has seen a newer version of the day."""
    for _ in range(LOOKS):
        made = await office.caller.view(CHANGES_OF_DAYS).get(office.number) or DayChanges()
        known = next((change for change in made.changes if change.change_id == change_id), None)
        if known is not None:
            return known
        if seen_version is None or made.version >= seen_version:
            break
        await asyncio.sleep(LOOK_SECONDS)
    raise Refusal(404, no("unknown_change", change_id=change_id or ""))


def will_tell(plan: Plan) -> list[str]:
    """Who is told of a change of a published plan: warehouse, group, and the leaders who have the plan (B4)."""
    crews = {held.slot.crew for held in plan.held}
    leaders = [crew.leader for crew in plan.crews if crew.crew in crews and crew.leader is not None]
    return ["warehouse", "group", *dict.fromkeys(leaders)]


def has_come_about(caller: Caller, way: Way) -> bool:
    """Whether what began a flow of slots is done; False: later. A "no", or what is to be looked at again, is told."""
    refused = against(way)
    if refused is not None:
        caller.refuse(refused)
    return way.stuck is None
