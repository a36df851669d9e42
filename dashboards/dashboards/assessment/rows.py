"""Rows behind the assessment page: every duty (K2, K4, K8, K9, K13) with the events that prove it.

One row per aggregate, one facet per stream. A duty holds what was owed, by whom, by when, and when it was done; whether
that is met, late, missed or open is a question of now, answered when somebody looks (`kpi.py`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeVar, assert_never

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
from runtime.view import Instant, Row, Typed

D = TypeVar("D", bound="Duties")


class Evidence(Row):
    """An event as proof: what, when it happened, when it was recorded, by whom."""

    event_id: str
    event: str
    type: str
    sequence: int
    happened: Instant
    recorded: Instant
    by: str


class Owed(Row):
    """What was owed, by whom, by when, and when it was done."""

    rule: str
    role: str
    subject: str
    due: Instant
    customer: str | None = None
    owner: str | None = None
    done: Instant | None = None
    failed: bool = False
    corrected: bool = False
    evidence: tuple[Evidence, ...] = ()

    def seen(self, event: Fact, meta: Meta, **changes: object) -> "Owed":
        """With one more proof."""
        return self.model_copy(update={**changes, "evidence": (*self.evidence, evidence(event, meta))})

    def ended(self, event: Fact, meta: Meta, *, due: datetime | None = None, owner: str | None = None) -> "Owed":
        """Done at the time it happened. Told only after it was due, it corrects a figure that showed it missed (X1)."""
        due = self.due if due is None else due
        told_late = event.at <= due < meta.time
        return self.seen(event, meta, due=due, done=event.at, owner=owner or self.owner, corrected=told_late)

    def counts(self, event: Fact) -> bool:
        """The earliest time it happened is the one that counts, in whatever order it was told (X1)."""
        return self.done is None or event.at < self.done


class Duties(Row):
    """The duties of one aggregate, and the civil months in which they are due, so that a month finds them."""

    duties: tuple[Owed, ...] = ()
    months: tuple[str, ...] = ()

    def owing(self, duties: Iterable[Owed], **rest: object) -> Self:
        """With these duties."""
        owed = tuple(duties)
        months = tuple(sorted({civil_day(one.due).strftime("%Y-%m") for one in owed}))
        return self.model_copy(update={**rest, "duties": owed, "months": months})

    def with_last(self, changed: Owed) -> Self:
        """With the last one of the same rule replaced, or this one more."""
        place = max((at for at, one in enumerate(self.duties) if one.rule == changed.rule), default=len(self.duties))
        return self.owing((*self.duties[:place], changed, *self.duties[place + 1 :]))

    def last(self, rule: str) -> Owed | None:
        """The last one of a rule."""
        return next((one for one in reversed(self.duties) if one.rule == rule), None)


class JobDuties(Duties):
    """A job's duties; `window_ends`, `placed`: the window of its slot, and what says so."""

    kind: str = ""
    subject: str = ""
    customer: str | None = None
    window_ends: Instant | None = None
    placed: Evidence | None = None

    def of(self, rule: str, role: str, due: datetime, owner: str | None = None) -> Owed:
        """A duty about it."""
        return Owed(rule=rule, role=role, subject=self.subject, customer=self.customer, due=due, owner=owner)


def evidence(event: Fact, meta: Meta) -> Evidence:
    """An event as proof."""
    return Evidence(
        event_id=meta.id,
        event=type(event).__name__,
        type=meta.type,
        sequence=meta.sequence,
        happened=event.at,
        recorded=meta.time,
        by=meta.actor,
    )


def fold_plan(known: Duties | None, event: Fact, meta: Meta) -> Duties:
    """K4: the plan goes to the warehouse the day before, by 17:00. A second version does not publish later."""
    row = known or Duties()
    duty = row.last("K4")
    match event:
        case DayOpened():
            opened = Owed(rule="K4", role="install_assistant", subject=event.on.isoformat(), due=event.plan_due)
            return row.owing([opened.seen(event, meta)])
        case PlanOverdue() if duty is not None:
            return row.owing([duty.seen(event, meta)])
        case DayPublished() if duty is not None and duty.counts(event):
            return row.owing([duty.ended(event, meta, due=event.due, owner=meta.actor)])
        case _:
            return row


def fold_job(known: JobDuties | None, event: Fact, meta: Meta) -> JobDuties:
    """K2 booked in time, K8 delivered in the promised window, K9 installed within two days."""
    row = known or JobDuties()
    match event:
        case JobOpened():
            who = f"{event.customer.district} · {event.contract_no}"
            row = row.owing((), kind=event.kind, subject=who, customer=event.customer.name)
            if event.kind != "installation" or event.due_at is None:
                return row
            return row.owing([row.of("K9", "install_supervisor", event.due_at).seen(event, meta)])
        case InstallationBooked():
            booking = row.of("K2", "install_assistant", event.booking_due)
            return row.with_last(booking.ended(event, meta, owner=meta.actor))
        case StopScheduled() | StopUnscheduled() | StopPublished() | DeliveryCompleted() | DeliveryFailed():
            return _delivery(row, event, meta) if row.kind == "delivery" else row
        case InstallationOverdue() if (duty := row.last("K9")) is not None:
            return row.with_last(duty.seen(event, meta))
        case InstallationCompleted() if (duty := row.last("K9")) is not None:
            return row.with_last(duty.ended(event, meta, due=event.due))
        case _:
            return row


Stop = StopScheduled | StopUnscheduled | StopPublished | DeliveryCompleted | DeliveryFailed


def _delivery(row: JobDuties, event: Stop, meta: Meta) -> JobDuties:
    """K8 is owed from the published plan on, to the window promised last; leaving the slot before the trip ends it."""
    duty = row.last("K8")
    live = None if duty is None or duty.done is not None or duty.failed else duty
    match event:
        case StopScheduled():
            return row.model_copy(update={"window_ends": event.window.ends, "placed": evidence(event, meta)})
        case StopUnscheduled():
            return row.owing(one for one in row.duties if one is not live)
        case StopPublished():
            if row.window_ends is None or row.placed is None:
                return row
            promised = row.of("K8", "crew_leader", row.window_ends, event.leader)
            promised = promised.model_copy(update={"evidence": (row.placed,)}).seen(event, meta)
            return row.with_last(promised) if live else row.owing((*row.duties, promised))
        case DeliveryCompleted() | DeliveryFailed():
            base = live or row.of("K8", "crew_leader", event.window_ends)
            if isinstance(event, DeliveryCompleted):
                ended = base.ended(event, meta, due=event.window_ends, owner=event.leader)
            else:
                ended = base.seen(event, meta, failed=True, owner=event.leader, due=event.window_ends)
            return row.with_last(ended) if live else row.owing((*row.duties, ended))
    assert_never(event)


def fold_ticket(known: Duties | None, event: Fact, meta: Meta) -> Duties:
    """K13: a request is answered by its deadline (C2). The first reply counts."""
    row = known or Duties()
    duty = row.last("K13")
    match event:
        case TicketOpened():
            who = {"subject": event.product, "customer": event.customer.name}
            owed = Owed(rule="K13", role="cs_specialist", due=event.reply_due, **who)
            return row.owing([owed.seen(event, meta)])
        case ReplyOverdue() if duty is not None:
            return row.owing([duty.seen(event, meta)])
        case TicketReplied() if duty is not None and duty.counts(event):
            return row.owing([duty.ended(event, meta, due=event.due, owner=meta.actor)])
        case _:
            return row


def _facet(kind: str, service: str, row: type[Duties], fold: Callable[..., Duties]) -> Facet:
    return Facet(kind, service, (kind,), fold, Typed(kind, row, fold))


ROWS: Mapping[str, type[Duties]] = {"day": Duties, "job": JobDuties, "ticket": Duties}
"""Kind of aggregate, also the facet's name -> its row."""


@dataclass(frozen=True, slots=True)
class Owing:
    """An aggregate, and the duties that it brings."""

    aggregate: str
    duties: tuple[Owed, ...]


class AllOwing:
    """Reads them (`Caller.view`)."""

    name = "duties"

    def read(self, document: Mapping[str, Any]) -> Owing:
        """A document's."""
        aggregate = document["_id"]
        kind = aggregate.partition(":")[0]
        return Owing(aggregate, ROWS[kind].model_validate(document[kind]).duties)


OWING = AllOwing()
DUTIES = Projection(
    name=OWING.name,
    row=whole_id,
    facets=(
        _facet("day", "dispatch", Duties, fold_plan),
        _facet("job", "dispatch", JobDuties, fold_job),
        _facet("ticket", "service_desk", Duties, fold_ticket),
    ),
    indexes=(("day.months",), ("job.months",), ("ticket.months",)),
)
PROJECTIONS: tuple[Projection, ...] = (DUTIES,)
