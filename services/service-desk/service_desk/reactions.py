"""What the warehouse tells -> what the service desk does."""

from collections.abc import Sequence

from contracts.decision import Ask
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import DamageReported
from runtime.service import Reaction
from service_desk.domain.situations import TEXT_LENGTH
from service_desk.domain.ticket import OpenTicket, ticket_key

FOUND = {"inbound": "入库", "loading": "装车", "delivery": "送货", "installation": "安装"}
FAULTS = {"carrier": "承运责任", "factory": "工厂责任", "crew": "班组责任", "unknown": "责任未明"}


def open_leftover_ticket(event: Fact, meta: Meta) -> Sequence[Ask]:  # noqa: ARG001 - all reactions have one signature
    """Damage -> a leftover ticket (遗留单) for what is missing, received when the damage was found (D4, C9)."""
    if not isinstance(event, DamageReported):
        return ()
    ticket_id = f"T-{event.damage_id}"
    problem = f"{FOUND[event.found]}时发现破损 {event.quantity} 件，{FAULTS[event.fault]}。{event.note}"
    command = OpenTicket(
        at=event.at,
        ticket_id=ticket_id,
        kind="leftover",
        channel="damage",
        contract_no=event.contract_no,
        customer=event.customer,
        product=f"{event.name}（{event.sku}）"[:TEXT_LENGTH],
        quantity=max(1, event.quantity),
        problem=problem[:TEXT_LENGTH],
        proof=tuple(photo[:TEXT_LENGTH] for photo in event.photos if photo.strip())[:50],
    )
    return (Ask(ticket_key(ticket_id), command),)


REACTIONS = (Reaction(name="service_desk.open_leftover_ticket", source="inventory", react=open_leftover_ticket),)
