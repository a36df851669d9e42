"""What may lie on an event stream and be taken by nobody; and what people decide about it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from contracts.envelope import Meta, to_headers, wire_source
from contracts.order import DelayNoticed
from harness.stage import Stage
from harness.topics import put
from runtime import kafka
from runtime.clock import utc_now
from runtime.parked_log import read_log, read_notes, tell
from runtime.parking import Act, Note, Parked

Headers = list[tuple[str, Any]]

UNREADABLE = b'{"at": "yesterday"}'


@dataclass
class Writer:
    """Writes events as the owner of a partition would, without one. Each aggregate's sequence goes up by itself."""

    stage: Stage
    service: str

    def __post_init__(self) -> None:
        self._sequences: dict[str, int] = {}

    def known(self, subject: str, sequence: int) -> None:
        """The aggregate has so many events already."""
        self._sequences[subject] = sequence

    async def event(
        self,
        subject: str,
        what: str = "",
        *,
        value: bytes | None = None,
        type_name: str = DelayNoticed.wire,
        gap: int = 0,
    ) -> int:
        """One event: DelayNoticed with `what` as its reason, or what the arguments say. Its offset."""
        return await self.record(*self._made(subject, what, value, type_name, gap))

    async def at_once(
        self, subjects: Iterable[str], what: str = "", *, value: bytes | None = None, gap: int = 0
    ) -> None:
        """The same event of many aggregates, by one program."""
        async with kafka.sending(self.stage.settings) as producer:
            sent = []
            for subject in subjects:
                key, content, headers = self._made(subject, what, value, DelayNoticed.wire, gap)
                partition = kafka.partition_of(subject, self.stage.settings.partitions)
                sent.append(
                    await producer.send(
                        f"{self.service}.events", content, key=key, partition=partition, headers=headers
                    )
                )
            await asyncio.gather(*sent)

    def _made(
        self, subject: str, what: str, value: bytes | None, type_name: str, gap: int
    ) -> tuple[bytes, bytes, Headers]:
        """Key, value and headers of the next event of an aggregate."""
        sequence = self._sequences[subject] = self._sequences.get(subject, 0) + 1 + gap
        fact = DelayNoticed(
            at=utc_now(), contract_no=subject, line_no=sequence, sku="", waybill="", carrier="", eta=None, reason=what
        )
        meta = Meta(
            id=f"{subject}-{sequence}.0",
            type=type_name,
            source=wire_source(self.service),
            subject=subject,
            time=utc_now(),
            sequence=sequence,
            causation_id=f"{subject}-{sequence}",
            correlation_id=f"{subject}-{sequence}",
            actor="he.jx",
            command_offset=0,
        )
        return subject.encode(), fact.model_dump_json().encode() if value is None else value, to_headers(meta)

    async def record(self, key: bytes | None, value: bytes | None, headers: Headers) -> int:
        """Any record, on the partition that its key belongs to."""
        partition = kafka.partition_of((key or b"").decode(errors="replace"), self.stage.settings.partitions)
        topic = f"{self.service}.events"
        return await put(self.stage.address, topic, partition, key=key, value=value, headers=headers)


def strays(service: str, subject: str) -> dict[str, tuple[bytes | None, bytes | None, Headers]]:
    """Records that no worker wrote, on the stream of a service: (key, value, headers) of each kind."""
    key = subject.encode()
    now = utc_now()
    meta = Meta("s.0", DelayNoticed.wire, wire_source(service), subject, now, 1, "s", "s", "x", 0)
    good: Headers = list(to_headers(meta))

    def having(name: str, value: bytes | None) -> Headers:
        return [(n, value if n == name else v) for n, v in good]

    return {
        "no headers": (key, b"{}", []),
        "another program's headers": (key, b"\x00\xff", [("id", b"1"), ("content-type", b"text/plain")]),
        "a header without value": (key, b"{}", having("ce_time", None)),
        "a header that is no text": (key, b"{}", having("ce_actor", b"\xff\xfe")),
        "a time that is none": (key, b"{}", having("ce_time", b"yesterday")),
        "a time out of range": (key, b"{}", having("ce_time", b"9999-12-31T23:59:59-14:00")),
        "a sequence that is none": (key, b"{}", having("ce_sequence", b"0")),
        "a sequence nobody can hold": (key, b"{}", having("ce_sequence", b"9" * 40)),
        "somebody else's event": (key, b"{}", list(to_headers(replace(meta, source=wire_source("elsewhere"))))),
        "another key": (b"contract:other", b"{}", good),
        "a tombstone": (key, None, []),
    }


async def notes_of(stage: Stage, reader: str) -> list[tuple[str, str, str]]:
    """(act, aggregate, kind) of what a reader or a person told the log, in order."""
    told, _ = await read_notes(stage.settings)
    return [(note.act, note.parked.subject, note.parked.kind) for note in told if note.parked.reader == reader]


async def parked_of(stage: Stage, reader: str) -> dict[str, Parked]:
    """What the log says is parked for a reader."""
    return dict((await read_log(stage.settings)).of(reader))


async def decide(stage: Stage, act: Act, parked: Parked, why: str = "") -> None:
    """Write down what a person decided."""
    async with kafka.sending(stage.settings) as producer:
        await tell(producer, [Note(act, parked, "he.jx", why, utc_now())])
