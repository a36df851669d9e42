"""Rows `turnover`: of a sku the pieces that came and left, day by day: its class for counts is by them (D7).

Figures over time, so no view of a state.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from contracts.civil_time import civil_day, days_later
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_stock import StockMoved
from runtime.service import Facet, Projection, key_of

Days = dict[str, int]
DAYS = "days"

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


def turned_over(days: Mapping[str, int], since: date) -> int:
    """Pieces that came and left since a day, of a sku's days."""
    return sum(pieces for day, pieces in days.items() if day >= since.isoformat())


@dataclass(frozen=True, slots=True)
class DaysOfCards:
    """Reads the days of skus, by card (`Caller.view`)."""

    name: str = "turnover"

    def read(self, document: Mapping[str, Any]) -> Days:
        """A card's."""
        return cast(Days, document[DAYS])


DAYS_OF_CARDS = DaysOfCards()
TURNOVER = Projection(DAYS_OF_CARDS.name, key_of, (Facet(DAYS, "inventory", ("stock",), fold_turnover),))
