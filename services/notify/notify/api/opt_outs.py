"""Opt-outs: numbers that want no messages which the contract does not need (E4)."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from contracts.bounds import Happened
from contracts.spelling import Spelt, phone
from notify.api.rights import OFFICE
from notify.domain.receiver import NoteOptIn, NoteOptOut, Phone, receiver_key
from runtime.http import Answer, Desk
from runtime.route import Router

router = Router()


class OptOut(BaseModel):
    """A customer's wish: no such messages (`opted_out`), or all of them again."""

    phone: Annotated[Phone, Spelt(phone)]
    opted_out: bool
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    at: Happened | None = None


class ReceiverRow(BaseModel):
    """A number that has opted out, masked."""

    receiver_id: str
    phone: str | None
    opted_out: bool
    reason: str
    since: datetime
    noted_by: str


class ReceiverList(BaseModel):
    """One page of numbers, latest first."""

    total: int
    limit: int
    offset: int
    rows: list[ReceiverRow]


@router.get("/opt-outs", summary="退订名单 Numbers that opted out (E4)")
async def opt_outs(
    desk: Desk,
    *,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> ReceiverList:
    """Masked."""
    desk.allow(*OFFICE)
    query = {"receiver.opted_out": True}
    rows = desk.rows("receivers")
    found = await rows.find(query, sort=[("receiver.since", -1), ("_id", 1)], limit=limit, skip=offset)
    return ReceiverList(
        total=await rows.count(query),
        limit=limit,
        offset=offset,
        rows=[ReceiverRow.model_validate(row["receiver"]) for row in found],
    )


@router.post("/opt-outs", summary="登记退订或恢复 Note an opt-out or opt-in (E4)")
async def note(desk: Desk, body: OptOut) -> Answer:
    """What the contract needs (dates, damage, ...) is sent all the same."""
    desk.allow(*OFFICE)
    command = (NoteOptOut if body.opted_out else NoteOptIn)(at=body.at, phone=body.phone, reason=body.reason)
    return desk.answer(await desk.ask(receiver_key(body.phone), command))
