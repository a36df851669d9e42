"""Calls that are to be made (E3): rows -> the queue of a day, and what whoever calls has to know."""

from dataclasses import dataclass
from datetime import date, timedelta

from company.policy import Policy, policy_book
from contracts.civil_time import end_of_day
from contracts.job_ids import contract_of, delivery_of
from contracts.notify import CallPurpose
from dashboards.board.day import crews_of
from dashboards.board.reading import read_days
from dashboards.board.rows import BoardDay, by_date
from dashboards.listing import Json, Slice, page_of
from dashboards.seat import Seat
from dispatch.job.row import JOBS, JobRow
from notify.call_row import CALLS, CallRow
from notify.reactions.asking import INSTEAD_OF_SMS
from order.contract.row import CONTRACTS


def purpose_named(call: CallRow) -> str:
    """Why somebody is called, as pages name it: also instead of a message, where a number gets none (E3)."""
    return "instead_of_sms" if call.occasion.startswith(INSTEAD_OF_SMS) else call.purpose


PURPOSES: tuple[CallPurpose, ...] = (
    "booking",
    "home_confirmation",
    "install_call",
    "half_day",
    "arrival",
    "delay_explained",
    "damage_explained",
    "follow_up",
    "call_back",
)
"""In the order in which they are offered."""
MINE = {"cs_specialist": "cs_specialist", "install_assistant": "install_assistant"}
"""Roles whose own calls are shown first: the others look at all."""
DAYS_SHOWN = 14


@dataclass(frozen=True, slots=True)
class HalfFree:
    """How many delivery stops a half-day still takes, over all crews; `total` 0 on a day on which none works."""

    half: str
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class DayFree:
    """A day that may be offered to a customer; `early`: nearer than B1 allows."""

    on: date
    early: bool
    halves: tuple[HalfFree, HalfFree]


class CallShown(CallRow):
    """A call as a person may see it, with what it is about."""

    kind: str
    name: str
    late: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """The contract and the job that a call is about, as far as there are any."""

    contract_no: str | None = None
    job_id: str | None = None
    job: JobRow | None = None


async def queue(seat: Seat, *, day: date, purpose: str | None, whose: str, after: str | None) -> Slice[CallRow]:
    """Open calls that are to be made by the end of `day`, the earliest first."""
    query: Json = {"row.state": "open", "row.show_at": {"$lt": end_of_day(day).isoformat()}}
    if purpose is not None:
        query |= {"row.purpose": purpose}
    if whose == "mine" and seat.person.role in MINE:
        query |= {"row.owner_role": MINE[seat.person.role]}
    return await page_of(seat.caller.view(CALLS), query, sort=("row.show_at", 1), after=after)


def call_of(row: CallRow, seat: Seat) -> CallShown:
    """A call as this person may see it."""
    kind, _, name = row.subject.partition(":")
    return CallShown(**dict(row.seen_by(seat.person.role)), kind=kind, name=name, late=row.due < seat.now)


async def subject_of(seat: Seat, call: CallShown) -> Subject:
    """What a call is about; a ticket has a page of its own."""
    if call.kind == "ticket":
        return Subject()
    contract_no = (contract_of(call.name) or "") if call.kind == "job" else call.name
    contract = await seat.caller.view(CONTRACTS).get(contract_no)
    part = 1 if contract is None else contract.part
    job_id = call.name if call.kind == "job" else delivery_of(call.name, part)
    job = await seat.caller.view(JOBS).get(job_id)
    return Subject(None if contract is None else contract_no, None if job is None else job_id, job)


async def free_days(seat: Seat, today: date, depot: str) -> tuple[DayFree, ...]:
    """The next two weeks of a depot: where a delivery still finds a place (B8), and what is too near (B1)."""
    policy = policy_book().at(seat.now)
    wanted = [today + timedelta(days=number) for number in range(1, DAYS_SHOWN + 1)]
    days = by_date(await read_days(seat.caller, wanted, (depot,)), depot)
    early = today + timedelta(days=policy.booking_days_ahead)
    return tuple(DayFree(on, on < early, _halves(days.get(on), policy, depot)) for on in wanted)


def _halves(day: BoardDay | None, policy: Policy, depot: str) -> tuple[HalfFree, HalfFree]:
    crews = [crew for crew in crews_of(day, policy, depot) if crew.kind == "delivery"]
    gone = {} if day is None else {absence.crew: absence.half for absence in day.row.absences}
    slots = [] if day is None else [held.slot for held in day.row.held if held.slot.kind == "delivery"]
    found = []
    for half in ("am", "pm"):
        there = [crew for crew in crews if gone.get(crew.crew, "present") not in (None, half)]
        total = sum(crew.stops_per_half for crew in there)
        taken = sum(slot.half == half for slot in slots)
        found.append(HalfFree(half, max(0, total - taken), total))
    return found[0], found[1]
