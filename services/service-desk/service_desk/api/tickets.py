"""A request comes in and is answered; the queue by what is due next; one ticket with its timeline."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict

from contracts.bounds import Happened, Moment
from contracts.fact import Customer
from contracts.policy import civil_day
from contracts.service_desk_tickets import TicketKind
from runtime.clock import utc_now
from runtime.http import Answer, Asking, Desk
from runtime.route import Router
from service_desk.api.rights import (
    HEARS_OF_CONDUCT,
    OFFICE,
    OPENS,
    READS,
    TicketId,
    new_number,
    own_contract,
    tell,
    visible,
)
from service_desk.api.shapes import Status, TicketDetail, TicketList, TicketRow
from service_desk.domain.endings import CancelTicket, CloseTicket, LinkTicket, MergeDuplicate, ReopenTicket
from service_desk.domain.replying import Reply
from service_desk.domain.situations import Note, Number, Pieces, Proofs, Reference, Text
from service_desk.domain.ticket import OpenTicket, Sku, ticket_key
from service_desk.projections.views import ticket_view
from service_desk.warranty import Warranty, warranty_of

router = Router()


class NewTicket(BaseModel):
    """A customer's request (C1, C4). Without `ticket_id` a number is given; `at` is when it was received."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command: Literal["OpenTicket"] = "OpenTicket"
    at: Happened | None = None
    ticket_id: Number | None = None
    kind: TicketKind
    channel: Literal["phone", "web", "store"] = "phone"
    contract_no: Number | None = None
    customer: Customer
    product: Text
    sku: Sku = ""
    quantity: Pieces = 1
    problem: Text
    fault_code: Sku = ""
    proof: Proofs = ()
    asked_for: Note = ""
    job_id: Number | None = None
    safety: bool = False
    conduct: bool = False
    about: Note = ""
    department: Note = ""


class Duplicate(BaseModel):
    """The ticket that is one too many."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    duplicate: Number
    note: Note = ""


class Belonging(BaseModel):
    """To what a ticket belongs; what is left out stays."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    contract_no: Number | None = None
    sku: Reference | None = None
    product: Text | None = None
    job_id: Number | None = None


@router.post("/tickets", status_code=201, summary="登记工单 Open a ticket (C1, C4, C5, C12)")
async def open_ticket(body: NewTicket, desk: Desk) -> Answer:
    """The reply clock starts with the receipt, or with the next opening of the desk (C2). The contract says whether the
    warranty holds (C5). A complaint is sent to its department at once, one about conduct to the manager (C12, C15)."""
    desk.allow(*OPENS)
    if desk.person.role == "store":
        await own_contract(desk, body.contract_no)
    ticket_id = body.ticket_id or new_number(desk, "T", "ticket")
    warranty = await _warranty(desk, body.contract_no, body.sku, body.product, body.at)
    command = OpenTicket.model_validate(
        {
            **dict(body),
            "ticket_id": ticket_id,
            "sku": body.sku or warranty.sku,
            "warranty": warranty.state,
            "warranty_ends_on": warranty.ends_on,
        }
    )
    return desk.answer(await desk.ask(ticket_key(ticket_id), command), {"ticket_id": ticket_id})


@router.post("/tickets/{ticket_id}/reply", summary="回复客户 Reply (C2, K13)")
async def reply(ticket_id: TicketId, body: Reply, desk: Desk) -> Answer:
    """The earliest reply counts."""
    return await tell(desk, ticket_id, body, *OFFICE)


@router.post("/tickets/{ticket_id}/closing", summary="结单归档 Close (C6, C11, C12)")
async def close_ticket(ticket_id: TicketId, desk: Desk, body: CloseTicket | None = None) -> Answer:
    """Refused, naming what is missing, until report, acceptance, rating, signature and call-back are there; advice that
    helped (C6) and a customer who is content (C12) close without a visit."""
    return await tell(desk, ticket_id, body or CloseTicket(), *OFFICE)


@router.post("/tickets/{ticket_id}/cancellation", summary="取消工单 Cancel (C11)")
async def cancel_ticket(ticket_id: TicketId, body: CancelTicket, desk: Desk) -> Answer:
    """It ends without work done, and why. A complaint is cancelled by a supervisor or the manager."""
    return await tell(desk, ticket_id, body, *OFFICE, "manager")


@router.post("/tickets/{ticket_id}/reopening", summary="重新受理 Reopen (C8, C11, C12)")
async def reopen_ticket(ticket_id: TicketId, body: ReopenTicket, desk: Desk) -> Answer:
    """The customer came back with the same matter; a reply is owed anew."""
    return await tell(desk, ticket_id, body, *OFFICE, "manager")


@router.post("/tickets/{ticket_id}/merge", summary="合并重复工单 Merge a duplicate (C4)")
async def merge_duplicate(ticket_id: TicketId, body: Duplicate, desk: Desk) -> Answer:
    """This ticket goes on for the duplicate too, which ends. Both are of the same customer or contract."""
    desk.allow(*OFFICE)
    one, other = (await visible(desk, ticket_id))["ticket"], (await visible(desk, body.duplicate))["ticket"]
    same_contract = one["contract_no"] is not None and one["contract_no"] == other["contract_no"]
    command = MergeDuplicate(
        at=body.at,
        duplicate=body.duplicate,
        same_customer=same_contract or one["customer"]["phone"] == other["customer"]["phone"],
        note=body.note,
    )
    return await tell(desk, ticket_id, command, *OFFICE)


@router.post("/tickets/{ticket_id}/link", summary="关联合同、产品、任务 Link to contract, product, job (C4, C5)")
async def link_ticket(ticket_id: TicketId, body: Belonging, desk: Desk) -> Answer:
    """What the contract says of the warranty is judged with it."""
    desk.allow(*OFFICE)
    ticket = (await visible(desk, ticket_id))["ticket"]
    contract_no = body.contract_no or ticket["contract_no"]
    product = body.product or ticket["product"]
    sku = ticket["sku"] if body.sku is None else body.sku
    received = datetime.fromisoformat(ticket["received_at"])
    warranty = await _warranty(desk, contract_no, sku, product, received)
    command = LinkTicket.model_validate(
        {**dict(body), "warranty": warranty.state, "warranty_ends_on": warranty.ends_on}
    )
    return await tell(desk, ticket_id, command, *OFFICE)


@router.get("/tickets", summary="工单，最急的在前 Tickets, what is due first on top")
async def tickets(
    desk: Desk,
    *,
    status: Annotated[Status | None, Query()] = None,
    kind: Annotated[TicketKind | None, Query()] = None,
    contract_no: Annotated[str | None, Query(max_length=80)] = None,
    sku: Annotated[str | None, Query(max_length=80)] = None,
    technician: Annotated[str | None, Query(max_length=80)] = None,
    overdue: Annotated[bool | None, Query()] = None,
    waiting: Annotated[bool | None, Query()] = None,
    told: Annotated[str | None, Query(max_length=40)] = None,
    due_before: Annotated[Moment | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> TicketList:
    """By next due time. A store gets its own contracts' tickets only, a technician those of their own visits;
    complaints about conduct are for the desk and the manager (C15). `told`: those of which this role was told (X4)."""
    desk.allow(*READS)
    asked = {"status": status, "kind": kind, "contract_no": contract_no, "sku": sku, "told": told, "overdue": overdue}
    query: dict[str, Any] = {f"ticket.{name}": value for name, value in asked.items() if value is not None}
    if technician is not None:
        query["ticket.technicians"] = technician
    if waiting is not None:
        query["ticket.waiting"] = {"$ne": None} if waiting else None
    if due_before is not None:
        query["ticket.due_key"] = {"$lt": due_before.astimezone(UTC).isoformat()}
    query |= await _own(desk, contract_no)
    rows = desk.rows("tickets")
    found = await rows.find(query, sort=[("ticket.due_key", 1), ("_id", 1)], limit=limit, skip=offset)
    return TicketList(
        total=await rows.count(query),
        limit=limit,
        offset=offset,
        rows=[TicketRow.model_validate(ticket_view(row, desk.person.role)) for row in found],
    )


@router.get("/tickets/{ticket_id}", summary="一张工单 One ticket, with its timeline")
async def ticket(ticket_id: TicketId, desk: Desk) -> TicketDetail:
    """With its orders, visits and clocks, what it needs next and by when, and all that happened."""
    desk.allow(*READS)
    return TicketDetail.model_validate(ticket_view(await visible(desk, ticket_id), desk.person.role))


async def _own(desk: Asking, contract_no: str | None) -> dict[str, Any]:
    """What narrows a list to what the person may see (C15, C18)."""
    role = desk.person.role
    own: dict[str, Any] = {} if role in HEARS_OF_CONDUCT else {"ticket.conduct": False}
    if role == "technician":
        own["ticket.technicians"] = desk.person.id
    if role == "store":
        contracts = await desk.rows("contracts").find({"order.store_code": desk.person.store})
        own["ticket.contract_no"] = {"$in": [row["_id"] for row in contracts if contract_no in (None, row["_id"])]}
    return own


async def _warranty(
    desk: Asking, contract_no: str | None, sku: str, product: str, received: datetime | None
) -> Warranty:
    row = None if contract_no is None else await desk.rows("contracts").get(contract_no)
    day: date = civil_day(received or utc_now())
    return warranty_of(None if row is None else row["order"], sku=sku, product=product, on=day)
