"""HTTP of the inventory service: receive goods, report damage, answer the morning feedback."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.decision import Rejected
from contracts.fact import Customer, GoodsLine, Half
from contracts.inventory import Fault, Place
from contracts.policy import civil_day
from inventory.domain.goods import Code, Note, ReceiveGoods, ReportDamage, goods_id
from inventory.domain.picklist import GiveFeedback, picklist_id
from inventory.projections import goods_view, picklist_view
from runtime.clock import utc_now
from runtime.commands import deterministic_id, fresh_id
from runtime.http import Answer, Asking, Desk, Refusal

router = APIRouter(prefix="/api", tags=["inventory 仓库"])

RECEIVES = ("warehouse",)
REPORTS_DAMAGE = ("crew_leader", "warehouse", "technician")
GIVES_FEEDBACK = ("warehouse",)
READS_GOODS = (
    "cs_specialist",
    "cs_supervisor",
    "install_assistant",
    "install_supervisor",
    "warehouse",
    "qc",
    "accountant",
    "procurement",
    "manager",
)
READS_LISTS = ("install_assistant", "install_supervisor", "cs_specialist", "warehouse", "qc", "manager")

ContractNoInPath = Annotated[str, Path(pattern=r"^[A-Z]{2}[0-9]{6,12}$", examples=["HT26030001"])]
DayInPath = Annotated[date, Path(examples=["2026-03-13"])]
Depot = Annotated[str, Query(pattern=r"^[a-z][a-z0-9-]{0,29}$")]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: AwareDatetime | None = None
    """When it happened, if told later (X1)."""
    contract_no: str | None = None
    """May be left out; else it must be the one in the address."""


class GoodsReceived(_Body):
    """What the warehouse received by hand (D2); the day defaults to that of `at`, or today."""

    command: Literal["ReceiveGoods"] = "ReceiveGoods"
    line_no: int
    sku: Code
    quantity: Annotated[int, Field(ge=1)]
    waybill: Code
    arrived_on: date | None = None


class DamageFound(_Body):
    """What was found damaged (D4). Without `damage_id` one is made from the request."""

    command: Literal["ReportDamage"] = "ReportDamage"
    damage_id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")] = None
    line_no: int
    quantity: Annotated[int, Field(ge=1)]
    found: Place
    fault: Fault = "unknown"
    photos: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    note: Note = ""


class StockLine(BaseModel):
    """Pieces of one line; `here` = arrived - damaged - issued."""

    line_no: int
    sku: str
    name: str
    expected: int
    arrived: int
    damaged: int
    damaged_outside: int
    issued: int
    here: int
    missing: int
    excess: int


class GoodsView(BaseModel):
    """A contract's goods; `moves` is their history."""

    contract_no: str
    customer: Customer
    lines: list[StockLine]
    moves: list[dict[str, Any]]
    version: int


class PickStopView(BaseModel):
    """A stop of the list; `ready` is null until the feedback."""

    job_id: str
    contract_no: str
    crew: str
    half: Half
    position: int
    lines: list[GoodsLine]
    ready: bool | None
    note: str | None


class PickListView(BaseModel):
    """A day's list and its feedback (B6)."""

    depot: str
    on: date
    version: int
    issued_at: datetime
    feedback_due: datetime
    feedback_at: datetime | None
    feedback_by: str | None
    stops: list[PickStopView]
    aggregate_version: int


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
    """Takes the pieces out of what is available and opens a leftover ticket `T-<damage_id>` (C9)."""
    desk.allow(*REPORTS_DAMAGE)
    _same_contract(contract_no, body)
    command = ReportDamage(
        at=body.at,
        contract_no=contract_no,
        damage_id=body.damage_id or _new_damage_id(desk, contract_no),
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


@router.post("/picklists/{on}/feedback", status_code=201, summary="早上反馈 Morning feedback (B6)")
async def give_feedback(on: DayInPath, body: GiveFeedback, desk: Desk, depot: Depot = "main") -> Answer:
    """备齐 or 缺货 for every stop of the list. Other answers later correct the earlier ones."""
    desk.allow(*GIVES_FEEDBACK)
    return desk.answer(await desk.ask(picklist_id(depot, on), body))


@router.get("/picklists/{on}", summary="送、验清单 Pick list of a day (B9)")
async def picklist(on: DayInPath, desk: Desk, depot: Depot = "main") -> PickListView:
    """What must be ready, stop by stop, and what the warehouse said."""
    desk.allow(*READS_LISTS)
    row = await desk.rows("picklists").get(f"{depot}:{on.isoformat()}")
    if row is None:
        raise Refusal(
            404,
            Rejected(
                "no_list",
                "B9",
                f"{on} 的送货安排表还没有发到仓库",
                f"The plan of {on} has not reached the warehouse",
                {"on": on.isoformat()},
            ),
        )
    return PickListView.model_validate(picklist_view(row))


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


def _new_damage_id(desk: Asking, contract_no: str) -> str:
    """An id that a repeated request (same Idempotency-Key) gets again."""
    key = desk.request.headers.get("idempotency-key")
    made = deterministic_id("damage", desk.person.id, key, contract_no) if key else fresh_id()
    return made.replace("-", "")[:16]
