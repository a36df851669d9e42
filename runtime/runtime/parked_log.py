"""The log `songda.parked`: writing notes, reading all of it, following it. What the notes mean is in `parking`."""

from collections.abc import Iterable

from aiokafka import AIOKafkaProducer, TopicPartition

from runtime import kafka
from runtime.logs import get_log
from runtime.parking import Log, Note, from_json, to_json
from runtime.settings import Settings

log = get_log("runtime.parked_log")

_LOG = TopicPartition(kafka.PARKED, 0)


async def tell(producer: AIOKafkaProducer, notes: Iterable[Note]) -> None:
    """Append notes; returns when the broker has them all."""
    for note in notes:
        key = f"{note.parked.reader}/{note.parked.subject}".encode()
        await producer.send_and_wait(kafka.PARKED, to_json(note), key=key, partition=0)


async def read_notes(settings: Settings, start: int = 0) -> tuple[list[Note], int]:
    """Notes from an offset to the end of now, and that end. The log is small: people and trouble write it."""
    end = (await kafka.high_watermarks(settings, [_LOG]))[_LOG]
    notes: list[Note] = []
    async for _, records in kafka.read_between(settings, {_LOG: (start, end)}):
        for record in records:
            try:
                notes.append(from_json(record.value or b""))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                log.warning("no note", topic=kafka.PARKED, offset=record.offset, error=f"{type(error).__name__}")
    return notes, end


async def read_log(settings: Settings) -> Log:
    """The whole log, folded."""
    folded = Log()
    for note in (await read_notes(settings))[0]:
        folded.take(note)
    return folded


__all__ = ["read_log", "read_notes", "tell"]
