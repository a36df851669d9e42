"""Order desk: the only place that queries its read models. A store gets its own contracts only (RULES §1)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, fields
from datetime import date

from company.masking import ROLES_THAT_SEE_CUSTOMERS
from contracts.job_ids import delivery_of, installation_of
from dashboards.inbox.waiting import todos_of
from dashboards.journal import ENTRIES, Entry
from dashboards.listing import PAGE_ROWS, Json, Slice, Sort, both, every, page_of, starts_with
from dashboards.seat import Seat
from dispatch.job.row import JOBS, JobRow
from inventory.goods.moves import Move, moves_of
from inventory.goods.row import PIECES
from order.contract.heard import CONTRACT_FILES, ContractFile
from order.contract.row import CONTRACTS, STAGES, STEPS, ContractRow
from runtime.http import Caller

SORTS: Mapping[str, Sort] = {"new": ("_id", -1), "promised": ("row.promised_on", 1), "signed": ("_id", 1)}


HISTORY_ROWS = 400
"""Entries of a history that are read; a contract has a few dozen."""

CUSTOMER_CONTRACTS = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is chosen in the list; None is everything."""

    q: str | None = None
    stage: str | None = None
    delay: str | None = None
    todo: str | None = None
    store: str | None = None
    before: date | None = None
    sort: str = "new"

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return any(getattr(self, one.name) for one in fields(self) if one.name != "sort")


def chosen_in(seat: Seat) -> Chosen:
    """What the address chooses."""
    return Chosen(
        q=seat.asked("q", longest=40),
        stage=seat.one_of("stage", ("active", *STAGES)),
        delay=seat.one_of("delay", STEPS),
        todo=seat.one_of("todo", todos_of(seat.person.role)),
        store=seat.asked("store", longest=12),
        before=seat.day("before"),
        sort=seat.one_of("sort", SORTS) or "new",
    )


def query_of(chosen: Chosen, role: str, store: str | None) -> Json:
    """Choices of somebody in `role` -> the condition. `store`: the only store whose contracts may be seen."""
    conditions: list[Json] = []
    if store is not None:
        conditions.append({"row.store_code": store})
    elif chosen.store:
        conditions.append({"row.store_code": chosen.store.upper()})
    if chosen.stage == "active":
        conditions.append({"row.ended": False})
    elif chosen.stage:
        conditions.append({"row.stage": chosen.stage})
    if chosen.delay:
        conditions.append({"row.delay": chosen.delay})
    if chosen.todo:
        conditions.append({"row.tags": chosen.todo})
    if chosen.before:
        conditions.append({"row.promised_on": {"$lte": chosen.before.isoformat()}})
    if chosen.q:
        conditions.append(_found_by(chosen.q, role))
    return both(*conditions)


def _found_by(text: str, role: str) -> Json:
    """A contract number or its beginning, or a product code; for who may see customers (C18) also the last four digits
    of a phone, or a name."""
    upper = text.upper()
    if upper.isascii() and "-" in upper:
        return {"row.skus": upper}
    if role not in ROLES_THAT_SEE_CUSTOMERS:
        return {"_id": starts_with(upper)}
    if text.isdecimal() and len(text) == 4:
        return {"row.search": text}
    if text.isdecimal() and len(text) >= 7:
        return {"row.phone": text}
    if upper[:2].isalpha() and upper[:2].isascii() and upper[2:].isdecimal():
        return {"_id": starts_with(upper)}
    return {"row.search": starts_with(upper)}


def _store_of(caller: Caller) -> str | None:
    return (caller.person.store or "-") if caller.person.role == "store" else None


async def orders_page(seat: Seat, chosen: Chosen, after: str | None, limit: int = PAGE_ROWS) -> Slice[ContractRow]:
    """One page of the list."""
    query = query_of(chosen, seat.person.role, _store_of(seat.caller))
    return await page_of(seat.caller.view(CONTRACTS), query, sort=SORTS[chosen.sort], after=after, limit=limit)


def orders_all(seat: Seat, chosen: Chosen) -> AsyncIterator[ContractRow]:
    """All rows that are chosen."""
    query = query_of(chosen, seat.person.role, _store_of(seat.caller))
    return every(seat.caller.view(CONTRACTS), query, sort=SORTS[chosen.sort])


async def own_contract(seat: Seat, contract_no: str) -> ContractFile | None:
    """A contract with what was said of it, or None where there is none or it is another store's."""
    found = await seat.caller.view(CONTRACT_FILES).get(contract_no)
    store = _store_of(seat.caller)
    return None if found is None or store not in {None, found.row.store_code} else found


async def entries_of(caller: Caller, contract_no: str, parts: int) -> list[Entry]:
    """The journal of a contract and of its jobs, part by part (A10), in no order."""
    rows = caller.view(ENTRIES)
    jobs = [f"job:{of(contract_no, part)}" for part in range(1, parts + 1) for of in (delivery_of, installation_of)]
    found = await rows.find({"order.aggregate": f"contract:{contract_no}"}, limit=HISTORY_ROWS)
    return found + await rows.find({"dispatch.aggregate": {"$in": jobs}}, limit=HISTORY_ROWS)


async def jobs_of(caller: Caller, contract_no: str) -> list[JobRow]:
    """The contract's jobs."""
    return await caller.view(JOBS).find({"row.contract_no": contract_no})


async def goods_of(caller: Caller, contract_no: str) -> list[Move]:
    """Every move of the contract's goods in the warehouse."""
    goods = await caller.view(PIECES.files).get(contract_no)
    return [] if goods is None else moves_of(goods.said)


async def customers_contracts(seat: Seat, phone: str) -> list[ContractFile]:
    """Contracts of the same phone number, the newest first; a store finds its own only."""
    store = _store_of(seat.caller)
    own = {} if store is None else {"row.store_code": store}
    rows = seat.caller.view(CONTRACT_FILES)
    return await rows.find({"row.phone": phone, **own}, sort=[("_id", -1)], limit=CUSTOMER_CONTRACTS)
