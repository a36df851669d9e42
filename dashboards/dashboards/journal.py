"""The journal: every event of contracts, jobs, days, runs and tickets by itself, as the pages may show it (X1, X2).

What a page shows of the past is made of it: the same views of the events that were known (recorded) at a moment, or of
those that had happened by then as we know it now. Phone numbers are masked before they are kept.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, cast

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
    ),
    per_event=True,
)


def events_of(rows: Iterable[Mapping[str, Any]], service: str) -> dict[str, list[Json]]:
    """Journal rows -> that service's entries of each aggregate, in order."""
    found: dict[str, list[Json]] = {}
    for one in (row[service] for row in rows if service in row):
        found.setdefault(one["aggregate"], []).append(one)
    for entries in found.values():
        entries.sort(key=lambda one: int(one["seq"]))
    return found


def told_by(entries: Iterable[Json], moment: datetime, known: Known) -> list[Saying[Any]]:
    """Who said what of one aggregate until `moment`, in order, without events of a type that is not known here."""
    until = moment_text(moment)
    models = ((one, EVENTS.get(one["event"])) for one in entries if one[known] <= until)
    return [
        Saying(one["by"], model.model_validate(one["data"]), datetime.fromisoformat(one["recorded"]))
        for one, model in models
        if model is not None
    ]


def changed_between(entries: Iterable[Json], first: datetime, last: datetime, known: Known) -> list[datetime]:
    """The moments at which something changed, once each, in order: the ticks of the slider."""
    low, high = moment_text(first), moment_text(last)
    return [
        datetime.fromisoformat(text) for text in sorted({one[known] for one in entries if low <= one[known] <= high})
    ]


EVENTS: Mapping[str, type[Fact]] = {model.__name__: model for model in WIRE.values()}
"""Newest model of each event by its name."""
