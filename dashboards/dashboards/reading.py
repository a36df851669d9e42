"""Read models -> views: the only place of the dashboards that queries. What to show is decided by pure functions."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from company.crew_of_day import own_crews
from company.policy import policy_book
from dashboards.board import Waiting, board_view
from dashboards.board_cards import ROAD, Viewer
from dashboards.board_rhythm import bar_day
from dashboards.board_rows import WAITING, Json, facet_of
from dashboards.board_view import BoardView
from dashboards.board_week import DAYS, WeekView, week_view
from dashboards.kpi import Duty, KpiView, State, all_duties, kpi_view, may_see
from runtime.http import Asking
from runtime.person import Person

BOARD = ("board_jobs", "board_days", "board_contracts")
"""Read models behind the board."""
KPI = ("duties",)
"""Read models behind the assessment."""
WAITING_READ = 60
"""Incomplete contracts that are read; the rest is counted."""
DEPOT = "main"


async def read_board(desk: Asking, on: date, now: datetime) -> BoardView:
    """The board of a day as this person may see it now."""
    bar = bar_day(on, now)
    wanted = sorted({on, bar, bar + timedelta(days=1)})
    found, jobs = await asyncio.gather(
        desk.rows("board_days").get_many([f"{DEPOT}:{day.isoformat()}" for day in wanted]), _jobs(desk, wanted)
    )
    days = {date.fromisoformat(row["day"]["on"]): row["day"] for row in found if row["day"]["on"]}
    contracts = await _own_contracts(desk)
    waiting = Waiting(()) if desk.person.role in ROAD else await _waiting(desk, jobs)
    return board_view(
        days,
        jobs.values(),
        waiting,
        on=on,
        now=now,
        policy=policy_book().at(now),
        viewer=Viewer(role=desk.person.role, crews=await road_crews(desk, [on]), contracts=contracts),
        depot=DEPOT,
    )


async def road_crews(desk: Asking, days: Iterable[date]) -> Mapping[date, str | None]:
    """Where somebody on the road works on these days; nothing for the others, who see every crew."""
    return await own_crews(desk, days) if desk.person.role in ROAD else {}


async def _jobs(desk: Asking, wanted: list[date]) -> Mapping[str, Json]:
    """Jobs that were ever in a slot of these days, and those that wait for one: one indexed query."""
    boards = [*(day.isoformat() for day in wanted), WAITING]
    found = await desk.rows("board_jobs").find({"job.boards": {"$in": boards}})
    facets = (facet_of(row, "job") for row in found)
    return {facet["job_id"]: facet for facet in facets if facet is not None}


async def _own_contracts(desk: Asking) -> frozenset[str] | None:
    """A store's contract numbers (a store sees its own only); None for the others."""
    if desk.person.role != "store":
        return None
    own = await desk.rows("board_contracts").find({"order.store_code": desk.person.store})
    return frozenset(str(row["_id"]) for row in own)


async def _waiting(desk: Asking, jobs: Mapping[str, Json]) -> Waiting:
    """Incomplete contracts, the most urgent first."""
    query: dict[str, object] = {"order.complete_on": None, "order.contract_no": {"$ne": None}}
    if desk.person.role == "store":
        query["order.store_code"] = desk.person.store
    with_job = [job["contract_no"] for job in jobs.values() if job["kind"] == "delivery"]
    if with_job:
        query["order.contract_no"] = {"$ne": None, "$nin": with_job}
    rows = desk.rows("board_contracts")
    found = await rows.find(query, sort=[("order.promised_on", 1), ("_id", 1)], limit=WAITING_READ)
    more = 0 if len(found) < WAITING_READ else await rows.count(query) - len(found)
    return Waiting([row["order"] for row in found], more)


async def read_week(desk: Asking, monday: date, now: datetime) -> WeekView:
    """Seven days of the board as this person may see them now."""
    wanted = [monday + timedelta(days=number) for number in range(DAYS)]
    found = await desk.rows("board_days").get_many([f"{DEPOT}:{day.isoformat()}" for day in wanted])
    days = {date.fromisoformat(row["day"]["on"]): row["day"] for row in found if row["day"]["on"]}
    slotted = sorted({slot["job_id"] for day in days.values() for slot in day["slots"]})
    jobs = [row["job"] for row in await desk.rows("board_jobs").get_many(slotted) if facet_of(row, "job")]
    contracts, crews = await _own_contracts(desk), await road_crews(desk, wanted)
    viewer = Viewer(role=desk.person.role, crews=crews, contracts=contracts)
    return week_view(days, jobs, monday=monday, now=now, policy=policy_book().at(now), viewer=viewer)


async def nearest_day(desk: Asking) -> date | None:
    """The latest day that has a plan, for somebody who opened an empty one."""
    found = await desk.rows("board_days").find({"day.on": {"$gt": ""}}, sort=[("day.on", -1)], limit=1)
    return date.fromisoformat(found[0]["day"]["on"]) if found else None


def _people(desk: Asking) -> Mapping[str, Person]:
    people: Mapping[str, Person] = desk.request.app.state.people
    return people


async def read_kpi(
    desk: Asking,
    now: datetime,
    *,
    month: str,
    person: str | None = None,
    duty: str | None = None,
    state: State | None = None,
) -> KpiView:
    """A month's duties as this person may see them now."""
    query = {"$or": [{f"{facet}.months": month} for facet in ("day", "job", "ticket")]}
    rows = await desk.rows("duties").find(query)
    return kpi_view(
        rows,
        month=month,
        now=now,
        viewer=desk.person,
        people=_people(desk),
        person=person,
        duty=duty,
        state=state,
    )


async def read_duties(desk: Asking, aggregate_id: str, now: datetime) -> tuple[Duty, ...]:
    """The duties of one aggregate with their proof, as far as this person may see them."""
    row = await desk.rows("duties").get(aggregate_id)
    found = [] if row is None else all_duties([row], now, desk.person, _people(desk))
    return tuple(one for one in found if may_see(desk.person, one.owner, one.role))
