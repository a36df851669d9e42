"""What the service desk's tests share: one customer, one request, who asks, and events in a row."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from company.context import Context
from company.policy import Policy, policy_book
from contracts.envelope import Meta
from contracts.fact import Customer, Fact, Window
from contracts.service_desk import TicketEvent
from contracts.service_desk_tickets import TicketOpened
from contracts.service_desk_visits import VisitBooked, VisitCompleted
from runtime import testing
from runtime.decision import Command, Rejected
from runtime.said import Saying
from runtime.view import View
from service_desk.clocks import form_watch, reply_watch, visit_watch
from service_desk.ticket.request import OpenTicket
from service_desk.ticket.row import TICKETS
from service_desk.ticket.shapes import TicketDetail
from service_desk.ticket.state import Ticket
from service_desk.ticket.ticket import TICKET, evolve
from service_desk.ticket.whole import whole

NINE = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
"""09:00 on a Friday; the desk is open."""
NOW = NINE + timedelta(hours=1)
POLICY = policy_book().at(NINE)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
ON = date(2026, 3, 14)
WINDOW = Window(starts=datetime(2026, 3, 14, 1, tzinfo=UTC), ends=datetime(2026, 3, 14, 3, tzinfo=UTC))
NEXT_ON = date(2026, 3, 15)
NEXT_WINDOW = Window(starts=datetime(2026, 3, 15, 1, tzinfo=UTC), ends=datetime(2026, 3, 15, 3, tzinfo=UTC))


def opening(**changes: Any) -> OpenTicket:
    """A customer's request."""
    body = {
        "ticket_id": "T-1",
        "kind": "repair",
        "contract_no": "HT26030001",
        "customer": CUSTOMER,
        "product": "连体坐便器",
        "sku": "WC-100",
        "problem": "漏水",
    }
    return OpenTicket.model_validate({**body, **changes})


def opened(**changes: Any) -> TicketOpened:
    """The event of it, at nine."""
    watch = reply_watch(NINE, POLICY)
    body = {
        "at": NINE,
        "ticket_id": "T-1",
        "kind": "repair",
        "channel": "phone",
        "contract_no": "HT26030001",
        "customer": CUSTOMER,
        "product": "连体坐便器",
        "sku": "WC-100",
        "quantity": 1,
        "problem": "漏水",
        "proof": (),
        "reply_due": watch.due,
        "counts_as_quality": True,
        "watch": watch,
    }
    return TicketOpened.model_validate({**body, **changes})


def booked(visit_no: int = 1, **changes: Any) -> VisitBooked:
    """A visit is agreed."""
    body = {
        "at": NOW,
        "ticket_id": "T-1",
        "visit_no": visit_no,
        "contract_no": "HT26030001",
        "customer": CUSTOMER,
        "on": ON,
        "window": WINDOW,
        "technician": "zhou.jm",
        "problem": "漏水",
        "watch": visit_watch(WINDOW, visit_no, "zhou.jm", POLICY),
    }
    return VisitBooked.model_validate({**body, **changes})


def completed(visit_no: int = 1, **changes: Any) -> VisitCompleted:
    """It ended, with a repair unless said otherwise."""
    body = {
        "at": NOW,
        "ticket_id": "T-1",
        "visit_no": visit_no,
        "technician": "zhou.jm",
        "outcome": "repaired",
        "report_ref": "BG1",
        "note": "",
        "window_ends": WINDOW.ends,
        "contract_no": "HT26030001",
        "sku": "WC-100",
        "customer": CUSTOMER,
        "watch": form_watch(NOW, visit_no, "zhou.jm", POLICY),
    }
    return VisitCompleted.model_validate({**body, **changes})


def told(*events: TicketEvent, by: str = "liang.my") -> TicketDetail:
    """A ticket whole, after these events, as the desk sees it."""
    return shown_to("cs_specialist", [Saying(by, event, NOW) for event in events])


def shown_to(role: str, told: Sequence[Saying[Any]]) -> TicketDetail:
    """The same, as a role sees it."""
    row = TICKETS.after([one.event for one in told])
    assert row is not None
    return whole(row, TICKETS.heard.of(told), role)


def asked_by(role: str, by: str = "x", now: datetime = NOW, policy: Policy | None = None) -> Context:
    """Who asks, and when."""
    return Context(now=now, by=by, role=role, policy=policy or policy_book().at(now))


SPECIALIST = asked_by("cs_specialist", "liang.my")
DESK_SUPERVISOR = asked_by("cs_supervisor", "ou.yl")
INSTALL_SUPERVISOR = asked_by("install_supervisor", "tan.zw")
MANAGER = asked_by("manager", "guan.yf")
TECHNICIAN = asked_by("technician", "zhou.jm")
SYSTEM = asked_by("system", "system")


def given(*events: TicketEvent) -> testing.Given[Ticket, TicketEvent]:
    """A ticket after these events."""
    return testing.given(TICKET, *events)


def after(ticket: Ticket, *asked: tuple[Command, Context]) -> Ticket:
    """A ticket after these commands, all of which are accepted."""
    for command, ctx in asked:
        decision = TICKET.decide(command, ticket, ctx)
        assert not isinstance(decision, Rejected), decision
        for event in decision:
            ticket = evolve(ticket, event)
    return ticket


def names(decision: Sequence[Any] | Rejected) -> list[str] | str:
    """What happened, by name; or why not."""
    return decision.code if isinstance(decision, Rejected) else [type(event).__name__ for event in decision]


def meta(sequence: int = 1, by: str = "liang.my") -> Meta:
    """An envelope."""
    return Meta(
        id=f"e{sequence}",
        type="",
        source="/songda/service_desk",
        subject="ticket:T-1",
        time=NOW,
        sequence=sequence,
        causation_id="c",
        correlation_id="c",
        actor=by,
        command_offset=0,
    )


def document(view: View[Any, Any, Any], *events: Fact) -> dict[str, Any]:
    """A view's document after these events, as it lies in the database."""
    facets, known = view.projection.facets, dict[str, Any]()
    for sequence, event in enumerate(events, start=1):
        known |= {facet.name: facet.fold(known.get(facet.name), event, meta(sequence)) for facet in facets}
    places = {facet.name: {"seq": len(events)} for facet in facets}
    return {"_pos": places, **{name: value for facet in facets for name, value in facet.fields(known).items()}}
