"""HTTP of QC (B21) and of the delivery-and-check list 送、验清单 (B9, B19)."""

from typing import Annotated, Any

from fastapi import Path, Query

from company.crew_of_day import own_crew_on
from company.policy import policy_book
from contracts.bounds import CivilDay
from inventory.api.common import ContractNoInPath, Depot
from inventory.api.where import OWN_DEPOT
from inventory.check_list import check_list
from inventory.goods.row import PIECES
from inventory.packing import contracts_to_pack, lines_to_inspect
from inventory.packing_rows import INSPECTIONS, PRINTED, inspections
from inventory.picklist import number_of
from inventory.picklist_row import PICK_LISTS
from inventory.quality import QUALITY
from inventory.refusals import no
from inventory.who import LOADS, READS_GOODS, READS_LISTS
from runtime.clock import utc_now
from runtime.http import SignedIn
from runtime.route import Router
from runtime.routes import Address, routes

router = Router()

router.include_router(routes(Address(QUALITY, "/quality", "contract_no", ContractNoInPath, guard=OWN_DEPOT)))

Json = dict[str, Any]


@router.get("/quality/{contract_no}", summary="一份合同的质检 QC of a contract (B21)")
async def quality(contract_no: ContractNoInPath, caller: SignedIn) -> Json:
    """Line by line what lies here, what passed, what is to be inspected; and every inspection."""
    caller.allow(*READS_GOODS)
    lines = await lines_to_inspect(caller, contract_no)
    if lines is None:
        caller.refuse(no("no_contract_to_inspect", contract_no=contract_no), 404)
    known = await caller.view(INSPECTIONS.files).get(contract_no)
    return {
        "contract_no": contract_no,
        "lines": [line.model_dump() for line in lines],
        "inspections": [] if known is None else inspections(known.said),
    }


@router.get("/checklists/{on}", summary="送、验清单 Delivery-and-check list of a day (B9, B19, B21)")
async def delivery_check_list(
    on: Annotated[CivilDay, Path(examples=["2026-03-13"])],
    caller: SignedIn,
    depot: Depot = "main",
    crew: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9]{1,8}$")] = None,
) -> Json:
    """Crew by crew: stops as driven, lines as unloaded with QC, packages and cautions, and the order of loading. A crew
    leader sees the own crew's."""
    caller.allow(*READS_LISTS, *LOADS)
    row = await caller.view(PICK_LISTS).get(number_of(depot, on))
    if row is None:
        caller.refuse(no("no_list", on=on), 404)
    numbers = sorted({stop.contract_no for stop in row.stops})
    listed = check_list(
        row,
        await contracts_to_pack(caller, numbers),
        await caller.view(INSPECTIONS).get_many(numbers),
        await caller.view(PRINTED).get_many(numbers),
        await caller.view(PIECES).get_many(numbers),
        policy=policy_book().at(utc_now()),
        role=caller.person.role,
    )
    leads = caller.person.role in LOADS
    only = await own_crew_on(caller, on) if leads else crew
    if leads or crew is not None:
        own = tuple(entry for entry in listed.crews if entry.crew == only)
        listed = listed.model_copy(update={"crews": own})
    return listed.model_dump(mode="json")
