"""Every event version ever published can be read, and table, union and recordings hold the same set."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts import dispatch, inventory, notify, order, service_desk
from contracts.envelope import data_schema, from_headers, to_headers
from contracts.fact import ContractLine, Customer, Fact
from contracts.order import ContractSigned
from contracts.publishing.recordings import Recording, from_text, recordings, to_text
from contracts.reading import SERVICES, TYPE_NAMES, WIRE, read_event
from contracts.upcasters import UPCASTERS, upcast

GOLDEN = Path(__file__).parent.parent / "golden"
RECORDED = recordings(GOLDEN)
UNIONS: dict[str, tuple[ModuleType, Any]] = {
    "order": (order, order.OrderEvent),
    "inventory": (inventory, inventory.InventoryEvent),
    "dispatch": (dispatch, dispatch.DispatchEvent),
    "service_desk": (service_desk, service_desk.ServiceDeskEvent),
    "notify": (notify, notify.NotifyEvent),
}


def members(union: Any) -> tuple[type[Fact], ...]:
    return get_args(get_args(union)[0])


def test_every_service_has_its_union() -> None:
    assert tuple(UNIONS) == SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_table_and_union_hold_the_same_events_in_the_same_order(service: str) -> None:
    module, union = UNIONS[service]
    assert tuple(module.WIRE.values()) == members(union)


@pytest.mark.parametrize("service", SERVICES)
def test_wire_names_are_the_service_the_event_and_a_version(service: str) -> None:
    module, _ = UNIONS[service]
    assert [name.rpartition(".v")[0] for name in module.WIRE] == [
        f"songda.{service}.{model.model_fields['event'].default}" for model in module.WIRE.values()
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_an_event_is_called_like_its_class(service: str) -> None:
    assert [model.model_fields["event"].default for model in members(UNIONS[service][1])] == [
        model.__name__ for model in members(UNIONS[service][1])
    ]


def test_each_model_has_one_wire_name() -> None:
    assert {name: TYPE_NAMES[model] for name, model in WIRE.items()} == {name: name for name in WIRE}


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
    module, union = UNIONS[service]
    reader = TypeAdapter[Fact](union)
    assert [type(reader.validate_json(RECORDED[name].value)) for name in module.WIRE] == list(module.WIRE.values())


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
