"""HTTP of a contract's goods: what is asked of them, and what lies here."""

import asyncio
from typing import Any

from pydantic import BaseModel

from company.crew_of_day import STOPS, works_on
from company.masking import customer_for
from contracts.fact import Customer
from inventory.api.common import ContractNoInPath
from inventory.api.where import OWN_DEPOT
from inventory.goods.aggregate import GOODS
from inventory.goods.moves import moves_of
from inventory.goods.row import PIECES, ComingBack, Correction, StockLine
from inventory.refusals import no
from inventory.who import ON_THE_ROAD, READS_GOODS
from runtime.http import Caller, SignedIn
from runtime.route import Router
from runtime.routes import Address, routes

router = Router()


class GoodsView(BaseModel):
    """A contract's goods; `moves` is their history, `missing` and `excess` are sums over the lines (D9)."""

    contract_no: str
    customer: Customer | None
    cancelled: bool
    missing: int
    excess: int
    lines: list[StockLine]
    coming_back: list[ComingBack]
    corrections: list[Correction]
    moves: list[dict[str, Any]]
    version: int


@router.get("/goods/{contract_no}", summary="一份合同的货 Goods of a contract (D6)")
async def goods(contract_no: ContractNoInPath, caller: SignedIn) -> GoodsView:
    """Pieces per line, and every move."""
    caller.allow(*READS_GOODS)
    known = await caller.view(PIECES.files).get(contract_no)
    if known is None:
        caller.refuse(no("no_goods_known", contract_no=contract_no), 404)
    row, said = known.row, known.said
    shown = row.model_dump(exclude={"vouchers", "back_since", "corrections_open"})
    customer = row.customer and customer_for(caller.person.role, row.customer)
    moves = [move.shown() for move in moves_of(said)]
    return GoodsView.model_validate({**shown, "customer": customer, "moves": moves})


async def works_there(caller: Caller, contract_no: str) -> None:
    """Who is on the road works on contracts of own stops and visits (C18); looked at again before the answer is no,
    once the rows show what was decided lately."""
    if caller.role not in ON_THE_ROAD or await _has_work(caller, contract_no):
        return
    await asyncio.gather(caller.rows("jobs").catch_up(), caller.rows("tickets").catch_up())
    if not await _has_work(caller, contract_no):
        caller.refuse(no("not_your_contract", contract_no=contract_no), 403)


async def _has_work(caller: Caller, contract_no: str) -> bool:
    for stop in await caller.view(STOPS).find({"row.contract_no": contract_no}):
        if await works_on(caller, stop.on, stop.crew):
            return True
    visits = {"row.contract_no": contract_no, "row.technicians": caller.person.id}
    return await caller.rows("tickets").count(visits) > 0


ADDRESS = Address(GOODS, "/goods", "contract_no", ContractNoInPath, works_there, told=True, guard=OWN_DEPOT)
router.include_router(routes(ADDRESS))
