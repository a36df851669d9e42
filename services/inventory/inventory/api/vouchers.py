"""HTTP of vouchers: every paper is found again by its number (D11)."""

import re
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path
from pydantic import BaseModel

from inventory.count.row import SHEETS
from inventory.goods.moves import moves_of
from inventory.goods.row import PIECES
from inventory.inbound.row import SLIPS
from inventory.loan_row import LOANS
from inventory.picklist_row import PICK_LISTS
from inventory.refusals import no
from inventory.scrap_row import SCRAPS
from inventory.stock.moves import MOVES
from inventory.stock_list_row import STOCK_LISTS
from inventory.who import READS_STOCK
from runtime.http import Caller, SignedIn
from runtime.route import Router

router = Router()

MOST = 50  # entries of one kind; a number names few things
MOST_LINES = 1_000  # of cards; a day's list moves many

BY_ID = (
    ("inbound_slip", SLIPS.name, "/api/inbound/{}"),
    ("loan", LOANS.name, "/api/loans/{}"),
    ("scrap", SCRAPS.name, "/api/scraps/{}"),
    ("stock_list", STOCK_LISTS.name, "/api/stock-lists/{}"),
    ("count", SHEETS.name, "/api/counts/{}"),
    ("goods", PIECES.name, "/api/goods/{}"),
)
"""Kind, read model whose rows have the number as their id, address."""

ON_SLIPS = ("row.delivery_note_no", "row.waybill", "row.sales_list_no")
"""Indexed fields of slips that hold numbers."""


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
    found = await _by_id(caller, number)
    known = {(entry.kind, entry.id) for entry in found}
    found += [entry for entry in await _by_field(caller, number) if (entry.kind, entry.id) not in known]
    found += await _on_cards(caller, number)
    if not found:
        caller.refuse(no("no_voucher", number=number), 404)
    return found


async def _by_id(caller: Caller, number: str) -> list[Voucher]:
    found = []
    for kind, name, address in BY_ID:
        if await caller.rows(name).get(number) is not None:
            found.append(Voucher(kind=kind, id=number, address=address.format(number)))
    list_no = number if ":" in number else f"main:{number}"
    list_of_day = await caller.view(PICK_LISTS).get(list_no)
    if list_of_day is not None:
        found.append(Voucher(kind="picklist", id=list_no, address=f"/api/picklists/{list_of_day.on}"))
    return found


async def _by_field(caller: Caller, number: str) -> list[Voucher]:
    pattern = _whole_or_part(number)
    slips: dict[str, None] = {}
    for field in ON_SLIPS:
        slips |= dict.fromkeys(await caller.view(SLIPS).numbers({field: pattern}, sort=[("_id", 1)], limit=MOST))
    found = [Voucher(kind="inbound_slip", id=slip, address=f"/api/inbound/{slip}") for slip in slips]
    for goods in await caller.view(PIECES.files).find({"row.vouchers": pattern}, sort=[("_id", 1)], limit=MOST):
        contract_no, moves = goods.row.contract_no, [one.shown() for one in moves_of(goods.said) if one.has(number)]
        found.append(Voucher(kind="goods", id=contract_no, address=f"/api/goods/{contract_no}", moves=moves))
    return found


async def _on_cards(caller: Caller, number: str) -> list[Voucher]:
    """The cards with lines that were made by it."""
    query = {"row.voucher_no": _whole_or_part(number)}
    cards: dict[str, list[dict[str, Any]]] = {}
    for line in await caller.view(MOVES).find(query, sort=[("_id", 1)], limit=MOST_LINES):
        cards.setdefault(line.card, []).append(line.shown())
    return [
        Voucher(kind="card", id=card, address=f"/api/stock/{quote(card.partition(':')[2])}/card", moves=moves)
        for card, moves in cards.items()
    ]


def _whole_or_part(number: str) -> dict[str, str]:
    """The number itself, or its parts `<number>/...` (a slip's put-aways are vouchers of their own)."""
    return {"$regex": f"^{re.escape(number)}(/.*)?$"}
