"""Whatever is asked in whatever order, and wherever notify is killed: one cause, one message."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from message_cases import ASK, ID, NOW, PHONE, POLICY, at, play
from pydantic import TypeAdapter

from company.policy import policy_book
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.notify import (
    MessageAttempted,
    MessageFailed,
    MessageHeld,
    MessageReady,
    MessageRequested,
    MessageSent,
    ProviderQueried,
)
from notify.main import build
from notify.message.aggregate import MESSAGE, due, evolve
from notify.message.attempts import (
    PostponeMessage,
    RecordFailed,
    RecordSent,
    ReleaseMessage,
    StartAttempt,
    SuppressMessage,
)
from notify.message.receipts import RecordNoReceipt, RecordReceipt
from notify.message.request import NoteOverdue
from notify.message.row import MESSAGES, whole
from notify.message.state import INITIAL, STATES, AwaitingRetry, GivenUp, Message, Sent, Unsettled
from notify.message.unknown import (
    AskProvider,
    RecordNoAnswer,
    RecordNotFound,
    RecordUnknown,
    ResendMessage,
    ResolveUnknown,
)
from notify.sending import Absent, CannotSay, Known, NotTaken, Parcel, Question, ResultUnknown, Sending, Taken
from runtime.commands import Request, command_reader
from runtime.deciding import Outgoing, Rules
from runtime.decision import Ask, Command
from runtime.said import Saying
from runtime.testing import Given, decided_in_batches

SMALL = st.integers(1, 4)
COMMAND: st.SearchStrategy[Command] = st.one_of(
    st.just(ASK),
    st.just(ReleaseMessage()),
    st.just(ReleaseMessage()),
    st.just(SuppressMessage()),
    st.builds(StartAttempt, attempt=SMALL, claim=st.sampled_from("ab")),
    st.builds(StartAttempt, attempt=SMALL, claim=st.sampled_from("ab")),
    st.builds(PostponeMessage, attempt=SMALL, seconds=st.integers(1, 90)),
    st.builds(RecordSent, attempt=SMALL, provider_ref=st.just("p1"), receipts=st.booleans()),
    st.builds(RecordFailed, attempt=SMALL, reason=st.just("busy"), permanent=st.booleans()),
    st.builds(RecordFailed, attempt=SMALL, reason=st.just("busy"), permanent=st.just(value=False)),
    st.builds(RecordUnknown, attempt=SMALL, reason=st.just("x"), askable=st.booleans()),
    st.builds(AskProvider, asked=SMALL),
    st.builds(RecordNotFound, asked=SMALL),
    st.builds(RecordNoAnswer, asked=SMALL, reason=st.just("x"), askable=st.booleans()),
    st.builds(RecordReceipt, delivered=st.booleans(), provider_ref=st.just("p1")),
    st.builds(RecordNoReceipt, asked=SMALL),
    st.builds(ResolveUnknown, arrived=st.booleans(), note=st.just("x")),
    st.builds(ResendMessage, reason=st.just("x")),
    st.just(NoteOverdue()),
)
STORIES = st.lists(st.tuples(COMMAND, st.integers(0, 700)), max_size=40).map(lambda calls: [(ASK, 0), *calls])
"""Commands, each some minutes after the one before: nights come and go."""


@given_any(STORIES)
def test_every_attempt_was_let_go_first_and_has_a_number_of_its_own(story: list[tuple[Command, int]]) -> None:
    """E4"""
    _, history = play(story)
    attempts = [event.attempt for event in history if isinstance(event, MessageAttempted)]
    let_go = [event.attempt for event in history if isinstance(event, MessageReady)]
    assert attempts == sorted(set(attempts))
    assert set(attempts) <= set(let_go)


@given_any(STORIES)
def test_no_sms_is_let_go_or_attempted_in_quiet_hours(story: list[tuple[Command, int]]) -> None:
    """E4"""
    _, history = play(story)
    hours = [(e.at.hour + 8) % 24 for e in history if isinstance(e, MessageReady | MessageAttempted)]
    ends = [(e.until.hour + 8) % 24 for e in history if isinstance(e, MessageHeld)]
    assert all(8 <= hour < 21 for hour in (*hours, *ends))


@given_any(STORIES)
def test_nothing_is_tried_once_it_was_sent_unless_a_person_asks(story: list[tuple[Command, int]]) -> None:
    """E4"""
    people = (ResendMessage, ResolveUnknown)
    _, history = play([call for call in story if not isinstance(call[0], people)])
    sent = [position for position, event in enumerate(history) if isinstance(event, MessageSent)]
    attempts = [event for event in history if isinstance(event, MessageAttempted)]
    assert len(sent) <= 1
    assert not sent or not any(isinstance(e, MessageAttempted | MessageReady) for e in history[sent[0] :])
    failed = sum(isinstance(event, MessageFailed) for event in history)
    postponed = sum(isinstance(event, MessageHeld) and event.reason == "rate_limit" for event in history)
    assert len(attempts) <= 1 + failed + postponed
    assert failed <= POLICY.send_attempts


@given_any(STORIES)
def test_asking_everything_twice_changes_nothing(story: list[tuple[Command, int]]) -> None:
    """E4"""
    twice = [call for command, minutes in story for call in ((command, minutes), (command, 0))]
    once = play(story)
    # a person who asks twice for a resend of what failed at once again would have it twice: people are left out
    if not any(
        isinstance(command, ResendMessage | ResolveUnknown | StartAttempt | ReleaseMessage) for command, _ in story
    ):
        assert play(twice) == once
    assert [type(event) for event in play(twice)[1]].count(MessageRequested) == 1


@given_any(STORIES)
def test_a_state_survives_its_checkpoint(story: list[tuple[Command, int]]) -> None:
    """E4"""
    message, _ = play(story)
    adapter: TypeAdapter[Any] = TypeAdapter(type(message))
    assert (adapter.validate_json(adapter.dump_json(message)), type(message) in STATES) == (message, True)


@given_any(STORIES, STORIES)
def test_any_event_folds_on_any_state_without_an_error(
    story: list[tuple[Command, int]], other: list[tuple[Command, int]]
) -> None:
    """E4"""
    message, _ = play(story)
    for event in play(other)[1]:
        message = evolve(message, event)
        due(message)


@given_any(STORIES)
def test_a_timer_that_has_fired_is_not_due_again(story: list[tuple[Command, int]]) -> None:
    """E4"""
    message, history = play(story)
    now = history[-1].at
    for _ in range(60):
        pending = due(message)
        if not pending:
            break
        first = min(pending, key=lambda timer: timer.at)
        now = max(now, first.at)
        fired = Given(MESSAGE, message).asks(first.command, at(now))
        assert fired.events
        message = fired.accepted().state
        assert first not in due(message)


@given_any(STORIES)
def test_the_row_counts_the_attempts_and_hides_the_receiver(story: list[tuple[Command, int]]) -> None:
    """C18, E4"""
    message, history = play(story)
    standing = MESSAGES.view(message)
    assert standing is not None
    row = whole(standing, MESSAGES.heard.of(Saying("system", event, event.at) for event in history))
    attempts = [event.attempt for event in history if isinstance(event, MessageAttempted)]
    assert (row.attempts, row.to, row.text) == (max(attempts, default=0), "138****1111", None)
    assert PHONE not in row.model_dump_json()


def in_batches(tmp: Any, story: list[tuple[Command, int]], size: int) -> tuple[list[Outgoing], list[Outgoing]]:
    deciders = build(tmp).deciders
    rules = Rules(
        service="notify",
        deciders={"message": deciders[0]},
        readers=command_reader(deciders),
        policies=policy_book(),
        max_event_bytes=1_000_000,
    )
    now, asked = NOW, []
    for number, (command, minutes) in enumerate(story):
        now += timedelta(minutes=minutes)
        asked.append((command, Request(f"c{number}", now, "system", "system", "r")))
    return decided_in_batches(rules, f"message:{ID}", asked, size)


@settings(max_examples=50, deadline=None)
@given_any(STORIES, st.integers(2, 30))
def test_a_batch_decides_what_one_by_one_decides(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[Command, int]], size: int
) -> None:
    """E4"""
    home = tmp_path_factory.getbasetemp()
    assert in_batches(home, story, size) == in_batches(home, story, 1)


# --- notify killed at every step --------------------------------------------------------------------------------------

Step = Literal["effect_a", "effect_b", "late_a", "commit", "decide", "timer", "kill_a", "kill_b"]
Fate = Literal["taken", "taken_then_broke_off", "broke_off", "busy", "taken_then_killed", "killed"]


class Killed(Exception):
    """The process ended in the middle of a call."""


@dataclass
class Provider:
    """What a provider keeps, and how its next calls go."""

    askable: bool
    fates: list[Fate] = field(default_factory=list)
    got: Counter[str] = field(default_factory=Counter)

    async def send(self, parcel: Parcel) -> Taken | NotTaken:
        fate = self.fates.pop() if self.fates else "taken"
        if fate.startswith("taken"):
            self.got[parcel.sending_id] += 1
        match fate:
            case "taken":
                return Taken("p1")
            case "busy":
                return NotTaken("busy", permanent=False)
            case "taken_then_killed" | "killed":
                raise Killed
        raise ResultUnknown(fate)

    async def ask(self, question: Question) -> Known | Absent | CannotSay:
        if not self.askable:
            return CannotSay()
        return Known("p1") if self.got[question.sending_id] else Absent()


PATIENT = POLICY.model_copy(update={"send_attempts": 30, "retry_minutes": 0})
"""More attempts than any example can spoil: what counts here is how often, not whether."""


class World:
    """Notify, in a nutshell: one stream, one effects group with a committed place, commands with ids of their own."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.now = NOW
        self.message: Message = INITIAL
        self.events: list[Fact] = []
        self.commands: list[tuple[str, Any]] = [("ask", ASK), ("release", ReleaseMessage())]
        self.decided: set[str] = set()
        self.place = self.committed = 0
        self.processes = {name: self.process() for name in "ab"}

    def process(self) -> Sending:
        senders = {"sms": self.provider, "group": self.provider, "fax": self.provider}
        return Sending(senders, monotonic=self.seconds)  # type: ignore[arg-type]

    def seconds(self) -> float:
        """What the processes' clocks show."""
        return (self.now - NOW).total_seconds()

    def kill(self, name: str) -> None:
        """All that it knew is gone; the group goes back to its committed place."""
        self.processes[name] = self.process()
        self.place = self.committed

    async def effect(self, name: str) -> None:
        """One event to the effects, by one of the processes; maybe the process does not survive it."""
        if self.place >= len(self.events):
            return
        if await self._handled(self.place, name):
            self.place += 1

    async def late(self, name: str) -> None:
        """A process that lost its place without knowing (frozen, say) comes to the last attempt only now."""
        attempts = [n for n, event in enumerate(self.events[: self.place]) if isinstance(event, MessageAttempted)]
        if attempts:
            await self._handled(attempts[-1], name)

    async def _handled(self, place: int, name: str) -> bool:
        event, sending = self.events[place], self.processes[name]
        meta = Meta(f"e{place}", "", "", f"message:{ID}", NOW, 1, "c", "c", "system", 0)
        effects: dict[type, Any] = {
            MessageReady: sending.claim,
            MessageAttempted: sending.send,
            ProviderQueried: sending.query,
        }
        if (effect := effects.get(type(event))) is not None:
            try:
                asks: Sequence[Ask] = await effect(event, meta)
            except Killed:
                self.kill(name)
                return False
            self.commands += [(f"{meta.id}/{effect.__name__}/{i}", ask.command) for i, ask in enumerate(asks)]
        return True

    def decide(self) -> None:
        """One command; an id that was decided before is not decided again."""
        if not self.commands:
            return
        command_id, command = self.commands.pop(0)
        if command_id in self.decided:
            return
        self.decided.add(command_id)
        for event in Given(MESSAGE, self.message).asks(command, at(self.now, policy=PATIENT)).made:
            self.message = evolve(self.message, event)
            self.events.append(event)

    def timer(self) -> None:
        """Time passes until something falls due."""
        pending = sorted(due(self.message), key=lambda timer: timer.at)
        if pending:
            self.now = max(self.now, pending[0].at)
            self.commands.append((f"t{len(self.events)}/{pending[0].name}", pending[0].command))

    async def step(self, step: Step) -> None:
        match step:
            case "effect_a" | "effect_b":
                await self.effect(step[-1])
            case "kill_a" | "kill_b":
                self.kill(step[-1])
            case "late_a":
                await self.late("a")
            case "commit":
                self.committed = self.place
            case "decide":
                self.decide()
            case "timer":
                self.timer()

    async def rest(self) -> None:
        """No more kills: everything runs its course."""
        for _ in range(400):
            if self.place < len(self.events):
                await self.effect("a")
            elif self.commands:
                self.decide()
            elif due(self.message):
                self.timer()
            else:
                return
        raise AssertionError(f"never comes to rest: {self.message}")


STEPS = st.lists(
    st.sampled_from(
        [
            "effect_a",
            "effect_a",
            "effect_b",
            "late_a",
            "commit",
            "decide",
            "decide",
            "decide",
            "timer",
            "kill_a",
            "kill_b",
        ]
    ),
    max_size=60,
)
FATES = st.lists(
    st.sampled_from(["taken", "taken_then_broke_off", "broke_off", "busy", "taken_then_killed", "killed"]), max_size=4
)


async def lived(provider: Provider, steps: list[Step]) -> World:
    world = World(provider)
    for step in steps:
        await world.step(step)
    await world.rest()
    return world


@settings(max_examples=400, deadline=None)
@given_any(STEPS, FATES)
def test_a_provider_that_can_be_asked_gets_each_message_exactly_once_wherever_notify_is_killed(
    steps: list[Step], fates: list[Fate]
) -> None:
    """E4"""
    world = asyncio.run(lived(Provider(askable=True, fates=fates), steps))
    assert (type(world.message), dict(world.provider.got)) == (Sent, {ID: 1})


@settings(max_examples=400, deadline=None)
@given_any(STEPS, FATES)
def test_a_provider_that_cannot_be_asked_gets_no_message_twice_and_a_person_is_asked_about_the_rest(
    steps: list[Step], fates: list[Fate]
) -> None:
    """E4"""
    world = asyncio.run(lived(Provider(askable=False, fates=fates), steps))
    count = world.provider.got[ID]
    assert type(world.message) in {Sent, Unsettled, GivenUp}
    assert count <= 1
    assert not isinstance(world.message, Sent) or count == 1
    assert not isinstance(world.message, GivenUp) or count == 0


def test_the_kill_that_matters_most_is_among_them() -> None:
    """E4: taken by the provider, killed before that was written down, delivered again to another process."""
    steps: list[Step] = ["decide", "decide", "effect_a", "effect_a", "decide", "effect_a", "effect_b"]
    world = asyncio.run(lived(Provider(askable=True, fates=["taken_then_killed"]), steps))
    names = [type(event).__name__ for event in world.events]
    assert (names, dict(world.provider.got)) == (
        [
            "MessageRequested",
            "MessageReady",
            "MessageAttempted",
            "MessageUnknown",
            "ProviderQueried",
            "MessageSent",
        ],
        {ID: 1},
    )


def test_a_process_that_was_frozen_while_it_held_the_claim_sends_nothing_once_others_have_settled_it() -> None:
    """E4: the other one asks the provider, believes it after a while, and only then is the frozen one's claim over."""
    world = World(Provider(askable=True))
    before: list[Step] = ["decide", "decide", "effect_a", "effect_a", "decide", "effect_b"]
    others: list[Step] = ["decide", "timer", "effect_b"]

    async def story() -> list[str]:
        for step in before:
            await world.step(step)
        while not isinstance(world.message, AwaitingRetry):
            for step in others:
                await world.step(step)
        await world.late("a")
        names = [type(command).__name__ for _, command in world.commands]
        await world.rest()
        return names

    assert (asyncio.run(story())[-1], type(world.message), dict(world.provider.got)) == ("RecordFailed", Sent, {ID: 1})
