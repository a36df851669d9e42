"""Streams read from offset 0, event by event, with the contracts' own reader: no runtime, no rules."""

from dataclasses import dataclass

from contracts import envelope
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.reading import read_event
from harness.topics import committed


@dataclass(frozen=True)
class Happened:
    """One event as it lies on its stream."""

    fact: Fact
    meta: Meta

    @property
    def kind(self) -> str:
        """Kind of aggregate."""
        return self.meta.subject.partition(":")[0]

    @property
    def cause(self) -> str:
        """Id of the command that made it."""
        return self.meta.causation_id


async def history(address: str, service: str, partitions: int) -> list[Happened]:
    """All that happened in a service, partition by partition; an unreadable or unknown event fails the test."""
    found = []
    for record in await committed(address, f"{service}.events", partitions):
        headers = [(name, value.encode()) for name, value in record.headers.items()]
        fact = read_event(headers, record.value)
        assert fact is not None, f"unknown event {record.headers['ce_type']}"
        found.append(Happened(fact, envelope.from_headers(headers)))
    return found
