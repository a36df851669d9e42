"""Messages: what became of each, those that failed or whose outcome nobody knows, and faxes with their receipt."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel

from company.policy import policy_book
from contracts.bounds import CivilDay
from contracts.notify import Channel
from notify.message.aggregate import MESSAGE
from notify.message.row import MESSAGE_ROWS, MESSAGES, MessageRow, Status
from notify.message.state import FAX
from notify.refusals import no
from notify.who import OFFICE, SEES_FAXES
from runtime.clock import utc_now
from runtime.http import SignedIn
from runtime.route import Router
from runtime.routes import Address, routes

MessageId = Annotated[UUID, AfterValidator(str), Path()]

router = Router()


class MessageList(BaseModel):
    """One page of messages, newest first; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[MessageRow]


@router.get("/messages", summary="短信与群消息 Messages and what became of them (E4)")
async def messages(
    caller: SignedIn,
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
    caller.allow(*OFFICE)
    query = MESSAGES.where(subject=subject, status=status, channel=channel, topic=topic, needs_person=needs_person)
    return await _listed(caller, query, limit, offset)


@router.get("/faxes", summary="发给仓库的送货安排表 Schedules sent to the warehouse, and who confirmed them (E5)")
async def faxes(
    caller: SignedIn,
    *,
    on: Annotated[CivilDay | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> MessageList:
    """`on`: the day of the schedule, of every depot (D17)."""
    caller.allow(*SEES_FAXES)
    query: dict[str, Any] = {"row.topic": FAX}
    if on is not None:
        query |= {"row.subject": {"$in": [f"day:{one.depot}:{on}" for one in policy_book().at(utc_now()).depots]}}
    return await _listed(caller, query, limit, offset)


async def _listed(caller: SignedIn, query: dict[str, Any], limit: int, offset: int) -> MessageList:
    rows = caller.view(MESSAGE_ROWS)
    shown = await rows.find(query, sort=[("row.requested_at", -1), ("_id", 1)], limit=limit, skip=offset)
    return MessageList(total=await rows.count(query), limit=limit, offset=offset, rows=shown)


@router.get("/messages/{message_id}", summary="一条消息 One message (E4)")
async def message(caller: SignedIn, message_id: MessageId) -> MessageRow:
    """With all that became of it."""
    caller.allow(*SEES_FAXES)
    row = await caller.view(MESSAGE_ROWS).get(str(message_id))
    if row is None or (caller.role not in OFFICE and row.topic != FAX):
        caller.refuse(no("unknown_message"), 404)
    return row


router.include_router(routes(Address(MESSAGE, "/messages", "message_id", MessageId)))
