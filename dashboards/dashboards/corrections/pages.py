"""送达更正 Deliveries and pick-ups that were typed wrong: what waits, and the form that asks (D16)."""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi.responses import Response

from company.roles import Role
from contracts.fact import GoodsLine
from contracts.job_ids import contract_of
from dashboards.listing import Json, every, page_of
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from dispatch.job.aggregate import JOB
from dispatch.job.correction import ApproveDeliveryCorrection, AskDeliveryCorrection, RefuseDeliveryCorrection
from dispatch.job.row import JOBS, CountsRow, JobRow
from dispatch.who import APPROVES_CORRECTIONS, CORRECTS
from runtime.route import takes

router = PageRouter(include_in_schema=False)

SEES = (CORRECTS | APPROVES_CORRECTIONS | {Role.ACCOUNTANT}) - {Role.CREW_LEADER}
"""At a desk. A leader asks over the API; the office types it for them."""
WAITS: Json = {"row.correcting": True}
"""Deliveries of which a correction waits."""
_CONTRACT = re.compile(r"[A-Z]{2}[0-9]{6,12}")


@dataclass(frozen=True, slots=True)
class Count:
    """One line of a delivery: what was taken, sent back whole, and broken, as it had been typed and as it is said."""

    line_no: int
    sku: str
    name: str
    ordered: int
    was: tuple[int, int, int]
    right: tuple[int, int, int]

    @property
    def changed(self) -> bool:
        """Whether the correction is of this line."""
        return self.was != self.right


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that is over, line by line."""

    job: JobRow
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A correction that waits; `own`: asked for by who looks at it."""

    job: JobRow
    correction_no: str
    reason: str
    asked_by: str
    at: datetime
    counts: tuple[Count, ...]
    own: bool


def delivery_of(job: JobRow) -> Delivery | None:
    """What was signed for; None where nothing was."""
    return None if job.counts is None else Delivery(job, _counts(job, job.counts, job.counts))


def waiting_of(rows: Iterable[JobRow], person: str) -> list[Waiting]:
    """Rows of jobs -> the corrections that wait of them, with the lines that they change."""
    return [
        Waiting(
            job,
            wrong.correction_no,
            wrong.reason,
            wrong.asked_by,
            wrong.at,
            tuple(one for one in _counts(job, wrong.was, wrong.right) if one.changed),
            own=wrong.asked_by == person,
        )
        for job in rows
        if (wrong := job.wrong) is not None
    ]


def _counts(job: JobRow, was: CountsRow, right: CountsRow) -> tuple[Count, ...]:
    return tuple(
        Count(line.line_no, line.sku, line.name, line.quantity, _of(was, line.line_no), _of(right, line.line_no))
        for line in job.lines
    )


def _of(counts: CountsRow, line_no: int) -> tuple[int, int, int]:
    def pieces(lines: tuple[GoodsLine, ...]) -> int:
        return sum(line.quantity for line in lines if line.line_no == line_no)

    return pieces(counts.delivered), pieces(counts.refused), pieces(counts.damaged)


@router.get("/corrections")
@takes(*LOOKS, "q", "after")
@seated("orders", SEES)
async def corrections(seat: Seat) -> Response:
    """What waits for a second person; and, of the contract or delivery that is asked for, what could be corrected."""
    asked = (seat.asked("q", longest=60) or "").strip().upper()
    number = contract_of(asked) or asked
    jobs = seat.caller.view(JOBS)
    known = _CONTRACT.fullmatch(number)
    found = await jobs.find({"row.contract_no": number, "row.kind": "delivery"}, sort=[("_id", 1)]) if known else []
    part = await page_of(jobs, WAITS, after=seat.asked("after", longest=400))
    return seat.show(
        "delivery_corrections.html",
        q=asked,
        found=[one for job in found if (one := delivery_of(job)) is not None],
        slice=part,
        rows=waiting_of(part.rows, seat.person.id),
        stream=rows_stream(seat.caller, (JOBS.name,)),
        sheet="/corrections.xlsx",
        may_ask=seat.may(JOB, AskDeliveryCorrection),
        may_approve=seat.may(JOB, ApproveDeliveryCorrection),
        may_refuse=seat.may(JOB, RefuseDeliveryCorrection),
    )


@router.get("/corrections.xlsx")
@takes(*LOOKS)
@seated("orders", SEES)
async def corrections_sheet(seat: Seat) -> Response:
    """All that waits, a line each (X6)."""
    words = seat.words
    names = ("fix.no", "orders.no", "fix.job", "line.no", "line.sku", "line.name")
    counted = [words(name) for name in ("fixed.taken", "fixed.whole", "fixed.broken")]
    head = [words(name) for name in names]
    head += [f"{name}（{words(when)}）" for when in ("fixed.was", "fixed.right") for name in counted]
    head += [words("fix.why"), words("by"), words("fixed.at")]

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        async for row in every(seat.caller.view(JOBS), WAITS):
            for one in waiting_of([row], seat.person.id):
                for line in one.counts:
                    of = (one.correction_no, row.contract_no, row.job_id, line.line_no, line.sku, line.name)
                    yield (*of, *line.was, *line.right, one.reason, one.asked_by, one.at)

    return await sheet(words("fixed.title"), head, lines())
