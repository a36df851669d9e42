"""Visits over HTTP: agreed, prepared, made, accepted, rated, signed, called back about (C3, C9-C11)."""

from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from runtime.front_door import open_to_all
from runtime.http import Answer, Asking, Desk
from runtime.people import Person, Tokens
from runtime.route import Router
from service_desk.api.rights import AT_THE_CUSTOMERS, NOTES_GOODS, OFFICE, SUPERVISING, TicketId, hide, tell, visible
from service_desk.domain.situations import Note
from service_desk.domain.ticket import ticket_key
from service_desk.domain.visit_preparation import (
    ArriveAtVisit,
    AssignVisit,
    CancelVisit,
    ConfirmVisit,
    HandInForm,
    MoveVisit,
    PreparePapers,
)
from service_desk.domain.visits import (
    AcceptRepair,
    BookVisit,
    CallBack,
    CompleteVisit,
    GiveRating,
    SignBySupervisor,
)

router = Router()
BY_LINK = Person(id="customer", name="客户", role="customer")
"""Who rates through the link has no login; the signed code is all they may act on."""


class RatingByCustomer(BaseModel):
    """客户评价 1-5."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Note = ""


class RatingPage(BaseModel):
    """What the customer sees who opened the link: no personal data."""

    ticket_id: str
    product: str
    visit_no: int
    visited_on: str
    rating: int | None
    comment: str


@router.post("/tickets/{ticket_id}/visit", summary="预约上门 Book a visit (C3, C5, C7, C9)")
async def book_visit(ticket_id: TicketId, body: BookVisit, desk: Desk) -> Answer:
    """What the customer asked for and what was agreed; a visit job opens on the board."""
    return await tell(desk, ticket_id, body, *OFFICE)


@router.post("/tickets/{ticket_id}/visit/assignment", summary="派工 Assign the visit (C9)")
async def assign_visit(ticket_id: TicketId, body: AssignVisit, desk: Desk) -> Answer:
    """By a supervisor."""
    return await tell(desk, ticket_id, body, *SUPERVISING)


@router.post("/tickets/{ticket_id}/visit/move", summary="改约 Move the visit (C3, C10)")
async def move_visit(ticket_id: TicketId, body: MoveVisit, desk: Desk) -> Answer:
    """Another time was agreed; the technician confirms anew."""
    return await tell(desk, ticket_id, body, *OFFICE)


@router.post("/tickets/{ticket_id}/visit/cancellation", summary="取消上门 Cancel the visit (C10)")
async def cancel_visit(ticket_id: TicketId, body: CancelVisit, desk: Desk) -> Answer:
    """The ticket stays open."""
    return await tell(desk, ticket_id, body, *OFFICE)


@router.post("/tickets/{ticket_id}/visit/papers", summary="备单 Prepare the papers (C9)")
async def prepare_papers(ticket_id: TicketId, body: PreparePapers, desk: Desk) -> Answer:
    """安装维修反馈单 always, 遗留单反馈单 where something was ordered."""
    return await tell(desk, ticket_id, body, *NOTES_GOODS)


@router.post("/tickets/{ticket_id}/visit/confirmation", summary="出发前确认 Confirm before going (C9)")
async def confirm_visit(ticket_id: TicketId, body: ConfirmVisit, desk: Desk) -> Answer:
    """Papers and goods taken, address and time said again by the customer."""
    return await tell(desk, ticket_id, body, *AT_THE_CUSTOMERS)


@router.post("/tickets/{ticket_id}/visit/arrival", summary="到达 Arrive (C3, C10, K14)")
async def arrive(ticket_id: TicketId, body: ArriveAtVisit, desk: Desk) -> Answer:
    """Identity is shown at the door."""
    return await tell(desk, ticket_id, body, *AT_THE_CUSTOMERS)


@router.post("/tickets/{ticket_id}/visit/completion", summary="登记上门结果 How the visit ended (C10, C11)")
async def complete_visit(ticket_id: TicketId, body: CompleteVisit, desk: Desk) -> Answer:
    """Repaired (with the service report), customer absent, not let in, or parts missing."""
    return await tell(desk, ticket_id, body, *AT_THE_CUSTOMERS)


@router.post("/tickets/{ticket_id}/form", summary="交单 Hand in the form (C9, K15)")
async def hand_in_form(ticket_id: TicketId, body: HandInForm, desk: Desk) -> Answer:
    """By the end of the next day."""
    return await tell(desk, ticket_id, body, *AT_THE_CUSTOMERS)


@router.post("/tickets/{ticket_id}/acceptance", summary="客户验收与评价 Acceptance and rating (C11)")
async def accept_repair(ticket_id: TicketId, body: AcceptRepair, desk: Desk) -> Answer:
    """`rating` 1-5, or null when the customer was asked and gave none."""
    return await tell(desk, ticket_id, body, *AT_THE_CUSTOMERS)


@router.post("/tickets/{ticket_id}/rating", summary="客户评价 The customer's rating (C9, C11)")
async def rate(ticket_id: TicketId, body: GiveRating, desk: Desk) -> Answer:
    """On the technician's phone, or from the paper form."""
    return await tell(desk, ticket_id, body, *AT_THE_CUSTOMERS)


@router.post("/tickets/{ticket_id}/signature", summary="主管签字 Supervisor signs (C9, C11, C12)")
async def sign_by_supervisor(ticket_id: TicketId, desk: Desk, body: SignBySupervisor | None = None) -> Answer:
    """The papers were checked; a complaint settled without a visit is signed too, by the manager if need be."""
    return await tell(desk, ticket_id, body or SignBySupervisor(), *SUPERVISING, "manager")


@router.post("/tickets/{ticket_id}/call-back", summary="回访 Call back (C9, C11)")
async def call_back(ticket_id: TicketId, body: CallBack, desk: Desk) -> Answer:
    """Whether the customer is satisfied is registered."""
    return await tell(desk, ticket_id, body, *OFFICE)


@router.get("/tickets/{ticket_id}/rating-link", summary="评价链接 The customer's rating link (C9, C11)")
async def rating_link(ticket_id: TicketId, desk: Desk) -> dict[str, str]:
    """For a code on the technician's phone; the same as in SMS 8."""
    desk.allow(*AT_THE_CUSTOMERS)
    await visible(desk, ticket_id)
    tokens: Tokens = desk.request.app.state.tokens
    code = tokens.link(ticket_id)
    return {"code": code, "path": f"/rate/{code}"}


Code = Annotated[str, Path(max_length=400)]


@router.get("/ratings/{code}", summary="评价页 What is rated, without login (C9, C11)")
async def rating_page(code: Code, request: Request, response: Response) -> RatingPage:
    """The last visit that repaired; 404 for a code that is forged."""
    _, ticket, visit = await _rated(code, request, response)
    return RatingPage(
        ticket_id=ticket["ticket_id"],
        product=ticket["product"],
        visit_no=visit["visit_no"],
        visited_on=visit["on"],
        rating=visit["rating"],
        comment=visit["comment"],
    )


@router.post("/ratings/{code}", summary="客户评价，免登录 Rate, without login (C9, C11)")
@open_to_all(8 << 10, secret=True)
async def rate_by_link(code: Code, body: RatingByCustomer, request: Request, response: Response) -> Answer:
    """By whoever has the link of SMS 8; the last word counts."""
    desk, ticket, visit = await _rated(code, request, response)
    command = GiveRating(visit_no=visit["visit_no"], rating=body.rating, comment=body.comment, through="link")
    return desk.answer(await desk.ask(ticket_key(ticket["ticket_id"]), command))


async def _rated(code: str, request: Request, response: Response) -> tuple[Asking, dict[str, Any], dict[str, Any]]:
    desk = Asking(request, response, BY_LINK)
    tokens: Tokens = request.app.state.tokens
    ticket_id = tokens.subject_of(code)
    row = None if ticket_id is None else await desk.rows("tickets").get(ticket_id)
    repaired = [] if row is None else [v for v in row["ticket"]["visits"] if v["outcome"] == "repaired"]
    if row is None or not repaired:
        hide(desk)
    return desk, row["ticket"], repaired[-1]
