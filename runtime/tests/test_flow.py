"""A flow is said once and driven by two: the API walks ahead of the reactor, under the reactor's own command ids."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter

from company.policy import policy_book
from contracts.envelope import Meta
from contracts.order import DelayNoticed
from runtime import deciding, gateway, kafka
from runtime.commands import Asked, Request, deterministic_id, from_headers, to_headers
from runtime.deciding import Entry, Incoming, Rules, decide_batch
from runtime.decision import Ask
from runtime.errors import Overloaded
from runtime.flow import Flow, asked_for, step, walk
from runtime.gateway import Gateway
from runtime.outcome import Outcome, from_json, to_json
from runtime.reaction import On, Reaction
from runtime.settings import Settings

from .conftest import NOW, Count


def test_facts_that_an_answer_hands_back_are_not_for_callers_over_http() -> None:
    """C18: they may be personal; a route that answers with an outcome leaves them out."""
    told = Outcome("k", "counter:a1", "accepted", facts=(([("id", b"k.0")], b'{"phone": "13800000000"}'),))
    assert "13800000000" not in TypeAdapter(Outcome).dump_json(told).decode()
    assert "13800000000" in to_json(told).decode()


def pass_on(event: DelayNoticed, meta: Meta) -> tuple[Ask, ...]:
    """Whoever counted one lets the next two count, up to the third."""
    level = int(meta.subject[-1])
    return tuple(Ask(f"counter:{name}{level + 1}", Count(times=1)) for name in "bc") if level < 3 else ()


def count_back(event: DelayNoticed, meta: Meta) -> tuple[Ask, ...]:
    """The last of them asks for what is refused."""
    return (Ask("counter:no", Count(times=-1)),) if meta.subject == "counter:b3" else ()


CHAIN = Flow((step("chain.pass_on", On(DelayNoticed, pass_on)), step("chain.count_back", On(DelayNoticed, count_back))))


class Workers:
    """Decides what is put, as the workers do, and tells how many were decided and how often somebody waited."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.memory: dict[str, Entry] = {}
        self.answers: dict[str, bytes] = {}
        self.events: list[Any] = []
        self.heard: dict[str, Outcome] = {}
        self.trips = 0
        self.left = 10**6

    async def put_all(self, asked: Sequence[Asked]) -> list[Outcome]:
        """One after the other; cut off when there are none left. As the gateway, which has heard the first answers."""
        self.trips += 1
        return [self.first(self.put(one)) for one in asked]

    def first(self, answer: Outcome) -> Outcome:
        """An answer with its facts."""
        return replace(answer, facts=self.heard.setdefault(answer.command_id, answer).facts)

    def put(self, asked: Asked) -> Outcome:
        """One."""
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        headers = tuple(to_headers(asked.request))
        assert from_headers(headers) == asked.request
        incoming = Incoming(len(self.events), asked.aggregate_id, asked.command.model_dump_json().encode(), headers)
        decided = decide_batch(self.rules, [incoming], self.memory, self.answers, -1)
        self.memory |= decided.changed
        self.answers |= decided.answers
        self.events += decided.events
        return from_json(decided.outcomes[0].value)

    def react(self) -> int:
        """The reactor, from the beginning of the stream to its end; how many facts its commands made."""
        at = before = len(self.events)
        at = 0
        while at < len(self.events):
            made = Outcome("", "", "accepted", facts=((self.events[at].headers, self.events[at].value),)).made[0]
            for one in CHAIN.after(made):
                self.put(one)
            at += 1
        return len(self.events) - before


@pytest.fixture
def workers(rules: Rules) -> Workers:
    return Workers(rules)


FIRST = Asked("counter:a1", Count(times=1), Request("k", NOW, "he.jx", "install_assistant", "chain", tells=True))


async def test_the_api_walks_level_by_level_in_the_name_of_who_began(workers: Workers) -> None:
    """Seven counters in three round trips, and the refusal in a fourth; in no role of the person's."""
    way = await walk(CHAIN, workers.put_all, workers.put(FIRST))
    assert [meta.subject[8:] for meta, _ in way.made] == ["a1", "b2", "c2", "b3", "c3", "b3", "c3"]
    assert (way.trips, workers.trips, [no.rejected.code for _, no in way.answers if no.rejected]) == (
        4,
        3,
        ["enough", "enough"],
    )
    assert {(meta.actor, meta.correlation_id) for meta, _ in way.made} == {("he.jx", "chain")}
    assert {one.request.role for made in way.made for one in CHAIN.after(made)} == {"step"}


@pytest.mark.parametrize("cut_after", range(1, 10))
async def test_wherever_the_api_ends_the_reactor_finishes_it_and_nothing_is_decided_twice(
    rules: Rules, cut_after: int
) -> None:
    """DESIGN 10"""
    whole, cut = Workers(rules), Workers(rules)
    await walk(CHAIN, whole.put_all, whole.put(FIRST))
    cut.left = cut_after
    with suppress(KeyboardInterrupt):
        await walk(CHAIN, cut.put_all, cut.put(FIRST))
    cut.left = 10**6
    cut.react()
    made = sorted(dict(event.headers)["ce_id"] for event in whole.events)
    assert sorted(dict(event.headers)["ce_id"] for event in cut.events) == made
    assert (whole.react(), cut.react()) == (0, 0)


async def test_walking_again_from_the_same_command_goes_on(workers: Workers) -> None:
    """A8, X7: the Idempotency-Key is the id of the first command, and all others follow from it."""
    workers.left = 2
    with suppress(KeyboardInterrupt):
        await walk(CHAIN, workers.put_all, workers.first(workers.put(FIRST)))
    workers.left = 10**6
    again = workers.put(FIRST)
    assert (again.repeated, again.facts) == (True, ())
    way = await walk(CHAIN, workers.put_all, workers.first(again))
    assert (way.forgotten, len(workers.events), workers.react()) == (False, 7, 0)


async def test_a_walk_whose_facts_nobody_knows_any_more_says_so(workers: Workers) -> None:
    """They were made more than a day ago: the reactor has gone on from them, and rows say what became of it."""
    workers.put(FIRST)
    workers.react()
    way = await walk(CHAIN, workers.put_all, workers.put(FIRST))
    assert (way.forgotten, way.made, way.trips) == (True, [], 1)


def test_the_reactor_asks_with_the_ids_that_it_always_had() -> None:
    """They are in streams: fact, step, number. Outside of flows nobody is named, and no facts come back."""
    meta = Meta("e.0", "", "", "counter:a1", NOW, 1, "c", "chain", "he.jx", 0, traceparent="00-1")
    (plain,) = [
        asked_for(one, 3, Ask("counter:x", Count(times=1)), meta).request
        for one in [Reaction("chain.pass_on", (On(DelayNoticed, pass_on),))]
    ]
    within = asked_for(CHAIN.steps[0], 3, Ask("counter:x", Count(times=1)), meta).request
    assert plain.command_id == within.command_id == deterministic_id("e.0", "chain.pass_on", "3")
    assert (plain.actor, plain.role, plain.tells) == ("system", "system", False)
    assert (within.actor, within.tells, within.correlation_id, within.traceparent) == ("he.jx", True, "chain", "00-1")


async def unanswered(asked: Sequence[Asked]) -> list[Outcome]:
    """Nobody answers in time."""
    return [Outcome(one.request.command_id, one.aggregate_id, "pending") for one in asked]


async def full(asked: Sequence[Asked]) -> list[Outcome]:
    """Too many wait already."""
    raise Overloaded("full")


@pytest.mark.parametrize("put_all", [unanswered, full])
async def test_what_is_not_answered_in_time_is_left_to_the_reactor_and_said_to_be(
    workers: Workers, put_all: Callable[[Sequence[Asked]], Any]
) -> None:
    """A8: "later", never "failed"."""
    way = await walk(CHAIN, put_all, workers.put(FIRST))
    assert way.stuck is not None
    assert (way.stuck.status, len(way.made), workers.react()) == ("pending", 1, 6)


def test_an_answer_hands_back_the_facts_that_were_made_where_they_are_wanted(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they are in the stream, and over the wire; without them where they would be too many for one record."""
    told = workers.put(replace(FIRST, command=Count(times=2)))
    assert [(list(headers), value) for headers, value in told.facts] == [(e.headers, e.value) for e in workers.events]
    assert [(meta.id, event.line_no) for meta, event in told.made] == [("k.0", 1), ("k.1", 2)]
    assert from_json(to_json(told)) == told
    assert "facts" not in json.loads(TypeAdapter(Outcome).dump_json(told)), "no page sees them"
    silent = replace(FIRST, request=replace(FIRST.request, command_id="silent", tells=False))
    assert workers.put(silent).facts == ()
    monkeypatch.setattr(deciding, "_ANSWER_BYTES", 2_000)
    many = workers.put(Asked("counter:z", Count(times=9), replace(FIRST.request, command_id="many")))
    assert (many.facts, many.status, len(many.events)) == ((), "accepted", 9)


async def test_the_facts_of_a_repeat_are_those_of_the_first_answer(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whoever asked first, this process heard it, or else it is looked for among the answers of the last day."""
    monkeypatch.setattr(kafka, "sender", lambda _: None)  # nothing is sent
    first, repeat = workers.put(FIRST), workers.put(FIRST)
    looked: list[str] = []

    async def look_back(_: Gateway, service: str, __: str, command_id: str) -> Outcome | None:
        looked.append(command_id)
        return first if service == "counting" else None

    monkeypatch.setattr(Gateway, "_look_back", look_back)
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    heard, late = Gateway(settings, ["counting"]), Gateway(settings, ["counting"])
    heard._arrived(first)
    heard._arrived(repeat)
    assert (await heard.with_facts("counting", repeat)).facts == first.facts
    assert looked == []
    assert (await late.with_facts("counting", repeat)).facts == first.facts
    assert (await late.with_facts("other", repeat), looked) == (repeat, ["k", "k"])
    assert (await late.with_facts("counting", first), looked) == (first, ["k", "k"])
    assert (heard.as_heard(repeat).facts, late.as_heard(repeat)) == (first.facts, repeat)
    monkeypatch.setattr(gateway, "_TOLD_BYTES", 5_000)
    for number in range(9):
        heard._arrived(replace(first, command_id=f"k{number}"))
    kept = [number for number in range(9) if heard.as_heard(replace(repeat, command_id=f"k{number}")).facts]
    assert kept == [7, 8], "as many as there is room for, the latest"


def test_a_rule_knows_the_version_that_it_decides_on(rules: Rules, workers: Workers) -> None:
    """So that a step can carry what its person saw: the header of a version only says it of the first command."""
    seen: list[int] = []
    counter = rules.deciders["counter"]

    def decide(command: Any, state: Any, ctx: Any) -> Any:
        seen.append(ctx.version)
        return counter.decide(command, state, ctx)

    workers.rules = replace(rules, deciders={"counter": replace(counter, decide=decide)}, policies=policy_book())
    for number in ("1", "2", "3"):
        workers.put(replace(FIRST, request=replace(FIRST.request, command_id=number)))
    assert seen == [0, 1, 2]
