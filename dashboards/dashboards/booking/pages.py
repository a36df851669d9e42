"""预约 / 待打电话: whom to call, when, with which script, and what came of it (B1-B3, B10, A4, E3)."""

from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlencode

from fastapi.responses import Response

from company.depots import MAIN
from contracts.dispatch_jobs import Checklist
from dashboards.booking.reading import MINE, PURPOSES, call_of, free_days, purpose_named, queue, subject_of
from dashboards.listing import every
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from dispatch.who import SUPERVISOR
from notify.call_row import CALLS
from notify.who import OFFICE
from runtime.route import takes

router = PageRouter(include_in_schema=False)


@router.get("/booking")
@takes(*LOOKS, "whose", "day", "purpose", "after", "call")
@seated("booking", OFFICE)
async def calls(seat: Seat) -> Response:
    """The queue, and the call that is chosen."""
    whose = seat.one_of("whose", ("mine", "all")) or ("mine" if seat.person.role in MINE else "all")
    purpose, day = seat.one_of("purpose", PURPOSES), seat.day("day") or seat.today
    stream = rows_stream(seat.caller, ("calls",))
    part = await queue(seat, day=day, purpose=purpose, whose=whose, after=seat.asked("after", longest=400))
    rows = [call_of(row, seat) for row in part.rows]
    wanted = seat.asked("call")
    chosen = await seat.caller.view(CALLS).get(wanted) if wanted else None
    call = call_of(chosen, seat) if chosen is not None else rows[0] if rows and wanted is None else None
    query = {name: text for name, text in seat.request.query_params.items() if text and name not in {"after", "call"}}
    subject = None if call is None else await subject_of(seat, call)
    depot = MAIN if subject is None or subject.job is None else subject.job.depot
    return seat.show(
        "booking.html",
        slice=part,
        calls=rows,
        call=call,
        subject=subject,
        days=await free_days(seat, seat.today, depot) if call is not None and call.purpose == "booking" else (),
        checklist=tuple(Checklist.model_fields),
        day=day,
        purpose=purpose,
        purposes=PURPOSES,
        named=purpose_named,
        whose=whose,
        has_own=seat.person.role in MINE,
        may_override=seat.is_one_of(*SUPERVISOR),
        stream=stream,
        sheet=f"/booking.xlsx?{urlencode(query)}",
    )


@router.get("/booking.xlsx")
@takes(*LOOKS, "whose", "day", "purpose")
@seated("booking", OFFICE)
async def calls_sheet(seat: Seat) -> Response:
    """All calls of the queue, as a spreadsheet (X6)."""
    words = seat.words
    names = ("due", "purpose", "customer", "phone", "district", "subject", "script", "result", "note")
    return await sheet(words("calls.title"), [words(f"calls.{name}") for name in names], _lines(seat))


async def _lines(seat: Seat) -> AsyncIterator[Sequence[Cell]]:
    words = seat.words
    async for row in every(seat.caller.view(CALLS), {"row.state": "open"}, sort=("row.show_at", 1)):
        call = call_of(row, seat)
        customer = call.customer
        yield (
            words.moment(call.due),
            words(f"purpose.{purpose_named(call)}"),
            customer.name if customer else None,
            customer.phone if customer else None,
            customer.district if customer else None,
            call.subject,
            call.script,
            words(f"result.{call.result}") if call.result else None,
            call.note,
        )
