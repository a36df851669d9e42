"""HTTP of vouchers: every paper is found again by its number (D11)."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path
from pydantic import BaseModel

from inventory import vouchers
from inventory.refusals import no
from inventory.who import READS_STOCK
from runtime.http import SignedIn
from runtime.route import Router

router = Router()

ADDRESSES: Mapping[vouchers.Kind, str] = {
    "inbound_slip": "/api/inbound/{}",
    "loan": "/api/loans/{}",
    "scrap": "/api/scraps/{}",
    "stock_list": "/api/stock-lists/{}",
    "count": "/api/counts/{}",
    "goods": "/api/goods/{}",
    "picklist": "/api/picklists/{}",
    "card": "/api/stock/{}/card",
}
"""Of a day's list and a card without their depot."""


class Voucher(BaseModel):
    """Where a number occurs: `kind` and `id` of the paper or card, its `address`, and the lines with the number."""

    kind: str
    id: str
    address: str
    moves: list[dict[str, Any]] = []


@router.get("/vouchers/{number:path}", summary="按单号查 Find a voucher by its number (D11)")
async def find(number: Annotated[str, Path(min_length=3, max_length=120)], caller: SignedIn) -> list[Voucher]:
    """Slips, loans, scrap applications, lists, counts, waybills, delivery notes, damage reports: whatever has the
    number, and every move on a card that was made by it."""
    caller.allow(*READS_STOCK)
    found = await vouchers.vouchers(caller, number)
    if not found:
        caller.refuse(no("no_voucher", number=number), 404)
    return [_shown(one) for one in found]


def _shown(one: vouchers.Found) -> Voucher:
    address = ADDRESSES[one.kind].format(quote(one.bare))
    return Voucher(kind=one.kind, id=one.id, address=address, moves=[move.shown() for move in one.moves])
