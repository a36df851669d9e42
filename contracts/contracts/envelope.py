"""The envelope of every event: CloudEvents 1.0, Kafka binary mode, plus what an event-sourced company needs to know.

On the wire each attribute is a header `ce_<name>` with UTF-8 text, `content-type` tells the value's form, and the value
is the event as JSON. Extensions: `ce_sequence` (version of the aggregate, 1, 2, ...), `ce_causationid` (command id),
`ce_correlationid` (the whole chain), `ce_actor` (person id or `system`), `ce_commandoffset` (where its command lies),
`ce_requestdigest` (of the request that came with an Idempotency-Key, so that another one under the key is noticed).
`traceparent` is W3C Trace Context. Source: CloudEvents Kafka Protocol Binding 1.0.2 §3.2.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

Headers = Sequence[tuple[str, bytes]]

CONTENT_TYPE = b"application/json"

_UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError)
"""What reading a header raises: no text, no number, no value at all, a time beyond the last year in UTC."""


class BadEnvelope(Exception):
    """A record whose headers are no envelope: it names the header that is missing or broken, never what it holds."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known about one event besides its content. `time` is when it was recorded (记录), UTC."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    sequence: int
    causation_id: str
    correlation_id: str
    actor: str
    command_offset: int
    traceparent: str | None = None
    request_digest: str | None = None


def wire_source(service: str) -> str:
    """CloudEvents `source` of a service, e.g. `/songda/order`."""
    return f"/songda/{service}"


def to_headers(meta: Meta) -> list[tuple[str, bytes]]:
    """Metadata -> Kafka headers. A time of another zone is written as UTC."""
    time = meta.time if meta.time.tzinfo is UTC else meta.time.astimezone(UTC)
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", meta.id.encode()),
        ("ce_type", meta.type.encode()),
        ("ce_source", meta.source.encode()),
        ("ce_subject", meta.subject.encode()),
        ("ce_time", f"{time.isoformat().removesuffix('+00:00')}Z".encode()),
        ("ce_dataschema", data_schema(meta.type).encode()),
        ("content-type", CONTENT_TYPE),
        ("ce_sequence", b"%d" % meta.sequence),
        ("ce_causationid", meta.causation_id.encode()),
        ("ce_correlationid", meta.correlation_id.encode()),
        ("ce_actor", meta.actor.encode()),
        ("ce_commandoffset", b"%d" % meta.command_offset),
    ]
    if meta.traceparent is not None:
        headers.append(("traceparent", meta.traceparent.encode()))
    if meta.request_digest is not None:
        headers.append(("ce_requestdigest", meta.request_digest.encode()))
    return headers


@cache
def data_schema(wire_name: str) -> str:
    """CloudEvents `dataschema` of an event type: the `$id` of its published JSON Schema."""
    return f"urn:{wire_name.replace('.', ':')}"


def type_of(headers: Iterable[tuple[str, bytes]]) -> str:
    """The event type alone, without reading the rest: what lets a reader skip an unknown type cheaply."""
    for name, value in headers:
        if name == "ce_type":
            try:
                return value.decode()
            except (ValueError, AttributeError) as broken:
                raise BadEnvelope(f"header ce_type is unreadable: {type(broken).__name__}") from broken
    raise BadEnvelope("header ce_type is missing")


def from_headers(headers: Iterable[tuple[str, bytes]]) -> Meta:
    """Kafka headers -> metadata. Raises `BadEnvelope` naming the header that is missing or unreadable."""
    found = dict(headers)
    try:
        trace, digest = found.get("traceparent"), found.get("ce_requestdigest")
        return Meta(  # in the order of its fields: names would cost half a microsecond an event
            found["ce_id"].decode(),
            found["ce_type"].decode(),
            found["ce_source"].decode(),
            found["ce_subject"].decode(),
            _utc(found["ce_time"]),
            int(found["ce_sequence"]),
            found["ce_causationid"].decode(),
            found["ce_correlationid"].decode(),
            found["ce_actor"].decode(),
            int(found["ce_commandoffset"]),
            None if trace is None else trace.decode(),
            None if digest is None else digest.decode(),
        )
    except KeyError as missing:
        raise BadEnvelope(f"header {missing.args[0]} is missing") from missing
    except _UNREADABLE as broken:
        raise BadEnvelope(f"header {_unreadable(found)} is unreadable: {type(broken).__name__}") from broken


def _utc(value: bytes) -> datetime:
    time = datetime.fromisoformat(value.decode())
    if time.tzinfo is None:
        raise ValueError("time without a zone")
    return time.astimezone(UTC)


_READERS: Mapping[str, Callable[[bytes], object]] = {
    "ce_id": bytes.decode,
    "ce_type": bytes.decode,
    "ce_source": bytes.decode,
    "ce_subject": bytes.decode,
    "ce_time": _utc,
    "ce_sequence": int,
    "ce_causationid": bytes.decode,
    "ce_correlationid": bytes.decode,
    "ce_actor": bytes.decode,
    "ce_commandoffset": int,
    "traceparent": bytes.decode,
    "ce_requestdigest": bytes.decode,
}


def _unreadable(found: Mapping[str, bytes]) -> str:
    """Name of the first header that cannot be read; only asked once reading has failed."""
    for name, read in _READERS.items():
        try:
            read(found[name])
        except _UNREADABLE:
            return name
    raise AssertionError("every header can be read")
