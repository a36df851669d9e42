"""The one check every fold makes: an aggregate's sequence goes up by one. Pure.

A hole or a repeat inside a stream is also how a lost, torn or doubled transaction shows (DESIGN §11).
"""

from typing import Literal

from runtime.errors import PartitionStopped

Turn = Literal["next", "old"]


def turn(subject: str, known: int, sequence: int, where: str) -> Turn:
    """Whether an event is the next one for what is known (fold it) or an older one (already folded: skip).

    Raises `PartitionStopped` for a hole, naming subject, sequences and place.
    """
    if sequence == known + 1:
        return "next"
    if sequence <= known:
        return "old"
    raise PartitionStopped(
        f"{where}: {subject} jumps from sequence {known} to {sequence}; "
        "events are missing or were doubled, nothing after this may be folded"
    )
