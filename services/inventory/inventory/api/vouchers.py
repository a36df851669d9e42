"""HTTP of vouchers: every paper is found again by its number, and a kind's numbers are looked through by year (D11)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path, Query
from pydantic import BaseModel

from contracts.bounds import Nth
from inventory.refusals import no
from inventory.voucher import register, search
from inventory.voucher.kinds import KINDS
from inventory.who import READS_STOCK
from runtime.http import SignedIn
from runtime.route import Router
from runtime.view import Instant

router = Router()

ADDRESSES: Mapping[search.Place, str] = {
    "inbound": "/api/inbound/{}",
    "loan": "/api/loans/{}",
    "scrap": "/api/scraps/{}",
    "stocklist": "/api/stock-lists/{}",
    "count": "/api/counts/{}",
    "goods": "/api/goods/{}",
    "picklist": "/api/picklists/{}",
    "stock": "/api/stock/{}/card",
    "contract": "/api/contracts/{}",
    "job": "/api/jobs/{}",
    "run": "/api/runs/{}",
    "ticket": "/api/tickets/{}",
}
"""Of a day's list and a card without their depot."""


class Entry(BaseModel):
    """A number of the register: of which paper it is (`paper`: the aggregate, `own_no`: what it is called there), and
    whether that was cancelled."""

    number: str
    kind: str
    paper: str
    own_no: str
    on: date | None
    at: Instant
    recorded_at: Instant
    void: bool
    void_because: str = ""


class Voucher(BaseModel):
    """Where a number occurs: `kind` and `id` of the paper or card, its `address`, the lines with the number, and its
    entry in the register if it has one."""

    kind: str
    id: str
    address: str
    moves: list[dict[str, Any]] = []
    entry: Entry | None = None


@router.get("/vouchers", summary="凭证登记簿 Register of vouchers of a kind and year (D11)")
async def of_year(
    caller: SignedIn,
    letters: Annotated[str, Query(pattern="^[A-Z]{2}$", examples=["RK"])],
    year: Annotated[int, Query(ge=2000, le=2100)],
    after: Nth = 0,
) -> list[Entry]:
    """Numbers without a gap, up to 500 from the one that follows `after`. 404 for letters of no kind."""
    caller.allow(*READS_STOCK)
    kind = KINDS.get(letters)
    if kind is None:
        caller.refuse(no("no_voucher", number=letters), 404)
    caller.allow(*kind.readers)
    return [_entry(one) for one in await register.of_year(caller, letters, year, after=after)]


@router.get("/vouchers/{number:path}", summary="按单号查 Find a voucher by its number (D11)")
async def find(number: Annotated[str, Path(min_length=3, max_length=120)], caller: SignedIn) -> list[Voucher]:
    """Numbers of the register; slips, loans, scrap applications, lists, counts, waybills, delivery notes, damage
    reports, sheets of a day: whatever has the number, and every move on a card that was made by it."""
    caller.allow(*READS_STOCK)
    found = await search.vouchers(caller, number)
    if not found:
        caller.refuse(no("no_voucher", number=number), 404)
    return [_shown(one) for one in found]


def _shown(one: search.Found) -> Voucher:
    return Voucher(
        kind=one.kind,
        id=one.id,
        address=ADDRESSES[one.place].format(quote(one.bare.replace(":", "/") if one.place == "run" else one.bare)),
        moves=[move.shown() for move in one.moves],
        entry=None if one.voucher is None else _entry(one.voucher),
    )


def _entry(one: register.Voucher) -> Entry:
    row = one.row
    return Entry(
        number=row.number,
        kind=one.kind.name,
        paper=row.paper,
        own_no=row.own_no,
        on=row.on,
        at=row.at,
        recorded_at=row.recorded_at,
        void=one.void is not None,
        void_because="" if one.void is None else one.void.reason,
    )
