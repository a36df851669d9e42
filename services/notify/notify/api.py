"""HTTP of notify: what became of the messages. Nothing can be changed from here."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from contracts.notify import Channel
from notify.projections import message_view
from runtime.http import Desk

router = APIRouter(prefix="/api", tags=["notify 通知"])

READS = ("cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor", "manager")

Status = Literal["requested", "sending", "retrying", "sent", "failed"]


class MessageRow(BaseModel):
    """A message; the receiver is masked, the text is there for posts to the group only (C18)."""

    message_id: str
    channel: Channel
    template: int
    to: str
    text: str | None
    subject: str
    cause_id: str
    status: Status
    attempts: int
    requested_at: datetime
    sent_at: datetime | None
    provider_ref: str | None
    reason: str | None
    retry_at: datetime | None


class MessageList(BaseModel):
    """One page of messages, newest first; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[MessageRow]


@router.get("/messages", summary="短信与群消息 Messages and what became of them (E4)")
async def messages(
    desk: Desk,
    *,
    subject: Annotated[str | None, Query(max_length=100, examples=["contract:HT26030001"])] = None,
    status: Annotated[Status | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> MessageList:
    """`subject` is the aggregate that a message is about."""
    desk.allow(*READS)
    wanted = {"message.subject": subject, "message.status": status}
    query: dict[str, Any] = {field: value for field, value in wanted.items() if value is not None}
    rows = desk.rows("messages")
    found = await rows.find(query, sort=[("message.requested_at", -1), ("_id", 1)], limit=limit, skip=offset)
    return MessageList(
        total=await rows.count(query),
        limit=limit,
        offset=offset,
        rows=[MessageRow.model_validate(message_view(row)) for row in found],
    )
