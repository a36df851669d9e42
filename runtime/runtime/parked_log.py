"""The log `songda.parked`: writing notes, reading all of it, following it. What the notes mean is in `parking`."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from runtime import kafka
from runtime.parking import Log, Note, Place, from_json, to_json
from runtime.settings import Settings
from runtime.strays import Strays

_LOG = TopicPartition(kafka.PARKED, 0)
_LONG_POLL_MS = 5_000  # notes are rare, and what comes meanwhile is answered at once


async def tell(producer: AIOKafkaProducer, notes: Iterable[Note]) -> None:
    """Append notes in their order; returns when the broker has them all."""
    sent = []
    for note in notes:
        key = f"{note.parked.reader}/{note.parked.subject}".encode()
        sent.append(await producer.send(kafka.PARKED, to_json(note), key=key, partition=0))
    await asyncio.gather(*sent)


async def end_of_log(settings: Settings) -> int:
    """Offset behind the last note of now."""
    return (await kafka.high_watermarks(settings, [_LOG]))[_LOG]


async def read_notes(settings: Settings, start: int = 0) -> tuple[list[Note], int]:
    """Notes from an offset to the end of now, and that end. The log is small: people and trouble write it."""
    end = await end_of_log(settings)
    strays = Strays("parked log")
    notes: list[Note] = []
    async for _, records in kafka.read_between(settings, {_LOG: (start, end)}):
        notes += _notes(records, strays)
    return notes, end


async def read_log(settings: Settings) -> Log:
    """The whole log, folded."""
    folded = Log()
    for note in (await read_notes(settings))[0]:
        folded.take(note)
    return folded


class Skips:
    """What people told readers to pass over; each look reads first what the log got since."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._log = Log()
        self._end = 0
        self._turn = asyncio.Lock()

    async def of(self, reader: str) -> frozenset[Place]:
        """The places that one reader passes over. Raises `NotReady`."""
        async with self._turn:
            notes, self._end = await read_notes(self._settings, self._end)
            for note in notes:
                self._log.take(note)
        return self._log.skips(reader)


class Following:
    """The log as one reader follows it: `known` is the log folded up to where it was read. `start()` before use."""

    def __init__(self, settings: Settings, reader: str) -> None:
        self.known = Log()
        self._settings = settings
        self._consumer: AIOKafkaConsumer = kafka.reader(settings, committed=False, wait_ms=_LONG_POLL_MS)
        self._strays = Strays(reader)
        self._reading = asyncio.Lock()

    async def start(self) -> None:
        """Connect; nothing is read yet."""
        await self._consumer.start()
        self._consumer.assign([_LOG])
        await self._consumer.seek_to_beginning(_LOG)

    async def stop(self) -> None:
        """Go away, within bounds: with the broker away a client may wait for ever (RISKS A4)."""
        with suppress(KafkaError, TimeoutError):
            await asyncio.wait_for(self._consumer.stop(), 10)

    async def catch_up(self) -> None:
        """Read all that is there now: what a former owner told before it left, and what this reader told itself."""
        # asked by another connection: on this one the answer would wait for the long poll
        end = await end_of_log(self._settings)
        async with self._reading:
            while await self._consumer.position(_LOG) < end:
                self._take((await self._consumer.getmany(_LOG, timeout_ms=200)).get(_LOG, []))

    async def news(self) -> bool:
        """Take what came since, without waiting for anything; whether there was something."""
        async with self._reading:
            return self._take((await self._consumer.getmany(_LOG, timeout_ms=0)).get(_LOG, []))

    def _take(self, records: Iterable[ConsumerRecord[bytes, bytes]]) -> bool:
        notes = _notes(records, self._strays)
        for note in notes:
            self.known.take(note)
        return bool(notes)


def _notes(records: Iterable[ConsumerRecord[bytes, bytes]], strays: Strays) -> list[Note]:
    notes = []
    for record in records:
        try:
            notes.append(from_json(record.value or b""))
        except ValueError:
            strays.passed_over(record, "no note")
    return notes
