"""HTTP of contracts as they are: a list, one, what is complete, and why the others are not (A3)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel

from contracts.bounds import CivilDay
from contracts.fact import Customer
from order.api.rights import ContractNoInPath, readable_contract
from order.listing import BadCursor, Sort, Wanted, cursor_of, query_of, sort_of
from order.refusals import no
from order.views import contract_detail, contract_summary, shipping_form
from order.who import READS, STORE
from runtime.http import SignedIn
from runtime.route import Router

router = Router()

State = Literal["waiting", "complete", "loaded", "partly_delivered", "delivered", "fulfilled", "cancelled"]
Todo = Literal[
    "delay_post",
    "delay_call",
    "store_accept",
    "store_follow_up",
    "promise_broken",
    "payment",
    "installation",
    "refund",
]


class Missing(BaseModel):
    """Pieces of a line that are not there yet."""

    line_no: int
    sku: str
    name: str
    missing: int


class Excess(BaseModel):
    """Pieces of a line that came beyond what was sold (D9)."""

    line_no: int
    sku: str
    name: str
    excess: int


class ContractSummary(BaseModel):
    """A contract in the list; the customer as the asking role may see it (C18)."""

    contract_no: str
    state: State
    complete: bool
    complete_on: date | None
    missing: list[Missing]
    excess: list[Excess]
    store_code: str
    store_name: str
    signed_on: date
    promised_on: date
    promise_broken: bool
    delayed: bool
    todo: list[Todo]
    customer: Customer


class Why(BaseModel):
    """Why pieces of a line are missing, and when they are expected (A3)."""

    code: Literal["damaged", "delayed", "partly_arrived", "on_the_way", "not_shipped"]
    zh: str
    en: str
    eta: date | None


class LineDetail(BaseModel):
    """A line and what became of its pieces; its price is null for roles that do not see money."""

    line_no: int
    sku: str
    name: str
    spec: str
    category: str
    quantity: int
    unit_price_fen: int | None
    to_install: bool
    received: int
    damaged: int
    damaged_outside: int
    released: int
    returned: int
    delivered: int
    refunded: int
    missing: int
    excess: int
    shipment: dict[str, Any] | None
    delay: dict[str, Any] | None
    warranty: dict[str, Any] | None
    why: Why | None = None


class ContractDetail(ContractSummary):
    """A contract with all that became of it; `version` is what `If-Match` may name. Amounts are null for roles that do
    not see money (RULES §1)."""

    amount_due_fen: int | None
    paid_fen: int | None
    refunded_fen: int | None
    owed_fen: int | None
    overpaid_fen: int | None
    """To be paid back (A12)."""
    payments: list[dict[str, Any]]
    refunds: list[dict[str, Any]]
    lines: list[LineDetail]
    removed_lines: list[LineDetail]
    delays: list[dict[str, Any]]
    postponements: list[dict[str, Any]]
    amendments: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]
    failures: list[dict[str, Any]]
    delivered_on: date | None
    installed_on: date | None
    accepted_by: str | None
    fulfilled_on: date | None
    cancelled: dict[str, Any] | None
    registered_at: datetime
    registered_by: str
    version: int


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
    rows = caller.rows("contracts")
    try:
        query = query_of(wanted, role, after)
    except BadCursor:
        caller.refuse(no("bad_page"), 422)
    found = await rows.find(query, sort=sort_of(wanted), limit=limit)
    return ContractList(
        rows=[ContractSummary.model_validate(contract_summary(row, role)) for row in found],
        next=cursor_of(wanted, found, limit),
        total=await rows.count(query_of(wanted, role)) if count else None,
    )


@router.get("/contracts/{contract_no}", summary="一份合同 One contract")
async def contract(contract_no: ContractNoInPath, caller: SignedIn) -> ContractDetail:
    """With all that became of it, and line by line why pieces are missing and when they are expected."""
    caller.allow(*READS)
    row = await readable_contract(caller, contract_no)
    return ContractDetail.model_validate(contract_detail(row, caller.role))


@router.get("/contracts/{contract_no}/shipping-form", summary="发货单 Shipping form (A8)")
async def shipping(contract_no: ContractNoInPath, caller: SignedIn) -> dict[str, Any]:
    """Name, spec, quantity and notes, line by line."""
    caller.allow(*READS)
    return shipping_form(await readable_contract(caller, contract_no), caller.role)
