"""消息: what was sent to customers and groups and what became of it; what failed, and what nobody knows (E4, E5)."""

from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlencode

from fastapi.responses import Response

from dashboards.listing import Json, every, page_of
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from notify.message.row import MESSAGE_ROWS, STATUSES, TROUBLE
from notify.message.state import FAX
from notify.who import OFFICE, SEES_FAXES
from runtime.route import takes

QUEUES = ("all", "trouble", "held", "fax")
CHANNELS = ("sms", "group", "mail", "fax")
NEWEST = ("row.requested_at", -1)

router = PageRouter(include_in_schema=False)


def _query(seat: Seat) -> Json:
    """What is chosen; the warehouse sees faxes alone."""
    queue = seat.one_of("queue", QUEUES) or "all"
    if seat.person.role == "warehouse" or queue == "fax":
        return {"row.topic": FAX}
    query: Json = {}
    if queue == "trouble":
        query |= {"row.status": {"$in": list(TROUBLE)}}
    if queue == "held":
        query |= {"row.status": "held"}
    if status := seat.one_of("status", STATUSES):
        query |= {"row.status": status}
    if channel := seat.one_of("channel", CHANNELS):
        query |= {"row.topic": FAX} if channel == "fax" else {"row.channel": channel}
    if subject := seat.asked("subject"):
        query |= {"row.subject": subject}
    return query


@router.get("/messages")
@takes(*LOOKS, "queue", "status", "channel", "subject", "after")
@seated("messages", SEES_FAXES)
async def messages(seat: Seat) -> Response:
    """The list, the newest on top."""
    stream = rows_stream(seat.caller, ("messages",))
    rows = seat.caller.view(MESSAGE_ROWS)
    part = await page_of(rows, _query(seat), sort=NEWEST, after=seat.asked("after", longest=400))
    trouble = await rows.count({"row.status": {"$in": list(TROUBLE)}})
    query = {name: text for name, text in seat.request.query_params.items() if text and name != "after"}
    return seat.show(
        "messages.html",
        slice=part,
        messages=part.rows,
        may=await seat.caller.offered_of("message", "messages", [one.message_id for one in part.rows]),
        queue=seat.one_of("queue", QUEUES) or "all",
        queues=QUEUES if seat.person.role != "warehouse" else ("fax",),
        wanted=seat.one_of("status", STATUSES),
        channel=seat.one_of("channel", CHANNELS),
        subject=seat.asked("subject"),
        statuses=STATUSES,
        channels=CHANNELS,
        trouble=trouble,
        opts_out=seat.person.role in OFFICE,
        stream=stream,
        sheet=f"/messages.xlsx?{urlencode(query)}",
    )


@router.get("/messages.xlsx")
@takes(*LOOKS, "queue", "status", "channel", "subject")
@seated("messages", SEES_FAXES)
async def messages_sheet(seat: Seat) -> Response:
    """All messages that are chosen, as a spreadsheet (X6)."""
    names = ("at", "channel", "template", "to", "about", "status", "attempts", "reason")
    return await sheet(seat.words("messages.title"), [seat.words(f"messages.{name}") for name in names], _lines(seat))


async def _lines(seat: Seat) -> AsyncIterator[Sequence[Cell]]:
    words = seat.words
    async for one in every(seat.caller.view(MESSAGE_ROWS), _query(seat), sort=NEWEST):
        yield (
            words.moment(one.requested_at),
            words(f"message.channel.{'fax' if one.topic == FAX else one.channel}"),
            one.template,
            one.to,
            one.subject,
            words(f"message.status.{one.status}"),
            one.attempts,
            one.reason,
        )
