"""What other services tell, and what notify's reactions ask for then."""

from datetime import UTC, date, datetime
from typing import Any

from contracts.civil_time import SHANGHAI
from contracts.dispatch_jobs import Checklist, InstallationBooked, StopPublished
from contracts.envelope import Meta
from contracts.fact import Customer, Fact, Window
from contracts.inventory import DamageReported
from contracts.order import ContractCancelled, ContractSigned, DelayNoticed
from contracts.service_desk_tickets import TicketClosed
from contracts.service_desk_visits import VisitBooked
from notify.call import DropCall, RequestCall
from notify.message.request import RequestMessage
from notify.reactions import every_reaction
from runtime.decision import Ask

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
"""10:00 on Friday the 13th in Shanghai."""
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
MORNING = Window(starts=datetime(2026, 3, 14, 0, 30, tzinfo=UTC), ends=datetime(2026, 3, 14, 4, tzinfo=UTC))
SATURDAY = date(2026, 3, 14)
REACTIONS = every_reaction(lambda ticket_id: f"https://songda.example/rate/{ticket_id}")


def meta(subject: str, cause: str = "cause-1", time: datetime = NOW) -> Meta:
    return Meta(cause, "songda.test.Something.v1", "", subject, time, 1, "c", "c", "he.jx", 0)


def asked(source: str, event: Fact, subject: str, cause: str = "cause-1", time: datetime = NOW) -> list[Ask]:
    return [
        ask
        for reaction in REACTIONS
        if reaction.source == source
        for ask in reaction.react(event, meta(subject, cause, time))
    ]


def messages(source: str, event: Fact, subject: str, cause: str = "cause-1", time: datetime = NOW) -> list[Ask]:
    return [ask for ask in asked(source, event, subject, cause, time) if isinstance(ask.command, RequestMessage)]


def texts_of(asks: list[Ask]) -> list[tuple[str, int, str]]:
    """Subject, template and text of the messages."""
    commands = [ask.command for ask in asks if isinstance(ask.command, RequestMessage)]
    return [(command.subject, command.template, command.text) for command in commands]


def calls(source: str, event: Fact, subject: str, cause: str = "cause-1", time: datetime = NOW) -> list[str]:
    """Calls that are asked for, in one line each: purpose, subject, occasion, owner, due in Shanghai, duty."""
    found = []
    for ask in asked(source, event, subject, cause, time):
        command = ask.command
        if isinstance(command, RequestCall):
            due = command.due.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
            owner = command.owner or command.owner_role
            found.append(f"{command.purpose} {command.subject} {command.occasion or '-'} {owner} {due} {command.duty}")
    return found


def drops(source: str, event: Fact, subject: str) -> dict[str, tuple[str, str]]:
    """Calls that are dropped: aggregate id -> reason and note."""
    return {
        ask.aggregate_id: (ask.command.reason, ask.command.note)
        for ask in asked(source, event, subject)
        if isinstance(ask.command, DropCall)
    }


# --- what happens -----------------------------------------------------------------------------------------------------

CONTRACT = "contract:HT26030001"
SIGNED = ContractSigned(
    at=NOW,
    contract_no="HT26030001",
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 2, 8),
    customer=CUSTOMER,
    promised_on=date(2026, 4, 10),
    amount_due_fen=0,
    lines=(),
)
CANCELLED = ContractCancelled(
    at=NOW, contract_no="HT26030001", store_code="S02", customer=CUSTOMER, lines=(), paid_fen=0, reason="客户退房"
)


def booked(**changes: Any) -> InstallationBooked:
    fine = Checklist(
        switch_panels=True, angle_valves=True, ceiling=True, water_power=True, gas=True, kitchen_cleared=True
    )
    event = InstallationBooked(
        at=NOW,
        job_id="D-HT26030001",
        on=date(2026, 3, 17),
        half="am",
        checklist=fine,
        install_due=None,
        override_reason=None,
        booking_due=NOW,
        kind="delivery",
        contract_no="HT26030001",
        customer=CUSTOMER,
    )
    return event.model_copy(update=changes)


def published(**changes: Any) -> StopPublished:
    event = StopPublished(
        at=NOW,
        job_id="D-HT26030001",
        on=SATURDAY,
        crew="S1",
        leader="li.zq",
        version=1,
        kind="delivery",
        contract_no="HT26030001",
        customer=CUSTOMER,
        half="am",
        window=MORNING,
    )
    return event.model_copy(update=changes)


VISIT = VisitBooked(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    contract_no="HT26030001",
    customer=CUSTOMER,
    on=SATURDAY,
    window=MORNING,
    technician="zhou.jm",
    problem="漏水",
)
DELAY = DelayNoticed(
    at=NOW,
    contract_no="HT26030001",
    line_no=2,
    sku="WC-100",
    waybill="YD1",
    carrier="顺达",
    eta=None,
    reason="",
    customer=CUSTOMER,
    delay_id="2-YD1",
)
DAMAGE = DamageReported(
    at=NOW,
    damage_id="D1",
    contract_no="HT26030001",
    customer=CUSTOMER,
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    quantity=1,
    found="delivery",
    fault="carrier",
    photos=(),
    note="",
)
LEFTOVER = {"ticket_id": "T-1", "order_no": "YL1", "customer": CUSTOMER}
CLOSED = TicketClosed(at=NOW, ticket_id="T-1", kind="repair", contract_no=None, customer=CUSTOMER)
