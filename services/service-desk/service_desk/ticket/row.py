"""The ticket's row: a view of its state, and all that was said of it beside.

What each field means is in `standing`; what comes next, in `next_step`; both together as API and page show them, in
`whole`.
"""

from collections.abc import Mapping

from contracts.civil_time import in_utc
from contracts.fact import members
from contracts.service_desk import TicketEvent
from runtime.view import View
from service_desk.duties import duty_row, told_roles
from service_desk.ticket.next_step import next_due, next_step
from service_desk.ticket.quote import coverage
from service_desk.ticket.standing import Standing, Status, VisitStanding, fields_of
from service_desk.ticket.state import (
    Cancelled,
    Closed,
    EndedVisit,
    Gates,
    Overdue,
    Repaired,
    Replied,
    Ticket,
    Underway,
    Unopened,
    Visit,
    VisitAgreed,
    contract_of,
    job_of,
    product_of,
    sku_of,
    technicians_of,
)
from service_desk.ticket.ticket import TICKET

LAST = "~"
"""Sorts after every moment: tickets that wait for nothing dated come last."""


def standing(ticket: Ticket) -> Standing | None:
    """The view."""
    if isinstance(ticket, Unopened):
        return None
    ended = isinstance(ticket, Closed | Cancelled)
    work: Underway = ticket.work if isinstance(ticket, Closed | Cancelled) else ticket
    case, record, reply = work.case, work.record, work.reply
    duties = tuple(duty_row(one, held=record.holds(one)) for one in record.duties)
    step = None if ended else next_step(work)
    due = None if step is None else next_due(work, step)
    shown = {
        **fields_of(Standing.model_fields, record, case),
        "contract_no": contract_of(work),
        "product": product_of(work),
        "sku": sku_of(work),
        "job_id": job_of(work),
        "status": status_of(ticket),
        "reply_due": in_utc(reply.due),
        "replied_at": in_utc(reply.at) if isinstance(reply, Replied) else None,
        "reply_late": reply.at > reply.due if isinstance(reply, Replied) else isinstance(reply, Overdue),
        "pays": coverage(work),
        "waiting": None if record.waiting is None else record.waiting.supplier,
        "orders": work.orders,
        "visits": visits_of(work),
        "technicians": tuple(sorted(technicians_of(work))),
        "gates": work.gates if isinstance(work, VisitAgreed | Repaired) else Gates(),
        "duties": duties,
        "overdue": any(one.overdue for one in record.duties),
        "told": told_roles(duties),
        "next_step": step,
        "next_due": due,
        "due_key": LAST if due is None else due.isoformat(),
    }
    return Standing.model_validate(shown)


def status_of(ticket: Underway | Closed | Cancelled) -> Status:
    """How far it is."""
    if isinstance(ticket, Closed | Cancelled):
        return "closed" if isinstance(ticket, Closed) else "cancelled"
    return ticket.situation


def visits_of(ticket: Underway) -> tuple[VisitStanding, ...]:
    """All visits, the agreed one last."""
    rated = {visit_no: (rating, comment) for visit_no, rating, comment in ticket.record.rated}
    visits: list[Visit | EndedVisit] = [*ticket.ended, *([ticket.visit] if isinstance(ticket, VisitAgreed) else ())]
    return tuple(_visit(one, rated) for one in visits)


def _visit(one: Visit | EndedVisit, rated: Mapping[int, tuple[int, str]]) -> VisitStanding:
    visit, ended = (one.visit, one) if isinstance(one, EndedVisit) else (one, None)
    rating, comment = rated.get(visit.visit_no, (None, ""))
    shown = fields_of(VisitStanding.model_fields, visit, *(() if ended is None else (ended,)))
    nothing = dict.fromkeys(("outcome", "report_ref", "ended_at"))
    return VisitStanding.model_validate({**nothing, **shown, "rating": rating, "comment": comment})


TICKETS = View(
    "tickets",
    "service_desk",
    TICKET,
    Standing,
    standing,
    indexes=(
        ("row.due_key", "_id"),
        ("row.status", "row.due_key"),
        ("row.kind", "row.due_key"),
        ("row.overdue", "row.due_key"),
        ("row.told", "row.due_key"),
        ("row.contract_no",),
        ("row.sku",),
        ("row.technicians", "row.due_key"),
    ),
    said=members(TicketEvent),
)
