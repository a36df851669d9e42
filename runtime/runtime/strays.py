"""Records that are no events (no answers, no changes) of ours: passed over, counted, and told in the log."""

from collections.abc import Iterable, Mapping

from aiokafka import ConsumerRecord, TopicPartition

from runtime import metrics
from runtime.logs import get_log
from runtime.parking import Stray

log = get_log("runtime.strays")

_SINGLY = 20  # per reader: whoever floods a topic must not flood the log too
_EVERY = 1_000


class Strays:
    """What one reader passed over. A record that is met again (a second reading, a restart of a part) is not news."""

    def __init__(self, reader: str, topics: Iterable[str] = ()) -> None:
        self._reader = reader
        for topic in topics:  # a counter that begins with its first event hides that one from every `increase()`
            metrics.STRAYS.labels(reader, topic)
        self._reached: dict[TopicPartition, int] = {}
        self._count = 0

    def passed_over(self, record: ConsumerRecord[bytes, bytes], why: Exception | str) -> None:
        """Count it, and tell of it once. Never its content: it may be anything, also personal data, and so may the
        words of an error that is not ours."""
        tp = TopicPartition(record.topic, record.partition)
        if record.offset <= self._reached.get(tp, -1):
            return
        self._reached[tp] = record.offset
        self._count += 1
        metrics.STRAYS.labels(self._reader, record.topic).inc()
        if self._count <= _SINGLY or self._count % _EVERY == 0:
            log.error(
                "stray record passed over",
                reader=self._reader,
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                why=str(why) if isinstance(why, str | Stray) else type(why).__name__,
                so_far=self._count,
            )

    @property
    def reached(self) -> Mapping[TopicPartition, int]:
        """Offset of the last one, by partition."""
        return self._reached
