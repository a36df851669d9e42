"""What the demo plays: which contract is delivered on which day, and who has what to do. Pure.

Bookings are made four days ahead (B1 asks for three): a contract may be delivered from four days after it was complete.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAYS_BACK = 6
PER_DAY = 4
"""Deliveries on a past day; today and tomorrow have more."""
TODAY, TOMORROW = 8, 12
AHEAD = 4


@dataclass(frozen=True, slots=True)
class Complete:
    """A contract whose goods are there."""

    contract_no: str
    complete_on: date
    promised_on: date


@dataclass(frozen=True, slots=True)
class DayOfWork:
    """Contracts to deliver on a day."""

    on: date
    contracts: tuple[str, ...]
    late: frozenset[str] = frozenset()
    """Those that were promised for an earlier day: their customers consent to this one (A8)."""


def days_of_work(contracts: Sequence[Complete], today: date) -> tuple[DayOfWork, ...]:
    """Past days, today and tomorrow: the contracts promised first that were complete in time, each once."""
    waiting = sorted(contracts, key=lambda c: (c.promised_on, c.contract_no))
    days = []
    for offset in range(-DAYS_BACK, 2):
        on = today + timedelta(days=offset)
        count = {0: TODAY, 1: TOMORROW}.get(offset, PER_DAY)
        ready = [c for c in waiting if c.complete_on <= on - timedelta(days=AHEAD)][:count]
        waiting = [c for c in waiting if c not in ready]
        late = frozenset(c.contract_no for c in ready if c.promised_on < on)
        days.append(DayOfWork(on, tuple(c.contract_no for c in ready), late))
    return tuple(days)
