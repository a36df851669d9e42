"""The customer's rating by the link of SMS 8, without login (C9, C11)."""

from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict

from runtime.front_door import open_to_all
from runtime.http import Answer, Caller, SignedIn
from runtime.person import Person
from runtime.route import Router
from runtime.tokens import Tokens
from service_desk.access import hide, visible
from service_desk.api.tickets import TicketId
from service_desk.fields import Note
from service_desk.roles import AT_THE_CUSTOMERS
from service_desk.ticket.row import TICKETS
from service_desk.ticket.standing import Standing, VisitStanding
from service_desk.ticket.ticket import TICKET
from service_desk.ticket.visit import GiveRating, Stars

router = Router()
BY_LINK = Person(id="customer", name="客户", role="customer")
"""Who rates through the link has no login; the signed code is all they may act on."""


class RatingByCustomer(BaseModel):
    """客户评价 1-5."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rating: Stars
    comment: Note = ""


class RatingPage(BaseModel):
    """What the customer sees who opened the link: no personal data."""

    ticket_id: str
    product: str
    visit_no: int
    visited_on: str
    rating: int | None
    comment: str


@router.get("/tickets/{ticket_id}/rating-link", summary="评价链接 The customer's rating link (C9, C11)")
async def rating_link(ticket_id: TicketId, caller: SignedIn) -> dict[str, str]:
    """For a code on the technician's phone; the same as in SMS 8."""
    caller.allow(*AT_THE_CUSTOMERS)
    await visible(caller, ticket_id)
    tokens: Tokens = caller.request.app.state.tokens
    code = tokens.link(ticket_id)
    return {"code": code, "path": f"/rate/{code}"}


Code = Annotated[str, Path(max_length=400)]


@router.get("/ratings/{code}", summary="评价页 What is rated, without login (C9, C11)")
async def rating_page(code: Code, request: Request, response: Response) -> RatingPage:
    """The last visit that repaired; 404 for a code that is forged."""
    _, ticket, visit = await _rated(code, request, response)
    return RatingPage(
        ticket_id=ticket.ticket_id,
        product=ticket.product,
        visit_no=visit.visit_no,
        visited_on=visit.on.isoformat(),
        rating=visit.rating,
        comment=visit.comment,
    )


@router.post("/ratings/{code}", summary="客户评价，免登录 Rate, without login (C9, C11)")
@open_to_all(8 << 10, secret=True)
async def rate_by_link(code: Code, body: RatingByCustomer, request: Request, response: Response) -> Answer:
    """By whoever has the link of SMS 8; the last word counts."""
    caller, ticket, visit = await _rated(code, request, response)
    command = GiveRating(visit_no=visit.visit_no, rating=body.rating, comment=body.comment, through="link")
    return caller.answer(await caller.ask(TICKET.key(ticket.ticket_id), command))


async def _rated(code: str, request: Request, response: Response) -> tuple[Caller, Standing, VisitStanding]:
    caller = Caller(request, response, BY_LINK)
    tokens: Tokens = request.app.state.tokens
    ticket_id = tokens.subject_of(code)
    ticket = None if ticket_id is None else await caller.view(TICKETS).get(ticket_id)
    if ticket is None or ticket.repaired is None:
        hide(caller)
    return caller, ticket, ticket.repaired
