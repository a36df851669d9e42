"""What readers could not take, as data: what is no event of a stream, what is kept of one that waits, and the log."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from prometheus_client import generate_latest
from pydantic import ValidationError
from structlog.testing import capture_logs

from contracts.envelope import Meta, to_headers
from contracts.order import DelayNoticed
from runtime.outcome import from_json as from_outcome
from runtime.parking import (
    Log,
    Note,
    Parked,
    Stray,
    from_document,
    from_json,
    meta_of,
    park,
    to_document,
    to_json,
)
from runtime.stray_list import COLLECTION, StrayList
from runtime.strays import Strays

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
META = Meta("c.0", "songda.order.DelayNoticed.v1", "/songda/order", "contract:HT1", NOW, 3, "c", "c", "x", 7)
HEADERS = to_headers(META)


def record(
    headers: list[tuple[str, Any]],
    *,
    key: bytes | None = b"contract:HT1",
    value: bytes | None = b"{}",
    offset: int = 17,
) -> ConsumerRecord[bytes, bytes]:
    """A record of `order.events`."""
    return ConsumerRecord("order.events", 2, offset, 0, 0, key, value, None, 0, 0, tuple(headers))


def having(name: str, value: bytes | None) -> list[tuple[str, Any]]:
    """Good headers, but one."""
    return [(n, value if n == name else v) for n, v in HEADERS]


PARKED = park("reactions inventory", record(HEADERS), META, "reaction", KeyError("x"))


def test_an_event_of_the_stream_has_an_envelope() -> None:
    assert meta_of(record(HEADERS)) == META


@pytest.mark.parametrize(
    "stray",
    [
        record([]),
        record([("id", b"x")]),
        record(having("ce_id", None)),
        record(having("ce_time", None)),
        record(having("ce_time", b"yesterday")),
        record(having("ce_time", b"9999-12-31T23:59:59-14:00")),
        record(having("ce_sequence", b"seven")),
        record(having("ce_sequence", b"0")),
        record(having("ce_sequence", b"-3")),
        record(having("ce_sequence", b"9" * 30)),
        record(having("ce_sequence", b"9" * 6_000)),
        record(having("ce_type", b"\xff\xfe")),
        record(having("ce_source", b"/songda/inventory")),
        record(HEADERS, key=None),
        record(HEADERS, key=b"contract:HT2"),
        record(HEADERS, key=b"\xff"),
    ],
)
def test_what_no_worker_wrote_there_is_a_stray(stray: ConsumerRecord[bytes, bytes]) -> None:
    """DESIGN §7: it can be no fact."""
    with pytest.raises(Stray):
        meta_of(stray)


@pytest.mark.parametrize("name", ["ce_time", "ce_sequence", "ce_source", "ce_commandoffset"])
def test_why_it_is_a_stray_quotes_nothing_of_it(name: str) -> None:
    """C18: it goes into the log and a list."""
    with pytest.raises(Stray) as stray:
        meta_of(record(having(name, "张三 13812345678".encode())))
    assert ("张三" in str(stray.value), "138" in str(stray.value)) == (False, False)


@pytest.mark.parametrize("timestamp", [-1, 1_772_413_200_000, 2**62])
def test_a_stray_is_listed_whatever_time_it_says(timestamp: int) -> None:
    """DESIGN §7: any client may write any number there."""
    listing = StrayList({COLLECTION: None})  # type: ignore[arg-type]  # nothing is written
    listing.add(replace(record([]), timestamp=timestamp), "no envelope")
    assert [one["at"] for one in listing.waiting] == [
        {-1: "1970-01-01T00:00:00+00:00", 1_772_413_200_000: "2026-03-02T01:00:00+00:00"}.get(timestamp, "")
    ]


def test_what_is_kept_of_an_event_says_where_it_lies_and_why_without_personal_data() -> None:
    """C18"""
    kept = park("effects notify", record(HEADERS), META, "effect", ValueError("no line to 13800001111 \ud800"))
    assert kept.place == ("order.events", 2, 17)
    assert (kept.subject, kept.sequence, kept.type) == ("contract:HT1", 3, "songda.order.DelayNoticed.v1")
    assert kept.error == "ValueError: no line to 138****1111 \\ud800"
    assert [kept.holds(sequence) for sequence in (2, 3, 4)] == [False, True, True]
    assert len(park("r", record(HEADERS), META, "fold", "x" * 10_000).error) == 300


def test_an_unreadable_content_is_named_by_fields_not_by_what_stands_there() -> None:
    """C18"""
    with pytest.raises(ValidationError) as broken:
        DelayNoticed.model_validate_json(b'{"at": "2026-03-02T01:00:00Z", "contract_no": ["\xe9\xa9\xac\xe5\xa8\x9c"]}')
    error = park("r", record(HEADERS), META, "unreadable", broken.value).error
    assert "contract_no" in error
    assert "马娜" not in error
    assert "\n" not in error


def test_what_is_kept_and_what_is_noted_survive_the_wire() -> None:
    note = Note("skipped", PARKED, "he.jx", "录错了", NOW)
    assert from_document(to_document(PARKED)) == PARKED
    assert from_json(to_json(note)) == note


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        to_json(Note("parked", PARKED, "x", "", NOW)).replace(b'"sequence":3', b'"sequence":"three"'),
        to_json(Note("parked", PARKED, "x", "", NOW)).replace(b'"act":"parked"', b'"act":"exploded"'),
        to_json(Note("parked", replace(PARKED, offset=-1), "x", "", NOW)),
        to_json(Note("retry", replace(PARKED, partition=-1), "x", "", NOW)),
        to_json(Note("skipped", replace(PARKED, offset=2**53), "x", "", NOW)),
    ],
)
def test_another_record_in_the_log_is_no_note(raw: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        from_json(raw)


def folded(*acts: str, parked: Parked = PARKED) -> Log:
    """The log after these notes."""
    log = Log()
    for act in acts:
        log.take(Note(act, parked, "x", "", NOW))  # type: ignore[arg-type]
    return log


@pytest.mark.parametrize(
    ("acts", "waits", "asked", "skips"),
    [
        (("parked",), True, False, 0),
        (("parked", "retry"), True, True, 0),
        (("parked", "retry", "parked"), True, False, 0),
        (("parked", "retry", "resumed"), False, False, 0),
        (("parked", "skipped"), True, True, 1),
        (("parked", "skipped", "resumed"), False, False, 1),
        (("parked", "skipped", "resumed", "parked"), True, False, 1),
    ],
)
def test_the_log_says_what_waits_what_is_to_be_tried_and_what_is_passed_over_for_ever(
    acts: tuple[str, ...], waits: bool, asked: bool, skips: int
) -> None:
    log = folded(*acts)
    assert (PARKED.subject in log.of(PARKED.reader), bool(log.retry), len(log.skips(PARKED.reader))) == (
        waits,
        asked,
        skips,
    )


def test_readers_do_not_share_what_they_could_not_take() -> None:
    """DESIGN §7"""
    log = folded("parked")
    log.take(Note("skipped", replace(PARKED, reader="effects notify"), "x", "", NOW))
    assert set(log.of("effects notify")) == set()
    assert set(log.of(PARKED.reader)) == {"contract:HT1"}
    assert log.skips(PARKED.reader) == frozenset()


def test_a_reader_counts_its_strays_from_nought() -> None:
    """A series that begins with its first event hides that one from whoever watches the increase."""
    Strays("a reader of tests", ["order.events"])
    said = generate_latest().decode()
    assert 'songda_stray_records_total{reader="a reader of tests",topic="order.events"} 0.0' in said


def test_what_is_logged_of_a_stray_answer_quotes_nothing_of_it() -> None:
    """C18: many errors show what they were given."""
    with capture_logs() as logs:
        strays = Strays("gateway")
        try:
            from_outcome(b'{"command_id": ["\xe5\xbc\xa0\xe4\xb8\x89"]}')
        except ValueError as why:
            strays.passed_over(record([]), why)
        strays.passed_over(record([], offset=18), Stray("no envelope"))
    assert [line["why"] for line in logs] == ["ValueError", "no envelope"]
