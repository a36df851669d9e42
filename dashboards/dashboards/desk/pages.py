"""售后: the queue by what is due next, one ticket on one screen, the technician's phone, the customer's rating."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path, Request
from fastapi.responses import Response

from company.roles import Role
from contracts.fact import Customer
from dashboards.desk.reading import (
    KINDS,
    QUEUES,
    SORT,
    Chosen,
    chosen_in,
    clocks_of,
    counts,
    facts_of,
    forms_for,
    query_of,
    seen,
    steps,
    ticket_of,
    tickets_page,
    told,
    why_reply,
)
from dashboards.listing import every
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS, page, words_for
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from order.contract.row import CONTRACTS
from runtime.clock import utc_now
from runtime.route import takes
from service_desk.roles import AT_THE_CUSTOMERS, MANAGER, READS, SUPERVISORS
from service_desk.ticket.request import OpenTicket
from service_desk.ticket.row import TICKETS
from service_desk.ticket.ticket import TICKET

TECHNICIANS = Role.TECHNICIAN
GOES_ALONG = SUPERVISORS | MANAGER
"""Who comes in person where the technician was not let in (C10)."""

AT_DOOR = frozenset({"confirm_visit", "arrive", "complete_visit", "accept_repair", "give_rating", "hand_in_form"})
"""What the technician's phone is for (C9-C11)."""

router = PageRouter(include_in_schema=False)


@router.get("/desk")
@takes(*LOOKS, "queue", "step", "kind", "q", "after")
@seated("desk", READS)
async def queue(seat: Seat) -> Response:
    """工单: what is due next on top."""
    chosen = chosen_in(seat)
    stream = rows_stream(seat.caller, (TICKETS.name,))
    part = await tickets_page(seat, chosen, seat.asked("after", longest=400))
    query = {name: text for name, text in seat.request.query_params.items() if text and name != "after"}
    return seat.show(
        "tickets.html",
        chosen=chosen,
        slice=part,
        tickets=[(one, clocks_of(one.duties, seat.now)) for one in (seen(row, seat) for row in part.rows)],
        counts=await counts(seat),
        queues=QUEUES,
        steps=steps(seat),
        kinds=KINDS,
        stream=stream,
        sheet=f"/desk.xlsx?{urlencode(query)}",
        may_open=seat.may(TICKET, OpenTicket),
    )


@router.get("/desk.xlsx")
@takes(*LOOKS, "queue", "step", "kind", "q", "after")
@seated("desk", READS)
async def queue_sheet(seat: Seat) -> Response:
    """All tickets that are chosen, as a spreadsheet (X6)."""
    names = ("no", "kind", "customer", "contract", "product", "problem", "received", "step", "due", "overdue")
    head = [seat.words(f"desk.{name}") for name in names]
    return await sheet(seat.words("desk.title"), head, _sheet_lines(seat, chosen_in(seat)))


async def _sheet_lines(seat: Seat, chosen: Chosen) -> AsyncIterator[Sequence[Cell]]:
    words = seat.words
    async for one in every(seat.caller.view(TICKETS), await query_of(seat, chosen), sort=SORT):
        ticket = seen(one, seat)
        yield (
            ticket.ticket_id,
            words(f"ticket.kind.{ticket.kind}"),
            ticket.customer.name,
            ticket.contract_no,
            ticket.product,
            ticket.problem,
            words.moment(ticket.received_at),
            words(f"step.{ticket.next_step}") if ticket.next_step else None,
            words.moment(ticket.next_due) if ticket.next_due else None,
            words("yes") if ticket.overdue else None,
        )


@router.get("/desk/new")
@takes(*LOOKS, "contract")
@seated("desk", TICKET.may(OpenTicket))
async def ticket_new(seat: Seat) -> Response:
    """登记请求 (C1, C4). A contract in the address fills in what is known of its customer."""
    contract_no = seat.asked("contract")
    order = await seat.caller.view(CONTRACTS).get(contract_no) if contract_no else None
    if order is not None and seat.person.role == "store" and order.store_code != seat.person.store:
        order = None
    return seat.show(
        "ticket_new.html",
        contract_no=contract_no,
        order=order,
        customer=Customer(name="", phone="", address="", district="") if order is None else order.customer,
        kinds=KINDS,
    )


@router.get("/desk/{ticket_id}")
@takes(*LOOKS)
@seated("desk", READS)
async def ticket_page(seat: Seat, ticket_id: Annotated[str, Path(max_length=80)]) -> Response:
    """工单: all of it on one screen."""
    stream = rows_stream(seat.caller, (TICKETS.name,), ticket_id)
    ticket = await ticket_of(seat, ticket_id)
    if ticket is None:
        return seat.not_found(ticket_id)
    one = ticket.one
    main, more = await forms_for(seat, one)
    people = seat.request.app.state.people
    return seat.show(
        "ticket.html",
        one=one,
        clocks=clocks_of(one.duties, seat.now),
        timeline=[(entry, told(entry, seat)) for entry in reversed(one.timeline)],
        main=main,
        more=more,
        facts={**facts_of(one), "managers": [person for person in people.values() if person.role in GOES_ALONG]},
        why=why_reply(ticket.row, seat.now),
        technicians=[person for person in people.values() if person.role == TECHNICIANS],
        stream=stream,
    )


@router.get("/visit/{ticket_id}")
@takes(*LOOKS)
@seated("visit", AT_THE_CUSTOMERS)
async def visit(seat: Seat, ticket_id: Annotated[str, Path(max_length=80)]) -> Response:
    """上门: the technician's phone, one step at a time (C9-C11)."""
    stream = rows_stream(seat.caller, (TICKETS.name,), ticket_id)
    ticket = await ticket_of(seat, ticket_id)
    if ticket is None or not ticket.one.visits:
        return seat.not_found(ticket_id)
    one = ticket.one
    main, more = await forms_for(seat, one)
    return seat.show(
        "visit.html",
        one=one,
        visit=one.visits[-1],
        main=[form for form in main if form.code in AT_DOOR],
        more=[form for form in more if form.code in AT_DOOR],
        facts=facts_of(one),
        technicians=[],
        stream=stream,
    )


@router.get("/rate/{code}")
@takes(*LOOKS)
async def rate(code: Annotated[str, Path(max_length=400)], request: Request) -> Response:
    """客户评价, without a login: the page asks the API what is rated, and says so in words when the link is no good."""
    now = utc_now()
    return page(request, "rate.html", words_for(request, now), now=now, person=None, page="rate", code=code)
