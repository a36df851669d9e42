"""单号查 (D11): finding a paper again by its number, and the register of a kind and year, over HTTP."""

from collections.abc import AsyncIterator, Mapping, Sequence
from urllib.parse import quote

from fastapi.responses import Response

from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from inventory import who
from inventory.voucher import register, search
from inventory.voucher.kinds import KINDS, seen_by
from runtime.route import takes

router = PageRouter(include_in_schema=False)

HREFS: Mapping[search.Place, str] = {
    "inbound": "/warehouse/arrivals/{}",
    "loan": "/warehouse/loans/{}",
    "scrap": "/warehouse/scraps/{}",
    "stocklist": "/warehouse/lists/{}",
    "transfer": "/warehouse/transfers/{}",
    "count": "/warehouse/counts/{}",
    "goods": "/orders/{}",
    "picklist": "/warehouse?date={}",
    "stock": "/warehouse/stock/{}",
    "contract": "/orders/{}",
    "job": "/forms/receipt/{}",
    "run": "/forms/day-report/{}",
    "ticket": "/desk/{}",
}
"""The pages of what has a number, by where it is kept."""
OF_KIND: Mapping[str, str] = {
    "sorting_sheet": "/forms/sorting-sheet/{}",
    "delivery_list": "/forms/delivery-list/{}",
    "pick_up": "/forms/pick-up/{}",
}
"""Of papers that are pages of their own."""


def href_of(one: search.Found) -> str:
    """The page that shows it: of a correction its own print, which names the paper that it takes back."""
    if one.kind == "correction" and one.voucher is not None:
        return f"/forms/correction/{quote(one.voucher.row.number, safe='')}"
    return page_of_place(one)


def page_of_place(one: search.Found) -> str:
    """The page of the paper, or of what it is kept with."""
    if one.place == "run":  # day and crew
        return OF_KIND.get(one.kind, HREFS["run"]).format(quote(one.bare.replace(":", "/")))
    if (one.place, one.kind) == ("job", "correction"):  # of what was signed for
        return f"/corrections?q={quote(one.bare, safe='')}"
    return OF_KIND.get(one.kind, HREFS[one.place]).format(quote(one.bare, safe=""))


@router.get("/warehouse/vouchers")
@takes(*LOOKS, "q", "letters", "year")
@seated("warehouse", who.READS_STOCK)
async def vouchers(seat: Seat) -> Response:
    """Every paper and every move with a number; without one, the register of a kind and year."""
    number = seat.asked("q", longest=60)
    letters, year = _asked(seat)
    found = [] if number is None else await search.vouchers(seat.caller, number)
    rows = await register.of_year(seat.caller, letters, year) if number is None and letters else []
    return seat.show(
        "vouchers.html",
        q=number,
        found=[(one, href_of(one)) for one in found],
        kinds=[KINDS[one] for one in seen_by(seat.person.role)],
        letters=letters,
        year=year,
        rows=[(one, href_of(search.registered(one))) for one in rows],
        tabs_for=who.SEES_WAREHOUSE,
        more=len(rows) == register.MOST_OF_A_PAGE,
    )


@router.get("/warehouse/vouchers.xlsx")
@takes(*LOOKS, "letters", "year")
@seated("warehouse", who.READS_STOCK)
async def vouchers_sheet(seat: Seat) -> Response:
    """The register of a kind and year, whole."""
    letters, year = _asked(seat)
    words = seat.words
    names = (
        "print.no",
        "voucher.kind",
        "voucher.day",
        "voucher.own_no",
        "voucher.of",
        "happened",
        "recorded",
        "voucher.void",
    )

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        after = 0
        while rows := await register.of_year(seat.caller, letters, year, after=after):
            for one in rows:
                row, why = one.row, "" if one.void is None else one.void.reason or words("yes")
                kind = words(f"voucher.{one.kind.name}")
                yield row.number, kind, row.on, row.own_no, row.paper, row.at, row.recorded_at, why
            after = rows[-1].row.ordinal

    return await sheet(f"{words('voucher.register')} {letters} {year}", [words(name) for name in names], lines())


def _asked(seat: Seat) -> tuple[str, int]:
    """The kind and year that are asked for: of those that this person may look for, the first; this year."""
    seen = seen_by(seat.person.role)
    years = [str(year) for year in range(2000, seat.today.year + 2)]
    return seat.one_of("letters", seen) or seen[0], int(seat.one_of("year", years) or seat.today.year)
