"""HTTP of contracts as they are: a list, one, what is complete, and why the others are not (A3)."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from contracts.bounds import CivilDay
from order.api.rights import ContractNoInPath, readable_contract
from order.contract.row import CONTRACTS, State, Todo
from order.listing import BadCursor, Sort, Wanted, cursor_of, query_of, sort_of
from order.refusals import no
from order.views import (
    ContractDetail,
    ContractSummary,
    ShippingForm,
    contract_detail,
    contract_summary,
    shipping_form,
)
from order.who import READS, STORE
from runtime.http import SignedIn
from runtime.route import Router

router = Router()


class ContractList(BaseModel):
    """One page; `next` is the `after` of the page that follows, null at the end; `total` only when asked for."""

    rows: list[ContractSummary]
    next: str | None
    total: int | None


@router.get("/contracts", summary="合同与货齐 Contracts, and what is complete (A3)")
async def contracts(
    caller: SignedIn,
    *,
    store: Annotated[str | None, Query(max_length=8, description="门店编号")] = None,
    state: Annotated[State | None, Query(description="合同状态")] = None,
    complete: Annotated[bool | None, Query(description="只看货齐 / 未齐")] = None,
    delayed: Annotated[bool | None, Query(description="只看延期")] = None,
    todo: Annotated[Todo | None, Query(description="只看还有这件事的")] = None,
    promised_from: Annotated[CivilDay | None, Query(description="承诺日期从")] = None,
    promised_to: Annotated[CivilDay | None, Query(description="承诺日期到")] = None,
    q: Annotated[str | None, Query(max_length=40, description="合同号、客户姓名、电话或其后四位")] = None,
    sort: Annotated[Sort, Query(description="排序")] = "contract_no",
    after: Annotated[str | None, Query(max_length=60, description="上一页的 next")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    count: Annotated[bool, Query(description="要总数 (另一次查询)")] = False,
) -> ContractList:
    """One page. A store gets its own contracts only; customer data is masked by role (C18)."""
    caller.allow(*READS)
    own = caller.store or "-" if caller.role in STORE else store
    wanted = Wanted(own, state, complete, delayed, todo, promised_from, promised_to, q, sort)
    role = caller.role
    rows = caller.view(CONTRACTS)
    try:
        query = query_of(wanted, role, after)
    except BadCursor:
        caller.refuse(no("bad_page"), 422)
    found = await rows.find(query, sort=sort_of(wanted), limit=limit)
    return ContractList(
        rows=[contract_summary(row, role) for row in found],
        next=cursor_of(wanted, found, limit),
        total=await rows.count(query_of(wanted, role)) if count else None,
    )


@router.get("/contracts/{contract_no}", summary="一份合同 One contract")
async def contract(contract_no: ContractNoInPath, caller: SignedIn) -> ContractDetail:
    """With all that became of it, and line by line why pieces are missing and when they are expected."""
    caller.allow(*READS)
    return contract_detail(await readable_contract(caller, contract_no), caller.role)


@router.get("/contracts/{contract_no}/shipping-form", summary="发货单 Shipping form (A8)")
async def shipping(contract_no: ContractNoInPath, caller: SignedIn) -> ShippingForm:
    """Name, spec, quantity and notes, line by line."""
    caller.allow(*READS)
    return shipping_form((await readable_contract(caller, contract_no)).row, caller.role)
