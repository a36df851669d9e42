"""Counting by lot (批号): a lot that the card does not know is a question first (D7, D13)."""

import io
from typing import Any

import openpyxl
import pytest
from count_cases import (
    ACCOUNTANT,
    ADJUSTED,
    ADJUSTMENT,
    CTX,
    NO,
    NOW,
    OPENED,
    TILES,
    TOILETS,
    card,
    compared,
    context,
    figure,
    told,
)
from httpx import AsyncClient
from inventory_world import World
from test_count_api import A1, A2, TOKENS, client, get, opened, post, world

from contracts.envelope import Meta
from contracts.inventory_counts import CountAdjusted, CountKey, CountLineAdded, PiecesCounted, RecountAsked
from contracts.inventory_stock import LotPieces
from inventory.agreement import CardLine, CountedBin, Entry, agreement
from inventory.count.aggregate import COUNT
from inventory.count.card import BinChange, Card
from inventory.count.counting import CompareCount, CountPieces
from inventory.count.row import SHEETS
from inventory.count.settling import ApproveAdjustment, ExplainDifference
from inventory.count_sheet_file import read_sheet
from inventory.count_workbook import write_sheet
from inventory.ledger import entries_by_card, ledger_row
from inventory.reactions.counts import adjust_stock
from inventory.stock.aggregate import STOCK, card_no
from inventory.stock.holding import BringIn
from runtime.testing import given

__all__ = ["client", "world"]  # fixtures of the counts over HTTP

C88, D12 = (TILES.model_copy(update={"lot": lot}) for lot in ("C88", "D12"))
BY_LOT = OPENED.model_copy(update={"targets": (C88, D12, TOILETS)})
FOUND = TILES.model_copy(update={"lot": "E07", "lot_found": True})
ADDED = CountLineAdded(at=NOW, count_no=NO, target=FOUND)


def of_lot(fact: PiecesCounted, lot: str) -> PiecesCounted:
    return fact.model_copy(update={"lot": lot})


def lots(**pieces: int) -> Card:
    """The tiles' card: pieces of each lot in the bin."""
    balances = tuple(BinChange(bin="A-01", lot=lot, quantity=quantity) for lot, quantity in pieces.items())
    return card(TILES, 0).model_copy(update={"balances": balances})


def test_each_lot_of_a_bin_is_counted_and_compared_by_itself() -> None:
    """D7, D13: 60 tiles by the card and on the floor, but ten of them are of the other lot."""
    counts = (of_lot(figure(C88, 30), "C88"), of_lot(figure(D12, 30), "D12"), figure(TOILETS, 4))
    c88 = compared(TILES, 30, 40).model_copy(update={"lot": "C88"})
    d12 = compared(TILES, 30, 20).model_copy(update={"lot": "D12"})
    keys = tuple(CountKey(sku="TIL-0918", bin="A-01", lot=lot) for lot in ("C88", "D12"))
    again = RecountAsked(at=NOW, count_no=NO, lines=keys, reason="beyond_tolerance", note="")
    compare = CompareCount(cards=(lots(C88=40, D12=20), card(TOILETS, 4)))
    given(COUNT, BY_LOT, *counts).asks(compare, CTX).then(told(c88, d12, compared(TOILETS, 4, 4)), again)


def test_a_sheet_that_counts_by_lot_takes_no_figure_without_one() -> None:
    """D13"""
    whole = CountPieces(sku="TIL-0918", bin="A-01", quantity=60)
    given(COUNT, BY_LOT).asks(whole, CTX).refuses("lot_wanted")


@pytest.mark.parametrize("sheet", [OPENED, BY_LOT])
def test_a_lot_that_the_sheet_does_not_name_gets_a_line_of_its_own(sheet: Any) -> None:
    """D7, D13: the card stays as it is; the line asks."""
    count = CountPieces(sku="TIL-0918", bin="A-01", lot="E07", quantity=5)
    given(COUNT, sheet).asks(count, CTX).then(ADDED, of_lot(figure(FOUND, 5), "E07"))
    given(COUNT, sheet, ADDED, of_lot(figure(FOUND, 5), "E07")).asks(count, CTX).nothing_new()
    given(COUNT, sheet).asks(count.model_copy(update={"bin": "A-02"}), CTX).refuses("not_on_sheet")


def test_a_lot_that_the_card_does_not_know_is_counted_again_whatever_the_tolerance() -> None:
    """D7, D13: and what has a line of its own is in no other line's book."""
    tolerant = CTX.policy.model_copy(update={"count_tolerance_pieces": 100})
    ctx = context().__class__(now=CTX.now, by=CTX.by, role=CTX.role, policy=tolerant)
    rest, found = figure(TILES, 55), of_lot(figure(FOUND, 5), "E07")
    compare = CompareCount(cards=(lots(**{"": 60}), card(TOILETS, 4)))
    told_ = told(
        compared(TILES, 55, 60, within_tolerance=True),
        compared(TOILETS, 4, 4),
        compared(TILES, 5, 0).model_copy(update={"lot": "E07"}),
    )
    keys = (CountKey(sku="TIL-0918", bin="A-01", lot="E07"),)
    again = RecountAsked(at=NOW, count_no=NO, lines=keys, reason="beyond_tolerance", note="")
    given(COUNT, OPENED, ADDED, rest, figure(TOILETS, 4), found).asks(compare, ctx).then(told_, again)


def test_the_card_follows_in_the_lot_that_was_counted() -> None:
    """D7, D13"""
    line = compared(TILES, 30, 40).model_copy(update={"lot": "C88"})
    state = (BY_LOT, of_lot(figure(C88, 30), "C88"), told(line))
    explain = ExplainDifference(sku="TIL-0918", bin="A-01", lot="C88", reason="damage")
    approve = ApproveAdjustment(sku="TIL-0918", bin="A-01", lot="C88", card=lots(C88=40, D12=20))
    explained = given(COUNT, *state).asks(explain, CTX).accepted()
    (adjusted,) = explained.asks(approve, ACCOUNTANT).events
    assert isinstance(adjusted, CountAdjusted)
    (ask,) = adjust_stock(adjusted)
    assert (adjusted.quantity, adjusted.lot, ask.command.lot) == (-10, "C88", "C88")  # type: ignore[attr-defined]
    other = approve.model_copy(update={"lot": "D12"})
    explained.asks(other, ACCOUNTANT).refuses("no_difference")


def test_an_event_of_before_lots_counts_whatever_lies_there() -> None:
    """D7, D13: sheets that were out when lots came, and bins without lots."""
    old = OPENED.model_validate(
        {**OPENED.model_dump(), "targets": [x.model_dump(exclude={"lot", "lot_found"}) for x in OPENED.targets]}
    )
    compare = CompareCount(cards=(lots(C88=40, D12=20), card(TOILETS, 4)))
    counted = given(COUNT, old, figure(TILES, 60), figure(TOILETS, 4)).asks(compare, CTX)
    assert [type(event).__name__ for event in counted.events] == ["StockCounted", "CountClosed"]
    assert ADJUSTED.lot is None


def test_an_adjustment_that_is_approved_twice_is_in_the_ledger_once() -> None:
    """D7: a double click before the stock answered."""
    meta = Meta("e", "", "/songda/inventory", f"count:{NO}", NOW, 1, "c", "c", "su.kj", 0)
    other = ADJUSTED.model_copy(update={"adjustment_id": f"{NO}:2"})
    rows = [ledger_row(event, meta) for event in (ADJUSTED, ADJUSTED, other)]
    entries = entries_by_card(row for row in rows if row is not None)
    assert ([entry.quantity for entry in entries["main:TIL-0918"]], ADJUSTMENT) == ([-2, -2], f"{NO}:1")


def test_the_report_takes_each_lot_of_a_bin_and_a_count_of_all_in_place_of_older_lots() -> None:
    """D7, D13"""

    def counted(no: str, lot: str | None, book: int, found: int, day: int) -> CountedBin:
        return CountedBin(no, "A-01", NOW.replace(day=day), book, found, 1, None, lot)

    def came(no: int, lot: str, quantity: int) -> CardLine:
        return CardLine(no, NOW, "received", f"RK-{no}", quantity, {"A-01": quantity}, {("A-01", lot): quantity})

    card = (came(1, "C88", 40), came(2, "D12", 20))
    ledger = tuple(Entry(line.at, line.voucher_no, line.quantity, line.kind) for line in card)
    by_lot = (counted("PD-1", "C88", 40, 30, 20), counted("PD-1", "D12", 20, 30, 20))
    parted = agreement("X", "砖", ledger, card, by_lot)
    assert [(parting.lot, parting.difference) for parting in parted.partings] == [("C88", -10), ("D12", 10)]
    whole = agreement("X", "砖", ledger, card, (*by_lot, counted("PD-2", None, 60, 60, 21)))
    assert (whole.agrees, whole.goods) == (True, 60)


# --- over HTTP ----------------------------------------------------------------------------------------------------


@pytest.fixture
def of_two_lots(world: World) -> World:
    """40 tiles of C88 and 20 of D12 beside the toilets, and 60 tiles of no lot in another bin."""
    came = BringIn(
        depot="main",
        sku="TIL-0918",
        name="抛光砖",
        quantity=60,
        voucher_no="RK-9",
        cause_id="c9",
        kind="received",
        bin=A2,
        lots=(LotPieces(lot="C88", quantity=40), LotPieces(lot="D12", quantity=20)),
    )
    assert world.put(STOCK.key(card_no("main", "TIL-0918")), came).status == "accepted"
    return world


async def test_a_miscounted_lot_ends_on_the_card_in_its_lot(client: AsyncClient, of_two_lots: World) -> None:
    """D7, D13: ten tiles that the card has as C88 are D12, and five are of E07, which it does not know."""
    no = await opened(client)
    lines = (await get(client, f"/counts/{no}"))["lines"]
    assert [(x["bin"], x["sku"], x["lot"]) for x in lines] == [
        (A1, "TIL-0918", None),
        (A2, "TIL-0918", "C88"),
        (A2, "TIL-0918", "D12"),
        (A2, "WC-100", None),
    ]
    tiles = {"sku": "TIL-0918", "bin": A2}
    assert (await post(client, f"/counts/{no}/lines", tiles))[0] == 201  # of no lot: the sheet has lots there
    counted = {"C88": 30, "D12": 25, "E07": 5, "": 0}
    others = ({"sku": "TIL-0918", "bin": A1, "quantity": 60}, {"sku": "WC-100", "bin": A2, "quantity": 4})
    by_lot = tuple({**tiles, "lot": lot, "quantity": pieces} for lot, pieces in counted.items())
    for one in (*others, *by_lot):
        assert (await post(client, f"/counts/{no}/figures", one))[0] == 201
    assert (await post(client, f"/counts/{no}/comparison"))[1]["events"] == ["StockCounted", "RecountAsked"]
    asked = [x["lot"] for x in (await get(client, f"/counts/{no}"))["lines"] if x["status"] == "recount"]
    assert asked == ["C88", "D12", "E07"]
    for one in by_lot[:3]:
        assert (await post(client, f"/counts/{no}/figures", one, "lin.ck"))[0] == 201
    await post(client, f"/counts/{no}/comparison")
    for lot in asked:
        key = {**tiles, "lot": lot}
        before = of_two_lots.rows["stock"].documents["main:TIL-0918"]["row"]["lot_nos"]
        assert ("E07" in before) is False  # a question is no stock
        await post(client, f"/counts/{no}/explanations", {**key, "reason": "label"})
        assert (await post(client, f"/counts/{no}/approvals", key, "su.kj"))[0] == 201
    stock = of_two_lots.rows["stock"].documents["main:TIL-0918"]["row"]
    assert {x["lot"]: x["quantity"] for x in stock["lots"] if x["bin"] == A2} == {"C88": 30, "D12": 25, "E07": 5}
    assert (await get(client, f"/counts/{no}"))["status"] == "closed"


async def test_a_line_of_a_bin_with_lots_says_its_lot(client: AsyncClient, of_two_lots: World) -> None:
    """D13"""
    _, answer = await post(client, "/counts", {"chosen": {"skus": ["WC-100"]}})
    no = answer["body"]["counts"][0]
    line = {"sku": "TIL-0918", "bin": A2}
    assert (await post(client, f"/counts/{no}/lines", line))[1]["code"] == "lot_wanted"
    for lot in ("C88", "E07"):
        assert (await post(client, f"/counts/{no}/lines", {**line, "lot": lot}))[0] == 201
    lines = (await get(client, f"/counts/{no}"))["lines"]
    assert [(x["lot"], x["lot_found"]) for x in lines] == [(None, False), ("C88", False), ("E07", True)]


async def test_the_sheet_brings_each_lot_back_and_asks_of_one_that_it_did_not_name(
    client: AsyncClient, of_two_lots: World
) -> None:
    """D7, D13, X6"""
    no = await opened(client)
    row = SHEETS.read(of_two_lots.rows["counts"].documents[no])
    workbook = openpyxl.load_workbook(io.BytesIO(write_sheet(row)))
    sheet = workbook.worksheets[0]
    assert [cells[4] for cells in sheet.iter_rows(min_row=3, values_only=True)] == [None, "C88", "D12", None]
    sheet["G4"] = 40
    sheet.append(["A", A2, "TIL-0918", "砖", "e07", None, 5])
    sheet.append(["A", A2, "TIL-0918", "砖", None, None, 5])
    sheet.append(["A", A2, "TIL-0918", "砖", "两个 批号", None, 5])
    filled = io.BytesIO()
    workbook.save(filled)
    read = read_sheet(filled.getvalue())
    assert [x.lot for x in getattr(read, "rows", ())] == ["C88", "E07", ""]
    answer = await client.post(
        f"/api/counts/{no}/sheet",
        files={"file": ("盘点表.xlsx", filled.getvalue())},
        headers={"Authorization": f"Bearer {TOKENS.issue('mai.gh')}"},
    )
    assert (answer.json()["taken"], [x["code"] for x in answer.json()["refused"]]) == (
        2,
        ["lot_wanted", "unreadable_row"],
    )
    counted = {x["lot"]: x["lot_found"] for x in (await get(client, f"/counts/{no}"))["lines"] if x["figures"]}
    assert counted == {"C88": False, "E07": True}
