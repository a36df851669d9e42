"""What an owner knows after a restore: from checkpoints, from the beginning, with little memory; always the same."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import TopicPartition
from harness.load import Planned, contract_numbers, life_of
from harness.stage import Stage
from harness.topics import Record, committed, consumed, high_watermarks
from harness.waiting import eventually

from contracts import envelope
from contracts.dispatch_days import PlanOverdue
from runtime import fingerprint
from runtime import state as state_module
from runtime.app import rules_of
from runtime.deciding import Entry, Rules
from runtime.errors import CheckpointLost
from runtime.mongo import Collection, Database, UpdateOne, Write, connect, write_guarded
from runtime.parking import meta_of
from runtime.state import PartitionState, generation
from runtime.worker import Worker

pytestmark = pytest.mark.kafka


async def test_a_restore_from_checkpoints_equals_one_from_the_beginning(stage: Stage) -> None:
    """DESIGN 1: with the database wiped, replay from the first event gives the same."""
    worker = await stage.worker(checkpoint_seconds=0.1, aggregates_in_memory=5)
    callers = await stage.callers()
    await callers.live([life_of(number, stage.random) for number in contract_numbers(30)])
    await stage.end(worker)  # leaves a checkpoint behind
    tail = await stage.worker(checkpoint_seconds=3_600)
    await callers.live([life_of(number, stage.random) for number in contract_numbers(10, first=20)])
    stream = stage.memories(tail)[0].stream
    await stage.crash(tail)  # leaves none

    rules = rules_of(stage.settings, stage.system.services[stage.order], stage.system.policies)
    empty = connect(stage.settings.model_copy(update={"mongo_database": f"{stage.settings.mongo_database}_empty"}))
    try:
        for partition in range(stage.settings.partitions):
            short, from_checkpoints = await _restored(stage, rules, partition, stage.database, stream)
            whole, from_nothing = await _restored(stage, rules, partition, empty, stream)
            assert from_checkpoints == from_nothing
            assert short < whole
    finally:
        await empty.client.drop_database(empty.name)
        empty.client.close()


async def _restored(
    stage: Stage, rules: Rules, partition: int, database: Database, stream: str
) -> tuple[int, dict[str, tuple[Any, ...]]]:
    """How many events were replayed, and every aggregate as the owner then knows it."""
    tp = TopicPartition(f"{stage.order}.events", partition)
    records = [r for r in await committed(stage.address, tp.topic) if r.partition == partition]
    state = _state(rules, partition, database)
    await state.open_checkpoints((await high_watermarks(stage.address, [tp]))[tp], stream)
    tail = [record for record in records if record.offset >= state.next_event]
    for record in tail:
        event = consumed(tp.topic, record)
        meta = meta_of(event)
        await state.load({meta.subject})
        state.replay(event, meta)
    await state.load({_subject(record) for record in records})
    return len(tail), {key: (e.state, e.version, e.time, e.causes) for key, e in sorted(state.entries.items())}


def _subject(record: Record) -> str:
    return record.headers["ce_subject"]


def _state(rules: Rules, partition: int, database: Database, capacity: int = 10_000) -> PartitionState:
    return PartitionState(
        rules,
        partition,
        database,
        generation=generation(fingerprint.of_states(rules.deciders.values()), "test"),
        capacity=capacity,
        remembered_limit=10,
    )


async def test_an_owner_with_room_for_few_aggregates_answers_as_one_with_room_for_all(stage: Stage) -> None:
    """DESIGN 1: 400 aggregates, room for 20 in each partition, one restart in between."""
    callers = await stage.callers()
    lives = [life_of(number, stage.random, steps=2) for number in contract_numbers(400)]
    halves: list[list[list[Planned]]] = [[life[:2] for life in lives], [life[2:] for life in lives]]
    for half in halves:
        worker = await stage.worker(aggregates_in_memory=20, checkpoint_seconds=0.5)
        await callers.live(half, at_once=50)

        def bounded(worker: Worker = worker) -> bool:
            return all(len(memory.entries) <= 20 for memory in stage.memories(worker))

        await eventually(bounded, "memory is within its bound after the last batch")
        await stage.end(worker)
    report = await stage.check()
    assert (report.commands, report.unknown) == (1_200, 0)


async def test_memory_lets_go_only_of_what_is_safe_and_finds_it_again(stage: Stage) -> None:
    rules = rules_of(stage.settings, stage.system.services[stage.order], stage.system.policies)
    state = _state(rules, 0, stage.database, capacity=10)
    entries = _entries(rules, 60)
    await state.open_checkpoints(0)
    for key, entry in entries.items():
        state.commit({key: entry}, {}, entry.time)
        await state.make_room()
    assert len(state.entries) <= 10
    await state.load(entries)
    assert dict(state.entries) == entries


async def test_a_replay_of_more_aggregates_than_memory_keeps_forgets_no_timer(stage: Stage) -> None:
    """DESIGN 1: what leaves memory during the replay is due all the same."""
    rules = rules_of(stage.settings, stage.system.services[stage.alarm], stage.system.policies)
    state = _state(rules, 0, stage.database, capacity=5)
    await state.open_checkpoints(0)
    due = datetime(2026, 3, 12, 9, tzinfo=UTC)
    names = [f"alarm:A{number}" for number in range(30)]
    for offset, name in enumerate(names):
        armed = PlanOverdue(at=due, depot=name, on=due.date(), due=due)
        meta = _meta(name, offset)
        headers = {name: value.decode() for name, value in envelope.to_headers(meta)}
        record = Record(0, offset, name, armed.model_dump_json().encode(), headers)
        state.replay(consumed(state.events.topic, record), meta)
        await state.make_room()
    state.arm_all(due)
    assert len(state.entries) <= 5
    assert sorted(state.timers.take_due(datetime.max.replace(tzinfo=UTC), limit=100)) == sorted(names)


def _meta(subject: str, offset: int) -> envelope.Meta:
    return envelope.Meta(
        id=f"c{offset}.0",
        type="songda.dispatch.PlanOverdue.v1",
        source="/songda/alarm",
        subject=subject,
        time=datetime(2026, 3, 12, tzinfo=UTC),
        sequence=1,
        causation_id=f"c{offset}",
        correlation_id=f"c{offset}",
        actor="system",
        command_offset=offset,
    )


async def test_a_database_wiped_while_a_checkpoint_is_written_is_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A manifest over documents that are gone would make known aggregates look new."""
    rules = rules_of(stage.settings, stage.system.services[stage.order], stage.system.policies)
    state = _state(rules, 0, stage.database)
    entries = _entries(rules, 20)
    await state.open_checkpoints(0)
    state.commit(entries, {}, next(iter(entries.values())).time)

    async def write_and_wipe(collection: Collection, writes: list[Write]) -> None:
        await write_guarded(collection, writes)
        await collection.drop()

    with monkeypatch.context() as wiping:
        wiping.setattr(state_module, "write_guarded", write_and_wipe)
        await state.checkpoint()
    assert state.unsaved == 20
    await state.checkpoint()
    heir = _state(rules, 0, stage.database)
    await heir.open_checkpoints(0)
    await heir.load(entries)
    assert dict(heir.entries) == entries


async def test_checkpoints_that_vanish_under_an_owner_are_never_taken_for_no_aggregates(stage: Stage) -> None:
    rules = rules_of(stage.settings, stage.system.services[stage.order], stage.system.policies)
    first = _state(rules, 0, stage.database)
    entries = _entries(rules, 5)
    await first.open_checkpoints(0)
    first.commit(entries, {}, next(iter(entries.values())).time)
    await first.checkpoint()
    heir = _state(rules, 0, stage.database)
    await heir.open_checkpoints(0)
    for name in await stage.database.list_collection_names():
        await stage.database.drop_collection(name)
    with pytest.raises(CheckpointLost):
        await heir.load(entries)


async def test_an_unfinished_checkpoint_is_no_checkpoint(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = rules_of(stage.settings, stage.system.services[stage.order], stage.system.policies)
    state = _state(rules, 0, stage.database)
    entries = _entries(rules, 5)
    await state.open_checkpoints(0)
    state.commit(entries, {}, next(iter(entries.values())).time)

    async def crash(collection: Collection, writes: list[Write]) -> None:
        await write_guarded(collection, writes[:2])
        raise RuntimeError("the process ends here")

    with monkeypatch.context() as crashing:
        crashing.setattr(state_module, "write_guarded", crash)
        with pytest.raises(RuntimeError):
            await state.checkpoint()
    heir = _state(rules, 0, stage.database)
    await heir.open_checkpoints(0)
    await heir.load(entries)
    assert (heir.next_event, dict(heir.entries)) == (0, {})


async def test_two_writers_of_one_new_document_lose_nothing(stage: Stage) -> None:
    """RISKS D2: both insert it at once; the slower one meets a duplicate key that is not a stale write."""
    other = connect(stage.settings)
    try:
        rows = [f"row-{number}" for number in range(300)]

        def writes(facet: str) -> list[Write]:
            return [
                UpdateOne(
                    {"_id": row, f"_pos.{facet}.seq": {"$not": {"$gte": 1}}},
                    {"$set": {facet: row, f"_pos.{facet}": {"seq": 1}}},
                    upsert=True,
                )
                for row in rows
            ]

        await asyncio.gather(
            write_guarded(stage.database["shared"], writes("order")), write_guarded(other["shared"], writes("goods"))
        )
        found = {d["_id"]: (d.get("order"), d.get("goods")) async for d in stage.database["shared"].find({})}
        assert found == {row: (row, row) for row in rows}
    finally:
        other.client.close()


def _entries(rules: Rules, count: int) -> dict[str, Entry]:
    """Aggregates that have a version and a cause, of the service's own initial state."""
    entries = {}
    for number in range(count):
        blank = rules.initial("contract:x")
        assert blank is not None
        causes = {f"command-{number}": (number + 1, ("ContractSigned",), None)}
        entries[f"contract:{number}"] = Entry(blank.state, number + 1, blank.time, causes)
    return entries
