"""送、验清单 of a day (B9, B19, B21): crew by crew the stops as driven, each with its lines as they are unloaded."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel

from company.masking import customer_for
from company.policy import Policy
from company.unloading import in_unloading_order, unloading_rank
from contracts.fact import Customer, GoodsLine, Half
from inventory.goods.row import GoodsRow
from inventory.labels import cautions_for
from inventory.packing import InspectedRow, ToPack, lying_here
from inventory.packing_rows import LabelsRow
from inventory.picklist_row import PickListRow, PickStopRow


class CheckLine(GoodsLine):
    """A line to be loaded."""

    spec: str
    category: str
    here: int
    passed: int
    qc: Literal["passed", "part", "none"]
    packages: int
    cautions: str
    unload_rank: int


class CheckStop(BaseModel):
    """A stop, its lines as they are unloaded."""

    job_id: str
    contract_no: str
    half: Half
    position: int
    ready: bool | None
    note: str | None
    customer: Customer | None
    qc_passed: bool
    lines: tuple[CheckLine, ...]


class Loaded(BaseModel):
    """A line as it goes into the vehicle."""

    position: int
    half: Half
    contract_no: str
    line_no: int


class CheckCrew(BaseModel):
    """A crew's part; `load_order`: the last stop first, and of each stop the last unloaded first."""

    crew: str
    qc_passed: bool
    stops: tuple[CheckStop, ...]
    load_order: tuple[Loaded, ...]


class CheckList(BaseModel):
    """A day's list."""

    depot: str
    on: date
    version: int
    issued_at: str
    feedback_at: str | None
    crews: tuple[CheckCrew, ...]


def check_list(
    picklist: PickListRow,
    contracts: Mapping[str, ToPack],
    inspected: Mapping[str, InspectedRow],
    labels: Mapping[str, LabelsRow],
    goods: Mapping[str, GoodsRow],
    *,
    policy: Policy,
    role: str,
) -> CheckList:
    """The list; what is known of its contracts by their numbers."""

    def stop_of(stop: PickStopRow) -> CheckStop:
        number = stop.contract_no
        contract, passed, printed = contracts.get(number), inspected.get(number), labels.get(number)
        here = lying_here(goods.get(number))
        sold = {} if contract is None else {line.line_no: line for line in contract.lines}
        packages = {} if printed is None else {line.line_no: len(line.labels) for line in printed.lines}
        lines = []
        for line in stop.lines:
            of = sold.get(line.line_no)
            category = "" if of is None else of.category
            good = 0 if passed is None else passed.of(line.line_no)
            lines.append(
                CheckLine(
                    **dict(line),
                    spec="" if of is None else of.spec,
                    category=category,
                    here=here.get(line.line_no, 0),
                    passed=good,
                    qc="passed" if good >= line.quantity else "part" if good else "none",
                    packages=packages.get(line.line_no, 0),
                    cautions=cautions_for(category, policy),
                    unload_rank=unloading_rank(category, policy.unloading_order),
                )
            )
        return CheckStop(
            **stop.model_dump(include={"job_id", "contract_no", "half", "position", "ready", "note"}),
            customer=None if contract is None else customer_for(role, contract.customer),
            qc_passed=all(line.qc == "passed" for line in lines),
            lines=tuple(in_unloading_order(lines, lambda line: line.category, policy.unloading_order)),
        )

    crews: dict[str, list[CheckStop]] = {}
    for stop in sorted(picklist.stops, key=lambda stop: (stop.crew, stop.half, stop.position)):
        crews.setdefault(stop.crew, []).append(stop_of(stop))
    return CheckList(
        depot=picklist.depot,
        on=picklist.on,
        version=picklist.edition,
        issued_at=picklist.issued_at.isoformat(),
        feedback_at=None if picklist.feedback_at is None else picklist.feedback_at.isoformat(),
        crews=tuple(_crew(crew, stops) for crew, stops in crews.items()),
    )


def _crew(crew: str, stops: Sequence[CheckStop]) -> CheckCrew:
    unloaded = [
        Loaded(position=stop.position, half=stop.half, contract_no=stop.contract_no, line_no=line.line_no)
        for stop in stops
        for line in stop.lines
    ]
    passed = all(stop.qc_passed for stop in stops)
    return CheckCrew(crew=crew, qc_passed=passed, stops=tuple(stops), load_order=tuple(unloaded[::-1]))
