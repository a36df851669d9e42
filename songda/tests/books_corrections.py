"""What people do about deliveries that were typed wrong (D16), for the company in memory."""

import asyncio
from dataclasses import dataclass
from typing import Any

from test_books_of_random_lives import NO, Company

from contracts.dispatch_door import CountedLine, RefusedLine
from contracts.fact import ContractLine
from contracts.job_ids import delivery_of
from dispatch.job.correction import ApproveDeliveryCorrection, AskDeliveryCorrection
from dispatch.job.resting import Standing, standing_of
from dispatch.job.row import job_row
from dispatch.job.state import Delivered
from inventory.goods.row import goods_row
from order.contract.fulfilment import NoteInstallation
from order.contract.row import contract_row


def typed_wrong(company: Company, line: ContractLine, pieces: int, way: int) -> None:
    """Of the last delivery, or one before, some pieces of a line were taken, refused or broken otherwise (D16)."""
    part = company.contract.course.part - 1 - way % 2
    job_id = delivery_of(NO, max(1, part))
    job = company.state(f"job:{job_id}")
    if not isinstance(job, Delivered):
        return
    counts = [{one.line_no: one.quantity for one in lines} for lines in job.counts.all]
    filled = [part for part in range(3) if counts[part].get(line.line_no)] or [0]
    start = filled[way % len(filled)]
    to = (start + 1 + way // 3 % 2) % 3
    moved = min(pieces, counts[start].get(line.line_no, 0))
    if job.picked_up:
        counts[0][line.line_no] = max(0, counts[0].get(line.line_no, 0) + (moved or -pieces) * (1 if way % 2 else -1))
    else:
        counts[start][line.line_no] = counts[start].get(line.line_no, 0) - moved
        counts[to][line.line_no] = counts[to].get(line.line_no, 0) + moved
    told = AskDeliveryCorrection(
        correction_no=company.fresh("SG"),
        delivered=tuple(CountedLine(line_no=no, quantity=n) for no, n in counts[0].items()),
        refused=tuple(
            RefusedLine(line_no=no, quantity=n, damaged=part == 2, reason="录错", photos=("p",))
            for part in (1, 2)
            for no, n in counts[part].items()
            if n
        ),
        reason="录错",
        standing=standing(company, job_id, late=way % 5 == 0),
    )
    company.ask(f"job:{job_id}", told, "liang.my", "cs_specialist")


def agree_to_delivery(company: Company, _: ContractLine, __: int, way: int) -> None:
    """A second person agrees to what was really handed over (D16, B23); some before they have read what rests on it."""
    for part in range(company.contract.course.part, 0, -1):
        job_id = delivery_of(NO, part)
        job = company.state(f"job:{job_id}")
        if isinstance(job, Delivered) and job.corrections.waits is not None:
            seen = standing(company, job_id, late=way <= 3)
            told = ApproveDeliveryCorrection(correction_no=job.corrections.waits.correction_no, standing=seen)
            company.ask(f"job:{job_id}", told, "tan.zw", "install_supervisor")
            return


def accept(company: Company, _: ContractLine, __: int, way: int) -> None:
    """The customer accepts what was installed, by a form that is typed in (A7)."""
    told = NoteInstallation(contract_no=NO, job_id=company.fresh("YS"), accepted_by="马娜")
    company.ask(f"contract:{NO}", told, "liang.my", "cs_specialist")


def standing(company: Company, job_id: str, *, late: bool) -> tuple[Standing, ...]:
    """What a `prepare` step finds, asked of the rows of the states; `late`: rows that do not know yet what the
    warehouse has received."""
    rows: dict[str, dict[str, Any]] = {"jobs": {}, "contracts": {}, "goods": {}}
    for subject, state in company.states.items():
        kind, _, number = subject.partition(":")
        row = {"job": job_row, "contract": contract_row, "goods": goods_row}.get(kind, lambda _: None)(state)
        if row is not None:
            rows[{"job": "jobs", "contract": "contracts", "goods": "goods"}[kind]][number] = row.model_dump()
    found = asyncio.run(standing_of(Looking(rows), job_id))  # type: ignore[arg-type]
    return tuple(one.model_copy(update={"coming_back": 9, "broken_back": 9}) for one in found) if late else found


@dataclass
class Looking:
    """Who looks at rows, by key."""

    rows: dict[str, dict[str, Any]]

    def view(self, model: Any) -> Any:
        return Rows(model, self.rows[model.name])


@dataclass
class Rows:
    """Rows of a read model."""

    model: Any
    rows: dict[str, Any]

    async def get(self, number: str) -> Any:
        return self.model.row.model_validate(self.rows[number]) if number in self.rows else None
