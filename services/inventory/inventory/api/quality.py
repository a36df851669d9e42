"""HTTP of QC (B21) and of the delivery-and-check list 送、验清单 (B9, B19)."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from company.crew_of_day import own_crew_on
from company.policy import policy_book
from contracts.bounds import CivilDay, Happened, Nth
from contracts.fact import GoodsLine
from contracts.inventory_packing import QualityCause
from inventory.api.common import READS_GOODS, READS_LISTS, ContractNoInPath, id_of_request
from inventory.domain.quality import FailQuality, InspectionId, PassQuality, quality_id
from inventory.domain.texts import Note, Photos
from inventory.projections.packing import check_list, quality_view
from runtime.clock import utc_now
from runtime.decision import Rejected
from runtime.http import Answer, Asking, Desk, Refusal
from runtime.route import Router

router = Router()

INSPECTS = ("qc",)

Json = dict[str, Any]
Pieces = Annotated[int, Field(ge=1, le=999_999)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    """When it happened, if told later (X1)."""
    inspection_id: InspectionId | None = None
    """Without one, it is made from the request."""


class LinePassed(BaseModel):
    """Pieces of a line that passed."""

    line_no: Nth
    quantity: Pieces


class GoodsPassed(_Body):
    """What passed. Without `lines`: all that lies here and was not passed yet."""

    command: Literal["PassQuality"] = "PassQuality"
    lines: Annotated[tuple[LinePassed, ...] | None, Field(max_length=200)] = None
    note: Note = ""
    photos: Photos = ()


class GoodsFailed(_Body):
    """What failed, of one line."""

    command: Literal["FailQuality"] = "FailQuality"
    line_no: Nth
    quantity: Pieces
    cause: QualityCause
    passed_before: bool = False
    note: Note = ""
    photos: Photos = ()


@router.get("/quality/{contract_no}", summary="一份合同的质检 QC of a contract (B21)")
async def quality(contract_no: ContractNoInPath, desk: Desk) -> Json:
    """Line by line what lies here, what passed, what is to be inspected; and every inspection."""
    desk.allow(*READS_GOODS)
    return await _quality(desk, contract_no)


@router.post("/quality/{contract_no}/passes", status_code=201, summary="质检合格 Pass goods (B21)")
async def pass_quality(contract_no: ContractNoInPath, body: GoodsPassed, desk: Desk) -> Answer:
    """Only passed goods are packed and loaded. Refuses: unknown_line, more_than_here, nothing_inspected."""
    desk.allow(*INSPECTS)
    lines = {line["line_no"]: line for line in (await _quality(desk, contract_no))["lines"]}
    wanted = (
        {number: line["to_inspect"] for number, line in lines.items() if line["to_inspect"]}
        if body.lines is None
        else {line.line_no: line.quantity for line in body.lines}
    )
    for number, pieces in wanted.items():
        _check(lines, number, pieces, lines.get(number, {}).get("to_inspect", 0))
    command = PassQuality(
        at=body.at,
        contract_no=contract_no,
        inspection_id=body.inspection_id or id_of_request(desk, "quality", contract_no),
        lines=tuple(_goods_line(lines[number], pieces) for number, pieces in wanted.items()),
        note=body.note,
        photos=body.photos,
    )
    return desk.answer(await desk.ask(quality_id(contract_no), command), {"inspection_id": command.inspection_id})


@router.post("/quality/{contract_no}/failures", status_code=201, summary="质检不合格 Fail goods (B21)")
async def fail_quality(contract_no: ContractNoInPath, body: GoodsFailed, desk: Desk) -> Answer:
    """The pieces go to the pending zone by a damage report. Refuses: unknown_line, more_than_here, note_wanted."""
    desk.allow(*INSPECTS)
    lines = {line["line_no"]: line for line in (await _quality(desk, contract_no))["lines"]}
    _check(lines, body.line_no, body.quantity, lines.get(body.line_no, {}).get("here", 0))
    command = FailQuality(
        at=body.at,
        contract_no=contract_no,
        inspection_id=body.inspection_id or id_of_request(desk, "quality", contract_no),
        line=_goods_line(lines[body.line_no], body.quantity),
        cause=body.cause,
        passed_before=body.passed_before,
        note=body.note,
        photos=body.photos,
    )
    return desk.answer(
        await desk.ask(quality_id(contract_no), command),
        {"inspection_id": command.inspection_id, "damage_id": f"Q-{command.inspection_id}"},
    )


@router.get("/checklists/{on}", summary="送、验清单 Delivery-and-check list of a day (B9, B19, B21)")
async def delivery_check_list(
    on: Annotated[CivilDay, Path(examples=["2026-03-13"])],
    desk: Desk,
    depot: Annotated[str, Query(pattern=r"^[a-z][a-z0-9-]{0,29}$")] = "main",
    crew: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9]{1,8}$")] = None,
) -> Json:
    """Crew by crew: stops as driven, lines as unloaded with QC, packages and cautions, and the order of loading. A crew
    leader sees the own crew's."""
    desk.allow(*READS_LISTS, "crew_leader")
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
    contracts = sorted({stop["contract_no"] for stop in row["picklist"]["stops"]})
    packing = {document["_id"]: document for document in await desk.rows("packing").get_many(contracts)}
    goods = {document["_id"]: document for document in await desk.rows("goods").get_many(contracts)}
    listed = check_list(row, packing, goods, policy_book().at(utc_now()), desk.person.role)
    leads = desk.person.role == "crew_leader"
    only = await own_crew_on(desk, on) if leads else crew
    if leads or crew is not None:
        listed["crews"] = [entry for entry in listed["crews"] if entry["crew"] == only]
    return listed


async def _quality(desk: Asking, contract_no: str) -> Json:
    row = await desk.rows("packing").get(contract_no)
    if row is None:
        raise Refusal(
            404,
            Rejected(
                "unknown_contract",
                "B21",
                f"没有合同 {contract_no}。请核对合同号",
                f"There is no contract {contract_no}. Check the number",
                {"contract_no": contract_no},
            ),
        )
    return quality_view(contract_no, row, await desk.rows("goods").get(contract_no))


def _check(lines: dict[int, Json], number: int, pieces: int, most: int) -> None:
    if number not in lines:
        raise Refusal(
            404,
            Rejected("unknown_line", "B21", f"合同没有第 {number} 行", f"The contract has no line {number}"),
        )
    if pieces > most:
        raise Refusal(
            409,
            Rejected(
                "more_than_here",
                "B21",
                f"第 {number} 行在库待检的只有 {most} 件，写了 {pieces} 件",
                f"Of line {number} there are {most} pieces to inspect here, not {pieces}",
                {"line_no": number, "most": most},
            ),
        )


def _goods_line(line: Json, pieces: int) -> GoodsLine:
    return GoodsLine(line_no=line["line_no"], sku=line["sku"], name=line["name"], quantity=pieces)
