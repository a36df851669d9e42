"""One event of an owner's own stream: folded, known already, passed over, or a reason to park its aggregate."""

from datetime import datetime
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from contracts.envelope import Meta, to_headers
from contracts.order import DelayNoticed
from runtime.deciding import Entry, Rules
from runtime.parking import Unfit
from runtime.replaying import replayed

from .conftest import NOW, Counted, counted_event

Event = tuple[ConsumerRecord[bytes, bytes], Meta]


def event(
    sequence: int,
    *,
    cause: str = "",
    value: bytes | None = None,
    type_name: str = DelayNoticed.wire,
    subject: str = "counter:a",
    at: datetime = NOW,
) -> Event:
    """The n-th event of a counter, by a command of its own, at the offset of its number."""
    command = cause or f"c{sequence}"
    meta = Meta(f"{command}.0", type_name, "/songda/counting", subject, at, sequence, command, command, "x", sequence)
    content = counted_event(at, sequence).model_dump_json().encode() if value is None else value
    headers: Any = tuple(to_headers(meta))
    return ConsumerRecord("counting.events", 0, sequence, 0, 0, subject.encode(), content, None, 0, 0, headers), meta


def known(version: int) -> Entry | None:
    """A counter that has had so many events."""
    causes = {f"c{n}": (n, ("DelayNoticed",), None) for n in range(1, version + 1)}
    return Entry(Counted(version), version, NOW, causes) if version else None


def test_the_next_event_is_folded_and_its_command_is_known_from_then_on(rules: Rules) -> None:
    assert replayed(rules, known(0), *event(1)) == known(1)
    assert replayed(rules, known(1), *event(2)) == known(2)


def test_several_events_of_one_command_are_one_cause(rules: Rules) -> None:
    first = replayed(rules, None, *event(1, cause="c"))
    second = replayed(rules, first, *event(2, cause="c"))
    assert second is not None
    assert second.causes == {"c": (2, ("DelayNoticed", "DelayNoticed"), None)}


def test_an_event_that_is_in_it_already_changes_nothing(rules: Rules) -> None:
    """A checkpoint may be ahead of where the replay begins."""
    assert replayed(rules, known(3), *event(2)) is None


@pytest.mark.parametrize(
    ("version", "bad", "kind", "error"),
    [
        (1, event(2, value=b"{"), "unreadable", "Invalid JSON"),
        (1, event(2, value=b""), "unreadable", "Invalid JSON"),
        (1, event(2, value=b'{"at": "9999"}'), "unreadable", "validation error"),
        (1, event(2, type_name="songda.order.SomethingNew.v1"), "unknown_type", "newer code"),
        (0, event(1, subject="spaceship:1"), "unknown_type", "owns no aggregate"),
        (1, event(3), "hole", "counter:a jumps from sequence 1 to 3"),
        (3, event(2, cause="somebody else"), "hole", "sequence 2 is told twice"),
        (12, event(13), "fold", "a bug in evolve"),
    ],
)
def test_what_cannot_be_folded_says_why(rules: Rules, version: int, bad: Event, kind: str, error: str) -> None:
    """DESIGN §7: its aggregate is parked."""
    before = known(version)
    with pytest.raises(Unfit, match=error) as unfit:
        replayed(rules, before, *bad)
    assert (unfit.value.kind, before) == (kind, known(version))


@pytest.mark.parametrize(
    ("version", "bad", "after"),
    [
        (1, event(2, value=b"{"), 2),
        (1, event(2, type_name="songda.order.SomethingNew.v1"), 2),
        (1, event(4), 4),
        (12, event(13), 13),
    ],
)
def test_what_a_person_told_to_pass_over_counts_and_changes_nothing(
    rules: Rules, version: int, bad: Event, after: int
) -> None:
    """DESIGN §7: the next event follows it, and its command is not decided a second time."""
    record, meta = bad
    entry = replayed(rules, known(version), record, meta, frozenset({("counting.events", 0, record.offset)}))
    assert entry is not None
    assert (entry.state, entry.version, meta.causation_id in entry.causes) == (Counted(version), after, True)
    assert replayed(rules, entry, *event(after + 1)) is not None


@pytest.mark.parametrize("bad", [event(2, cause="somebody else"), event(1, subject="spaceship:1")])
def test_passing_over_what_no_state_can_hold_leaves_it_as_it_was(rules: Rules, bad: Event) -> None:
    record, meta = bad
    assert replayed(rules, known(3), record, meta, frozenset({("counting.events", 0, record.offset)})) is None
