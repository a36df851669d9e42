"""收支: a day's money for accountant and manager, as page, spreadsheet and data (A12, B16)."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta

from fastapi.responses import Response

from contracts.bounds import CivilDay
from contracts.civil_time import end_of_day
from dashboards.journal import ENTRIES, moment_text
from dashboards.money.view import OF_CONTRACTS, OF_RUNS, MoneyDay, money_of
from dashboards.nav import SEES_BOOKS
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from dispatch.run.aggregate import RUN
from dispatch.run.cash import HandInCash
from inventory.voucher.register import numbers_of
from runtime.http import Caller, SignedIn
from runtime.route import takes

router = PageRouter()


async def read_money(caller: Caller, on: date) -> MoneyDay:
    """All that the streams tell of the day's money."""
    first, last = (moment_text(end_of_day(day)) for day in (on - timedelta(days=1), on))
    rows = caller.view(ENTRIES)
    of_contracts = await rows.find(
        {"order.event": {"$in": list(OF_CONTRACTS)}, "order.happened": {"$gte": first, "$lt": last}}
    )
    of_runs = await rows.find({"dispatch.event": {"$in": list(OF_RUNS)}, "dispatch.data.on": on.isoformat()})
    entries = [*of_contracts, *of_runs]
    return money_of(on, entries, await numbers_of(caller, (one.aggregate for one in entries)))


@router.get("/money", include_in_schema=False)
@takes(*LOOKS, "date")
@seated("books", SEES_BOOKS)
async def money_page(seat: Seat) -> Response:
    """The day's money."""
    on = seat.day("date") or seat.today
    return seat.show(
        "money.html",
        on=on,
        day_before=on - timedelta(days=1),
        day_after=on + timedelta(days=1),
        view=await read_money(seat.caller, on),
        may_take=seat.may(RUN, HandInCash),
        seconds=seat.seconds(RUN, HandInCash),
    )


@router.get("/money.xlsx", include_in_schema=False)
@takes(*LOOKS, "date")
@seated("books", SEES_BOOKS)
async def money_sheet(seat: Seat) -> Response:
    """The same as a spreadsheet (X6)."""
    on = seat.day("date") or seat.today
    view = await read_money(seat.caller, on)
    head = [
        seat.words(f"money.{name}")
        for name in ("what", "at", "about", "number", "amount", "method", "who", "note", "voucher")
    ]
    return await sheet(f"{seat.words('money.title')} {on}", head, _lines(seat, view))


async def _lines(seat: Seat, view: MoneyDay) -> AsyncIterator[Sequence[Cell]]:
    words, people = seat.words, seat.request.app.state.people

    def name(who: str) -> str:
        return people[who].name if who in people else who

    for paid in view.payments:
        yield (
            words(f"money.channel.{paid.channel}"),
            paid.at,
            paid.contract_no,
            paid.payment_id,
            paid.amount_fen / 100,
            words(f"pay.{paid.method}"),
            name(paid.received_by),
            paid.note,
            paid.voucher_no,
        )
    for back in view.refunds:
        reduced = words("money.reduced", amount=words.money(back.reduced_fen)) if back.reduced_fen else ""
        yield (
            words("money.refund"),
            back.at,
            back.contract_no,
            back.refund_id,
            -back.paid_back_fen / 100,
            "",
            name(back.by),
            " ".join(one for one in (back.reason, reduced) if one),
            back.voucher_no,
        )
    for one in view.handed_in:
        witness = "" if one.witness is None else words("money.witness", who=name(one.witness))
        given = (one.at, one.crew, one.receipt_no, one.amount_fen / 100)
        yield (words("money.handed_in"), *given, words("pay.cash"), name(one.received_by), witness, one.voucher_no)


@router.get(
    "/api/money/{on}", tags=["dashboards 看板"], summary="收支 Money of a day: payments, refunds, cash of crews"
)
async def money_json(on: CivilDay, caller: SignedIn) -> MoneyDay:
    """What came in for contracts on that day, by whom it was taken and how, what was refunded, and each crew's cash:
    collected and handed in (A12, B16). For accountant and manager."""
    caller.allow(*SEES_BOOKS)
    return await read_money(caller, on)
