"""The row of a depot's plan of counts (K19): what falls due when, what is late, which sheets are out."""

from typing import Any

from contracts.inventory_counts import PlannedCountDone
from inventory.count_plan import COUNT_PLAN, CountPlan, Unplanned
from runtime.view import File, Instant, Row, View


class PlanItem(Row):
    """One planned count; `out` are the sheets that are not back."""

    plan: str
    name: str
    due: Instant
    overdue: bool
    out: tuple[str, ...]


class PlanRow(Row):
    """A plan, most urgent first."""

    depot: str
    items: tuple[PlanItem, ...]
    version: int = 0


def plan_row(plan: CountPlan) -> PlanRow | None:
    """The view."""
    if isinstance(plan, Unplanned):
        return None
    items = sorted(plan.items, key=lambda item: (item.due, item.plan))
    shown = (PlanItem(plan=x.plan, name=x.name, due=x.due, overdue=x.overdue, out=x.out) for x in items)
    return PlanRow(depot=plan.depot, items=tuple(shown))


PLANS = View("countplans", "inventory", COUNT_PLAN, PlanRow, plan_row, said=(PlannedCountDone,))


def plan_shown(plan: File[PlanRow]) -> dict[str, Any]:
    """A plan as the API shows it, with when each was done last."""
    row, said = plan.row, plan.said
    done = {one.event.plan: one.event for one in said.all(PlannedCountDone)}
    items = [(item.shown(), done.get(item.plan)) for item in row.items]
    return {
        **row.shown(),
        "items": [
            {**item, "done_on": last and last.done_on.isoformat(), "last_count": last and last.count_no}
            for item, last in items
        ],
    }
