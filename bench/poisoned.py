"""A stream in which 50 events of 10,000 aggregates can be taken by no read model; and what must come of it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiokafka import ConsumerRecord

from bench.load import Row
from bench.scratch import PARTITIONS
from contracts.dispatch_days import PlanOverdue
from contracts.envelope import from_headers, wire_source
from contracts.reading import read_event
from order.contract.row import CONTRACTS
from runtime import kafka
from runtime.rebuild import digest
from runtime.service import Projection
from runtime.window import Folds

BEFORE = 2
"""Good events of each aggregate before the bad one, which comes after everybody's; one more follows."""

KINDS = ("unreadable", "fold", "hole")

Headers = list[tuple[str, bytes]]
Digests = tuple[str, ...]
"""Of a row, one for each facet."""
Place = tuple[str, str, int, int]
"""Kind, type, partition and offset."""


@dataclass(frozen=True, slots=True)
class Poisoned:
    """Three parts of one stream, in this order."""

    base: list[Row]
    poison: list[Row]
    rest: list[Row]

    def places(self) -> dict[str, Place]:
        """Where each bad event lies on a fresh stream, and what must be said of it."""
        taken: Counter[int] = Counter()
        found: dict[str, Place] = {}
        for number, row in enumerate((*self.base, *self.poison)):
            partition = kafka.partition_of(row.key, PARTITIONS)
            if number >= len(self.base):
                kind = KINDS[(number - len(self.base)) % len(KINDS)]
                found[row.key] = (kind, dict(row.headers)["ce_type"].decode(), partition, taken[partition])
            taken[partition] += 1
        return found

    def rows(self, projection: Projection) -> dict[str, Digests]:
        """Digests of each row that must come out: of bad ones, as they stand before it."""
        bad = {row.key for row in self.poison}
        rows: dict[str, dict[str, Any]] = {}
        offsets: Counter[int] = Counter()
        for number, row in enumerate((*self.base, *self.poison, *self.rest)):
            partition = kafka.partition_of(row.key, PARTITIONS)
            offset = offsets[partition]
            offsets[partition] += 1
            if number >= len(self.base) and row.key in bad:
                continue
            meta, event = from_headers(row.headers), read_event(row.headers, row.value)
            assert event is not None
            before = rows.get(row.key, {"_id": projection.row(row.key)})
            place = {"seq": meta.sequence, "offset": offset, "partition": partition}
            rows[row.key] = {
                **before,
                **{facet.name: facet.fold(before.get(facet.name), event, meta) for facet in projection.facets},
                "_pos": {facet.name: place for facet in projection.facets},
            }
        documents = map(Folds(projection).document, rows.values())
        return {document["_id"]: digests(document, projection) for document in documents}


def poisoned(records: Iterable[ConsumerRecord[bytes, bytes]], service: str, bad: int) -> Poisoned:
    """The first three events of each aggregate on `service`'s stream, and one bad one of every so-many-eth aggregate.

    One third has content that cannot be read, one third is an event of another service, on which the fold raises, and
    one third leaves a hole.
    """
    lives: dict[str, list[Row]] = {}
    for record in records:
        life = lives.setdefault((record.key or b"").decode(), [])
        if len(life) <= BEFORE:
            headers = changed(record.headers, ce_source=wire_source(service))
            life.append(Row((record.key or b"").decode(), record.value or b"", headers))
    chosen = sorted(lives)[:: len(lives) // bad][:bad]
    poison = [_bad(lives[key][BEFORE], KINDS[number % len(KINDS)]) for number, key in enumerate(chosen)]
    later = {row.key: int(dict(row.headers)["ce_sequence"]) + 1 for row in poison}
    rest = [_at(life[BEFORE], later.get(key)) for key, life in lives.items()]
    base = [life[number] for number in range(BEFORE) for life in lives.values()]
    return Poisoned(base, poison, rest)


def _bad(row: Row, kind: str) -> Row:
    sequence = BEFORE + 1
    if kind == "unreadable":
        return Row(row.key, b'{"at": "yesterday"}', row.headers)
    if kind == "hole":
        return _at(row, sequence + 1)
    foreign = b'{"at":"2026-03-02T09:00:00Z","depot":"x","on":"2026-03-02","due":"2026-03-02T09:00:00Z"}'
    return Row(row.key, foreign, changed(row.headers, ce_type=PlanOverdue.wire))


def _at(row: Row, sequence: int | None) -> Row:
    return row if sequence is None else Row(row.key, row.value, changed(row.headers, ce_sequence=str(sequence)))


def changed(headers: Sequence[tuple[str, bytes]], **values: str) -> Headers:
    """Headers with other values."""
    return [(name, values[name].encode() if name in values else value) for name, value in headers]


def projection_of(service: str) -> Projection:
    """The order service's contracts, over the streams of another name and in a collection of their own."""
    projection = CONTRACTS.projection
    facets = tuple(replace(facet, service=service) for facet in projection.facets)
    return replace(projection, name=f"{projection.name}_{service}", facets=facets)


def digests(document: Mapping[str, Any], projection: Projection) -> Digests:
    """Of a document as it lies in the database."""
    return tuple(digest(dict(document), facet.name) for facet in projection.facets)


def right(documents: Iterable[Mapping[str, Any]], expected: Mapping[str, Digests], projection: Projection) -> int:
    """How many rows are as they must be; none when there are others."""
    found = {document["_id"]: digests(document, projection) for document in documents}
    return sum(found[key] == value for key, value in expected.items()) if found.keys() == expected.keys() else 0
