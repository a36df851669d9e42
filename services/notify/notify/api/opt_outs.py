"""Opt-outs: numbers that want no messages which the contract does not need (E4)."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from notify.receiver import RECEIVER, RECEIVERS, ReceiverRow, opted_out
from notify.who import OFFICE
from runtime.http import SignedIn
from runtime.route import Router
from runtime.routes import Address, routes

router = Router()
router.include_router(routes(Address(RECEIVER, "/opt-outs", "receiver_id")))


class ReceiverList(BaseModel):
    """One page of numbers, latest first."""

    total: int
    limit: int
    offset: int
    rows: list[ReceiverRow]


@router.get("/opt-outs", summary="退订名单 Numbers that opted out (E4)")
async def opt_outs(
    caller: SignedIn,
    *,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> ReceiverList:
    """Masked."""
    caller.allow(*OFFICE)
    query = {"row.opted_out": True}
    rows = caller.view(RECEIVERS.files)
    found = await rows.find(query, sort=[("row.since", -1), ("_id", 1)], limit=limit, skip=offset)
    return ReceiverList(
        total=await rows.count(query), limit=limit, offset=offset, rows=[opted_out(one) for one in found]
    )
