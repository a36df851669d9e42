"""A customer's request (工单) comes in: what it names, its proof, its reply clock (C1, C2, C4)."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from company.context import Context
from company.roles import Role
from contracts.bounds import FarDay, Happened
from contracts.civil_time import civil_day
from contracts.fact import Customer
from contracts.service_desk_repairs import WarrantyState
from contracts.service_desk_tickets import RestNoted, TicketKind, TicketOpened
from contracts.spelling import OptionalSku
from runtime.decision import Command, Rejected
from runtime.use_case import Asker, Born, UseCase
from service_desk.access import own_contract
from service_desk.clocks import reply_watch
from service_desk.fields import FaultCode, Note, Number, Pieces, Proofs, Text, happened
from service_desk.refusals import no
from service_desk.roles import OPENS
from service_desk.ticket.complaint import registered
from service_desk.ticket.state import Case, Decision, Underway, Unopened
from service_desk.warranty import contracts_warranty

CUSTOMER_LENGTH = 200
"""Characters of a name, number or address, at most."""


class OpenTicket(Command):
    """登记工单 Open a ticket (C1, C4): received at `at`. What the contract says of the warranty is handed in (C5)."""

    command: Literal["OpenTicket"] = "OpenTicket"
    ticket_id: Number
    kind: TicketKind
    channel: Literal["phone", "web", "store", "damage"] = "phone"
    contract_no: Number | None = None
    customer: Customer
    product: Text
    sku: OptionalSku = ""
    quantity: Pieces = 1
    problem: Text
    fault_code: FaultCode = ""
    proof: Proofs = ()
    asked_for: Note = ""
    job_id: Number | None = None
    warranty: WarrantyState = "not_asked"
    warranty_ends_on: FarDay | None = None
    safety: bool = False
    on_the_way: bool = False
    """Damage by carrier or crew: no question of quality (C14)."""
    conduct: bool = False
    about: Note = ""
    department: Note = ""
    origin: Note = ""
    of_rest: bool = False
    """For pieces that a delivery left to come (A10): asked again, it says how many are to come now."""


class NewTicket(BaseModel):
    """登记工单 Open a ticket (C1, C4, C5, C12)

    Without `ticket_id` a number is given; `at` is when it was received. The reply clock starts with the receipt, or
    with the next opening of the desk (C2). The contract says whether the warranty holds (C5). A complaint is sent to
    its department at once, one about conduct to the manager (C12, C15).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command: Literal["OpenTicket"] = "OpenTicket"
    at: Happened | None = None
    ticket_id: Number | None = None
    kind: TicketKind
    channel: Literal["phone", "web", "store"] = "phone"
    contract_no: Number | None = None
    customer: Customer
    product: Text
    sku: OptionalSku = ""
    quantity: Pieces = 1
    problem: Text
    fault_code: FaultCode = ""
    proof: Proofs = ()
    asked_for: Note = ""
    job_id: Number | None = None
    safety: bool = False
    conduct: bool = False
    about: Note = ""
    department: Note = ""


async def with_warranty(asker: Asker, ticket_id: str, body: NewTicket) -> OpenTicket:
    """The number, and what the contract says of the product's warranty (C5). A store opens for its own contracts."""
    if asker.role == Role.STORE:
        await own_contract(asker, body.contract_no)
    day = civil_day(body.at or asker.now)
    warranty = await contracts_warranty(asker, body.contract_no, sku=body.sku, product=body.product, on=day)
    return OpenTicket.model_validate(
        {
            **dict(body),
            "ticket_id": ticket_id,
            "sku": body.sku or warranty.sku,
            "warranty": warranty.state,
            "warranty_ends_on": warranty.ends_on,
        }
    )


def open_ticket(command: OpenTicket, ticket: Unopened | Underway, ctx: Context) -> Decision:
    """Register a request; its reply clock starts (C1, C2, C4). A complaint is sent on at once (C12, C15).

    A contract number is proof of purchase. Damage that we found ourselves needs neither customer nor proof: a ticket
    for it always opens. Advice and a report of conduct need no proof.
    The same request again is no second one. Refuses: ticket_exists, customer_missing, customer_too_long,
    proof_missing, conduct_is_a_complaint.
    """
    if not isinstance(ticket, Unopened):
        if command.of_rest and ticket.record.rest_left is not None:
            return rest_noted(ticket, command.quantity, command.problem, happened(command, ctx))
        return _open_again(command, ticket.case)
    at = happened(command, ctx)
    if command.channel != "damage":
        refused = _request_refused(command)
        if refused is not None:
            return refused
    watch = reply_watch(at, ctx.policy)
    opened = TicketOpened(
        at=at,
        ticket_id=command.ticket_id,
        kind=command.kind,
        channel=command.channel,
        contract_no=command.contract_no,
        customer=command.customer,
        product=command.product,
        quantity=command.quantity,
        problem=command.problem,
        proof=command.proof,
        reply_due=watch.due,
        sku=command.sku,
        fault_code=command.fault_code,
        job_id=command.job_id,
        asked_for=command.asked_for,
        warranty=command.warranty,
        warranty_ends_on=command.warranty_ends_on,
        safety=command.safety,
        counts_as_quality=_counts_as_quality(command),
        conduct=command.conduct,
        about=command.about,
        department=command.department,
        origin=command.origin,
        watch=watch,
        of_rest=command.of_rest,
    )
    return (opened, *registered(opened, ctx.policy))


def rest_noted(ticket: Underway, left: int, reason: str, at: datetime) -> tuple[RestNoted, ...]:
    """Of the rest that a ticket is for, so many pieces are to come (A10), if it does not know that."""
    if ticket.record.rest_left == left:
        return ()
    return (RestNoted(at=at, ticket_id=ticket.case.ticket_id, left=left, reason=reason),)


def _request_refused(command: OpenTicket) -> Rejected | None:
    customer = command.customer
    if not customer.name.strip() or not customer.phone.strip():
        return no("customer_missing")
    if max(map(len, (customer.name, customer.phone, customer.address, customer.district))) > CUSTOMER_LENGTH:
        return no("customer_too_long", limit=CUSTOMER_LENGTH)
    if command.conduct and command.kind != "complaint":
        return no("conduct_is_a_complaint")
    needs_proof = command.kind != "consultation" and not command.conduct
    if needs_proof and command.contract_no is None and not command.proof:
        return no("proof_missing")
    return None


def _counts_as_quality(command: OpenTicket) -> bool:
    """C14: a problem of the product itself, or danger."""
    of_the_product = command.kind != "consultation" and not command.conduct and not command.on_the_way
    return bool(command.sku) and (command.safety or of_the_product)


def _open_again(command: OpenTicket, case: Case) -> Decision:
    """It is the same request whenever it is said to have come in."""
    asked = Case(
        ticket_id=command.ticket_id,
        kind=command.kind,
        channel=command.channel,
        contract_no=command.contract_no,
        customer=command.customer,
        product=command.product,
        quantity=command.quantity,
        problem=command.problem,
        proof=command.proof,
        received_at=case.received_at,
        sku=command.sku,
        fault_code=command.fault_code,
        job_id=command.job_id,
        asked_for=command.asked_for,
        safety=command.safety,
        conduct=command.conduct,
        about=command.about,
        department=command.department,
    )
    return () if asked == case else no("ticket_exists", ticket_id=command.ticket_id)


USE_CASES = (
    UseCase(
        OpenTicket,
        open_ticket,
        OPENS,
        "",
        body=NewTicket,
        prepare=with_warranty,
        born=Born("ticket_id", "T", "ticket"),
        status=201,
    ),
)
