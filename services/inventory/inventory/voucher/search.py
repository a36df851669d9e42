"""Every paper is found again by its number (D11): where a number occurs, as API and page show it.

A number of the register names its paper. Numbers that papers had of their own, as the older ones have, name them too;
so do those that stand on the sheets of a day, and those of others (waybills, delivery notes).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
from inventory.transfer.row import TRANSFERS
from inventory.voucher.register import Voucher, by_number
from runtime.typed_rows import Model
from runtime.use_case import Asker

MOST = 50  # entries of one kind; a number names few things
MOST_LINES = 1_000  # of cards; a day's list moves many

Place = Literal[
    "inbound",
    "loan",
    "scrap",
    "stocklist",
    "count",
    "goods",
    "picklist",
    "stock",
    "contract",
    "job",
    "run",
    "ticket",
    "transfer",
]
"""Kinds of aggregates: where a paper is kept."""

PAPERS: tuple[tuple[str, Place, Model[object]], ...] = (
    ("inbound_slip", "inbound", SLIPS),
    ("loan", "loan", LOANS),
    ("scrap", "scrap", SCRAPS),
    ("stock_list", "stocklist", STOCK_LISTS),
    ("transfer", "transfer", TRANSFERS),
    ("count", "count", SHEETS),
    ("goods", "goods", PIECES),
    ("picklist", "picklist", PICK_LISTS),
)
"""What has a number of its own; a day's list has its day."""

ON_SLIPS = ("row.delivery_note_no", "row.waybill", "row.sales_list_no")
"""Indexed fields of slips that hold numbers of others."""
OF_A_DAY = re.compile(r"(?:SY|FL|DD|RB|AP)(\d{6}|\d{8})(?:-.*)?")
"""Numbers of a day's sheets that were made of the day: SY260313-S1."""


@dataclass(frozen=True, slots=True)
class Found:
    """A paper, card, day's list or contract where a number occurs, and the moves with it. `id`: of the aggregate that
    it is a paper of; `voucher`: its entry in the register, if it has one."""

    kind: str
    place: Place
    id: str
    moves: Sequence[MoveRow | Move] = ()
    voucher: Voucher | None = None

    @property
    def bare(self) -> str:
        """Its number without the depot, as addresses have it."""
        return self.id.partition(":")[2] if self.place in {"stock", "picklist"} else self.id


async def vouchers(asker: Asker, number: str) -> list[Found]:
    """Where a number, or a part of it (`<number>/...`), occurs: papers, goods of contracts, bin cards."""
    named = [registered(one) for one in await by_number(asker, number)]
    found = {(one.kind, one.id, one.voucher and one.voucher.row.number): one for one in named}
    papers = {(one.kind, one.id) for one in named}
    spellings = (number, *(one.voucher.row.own_no for one in named if one.voucher is not None))
    for spelt in dict.fromkeys(one for one in spellings if one and not one.startswith("#")):
        own = [*await _by_own_number(asker, spelt), *await _by_others(asker, spelt)]
        for one in [*own, *await _on_cards(asker, spelt)]:
            if (one.kind, one.id) not in papers:
                found.setdefault((one.kind, one.id, None), one)
    return list(found.values())


def registered(voucher: Voucher) -> Found:
    """A number of the register as what it is the number of."""
    place, _, number = voucher.row.paper.partition(":")
    return Found(voucher.kind.name, place, number, voucher=voucher)  # type: ignore[arg-type]  # a kind of aggregate


async def _by_own_number(asker: Asker, number: str) -> list[Found]:
    of_day = number if ":" in number else f"main:{_day_of(number) or number}"
    found = []
    for kind, place, papers in PAPERS:
        own = of_day if kind == "picklist" else number
        found += [Found(kind, place, one) for one in await asker.view(papers).numbers({"_id": own}, limit=1)]
    return found


def _day_of(number: str) -> date | None:
    """The day of a day's sheet, by what stands on it."""
    named = OF_A_DAY.fullmatch(number)
    if named is None:
        return None
    try:
        return datetime.strptime(named[1][-6:], "%y%m%d").date()  # noqa: DTZ007  # a civil day
    except ValueError:
        return None


async def _by_others(asker: Asker, number: str) -> list[Found]:
    pattern = _whole_or_part(number)
    slips: dict[str, None] = {}
    for field in ON_SLIPS:
        slips |= dict.fromkeys(await asker.view(SLIPS).numbers({field: pattern}, sort=[("_id", 1)], limit=MOST))
    goods = await asker.view(PIECES.files).find({"row.vouchers": pattern}, sort=[("_id", 1)], limit=MOST)
    moves = {one.row.contract_no: [move for move in moves_of(one.said) if move.has(number)] for one in goods}
    on_slips = (Found("inbound_slip", "inbound", slip) for slip in slips)
    return [*on_slips, *(Found("goods", "goods", no, has) for no, has in moves.items())]


async def _on_cards(asker: Asker, number: str) -> list[Found]:
    """The cards with lines that were made by it."""
    query = {"row.voucher_no": _whole_or_part(number)}
    cards: dict[str, list[MoveRow]] = {}
    for line in await asker.view(MOVES).find(query, sort=[("_id", 1)], limit=MOST_LINES):
        cards.setdefault(line.card, []).append(line)
    return [Found("card", "stock", card, lines) for card, lines in cards.items()]


def _whole_or_part(number: str) -> dict[str, str]:
    """The number itself, or its parts (a slip's put-aways are vouchers of their own)."""
    return {"$regex": f"^{re.escape(number)}(/.*)?$"}
