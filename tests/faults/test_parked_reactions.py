"""An event that reactions or effects cannot take parks its own aggregate; all others go on (DESIGN §7)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from harness.alarm import SetAlarm
from harness.operating import operating
from harness.poison import UNREADABLE, Writer, decide, notes_of, parked_of, strays
from harness.stage import Stage
from harness.topics import committed
from harness.waiting import eventually

import songda.ops
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.order import DelayNoticed, DelayPosted
from runtime import metrics, reactor
from runtime.decision import Ask
from runtime.reaction import Effect, On, Reaction
from runtime.reactor import Reactor

pytestmark = pytest.mark.kafka

DUE = datetime(2126, 1, 1, tzinfo=UTC)


class Steps:
    """What is done on an event: an alarm is asked for under the event's reason. `broken` reasons raise, `flaky` ones
    raise as often as they say."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.broken: set[str] = set()
        self.flaky: dict[str, int] = {}
        self.tried: list[str] = []

    def _take(self, event: Fact) -> Sequence[Ask]:
        assert isinstance(event, DelayNoticed)
        self.tried.append(event.reason)
        if event.reason in self.broken:
            raise KeyError(event.reason)
        if self.flaky.get(event.reason, 0) > 0:
            self.flaky[event.reason] -= 1
            raise ConnectionError("the provider is away")
        name = "x" * 1_100_000 if event.reason == "huge" else event.reason
        return (Ask(f"alarm:{event.reason}", SetAlarm(name=name, due=DUE)),)

    def react(self, event: Fact, meta: Meta) -> Sequence[Ask]:
        """As a reaction."""
        return self._take(event)

    async def run(self, event: Fact, meta: Meta) -> Sequence[Ask]:
        """As an effect."""
        return self._take(event)

    @asynccontextmanager
    async def running(self, kind: str) -> AsyncIterator[Reactor]:
        """A process that does it, until the block ends."""
        step = (
            Reaction("test.step", (On(DelayNoticed, self.react),), self.stage.order)
            if kind == "reactions"
            else Effect("test.step", DelayNoticed, self.run, self.stage.order)
        )
        made = Reactor(self.stage.settings, self.stage.alarm, [step], kind=kind)
        task = asyncio.create_task(made.run())
        try:
            yield made
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def asked(self) -> list[str]:
        """Alarms that were asked for, each once, in order within an aggregate."""
        found: dict[str, str] = {}
        for record in await committed(self.stage.address, f"{self.stage.alarm}.commands"):
            found.setdefault(record.headers["id"], record.key.removeprefix("alarm:"))
        return sorted(found.values())

    async def until_asked(self, *names: str) -> None:
        """These and no others."""

        async def look() -> bool:
            return await self.asked() == sorted(names)

        await eventually(look, f"asked for {sorted(names)}")


@pytest.fixture(params=["reactions", "effects"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(reactor, "AGAIN_SECONDS", (0.01, 0.01, 0.01))
    return str(request.param)


@pytest.fixture
def steps(stage: Stage) -> Steps:
    return Steps(stage)


@pytest.fixture
def writer(stage: Stage) -> Writer:
    return Writer(stage, stage.order)


async def test_what_cannot_be_taken_waits_alone_also_after_a_restart_and_goes_on_in_order_when_asked_to(
    stage: Stage, steps: Steps, writer: Writer, kind: str
) -> None:
    """DESIGN §7"""
    reader = f"{kind} {stage.alarm}"
    steps.broken.add("a2")
    await writer.event("contract:A", "a1")
    broken_at = await writer.event("contract:A", "a2")
    await writer.event("contract:A", "a3")
    await writer.event("contract:B", "b1")
    await writer.event("contract:B", value=UNREADABLE)
    await writer.event("contract:B", "b3")
    await writer.event("contract:C", "c1")
    async with steps.running(kind) as made:
        await steps.until_asked("a1", "b1", "c1")
        await eventually(lambda: len(made.parked()) == 2, "it says what is parked")
        parked = await parked_of(stage, reader)
        assert {subject: (one.kind, one.sequence, one.type) for subject, one in parked.items()} == {
            "contract:A": (kind.removesuffix("s"), 2, DelayNoticed.wire),
            "contract:B": ("unreadable", 2, DelayNoticed.wire),
        }
        assert (parked["contract:A"].offset, parked["contract:A"].error) == (broken_at, "KeyError: 'a2'")
        assert made.degraded[reader]["parked"] == 2
        assert (made.not_ready, metrics.PARKED.labels(reader)._value.get()) == (None, 2.0)
    steps.broken.clear()  # mended, but nobody has asked yet: what comes now waits behind it
    await writer.event("contract:A", "a4")
    await writer.event("contract:C", "c2")
    async with steps.running(kind) as made:
        await steps.until_asked("a1", "b1", "c1", "c2")
        assert {one.subject for one in made.parked()} == {"contract:A", "contract:B"}
        await decide(stage, "retry", parked["contract:A"])
        await decide(stage, "skipped", parked["contract:B"], "unreadable for good")
        await steps.until_asked("a1", "a2", "a3", "a4", "b1", "b3", "c1", "c2")
        await eventually(lambda: not made.parked(), "nothing is parked")
        await writer.event("contract:A", "a5")
        await steps.until_asked("a1", "a2", "a3", "a4", "a5", "b1", "b3", "c1", "c2")
    assert [name for name in steps.tried if name.startswith("a")][-4:] == ["a2", "a3", "a4", "a5"]
    assert sorted((await notes_of(stage, reader))[-2:]) == [
        ("resumed", "contract:A", kind.removesuffix("s")),
        ("resumed", "contract:B", "unreadable"),
    ]


async def test_an_operator_tries_it_again_and_is_told_what_came_of_it(
    stage: Stage, steps: Steps, writer: Writer, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN 7: `songda ops parked` for whoever follows the log; without one that runs it is noted for the next."""
    reader = f"{kind} {stage.alarm}"
    with operating(stage, (), monkeypatch) as operator:
        steps.broken.add("a2")
        for reason in ("a1", "a2", "a3"):
            await writer.event("contract:A", reason)
        retry = ("ops", "parked", "retry", "contract:A", "--reader", reader)
        async with steps.running(kind):
            await eventually(lambda: parked_of(stage, reader), "parked")
            code, seen = await operator.says(*retry)
            assert (code, f"还在等 still waits: {kind.removesuffix('s')}" in seen) == (1, True), seen
            steps.broken.clear()
            code, seen = await operator.says(*retry)
            assert (code, "已跟上 goes on" in seen) == (0, True), seen
            await steps.until_asked("a1", "a2", "a3")
            steps.broken.add("b1")
            await writer.event("contract:B", "b1")
            await eventually(lambda: parked_of(stage, reader), "parked")
        monkeypatch.setattr(songda.ops, "ANSWER_SECONDS", 0.5)
        skip = ("ops", "parked", "skip", "contract:B", "--reader", reader, "--why", "录错了", "--as", "he.jx")
        code, seen = await operator.says(*skip)
        assert (code, "还没有回音 noted, no answer yet" in seen) == (1, True), seen
        await writer.event("contract:B", "b2")
        async with steps.running(kind):
            await steps.until_asked("a1", "a2", "a3", "b2")


async def test_what_no_step_wants_is_not_even_decoded(stage: Stage, steps: Steps, writer: Writer, kind: str) -> None:
    """DESIGN §3: it is known by its header, whatever its content."""
    await writer.event("contract:A", value=UNREADABLE, type_name=DelayPosted.wire)
    await writer.event("contract:A", "a2")
    async with steps.running(kind) as made:
        await steps.until_asked("a2")
        assert (made.parked(), await parked_of(stage, f"{kind} {stage.alarm}")) == ([], {})


async def test_what_still_fails_is_parked_anew_with_its_new_error_and_since_when_it_waits(
    stage: Stage, steps: Steps, writer: Writer, kind: str
) -> None:
    """DESIGN §7: retry before the fix; the second event fails too."""
    reader = f"{kind} {stage.alarm}"
    steps.broken |= {"a1", "a2"}
    await writer.event("contract:A", "a1")
    await writer.event("contract:A", "a2")
    await writer.event("contract:A", "a3")
    async with steps.running(kind):
        first = (await eventually(lambda: parked_of(stage, reader), "parked"))["contract:A"]
        steps.broken.remove("a1")
        await decide(stage, "retry", first)

        async def anew() -> Any:
            found = (await parked_of(stage, reader))["contract:A"]
            return found if found.sequence == 2 else None

        second = await eventually(anew, "parked at the next event")
        assert (second.error, second.since) == ("KeyError: 'a2'", first.since)
        await steps.until_asked("a1")
        await decide(stage, "skipped", second, "never mind")
        await steps.until_asked("a1", "a3")


async def test_a_decision_that_was_made_while_nobody_followed_is_carried_out_by_who_comes(
    stage: Stage, steps: Steps, writer: Writer, kind: str
) -> None:
    """DESIGN §7"""
    reader = f"{kind} {stage.alarm}"
    steps.broken.add("a1")
    await writer.event("contract:A", "a1")
    await writer.event("contract:A", "a2")
    async with steps.running(kind):
        first = (await eventually(lambda: parked_of(stage, reader), "parked"))["contract:A"]
    steps.broken.clear()
    await decide(stage, "retry", first)
    async with steps.running(kind):
        await steps.until_asked("a1", "a2")


async def test_records_that_are_no_events_are_passed_over_and_counted(
    stage: Stage, steps: Steps, writer: Writer, kind: str
) -> None:
    """DESIGN §7: a record without our envelope can be no fact."""
    reader = f"{kind} {stage.alarm}"
    for key, value, headers in strays(stage.order, "contract:A").values():
        await writer.record(key, value, headers)
    await writer.event("contract:A", "a1")
    async with steps.running(kind) as made:
        await steps.until_asked("a1")
        assert made.parked() == []
    counted = metrics.STRAYS.labels(reader, f"{stage.order}.events")._value.get()
    assert (counted, await notes_of(stage, reader)) == (len(strays("", "")), [])


async def test_an_event_of_a_type_that_is_not_known_is_skipped(
    stage: Stage, steps: Steps, writer: Writer, kind: str
) -> None:
    """Newer writers may say more than an older reader wants to know."""
    await writer.event("contract:A", type_name="songda.order.SomethingNew.v1", value=b"[]")
    await writer.event("contract:A", "a2")
    async with steps.running(kind) as made:
        await steps.until_asked("a2")
        assert made.parked() == []


async def test_a_command_that_no_topic_takes_parks_what_asks_for_it(
    stage: Stage, steps: Steps, writer: Writer, kind: str
) -> None:
    """It would be sent again and again for ever."""
    await writer.event("contract:A", "huge")
    await writer.event("contract:B", "b1")
    async with steps.running(kind) as made:
        await steps.until_asked("b1")
        await eventually(lambda: [one.subject for one in made.parked()] == ["contract:A"], "it is parked")


async def test_an_effect_is_tried_a_few_times_before_its_aggregate_waits(
    stage: Stage, steps: Steps, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E4: a provider that stumbles is no reason to wait for a person."""
    monkeypatch.setattr(reactor, "AGAIN_SECONDS", (0.01, 0.01, 0.01))
    steps.flaky = {"a1": 3, "b1": 4}
    await writer.event("contract:A", "a1")
    await writer.event("contract:B", "b1")
    await writer.event("contract:C", "c1")
    async with steps.running("effects") as made:
        await steps.until_asked("a1", "c1")
        await eventually(lambda: [one.subject for one in made.parked()] == ["contract:B"], "it is parked")
        assert steps.tried.count("b1") == 4


async def test_effects_that_hang_do_not_hold_up_the_others_for_long(
    stage: Stage, steps: Steps, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group would take us for dead; a fetch that took too long is cut, and goes on with the next."""
    monkeypatch.setattr(reactor, "EFFECT_SECONDS", 0.05)
    monkeypatch.setattr(reactor, "PATIENCE_SECONDS", 0.1)
    hanging = {f"h{number}" for number in range(6)}

    async def run(event: Fact, meta: Meta) -> Sequence[Ask]:
        assert isinstance(event, DelayNoticed)
        if event.reason in hanging:
            await asyncio.Event().wait()
        return steps.react(event, meta)

    monkeypatch.setattr(steps, "run", run)
    for name in sorted(hanging):
        await writer.event(f"contract:{name}", name)
    await writer.event("contract:C", "c1")
    async with steps.running("effects") as made:
        await steps.until_asked("c1")
        await eventually(lambda: len(made.parked()) == len(hanging), "all that hang are parked")
        parked = await parked_of(stage, made.reader)
        assert len(parked) == len(hanging)
        hanging -= {"h4", "h5"}
        for one in parked.values():
            await decide(stage, "retry", one)
        await writer.event("contract:C", "c2")
        await steps.until_asked("c1", "c2", "h4", "h5")
        await eventually(lambda: len(made.parked()) == len(hanging), "the others wait on")
