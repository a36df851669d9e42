"""Which command topic it is, and which of its commands was the last one decided.

Offsets name commands only within one topic. An operator may delete a command topic and make it anew, or restore the
events into a new cluster: then offsets begin anew, while answers and checkpoints still name the old ones. So whatever
says how far a topic was decided also says which topic, by the id that Kafka gave it (KIP-516).
"""

from collections.abc import Iterable
from dataclasses import dataclass

HEADER = "commandtopic"
"""Header of the last answer of each batch: the topic id that its `commandoffset` counts in."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A command that was decided: the id of its topic ("" where it was not written down), its offset (-1: none)."""

    topic: str
    offset: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a topic: the last command in it that was decided (-1: none). `anew`: something was decided, but
    in another topic of this name, so all that lies in this one is to be decided."""

    last: int
    anew: bool


def standing(topic: str, end: int, told: Iterable[Reached], by_events: int) -> Standing:
    """How far the topic with this id and end was decided.

    `told`: what the group's offset, the last answer and the checkpoints say. `by_events`: offset that the last event
    names, which does not say of which topic; it counts only where nothing else is known. Ids that were decided in the
    former topic are known all the same: a command that lies in both is answered, not decided twice.
    """
    known = [reached for reached in told if reached.offset >= 0]
    here = [reached.offset for reached in known if reached.topic == topic]
    if known and not here:
        return Standing(-1, anew=True)
    last = max(here, default=by_events)
    return Standing(last, anew=False) if last < end else Standing(-1, anew=True)
