"""Rows behind the assessment page: every duty (K2, K4, K8, K9, K13) with the events that prove it.

One row per aggregate, one facet per stream. A duty holds what was owed, by whom, by when, and when it was done; whether
that is met, late, missed or open is a question of now, answered when somebody looks (`kpi.py`).
"""

from datetime import datetime
from typing import Any

from contracts.civil_time import civil_day
from contracts.dispatch_days import DayOpened, DayPublished, PlanOverdue
from contracts.dispatch_jobs import (
    DeliveryCompleted,
    DeliveryFailed,
    InstallationBooked,
    InstallationCompleted,
    InstallationOverdue,
    JobOpened,
    StopPublished,
    StopScheduled,
    StopUnscheduled,
)
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.service_desk_tickets import ReplyOverdue, TicketOpened, TicketReplied
from runtime.service import Facet, Projection, whole_id

Json = dict[str, Any]


def _evidence(event: Fact, meta: Meta) -> Json:
    """An event as proof: what, when it happened, when it was recorded, by whom."""
    return {
        "event_id": meta.id,
        "event": type(event).__name__,
        "type": meta.type,
        "sequence": meta.sequence,
        "happened": event.at.isoformat(),
        "recorded": meta.time.isoformat(),
        "by": meta.actor,
    }


def _duty(
    rule: str, role: str, subject: str, due: datetime, *, customer: str | None = None, owner: str | None = None
) -> Json:
    return {
        "rule": rule,
        "customer": customer,
        "owner": owner,
        "role": role,
        "subject": subject,
        "due": due.isoformat(),
        "done": None,
        "failed": False,
        "corrected": False,
        "evidence": [],
    }


def _seen(duty: Json, event: Fact, meta: Meta, **changes: object) -> Json:
    """The duty with one more proof."""
    return {**duty, **changes, "evidence": [*duty["evidence"], _evidence(event, meta)]}


def _done(duty: Json, event: Fact, meta: Meta, *, due: datetime | None = None, owner: str | None = None) -> Json:
    """Done at the time it happened. Told only after it was due, it corrects a figure that showed it missed (X1)."""
    due = datetime.fromisoformat(duty["due"]) if due is None else due
    told_late = event.at <= due < meta.time
    owner = duty["owner"] if owner is None else owner
    changes = {"due": due.isoformat(), "done": event.at.isoformat(), "owner": owner, "corrected": told_late}
    return _seen(duty, event, meta, **changes)


def _row(facet: Json | None, duties: list[Json], **rest: object) -> Json:
    """A facet with its duties and the civil months in which they are due, so that a month finds them."""
    months = sorted({civil_day(datetime.fromisoformat(duty["due"])).strftime("%Y-%m") for duty in duties})
    return {**(facet or {}), **rest, "duties": duties, "months": months}


def _replace(duties: list[Json], changed: Json) -> list[Json]:
    """The duties with the last one of the same rule replaced, or the new one appended."""
    places = [place for place, duty in enumerate(duties) if duty["rule"] == changed["rule"]]
    return [*duties, changed] if not places else [*duties[: places[-1]], changed, *duties[places[-1] + 1 :]]


def _last(duties: list[Json], rule: str) -> Json | None:
    return next((duty for duty in reversed(duties) if duty["rule"] == rule), None)


def _counts(event: Fact, duty: Json) -> bool:
    """The earliest time it happened is the one that counts, in whatever order it was told (X1)."""
    return duty["done"] is None or event.at < datetime.fromisoformat(duty["done"])


def fold_plan(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """K4: the plan goes to the warehouse the day before, by 17:00. A second version does not publish later."""
    row = _row(None, []) if facet is None else facet
    duty = _last(row["duties"], "K4")
    match event:
        case DayOpened():
            opened = _duty("K4", "install_assistant", event.on.isoformat(), event.plan_due)
            return _row(row, [_seen(opened, event, meta)])
        case PlanOverdue() if duty is not None:
            return _row(row, [_seen(duty, event, meta)])
        case DayPublished() if duty is not None and _counts(event, duty):
            return _row(row, [_done(duty, event, meta, due=event.due, owner=meta.actor)])
        case _:
            return row


def fold_job(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """K2 booked in time, K8 delivered in the promised window, K9 installed within two days."""
    row = _row(None, [], kind="", subject="", customer=None) if facet is None else facet
    duties: list[Json] = row["duties"]
    match event:
        case JobOpened():
            who = {"subject": f"{event.customer.district} · {event.contract_no}", "customer": event.customer.name}
            owed = []
            if event.kind == "installation" and event.due_at is not None:
                owed = [_seen(_duty("K9", "install_supervisor", due=event.due_at, **who), event, meta)]
            return _row(row, owed, kind=event.kind, **who)
        case InstallationBooked():
            booking = _duty("K2", "install_assistant", due=event.booking_due, **_subject(row))
            return _row(row, _replace(duties, _done(booking, event, meta, owner=meta.actor)))
        case StopScheduled() | StopUnscheduled() | StopPublished() | DeliveryCompleted() | DeliveryFailed():
            return _delivery(row, event, meta) if row["kind"] == "delivery" else row
        case InstallationOverdue() if (duty := _last(duties, "K9")) is not None:
            return _row(row, _replace(duties, _seen(duty, event, meta)))
        case InstallationCompleted() if (duty := _last(duties, "K9")) is not None:
            return _row(row, _replace(duties, _done(duty, event, meta, due=event.due)))
        case _:
            return row


def _subject(row: Json) -> dict[str, str]:
    return {"subject": row["subject"], "customer": row["customer"]}


def _delivery(row: Json, event: Fact, meta: Meta) -> Json:
    """K8 is owed from the published plan on, to the window promised last; leaving the slot before the trip ends it."""
    duties: list[Json] = row["duties"]
    duty = _last(duties, "K8")
    live = duty is not None and duty["done"] is None and not duty["failed"]
    match event:
        case StopScheduled():
            return {**row, "window_ends": event.window.ends.isoformat(), "placed": _evidence(event, meta)}
        case StopUnscheduled():
            return _row(row, [other for other in duties if not (live and other is duty)])
        case StopPublished():
            ends = datetime.fromisoformat(row["window_ends"])
            promised = _duty("K8", "crew_leader", due=ends, owner=event.leader, **_subject(row))
            promised = _seen({**promised, "evidence": [row["placed"]]}, event, meta)
            return _row(row, _replace(duties, promised) if live else [*duties, promised])
        case DeliveryCompleted():
            base = duty if live and duty else _duty("K8", "crew_leader", due=event.window_ends, **_subject(row))
            ended = _done(base, event, meta, due=event.window_ends, owner=event.leader)
            return _row(row, _replace(duties, ended) if live else [*duties, ended])
        case DeliveryFailed():
            base = duty if live and duty else _duty("K8", "crew_leader", due=event.window_ends, **_subject(row))
            ended = _seen(base, event, meta, failed=True, owner=event.leader, due=event.window_ends.isoformat())
            return _row(row, _replace(duties, ended) if live else [*duties, ended])
        case _:
            return row


def fold_ticket(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """K13: a request is answered by its deadline (C2). The first reply counts."""
    row = _row(None, []) if facet is None else facet
    duty = _last(row["duties"], "K13")
    match event:
        case TicketOpened():
            owed = _duty("K13", "cs_specialist", event.product, event.reply_due, customer=event.customer.name)
            return _row(row, [_seen(owed, event, meta)])
        case ReplyOverdue() if duty is not None:
            return _row(row, [_seen(duty, event, meta)])
        case TicketReplied() if duty is not None and _counts(event, duty):
            return _row(row, [_done(duty, event, meta, due=event.due, owner=meta.actor)])
        case _:
            return row


DUTIES = Projection(
    name="duties",
    row=whole_id,
    facets=(
        Facet(name="day", service="dispatch", prefixes=("day",), fold=fold_plan),
        Facet(name="job", service="dispatch", prefixes=("job",), fold=fold_job),
        Facet(name="ticket", service="service_desk", prefixes=("ticket",), fold=fold_ticket),
    ),
    indexes=(("day.months",), ("job.months",), ("ticket.months",)),
)
PROJECTIONS: tuple[Projection, ...] = (DUTIES,)
