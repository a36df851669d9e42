"""Rows `turnover`: of a sku the pieces that came and left, day by day: its class for counts is by them (D7).

Figures over time, so no view of a state.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.civil_time import civil_day, days_later
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_stock import StockMoved
from runtime.service import Facet, Projection, key_of

Days = dict[str, int]

KEPT_DAYS = 800
"""More than any classing by turnover looks back."""


def fold_turnover(days: Days | None, event: Fact, meta: Meta) -> Days:  # noqa: ARG001 - all folds have one signature
    """Pieces by civil day, in order."""
    known = days or {}
    if not isinstance(event, StockMoved) or event.before == event.after:
        return known
    on = civil_day(event.at)
    pieces = {**known, on.isoformat(): known.get(on.isoformat(), 0) + event.quantity}
    since = days_later(on, -KEPT_DAYS).isoformat()
    return {day: pieces[day] for day in sorted(pieces) if day >= since}


def turned_over(document: Mapping[str, Any], since: date) -> int:
    """Pieces that came and left since a day."""
    days: Days = document["days"]
    return sum(pieces for day, pieces in days.items() if day >= since.isoformat())


TURNOVER = Projection("turnover", key_of, (Facet("days", "inventory", ("stock",), fold_turnover),))
