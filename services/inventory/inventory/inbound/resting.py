"""What rests by now on what was booked by a slip: found where it lies, before the check is corrected (D16)."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel

from contracts.bounds import Few, HowMany, Nth, OneLine
from contracts.fact import Value
from contracts.inventory_inbound import InboundReason
from contracts.inventory_stock import Lot, MoveKind
from runtime.typed_rows import ByName
from runtime.use_case import Asker


class Standing(Value):
    """What of a line's pieces can be taken back."""

    line_no: Nth
    here: HowMany
    """Good pieces that are where the slip brought them: its contract's, or free in the bins of all lines of the
    product; lines that have them in common share them."""
    pending: HowMany
    """Pieces in the pending zone that are nobody's."""
    later: OneLine = ""
    """The last paper by which pieces left, or were set apart."""
    counted: OneLine = ""
    """A count of their bins that was compared since."""


Standings = Annotated[tuple[Standing, ...], Few(1_000)]


class _Shelved(BaseModel):
    bin: str


class _SlipLine(BaseModel):
    line_no: int
    sku: str
    contract_no: str | None = None
    contract_line_no: int | None = None
    put: tuple[_Shelved, ...] = ()


class _Slip(BaseModel):
    """The slip's row, which is made of these use cases, as far as a correction needs it."""

    depot: str
    slip_no: str
    reason: InboundReason
    lines: tuple[_SlipLine, ...]


class _Card(BaseModel):
    lots: tuple[Lot, ...] = ()


class MoveSeen(BaseModel):
    """A line of the card."""

    card: str
    move_no: int
    kind: MoveKind
    taken: tuple[Lot, ...]
    put: tuple[Lot, ...]
    voucher_no: str = ""


class _LineKept(BaseModel):
    line_no: int
    sku: str
    here: int


class _Kept(BaseModel):
    depot: str = ""
    lines: tuple[_LineKept, ...] = ()


class _Compared(BaseModel):
    move_no: int


class _LineCounted(BaseModel):
    sku: str
    bin: str
    compared: _Compared | None = None


class _Sheet(BaseModel):
    count_no: str
    lines: tuple[_LineCounted, ...]


SLIPS, CARDS, KEPT = ByName("slips", _Slip), ByName("stock", _Card), ByName("goods", _Kept)
LINES, SHEETS = ByName("moves", MoveSeen), ByName("counts", _Sheet)
"""By name: these rows are made of the use cases that ask for them."""
TAKES: tuple[MoveKind, ...] = ("issued", "lent", "sent_back", "scrapped", "lost", "adjusted", "held", "set_aside")
LOOKED_AT = 200  # lines of a card, and sheets, that are looked at for the name of what rests


async def standing_of(asker: Asker, slip_no: str) -> tuple[Standing, ...]:
    """Line by line; nothing where the slip is not known yet."""
    slip = await asker.view(SLIPS).get(slip_no)
    if slip is None:
        return ()
    sheets = await asker.view(SHEETS).find({"row.depot": slip.depot}, sort=[("row.opened_at", -1)], limit=LOOKED_AT)
    return tuple([await _of(asker, slip, line, sheets) for line in slip.lines])


async def _of(asker: Asker, slip: _Slip, line: _SlipLine, sheets: Iterable[_Sheet]) -> Standing:
    card_no = f"{slip.depot}:{line.sku}"
    card = await asker.view(CARDS).get(card_no) or _Card()
    bins = {one.bin for one in line.put}
    if line.contract_no is None:
        same = (one for one in slip.lines if (one.sku, one.contract_no) == (line.sku, None))
        shelves = {put.bin for one in same for put in one.put}
        free = (lot for lot in card.lots if lot.held_for is None and not lot.pending and lot.bin in shelves)
        here = sum(lot.quantity for lot in free)
    else:
        kept = await asker.view(KEPT).get(line.contract_no) or _Kept()
        mine = (x for x in kept.lines if (x.line_no, x.sku) == (line.contract_line_no, line.sku))
        keeps = kept.depot == slip.depot and slip.reason != "customer_return"  # those are nobody's since (B15)
        here = sum(x.here for x in mine) if keeps else 0
    own = re.compile(f"^{re.escape(slip.slip_no)}[/-]")
    query = {"row.card": card_no, "row.voucher_no": {"$regex": own.pattern}}
    came = await asker.view(LINES).find(query, sort=[("row.move_no", 1)], limit=1)
    first = came[0].move_no if came else 0
    moves = await later_lines(asker, card_no, first)
    later = (x for x in moves if x.kind in TAKES and not own.search(x.voucher_no))
    counted = (
        sheet.count_no
        for sheet in sheets
        for one in sheet.lines
        if (one.sku, one.bin in bins) == (line.sku, True) and one.compared is not None
        if came and one.compared.move_no >= first
    )
    return Standing(
        line_no=line.line_no,
        here=here,
        pending=sum(lot.quantity for lot in card.lots if lot.pending and lot.held_for is None),
        later=next((named(one) for one in later), ""),
        counted=next(counted, ""),
    )


def named(line: MoveSeen) -> str:
    """A line of a card, as a refusal names it."""
    return f"{line.voucher_no}（第 {line.move_no} 行 #{line.move_no}）"


async def later_lines(asker: Asker, card_no: str, after: int) -> list[MoveSeen]:
    """Lines of a card after one, the last first, as many as are looked at."""
    lines = asker.view(LINES)
    query = {"row.card": card_no, "row.move_no": {"$gt": after}}
    return await lines.find(query, sort=[("row.move_no", -1)], limit=LOOKED_AT)
