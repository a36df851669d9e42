"""Messages: what became of each, those that failed or whose outcome nobody knows, and faxes with their receipt."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from contracts.bounds import CivilDay
from contracts.notify import Channel
from notify.api.rights import CONFIRMS_FAXES, OFFICE, SEES_FAXES, SENDS_AGAIN
from notify.domain.message import message_key
from notify.domain.message_state import FAX
from notify.domain.outcomes import ResendMessage, ResolveUnknown
from notify.domain.receipts import ConfirmFax
from notify.projections import message_view
from runtime.decision import Rejected
from runtime.http import Answer, Desk
from runtime.route import Router

router = Router()

Status = Literal[
    "requested",
    "held",
    "ready",
    "sending",
    "unknown",
    "retrying",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "opted_out",
    "confirmed",
]
"""待发, 暂缓, 可发, 发送中, 结果不明, 待重发, 已发, 已送达, 未送达, 失败, 已退订, 已确认 (传真)."""


class MessageRow(BaseModel):
    """A message; the receiver is masked, the text is there for posts and faxes only (C18).

    `needs_person`: its outcome is unknown and no provider can say. `overdue`: owed by `due` and not sent then (K17).
    """

    message_id: str
    channel: Channel
    topic: str
    ref: str
    template: int
    to: str
    text: str | None
    subject: str
    cause_id: str
    duty: str
    due: datetime | None
    status: Status
    needs_person: bool
    attempts: int
    requested_at: datetime
    held_until: datetime | None
    held_reason: Literal["quiet_hours", "rate_limit"] | None
    sent_at: datetime | None
    delivered_at: datetime | None
    provider_ref: str | None
    settled_by: str | None
    unknown_since: datetime | None
    ask_at: datetime | None
    reason: str | None
    retry_at: datetime | None
    resent_by: str | None
    resend_reason: str | None
    overdue: bool
    confirm_due: datetime | None
    confirmed_at: datetime | None
    confirmed_by: str | None
    confirm_note: str | None
    confirmation_overdue: bool


class MessageList(BaseModel):
    """One page of messages, newest first; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[MessageRow]


class Resend(BaseModel):
    """Why it is sent again."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Resolve(BaseModel):
    """What a person found out: it arrived; or it did not, and is sent again."""

    arrived: bool
    note: Annotated[str, Field(max_length=500)] = ""


class Confirm(BaseModel):
    """A word about the schedule that arrived."""

    note: Annotated[str, Field(max_length=500)] = ""


@router.get("/messages", summary="短信与群消息 Messages and what became of them (E4)")
async def messages(
    desk: Desk,
    *,
    subject: Annotated[str | None, Query(max_length=100, examples=["contract:HT26030001"])] = None,
    status: Annotated[Status | None, Query()] = None,
    channel: Annotated[Channel | None, Query()] = None,
    topic: Annotated[str | None, Query(max_length=40)] = None,
    needs_person: Annotated[bool | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> MessageList:
    """`subject` is the aggregate that a message is about. `status=failed`, `undelivered` and `needs_person=true` are
    the lists of what a person must look at."""
    desk.allow(*OFFICE)
    wanted = {
        "message.subject": subject,
        "message.status": status,
        "message.channel": channel,
        "message.topic": topic,
        "message.needs_person": needs_person,
    }
    return await _listed(desk, {field: value for field, value in wanted.items() if value is not None}, limit, offset)


@router.get("/faxes", summary="发给仓库的送货安排表 Schedules sent to the warehouse, and who confirmed them (E5)")
async def faxes(
    desk: Desk,
    *,
    on: Annotated[CivilDay | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> MessageList:
    """`on`: the day of the schedule."""
    desk.allow(*SEES_FAXES)
    query: dict[str, Any] = {"message.topic": FAX}
    if on is not None:
        query["message.subject"] = {"$in": [f"day:main:{on}"]}
    return await _listed(desk, query, limit, offset)


async def _listed(desk: Desk, query: dict[str, Any], limit: int, offset: int) -> MessageList:
    rows = desk.rows("messages")
    found = await rows.find(query, sort=[("message.requested_at", -1), ("_id", 1)], limit=limit, skip=offset)
    return MessageList(
        total=await rows.count(query),
        limit=limit,
        offset=offset,
        rows=[MessageRow.model_validate(message_view(row)) for row in found],
    )


@router.get("/messages/{message_id}", summary="一条消息 One message (E4)")
async def message(desk: Desk, message_id: UUID) -> MessageRow:
    """With all that became of it."""
    desk.allow(*SEES_FAXES)
    row = await desk.rows("messages").get(str(message_id))
    if row is None or (desk.person.role not in OFFICE and row["message"]["topic"] != FAX):
        desk.refuse(
            Rejected(
                "unknown_message", "E4", "没有这条消息，请核对编号。", "There is no such message; check its number."
            ),
            404,
        )
    return MessageRow.model_validate(message_view(row))


@router.post("/messages/{message_id}/resend", summary="重发失败的消息 Send a failed message again (E4)")
async def resend(desk: Desk, message_id: UUID, body: Resend) -> Answer:
    """Only one that failed or was not delivered; a reason is asked for. One whose outcome is unknown: see `resolve`."""
    desk.allow(*SENDS_AGAIN)
    return desk.answer(await desk.ask(message_key(str(message_id)), ResendMessage(reason=body.reason)))


@router.post("/messages/{message_id}/resolve", summary="核实结果不明的消息 Settle a message of unknown outcome (E4)")
async def resolve(desk: Desk, message_id: UUID, body: Resolve) -> Answer:
    """It arrived, or it did not and is sent again; the latter only once the provider cannot say."""
    desk.allow(*SENDS_AGAIN)
    command = ResolveUnknown(arrived=body.arrived, note=body.note)
    return desk.answer(await desk.ask(message_key(str(message_id)), command))


@router.post("/messages/{message_id}/confirm-fax", summary="仓库确认收到安排表 The warehouse has the schedule (E5, B6)")
async def confirm_fax(desk: Desk, message_id: UUID, body: Confirm) -> Answer:
    """Whoever confirms is on record."""
    desk.allow(*CONFIRMS_FAXES)
    return desk.answer(await desk.ask(message_key(str(message_id)), ConfirmFax(note=body.note)))
