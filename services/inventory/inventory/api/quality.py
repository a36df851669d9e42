"""HTTP of QC (B21) and of the delivery-and-check list 送、验清单 (B9, B19)."""

from typing import Annotated, Any

from fastapi import Path, Query

from company.crew_of_day import own_crew_on
from company.policy import policy_book
from contracts.bounds import CivilDay
from inventory.api.common import ContractNoInPath, Depot
from inventory.goods.row import PIECES
from inventory.picklist import number_of
from inventory.projections.packing import check_list, quality_view
from inventory.quality import QUALITY
from inventory.refusals import no
from inventory.who import LOADS, READS_GOODS, READS_LISTS
from runtime.clock import utc_now
from runtime.http import Desk
from runtime.route import Router
from runtime.routes import Address, routes

router = Router()

router.include_router(routes(Address(QUALITY, "/quality", "contract_no", ContractNoInPath)))

Json = dict[str, Any]


@router.get("/quality/{contract_no}", summary="一份合同的质检 QC of a contract (B21)")
async def quality(contract_no: ContractNoInPath, desk: Desk) -> Json:
    """Line by line what lies here, what passed, what is to be inspected; and every inspection."""
    desk.allow(*READS_GOODS)
    row = await desk.rows("packing").get(contract_no)
    if row is None:
        desk.refuse(no("no_contract_to_inspect", contract_no=contract_no), 404)
    return quality_view(contract_no, row, await desk.view(PIECES).get(contract_no))


@router.get("/checklists/{on}", summary="送、验清单 Delivery-and-check list of a day (B9, B19, B21)")
async def delivery_check_list(
    on: Annotated[CivilDay, Path(examples=["2026-03-13"])],
    desk: Desk,
    depot: Depot = "main",
    crew: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9]{1,8}$")] = None,
) -> Json:
    """Crew by crew: stops as driven, lines as unloaded with QC, packages and cautions, and the order of loading. A crew
    leader sees the own crew's."""
    desk.allow(*READS_LISTS, *LOADS)
    row = await desk.rows("picklists").get(number_of(depot, on))
    if row is None:
        desk.refuse(no("no_list", on=on), 404)
    contracts = sorted({stop["contract_no"] for stop in row["picklist"]["stops"]})
    packing = {document["_id"]: document for document in await desk.rows("packing").get_many(contracts)}
    goods = await desk.view(PIECES).get_many(contracts)
    listed = check_list(row, packing, goods, policy_book().at(utc_now()), desk.person.role)
    leads = desk.person.role in LOADS
    only = await own_crew_on(desk, on) if leads else crew
    if leads or crew is not None:
        listed["crews"] = [entry for entry in listed["crews"] if entry["crew"] == only]
    return listed
