"""Tickets over HTTP: all that may be asked of one; the queue by what is due next; one ticket with its timeline."""

from datetime import UTC
from typing import Annotated, Any

from fastapi import Path, Query

from company.roles import Role
from contracts.bounds import Moment
from contracts.service_desk_tickets import TicketKind
from runtime.http import Asking, Desk
from runtime.route import Router
from runtime.routes import Address, routes
from service_desk.access import own_ticket, visible
from service_desk.api.shapes import Status, TicketDetail, TicketList, TicketRow
from service_desk.projections.views import ticket_view
from service_desk.roles import HEARS_OF_CONDUCT, READS
from service_desk.ticket.ticket import TICKET

TicketId = Annotated[str, Path(pattern=r"^[^\s:/]{1,80}$", examples=["T-D001"])]

router = Router()
router.include_router(routes(Address(TICKET, "/tickets", "ticket_id", TicketId, own_ticket)))


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
    if role == Role.TECHNICIAN:
        own["ticket.technicians"] = desk.person.id
    if role == Role.STORE:
        contracts = await desk.rows("contracts").find({"row.store_code": desk.person.store})
        own["ticket.contract_no"] = {"$in": [row["_id"] for row in contracts if contract_no in (None, row["_id"])]}
    return own
