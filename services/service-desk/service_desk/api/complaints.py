"""Complaints over HTTP: investigated, answered, settled, or one level up (C12, C15, K20)."""

from runtime.http import Answer, Desk
from runtime.route import Router
from service_desk.api.rights import OFFICE, TicketId, tell
from service_desk.domain.complaints import AnswerComplaint, EscalateComplaint, Investigate, SettleComplaint

router = Router(prefix="/tickets/{ticket_id}/complaint")

HANDLES = (*OFFICE, "install_supervisor", "manager")


@router.post("/investigation", summary="调查投诉 Investigate (C12)")
async def investigate(ticket_id: TicketId, body: Investigate, desk: Desk) -> Answer:
    """What was found out, with photos."""
    return await tell(desk, ticket_id, body, *HANDLES)


@router.post("/answer", summary="答复投诉 Answer with a solution (C12, K20)")
async def answer(ticket_id: TicketId, body: AnswerComplaint, desk: Desk) -> Answer:
    """By the owner of the complaint's level, or somebody above."""
    return await tell(desk, ticket_id, body, "cs_supervisor", "manager")


@router.post("/settlement", summary="客户满意 The customer is content (C12)")
async def settle(ticket_id: TicketId, body: SettleComplaint, desk: Desk) -> Answer:
    """A supervisor signs, then it closes."""
    return await tell(desk, ticket_id, body, *OFFICE, "manager")


@router.post("/escalation", summary="投诉升级 One level up (C12)")
async def escalate(ticket_id: TicketId, body: EscalateComplaint, desk: Desk) -> Answer:
    """The customer is not content, or has waited too long; a new clock starts. `level` is the one that is left."""
    return await tell(desk, ticket_id, body, *OFFICE, "manager")
