"""Every event version ever published can be read, and unions and recordings hold the same set."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.envelope import data_schema, from_headers, to_headers
from contracts.fact import ContractLine, Customer, Fact, members
from contracts.order import ContractSigned
from contracts.publishing.recordings import Recording, from_text, recordings, to_text
from contracts.reading import SERVICES, UNIONS, WIRE, read_event
from contracts.upcasters import UPCASTERS, upcast

GOLDEN = Path(__file__).parent.parent / "golden"
RECORDED = recordings(GOLDEN)


@pytest.mark.parametrize("service", SERVICES)
def test_wire_names_are_the_service_the_event_and_a_version(service: str) -> None:
    assert [event.wire.rpartition(".v")[0] for event in members(UNIONS[service])] == [
        f"songda.{service}.{event.model_fields['event'].default}" for event in members(UNIONS[service])
    ]


def test_every_event_that_is_declared_stands_in_a_union_once() -> None:
    declared = [event for event in Fact.__subclasses__() if event.__module__.startswith("contracts.")]
    in_unions = [event for union in UNIONS.values() for event in members(union)]
    assert (set(declared), len(in_unions), len(WIRE)) == (set(in_unions), len(set(in_unions)), len(in_unions))


@pytest.mark.parametrize("service", SERVICES)
def test_an_event_is_called_like_its_class(service: str) -> None:
    assert [model.model_fields["event"].default for model in members(UNIONS[service])] == [
        model.__name__ for model in members(UNIONS[service])
    ]


def test_every_version_ever_published_is_recorded() -> None:
    assert RECORDED.keys() == WIRE.keys() | UPCASTERS.keys()


def test_old_versions_lead_to_one_of_today() -> None:
    ends = {step for step, _ in UPCASTERS.values()} - UPCASTERS.keys()
    assert (ends <= WIRE.keys(), UPCASTERS.keys() & WIRE.keys()) == (True, set())


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_is_read_as_todays_shape(name: str) -> None:
    recording = RECORDED[name]
    newest = upcast(name, json.loads(recording.value))[0] if name in UPCASTERS else name
    assert type(read_event(recording.headers, recording.value)) is WIRE[newest]


@pytest.mark.parametrize("name", WIRE)
def test_what_was_recorded_is_written_the_same_today(name: str) -> None:
    """Fields may have come since (with defaults); none may have gone or changed its form."""
    recording = RECORDED[name]
    event = read_event(recording.headers, recording.value)
    assert event is not None
    written, recorded = json.loads(event.model_dump_json()), json.loads(recording.value)
    assert known(written, recorded) == recorded


def known(written: Any, recorded: Any) -> Any:
    """`written` without the fields that `recorded` does not have."""
    if isinstance(written, dict) and isinstance(recorded, dict):
        return {key: known(value, recorded[key]) for key, value in written.items() if key in recorded}
    if isinstance(written, list) and isinstance(recorded, list):
        return [known(*pair) for pair in zip(written, recorded, strict=True)]
    return written


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_headers_are_written_the_same_today(name: str) -> None:
    assert tuple(to_headers(from_headers(RECORDED[name].headers))) == RECORDED[name].headers


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_lies_in_its_own_stream(name: str) -> None:
    meta = from_headers(RECORDED[name].headers)
    assert (meta.type, meta.source, dict(RECORDED[name].headers)["ce_dataschema"].decode()) == (
        name,
        f"/songda/{name.split('.')[1]}",
        data_schema(name),
    )


@pytest.mark.parametrize("service", SERVICES)
def test_the_union_tells_events_apart_by_their_name(service: str) -> None:
    reader, events = TypeAdapter[Fact](UNIONS[service]), members(UNIONS[service])
    assert tuple(type(reader.validate_json(RECORDED[event.wire].value)) for event in events) == events


def test_a_contract_of_version_1_reads_like_one_of_version_2() -> None:
    """A1"""
    recording = RECORDED["songda.order.ContractSigned.v1"]
    assert read_event(recording.headers, recording.value) == ContractSigned.model_validate(
        {
            "at": "2026-01-12T02:30:00Z",
            "contract_no": "HT26010001",
            "store_code": "CC01",
            "store_name": "季华店",
            "signed_on": "2026-01-12",
            "customer": Customer(
                name="欧阳小敏", phone="13900005678", address="佛山市南海区桂澜路 8 号 2 座 502", district="南海"
            ),
            "promised_on": "2026-01-28",
            "amount_due_fen": 1865050,
            "lines": (
                ContractLine(
                    line_no=1,
                    sku="CAB-0107",
                    name="橱柜",
                    spec="L 型 3.2m",
                    category="橱柜",
                    quantity=1,
                    unit_price_fen=1680000,
                    to_install=True,
                ),
                ContractLine(
                    line_no=2,
                    sku="TIL-0918",
                    name="抛光砖",
                    spec="800x800",
                    category="陶瓷",
                    quantity=40,
                    unit_price_fen=4800,
                    to_install=False,
                ),
            ),
        }
    )


def test_upcasting_leaves_the_old_record_as_it_was() -> None:
    """X1"""
    old = json.loads(RECORDED["songda.order.ContractSigned.v1"].value)
    before = json.dumps(old)
    upcast("songda.order.ContractSigned.v1", old)
    assert json.dumps(old) == before


@pytest.mark.parametrize("name", ["songda.order.ContractFramed.v1", "songda.order.ContractSigned.v99", "other.thing"])
def test_an_unknown_type_is_no_event_for_this_reader(name: str) -> None:
    assert read_event([("ce_type", name.encode())], b"not even JSON") is None


def test_a_field_of_a_newer_writer_is_ignored() -> None:
    recording = RECORDED["songda.order.GoodsNoted.v1"]
    newer = json.dumps({**json.loads(recording.value), "pallet": 7}).encode()
    assert read_event(recording.headers, newer) == read_event(recording.headers, recording.value)


def test_content_that_is_not_what_its_type_says_is_an_error_without_personal_data() -> None:
    """C18"""
    recording = RECORDED["songda.order.ContractSigned.v2"]
    broken = recording.value.replace(b'"phone":"13800001234"', b'"phone":13800001234')
    with pytest.raises(ValidationError) as raised:
        read_event(recording.headers, broken)
    assert ("customer.phone" in str(raised.value), "1380000" in str(raised.value)) == (True, False)


def test_a_recording_is_kept_to_the_byte() -> None:
    recording = Recording((("ce_type", b"a: b"), ("ce_actor", "李志强".encode())), b'{"a":"1\\n\\n2"}')
    assert from_text(to_text(recording)) == recording


def test_a_recording_under_a_wrong_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "songda.order.GoodsNoted.v2.event").write_bytes(to_text(RECORDED["songda.order.GoodsNoted.v1"]))
    with pytest.raises(
        ValueError, match=r"^songda\.order\.GoodsNoted\.v2\.event holds a songda\.order\.GoodsNoted\.v1"
    ):
        recordings(tmp_path)
