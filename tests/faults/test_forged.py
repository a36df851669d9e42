"""Records on the commands topic that none of our processes signed: nothing of them is believed, and all else goes on
(DESIGN §6)."""

from typing import Any

import pytest
from harness.alarm import SetAlarm
from harness.load import arrival, contract_numbers, planned, register
from harness.stage import Stage
from harness.topics import Record, committed, put
from harness.waiting import PATIENCE, eventually
from pydantic import SecretStr

from runtime import kafka, metrics
from runtime.clock import utc_now
from runtime.command_keys import CommandKeys
from runtime.commands import to_headers
from runtime.decision import Command
from runtime.gateway import new_request
from runtime.outcome import NOT_SIGNED

pytestmark = pytest.mark.kafka

NUMBER, OTHER = contract_numbers(2)
Headers = list[tuple[str, Any]]


def unsigned(service: str) -> float:
    """What a process's /metrics shows of it."""
    return float(metrics.UNSIGNED.labels(service)._value.get())


async def commands_of(stage: Stage) -> list[Record]:
    """What lies on the topic, headers and all."""
    return await committed(stage.address, f"{stage.order}.commands")


async def write(stage: Stage, key: str, value: bytes, headers: Headers, *, topic: str | None = None) -> None:
    """As somebody who can write to Kafka, and who has read what is there."""
    partition = kafka.partition_of(key, stage.settings.partitions)
    await put(
        stage.address, topic or f"{stage.order}.commands", partition, key=key.encode(), value=value, headers=headers
    )


async def test_what_we_did_not_sign_is_a_dead_letter_and_an_alarm_and_nothing_else_waits(stage: Stage) -> None:
    """Unsigned, by another key, altered, for another aggregate, under another name, for another service."""
    worker = await stage.worker()
    await stage.worker(stage.alarm)
    callers = await stage.callers()
    true = planned(NUMBER, register(NUMBER), stage.random)
    await callers.ask(true)
    [record] = await commands_of(stage)
    signed: Headers = [(name, value.encode()) for name, value in record.headers.items()]
    bare = to_headers(new_request("forged", actor="guan.yf", role="manager"))
    foreign = CommandKeys({1: b"a key of their own"}).signed(f"{stage.order}.commands", NUMBER.encode(), b"{}", bare)
    as_manager: Headers = [(n, b"manager" if n == "role" else v) for n, v in signed]
    before, elsewhere = unsigned(stage.order), unsigned(stage.alarm)
    forged: list[tuple[str, bytes, Headers]] = [
        (f"contract:{NUMBER}", arrival(NUMBER, 1, "YD0001").model_dump_json().encode(), bare),
        (f"contract:{NUMBER}", record.value, foreign),
        (f"contract:{NUMBER}", record.value.replace(b"210200", b"1"), signed),
        (f"contract:{OTHER}", record.value, signed),
        (f"contract:{NUMBER}", record.value, as_manager),
        (f"contract:{NUMBER}", record.value, [*signed, ("role", b"manager")]),
    ]
    for key, value, headers in forged:
        await write(stage, key, value, headers)
    await write(stage, "alarm:x", record.value, signed, topic=f"{stage.alarm}.commands")
    behind = planned(NUMBER, arrival(NUMBER, 1, "YD0002"), stage.random)
    other = planned(OTHER, register(OTHER), stage.random)
    answer = await callers.ask(behind)
    await callers.ask(other)
    await eventually(lambda: unsigned(stage.alarm) == elsewhere + 1, "the other service's topic is no way in")
    dead = await committed(stage.address, f"{stage.order}.dead-letters")
    assert (answer.status, answer.version) == ("accepted", 2)
    assert sorted((d.key, d.value) for d in dead) == sorted((key, value) for key, value, _ in forged)
    assert all("signed" in letter.headers["error"] for letter in dead)
    assert unsigned(stage.order) == before + len(forged)
    assert worker.not_ready is None
    events = await committed(stage.address, f"{stage.order}.events")
    assert {(one.headers["ce_causationid"], one.headers["ce_actor"]) for one in events} == {
        (plan.command_id, "liang.my") for plan in (true, behind, other)
    }


async def test_the_same_record_once_more_is_a_repeat(stage: Stage) -> None:
    await stage.worker()
    callers = await stage.callers()
    await callers.ask(planned(NUMBER, register(NUMBER), stage.random))
    [record] = await commands_of(stage)
    await write(stage, record.key, record.value, [(name, value.encode()) for name, value in record.headers.items()])
    await callers.ask(planned(NUMBER, arrival(NUMBER, 1, "YD0001"), stage.random))
    outcomes = await committed(stage.address, f"{stage.order}.outcomes")
    assert await committed(stage.address, f"{stage.order}.dead-letters") == []
    assert [b'"repeated":true' in one.value for one in outcomes] == [False, True, False]
    await stage.check()


async def test_a_forged_record_does_not_spoil_the_id_of_a_true_one(stage: Stage) -> None:
    """Also for who takes over, and for who asks later what became of it."""
    worker = await stage.worker()
    plan = planned(NUMBER, register(NUMBER), stage.random)
    await write(stage, plan.aggregate_id, b"{}", to_headers(new_request(plan.command_id, actor="x", role="store")))
    await eventually(lambda: _dead(stage), "the forged one is kept")
    await stage.end(worker)
    await stage.worker()
    callers = await stage.callers()
    assert (await callers.ask(plan)).status == "accepted"
    later = await (await stage.gateway()).outcome_of(stage.order, plan.aggregate_id, plan.command_id)
    assert later is not None
    assert (later.status, later.version) == ("accepted", 1)


async def _dead(stage: Stage) -> bool:
    return len(await committed(stage.address, f"{stage.order}.dead-letters")) == 1


async def test_a_gateway_with_another_key_is_told_at_once_and_its_request_is_good_once_the_key_is(stage: Stage) -> None:
    """No time-out, no 202: the answer says what is wrong, and asking again under the same id is safe."""
    await stage.worker()
    wrong = await stage.gateway(command_key=SecretStr("not the key of the others"))
    plan = planned(NUMBER, register(NUMBER), stage.random)
    request = new_request(plan.command_id, actor="liang.my", role="cs_specialist")
    refused = await wrong.ask(stage.order, plan.aggregate_id, plan.command, request, seconds=PATIENCE)
    assert (refused.status, refused.rejected) == ("broken", NOT_SIGNED)
    assert "SONGDA_COMMAND_KEY" in (refused.error or "")
    callers = await stage.callers()
    assert (await callers.ask(plan)).status == "accepted"


async def test_a_key_is_replaced_while_commands_and_timers_go_on(stage: Stage) -> None:
    """The worker knows both keys and signs its timers with the new one; a gateway still signs with the old one."""
    old, new = "the key of last year", "the key of this year"
    await stage.worker(stage.alarm, command_key=SecretStr(f"1:{old},2:{new}"))
    gateways = [await stage.gateway(command_key=SecretStr(text)) for text in (old, f"1:{old},2:{new}")]
    for gateway, name in zip(gateways, ("a", "b"), strict=True):
        command: Command = SetAlarm(name=name, due=utc_now())
        request = new_request(name, actor="x", role="store")
        answer = await gateway.ask(stage.alarm, f"alarm:{name}", command, request, seconds=PATIENCE)
        assert answer.status == "accepted"

    async def both_rang() -> bool:
        return len(await committed(stage.address, f"{stage.alarm}.events")) == 4

    await eventually(both_rang, "both alarms were set and rang")
    assert await committed(stage.address, f"{stage.alarm}.dead-letters") == []
