"""Tickets for the service desk's pages: the queue by what is due next, one ticket whole, and why a deadline is so.

Who sees what (RULES §1, C15, C18): a store its own contracts' tickets, a technician the own visits, complaints about
conduct only those who answer for them; names, phones and addresses by role.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from company.masking import ROLES_THAT_SEE_CUSTOMERS, customer_for
from company.policy import policy_book
from contracts.service_desk_tickets import TicketKind
from dashboards.listing import Json, Slice, both, every, page_of
from dashboards.seat import Seat
from runtime.forms import Form
from runtime.person import Person
from service_desk.access import may_see, those_visible
from service_desk.clocks import REPLY
from service_desk.duties import DutyRow
from service_desk.ticket.row import TICKETS
from service_desk.ticket.shapes import TicketDetail
from service_desk.ticket.standing import OPEN, Outcome, Standing
from service_desk.ticket.timeline import TimelineEntry
from service_desk.ticket.whole import whole
from service_desk.ticket.why import Reasons, reasons

KINDS = get_args(TicketKind)
QUEUES = ("open", "soon", "overdue", "told", "waiting", "repeat", "closed")
SORT = ("row.due_key", 1)
CODES = {
    **{outcome: f"ask.outcome.{outcome}" for outcome in get_args(Outcome)},
    **{reason: f"ask.expert_reason.{reason}" for reason in ("never_seen", "came_back")},
    **{duty: f"duty.{duty}" for duty in ("K13", "K14", "K15", "K16", "K17", "K20", "C17")},
}
"""What the timeline names by its code -> its words."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the queue is shown."""

    queue: str
    step: str | None
    kind: str | None
    q: str | None

    @property
    def narrowed(self) -> bool:
        """Whether anything but the whole open queue is chosen."""
        return (self.queue, self.step, self.kind, self.q) != ("open", None, None, None)


def steps(seat: Seat) -> tuple[str, ...]:
    """What a ticket may need next, in the order in which the queue lists it: what its use cases are for."""
    return tuple(dict.fromkeys(step for form in seat.caller.offering("ticket").forms for step in form.steps))


def chosen_in(seat: Seat) -> Chosen:
    """The address's choice."""
    return Chosen(
        queue=seat.one_of("queue", QUEUES) or "open",
        step=seat.one_of("step", steps(seat)),
        kind=seat.one_of("kind", KINDS),
        q=seat.asked("q", longest=40),
    )


def _of_queue(queue: str, seat: Seat) -> Json:
    opened: Json = {"row.status": {"$in": list(OPEN)}}
    match queue:
        case "soon":
            return {**opened, "row.duties.state": "warned"}
        case "overdue":
            return {**opened, "row.overdue": True}
        case "told":
            return {**opened, "row.told": seat.person.role}
        case "waiting":
            return {**opened, "row.waiting": {"$ne": None}}
        case "repeat":
            return {**opened, "row.repeats.0": {"$exists": True}}
        case "closed":
            return {"row.status": {"$in": ["closed", "cancelled"]}}
        case _:
            return opened


def _searched(q: str | None, role: str) -> Json:
    """By number of ticket or contract; by the customer's name or the phone's last digits for who may see them (C18)."""
    if q is None:
        return {}
    known = role in ROLES_THAT_SEE_CUSTOMERS
    if known and q.isdecimal() and len(q) <= 4:
        return {"row.customer.phone": {"$regex": f"{q}$"}}
    plain = re.escape(q)
    return {
        "$or": [
            {"_id": {"$regex": f"(?i){plain}"}},
            {"row.contract_no": q.upper()},
            *([{"row.customer.name": {"$regex": f"^{plain}"}}] if known else []),
        ]
    }


async def query_of(seat: Seat, chosen: Chosen) -> Json:
    """The condition for what is chosen, within what this person may see."""
    return both(
        await those_visible(seat.caller),
        _of_queue(chosen.queue, seat),
        {"row.next_step": chosen.step} if chosen.step else {},
        {"row.kind": chosen.kind} if chosen.kind else {},
        _searched(chosen.q, seat.person.role),
    )


async def tickets_page(seat: Seat, chosen: Chosen, after: str | None) -> Slice[Standing]:
    """One page, what is due next on top."""
    return await page_of(seat.caller.view(TICKETS), await query_of(seat, chosen), sort=SORT, after=after)


async def counts(seat: Seat) -> Mapping[str, int]:
    """How many lie in each queue, at each step, of each kind."""
    rows = seat.caller.view(TICKETS)
    own = await those_visible(seat.caller)
    found = {queue: await rows.count(both(own, _of_queue(queue, seat))) for queue in QUEUES if queue != "closed"}
    async for ticket in every(rows, both(own, _of_queue("open", seat))):
        for key in (f"step.{ticket.next_step}", f"kind.{ticket.kind}"):
            found[key] = found.get(key, 0) + 1
    return found


def seen(row: Standing, seat: Seat) -> Standing:
    """A ticket of the queue, as this person may see it (C18)."""
    customer = customer_for(seat.person.role, row.customer)
    return row.model_copy(update={"customer": customer})


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket of one moment: how it stands, and whole, as this person may see it."""

    row: Standing
    one: TicketDetail


async def ticket_of(seat: Seat, ticket_id: str) -> Ticket | None:
    """One ticket, None where there is none for this person."""
    found = await seat.caller.view(TICKETS.files).get(ticket_id)
    if found is None or not await may_see(seat.caller, found.row):
        return None
    return Ticket(found.row, whole(found.row, found.said, seat.person.role))


def told(entry: TimelineEntry, seat: Seat) -> str:
    """What an entry of the timeline says, with codes and people in words; references of files are left out."""
    people: Mapping[str, Person] = seat.request.app.state.people
    parts = (part for part in entry.text.split(" · ") if not part.startswith("sha256:"))
    return " · ".join(
        people[part].name if part in people else seat.words(CODES[part]) if part in CODES else part for part in parts
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """A duty's clock as it stands now. `used`: share of the time that is gone, 0 to 100, for the meter."""

    duty: str
    due: datetime
    provisional: bool
    state: Literal["running", "warn", "late", "held"]
    used: int
    minutes: int


def clocks_of(duties: Iterable[DutyRow], now: datetime) -> list[Clock]:
    """The clocks of a ticket, the earliest first."""
    return [_clock(one, now) for one in sorted(duties, key=lambda one: one.due)]


def _clock(one: DutyRow, now: datetime) -> Clock:
    passed: Literal["running", "warn", "late"]
    passed = "late" if now > one.due else "warn" if one.state == "warned" else "running"
    share = (now - one.since).total_seconds() / max(1.0, (one.due - one.since).total_seconds())
    return Clock(
        duty=one.duty,
        due=one.due,
        provisional=one.provisional,
        state="held" if one.state == "held" else passed,
        used=min(100, max(0, round(100 * share))),
        minutes=int(abs((one.due - now).total_seconds()) // 60),
    )


async def forms_for(seat: Seat, one: TicketDetail) -> tuple[list[Form], list[Form]]:
    """(what the next step asks of this person, what else they may ask) of a ticket, by the rules' own gates."""
    offered = await seat.caller.offered("ticket", TICKETS.name, one.ticket_id)
    main = [form for form in offered if one.next_step in form.steps]
    return main, [form for form in offered if form not in main]


def facts_of(one: TicketDetail) -> Mapping[str, Any]:
    """What fixed fields carry: the last visit, order and quote, the part that waits, the level that is left."""
    return {
        "visit_no": one.visits[-1].visit_no if one.visits else None,
        "order_no": one.orders[-1].order_no if one.orders else None,
        "quote_no": one.quotes[-1].quote_no if one.quotes else None,
        "part_no": next((part.part_no for part in one.parts if part.stage != "ready"), None),
        "level": None if one.complaint is None else one.complaint.level,
    }


def why_reply(ticket: Standing, now: datetime) -> Reasons | None:
    """Why the reply of a ticket is due when it is; None once it is answered (C2, C13)."""
    clock = next((one for one in ticket.duties if one.duty == REPLY), None)
    if clock is None or ticket.status not in OPEN:
        return None
    return reasons(ticket, clock, policy_book().at(clock.since), now)
