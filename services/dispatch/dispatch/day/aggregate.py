"""The day plan (送货安排表) of one depot: its crews and every slot of every crew. Double booking is decided here (B8).

A slot is reserved first and expires unless its job takes it; once the plan is published (B4), each change is an
adjustment with a reason, and publishing again makes the next version.
"""

from dataclasses import replace
from datetime import date

from contracts import dispatch_days as facts
from contracts.dispatch import DayEvent
from dispatch.day import change, crews, issue, slot, turn
from dispatch.day.state import INITIAL, STATES, Day, Unopened, day_no, drafted
from dispatch.fields import DEPOT
from runtime.aggregate import Aggregate
from runtime.decision import Timer


def evolve(day: Day, event: DayEvent) -> Day:
    """The day after an event."""
    if isinstance(event, facts.DayOpened):
        return drafted(event)
    if isinstance(day, Unopened):
        return day
    day = replace(day, plan=replace(day.plan, version=day.plan.version + 1))
    if isinstance(event, slot.Event):
        return slot.evolve(day, event)
    if isinstance(event, issue.Event):
        return issue.evolve(day, event)
    if isinstance(event, crews.Event):
        return crews.evolve(day, event)
    return change.evolve(day, event)


def due(day: Day) -> tuple[Timer, ...]:
    """Reservations expire; the plan is owed by 17:00 the day before (K4); an adjusted one goes out again (B4)."""
    return () if isinstance(day, Unopened) else (*slot.expiries(day), *issue.timers(day))


DAY = Aggregate[Day, DayEvent](
    "day",
    INITIAL,
    STATES,
    evolve,
    (*slot.USE_CASES, *issue.USE_CASES, *change.USE_CASES, *turn.USE_CASES, *crews.USE_CASES),
    due,
)


def day_id(on: date, depot: str = DEPOT) -> str:
    """Aggregate id of a day."""
    return DAY.key(day_no(on, depot))
