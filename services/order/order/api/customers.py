"""HTTP of the customer file (客户档案, A1): a customer is who has a telephone number, over all contracts."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from contracts.fact import Customer
from order.api.contracts import ContractSummary
from order.api.rights import ContractNoInPath, readable_contract
from order.contract.row import CONTRACTS
from order.listing import found_by
from order.views import customer_file, customers_of
from order.who import READS, STORE
from runtime.http import Caller, SignedIn
from runtime.route import Router

router = Router()

CONTRACTS_OF_A_CUSTOMER = 200
"""Nobody signs more; a row of the list reads at most that many."""


class CustomerEntry(BaseModel):
    """A customer in the list; `id` is one of his contracts."""

    id: str
    customer: Customer
    contracts: int
    open: int
    last_signed_on: date
    owed_fen: int | None


class CustomerList(BaseModel):
    """One page of customers; `next` is the `after` of the page that follows, null at the end."""

    rows: list[CustomerEntry]
    next: str | None


class HistoryEntry(ContractSummary):
    """A contract of a customer, and what happened in it."""

    delivered_on: date | None
    installed_on: date | None
    fulfilled_on: date | None
    cancelled: dict[str, Any] | None
    delays: list[dict[str, Any]]
    postponements: list[dict[str, Any]]
    owed_fen: int | None
    warranties: list[dict[str, Any]]


class CustomerFile(CustomerEntry):
    """A customer with all his contracts, the latest first."""

    history: list[HistoryEntry]


@router.get("/customers", summary="客户档案 Customers (A1)")
async def customers(
    caller: SignedIn,
    q: Annotated[str | None, Query(max_length=40, description="合同号、客户姓名、电话或其后四位")] = None,
    after: Annotated[str | None, Query(pattern=r"^[A-Z]{2}[0-9]{6,12}$", description="上一页的 next")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CustomerList:
    """In order of their numbers, which are shown by role (C18). A store gets its own customers only."""
    caller.allow(*READS)
    query = _own(caller)
    if q and q.strip():
        query.update(found_by(q, caller.role))
    if after is not None:
        query["row.phone"] = {"$gt": CONTRACTS.read(await readable_contract(caller, after)).phone}
    rows = caller.rows("contracts")
    found = await rows.find(query, sort=[("row.phone", 1), ("_id", 1)], limit=limit + CONTRACTS_OF_A_CUSTOMER)
    whole = len(found) < limit + CONTRACTS_OF_A_CUSTOMER
    entries = customers_of(found, caller.role)
    if not whole and len(entries) > 1:
        entries = entries[:-1]  # the last one may have more contracts than were read
    page = entries[:limit]
    return CustomerList(
        rows=[CustomerEntry.model_validate(entry) for entry in page],
        next=page[-1]["id"] if page and (not whole or len(entries) > limit) else None,
    )


@router.get("/customers/{contract_no}", summary="一位客户的档案 One customer's file (A1)")
async def customer(contract_no: ContractNoInPath, caller: SignedIn) -> CustomerFile:
    """All contracts of the customer of this contract, joined by telephone number when asked."""
    caller.allow(*READS)
    row = await readable_contract(caller, contract_no)
    query = {**_own(caller), "row.phone": CONTRACTS.read(row).phone}
    found = await caller.rows("contracts").find(query, sort=[("_id", 1)], limit=CONTRACTS_OF_A_CUSTOMER)
    documents: list[Mapping[str, Any]] = list(found)
    return CustomerFile.model_validate(customer_file(documents, caller.role))


def _own(caller: Caller) -> dict[str, Any]:
    return {"row.store_code": caller.store or "-"} if caller.role in STORE else {}
