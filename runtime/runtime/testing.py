"""The language of rule tests: `given(TICKET, *events).asks(command, ctx).then(*events)` or `.refuses("quote_expired")`.

Each step states the whole outcome. `then` goes on from the events, so that a story is one sentence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar
from zlib import crc32

from runtime.aggregate import Aggregate
from runtime.commands import Request, to_headers
from runtime.deciding import Entry, Incoming, Outgoing, Rules, decide_batch
from runtime.decision import Command, Context, Rejected, Timer
from runtime.pins import WRONG

S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True)
class Given(Generic[S, E]):
    """An aggregate with what has happened to it."""

    aggregate: Aggregate[S, E]
    state: S

    def asks(self, command: Command, ctx: Context[Any]) -> "Asked[S, E]":
        """A command, in its circumstances."""
        return Asked(self, self.aggregate.decide(command, self.state, ctx))

    def after(self, *commands: Command, ctx: Context[Any]) -> "Given[S, E]":
        """After commands that are all accepted, in the same circumstances."""
        return reduce(lambda before, command: before.asks(command, ctx).accepted(), commands, self)

    def due(self) -> tuple[Timer, ...]:
        """What falls due by itself."""
        return self.aggregate.due(self.state)

    def offers(self) -> frozenset[str]:
        """Codes of the use cases that nothing stands against."""
        return frozenset(self.aggregate.offers(self.state))


@dataclass(frozen=True)
class Asked(Generic[S, E]):
    """What was decided."""

    before: Given[S, E]
    decided: Any

    def then(self, *events: E) -> Given[S, E]:
        """Exactly these events, in this order; goes on from them."""
        after = self.accepted()
        assert tuple(self.decided) == events
        return after

    @property
    def events(self) -> tuple[E, ...]:
        """What it made, whatever that is."""
        self.accepted()
        return tuple(self.decided)

    @property
    def made(self) -> tuple[E, ...]:
        """What it made; nothing, if it was refused, which it was in words."""
        if not isinstance(self.decided, Rejected):
            return tuple(self.decided)
        assert self.decided.zh
        assert self.decided.en
        return ()

    def then_names(self, *names: str) -> Given[S, E]:
        """Events of these names, in this order; goes on from them."""
        after = self.accepted()
        assert tuple(type(event).__name__ for event in self.decided) == names
        return after

    def accepted(self) -> Given[S, E]:
        """Whatever events; goes on from them."""
        assert not isinstance(self.decided, Rejected), f"refused: {self.decided.code} {self.decided.en}"
        return Given(self.before.aggregate, reduce(self.before.aggregate.evolve, self.decided, self.before.state))

    def nothing_new(self) -> Given[S, E]:
        """It holds already."""
        return self.then()

    def refuses(self, code: str | Rejected, **facts: Any) -> Rejected:
        """Refused with this code (and these facts, if any are named), or with exactly this refusal; the refusal, for
        more to be said of it."""
        assert isinstance(self.decided, Rejected), f"accepted: {self.decided}"
        if isinstance(code, Rejected):
            assert self.decided == code
        else:
            assert self.decided.code == code
            assert self.decided.zh
            assert self.decided.en
            assert not facts or dict(self.decided.facts) == facts
        return self.decided


def given(aggregate: Aggregate[S, E], *events: E) -> Given[S, E]:
    """What has happened."""
    return Given(aggregate, aggregate.fold(*events))


def decided_in_batches(
    rules: Rules, key: str, asked: Iterable[tuple[Command, Request]], size: int
) -> tuple[list[Outgoing], list[Outgoing]]:
    """Events and outcomes of commands to one aggregate, decided `size` at a time, as a worker decides them."""
    incoming = [
        Incoming(offset, key, command.model_dump_json().encode(), tuple(to_headers(request)))
        for offset, (command, request) in enumerate(asked)
    ]
    memory: dict[str, Entry] = {}
    events: list[Outgoing] = []
    outcomes: list[Outgoing] = []
    for start in range(0, len(incoming), size):
        decided = decide_batch(rules, incoming[start : start + size], memory, {}, -1)
        assert decided.dead == []
        memory |= decided.changed
        events += decided.events
        outcomes += decided.outcomes
    return events, outcomes


class PinsOfTests:
    """Stands where PINs are kept: everybody has one, made of their id."""

    def __init__(self) -> None:
        self.tried: list[tuple[str, str]] = []
        """Whose PIN, and who entered it."""

    async def check(self, person: str, pin: str, device: str) -> Rejected | None:
        """As `Pins`, without counting."""
        self.tried.append((person, device))
        return None if pin == pin_of(person) else WRONG


def pin_of(person: str) -> str:
    """Somebody's PIN in tests: six figures of their own."""
    return f"{crc32(person.encode()) % 900_000 + 100_000}"


def signs(person: str) -> dict[str, str]:
    """`second` of a request, as the person themselves fills it in."""
    return {"person": person, "pin": pin_of(person)}
