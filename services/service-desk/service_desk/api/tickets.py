"""Tickets over HTTP: all that may be asked of one; the queue by what is due next; one ticket with its timeline."""

from datetime import UTC
from typing import Annotated

from fastapi import Path, Query

from contracts.bounds import Moment
from contracts.service_desk_tickets import TicketKind
from runtime.http import SignedIn
from runtime.route import Router
from runtime.routes import Address, routes
from service_desk.access import hide, hide_unless_visible, own_ticket, those_visible
from service_desk.roles import READS
from service_desk.ticket.row import TICKETS
from service_desk.ticket.shapes import TicketDetail, TicketList
from service_desk.ticket.standing import Status
from service_desk.ticket.ticket import TICKET
from service_desk.ticket.whole import listed, whole

TicketId = Annotated[str, Path(pattern=r"^[^\s:/]{1,80}$", examples=["T-D001"])]

router = Router()
router.include_router(routes(Address(TICKET, "/tickets", "ticket_id", TicketId, own_ticket)))


@router.get("/tickets", summary="工单，最急的在前 Tickets, what is due first on top")
async def tickets(
    caller: SignedIn,
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
    caller.allow(*READS)
    query = TICKETS.where(
        status=status,
        kind=kind,
        contract_no=contract_no,
        sku=sku,
        told=told,
        overdue=overdue,
        technicians=technician,
        due_key=None if due_before is None else {"$lt": due_before.astimezone(UTC).isoformat()},
    )
    if waiting is not None:
        query |= {"row.waiting": {"$ne": None} if waiting else None}
    query |= await those_visible(caller, contract_no)
    rows = caller.view(TICKETS.files)
    found = await rows.find(query, sort=[("row.due_key", 1), ("_id", 1)], limit=limit, skip=offset)
    return TicketList(
        total=await rows.count(query),
        limit=limit,
        offset=offset,
        rows=[listed(one.row, one.said, caller.role) for one in found],
    )


@router.get("/tickets/{ticket_id}", summary="一张工单 One ticket, with its timeline")
async def ticket(ticket_id: TicketId, caller: SignedIn) -> TicketDetail:
    """With its orders, visits and clocks, what it needs next and by when, and all that happened."""
    caller.allow(*READS)
    found = await caller.view(TICKETS.files).get(ticket_id)
    if found is None:
        hide(caller)
    await hide_unless_visible(caller, found.row)
    return whole(found.row, found.said, caller.role)
