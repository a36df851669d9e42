"""消息: what was sent to customers and groups and what became of it; what failed, and what nobody knows (E4, E5)."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from dashboards.listing import every, page_of
from dashboards.live_rows import rows_stream
from dashboards.render import LOOKS
from dashboards.seat import Seat, seat_at
from dashboards.sheets import Cell, sheet
from runtime.route import Router, takes

Json = dict[str, Any]

OFFICE = frozenset({"cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor", "manager"})
RESENDS = frozenset({"cs_specialist", "cs_supervisor", "install_assistant", "manager"})
CONFIRMS_FAX = frozenset({"warehouse", "install_supervisor"})
STATUSES = (
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
)
QUEUES = ("all", "trouble", "held", "fax")
CHANNELS = ("sms", "group", "mail", "fax")
NEWEST = ("message.requested_at", -1)

router = Router(include_in_schema=False)


def _query(seat: Seat) -> Json:
    """What is chosen; the warehouse sees faxes alone."""
    queue = seat.one_of("queue", QUEUES) or "all"
    if seat.person.role == "warehouse" or queue == "fax":
        return {"message.topic": "fax"}
    query: Json = {}
    if queue == "trouble":
        query["message.status"] = {"$in": ["failed", "undelivered", "unknown"]}
    if queue == "held":
        query["message.status"] = "held"
    if status := seat.one_of("status", STATUSES):
        query["message.status"] = status
    if channel := seat.one_of("channel", CHANNELS):
        query |= {"message.topic": "fax"} if channel == "fax" else {"message.channel": channel}
    if subject := seat.asked("subject"):
        query["message.subject"] = subject
    return query


@router.get("/messages")
@takes(*LOOKS, "queue", "status", "channel", "subject", "after")
async def messages(request: Request) -> Response:
    """The list, the newest on top."""
    seat = seat_at(request, "messages", OFFICE | {"warehouse"})
    if isinstance(seat, Response):
        return seat
    stream = rows_stream(seat.desk, ("messages",))
    rows = seat.desk.rows("messages")
    part = await page_of(rows, _query(seat), sort=NEWEST, after=seat.asked("after", longest=400))
    trouble = await rows.count({"message.status": {"$in": ["failed", "undelivered", "unknown"]}})
    query = {name: text for name, text in request.query_params.items() if text and name != "after"}
    return seat.show(
        "messages.html",
        slice=part,
        messages=[row["message"] for row in part.rows],
        queue=seat.one_of("queue", QUEUES) or "all",
        queues=QUEUES if seat.person.role != "warehouse" else ("fax",),
        wanted=seat.one_of("status", STATUSES),
        channel=seat.one_of("channel", CHANNELS),
        subject=seat.asked("subject"),
        statuses=STATUSES,
        channels=CHANNELS,
        trouble=trouble,
        resends=seat.person.role in RESENDS,
        confirms=seat.person.role in CONFIRMS_FAX,
        stream=stream,
        sheet=f"/messages.xlsx?{urlencode(query)}",
        people=request.app.state.people,
    )


@router.get("/messages.xlsx")
@takes(*LOOKS, "queue", "status", "channel", "subject")
async def messages_sheet(request: Request) -> Response:
    """All messages that are chosen, as a spreadsheet (X6)."""
    seat = seat_at(request, "messages", OFFICE | {"warehouse"})
    if isinstance(seat, Response):
        return seat
    names = ("at", "channel", "template", "to", "about", "status", "attempts", "reason")
    return await sheet(seat.words("messages.title"), [seat.words(f"messages.{name}") for name in names], _lines(seat))


async def _lines(seat: Seat) -> AsyncIterator[Sequence[Cell]]:
    words = seat.words
    async for row in every(seat.desk.rows("messages"), _query(seat), sort=NEWEST):
        one = row["message"]
        yield (
            words.moment(datetime.fromisoformat(one["requested_at"])),
            words(f"message.channel.{'fax' if one['topic'] == 'fax' else one['channel']}"),
            one["template"],
            one["to"],
            one["subject"],
            words(f"message.status.{one['status']}"),
            one["attempts"],
            one["reason"],
        )
