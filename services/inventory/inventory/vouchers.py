"""Every paper is found again by its number (D11): where a number occurs, as API and page show it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from inventory.count.row import SHEETS
from inventory.goods.moves import Move, moves_of
from inventory.goods.row import PIECES
from inventory.inbound.row import SLIPS
from inventory.loan_row import LOANS
from inventory.picklist_row import PICK_LISTS
from inventory.scrap_row import SCRAPS
from inventory.stock.moves import MOVES, MoveRow
from inventory.stock_list_row import STOCK_LISTS
from runtime.typed_rows import Model
from runtime.use_case import Asker

MOST = 50  # entries of one kind; a number names few things
MOST_LINES = 1_000  # of cards; a day's list moves many

Kind = Literal["inbound_slip", "loan", "scrap", "stock_list", "count", "goods", "picklist", "card"]

PAPERS: tuple[tuple[Kind, Model[object]], ...] = (
    ("inbound_slip", SLIPS),
    ("loan", LOANS),
    ("scrap", SCRAPS),
    ("stock_list", STOCK_LISTS),
    ("count", SHEETS),
    ("goods", PIECES),
    ("picklist", PICK_LISTS),
)
"""What has a number of its own; a day's list has its day."""

ON_SLIPS = ("row.delivery_note_no", "row.waybill", "row.sales_list_no")
"""Indexed fields of slips that hold numbers of others."""


@dataclass(frozen=True, slots=True)
class Found:
    """The paper, card (`depot:sku`), day's list (`depot:day`) or contract where a number occurs, and the moves with
    it."""

    kind: Kind
    id: str
    moves: Sequence[MoveRow | Move] = ()

    @property
    def bare(self) -> str:
        """Its number without the depot, as addresses have it."""
        return self.id.partition(":")[2] if self.kind in {"card", "picklist"} else self.id


async def vouchers(asker: Asker, number: str) -> list[Found]:
    """Where a number, or a part of it (`<number>/...`), occurs: papers, goods of contracts, bin cards."""
    own = await _by_own_number(asker, number)
    known = {(one.kind, one.id) for one in own}
    others = [one for one in await _by_others(asker, number) if (one.kind, one.id) not in known]
    return [*own, *others, *await _on_cards(asker, number)]


async def _by_own_number(asker: Asker, number: str) -> list[Found]:
    of_day = number if ":" in number else f"main:{number}"
    found = []
    for kind, papers in PAPERS:
        own = of_day if kind == "picklist" else number
        found += [Found(kind, one) for one in await asker.view(papers).numbers({"_id": own}, limit=1)]
    return found


async def _by_others(asker: Asker, number: str) -> list[Found]:
    pattern = _whole_or_part(number)
    slips: dict[str, None] = {}
    for field in ON_SLIPS:
        slips |= dict.fromkeys(await asker.view(SLIPS).numbers({field: pattern}, sort=[("_id", 1)], limit=MOST))
    goods = await asker.view(PIECES.files).find({"row.vouchers": pattern}, sort=[("_id", 1)], limit=MOST)
    moves = {one.row.contract_no: [move for move in moves_of(one.said) if move.has(number)] for one in goods}
    return [*(Found("inbound_slip", slip) for slip in slips), *(Found("goods", no, has) for no, has in moves.items())]


async def _on_cards(asker: Asker, number: str) -> list[Found]:
    """The cards with lines that were made by it."""
    query = {"row.voucher_no": _whole_or_part(number)}
    cards: dict[str, list[MoveRow]] = {}
    for line in await asker.view(MOVES).find(query, sort=[("_id", 1)], limit=MOST_LINES):
        cards.setdefault(line.card, []).append(line)
    return [Found("card", card, lines) for card, lines in cards.items()]


def _whole_or_part(number: str) -> dict[str, str]:
    """The number itself, or its parts (a slip's put-aways are vouchers of their own)."""
    return {"$regex": f"^{re.escape(number)}(/.*)?$"}
