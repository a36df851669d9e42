"""11. Products, cards and lots: a product file of 20,000 rows, a card of 100,000 moves, a recall in a million lines.

The file goes over HTTP through API and worker. Card and lots are rows of the read models themselves, put there as the
projector writes them; what is timed is what a page or the API asks.
"""

import csv
import io
import time
from collections.abc import Iterator
from typing import Any

import httpx

from bench.http_latency import APART, songda_processes
from bench.load import RECEIVED
from bench.measuring import Section, figure
from contracts.inventory_stock import Lot
from inventory import recall
from inventory.card_page import card_page
from inventory.goods.row import PIECES
from inventory.lot_book import Held, LotBook
from inventory.lot_book_row import LOTS, lot_row
from inventory.stock.aggregate import card_no
from inventory.stock.moves import MOVES, MoveRow
from inventory.stock.row import STOCKED, StockRow
from order.files.products_file import LAYOUT
from runtime.mongo import connect, make_indexes
from runtime.rows import Rows, first_collection
from runtime.service import Projection, entry_id
from runtime.settings import Settings
from runtime.typed_rows import Views
from songda.client import token_for

MOVES_OF_CARD, PAGE = 100_000, 300
IMPORT_SECONDS, RECALL_SECONDS = 60.0, 1.0
HOLDERS = 100  # lines of each lot
ASKED = 20
SKU = "TC-600"


class _Asker:
    """What a page asks by."""

    def __init__(self, database: Any) -> None:
        self._database = database

    def view(self, model: Any) -> Views[Any]:
        projections = {one.name: one.projection for one in (MOVES, STOCKED, LOTS, PIECES)}
        return Views(model, Rows(self._database, projections[model.name]))


def products_file(rows: int) -> bytes:
    """A product file (CSV)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(LAYOUT.required)
    for number in range(rows):
        what = (f"TC-{number:06d}", "抛釉砖", "800x800", "陶瓷", "片", 3, "0.64", "否", "", "7.0", "15.5", "是")
        writer.writerow((*what, 0, "", 12, "粤陶"))
    return text.getvalue().encode()


async def measure(settings: Settings, rows: int, lines: int) -> Section:
    """The file once, then pages of the card and recalls."""
    database = connect(settings)
    async with songda_processes(settings, APART):
        imported = await _imported(settings, rows)
    await _fill(database, MOVES.projection, ({"_id": key, "row": row} for key, row in _moves()))
    await _fill(database, LOTS.projection, ({"_id": key, "row": row} for key, row in _lots(lines)))
    asker: Any = _Asker(database)
    card = StockRow(depot="main", sku=SKU, name="仿古砖", last_move_no=MOVES_OF_CARD, version=MOVES_OF_CARD)
    pages = [await _timed(card_page(asker, card, after, PAGE)) for after in _spread(MOVES_OF_CARD - PAGE)]
    traced = [await _timed(recall.trace(asker, f"L{number:06d}")) for number in _spread(lines // HOLDERS - 1)]
    database.client.close()
    return Section(
        "lots",
        f"{rows} products imported; a card of {MOVES_OF_CARD} moves; a lot among {lines} lines",
        (
            figure("import of the product file", "s", [imported], at_most=IMPORT_SECONDS),
            figure(f"{PAGE} lines of the card, anywhere", "s", pages),
            figure("who has a lot", "s", traced, at_most=RECALL_SECONDS),
        ),
    )


async def _imported(settings: Settings, rows: int) -> float:
    address = f"http://{settings.http_host}:{settings.http_port}"
    headers = {"Authorization": f"Bearer {token_for(settings, 'liang.my')}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=600, trust_env=False) as client:
        began = time.perf_counter()
        answer = await client.post("/api/imports/products", files={"file": ("p.csv", products_file(rows))})
        seconds = time.perf_counter() - began
    if (taken := answer.json()["taken"]) != rows:
        raise RuntimeError(f"taken {taken} of {rows}: {answer.text[:300]}")
    return seconds


async def _timed(asked: Any) -> float:
    began = time.perf_counter()
    if not await asked:
        raise RuntimeError("nothing there")
    return time.perf_counter() - began


def _spread(last: int) -> Iterator[int]:
    return (last * number // ASKED for number in range(1, ASKED + 1))


async def _fill(database: Any, projection: Projection, documents: Iterator[dict[str, Any]]) -> None:
    collection = database[first_collection(projection)]
    await make_indexes(collection, projection.indexes)
    some: list[dict[str, Any]] = []
    for document in documents:
        some.append({**document, "_pos": {"row": {"seq": 1, "offset": 1, "partition": 0}}})
        if len(some) == 1_000:
            await collection.insert_many(some, ordered=False)
            some = []
    if some:
        await collection.insert_many(some, ordered=False)


def _moves() -> Iterator[tuple[str, dict[str, Any]]]:
    card = card_no("main", SKU)
    for number in range(1, MOVES_OF_CARD + 1):
        lot = Lot(bin="A-01", held_for=None, pending=False, quantity=1, lot="C88")
        row = MoveRow(
            card=card,
            move_no=number,
            at=RECEIVED,
            recorded_at=RECEIVED,
            by="mai.gh",
            kind="received",
            quantity=1,
            taken=(),
            put=(lot,),
            before=number - 1,
            after=number,
            voucher_no=f"RK{number}",
            held_for=None,
            reason="",
        )
        yield entry_id(card, number), row.shown()


def _lots(lines: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for number in range(lines // HOLDERS):
        holders = (f"HT{number:06d}{of:03d}" for of in range(HOLDERS))
        held = {f"{one} {SKU}": Held(one, SKU, "仿古砖", 4) for one in holders}
        row = lot_row(LotBook(f"L{number:06d}", held, {card_no("main", SKU): 1}))
        assert row is not None
        yield row.lot, row.shown()
