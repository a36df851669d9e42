"""What happens to a ticket between the reply and the visit: form, orders, money, advice, parts, expert, supplier."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from contracts.bounds import Happened
from runtime.http import Answer, Desk
from runtime.route import Router
from service_desk.api.rights import (
    AT_THE_CUSTOMERS,
    NOTES_GOODS,
    OFFICE,
    WORKS,
    TicketId,
    tell,
    visible,
)
from service_desk.domain import work_refusals
from service_desk.domain.consultation import AnswerByPhone, FollowUp
from service_desk.domain.leftover_orders import (
    PLACERS,
    ApproveLeftoverOrder,
    NoteLeftoverArrival,
    NoteLeftoverSms,
    PlaceLeftoverOrder,
    TakeInformation,
)
from service_desk.domain.parts import (
    EXPERT,
    LENDERS,
    AnswerAsExpert,
    ApproveParts,
    AskExpert,
    NotePartsReady,
    NoteRepeatRepair,
    RouteParts,
)
from service_desk.domain.quotes import AcceptQuote, DeclineQuote, GiveQuote, JudgeCoverage
from service_desk.domain.situations import Number
from service_desk.domain.supplier_waits import EndSupplierWait, StartSupplierWait

router = Router(prefix="/tickets/{ticket_id}")

DEPOT = "main"


class EarlierTicket(BaseModel):
    """The ticket whose repair did not last."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    earlier_ticket: Number


@router.post("/information", summary="售服信息反馈表 Take the information (C9)")
async def take_information(ticket_id: TicketId, body: TakeInformation, desk: Desk) -> Answer:
    """What was found out, and whether something has to be ordered; another one corrects it."""
    return await tell(desk, ticket_id, body, *WORKS, "store")


@router.post("/leftover-order", summary="下遗留单 Place a leftover order (C9)")
async def place_leftover_order(ticket_id: TicketId, body: PlaceLeftoverOrder, desk: Desk) -> Answer:
    """By the designer (store, for its own contracts) or a supervisor."""
    return await tell(desk, ticket_id, body, *sorted(PLACERS))


@router.post("/leftover-order/approval", summary="批准遗留单 Approve it (C9)")
async def approve_leftover_order(ticket_id: TicketId, body: ApproveLeftoverOrder, desk: Desk) -> Answer:
    """By an installation supervisor who did not place it. SMS 5 goes out the same day (K17)."""
    return await tell(desk, ticket_id, body, "install_supervisor")


@router.post("/leftover-sms", summary="短信 5 已发 SMS 5 was sent (C9, K17)")
async def note_leftover_sms(ticket_id: TicketId, body: NoteLeftoverSms, desk: Desk) -> Answer:
    """By hand, where the message went out some other way."""
    return await tell(desk, ticket_id, body, *OFFICE)


@router.post("/leftover-goods", summary="遗留货到、验收 Leftover goods are in and checked (C9)")
async def note_leftover_arrival(ticket_id: TicketId, body: NoteLeftoverArrival, desk: Desk) -> Answer:
    """In order: SMS 6 goes out and the visit may be booked. Damaged on the way: the customer is told at once."""
    return await tell(desk, ticket_id, body, *NOTES_GOODS)


@router.post("/coverage", summary="责任认定 Judge the coverage (C5)")
async def judge_coverage(ticket_id: TicketId, body: JudgeCoverage, desk: Desk) -> Answer:
    """In warranty and our fault is free; all else is quoted."""
    return await tell(desk, ticket_id, body, *WORKS)


@router.post("/quote", summary="报价 Quote (C5)")
async def give_quote(ticket_id: TicketId, body: GiveQuote, desk: Desk) -> Answer:
    """Parts, travel and labour, in fen. No visit before the customer accepts."""
    return await tell(desk, ticket_id, body, *OFFICE, "install_supervisor")


@router.post("/quote/acceptance", summary="客户接受报价 The customer accepts (C5)")
async def accept_quote(ticket_id: TicketId, body: AcceptQuote, desk: Desk) -> Answer:
    """The last quote that was given, while it is valid."""
    return await tell(desk, ticket_id, body, *AT_THE_CUSTOMERS)


@router.post("/quote/refusal", summary="客户不接受报价 The customer declines (C5)")
async def decline_quote(ticket_id: TicketId, body: DeclineQuote, desk: Desk) -> Answer:
    """Another quote may follow, or the ticket is cancelled."""
    return await tell(desk, ticket_id, body, *AT_THE_CUSTOMERS)


@router.post("/advice", summary="电话指导 Guide on the phone (C6)")
async def answer_by_phone(ticket_id: TicketId, body: AnswerByPhone, desk: Desk) -> Answer:
    """A reply too; somebody calls again two hours later (K16)."""
    return await tell(desk, ticket_id, body, *OFFICE)


@router.post("/follow-up", summary="跟进电话 Follow up (C6, K16)")
async def follow_up(ticket_id: TicketId, body: FollowUp, desk: Desk) -> Answer:
    """Whether the advice helped; if so, the consultation closes without a visit."""
    return await tell(desk, ticket_id, body, *OFFICE)


@router.post("/parts", summary="配件来源 Where a part comes from (C7)")
async def route_parts(ticket_id: TicketId, body: RouteParts, desk: Desk) -> Answer:
    """From stock if there is some; else off a showroom piece with approval, bought, or by leftover order."""
    free = None
    if body.sku:
        stock = await desk.rows("stock").get(f"{DEPOT}:{body.sku}")
        free = None if stock is None else int(stock["stock"]["free"])
    command = body.model_copy(update={"in_stock": free})
    return await tell(desk, ticket_id, command, *WORKS, "procurement", "warehouse", "install_assistant")


@router.post("/parts/approval", summary="批准借展厅件 Approve the showroom piece (C7)")
async def approve_parts(ticket_id: TicketId, body: ApproveParts, desk: Desk) -> Answer:
    """By a supervisor or the manager who did not ask for it."""
    return await tell(desk, ticket_id, body, *sorted(LENDERS))


@router.post("/parts/arrival", summary="配件到位 The part is here (C7)")
async def note_parts_ready(ticket_id: TicketId, body: NotePartsReady, desk: Desk) -> Answer:
    """Bought and in, or taken off the showroom piece."""
    return await tell(desk, ticket_id, body, *NOTES_GOODS, "procurement")


@router.post("/expert-question", summary="请专家 Ask the expert (C7)")
async def ask_expert(ticket_id: TicketId, body: AskExpert, desk: Desk) -> Answer:
    """Never seen before, or it came back: parts and visits wait for the installation manager's answer."""
    return await tell(desk, ticket_id, body, *WORKS)


@router.post("/expert-answer", summary="专家意见 The expert answers (C7)")
async def answer_as_expert(ticket_id: TicketId, body: AnswerAsExpert, desk: Desk) -> Answer:
    """By the installation manager."""
    return await tell(desk, ticket_id, body, EXPERT)


@router.post("/repeat", summary="重复修理 It repeats an earlier repair (C8)")
async def note_repeat(ticket_id: TicketId, body: EarlierTicket, desk: Desk) -> Answer:
    """By hand, where the words of the two tickets differ; it counts against the last visit that repaired."""
    desk.allow(*OFFICE, "install_supervisor")
    earlier = (await visible(desk, body.earlier_ticket))["ticket"]
    repaired = [visit for visit in earlier["visits"] if visit["outcome"] == "repaired"]
    if not repaired:
        desk.refuse(work_refusals.nothing_repaired(body.earlier_ticket))
    last = repaired[-1]
    command = NoteRepeatRepair(
        at=body.at,
        earlier_ticket=body.earlier_ticket,
        earlier_visit_no=last["visit_no"],
        earlier_visit_technician=last["technician"],
        repaired_at=datetime.fromisoformat(last["ended_at"]),
    )
    return await tell(desk, ticket_id, command, *OFFICE, "install_supervisor")


@router.post("/supplier-wait", summary="开始等供应商 Wait for a supplier (C13)")
async def start_wait(ticket_id: TicketId, body: StartSupplierWait, desk: Desk) -> Answer:
    """The clocks of reply and complaint stand, and say so."""
    return await tell(desk, ticket_id, body, *OFFICE, "procurement")


@router.post("/supplier-wait/end", summary="供应商已处理 The supplier has settled it (C13)")
async def end_wait(ticket_id: TicketId, body: EndSupplierWait, desk: Desk) -> Answer:
    """The clocks go on, later by as long as they stood."""
    return await tell(desk, ticket_id, body, *OFFICE, "procurement")
