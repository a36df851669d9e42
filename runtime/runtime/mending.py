"""Parked aggregates of one owned partition, tried again when a person asks for it (`songda ops parked retry | skip`).

An aggregate is folded anew from all its events. Once that holds together it is served again, and the commands that
were kept meanwhile are put to the command topic again, in their order and under their own ids; only then is it told.
Whatever ends this early is done again by the next owner: ids make a second time harmless.
"""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace

from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from contracts.envelope import Meta
from runtime import kafka
from runtime.clock import utc_now
from runtime.deciding import HELD, without_reasons
from runtime.errors import NotReady
from runtime.logs import get_log
from runtime.parked_log import Following, tell
from runtime.parking import Note, Parked, Stray, meta_of
from runtime.settings import Settings
from runtime.state import PartitionState

log = get_log("runtime.mending")

_AGAIN_SECONDS = 5.0

Event = tuple[ConsumerRecord[bytes, bytes], Meta]


async def events_of(settings: Settings, stream: TopicPartition, subjects: Collection[str], end: int) -> list[Event]:
    """All events of some aggregates up to an offset: the partition is read, but only their records are kept."""
    keys = {subject.encode() for subject in subjects}
    first, _ = (await kafka.extents(settings, [stream]))[stream]
    found: list[Event] = []
    async for _, records in kafka.read_between(settings, {stream: (first, end)}):
        for record in records:
            if record.key in keys:
                with suppress(Stray):  # told by whoever replays
                    found.append((record, meta_of(record)))
        await asyncio.sleep(0)
    return found


class Mending:
    """What is being tried again in one partition. `step()` between batches; it never waits for a stream to be read."""

    def __init__(
        self, settings: Settings, following: Following, sender: AIOKafkaProducer, state: PartitionState
    ) -> None:
        self._settings = settings
        self._following = following
        self._sender = sender
        self._state = state
        self._tried: dict[str, Parked] = {}
        self._reading: asyncio.Task[list[Event]] | None = None
        self._mended: list[Parked] = []
        self._put = 0  # how many of them are being put now
        self._putting: asyncio.Task[None] | None = None
        self._not_before = 0.0

    def mended(self, parked: Iterable[Parked]) -> None:
        """These hold together again: what was kept for them is to be put again."""
        self._mended += parked

    async def step(self) -> None:
        """Begin, or take over, whatever is to be done now. What fails waits for a while: it may hold up nobody."""
        clock = asyncio.get_running_loop().time
        if clock() < self._not_before:
            return
        try:
            await self._step()
        except Exception as error:
            self._not_before = clock() + _AGAIN_SECONDS
            log.warning(
                "mending fails, trying again",
                reader=self._state.reader,
                error=f"{type(error).__name__}: {error}",
                exc_info=not isinstance(error, KafkaError | NotReady | OSError),
            )

    async def _step(self) -> None:
        if self._reading is not None:
            if self._reading.done():
                reading, self._reading = self._reading, None
                await self._fold(reading.result())
        elif tried := self._asked_for():
            self._tried = tried
            state = self._state
            state.skips = self._following.known.skips(state.reader)
            self._reading = asyncio.create_task(events_of(self._settings, state.events, tried, state.next_event))
        if self._putting is not None:
            if self._putting.done():
                putting, self._putting = self._putting, None
                putting.result()
                del self._mended[: self._put]
        elif self._mended:
            self._put = len(self._mended)
            self._putting = asyncio.create_task(self._put_again(self._mended[: self._put]))

    def _asked_for(self) -> dict[str, Parked]:
        parked = self._state.parked
        if not parked:
            return {}
        asked = self._following.known.retry
        return {
            subject: parked[subject] for reader, subject in asked if reader == self._state.reader and subject in parked
        }

    async def _fold(self, events: list[Event]) -> None:
        """Nothing of a parked aggregate is decided, so what was read is all there is."""
        state, tried = self._state, self._tried
        state.refold(tried, events)
        notes = []
        for subject, before in tried.items():
            anew = state.parked.get(subject)
            if anew is None:
                self._mended.append(before)
            else:
                state.parked[subject] = replace(anew, since=before.since)
                log.error("parked anew", reader=state.reader, subject=subject, place=anew.place, error=anew.error)
                notes.append(Note("parked", state.parked[subject], state.reader, "", utc_now()))
        await tell(self._sender, notes)
        await self._following.catch_up()

    async def _put_again(self, mended: list[Parked]) -> None:
        service, state = self._state.rules.service, self._state
        letters = TopicPartition(f"{service}.dead-letters", state.partition)
        wanted = {(one.subject.encode(), one.since.isoformat().encode()) for one in mended}
        extents = await kafka.extents(self._settings, [letters])
        kept = [
            record
            async for _, records in kafka.read_between(self._settings, extents)
            for record in records
            if (record.key, dict(record.headers).get(HELD)) in wanted
        ]
        topic = f"{service}.commands"
        sent = [
            await self._sender.send(
                topic,
                record.value,
                key=record.key,
                partition=state.partition,
                headers=without_reasons(record.headers),
            )
            for record in kept
        ]
        await asyncio.gather(*sent)
        await tell(self._sender, [Note("resumed", one, state.reader, "", utc_now()) for one in mended])
        log.info("resumed", reader=state.reader, subjects=len(mended), put_again=len(kept))

    async def stop(self) -> None:
        """Leave off."""
        for task in (self._reading, self._putting):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task
