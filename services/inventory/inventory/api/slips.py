"""HTTP of inbound slips: issue, check, put away, settle exceptions, hand over papers (D1, D2, D3, D5, K18)."""

from typing import Annotated, Any, Literal

from fastapi import Query

from inventory.api.common import Paging, PaperInPath, Rows, page
from inventory.api.where import OWN_DEPOT
from inventory.inbound.aggregate import INBOUND
from inventory.inbound.row import SLIP_FILES, SLIPS
from inventory.refusals import no
from inventory.who import READS_GOODS
from runtime.http import SignedIn
from runtime.route import Router
from runtime.routes import Address, routes

router = Router()
router.include_router(routes(Address(INBOUND, "/inbound", "slip_no", PaperInPath, told=True, guard=OWN_DEPOT)))


@router.get("/inbound", summary="入库单 Inbound slips (D1)")
async def slips(  # noqa: PLR0917 - what the address may ask for
    caller: SignedIn,
    paging: Paging,
    state: Literal["issued", "checked", "put_away", "cancelled"] | None = None,
    papers: Literal["owed", "overdue", "handed_over"] | None = None,
    exceptions: bool = False,
    contract_no: Annotated[str, Query(max_length=20)] = "",
) -> Rows:
    """The latest first. `exceptions`: only slips with open ones; `papers`: what the accountant still waits for."""
    caller.allow(*READS_GOODS)
    query = SLIPS.where(
        state=state,
        papers=papers,
        open_exceptions={"$gt": 0} if exceptions else None,
        contracts=contract_no or None,
    )
    found, total = await page(caller, SLIP_FILES, query, [("row.issued_at", -1)], paging)
    return Rows(rows=[slip.shown() for slip in found], total=total)


@router.get("/inbound/{slip_no}", summary="一张入库单 An inbound slip (D1)")
async def slip(slip_no: PaperInPath, caller: SignedIn) -> dict[str, Any]:
    """Lines, what the check found, where the pieces went, exceptions, papers."""
    caller.allow(*READS_GOODS)
    found = await caller.view(SLIP_FILES).get(slip_no)
    if found is None:
        caller.refuse(no("no_slip", slip_no=slip_no), 404)
    return found.shown()
