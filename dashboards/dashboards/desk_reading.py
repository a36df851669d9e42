"""Tickets for the service desk's pages: the queue by what is due next, one ticket whole, and why a deadline is so.

Who sees what (RULES §1, C15, C18): a store its own contracts' tickets, a technician the own visits, complaints about
conduct only those who answer for them; names, phones and addresses by role.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from company.business_calendar import service_calendar
from company.business_time import Interval, Pause, Terms, why
from company.masking import ROLES_THAT_SEE_CUSTOMERS, customer_for
from company.policy import policy_book
from contracts.service_desk_visits import VisitCompleted
from dashboards.listing import Slice, both, every, page_of
from dashboards.seat import Seat
from order.contract.row import CONTRACTS
from runtime.forms import Form
from runtime.person import Person
from service_desk.roles import HEARS_OF_CONDUCT

Json = dict[str, Any]

KINDS = ("consultation", "installation", "repair", "maintenance", "parts", "return", "complaint", "leftover")
QUEUES = ("open", "soon", "overdue", "told", "waiting", "repeat", "closed")
STANDS = frozenset({"K13", "K20"})
"""Clocks that stand while a supplier is waited for (C13)."""
SORT = ("ticket.due_key", 1)
OPEN = frozenset({"received", "visit_agreed", "visit_failed", "repaired"})
OUTCOMES = get_args(VisitCompleted.model_fields["outcome"].annotation)


CODES = {
    **{outcome: f"ask.outcome.{outcome}" for outcome in (*OUTCOMES, "cancelled")},
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
    return tuple(dict.fromkeys(step for form in seat.desk.offering("ticket").forms for step in form.steps))


def chosen_in(seat: Seat) -> Chosen:
    """The address's choice."""
    return Chosen(
        queue=seat.one_of("queue", QUEUES) or "open",
        step=seat.one_of("step", steps(seat)),
        kind=seat.one_of("kind", KINDS),
        q=seat.asked("q", longest=40),
    )


def _of_queue(queue: str, seat: Seat) -> Json:
    opened: Json = {"ticket.status": {"$in": sorted(OPEN)}}
    match queue:
        case "soon":
            return {**opened, "ticket.duties.state": "warned"}
        case "overdue":
            return {**opened, "ticket.overdue": True}
        case "told":
            return {**opened, "ticket.told": seat.person.role}
        case "waiting":
            return {**opened, "ticket.waiting": {"$ne": None}}
        case "repeat":
            return {**opened, "ticket.repeat_of.0": {"$exists": True}}
        case "closed":
            return {"ticket.status": {"$in": ["closed", "cancelled"]}}
        case _:
            return opened


async def theirs(seat: Seat) -> Json:
    """The tickets that this person may see at all."""
    conditions: list[Json] = [] if seat.person.role in HEARS_OF_CONDUCT else [{"ticket.conduct": False}]
    if seat.person.role == "technician":
        conditions.append({"ticket.technicians": seat.person.id})
    if seat.person.role == "store":
        own = await seat.desk.rows(CONTRACTS.name).find({"row.store_code": seat.person.store})
        conditions.append({"ticket.contract_no": {"$in": [row["_id"] for row in own]}})
    return both(*conditions)


def _searched(q: str | None, role: str) -> Json:
    """By number of ticket or contract; by the customer's name or the phone's last digits for who may see them (C18)."""
    if q is None:
        return {}
    known = role in ROLES_THAT_SEE_CUSTOMERS
    if known and q.isdecimal() and len(q) <= 4:
        return {"ticket.customer.phone": {"$regex": f"{q}$"}}
    plain = re.escape(q)
    return {
        "$or": [
            {"_id": {"$regex": f"(?i){plain}"}},
            {"ticket.contract_no": q.upper()},
            *([{"ticket.customer.name": {"$regex": f"^{plain}"}}] if known else []),
        ]
    }


async def query_of(seat: Seat, chosen: Chosen) -> Json:
    """The condition for what is chosen, within what this person may see."""
    return both(
        await theirs(seat),
        _of_queue(chosen.queue, seat),
        {"ticket.next_step": chosen.step} if chosen.step else {},
        {"ticket.kind": chosen.kind} if chosen.kind else {},
        _searched(chosen.q, seat.person.role),
    )


async def tickets_page(seat: Seat, chosen: Chosen, after: str | None) -> Slice:
    """One page, what is due next on top."""
    return await page_of(seat.desk.rows("tickets"), await query_of(seat, chosen), sort=SORT, after=after)


async def counts(seat: Seat) -> Mapping[str, int]:
    """How many lie in each queue, at each step, of each kind."""
    rows = seat.desk.rows("tickets")
    own = await theirs(seat)
    found = {queue: await rows.count(both(own, _of_queue(queue, seat))) for queue in QUEUES if queue != "closed"}
    async for row in every(rows, both(own, _of_queue("open", seat))):
        for key in (f"step.{row['ticket']['next_step']}", f"kind.{row['ticket']['kind']}"):
            found[key] = found.get(key, 0) + 1
    return found


async def ticket_of(seat: Seat, ticket_id: str) -> Json | None:
    """One ticket as this person may see it, None where there is none for them."""
    row = await seat.desk.rows("tickets").get(ticket_id)
    if row is None:
        return None
    ticket = row["ticket"]
    if ticket["conduct"] and seat.person.role not in HEARS_OF_CONDUCT:
        return None
    if seat.person.role == "technician" and seat.person.id not in ticket["technicians"]:
        return None
    if seat.person.role == "store":
        contract = await seat.desk.view(CONTRACTS).get(str(ticket["contract_no"]))
        if contract is None or contract.store_code != seat.person.store:
            return None
    one = shown(row, seat)
    return {**one, "timeline": [{**entry, "text": _said(entry["text"], seat)} for entry in ticket["timeline"]]}


def _said(text: str, seat: Seat) -> str:
    """What an entry of the timeline says, with codes and people in words; references of files are left out."""
    people: Mapping[str, Person] = seat.request.app.state.people
    parts = (part for part in text.split(" · ") if not part.startswith("sha256:"))
    return " · ".join(
        people[part].name if part in people else seat.words(CODES[part]) if part in CODES else part for part in parts
    )


def shown(row: Json, seat: Seat) -> Json:
    """A ticket's row for a page: the customer by role, the clocks as they stand now."""
    ticket = row["ticket"]
    clocks = [_clock(one, ticket, seat.now) for one in ticket["duties"]]
    return {
        **ticket,
        "customer": customer_for(seat.person.role, ticket["customer"]),
        "clocks": sorted(clocks, key=lambda one: str(one["due"])),
        "version": row["_pos"]["ticket"]["seq"],
    }


def _clock(duty: Json, ticket: Json, now: datetime) -> Json:
    """`state`: running, warn, late, held; `used`: share of the time that is gone, 0 to 100, for the meter."""
    due = datetime.fromisoformat(duty["due"])
    held = ticket["waiting"] is not None and duty["duty"] in STANDS
    state = "held" if held else "late" if now > due else "warn" if duty["state"] == "warned" else "running"
    since = datetime.fromisoformat(duty.get("since") or ticket["received_at"])
    whole = max(1.0, (due - since).total_seconds())
    used = min(100, max(0, round(100 * (now - since).total_seconds() / whole)))
    minutes = int(abs((due - now).total_seconds()) // 60)
    return {**duty, "state": state, "used": used, "minutes": minutes}


async def forms_for(seat: Seat, one: Json) -> tuple[list[Form], list[Form]]:
    """(what the next step asks of this person, what else they may ask) of a ticket, by the rules' own gates."""
    offered = await seat.desk.offered("ticket", "tickets", one["ticket_id"])
    main = [form for form in offered if one["next_step"] in form.steps]
    return main, [form for form in offered if form not in main]


def facts_of(one: Json) -> Mapping[str, Any]:
    """What fixed fields carry: the last visit, order and quote, the part that waits, the level that is left."""
    waiting = next((part for part in one["parts"] if part["stage"] != "ready"), None)
    return {
        "visit_no": one["visits"][-1]["visit_no"] if one["visits"] else None,
        "order_no": one["orders"][-1]["order_no"] if one["orders"] else None,
        "quote_no": one["quotes"][-1]["quote_no"] if one["quotes"] else None,
        "part_no": None if waiting is None else waiting["part_no"],
        "level": None if one["complaint"] is None else one["complaint"]["level"],
    }


@dataclass(frozen=True, slots=True)
class Why:
    """Why a deadline is what it is (C2, C13): where the clock started, what was used and what stood still."""

    terms: Terms
    intervals: Sequence[Interval]
    calendar: str

    @property
    def used_minutes(self) -> int:
        """Of the target."""
        return sum(one.seconds for one in self.intervals if one.kind == "used") // 60

    @property
    def paused_minutes(self) -> int:
        """In which the clock stood."""
        return sum(one.seconds for one in self.intervals if one.kind == "paused") // 60


def why_reply(ticket: Json, now: datetime) -> Why | None:
    """The reply clock of a ticket, reckoned by the rules in force when it was received; None once it is answered."""
    if ticket["replied_at"] is not None or ticket["status"] not in OPEN:
        return None
    received = datetime.fromisoformat(ticket["reopened_at"] or ticket["received_at"])
    policy = policy_book().at(received)
    terms = Terms(policy.reply_within_hours * 3600, policy.reply_clock, policy.reply_start)
    pauses = [
        Pause(
            datetime.fromisoformat(wait["since"]),
            datetime.fromisoformat(wait["until"]) if wait["until"] else now,
            wait["supplier"],
        )
        for wait in ticket["waits"]
    ]
    calendar = service_calendar(policy)
    return Why(terms, why(received, terms, calendar, pauses), calendar.version)
