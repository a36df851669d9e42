"""The journal: every event of contracts, jobs, days, runs and tickets by itself, as the pages may show it (X1, X2).

What a page shows of the past is folded from it: the same fold over the events that were known (recorded) at a moment,
or over those that had happened by then as we know it now. Phone numbers are masked before they are kept.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from runtime.service import Facet, Projection, whole_id

Json = dict[str, Any]
Known = Literal["recorded", "happened"]
"""当时所知: what was recorded by then. 现在所知: what had happened by then, with facts that were told later."""
Fold = Callable[[Json | None, Fact, Meta], Json]
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


def state_at(entries: Sequence[Json], fold: Fold, moment: datetime, known: Known) -> Json | None:
    """A row as it was at `moment`; None when nothing of it was known, or had happened, by then.

    `entries`: all events of one aggregate in order. Events of a type that this version does not know change nothing.
    """
    until = moment_text(moment)
    facet: Json | None = None
    for one in entries:
        if one[known] > until:
            if known == "recorded" or facet is None:
                return facet  # later events were recorded later still; and nothing is folded before its beginning
            continue
        model = EVENTS.get(one["event"])
        if model is not None:
            facet = fold(facet, model.model_validate(one["data"]), meta_of(one))
    return facet


def changed_between(entries: Iterable[Json], first: datetime, last: datetime, known: Known) -> list[datetime]:
    """The moments at which something changed, once each, in order: the ticks of the slider."""
    low, high = moment_text(first), moment_text(last)
    return [
        datetime.fromisoformat(text) for text in sorted({one[known] for one in entries if low <= one[known] <= high})
    ]


def meta_of(one: Json) -> Meta:
    """The envelope of an entry, as far as the journal keeps it."""
    return Meta(
        id=one["id"],
        type=EVENTS[one["event"]].wire,
        source=f"/songda/{SERVICE_OF[one['kind']]}",
        subject=one["aggregate"],
        time=datetime.fromisoformat(one["recorded"]),
        sequence=one["seq"],
        causation_id=one["causation"],
        correlation_id=one["correlation"],
        actor=one["by"],
        command_offset=-1,
    )


EVENTS: Mapping[str, type[Fact]] = {model.__name__: model for model in WIRE.values()}
"""Newest model of each event by its name."""
