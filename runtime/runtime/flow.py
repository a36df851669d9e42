"""A process over several aggregates, said once: which fact asks whom for what, undoing included.

    SLOTS = Flow((step("dispatch.follow_plan", On(SlotReserved, take)), step("dispatch.confirm_slot", ...), ...))

A flow's steps are reactions like others, and it has no state and no stream of its own. Whoever is there drives it: the
reactor goes on from every fact in the stream, always; the API walks ahead of it from its own first command, for a quick
answer. Both put the same commands under the same ids (the fact's id, the step's name, a number), made from the fact
alone, so the second to come gets the first's answer, and asking again is going on. A "no" within a flow is a fact, and
undoing is a step on it; so the reactor need not hear answers, and a "no" is as little forgotten as a "yes".
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.envelope import Meta
from contracts.fact import Fact
from runtime.clock import utc_now
from runtime.commands import Asked, Request, deterministic_id
from runtime.decision import STEP, SYSTEM, Ask
from runtime.errors import NotReady, Overloaded
from runtime.outcome import Outcome
from runtime.reaction import Effect, On, Reaction

Made = tuple[Meta, Fact]

FURTHEST = 16
"""How many levels the API walks; nothing sound goes as deep. What is left, the reactor does."""


def step(name: str, *on: On[Any]) -> Reaction:
    """A reaction as a step of a flow."""
    return Reaction(name, on, in_flow=True)


def asked_for(step: Reaction | Effect[Any], number: int, ask: Ask, meta: Meta) -> Asked:
    """A step's n-th wish about a fact as it is put, by whoever drives.

    Within a flow in the name of the person who began, with no role of theirs; the answer hands back the facts.
    """
    in_flow = isinstance(step, Reaction) and step.in_flow
    request = Request(
        command_id=deterministic_id(meta.id, step.name, str(number)),
        received=utc_now(),
        actor=meta.actor if in_flow else SYSTEM,
        role=STEP if in_flow else SYSTEM,
        correlation_id=meta.correlation_id,
        traceparent=meta.traceparent,
        tells=in_flow,
    )
    return Asked(ask.aggregate_id, ask.command, request)


@dataclass(frozen=True, slots=True)
class Flow:
    """Steps that belong together. The reactor runs them all; a walk goes through those that its facts meet."""

    steps: tuple[Reaction, ...]

    def after(self, made: Made) -> list[Asked]:
        """What a fact asks for."""
        meta, event = made
        return [
            asked_for(one, number, ask, meta) for one in self.steps for number, ask in enumerate(one.react(event, meta))
        ]


@dataclass(slots=True)
class Way:
    """How far a walk came. `first`: the answer to what began it; `made`: the facts of all answers, level by level;
    `answers`: to what was asked after the first."""

    first: Outcome
    made: list[Made] = field(default_factory=list)
    answers: list[tuple[Asked, Outcome]] = field(default_factory=list)
    stuck: Outcome | None = None
    """An answer that is not there: of what hangs on it the reactor does the rest."""
    forgotten: bool = False
    """Somebody made facts with one of these commands too long ago for them to be known here; they were gone on from."""
    trips: int = 1

    def told_of(self, kind: type[Fact]) -> Outcome | None:
        """The first answer that made such a fact: its name is known also where the fact itself is forgotten."""
        answers = (self.first, *(answer for _, answer in self.answers))
        return next((answer for answer in answers if kind.__name__ in answer.events), None)

    def told_by(self, aggregate_id: str) -> Outcome | None:
        """What an aggregate said first, if it was asked."""
        answers = (self.first, *(answer for _, answer in self.answers))
        return next((answer for answer in answers if answer.aggregate_id == aggregate_id), None)

    @property
    def unfinished(self) -> Outcome:
        """What whoever began is told of a walk that is stuck: "later", or that what it hangs on waits or is broken."""
        is_late = self.stuck is None or self.stuck.status == "pending"
        return replace(self.first, status="pending") if is_late or self.stuck is None else self.stuck


async def walk(flow: Flow, put_all: Callable[[Sequence[Asked]], Awaitable[Sequence[Outcome]]], first: Outcome) -> Way:
    """Go on from the facts of the first answer, level by level, until nothing is asked any more.

    As many round trips as the flow is deep, however many aggregates. Ended anywhere, the reactor does the rest; walked
    again from the same command id, it goes on.
    """
    way, answers = Way(first), [first]
    while True:
        new = [one for answer in answers for one in answer.made]
        way.made += new
        way.forgotten |= any(answer.status == "accepted" and answer.events and not answer.facts for answer in answers)
        way.stuck = way.stuck or next((one for one in answers if one.status not in {"accepted", "rejected"}), None)
        asked = [follower for one in new for follower in flow.after(one)]
        if not asked or way.trips == FURTHEST:
            return way
        try:
            answers = list(await put_all(asked))
        except (NotReady, Overloaded, TimeoutError):
            way.stuck = Outcome(first.command_id, first.aggregate_id, "pending")
            return way
        way.trips += 1
        way.answers += zip(asked, answers, strict=True)
