"""One crew's day on the road (出车): the sorting sheet, the supervisor's list, loading with both signatures, departure.

Goods leave only on the list (B9), counted line by line (B11), passed by QC (B21), with a leader who answers for them
(B8). On the road follow the stops in their order (B12), the cash (B13, B16) and the report (B17).
"""

from dataclasses import replace
from datetime import date

from contracts import dispatch_road as road
from contracts.civil_time import end_of_day
from contracts.dispatch import RunEvent
from dispatch.run import cash, closing, departure, loading, route
from dispatch.run.state import INITIAL, STATES, Closed, Departed, Run, road_of
from runtime.aggregate import Aggregate
from runtime.decision import Timer


def evolve(run: Run, event: RunEvent) -> Run:
    """The run after an event."""
    if isinstance(event, loading.Event):
        return loading.evolve(run, event)
    if isinstance(event, departure.Event):
        return departure.evolve(run, event)
    if isinstance(event, road.RunClosed):
        return Closed(run, event.explanation or "") if isinstance(run, Departed) else run
    gone = road_of(run)
    if gone is None:
        return run
    after = _on_the_road(gone, event)
    return replace(run, road=after) if isinstance(run, Closed) else after


def _on_the_road(run: Departed, event: route.Event | cash.Event | closing.Event) -> Departed:
    if isinstance(event, route.Event):
        return route.evolve(run, event)
    if isinstance(event, cash.Event):
        return cash.evolve(run, event)
    return closing.evolve(run, event)


def due(run: Run) -> tuple[Timer, ...]:
    """At the end of the day the cash is paid in (K11) and the day report filed (K12)."""
    gone = road_of(run)
    if gone is None:
        return ()
    ends = end_of_day(gone.sheet.on)
    owing = isinstance(run, Departed) and gone.on_vehicle_fen > 0 and not gone.is_cash_overdue
    unreported = gone.report is None and not gone.is_report_overdue
    return (
        *((Timer("cash_overdue", ends, cash.MarkCashOverdue()),) if owing else ()),
        *((Timer("report_overdue", ends, closing.MarkReportOverdue()),) if unreported else ()),
    )


RUN = Aggregate[Run, RunEvent](
    "run",
    INITIAL,
    STATES,
    evolve,
    (*loading.USE_CASES, *departure.USE_CASES, *route.USE_CASES, *cash.USE_CASES, *closing.USE_CASES),
    due,
)


def run_id(on: date, crew: str) -> str:
    """Aggregate id of a crew's day."""
    return RUN.key(f"{on}:{crew}")
