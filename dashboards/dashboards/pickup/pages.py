"""自提 (A11): who comes to the depot for goods, on which day, and the list by which they leave."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi.responses import Response

from company.masking import customer_for
from contracts.fact import Customer
from dashboards.listing import every, page_of
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from dispatch.job.aggregate import JOB
from dispatch.job.pick_up import ArrangePickUp, CallOffPickUp, HandOut, IssuePickUpList
from dispatch.job.row import JOBS, JobRow
from dispatch.who import SEES_PICK_UPS
from runtime.decision import Command
from runtime.route import takes

BY_DAY = ("row.pick_up_on", 1)

ASKED: Mapping[str, type[Command]] = {
    "arrange": ArrangePickUp,
    "call_off": CallOffPickUp,
    "list": IssuePickUpList,
    "hand_out": HandOut,
}
"""What the page has forms for."""

router = PageRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A pick-up, its customer as this role may see them."""

    job: JobRow
    customer: Customer
    late: bool


@router.get("/pickups")
@takes(*LOOKS, "day", "after")
@seated("pickups", SEES_PICK_UPS)
async def pick_ups(seat: Seat) -> Response:
    """The pick-ups that are to come, by day, each with its next step."""
    day = seat.day("day")
    stream = rows_stream(seat.caller, (JOBS.name,))
    part = await page_of(seat.caller.view(JOBS), _query(seat), sort=BY_DAY, after=seat.asked("after", longest=400))
    return seat.show(
        "pickups.html",
        slice=part,
        jobs=[_shown(seat, job) for job in part.rows],
        day=day,
        stream=stream,
        sheet=f"/pickups.xlsx?{seat.request.url.query}",
        may={name for name, command in ASKED.items() if seat.may(JOB, command)},
    )


@router.get("/pickups.xlsx")
@takes(*LOOKS, "day", "after")
@seated("pickups", SEES_PICK_UPS)
async def pick_ups_sheet(seat: Seat) -> Response:
    """The same, as a spreadsheet (X6)."""
    words = seat.words
    names = ("pickup.day", "orders.no", "orders.customer", "pickup.goods", "pickup.list")
    return await sheet(words("pickup.title"), [words(name) for name in names], _lines(seat))


async def _lines(seat: Seat) -> AsyncIterator[Sequence[Cell]]:
    async for job in every(seat.caller.view(JOBS), _query(seat), sort=BY_DAY):
        shown = _shown(seat, job)
        yield (job.pick_up_on, job.contract_no, shown.customer.name, job.summary, job.list_no)


def _query(seat: Seat) -> dict[str, object]:
    day = seat.day("day")
    return {"row.pick_up_on": {"$gt": ""} if day is None else day.isoformat()}


def _shown(seat: Seat, job: JobRow) -> Shown:
    late = job.pick_up_on is not None and job.pick_up_on < seat.today
    return Shown(job, customer_for(seat.person.role, job.customer), late)
