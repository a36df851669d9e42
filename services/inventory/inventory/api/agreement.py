"""HTTP of the ledger-card-goods report 账卡物 (D7)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel

from company.depots import SPELT
from inventory.agreement import Agreement, CardLine, CountedBin, Entry, agreement
from inventory.count.file import COUNTS as SHEETS
from inventory.count.rows import count_of, moves_of
from inventory.ledger import LEDGER, entries_by_card
from inventory.stock.aggregate import card_no
from inventory.stock.moves import MoveRow
from inventory.stock.row import STOCKED
from inventory.who import COUNTS
from runtime.http import Caller, SignedIn
from runtime.route import Router

router = Router()


class PartingView(BaseModel):
    """Where two of the three part; see the words in `zh` and `en`."""

    between: Literal["ledger_card", "card_goods"]
    at: datetime
    voucher_no: str
    move_no: int | None
    after_move: int
    difference: int
    bin: str | None
    candidates: tuple[int, ...]
    likely: tuple[int, ...]
    lot: str | None
    zh: str
    en: str


class SkuAgreement(BaseModel):
    """账 `ledger`, 卡 `card`, 物 `goods` of a sku (null: never counted)."""

    sku: str
    name: str
    ledger: int
    card: int
    goods: int | None
    agrees: bool
    partings: tuple[PartingView, ...]


class AgreementReport(BaseModel):
    """One page of skus; `parted` of them do not agree. Papers of the last seconds may still be on their way."""

    depot: str
    parted: int
    skus: tuple[SkuAgreement, ...]


@router.get("/agreement", summary="账卡物 Ledger, card and goods (D7)")
async def report(
    caller: SignedIn,
    *,
    depot: Annotated[str, Query(pattern=SPELT)] = "main",
    sku: Annotated[str | None, Query(max_length=80)] = None,
    count_no: Annotated[str | None, Query(max_length=40)] = None,
    only: Literal["all", "parted"] = "all",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> AgreementReport:
    """Of one sku, of a count's skus, or page by page of the depot: whether the three agree, and the first move after
    which they part."""
    caller.allow(*COUNTS)
    if count_no is not None:
        wanted = sorted({card_no(depot, line.sku) for line in (await count_of(caller, count_no)).lines})
        rows = list((await caller.view(STOCKED).get_many(wanted)).values())
    else:
        query = {"row.depot": depot} | ({"row.sku": sku} if sku else {})
        rows = await caller.view(STOCKED).find(query, sort=[("_id", 1)], limit=limit, skip=skip)
    cards = {row.sku: card_no(depot, row.sku) for row in rows}
    entries = await _entries(caller, list(cards.values()))
    moves = await moves_of(caller, dict.fromkeys(cards.values(), 0))
    counted = await _counted(caller, depot, set(cards))
    found = [
        agreement(
            row.sku,
            row.name,
            entries.get(cards[row.sku], []),
            card_lines(moves[cards[row.sku]]),
            counted.get(row.sku, []),
        )
        for row in rows
    ]
    shown = [x for x in found if only == "all" or not x.agrees]
    return AgreementReport(depot=depot, parted=sum(not x.agrees for x in found), skus=tuple(_view(x) for x in shown))


async def _entries(caller: Caller, cards: list[str]) -> dict[str, list[Entry]]:
    """Entries of the papers, by card."""
    return entries_by_card(await caller.view(LEDGER).find({"row.bookings.card": {"$in": cards}}))


async def _counted(caller: Caller, depot: str, skus: set[str]) -> dict[str, list[CountedBin]]:
    """Compared figures of all counts, by sku."""
    query = {"row.depot": depot, "row.lines.sku": {"$in": sorted(skus)}, "row.status": {"$ne": "cancelled"}}
    found: dict[str, list[CountedBin]] = {}
    for row in await caller.view(SHEETS).find(query):
        for line in row.lines:
            now = line.compared
            if line.sku in skus and now is not None:
                figure = CountedBin(
                    row.count_no, line.bin, now.counted_at, now.book, now.counted, now.move_no, line.move_no, line.lot
                )
                found.setdefault(line.sku, []).append(figure)
    return found


def card_lines(moves: Iterable[MoveRow]) -> list[CardLine]:
    """Lines of a card as they are compared."""
    return [
        CardLine(move.move_no, move.at, move.kind, move.voucher_no, move.change, move.bins, move.places)
        for move in moves
    ]


def _view(found: Agreement) -> SkuAgreement:
    partings = []
    for parting in found.partings:
        values = {name: getattr(parting, name) for name in PartingView.model_fields if name not in {"zh", "en"}}
        where = f"第 {parting.move_no} 笔" if parting.move_no else f"第 {parting.after_move} 笔之后"
        place = f"line {parting.move_no}" if parting.move_no else f"after line {parting.after_move}"
        if parting.between == "card_goods":
            there = " ".join(x for x in (parting.bin, parting.lot, f"{parting.difference:+d}") if x)
            zh = f"盘点 {parting.voucher_no}：货位 {there} 件（实物减存卡），存卡自{where}起可能有误"
            en = f"Count {parting.voucher_no}: {there} pieces, goods less card; look at the card from {place}"
        elif parting.move_no is None:
            zh = f"单据 {parting.voucher_no} 没有记到存卡上（应在{where}）"
            en = f"Voucher {parting.voucher_no} is not on the card (it belongs {place})"
        else:
            zh = f"存卡{where}（单据 {parting.voucher_no}）与账上不符"
            en = f"The card's {place} (voucher {parting.voucher_no}) does not fit the ledger"
        partings.append(PartingView(**values, zh=zh, en=en))
    return SkuAgreement(
        sku=found.sku,
        name=found.name,
        ledger=found.ledger,
        card=found.card,
        goods=found.goods,
        agrees=found.agrees,
        partings=tuple(partings),
    )
