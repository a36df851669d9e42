"""Picking 备货: a day's 送、验清单 by vehicle: where the goods lie, what QC passed, what was told (B6, B9, B19, B21).

Pure: rows -> view. The last stop is loaded first, and of a stop what is unloaded last (B19 reversed).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from company import units
from company.unloading import in_loading_order
from contracts.dispatch_days import CrewOfDay
from contracts.fact import GoodsLine
from dashboards.orders.lines import seen_name
from inventory.packing import InspectedRow
from inventory.picklist_row import PickListRow, PickStopRow
from inventory.stock.row import StockRow
from order.contract.row import ContractRow, LineRow

Order = Sequence[Sequence[str]]
"""Categories, unloaded first to last (B19)."""


@dataclass(frozen=True, slots=True)
class PickLine:
    """Pieces of one line to be made ready; `bins` where they lie; `passed` of them by QC."""

    line_no: int
    sku: str
    name: str
    spec: str
    category: str
    quantity: int
    bins: tuple[str, ...]
    here: int
    passed: int
    boxes: str | None = None
    """Whole boxes and single pieces (D14), where it is packed in boxes."""


@dataclass(frozen=True, slots=True)
class PickStop:
    """A stop of the list; `ready` None until the warehouse has said."""

    job_id: str
    contract_no: str
    customer: str
    district: str
    half: str
    position: int
    lines: tuple[PickLine, ...]
    ready: bool | None
    note: str

    @property
    def passed(self) -> bool:
        """Whether QC passed every piece of it (B21)."""
        return all(line.passed >= line.quantity for line in self.lines)

    @property
    def lies_here(self) -> bool:
        """Whether every piece lies in the warehouse for this contract."""
        return all(line.here >= line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Load:
    """What one vehicle takes."""

    crew: str
    name: str
    vehicle: str
    leader: str
    stops: tuple[PickStop, ...]

    @property
    def lines(self) -> int:
        """Lines to pick."""
        return sum(len(stop.lines) for stop in self.stops)

    @property
    def told(self) -> int:
        """Stops that the warehouse has answered for."""
        return sum(stop.ready is not None for stop in self.stops)

    @property
    def short(self) -> int:
        """Stops that were said to be short."""
        return sum(stop.ready is False for stop in self.stops)

    @property
    def checked(self) -> int:
        """Stops that QC has passed."""
        return sum(stop.passed for stop in self.stops)


@dataclass(frozen=True, slots=True)
class PickDay:
    """A depot's list of a day, by vehicle."""

    depot: str
    version: int
    issued_at: datetime
    feedback_due: datetime
    feedback_at: datetime | None
    loads: tuple[Load, ...]

    @property
    def stops(self) -> tuple[PickStop, ...]:
        """All stops."""
        return tuple(stop for load in self.loads for stop in load.stops)


def lies_for(stock: Sequence[StockRow], contract_no: str, sku: str) -> tuple[tuple[str, ...], int]:
    """Bins of the pieces that are held for a contract, with their lot (D13), and how many they are; pending ones do not
    count."""
    lots = [
        lot for row in stock if row.sku == sku for lot in row.lots if lot.held_for == contract_no and not lot.pending
    ]
    return tuple(sorted({f"{lot.bin} {lot.lot}".strip() for lot in lots})), sum(lot.quantity for lot in lots)


def pick_day(
    picklist: PickListRow,
    *,
    crews: Sequence[CrewOfDay],
    orders: Mapping[str, ContractRow],
    stock: Sequence[StockRow],
    inspected: Mapping[str, InspectedRow],
    order: Order,
    role: str,
) -> PickDay:
    """Rows -> what the page shows. `crews`: those of the day; `orders` and what was `inspected` by contract."""
    by_crew: dict[str, list[PickStop]] = {}
    for stop in picklist.stops:
        by_crew.setdefault(stop.crew, []).append(_stop(stop, orders, stock, inspected, order=order, role=role))
    known = {crew.crew: crew for crew in crews}
    loads = tuple(
        Load(
            crew=crew,
            name=known[crew].name if crew in known else crew,
            vehicle=known[crew].vehicle if crew in known else "",
            leader=(known[crew].leader_name if crew in known else None) or "",
            stops=tuple(sorted(stops, key=lambda stop: (stop.half, stop.position), reverse=True)),
        )
        for crew, stops in sorted(by_crew.items())
    )
    return PickDay(
        depot=picklist.depot,
        version=picklist.edition,
        issued_at=picklist.issued_at,
        feedback_due=picklist.feedback_due,
        feedback_at=picklist.feedback_at,
        loads=loads,
    )


def _stop(
    stop: PickStopRow,
    orders: Mapping[str, ContractRow],
    stock: Sequence[StockRow],
    inspected: Mapping[str, InspectedRow],
    *,
    order: Order,
    role: str,
) -> PickStop:
    contract_no = stop.contract_no
    of, passed = orders.get(contract_no), inspected.get(contract_no)
    sold = {} if of is None else {line.line_no: line for line in of.lines}
    lines = [_line(line, contract_no, stock, sold.get(line.line_no), passed) for line in stop.lines]
    return PickStop(
        job_id=stop.job_id,
        contract_no=contract_no,
        customer=contract_no if of is None else seen_name(role, of.customer.name),
        district="" if of is None else of.customer.district,
        half=stop.half,
        position=stop.position,
        lines=in_loading_order(lines, lambda line: line.category, order),
        ready=stop.ready,
        note=stop.note or "",
    )


def _line(
    line: GoodsLine, contract_no: str, stock: Sequence[StockRow], sold: LineRow | None, passed: InspectedRow | None
) -> PickLine:
    bins, here = lies_for(stock, contract_no, line.sku)
    return PickLine(
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        spec="" if sold is None else sold.spec,
        category="" if sold is None else sold.category,
        quantity=line.quantity,
        bins=bins,
        here=here,
        passed=0 if passed is None else passed.of(line.line_no),
        boxes=None if sold is None or sold.measure is None else units.boxes(line.quantity, sold.measure.per_box),
    )
