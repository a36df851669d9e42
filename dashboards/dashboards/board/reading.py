"""Read models -> views: the only place of the dashboards that queries. What to show is decided by pure functions."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from company.crew_of_day import own_crews
from company.policy import Policy, policy_book
from dashboards.assessment.kpi import Duty, KpiView, State, all_duties, kpi_view, may_see
from dashboards.assessment.rows import OWING
from dashboards.board.cards import Incomplete, Viewer
from dashboards.board.day import Waiting
from dashboards.board.rhythm import bar_day
from dashboards.board.rows import BOARD_DAYS, BoardDay
from dashboards.board.together import Lying, board_of_depots
from dashboards.board.view import BoardView
from dashboards.board.week import WEEK_DAYS, WeekView, week_view
from dispatch.day.row import DAYS
from dispatch.day.state import day_no
from dispatch.job.row import JOB_FILES, JOBS, WAITING, JobFile
from dispatch.who import CREW
from order.contract.row import CONTRACTS
from runtime.http import Caller
from runtime.person import Person

BOARD = (JOBS.name, DAYS.name, CONTRACTS.name)
"""Read models behind the board."""
KPI = ("duties",)
"""Read models behind the assessment."""
WAITING_READ = 60
"""Incomplete contracts that are read; the rest is counted."""


async def read_board(caller: Caller, on: date, now: datetime, depots: Sequence[str]) -> BoardView:
    """The board of a day of these depots as this person may see it now."""
    bar = bar_day(on, now)
    wanted = sorted({on, bar, bar + timedelta(days=1)})
    days, found = await asyncio.gather(read_days(caller, wanted, depots), _jobs(caller, wanted))
    jobs = await _with_stops_of(caller, days, found)
    contracts = await own_contracts(caller)
    waiting = Waiting(()) if caller.person.role in CREW else await _waiting(caller, jobs, depots, now)
    return board_of_depots(
        Lying(depots, days, list(jobs.values()), waiting),
        on=on,
        now=now,
        policy=policy_book().at(now),
        viewer=Viewer(role=caller.person.role, crews=await road_crews(caller, [on]), contracts=contracts),
    )


async def road_crews(caller: Caller, days: Iterable[date]) -> Mapping[date, str | None]:
    """Where somebody on the road works on these days; nothing for the others, who see every crew."""
    return await own_crews(caller, days) if caller.person.role in CREW else {}


async def read_days(caller: Caller, wanted: Iterable[date], depots: Sequence[str]) -> list[BoardDay]:
    """Those of these depots' days that were planned for."""
    numbers = [day_no(day, depot) for day in wanted for depot in depots]
    return list((await caller.view(BOARD_DAYS).get_many(numbers)).values())


async def _jobs(caller: Caller, wanted: list[date]) -> Mapping[str, JobFile]:
    """Jobs in a slot of these days, and those that wait for one: one indexed query."""
    boards = [*(day.isoformat() for day in wanted), WAITING]
    return await caller.view(JOB_FILES).by_number({"row.board": {"$in": boards}})


async def _with_stops_of(
    caller: Caller, days: Iterable[BoardDay], jobs: Mapping[str, JobFile]
) -> Mapping[str, JobFile]:
    """With those that left a slot of these days for good: what failed there stays on the day's board (B14)."""
    left = {held.slot.job_id for day in days for held in day.row.held} - jobs.keys()
    return {**jobs, **(await caller.view(JOB_FILES).get_many(sorted(left)) if left else {})}


async def own_contracts(caller: Caller) -> frozenset[str] | None:
    """A store's contract numbers (a store sees its own only); None for the others."""
    if caller.person.role != "store":
        return None
    return frozenset(await caller.view(CONTRACTS).numbers({"row.store_code": caller.person.store}))


async def _waiting(caller: Caller, jobs: Mapping[str, JobFile], depots: Sequence[str], now: datetime) -> Waiting:
    """Incomplete contracts that these depots will deliver, the most urgent first."""
    own = caller.person.store or "" if caller.person.role == "store" else None
    query = CONTRACTS.where(ended=False, complete=False, store_code=own)
    with_job = [job.row.contract_no for job in jobs.values() if job.row.kind == "delivery"]
    if with_job:
        query |= {"_id": {"$nin": with_job}}
    query |= in_districts(policy_book().at(now), depots)
    rows = caller.rows(CONTRACTS.name)
    found = await rows.find(query, sort=[("row.promised_on", 1), ("_id", 1)], limit=WAITING_READ)
    more = 0 if len(found) < WAITING_READ else await rows.count(query) - len(found)
    return Waiting([Incomplete(CONTRACTS.read(one), CONTRACTS.version(one)) for one in found], more)


def in_districts(policy: Policy, depots: Sequence[str]) -> Mapping[str, object]:
    """Rows of contracts whose customers live where these depots deliver (D17); all of them need no condition."""
    if {one.depot for one in policy.depots} <= {*depots}:
        return {}
    others = [name for one in policy.depots if one.depot not in depots for name in one.districts]
    if policy.depots[0].depot in depots:
        return {"row.customer.district": {"$nin": others}}
    mine = [name for one in policy.depots if one.depot in depots for name in one.districts]
    return {"row.customer.district": {"$in": mine}}


async def read_week(caller: Caller, monday: date, now: datetime, depots: Sequence[str]) -> WeekView:
    """Seven days of these depots' board as this person may see them now."""
    wanted = [monday + timedelta(days=number) for number in range(WEEK_DAYS)]
    days = await read_days(caller, wanted, depots)
    jobs = (await _with_stops_of(caller, days, {})).values()
    contracts, crews = await own_contracts(caller), await road_crews(caller, wanted)
    viewer = Viewer(role=caller.person.role, crews=crews, contracts=contracts)
    if len(depots) > 1:
        viewer = replace(viewer, looks=True)
    return week_view(days, jobs, depots=depots, monday=monday, now=now, policy=policy_book().at(now), viewer=viewer)


async def nearest_day(caller: Caller, depots: Sequence[str]) -> date | None:
    """The latest day that has a plan in one of these depots, for somebody who opened an empty one."""
    query = {"row.on": {"$gt": ""}, "row.depot": {"$in": [*depots]}}
    found = await caller.view(DAYS).find(query, sort=[("row.on", -1)], limit=1)
    return found[0].on if found else None


def _people(caller: Caller) -> Mapping[str, Person]:
    people: Mapping[str, Person] = caller.request.app.state.people
    return people


async def read_kpi(
    caller: Caller,
    now: datetime,
    *,
    month: str,
    person: str | None = None,
    duty: str | None = None,
    state: State | None = None,
) -> KpiView:
    """A month's duties as this person may see them now."""
    query = {"$or": [{f"{facet}.months": month} for facet in ("day", "job", "ticket")]}
    owing = await caller.view(OWING).find(query)
    return kpi_view(
        owing,
        month=month,
        now=now,
        viewer=caller.person,
        people=_people(caller),
        person=person,
        duty=duty,
        state=state,
    )


async def read_duties(caller: Caller, aggregate_id: str, now: datetime) -> tuple[Duty, ...]:
    """The duties of one aggregate with their proof, as far as this person may see them."""
    owing = await caller.view(OWING).get(aggregate_id)
    found = [] if owing is None else all_duties([owing], now, caller.person, _people(caller))
    return tuple(one for one in found if may_see(caller.person, one.owner, one.role))
