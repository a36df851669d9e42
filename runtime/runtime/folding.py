"""The one check every fold makes: an aggregate's sequence goes up by one. Pure.

A hole or a repeat inside a stream is also how a lost, torn or doubled transaction shows (DESIGN §11).
"""

from typing import Literal

from aiokafka import ConsumerRecord

from contracts.envelope import Meta
from runtime.errors import PartitionStopped

Turn = Literal["next", "old"]


def turn(record: ConsumerRecord[bytes, bytes], meta: Meta, known: int, *row: str) -> Turn:
    """Whether an event is the next one for what is known (fold it) or an older one (already folded: skip).

    Raises `PartitionStopped` for a hole, naming subject, sequences and place, and the row's and facet's names if given.
    """
    if meta.sequence == known + 1:
        return "next"
    if meta.sequence <= known:
        return "old"
    within = f" row {'.'.join(row)}" if row else ""
    raise PartitionStopped(
        f"{record.topic}/{record.partition}@{record.offset}{within}: {meta.subject} jumps from sequence {known} to "
        f"{meta.sequence}; events are missing or were doubled, nothing after this may be folded"
    )
