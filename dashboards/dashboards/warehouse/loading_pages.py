"""装车 over HTTP: what is counted onto each vehicle with its crew, line by line or by labels, both signing (B11)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fastapi.responses import Response

from company.crew_of_day import own_crew_on
from company.own_depot import works_in
from contracts.fact import GoodsLine
from dashboards.both_units import both_units
from dashboards.depots import depots_for, remembered
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.warehouse.labelled import labels_of
from dispatch.run.aggregate import RUN
from dispatch.run.loading import LoadRun
from dispatch.run.row import RUN_FILES, RUNS, RunFile
from dispatch.who import CREW, LOADS
from inventory.who import SEES_WAREHOUSE
from order.contract.row import CONTRACTS, ContractRow
from runtime.route import takes

BEFORE_IT_LEAVES = ("plan", "loaded")

router = PageRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Stop:
    """What one stop takes of the vehicle; `counted` by line, where it was counted."""

    job_id: str
    contract_no: str
    customer: str
    half: str
    position: int
    lines: tuple[GoodsLine, ...]
    counted: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A crew's vehicle of a day, the last stop first: it is loaded first (B19)."""

    run: RunFile
    stops: tuple[Stop, ...]
    is_open: bool
    """Whether this person may count it now."""


@router.get("/warehouse/loading")
@takes(*LOOKS, "date", "depot")
@seated("warehouse", LOADS | SEES_WAREHOUSE)
async def loading(seat: Seat) -> Response:
    """A day's vehicles, each with its count; who leads a crew sees that crew's."""
    on = seat.day("date") or seat.today
    depots = depots_for(seat.caller, seat.now)
    stream = rows_stream(seat.caller, (RUNS.name,))
    own = await own_crew_on(seat.caller, on) or "" if seat.person.role in CREW else None
    found = await seat.caller.view(RUN_FILES).find(RUNS.where(on=on.isoformat(), crew=own), sort=[("_id", 1)])
    runs = [one for one in found if one.row.depot in depots.shown and one.row.stops]
    contracts = {stop.contract_no for one in runs for stop in one.row.stops}
    orders = await seat.caller.view(CONTRACTS).get_many(sorted(contracts))
    may = seat.may(RUN, LoadRun)
    shown = seat.show(
        "loading.html",
        on=on,
        depots=depots,
        vehicles=[_vehicle(one, orders, may=may and works_in(seat.person, one.row.depot)) for one in runs],
        codes=await labels_of(seat, contracts) if may else {},
        units=await both_units(seat, _skus(runs)),
        seconds=seat.seconds(RUN, LoadRun),
        stream=stream,
    )
    return remembered(shown, seat.caller, depots)


def _skus(runs: Collection[RunFile]) -> set[str]:
    return {line.sku for one in runs for stop in one.row.stops for line in stop.lines}


def _vehicle(one: RunFile, orders: Mapping[str, ContractRow], *, may: bool) -> Vehicle:
    loaded = one.loaded
    counted = {} if loaded is None else {stop.job_id: stop for stop in loaded.counted}
    stops = tuple(
        Stop(
            job_id=stop.job_id,
            contract_no=stop.contract_no,
            customer=orders[stop.contract_no].customer.name if stop.contract_no in orders else "",
            half=stop.half,
            position=stop.position,
            lines=stop.lines,
            counted={line.line_no: line.quantity for line in counted[stop.job_id].lines}
            if stop.job_id in counted
            else {},
        )
        for stop in reversed(one.row.in_order)
    )
    return Vehicle(one, stops, is_open=may and one.row.status in BEFORE_IT_LEAVES)
