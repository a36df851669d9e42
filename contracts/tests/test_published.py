"""What is published is what the models say, holds for every recorded event, and is refused where it would break."""

import json
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker

from contracts.publishing.published import (
    FOLDER,
    Published,
    committed_schemas,
    contents,
    problems_between,
    write_schemas,
)
from contracts.publishing.recordings import recordings
from contracts.publishing.schemas import event_schemas
from contracts.reading import SERVICES, WIRE
from contracts.upcasters import UPCASTERS

Json = dict[str, Any]

RECORDED = recordings(FOLDER / "golden")
COMMITTED = committed_schemas()


def documents() -> dict[str, Json]:
    return {
        service: yaml.safe_load((FOLDER / "asyncapi" / f"{service}.yaml").read_text(encoding="utf-8"))
        for service in SERVICES
    }


DOCUMENTS = documents()


def test_published_files_are_up_to_date() -> None:
    stale = [
        name
        for name, text in contents().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `songda contracts generate` and commit what it writes"


def test_no_change_of_today_breaks_a_reader() -> None:
    """When this fails: keep the old shape, publish the new one as the next version with an upcaster and a recording."""
    assert problems_between(COMMITTED, event_schemas()) == []


def test_every_version_ever_published_has_its_schema() -> None:
    assert COMMITTED.keys() == WIRE.keys() | UPCASTERS.keys()


@pytest.mark.parametrize("name", COMMITTED)
def test_a_recorded_event_is_what_its_schema_says(name: str) -> None:
    Draft202012Validator.check_schema(COMMITTED[name])
    checker = Draft202012Validator(COMMITTED[name], format_checker=FormatChecker())
    assert list(checker.iter_errors(json.loads(RECORDED[name].value))) == []


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that is published, generated anew: once, it takes seconds."""
    made = tmp_path_factory.mktemp("generated")
    for part in ("schemas", "asyncapi", "golden"):
        shutil.copytree(FOLDER / part, made / part)
    write_schemas(made)
    return made


@pytest.fixture
def folder(generated: Path, tmp_path: Path) -> Path:
    """The same, for one test to change."""
    return shutil.copytree(generated, tmp_path / "published")


def test_generating_again_changes_nothing(folder: Path) -> None:
    assert write_schemas(folder) == Published(unchanged=len(contents()))


def test_generating_writes_what_is_missing(folder: Path) -> None:
    (folder / "schemas" / "songda.order.GoodsNoted.v1.json").unlink()
    (folder / "asyncapi" / "notify.yaml").write_text("asyncapi: old", encoding="utf-8")
    assert write_schemas(folder) == Published(
        written=("asyncapi/notify.yaml", "schemas/songda.order.GoodsNoted.v1.json"), unchanged=len(contents()) - 2
    )


def test_a_breaking_change_is_refused_with_what_to_do_and_nothing_is_written(folder: Path) -> None:
    path = folder / "schemas" / "songda.order.GoodsNoted.v1.json"
    before = {**COMMITTED["songda.order.GoodsNoted.v1"]}
    before["properties"] = {**before["properties"], "pallet": {"type": "string"}}
    path.write_text(json.dumps(before), encoding="utf-8")
    (folder / "asyncapi" / "notify.yaml").unlink()
    old, new = "songda.order.GoodsNoted.v1", "songda.order.GoodsNoted.v2"
    assert (write_schemas(folder), (folder / "asyncapi" / "notify.yaml").exists()) == (
        Published(
            problems=(
                f"{old}: pallet: field removed (they live on it) - breaks old readers. 这会使读者读不懂："
                f"请保留旧形状，改用 {new}（事件的 wire=），在 contracts/upcasters.py 加 {old} -> {new}，"
                f"并录一份 golden/{new}.event。 "
                f"This would break a reader. Publish it as {new} (the event's `wire=`), add an upcaster from {old} "
                f"to contracts/upcasters.py, and record golden/{new}.event; then generate again.",
            )
        ),
        False,
    )


def test_an_event_cannot_be_withdrawn() -> None:
    vanished = {"songda.order.ContractFramed.v1": {"type": "object"}}
    assert [problem.partition(":")[0] for problem in problems_between(vanished, {})] == [
        "songda.order.ContractFramed.v1"
    ]


def test_an_old_version_with_an_upcaster_is_no_problem() -> None:
    assert problems_between({"songda.order.ContractSigned.v1": {"type": "object"}}, {}) == []


def test_an_event_without_a_recording_is_not_published(folder: Path) -> None:
    (folder / "golden" / "songda.order.GoodsNoted.v1.event").unlink()
    (problem,) = write_schemas(folder).problems
    assert "golden/songda.order.GoodsNoted.v1.event (1 missing)" in problem


# --- AsyncAPI -----------------------------------------------------------------------------------------------------

SPECIFICATION = FOLDER / "vendor" / "asyncapi-3.0.0.json"


def test_the_schema_of_asyncapi_is_the_released_one() -> None:
    assert sha256(SPECIFICATION.read_bytes()).hexdigest() in (FOLDER / "vendor" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("service", SERVICES)
def test_a_document_is_asyncapi_3(service: str) -> None:
    specification = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    errors = Draft7Validator(specification).iter_errors(DOCUMENTS[service])
    assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def at(document: Json, reference: str) -> Any:
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


@pytest.mark.parametrize("service", SERVICES)
def test_every_reference_leads_somewhere(service: str) -> None:
    for reference in references(DOCUMENTS[service]):
        assert at(DOCUMENTS[service], reference) is not None


@pytest.mark.parametrize("service", SERVICES)
def test_the_stream_carries_every_version_and_writes_todays(service: str) -> None:
    document = DOCUMENTS[service]
    channel = document["channels"][f"{service}_events"]
    sent = document["operations"][f"send_{service}_events"]["messages"]
    of_service = {name for name in WIRE.keys() | UPCASTERS.keys() if name.split(".")[1] == service}
    assert (channel["address"], set(channel["messages"]), {ref["$ref"].rpartition("/")[2] for ref in sent}) == (
        f"{service}.events",
        of_service,
        of_service & WIRE.keys(),
    )


@pytest.mark.parametrize("service", SERVICES)
def test_the_host_uses_only_variables_that_are_explained(service: str) -> None:
    server = DOCUMENTS[service]["servers"]["kafka"]
    assert set(re.findall(r"{(\w+)}", server["host"])) == set(server["variables"])


@pytest.mark.parametrize("service", SERVICES)
def test_examples_are_what_their_messages_say(service: str) -> None:
    document = DOCUMENTS[service]
    for message in document["components"]["messages"].values():
        (example,) = message["examples"]
        for part in ("headers", "payload"):
            schema = {**message[part], "components": document["components"]}
            assert list(Draft7Validator(schema).iter_errors(example[part])) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_union_takes_each_event_for_what_it_is(service: str) -> None:
    document = DOCUMENTS[service]
    union = {**document["components"]["schemas"]["Event"], "components": document["components"]}
    union.pop("discriminator")  # a word of AsyncAPI's, not of JSON Schema's
    checker = Draft7Validator(union)
    for name in WIRE:
        if name.split(".")[1] == service:
            assert list(checker.iter_errors(json.loads(RECORDED[name].value))) == []
