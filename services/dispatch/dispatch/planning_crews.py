"""Crews of one day: absent, with other people, and where an absent crew's stops could go (B8)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from company.depots import said_depot
from contracts.bounds import Few, Happened, OneLine, Words
from contracts.dispatch_days import CrewOfDay, Slot
from dispatch.crews_today import crews_on
from dispatch.day.places import share_people_or_vehicle
from dispatch.day.redistribution import Jobs, redistributed, stops_of_absent
from dispatch.plan_changes import PlaceView
from dispatch.planning_office import Office, early_refusals, jobs_of
from dispatch.planning_requests import ClashView, MoveRequest, clash_view
from dispatch.refusals import no
from dispatch.words import listed
from runtime.decision import Rejected
from runtime.http import Refusal
from runtime.refusal import Term


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class CrewRequest(_Request):
    """Who works in the crew on that day, and with which vehicle; what is left out stays."""

    leader: OneLine | None = None
    leader_name: OneLine | None = None
    members: Annotated[tuple[OneLine, ...], Few(1_000)] | None = None
    vehicle: Words | None = None
    reason: Words
    at: Happened | None = None


class RedistributedMove(BaseModel):
    """One stop's proposed place. `to` can be sent as it is in a change; `added_m`: metres driven more for it."""

    job_id: str
    contract_no: str
    before: PlaceView
    to: PlaceView
    other_half: bool
    added_m: int


class LeftOver(BaseModel):
    """A stop that fits nowhere, and what stands against it."""

    job_id: str
    contract_no: str
    before: PlaceView
    clashes: list[ClashView]


class Redistribution(BaseModel):
    """Where an absent crew's stops could go. `version`: the day's, to be sent with the change as `expected_version`."""

    crew: str
    moves: list[RedistributedMove]
    left: list[LeftOver]
    added_m: int
    version: int


async def redistribute(office: Office, crew: str) -> Redistribution:
    """Look at where an absent crew's stops could go; nothing is changed."""
    plan = office.plan
    if crew not in {one.crew for one in plan.crews}:
        raise Refusal(404, no("unknown_crew", crew=crew, crews=Term.of("、".join(one.crew for one in plan.crews))))
    going = stops_of_absent(plan, crew)
    names = [held.slot.job_id for held in plan.held]
    rows = await jobs_of(office.caller, names)
    staying = await early_refusals(office, [MoveRequest(job_id=slot.job_id, to=None) for slot in going], rows)
    jobs = Jobs(
        {name: row.district for name, row in rows.items()},
        {name: row.booked_half for name, row in rows.items()},
        frozenset(job for job, _ in staying),
    )
    moved, left = redistributed(plan, crew, jobs, office.policy)
    return Redistribution(
        crew=crew,
        moves=[
            RedistributedMove(
                job_id=one.before.job_id,
                contract_no=one.before.contract_no,
                before=place_of(one.before),
                to=place_of(one.after),
                other_half=one.before.half != one.after.half,
                added_m=one.added_m,
            )
            for one in moved
        ],
        left=[
            LeftOver(
                job_id=one.before.job_id,
                contract_no=one.before.contract_no,
                before=place_of(one.before),
                clashes=[clash_view(clash) for clash in one.against],
            )
            for one in left
        ],
        added_m=sum(one.added_m for one in moved),
        version=office.version,
    )


def set_crew(crews: tuple[CrewOfDay, ...], crew: str, request: CrewRequest) -> CrewOfDay:
    """The crew with what the request changes; 404 for one that the day does not have."""
    known = next((one for one in crews if one.crew == crew), None)
    if known is None:
        raise Refusal(404, no("unknown_crew", crew=crew, crews=Term.of("、".join(one.crew for one in crews))))
    told = request.model_dump(include={"leader", "leader_name", "members", "vehicle"}, exclude_unset=True)
    stays = {"members", "vehicle"}  # there is no crew without them
    return known.model_copy(update={name: to for name, to in told.items() if to is not None or name not in stays})


async def at_other_depot(office: Office, wanted: CrewOfDay) -> Rejected | None:
    """Why nobody and nothing works for two depots on a day (B8, D17): whom, or what, a crew of another one has then."""
    for one in office.policy.depots:
        if one.depot == office.depot:
            continue
        for crew in await crews_on(office.caller, office.on, office.policy, one.depot):
            if share_people_or_vehicle(crew, wanted):
                home = said_depot(office.policy, one.depot)
                return no("works_at_other_depot", crew=crew.crew, depot=home, found=shared_by(crew, wanted))
    return None


def shared_by(one: CrewOfDay, other: CrewOfDay) -> Term:
    """Who and what two crews have in common."""
    people = ({crew.leader_name or crew.leader, *crew.members, crew.vehicle} for crew in (one, other))
    both = set.intersection(*people) - {None}
    return listed(sorted(str(name) for name in both))


def place_of(slot: Slot) -> PlaceView:
    """A slot as a place."""
    return PlaceView.model_validate(slot.model_dump())
