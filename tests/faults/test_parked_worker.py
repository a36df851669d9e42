"""An event that its own owner cannot fold parks its aggregate; all others are decided as ever (DESIGN §7)."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from harness import alarm
from harness.alarm import SetAlarm
from harness.load import Callers, Planned
from harness.operating import operating
from harness.poison import UNREADABLE, Writer, decide, notes_of, parked_of, strays
from harness.stage import Stage
from harness.topics import committed
from harness.waiting import eventually

from contracts.dispatch_days import PlanOverdue
from runtime import kafka, metrics, partition
from runtime.clock import utc_now
from runtime.states import StateCodec
from runtime.worker import Worker

pytestmark = pytest.mark.kafka

FAR = utc_now() + timedelta(days=300)
RINGS = "songda.dispatch.InstallationOverdue.v1"


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    """What a test broke is whole for the next one."""
    yield
    alarm.BROKEN.clear()
    alarm.UNTIMED.clear()


def setting(name: str, number: int = 1, due: datetime = FAR) -> Planned:
    """A command: this alarm is set. The same number is the same command."""
    return Planned(f"set-{name}-{number}", f"alarm:{name}", SetAlarm(name=name, due=due))


async def answers(callers: Callers, *plans: Planned) -> list[str]:
    """What comes of commands, one after the other."""
    return [(await callers.ask(plan)).status for plan in plans]


async def told(stage: Stage, command_id: str) -> list[str]:
    """Every answer to a command, in order."""
    records = await committed(stage.address, f"{stage.alarm}.outcomes")
    bodies = [json.loads(record.value) for record in records]
    return [body["status"] for body in bodies if body["command_id"] == command_id]


async def events_of(stage: Stage, name: str) -> list[tuple[str, str]]:
    """(sequence, command) of an alarm's events, as they lie on the stream."""
    records = await committed(stage.address, f"{stage.alarm}.events")
    return [
        (record.headers.get("ce_sequence", ""), record.headers.get("ce_causationid", ""))
        for record in records
        if record.key == f"alarm:{name}" and record.headers.get("ce_source", "").endswith(stage.alarm)
    ]


async def with_alarms(stage: Stage, *names: str) -> Callers:
    """Alarms that are set, and no owner any more; it left no checkpoint."""
    worker = await stage.worker(stage.alarm, checkpoint_seconds=3_600)
    callers = await stage.callers(service=stage.alarm)
    assert set(await answers(callers, *(setting(name) for name in names))) == {"accepted"}
    await stage.crash(worker)
    return callers


def waits(worker: Worker) -> dict[str, str]:
    """What is parked at an owner: aggregate -> why."""
    return {one.subject: one.kind for one in worker.parked()}


async def test_what_cannot_be_folded_waits_alone_through_restarts_and_all_that_was_asked_is_carried_out_in_the_end(
    stage: Stage,
) -> None:
    """DESIGN §7"""
    reader = f"worker {stage.alarm}"
    callers = await with_alarms(stage, "A", "B", "C", "D", "E", "F")
    writer = Writer(stage, stage.alarm)
    for name in "ABCDEF":
        writer.known(f"alarm:{name}", 1)
    alarm.BROKEN.add("A")
    alarm.UNTIMED.add("F")
    await writer.event("alarm:B", type_name=PlanOverdue.wire, value=UNREADABLE)
    await writer.event("alarm:C", type_name="songda.dispatch.SomethingNewer.v1", value=b"{}")
    await writer.event("alarm:D", gap=1)
    await writer.event("spaceship:S", type_name=PlanOverdue.wire, value=b"{}")  # a kind that newer code had
    for key, value, headers in strays(stage.alarm, "alarm:E").values():
        await writer.record(key, value, headers)
    parked = {
        "alarm:A": "fold",
        "alarm:B": "unreadable",
        "alarm:C": "unknown_type",
        "alarm:D": "hole",
        "alarm:F": "fold",
        "spaceship:S": "unknown_type",
    }

    worker = await stage.worker(stage.alarm, checkpoint_seconds=0.2)
    assert (waits(worker), worker.degraded[reader]["parked"]) == (parked, 6)
    counted = metrics.STRAYS.labels(reader, f"{stage.alarm}.events")._value.get()
    assert counted == len(strays("", ""))
    since = {subject: one.since for subject, one in (await parked_of(stage, reader)).items()}
    assert since.keys() == parked.keys()
    assert await answers(callers, setting("A", 2), setting("B", 2), setting("E", 2)) == ["parked", "parked", "accepted"]
    refused = await callers.ask(setting("C", 2))
    assert refused.rejected is not None
    assert (refused.rejected.code, refused.events) == ("waits_for_repair", ())

    await stage.end(worker)  # leaves a checkpoint behind
    worker = await stage.worker(stage.alarm, checkpoint_seconds=0.2)
    assert waits(worker) == parked
    assert await answers(callers, setting("A", 3), setting("E", 3), setting("G")) == ["parked", "accepted", "accepted"]
    await stage.crash(worker)
    await stage.stack.wipe_mongo(stage.settings.mongo_database)
    worker = await stage.worker(stage.alarm, checkpoint_seconds=0.2)
    assert waits(worker) == parked
    assert await answers(callers, setting("D", 2), setting("E", 4)) == ["parked", "accepted"]
    assert {subject: one.since for subject, one in (await parked_of(stage, reader)).items()} == since
    assert [act for act, _, _ in await notes_of(stage, reader)] == ["parked"] * 6  # told once

    alarm.BROKEN.clear()
    alarm.UNTIMED.clear()
    for subject, one in (await parked_of(stage, reader)).items():
        await decide(stage, "retry" if subject in {"alarm:A", "alarm:F"} else "skipped", one, "seen to")
    await eventually(lambda: not worker.parked(), "all is mended")
    kept = ["set-A-2", "set-A-3", "set-B-2", "set-C-2", "set-D-2"]

    async def carried_out() -> bool:
        return all([await told(stage, command) == ["parked", "accepted"] for command in kept])

    await eventually(carried_out, "what was kept is decided")
    await eventually(lambda: _all_resumed(stage, reader), "the log knows")
    assert await events_of(stage, "A") == [("1", "set-A-1")]  # set already: nothing new
    assert await answers(callers, setting("A", 2), setting("B", 3), setting("F", 2)) == ["accepted"] * 3
    await stage.end(worker)
    worker = await stage.worker(stage.alarm)
    assert (worker.parked(), worker.degraded) == ([], {})
    assert await answers(callers, setting("A", 4), setting("D", 3)) == ["accepted", "accepted"]


async def _all_resumed(stage: Stage, reader: str) -> bool:
    return not await parked_of(stage, reader)


async def test_what_still_cannot_be_folded_stays_parked_with_its_new_place_and_error(stage: Stage) -> None:
    """DESIGN §7: the first event is passed over by a person, the second one fails as well."""
    reader = f"worker {stage.alarm}"
    await with_alarms(stage, "A", "B")
    writer = Writer(stage, stage.alarm)
    writer.known("alarm:A", 1)
    first = await writer.event("alarm:A", type_name=PlanOverdue.wire, value=UNREADABLE)
    second = await writer.event("alarm:A", type_name=PlanOverdue.wire, value=b"[]")
    worker = await stage.worker(stage.alarm)
    before = (await parked_of(stage, reader))["alarm:A"]
    await decide(stage, "retry", before)
    await eventually(lambda: _tried(stage, reader, 2), "it was tried")
    again = (await parked_of(stage, reader))["alarm:A"]
    assert (before.offset, again.offset, again.since) == (first, first, before.since)
    await decide(stage, "skipped", again, "never happened")
    await eventually(lambda: _tried(stage, reader, 3), "it was tried again")
    anew = (await parked_of(stage, reader))["alarm:A"]
    assert (anew.offset, anew.sequence, anew.since) == (second, 3, before.since)
    await eventually(lambda: waits(worker) == {"alarm:A": "unreadable"}, "the owner says so")


async def _tried(stage: Stage, reader: str, times: int) -> bool:
    return [act for act, _, _ in await notes_of(stage, reader)].count("parked") >= times


async def test_an_operator_tries_it_again_and_what_was_kept_is_carried_out_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN 7: `songda ops parked retry`; who sent it again and again meanwhile has it kept once."""
    reader = f"worker {stage.alarm}"
    callers = await with_alarms(stage, "A")
    alarm.BROKEN.add("A")
    worker = await stage.worker(stage.alarm)
    ringing = Planned("ring-A", "alarm:A", alarm.Ring(name="A", due=FAR))
    assert await answers(callers, ringing, ringing, ringing) == ["parked"] * 3
    letters = await committed(stage.address, f"{stage.alarm}.dead-letters")
    assert [record.headers["id"] for record in letters] == ["ring-A"]
    with operating(stage, (), monkeypatch) as operator:
        code, seen = await operator.says("ops", "parked", "retry", "alarm:A", "--reader", reader)
        assert (code, "还在等 still waits: fold" in seen) == (1, True), seen
        alarm.BROKEN.clear()
        code, seen = await operator.says("ops", "parked", "retry", "alarm:A", "--reader", reader)
        assert (code, "已跟上 goes on" in seen, worker.parked()) == (0, True, []), seen

    async def carried_out() -> bool:
        return await told(stage, "ring-A") == ["parked"] * 3 + ["accepted"]

    await eventually(carried_out, "what was kept is decided")
    assert await events_of(stage, "A") == [("1", "set-A-1"), ("2", "ring-A")]


async def test_a_release_that_folds_it_needs_nobody_to_ask(stage: Stage) -> None:
    """Other code has no checkpoints: it replays all, and what was kept is carried out."""
    callers = await with_alarms(stage, "A")
    alarm.BROKEN.add("A")
    worker = await stage.worker(stage.alarm)
    ringing = Planned("ring-A", "alarm:A", alarm.Ring(name="A", due=FAR))
    assert await answers(callers, ringing) == ["parked"]
    await stage.end(worker)
    await stage.stack.wipe_mongo(stage.settings.mongo_database)
    alarm.BROKEN.clear()
    worker = await stage.worker(stage.alarm)
    assert worker.parked() == []

    async def carried_out() -> bool:
        return await told(stage, "ring-A") == ["parked", "accepted"]

    await eventually(carried_out, "what was kept is decided")
    assert await events_of(stage, "A") == [("1", "set-A-1"), ("2", "ring-A")]
    await eventually(lambda: _all_resumed(stage, f"worker {stage.alarm}"), "the log knows")


async def test_a_parked_alarm_rings_once_it_is_mended_and_not_before(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows what it owes. Both fall due between the two owners."""
    worker = await stage.worker(stage.alarm, checkpoint_seconds=3_600)
    callers = await stage.callers(service=stage.alarm)
    due = utc_now() + timedelta(hours=1)
    await answers(callers, setting("A", due=due), setting("B", due=due))
    await stage.crash(worker)
    monkeypatch.setattr(partition, "utc_now", lambda: utc_now() + timedelta(hours=2))
    alarm.BROKEN.add("A")
    await stage.worker(stage.alarm)
    await eventually(lambda: _rang(stage, "B"), "the other one rings")
    assert await events_of(stage, "A") == [("1", "set-A-1")]
    alarm.BROKEN.clear()
    await decide(stage, "retry", (await parked_of(stage, f"worker {stage.alarm}"))["alarm:A"])
    await eventually(lambda: _rang(stage, "A"), "it rings")


async def _rang(stage: Stage, name: str) -> bool:
    records = await committed(stage.address, f"{stage.alarm}.events")
    return any(r.key == f"alarm:{name}" and r.headers["ce_type"] == RINGS for r in records)


async def test_a_state_that_cannot_be_kept_holds_up_no_checkpoint_and_is_folded_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN 11: one that cannot be written, and one that cannot be read back."""
    worker = await stage.worker(stage.alarm, checkpoint_seconds=0.2)
    callers = await stage.callers(service=stage.alarm)
    dump, load = StateCodec.dump, StateCodec.load

    def dumped(codec: StateCodec, state: Any) -> bytes:
        if getattr(state, "name", "") == "A":
            raise ValueError("it cannot be written")
        return dump(codec, state)

    def loaded(codec: StateCodec, raw: bytes) -> Any:
        if b'"name":"B"' in raw:
            raise ValueError("it cannot be read")
        return load(codec, raw)

    monkeypatch.setattr(StateCodec, "dump", dumped)
    monkeypatch.setattr(StateCodec, "load", loaded)
    names = ("A", "B", "C")
    assert await answers(callers, *map(setting, names)) == ["accepted"] * 3
    await eventually(lambda: sum(m.unsaved for m in stage.memories(worker)) == 1, "all others are in checkpoints")
    await stage.end(worker)
    worker = await stage.worker(stage.alarm, checkpoint_seconds=0.2)
    repeats = [await callers.ask(setting(name)) for name in names]
    assert [(answer.status, answer.version, answer.repeated) for answer in repeats] == [("accepted", 1, True)] * 3
    assert await answers(callers, *(setting(name, 2) for name in names)) == ["accepted"] * 3
    monkeypatch.undo()
    await eventually(lambda: sum(m.unsaved for m in stage.memories(worker)) == 0, "all are in checkpoints")
    assert worker.parked() == []


async def test_a_stream_whose_beginning_is_gone_stops_its_partition_and_says_so(stage: Stage) -> None:
    """Not one aggregate alone: one all of whose events are gone would look new."""
    callers = await with_alarms(stage, *(f"N{number}" for number in range(12)))
    await stage.stack.wipe_mongo(stage.settings.mongo_database)
    admin = AIOKafkaAdminClient(bootstrap_servers=stage.address)
    await admin.start()
    try:
        gone = TopicPartition(f"{stage.alarm}.events", 0)
        await admin.delete_records({gone: RecordsToDelete(before_offset=1)})
    finally:
        await admin.close()
    worker = stage.application("worker", "worker").start()

    async def stopped() -> str:
        waiting = (await worker.state()).get("waiting_for", {}).get(f"worker {stage.alarm}", "")
        return waiting if "are gone" in waiting else ""

    why = await eventually(stopped, "it says so")
    assert f"{stage.alarm}.events/0: the events from 0 to 1 are gone" in why
    elsewhere = next(
        name for n in range(100) if kafka.partition_of(f"alarm:{(name := f'M{n}')}", stage.settings.partitions) != 0
    )
    assert await answers(callers, setting(elsewhere)) == ["accepted"]
