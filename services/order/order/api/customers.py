"""HTTP of the customer file (客户档案, A1): a customer is who has a telephone number, over all contracts."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from order.api.rights import ContractNoInPath, readable_contract
from order.contract.heard import CONTRACT_FILES
from order.contract.row import CONTRACTS
from order.listing import found_by
from order.views import CustomerEntry, CustomerFile, customer_file, customers_of
from order.who import READS, STORE
from runtime.http import Caller, SignedIn
from runtime.route import Router

router = Router()

CONTRACTS_OF_A_CUSTOMER = 200
"""Nobody signs more; a row of the list reads at most that many."""


class CustomerList(BaseModel):
    """One page of customers; `next` is the `after` of the page that follows, null at the end."""

    rows: list[CustomerEntry]
    next: str | None


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
        query |= {"row.phone": {"$gt": (await readable_contract(caller, after)).row.phone}}
    rows = caller.view(CONTRACTS)
    found = await rows.find(query, sort=[("row.phone", 1), ("_id", 1)], limit=limit + CONTRACTS_OF_A_CUSTOMER)
    whole = len(found) < limit + CONTRACTS_OF_A_CUSTOMER
    entries = customers_of(found, caller.role)
    if not whole and len(entries) > 1:
        entries = entries[:-1]  # the last one may have more contracts than were read
    page = entries[:limit]
    return CustomerList(
        rows=page,
        next=page[-1].id if page and (not whole or len(entries) > limit) else None,
    )


@router.get("/customers/{contract_no}", summary="一位客户的档案 One customer's file (A1)")
async def customer(contract_no: ContractNoInPath, caller: SignedIn) -> CustomerFile:
    """All contracts of the customer of this contract, joined by telephone number when asked."""
    caller.allow(*READS)
    known = await readable_contract(caller, contract_no)
    query = {**_own(caller), "row.phone": known.row.phone}
    found = await caller.view(CONTRACT_FILES).find(query, sort=[("_id", 1)], limit=CONTRACTS_OF_A_CUSTOMER)
    return customer_file(found, caller.role)


def _own(caller: Caller) -> dict[str, Any]:
    return {"row.store_code": caller.store or "-"} if caller.role in STORE else {}
