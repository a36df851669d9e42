"""The board as of a moment 回看 (X2): the rows of then, folded from the journal, shown by the same pure functions.

Which jobs were on the board then: those that the day's own events name, and those that were open at that moment.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from company.policy import policy_book
from contracts.civil_time import civil, civil_day, in_shanghai
from dashboards.board import Waiting, board_view
from dashboards.board_cards import ROAD, Viewer
from dashboards.board_rhythm import bar_day
from dashboards.board_rows import Json, fold_contract, fold_day, fold_job
from dashboards.board_view import BoardView
from dashboards.journal import Fold, Known, changed_between, events_of, moment_text, state_at
from dashboards.reading import road_crews
from runtime.http import Asking

DEPOT = "main"
MOST_WAITING = 200
"""Contracts that waited for goods at that moment and are looked at; the board shows some forty."""


async def read_board_as_of(desk: Asking, on: date, moment: datetime, known: Known) -> BoardView:
    """The board of day `on` as it was at `moment`, or, with `happened`, as we know now that it was."""
    bar = bar_day(on, moment)
    wanted = sorted({on, bar, bar + timedelta(days=1)})
    day_events = await _events(desk, "dispatch", [f"day:{DEPOT}:{each.isoformat()}" for each in wanted])
    days = {
        date.fromisoformat(state["on"]): state
        for entries in day_events.values()
        if (state := state_at(entries, fold_day, moment, known)) is not None and state["on"]
    }
    named = {_job_of(one["data"]) for entries in day_events.values() for one in entries} - {None}
    jobs = await _then(
        desk,
        "dispatch",
        {f"job:{job}" for job in named} | await _open_jobs(desk, moment),
        fold_job,
        moment=moment,
        known=known,
    )
    own = await _own_contracts(desk)
    contracts: list[Json] = []
    if desk.person.role not in ROAD:
        with_job = {job["contract_no"] for job in jobs if job["kind"] == "delivery"}
        waited = await _then(
            desk, "order", await _waiting_contracts(desk, moment), fold_contract, moment=moment, known=known
        )
        contracts = sorted(
            (one for one in waited if one["complete_on"] is None and one["contract_no"] not in with_job),
            key=lambda one: (one["promised_on"], one["contract_no"]),
        )
    return board_view(
        days,
        [job for job in jobs if job["stage"] != "over" or job["on"] in {each.isoformat() for each in wanted}],
        Waiting(contracts),
        on=on,
        now=moment,
        policy=policy_book().at(moment),
        viewer=Viewer(role=desk.person.role, crews=await road_crews(desk, [on]), contracts=own, past=True),
        depot=DEPOT,
    )


async def changes_of_day(desk: Asking, on: date, slider: date, known: Known) -> list[datetime]:
    """When something about the board of `on` changed on the civil day `slider`."""
    first, last = _span(slider)
    day = await _events(desk, "dispatch", [f"day:{DEPOT}:{on.isoformat()}"])
    named = {_job_of(one["data"]) for entries in day.values() for one in entries} - {None}
    jobs = await _events(desk, "dispatch", [f"job:{job}" for job in named])
    return changed_between((one for entries in (*day.values(), *jobs.values()) for one in entries), first, last, known)


def _span(day: date) -> tuple[datetime, datetime]:
    """The civil day, all of it: late evenings change plans as well."""
    return civil(day, time()), civil(day + timedelta(days=1), time())


def _job_of(data: Mapping[str, object]) -> str | None:
    slot = data.get("slot")
    named = slot.get("job_id") if isinstance(slot, dict) else data.get("job_id")
    return named if isinstance(named, str) else None


async def _events(desk: Asking, service: str, aggregates: Iterable[str]) -> dict[str, list[Json]]:
    wanted = sorted(set(aggregates))
    if not wanted:
        return {}
    rows = await desk.rows("journal").find({f"{service}.aggregate": {"$in": wanted}})
    return events_of(rows, service)


async def _then(
    desk: Asking, service: str, aggregates: Iterable[str], fold: Fold, *, moment: datetime, known: Known
) -> list[Json]:
    found = await _events(desk, service, aggregates)
    states = (state_at(entries, fold, moment, known) for entries in found.values())
    return [state for state in states if state is not None]


async def _open_jobs(desk: Asking, moment: datetime) -> set[str]:
    """Jobs that were open at `moment`: they are still, or ended later. What was told late is among them either way."""
    until = moment_text(moment)
    rows = desk.rows("board_jobs")
    still = await rows.find({"job.stage": {"$in": ["waiting", "placed"]}})
    ended_later = await rows.find({"job.over_since": {"$gt": until}})
    return {f"job:{row['_id']}" for row in (*still, *ended_later)}


async def _waiting_contracts(desk: Asking, moment: datetime) -> list[str]:
    rows = desk.rows("board_contracts")
    mine = {"order.store_code": desk.person.store} if desk.person.role == "store" else {}
    order = [("order.promised_on", 1), ("_id", 1)]
    still = await rows.find(
        {"order.complete_on": None, "order.contract_no": {"$ne": None}, **mine}, sort=order, limit=MOST_WAITING
    )
    later = await rows.find(
        {"order.complete_since": {"$gt": moment_text(moment)}, **mine}, sort=order, limit=MOST_WAITING
    )
    return [f"contract:{row['_id']}" for row in (*still, *later)]


async def _own_contracts(desk: Asking) -> frozenset[str] | None:
    if desk.person.role != "store":
        return None
    own = await desk.rows("board_contracts").find({"order.store_code": desk.person.store})
    return frozenset(str(row["_id"]) for row in own)


def slider_day(moment: datetime) -> date:
    """The civil day that the slider runs over."""
    return civil_day(in_shanghai(moment))
