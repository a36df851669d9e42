"""The board as of a moment 回看 (X2): rows of then, made of the journal by the same views, shown by the same functions.

Which jobs were on the board then: those that the day's own events name, and those that were open at that moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from company.policy import policy_book
from contracts.civil_time import civil
from contracts.dispatch_days import SlotConfirmed, SlotReleased, SlotReserved
from contracts.fact import Fact
from dashboards.board.cards import Incomplete, Viewer
from dashboards.board.day import Waiting
from dashboards.board.reading import in_districts, own_contracts, road_crews
from dashboards.board.rhythm import bar_day
from dashboards.board.rows import BoardDay
from dashboards.board.together import Lying, board_of_depots
from dashboards.board.view import BoardView
from dashboards.journal import ENTRIES, Entry, Known, by_aggregate, changed_between, moment_text, told_by
from dispatch.day.aggregate import day_id
from dispatch.day.row import DAYS
from dispatch.job.row import JOBS, JobFile
from dispatch.who import CREW
from order.contract.row import CONTRACTS
from runtime.http import Caller
from runtime.said import Saying

MOST_WAITING = 200
"""Contracts that waited for goods at that moment and are looked at; the board shows some forty."""


@dataclass(frozen=True, slots=True)
class Past:
    """A moment that is looked back at, and whose knowledge counts."""

    moment: datetime
    known: Known

    def day(self, entries: Sequence[Entry]) -> BoardDay | None:
        """A day as it was."""
        told = told_by(entries, self.moment, self.known)
        row = DAYS.after(events(told))
        if row is None:
            return None
        return BoardDay(row, [one.event.at for one in DAYS.heard.of(told).all(SlotReserved)])

    def job(self, entries: Sequence[Entry]) -> JobFile | None:
        """A job as it was."""
        told = told_by(entries, self.moment, self.known)
        row = JOBS.after(events(told))
        return None if row is None else JobFile(row, JOBS.heard.of(told))

    def contract(self, entries: Sequence[Entry]) -> Incomplete | None:
        """A contract that waited for goods."""
        told = told_by(entries, self.moment, self.known)
        row = CONTRACTS.after(events(told))
        return None if row is None or row.ended or row.complete else Incomplete(row, len(told))


def events(told: Sequence[Saying[Any]]) -> list[Any]:
    """What was said, without who."""
    return [one.event for one in told]


async def read_board_as_of(
    caller: Caller, on: date, moment: datetime, known: Known, depots: Sequence[str]
) -> BoardView:
    """The board of day `on` as it was at `moment`, or, with `happened`, as we know now that it was."""
    past, bar = Past(moment, known), bar_day(on, moment)
    wanted = sorted({on, bar, bar + timedelta(days=1)})
    day_events = await _events(caller, "dispatch", [day_id(each, depot) for each in wanted for depot in depots])
    days = [day for entries in day_events.values() if (day := past.day(entries)) is not None]
    named = {_job_of(one.fact) for entries in day_events.values() for one in entries} - {None}
    job_events = await _events(caller, "dispatch", {f"job:{job}" for job in named} | await _open_jobs(caller, moment))
    jobs = [job for entries in job_events.values() if (job := past.job(entries)) is not None]
    own = await own_contracts(caller)
    contracts: list[Incomplete] = []
    if caller.person.role not in CREW:
        with_job = {job.row.contract_no for job in jobs if job.row.kind == "delivery"}
        waited = await _events(caller, "order", await _waiting_contracts(caller, moment, own, depots))
        found = [one for entries in waited.values() if (one := past.contract(entries)) is not None]
        contracts = sorted(
            (one for one in found if one.row.contract_no not in with_job),
            key=lambda one: (one.row.promised_on, one.row.contract_no),
        )
    there = [job for job in jobs if not job.row.over or job.row.on in wanted]
    return board_of_depots(
        Lying(depots, days, there, Waiting(contracts)),
        on=on,
        now=moment,
        policy=policy_book().at(moment),
        viewer=Viewer(role=caller.person.role, crews=await road_crews(caller, [on]), contracts=own, past=True),
    )


async def changes_of_day(caller: Caller, on: date, slider: date, known: Known, depots: Sequence[str]) -> list[datetime]:
    """When something about the board of `on` changed on the civil day `slider`."""
    first, last = _span(slider)
    day = await _events(caller, "dispatch", [day_id(on, depot) for depot in depots])
    named = {_job_of(one.fact) for entries in day.values() for one in entries} - {None}
    jobs = await _events(caller, "dispatch", [f"job:{job}" for job in named])
    return changed_between((one for entries in (*day.values(), *jobs.values()) for one in entries), first, last, known)


def _span(day: date) -> tuple[datetime, datetime]:
    """The civil day, all of it: late evenings change plans as well."""
    return civil(day, time()), civil(day + timedelta(days=1), time())


def _job_of(event: Fact | None) -> str | None:
    """The job whose place a day's event is about."""
    match event:
        case SlotReserved():
            return event.slot.job_id
        case SlotConfirmed() | SlotReleased():
            return event.job_id
        case _:
            return None


async def _events(caller: Caller, service: str, aggregates: Iterable[str]) -> dict[str, list[Entry]]:
    wanted = sorted(set(aggregates))
    if not wanted:
        return {}
    return by_aggregate(await caller.view(ENTRIES).find({f"{service}.aggregate": {"$in": wanted}}))


async def _open_jobs(caller: Caller, moment: datetime) -> set[str]:
    """Jobs that were open at `moment`: they are still, or ended later. What was told late is among them either way."""
    still = await caller.view(JOBS).numbers({"row.status": {"$in": ["plan", "pub", "way"]}})
    return {f"job:{number}" for number in still} | await _told_since(caller, "dispatch", "job", ENDS, moment)


async def _waiting_contracts(
    caller: Caller, moment: datetime, own: frozenset[str] | None, depots: Sequence[str]
) -> set[str]:
    """Contracts whose goods were not complete at `moment`: they are not yet, or were completed or cancelled later."""
    mine: dict[str, Any] = {} if own is None else {"row.store_code": caller.person.store}
    mine |= in_districts(policy_book().at(moment), depots)
    order = [("row.promised_on", 1), ("_id", 1)]
    still = await caller.view(CONTRACTS).numbers(
        {"row.ended": False, "row.complete": False, **mine}, sort=order, limit=MOST_WAITING
    )
    later = await _told_since(caller, "order", "contract", COMPLETED, moment)
    visible = {one for one in later if own is None or one.partition(":")[2] in own}
    return {f"contract:{number}" for number in still} | visible


ENDS = ("DeliveryCompleted", "DeliveryFailed", "InstallationCompleted", "VisitDone", "JobCancelled")
COMPLETED = ("GoodsCompleted", "ContractCancelled")


async def _told_since(caller: Caller, service: str, kind: str, names: Sequence[str], moment: datetime) -> set[str]:
    """Aggregates of which one of these events was recorded after `moment`."""
    since = {f"{service}.kind": kind, f"{service}.recorded": {"$gt": moment_text(moment)}}
    found = await caller.view(ENTRIES).find({**since, f"{service}.event": {"$in": list(names)}})
    return {one.aggregate for one in found}
