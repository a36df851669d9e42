"""A ticket's clocks in its row (K, X4): who owes what by when, whether it is overdue, and who was told."""

from datetime import datetime
from typing import Any

from contracts.civil_time import in_utc
from contracts.service_desk_duties import DutyEscalated, DutyOverdue, DutyWarned, Watch
from service_desk.clocks import STAND_WHILE_WAITING

Json = dict[str, Any]


def iso(moment: datetime) -> str:
    """A time as rows hold it."""
    return in_utc(moment).isoformat()


def duty(watch: Watch, since: str) -> Json:
    """A clock that has begun, and when (UTC ISO text)."""
    return {
        "duty": watch.duty,
        "item": watch.item,
        "owner_role": watch.owner_role,
        "owner": watch.owner,
        "since": since,
        "due": iso(watch.due),
        "warn_at": None if watch.warn_at is None else iso(watch.warn_at),
        "provisional": watch.provisional,
        "state": "running",
        "level": 0,
        "told": [],
    }


def begun(facet: Json, watch: Watch | None, *, since: str) -> Json:
    """With a clock that began, or was reckoned anew."""
    if watch is None:
        return facet
    facet = done(facet, watch.duty, watch.item)
    return {**facet, "duties": [*facet["duties"], duty(watch, since)]}


def done(facet: Json, name: str, item: str | None = None) -> Json:
    """Without a clock, or all of its kind: the duty is done."""
    left = [one for one in facet["duties"] if one["duty"] != name or (item is not None and one["item"] != item)]
    return {**facet, "duties": left}


def passed(facet: Json, event: DutyWarned | DutyOverdue | DutyEscalated) -> Json:
    """A clock passed one of its points."""
    return {
        **facet,
        "duties": [
            _after(one, event) if (one["duty"], one["item"]) == (event.duty, event.item) else one
            for one in facet["duties"]
        ],
    }


def _after(one: Json, event: DutyWarned | DutyOverdue | DutyEscalated) -> Json:
    match event:
        case DutyWarned():
            return {**one, "state": "warned"}
        case DutyOverdue():
            return {**one, "state": "overdue"}
        case DutyEscalated():
            return {**one, "level": event.level, "told": [*one["told"], event.told]}


def summed(facet: Json) -> Json:
    """What the queue asks of the clocks: is one overdue, and who was told of those that are."""
    overdue = [one for one in facet["duties"] if one["state"] == "overdue"]
    return {
        **facet,
        "overdue": bool(overdue),
        "told": sorted({role for one in facet["duties"] for role in one["told"]}),
    }


def earliest(facet: Json) -> str | None:
    """The earliest due time of the clocks that run; those that stand wait (C13)."""
    stands = facet["waiting"] is not None
    running = [one["due"] for one in facet["duties"] if not (stands and one["duty"] in STAND_WHILE_WAITING)]
    return min(running, default=None)
