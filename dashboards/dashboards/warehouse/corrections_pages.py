"""更正 Corrections of arrivals that wait for a second person, and the form that asks for one (D16), over HTTP."""

from dataclasses import dataclass

from fastapi.responses import Response

from dashboards.listing import Json, page_of
from dashboards.live_rows import rows_stream
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dispatch.job.aggregate import JOB
from dispatch.job.load_count import CorrectLoad
from inventory import who
from inventory.goods.aggregate import GOODS
from inventory.goods.correcting import ApproveCorrection, AskCorrection, RefuseCorrection
from inventory.goods.row import PIECES, Correction
from runtime.route import Router, takes

router = Router(include_in_schema=False)

OPEN: Json = {"row.corrections_open": {"$gt": 0}}
"""Contracts of which a correction waits."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One correction of a contract's arrival; `own`: asked for by who looks at it."""

    contract_no: str
    told: Correction
    own: bool


@router.get("/warehouse/corrections")
@takes(*LOOKS, "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def corrections(seat: Seat) -> Response:
    """What waits for a second person."""
    part = await page_of(seat.caller.view(PIECES), OPEN, after=seat.asked("after", longest=400))
    rows = [
        Waiting(row.contract_no, told, told.asked_by == seat.person.id) for row in part.rows for told in row.corrections
    ]
    return seat.show(
        "corrections.html",
        slice=part,
        rows=rows,
        stream=rows_stream(seat.caller, (PIECES.name,)),
        may_ask=seat.may(GOODS, AskCorrection),
        may_correct_load=seat.may(JOB, CorrectLoad),
        may_approve=seat.may(GOODS, ApproveCorrection),
        may_refuse=seat.may(GOODS, RefuseCorrection),
    )
