"""The journal: every event of contracts, jobs, days, runs and tickets by itself, as the pages may show it (X1, X2).

What a page shows of the past is made of it: the same views of the events that were known (recorded) at a moment, or of
those that had happened by then as we know it now. Phone numbers are masked before they are kept.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel

from company.masking import mask_phone
from contracts.civil_time import in_utc
from contracts.dispatch import DispatchEvent
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.order import OrderEvent
from contracts.reading import WIRE
from contracts.service_desk import ServiceDeskEvent
from runtime.said import Saying
from runtime.service import Facet, Projection, whole_id

Json = dict[str, Any]
Known = Literal["recorded", "happened"]
"""当时所知: what was recorded by then. 现在所知: what had happened by then, with facts that were told later."""
Kept = OrderEvent | DispatchEvent | ServiceDeskEvent
"""What the journal keeps, whole: when one of these changes its shape, the journal is made anew."""

SERVICE_OF: Mapping[str, str] = {
    "contract": "order",
    "job": "dispatch",
    "day": "dispatch",
    "run": "dispatch",
    "ticket": "service_desk",
}
"""Kinds of aggregates that the journal keeps, and the stream of each: also the name of the facet."""


def entry(facet: Json | None, event: Fact, meta: Meta) -> Json:  # noqa: ARG001 - a journal's fold gets no facet
    """One event: when it happened and was recorded, who, what caused it, and its content."""
    return {
        "aggregate": meta.subject,
        "kind": meta.subject.partition(":")[0],
        "seq": meta.sequence,
        "event": type(event).__name__,
        "recorded": moment_text(meta.time),
        "happened": moment_text(event.at),
        "by": meta.actor,
        "id": meta.id,
        "causation": meta.causation_id,
        "correlation": meta.correlation_id,
        "data": _masked(cast(Kept, event).model_dump(mode="json")),
    }


def moment_text(moment: datetime) -> str:
    """A moment as the journal writes times: UTC text of one length, so that the order of texts is that of times."""
    return in_utc(moment).isoformat(timespec="microseconds")


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: mask_phone(inner) if name == "phone" and isinstance(inner, str) else _masked(inner)
            for name, inner in value.items()
        }
    return [_masked(inner) for inner in value] if isinstance(value, list) else value


def _kinds(service: str) -> tuple[str, ...]:
    return tuple(kind for kind, owner in SERVICE_OF.items() if owner == service)


JOURNAL = Projection(
    name="journal",
    row=whole_id,
    facets=tuple(
        Facet(name=service, service=service, prefixes=_kinds(service), fold=entry)
        for service in ("order", "dispatch", "service_desk")
    ),
    indexes=tuple(
        index
        for service in ("order", "dispatch", "service_desk")
        for index in ((f"{service}.aggregate", f"{service}.seq"), (f"{service}.kind", f"{service}.recorded"))
    )
    + (("order.event", "order.happened"), ("dispatch.event", "dispatch.data.on")),
    per_event=True,
)


_Moment = Annotated[datetime, AfterValidator(in_utc)]


class Entry(BaseModel):
    """One event, as the journal has it."""

    aggregate: str
    seq: int
    event: str
    recorded: _Moment
    happened: _Moment
    by: str
    data: Json

    @cached_property
    def fact(self) -> Fact | None:
        """The event itself; None where its type is not known here."""
        model = EVENTS.get(self.event)
        return None if model is None else model.model_validate(self.data)

    def when(self, known: Known) -> datetime:
        """When it was recorded, or when it happened."""
        return self.recorded if known == "recorded" else self.happened


class Entries:
    """Reads the journal's entries (`Caller.view`)."""

    name = JOURNAL.name

    def read(self, document: Mapping[str, Any]) -> Entry:
        """A document's: it has one facet, that of the stream from which the event is."""
        return Entry.model_validate(next(document[facet.name] for facet in JOURNAL.facets if facet.name in document))


ENTRIES = Entries()


def by_aggregate(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The entries of each aggregate, in order."""
    found: dict[str, list[Entry]] = {}
    for one in entries:
        found.setdefault(one.aggregate, []).append(one)
    return {aggregate: sorted(its, key=lambda one: one.seq) for aggregate, its in found.items()}


def told_by(entries: Iterable[Entry], moment: datetime, known: Known) -> list[Saying[Any]]:
    """Who said what of one aggregate until `moment`, in order, without events of a type that is not known here."""
    then = (one for one in entries if one.when(known) <= moment)
    return [Saying(one.by, one.fact, one.recorded) for one in then if one.fact is not None]


def changed_between(entries: Iterable[Entry], first: datetime, last: datetime, known: Known) -> list[datetime]:
    """The moments at which something changed, once each, in order: the ticks of the slider."""
    return sorted({one.when(known) for one in entries if first <= one.when(known) <= last})


EVENTS: Mapping[str, type[Fact]] = {model.__name__: model for model in WIRE.values()}
"""Newest model of each event by its name."""
