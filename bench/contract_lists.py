"""7. Pages of the contracts list: time of one page, at the beginning, deep in the list and narrowed, beside its size.

A page is one query after a key: its time must not grow with the number of contracts. The stand-in scans the whole
collection for every list (it makes no secondary index), so its times do grow with their number, and nothing is judged
here; that each list is served by one index of the read model is proved by the order service's own tests.
"""

import time
from collections.abc import Mapping
from typing import Any

from bench import load
from bench.measuring import Section, figure
from bench.open_loop import percentile
from contracts.order import ContractSigned
from order.contract.row import CONTRACTS
from order.listing import Wanted, cursor_of, query_of, sort_of
from runtime.mongo import connect, make_indexes
from runtime.rows import Rows, first_collection, in_texts
from runtime.settings import Settings
from songda.stack import start_mongo, stop

PAGE = 50
PAGES_EACH = 10
STORES = 20
STANDS = ("waiting", "waiting", "complete", "loaded", "delivered", "fulfilled", "fulfilled", "cancelled")


def row(number: int) -> dict[str, Any]:
    """The n-th contract as it lies in the read model; stores, states and promised days are spread."""
    order = load.registration(number)
    fields = order.model_dump(exclude={"command", "at"})
    event = ContractSigned(at=load.RECEIVED, **fields)
    shown = CONTRACTS.after([event])
    assert shown is not None
    state = STANDS[number % len(STANDS)]
    document = {
        "_id": order.contract_no,
        "row": {
            **shown.model_dump(mode="json"),
            "store_code": f"S{number % STORES:02d}",
            "stage": state,
            "tags": [state, "short" if state == "waiting" else "full"],
            "promised_on": f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        },
        "_pos": {"row": {"seq": 1, "offset": number, "partition": 0}},
    }
    return in_texts(document, CONTRACTS.texts)


LISTS: Mapping[str, Wanted] = {
    "all": Wanted(),
    "newest first": Wanted(sort="-contract_no"),
    "one store": Wanted(store="S07"),
    "one state": Wanted(state="loaded"),
    "one store, one state": Wanted(store="S07", state="fulfilled"),
    "by promise, a month": Wanted(sort="promised_on"),
    "found by phone": Wanted(q="0042"),
}


async def measure(settings: Settings, rounds: int, contracts: int) -> Section:
    """A stand-in of its own."""
    home = settings.home / "lists"
    mongo = await start_mongo(home)
    try:
        url = f"mongodb://{mongo.address}"
        return await _measured(settings.model_copy(update={"mongo_url": url}), rounds, contracts)
    finally:
        await stop(mongo)


async def _measured(settings: Settings, rounds: int, contracts: int) -> Section:
    """Rows go straight into the read model's collection, with its indexes; then pages are turned."""
    projection = CONTRACTS.projection
    database = connect(settings)
    collection = database[first_collection(projection)]
    await make_indexes(collection, projection.indexes)
    for start in range(0, contracts, 1_000):
        numbers = range(start, min(start + 1_000, contracts))
        await collection.insert_many([row(number) for number in numbers], ordered=False)
    rows = Rows(database, projection)
    await _turn(rows, Wanted())  # the stand-in's code is compiled by now
    figures = []
    for name, wanted in LISTS.items():
        first, deep = [], []
        for _ in range(rounds):
            times = await _turn(rows, wanted)
            first.append(times[0])
            deep.append(percentile(times, 95))
        figures += [
            figure(f"{name}: first page", "ms", first),
            figure(f"{name}: p95 of {PAGES_EACH} pages", "ms", deep),
        ]
    middle = load.contract_no(contracts // 2)
    jump = []
    for _ in range(rounds):
        began = time.perf_counter()
        await rows.find(query_of(Wanted(), "cs_specialist", middle), sort=sort_of(Wanted()), limit=PAGE)
        jump.append((time.perf_counter() - began) * 1000)
    figures.append(figure("all: a page in the middle", "ms", jump))
    database.client.close()
    return Section("lists", f"lists of {contracts} contracts, pages of {PAGE}, one query each", tuple(figures))


async def _turn(rows: Rows, wanted: Wanted) -> list[float]:
    """Milliseconds of each page, as a person turns them one after the other."""
    times: list[float] = []
    after: str | None = None
    for _ in range(PAGES_EACH):
        began = time.perf_counter()
        found = await rows.find(query_of(wanted, "cs_specialist", after), sort=sort_of(wanted), limit=PAGE)
        times.append((time.perf_counter() - began) * 1000)
        after = cursor_of(wanted, found, PAGE)
        if after is None:
            break
    return times
