"""HTTP of planning (B4, B8): several places at once, swapped, taken back, done again; looked at before it is done."""

from typing import Annotated

from fastapi import Query

from contracts.bounds import CivilDay
from dispatch.access import CrewInPath, DayInPath, DepotInQuery, JobInPath, job_row, policy_now
from dispatch.day.aggregate import DAY, day_id
from dispatch.day.crews import SetCrewOfDay
from dispatch.day.state import day_no
from dispatch.fields import DEPOT
from dispatch.free_places import next_places
from dispatch.plan_changes import CHANGES_OF_DAYS, DayChanges
from dispatch.planning_changes import change_plan, check, do_again, swap, take_back
from dispatch.planning_crews import CrewRequest, Redistribution, at_other_depot, redistribute, set_crew
from dispatch.planning_office import Office, change_row, open_office
from dispatch.planning_requests import (
    ChangeList,
    ChangeRequest,
    CheckView,
    FreePlaceList,
    SwapRequest,
    TurnRequest,
    place_view,
)
from dispatch.proposing import Proposal, ProposalRequest, propose
from dispatch.who import CREW, PLANS, PLANS_VISITS, READS
from runtime.http import Answer, Caller, SignedIn
from runtime.route import Router

router = Router()


def _may_plan(caller: Caller, *jobs: str) -> None:
    """Deliveries and installations are the installation department's; visits the service desk's as well."""
    caller.allow(*(PLANS_VISITS if jobs and all(job.startswith("V-") for job in jobs) else PLANS))


async def _may_turn(office: Office, request: TurnRequest) -> None:
    """Whoever may plan the jobs of a change may take it back."""
    office.caller.allow(*PLANS_VISITS)
    known = await change_row(office, request.change_id, request.expected_version)
    _may_plan(office.caller, *(move.job_id for move in known.moves))


@router.get("/jobs/{job}/places", summary="下一个空位 The next free places for a job (B8)")
async def places(
    job: JobInPath,
    caller: SignedIn,
    start: Annotated[CivilDay, Query(description="从哪天找起 first day to look at")],
    days: Annotated[int, Query(ge=1, le=60)] = 14,
    limit: Annotated[int, Query(ge=1, le=20)] = 3,
) -> FreePlaceList:
    """The day agreed with the customer first, then day by day; other days say that he has to be called (`rebook`)."""
    caller.allow(*PLANS_VISITS)
    row = await job_row(caller, job)
    found = await next_places(caller, row, policy_now(), start=start, days=days, limit=limit)
    return FreePlaceList(places=[place_view(place) for place in found])


@router.post("/days/{on}/check", summary="先看冲突 What stands against a change, without changing anything (B8)")
async def look(on: DayInPath, body: ChangeRequest, caller: SignedIn, depot: DepotInQuery = DEPOT) -> CheckView:
    """Every clash of every job, soft or hard, and for each the nearest place of the day that would do."""
    _may_plan(caller, *(move.job_id for move in body.moves))
    return await check(await open_office(caller, on, policy_now(), depot), body)


@router.post("/days/{on}/changes", summary="排程变更 Several places at once, all or none (B4, B8)")
async def change(on: DayInPath, body: ChangeRequest, caller: SignedIn, depot: DepotInQuery = DEPOT) -> Answer:
    """Moves, releases, an accepted proposal, an absent crew's stops. The same `change_id` again changes nothing."""
    _may_plan(caller, *(move.job_id for move in body.moves))
    return await change_plan(await open_office(caller, on, policy_now(), depot), body)


@router.post("/days/{on}/swap", summary="互换两单 Two jobs change places, both or neither (B8)")
async def exchange(on: DayInPath, body: SwapRequest, caller: SignedIn, depot: DepotInQuery = DEPOT) -> Answer:
    """Crew, half-day, stop and window; refused with every clash if either does not fit the other's place."""
    _may_plan(caller, body.one, body.other)
    return await swap(await open_office(caller, on, policy_now(), depot), body)


@router.post("/days/{on}/undo", summary="撤销 Take a change back (B4)")
async def undo(on: DayInPath, body: TurnRequest, caller: SignedIn, depot: DepotInQuery = DEPOT) -> Answer:
    """By anybody who plans, also days later; refused once somebody planned one of its jobs anew."""
    office = await open_office(caller, on, policy_now(), depot)
    await _may_turn(office, body)
    return await take_back(office, body)


@router.post("/days/{on}/redo", summary="重做 Do again what was taken back (B4)")
async def redo(on: DayInPath, body: TurnRequest, caller: SignedIn, depot: DepotInQuery = DEPOT) -> Answer:
    """Exactly as it was; refused once somebody planned one of its jobs anew."""
    office = await open_office(caller, on, policy_now(), depot)
    await _may_turn(office, body)
    return await do_again(office, body)


@router.get("/days/{on}/changes", summary="变更记录 What was changed on a day, by whom (B4, X1)")
async def changes(
    on: DayInPath,
    caller: SignedIn,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    depot: DepotInQuery = DEPOT,
) -> ChangeList:
    """Newest first: who, when, why, from where to where, and whether it stands. Not for crews."""
    caller.allow(*(READS - CREW))
    known = await caller.view(CHANGES_OF_DAYS).get(day_no(on, depot)) or DayChanges()
    return ChangeList(rows=list(known.changes[::-1][:limit]), version=known.version)


@router.get("/days/{on}/absences/{crew}/redistribution", summary="缺勤改派 Where an absent crew's stops could go (B8)")
async def redistribution(
    on: DayInPath, crew: CrewInPath, caller: SignedIn, depot: DepotInQuery = DEPOT
) -> Redistribution:
    """Look first; then send the moves that you want, all or some, to `/days/{on}/changes` as kind `absence`."""
    caller.allow(*PLANS)
    return await redistribute(await open_office(caller, on, policy_now(), depot), crew)


@router.post("/days/{on}/crews/{crew}", summary="当天换人换车 Other people or another vehicle for a day (B8)")
async def crew_of_day(
    on: DayInPath, crew: CrewInPath, body: CrewRequest, caller: SignedIn, depot: DepotInQuery = DEPOT
) -> Answer:
    """Refused with every stop at which somebody would be at two places, and for people and vehicles that work for
    another depot that day (D17)."""
    caller.allow(*DAY.may(SetCrewOfDay))
    office = await open_office(caller, on, policy_now(), depot)
    changed = set_crew(office.crews, crew, body)
    lent = await at_other_depot(office, changed)
    if lent is not None:
        caller.refuse(lent)
    command = SetCrewOfDay(at=body.at, depot=depot, on=on, crew=changed, reason=body.reason, crews=office.crews)
    return caller.answer(await caller.ask(day_id(on, depot), command))


@router.post("/days/{on}/proposal", summary="建议方案 A plan for the day, proposed from the backlog (B4, B8)")
async def proposal(
    on: DayInPath, caller: SignedIn, body: ProposalRequest | None = None, depot: DepotInQuery = DEPOT
) -> Proposal:
    """Changes nothing. Accept it by sending its moves, all or some, to `/days/{on}/changes` as kind `proposal`."""
    caller.allow(*PLANS)
    return await propose(await open_office(caller, on, policy_now(), depot), body or ProposalRequest())
