"""HTTP of a contract's goods: receive, report damage, look."""

import asyncio
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from company.crew_of_day import works_at
from contracts.bounds import CivilDay, Happened, HowMany, Nth, OptionalId
from contracts.civil_time import civil_day
from contracts.fact import Customer
from contracts.inventory import Fault, Place
from contracts.spelling import Sku, WaybillNo
from inventory.api.common import ContractNoInPath
from inventory.domain.goods import ReceiveGoods, ReportDamage, goods_id
from inventory.fields import Note, Photos
from inventory.projections.goods import goods_view
from inventory.who import READS_GOODS
from runtime.clock import utc_now
from runtime.decision import Rejected
from runtime.http import Answer, Asking, Desk, Refusal
from runtime.route import Router

router = Router()

RECEIVES = ("warehouse",)
REPORTS_DAMAGE = ("crew_leader", "warehouse", "technician")


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    """When it happened, if told later (X1)."""
    contract_no: OptionalId | None = None
    """May be left out; else it must be the one in the address."""


class GoodsReceived(_Body):
    """What the warehouse received by hand (D2); the day defaults to that of `at`, or today."""

    command: Literal["ReceiveGoods"] = "ReceiveGoods"
    line_no: Nth
    sku: Sku
    quantity: Annotated[HowMany, Field(ge=1)]
    waybill: WaybillNo
    arrived_on: CivilDay | None = None


class DamageFound(_Body):
    """What was found damaged (D4). Without `damage_id` one is made from the request."""

    command: Literal["ReportDamage"] = "ReportDamage"
    damage_id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")] = None
    line_no: Nth
    quantity: Annotated[HowMany, Field(ge=1)]
    found: Place
    fault: Fault = "unknown"
    photos: Photos = ()
    note: Note = ""


class StockLine(BaseModel):
    """Pieces of one line; `here` = arrived + returned - damaged - issued - released."""

    line_no: int
    sku: str
    name: str
    expected: int
    arrived: int
    damaged: int
    damaged_outside: int
    issued: int
    returned: int
    released: int
    here: int
    missing: int
    excess: int


class GoodsView(BaseModel):
    """A contract's goods; `moves` is their history, `missing` and `excess` are sums over the lines (D9)."""

    contract_no: str
    customer: Customer | None
    cancelled: bool
    missing: int
    excess: int
    lines: list[StockLine]
    moves: list[dict[str, Any]]
    version: int


@router.post("/goods/{contract_no}/arrivals", status_code=201, summary="收货 Receive goods (D2)")
async def receive(contract_no: ContractNoInPath, body: GoodsReceived, desk: Desk) -> Answer:
    """Once per line and waybill. More than was sold is taken and shown as excess (D9)."""
    desk.allow(*RECEIVES)
    _same_contract(contract_no, body)
    command = ReceiveGoods(
        at=body.at,
        contract_no=contract_no,
        line_no=body.line_no,
        sku=body.sku,
        quantity=body.quantity,
        waybill=body.waybill,
        arrived_on=body.arrived_on or civil_day(body.at or utc_now()),
        told_by="warehouse",
    )
    return desk.answer(await desk.ask(goods_id(contract_no), command))


@router.post("/goods/{contract_no}/damages", status_code=201, summary="报破损 Report damage (D4)")
async def report_damage(contract_no: ContractNoInPath, body: DamageFound, desk: Desk) -> Answer:
    """Takes the pieces out of what is available and opens a leftover ticket `T-<damage_id>` (C9).

    A leader reports of stops of the own crew, a technician of contracts where a visit is theirs (C18).
    """
    desk.allow(*REPORTS_DAMAGE)
    _same_contract(contract_no, body)
    if desk.person.role != "warehouse" and not await _works_there(desk, contract_no):
        raise Refusal(
            403,
            Rejected(
                "not_your_contract",
                "C18",
                f"合同 {contract_no} 不是您班组的单，也不是您上门的单。请联系安装主管",
                f"Contract {contract_no} is no stop of your crew and no visit of yours. Ask the supervisor",
                {"contract_no": contract_no},
            ),
        )
    command = ReportDamage(
        at=body.at,
        contract_no=contract_no,
        damage_id=body.damage_id or desk.fresh_id("damage", contract_no),
        line_no=body.line_no,
        quantity=body.quantity,
        found=body.found,
        fault=body.fault,
        photos=body.photos,
        note=body.note,
    )
    outcome = await desk.ask(goods_id(contract_no), command)
    return desk.answer(outcome, {"damage_id": command.damage_id, "ticket_id": f"T-{command.damage_id}"})


@router.get("/goods/{contract_no}", summary="一份合同的货 Goods of a contract (D6)")
async def goods(contract_no: ContractNoInPath, desk: Desk) -> GoodsView:
    """Pieces per line, and every move."""
    desk.allow(*READS_GOODS)
    row = await desk.rows("goods").get(contract_no)
    if row is None:
        raise Refusal(
            404,
            Rejected(
                "unknown_contract",
                "D2",
                f"仓库没有合同 {contract_no} 的货。请核对合同号",
                f"The warehouse knows no goods of contract {contract_no}. Check the number",
                {"contract_no": contract_no},
            ),
        )
    return GoodsView.model_validate(goods_view(row, desk.person.role))


async def _works_there(desk: Asking, contract_no: str) -> bool:
    """Whether somebody on the road has a stop or a visit of this contract; looked at again before the answer is no,
    once the rows show what was decided lately."""
    if await _has_work(desk, contract_no):
        return True
    await asyncio.gather(desk.rows("jobs").catch_up(), desk.rows("tickets").catch_up())
    return await _has_work(desk, contract_no)


async def _has_work(desk: Asking, contract_no: str) -> bool:
    for row in await desk.rows("jobs").find({"row.contract_no": contract_no}):
        if await works_at(desk, row):
            return True
    visits = {"ticket.contract_no": contract_no, "ticket.technicians": desk.person.id}
    return await desk.rows("tickets").count(visits) > 0


def _same_contract(contract_no: str, body: _Body) -> None:
    if body.contract_no not in (None, contract_no):
        raise Refusal(
            422,
            Rejected(
                "other_contract",
                "",
                f"地址里是合同 {contract_no}，内容里是 {body.contract_no}。请改成一致",
                f"The address names contract {contract_no}, the body {body.contract_no}. Make them the same",
            ),
        )
