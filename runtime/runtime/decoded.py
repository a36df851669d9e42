"""A record of an event stream, decoded once for all read models that fold it. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aiokafka import ConsumerRecord

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.reading import read_event
from runtime import metrics
from runtime.parking import Place, Stray, meta_of

PassedOver = Callable[[ConsumerRecord[bytes, bytes], Stray], None]

_ENVELOPE_HEADERS = 10  # the required ones: with fewer, a record is a stray whatever they are


@dataclass(frozen=True, slots=True)
class Unreadable:
    """In the place of an event whose envelope can be read and whose content cannot: the error that says so."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Decoded:
    """An event with its envelope and its record. A plain `Fact` stands for a type that is not known (newer code)."""

    record: ConsumerRecord[bytes, bytes]
    event: Fact | Unreadable
    meta: Meta

    @property
    def place(self) -> Place:
        """Where it lies."""
        return (self.record.topic, self.record.partition, self.record.offset)


def decode(record: ConsumerRecord[bytes, bytes], prefixes: frozenset[bytes], reader: str) -> Decoded | None:
    """The event in a record; None when its kind of aggregate is none of `prefixes`.

    Unknown types are counted, unreadable content is a value. Raises `Stray` for what no worker wrote there.
    """
    if (record.key or b"").partition(b":")[0] not in prefixes and len(record.headers) >= _ENVELOPE_HEADERS:
        return None
    meta = meta_of(record)
    try:
        event: Fact | Unreadable | None = read_event(record.headers, record.value or b"")
    except Exception as error:  # noqa: BLE001 - whatever content does to a parser or an upcaster, it is this record's trouble
        return Decoded(record, Unreadable(error), meta)
    if event is None:
        metrics.UNKNOWN_EVENTS.labels(reader, meta.type).inc()
        event = Fact(at=meta.time)  # folds leave the row as it is, but its sequence goes on
    return Decoded(record, event, meta)


def decode_all(
    records: Iterable[ConsumerRecord[bytes, bytes]], prefixes: frozenset[bytes], reader: str, passed_over: PassedOver
) -> list[Decoded]:
    """The events that are wanted of some records; each stray is told to `passed_over`."""
    found = []
    for record in records:
        try:
            decoded = decode(record, prefixes, reader)
        except Stray as why:
            passed_over(record, why)
        else:
            if decoded is not None:
                found.append(decoded)
    return found
