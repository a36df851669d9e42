"""The envelope: what goes into the headers comes out again, here and in other people's tools."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import BadEnvelope, Meta, from_headers, to_headers, type_of

META = Meta(
    id="0198c1f4-6f5e-7c3a-9a51-0c1f6d1f2a10",
    type="songda.order.GoodsNoted.v1",
    source="/songda/order",
    subject="contract:HT26030001",
    time=datetime(2026, 3, 9, 0, 0, 1, 482913, UTC),
    sequence=6,
    causation_id="0198c1f4-6f5e-7c3a-9a51-0c1f6d1f2a11",
    correlation_id="0198c1f4-6f5e-7c3a-9a51-0c1f6d1f2a12",
    actor="he.jx",
    command_offset=41,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)

TEXT = st.text(min_size=1).filter(lambda text: text.isprintable())
METAS = st.builds(
    Meta,
    id=TEXT,
    type=TEXT,
    source=TEXT,
    subject=TEXT,
    time=st.datetimes(timezones=st.just(UTC)),
    sequence=st.integers(1),
    causation_id=TEXT,
    correlation_id=TEXT,
    actor=TEXT,
    command_offset=st.integers(0),
    traceparent=st.none() | TEXT,
)


@given(METAS)
def test_metadata_survives_the_wire(meta: Meta) -> None:
    """X1"""
    assert from_headers(to_headers(meta)) == meta


@given(METAS)
def test_headers_come_in_any_order(meta: Meta) -> None:
    assert from_headers(reversed(to_headers(meta))) == meta


def test_headers_are_cloudevents_in_kafka_binary_mode() -> None:
    assert to_headers(META) == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"0198c1f4-6f5e-7c3a-9a51-0c1f6d1f2a10"),
        ("ce_type", b"songda.order.GoodsNoted.v1"),
        ("ce_source", b"/songda/order"),
        ("ce_subject", b"contract:HT26030001"),
        ("ce_time", b"2026-03-09T00:00:01.482913Z"),
        ("ce_dataschema", b"urn:songda:order:GoodsNoted:v1"),
        ("content-type", b"application/json"),
        ("ce_sequence", b"6"),
        ("ce_causationid", b"0198c1f4-6f5e-7c3a-9a51-0c1f6d1f2a11"),
        ("ce_correlationid", b"0198c1f4-6f5e-7c3a-9a51-0c1f6d1f2a12"),
        ("ce_actor", b"he.jx"),
        ("ce_commandoffset", b"41"),
        ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ]


def test_without_a_trace_there_is_no_trace_header() -> None:
    assert to_headers(replace(META, traceparent=None)) == to_headers(META)[:-1]


def test_a_time_of_another_zone_is_written_as_utc() -> None:
    shanghai = META.time.astimezone(timezone(timedelta(hours=8)))
    assert to_headers(replace(META, time=shanghai)) == to_headers(META)


def test_a_time_of_another_zone_is_read_as_utc() -> None:
    headers = [*to_headers(META), ("ce_time", b"2026-03-09T08:00:01.482913+08:00")]
    assert from_headers(headers) == META


def test_the_cloudevents_sdk_reads_our_records() -> None:
    message = KafkaMessage(headers=dict(to_headers(META)), key=b"contract:HT26030001", value=b'{"quantity":2}')
    event = from_binary(message, JSONFormat())
    assert (event.get_attributes(), event.get_data()) == (
        {
            "specversion": "1.0",
            "id": META.id,
            "type": META.type,
            "source": META.source,
            "subject": META.subject,
            "time": META.time,
            "dataschema": "urn:songda:order:GoodsNoted:v1",
            "datacontenttype": "application/json",
            "sequence": "6",
            "causationid": META.causation_id,
            "correlationid": META.correlation_id,
            "actor": "he.jx",
            "commandoffset": "41",
            "partitionkey": "contract:HT26030001",
        },
        {"quantity": 2},
    )


NEEDED = [name for name, _ in to_headers(META) if name.startswith("ce_")]
NEEDED.remove("ce_specversion")
NEEDED.remove("ce_dataschema")


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_header_is_named(name: str) -> None:
    with pytest.raises(BadEnvelope, match=f"^header {name} is missing$"):
        from_headers([header for header in to_headers(META) if header[0] != name])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_id", b"\xff"),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2026-03-09T08:00:01"),
        ("ce_time", b""),
        ("ce_time", None),
        ("ce_time", b"9999-12-31T23:59:59-14:00"),
        ("ce_sequence", b"six"),
        ("ce_commandoffset", b""),
        ("ce_actor", None),
        ("ce_sequence", None),
        ("traceparent", b"\xff"),
    ],
)
def test_an_unreadable_header_is_named(name: str, value: bytes) -> None:
    with pytest.raises(BadEnvelope, match=f"^header {name} is unreadable: "):
        from_headers([*to_headers(META), (name, value)])


def test_the_type_is_read_alone() -> None:
    assert type_of(to_headers(META)) == "songda.order.GoodsNoted.v1"


def test_a_record_without_a_type_is_no_event() -> None:
    with pytest.raises(BadEnvelope, match=r"^header ce_type is missing$"):
        type_of([("content-type", b"application/json")])


@pytest.mark.parametrize("value", [b"\xff", None])
def test_an_unreadable_type_is_named(value: bytes) -> None:
    with pytest.raises(BadEnvelope, match=r"^header ce_type is unreadable: "):
        type_of([("ce_type", value)])
