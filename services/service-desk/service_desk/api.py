"""HTTP of the service desk: a ticket from the request to the archive, and the list of what is due next."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, NoReturn

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.fact import Customer
from contracts.service_desk import TicketKind
from runtime.commands import deterministic_id, fresh_id
from runtime.http import Answer, Asking, Desk
from service_desk.domain import refusals
from service_desk.domain.leftover_orders import (
    PLACERS,
    ApproveLeftoverOrder,
    NoteLeftoverArrival,
    PlaceLeftoverOrder,
)
from service_desk.domain.situations import SUPERVISORS, Number, Pieces, Proofs, Text
from service_desk.domain.ticket import CloseTicket, OpenTicket, Reply, ticket_key
from service_desk.domain.visits import AcceptRepair, BookVisit, CallBack, CompleteVisit, SignBySupervisor
from service_desk.projections import ticket_view

router = APIRouter(prefix="/api", tags=["service_desk 售后"])

OFFICE = ("cs_specialist", "cs_supervisor")
OPENS = (*OFFICE, "store")
NOTES_GOODS = (*OFFICE, "warehouse", "install_assistant")
AT_THE_CUSTOMERS = ("technician", *OFFICE)
READS = (*OFFICE, "store", "install_assistant", "install_supervisor", "technician", "warehouse", "manager")

TicketId = Annotated[str, Path(pattern=r"^[^\s:/]{1,80}$", examples=["T-D001"])]
Status = Literal["received", "visit_agreed", "visit_failed", "repaired", "closed"]


class NewTicket(BaseModel):
    """A customer's request (C1, C4). Without `ticket_id` a number is given; `at` is when it was received."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command: Literal["OpenTicket"] = "OpenTicket"
    at: AwareDatetime | None = None
    ticket_id: Number | None = None
    kind: TicketKind
    channel: Literal["phone", "web", "store"] = "phone"
    contract_no: Number | None = None
    customer: Customer
    product: Text
    quantity: Pieces = 1
    problem: Text
    proof: Proofs = ()


class LeftoverOrderRow(BaseModel):
    """遗留单."""

    order_no: str
    items: str
    expected_on: date | None
    placed_at: datetime
    placed_by: str
    approved_at: datetime | None
    approved_by: str | None
    arrived_at: datetime | None


class VisitRow(BaseModel):
    """上门; `outcome` is null until it ended."""

    visit_no: int
    on: date
    starts: datetime
    ends: datetime
    technician: str
    asked_for: str
    accompanied_by: str | None
    outcome: str | None
    report_ref: str | None
    note: str
    ended_at: datetime | None


class TicketRow(BaseModel):
    """A ticket; the customer as the asking role may see it (C18). `version` is what `If-Match` may name."""

    ticket_id: str
    kind: TicketKind
    channel: str
    contract_no: str | None
    customer: Customer
    product: str
    quantity: int
    problem: str
    proof: list[str]
    status: Status
    received_at: datetime
    reply_due: datetime
    replied_at: datetime | None
    reply_late: bool
    orders: list[LeftoverOrderRow]
    visits: list[VisitRow]
    acceptance: dict[str, Any] | None
    signed_at: datetime | None
    signed_by: str | None
    call_back: dict[str, Any] | None
    closed_at: datetime | None
    next_step: str | None
    next_due: datetime | None
    next_zh: str
    next_en: str
    version: int


class TicketList(BaseModel):
    """One page of tickets, what is due first on top; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[TicketRow]


@router.post("/tickets", status_code=201, summary="登记工单 Open a ticket (C1, C4)")
async def open_ticket(body: NewTicket, desk: Desk) -> Answer:
    """The reply clock starts with the receipt, or with the next opening of the desk (C2)."""
    desk.allow(*OPENS)
    if desk.person.role == "store":
        await _own_contract(desk, body.contract_no)
    ticket_id = body.ticket_id or _new_ticket_id(desk)
    command = OpenTicket.model_validate({**dict(body), "ticket_id": ticket_id})
    return desk.answer(await desk.ask(ticket_key(ticket_id), command), {"ticket_id": ticket_id})


@router.post("/tickets/{ticket_id}/reply", summary="回复客户 Reply (C2, K13)")
async def reply(ticket_id: TicketId, body: Reply, desk: Desk) -> Answer:
    """The earliest reply counts."""
    desk.allow(*OFFICE)
    return desk.answer(await desk.ask(ticket_key(ticket_id), body))


@router.post("/tickets/{ticket_id}/leftover-order", summary="下遗留单 Place a leftover order (C9)")
async def place_leftover_order(ticket_id: TicketId, body: PlaceLeftoverOrder, desk: Desk) -> Answer:
    """By the designer (store, for its own contracts) or a supervisor."""
    desk.allow(*sorted(PLACERS))
    if desk.person.role == "store":
        await _visible(desk, ticket_id)
    return desk.answer(await desk.ask(ticket_key(ticket_id), body))


@router.post("/tickets/{ticket_id}/leftover-order/approval", summary="批准遗留单 Approve it (C9)")
async def approve_leftover_order(ticket_id: TicketId, body: ApproveLeftoverOrder, desk: Desk) -> Answer:
    """By an installation supervisor who did not place it. SMS 5 goes out."""
    desk.allow("install_supervisor")
    return desk.answer(await desk.ask(ticket_key(ticket_id), body))


@router.post("/tickets/{ticket_id}/leftover-goods", summary="遗留货到 Leftover goods are in (C9)")
async def note_leftover_arrival(ticket_id: TicketId, body: NoteLeftoverArrival, desk: Desk) -> Answer:
    """In and checked; SMS 6 goes out and the visit may be booked."""
    desk.allow(*NOTES_GOODS)
    return desk.answer(await desk.ask(ticket_key(ticket_id), body))


@router.post("/tickets/{ticket_id}/visit", summary="预约上门 Book a visit (C3, C9)")
async def book_visit(ticket_id: TicketId, body: BookVisit, desk: Desk) -> Answer:
    """What the customer asked for and what was agreed; a visit job opens on the board."""
    desk.allow(*OFFICE)
    return desk.answer(await desk.ask(ticket_key(ticket_id), body))


@router.post("/tickets/{ticket_id}/visit/completion", summary="登记上门结果 How the visit ended (C10, C11)")
async def complete_visit(ticket_id: TicketId, body: CompleteVisit, desk: Desk) -> Answer:
    """Repaired (with the service report), customer absent, not let in, or parts missing."""
    desk.allow(*AT_THE_CUSTOMERS)
    return desk.answer(await desk.ask(ticket_key(ticket_id), body))


@router.post("/tickets/{ticket_id}/acceptance", summary="客户验收与评价 Acceptance and rating (C11)")
async def accept_repair(ticket_id: TicketId, body: AcceptRepair, desk: Desk) -> Answer:
    """`rating` 1-5, or null when the customer was asked and gave none."""
    desk.allow(*AT_THE_CUSTOMERS)
    return desk.answer(await desk.ask(ticket_key(ticket_id), body))


@router.post("/tickets/{ticket_id}/signature", summary="主管签字 Supervisor signs (C9, C11)")
async def sign_by_supervisor(ticket_id: TicketId, desk: Desk, body: SignBySupervisor | None = None) -> Answer:
    """The papers were checked."""
    desk.allow(*sorted(SUPERVISORS))
    return desk.answer(await desk.ask(ticket_key(ticket_id), body or SignBySupervisor()))


@router.post("/tickets/{ticket_id}/call-back", summary="回访 Call back (C9, C11)")
async def call_back(ticket_id: TicketId, body: CallBack, desk: Desk) -> Answer:
    """Whether the customer is satisfied is registered."""
    desk.allow(*OFFICE)
    return desk.answer(await desk.ask(ticket_key(ticket_id), body))


@router.post("/tickets/{ticket_id}/closing", summary="结单归档 Close (C11)")
async def close_ticket(ticket_id: TicketId, desk: Desk, body: CloseTicket | None = None) -> Answer:
    """Refused, naming what is missing, until report, acceptance, rating, signature and call-back are there."""
    desk.allow(*OFFICE)
    return desk.answer(await desk.ask(ticket_key(ticket_id), body or CloseTicket()))


@router.get("/tickets", summary="工单，最急的在前 Tickets, what is due first on top")
async def tickets(
    desk: Desk,
    *,
    status: Annotated[Status | None, Query()] = None,
    kind: Annotated[TicketKind | None, Query()] = None,
    contract_no: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> TicketList:
    """By next due time. A store gets its own contracts' tickets only, a technician those of their own visits."""
    desk.allow(*READS)
    query: dict[str, Any] = {}
    if status is not None:
        query["ticket.status"] = status
    if kind is not None:
        query["ticket.kind"] = kind
    if contract_no is not None:
        query["ticket.contract_no"] = contract_no
    if desk.person.role == "technician":
        query["ticket.technicians"] = desk.person.id
    if desk.person.role == "store":
        own = [row["_id"] for row in await desk.rows("contracts").find({"order.store_code": desk.person.store})]
        query["ticket.contract_no"] = {"$in": [no for no in own if contract_no in (None, no)]}
    rows = desk.rows("tickets")
    found = await rows.find(query, sort=[("ticket.due_key", 1), ("_id", 1)], limit=limit, skip=offset)
    return TicketList(
        total=await rows.count(query),
        limit=limit,
        offset=offset,
        rows=[TicketRow.model_validate(ticket_view(row, desk.person.role)) for row in found],
    )


@router.get("/tickets/{ticket_id}", summary="一张工单 One ticket")
async def ticket(ticket_id: TicketId, desk: Desk) -> TicketRow:
    """With its orders and visits, what it needs next and by when."""
    desk.allow(*READS)
    return TicketRow.model_validate(ticket_view(await _visible(desk, ticket_id), desk.person.role))


async def _visible(desk: Asking, ticket_id: str) -> dict[str, Any]:
    """The ticket's row, if there is one and the person may see it; else 404."""
    row = await desk.rows("tickets").get(ticket_id)
    if row is None:
        _hide(desk)
    if desk.person.role == "store":
        await _own_contract(desk, row["ticket"]["contract_no"])
    if desk.person.role == "technician" and desk.person.id not in row["ticket"]["technicians"]:
        _hide(desk)
    return row


async def _own_contract(desk: Asking, contract_no: str | None) -> None:
    """A store's ticket is about one of its own contracts; else 404."""
    contract = None if contract_no is None else await desk.rows("contracts").get(contract_no)
    if contract is None or contract["order"]["store_code"] != desk.person.store:
        desk.refuse(refusals.not_your_stores(contract_no), 404)


def _hide(desk: Asking) -> NoReturn:
    desk.refuse(refusals.unknown_ticket(), 404)


def _new_ticket_id(desk: Asking) -> str:
    """A number nobody had; the same for a request that is sent again with its `Idempotency-Key`."""
    key = desk.request.headers.get("idempotency-key")
    whole = deterministic_id("ticket", desk.person.id, key) if key else fresh_id()
    return f"T-{whole.replace('-', '')[:12].upper()}"
