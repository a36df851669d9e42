"""What follows from events, typed by the event: a step is told what it wants, and nothing else is decoded for it.

    REACTIONS = (
        Reaction("order.note_goods", (On(GoodsArrived, note_goods),)),
        Reaction("order.note_release", (On(GoodsReleased, note_release), On(GoodsReturned, note_return))),
    )

A function that needs no more than the event takes the event alone.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from typing import Any, Generic, TypeVar

from contracts.envelope import Meta
from contracts.fact import Fact
from runtime.decision import Ask

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)  # no slots: frozen generic classes with slots cannot be called by their alias in Python 3.11
class On(Generic[F]):
    """On this event, what `asks(event)` or `asks(event, meta)` says."""

    event: type[F]
    asks: Callable[[F], Sequence[Ask]] | Callable[[F, Meta], Sequence[Ask]]

    @cached_property
    def _ask(self) -> Callable[..., Sequence[Ask]]:
        asks: Callable[..., Sequence[Ask]] = self.asks
        return asks if len(signature(asks).parameters) > 1 else lambda event, _: asks(event)

    def __call__(self, event: F, meta: Meta) -> Sequence[Ask]:
        """What is asked for."""
        return self._ask(event, meta)


def on_each(
    asks: Callable[[F], Sequence[Ask]] | Callable[[F, Meta], Sequence[Ask]], *events: type[F]
) -> tuple[On[F], ...]:
    """The same on each of these events."""
    return tuple(On(event, asks) for event in events)


@dataclass(frozen=True)
class Reaction:
    """A stream's events -> own commands. `name` goes into command ids: it never changes. `source`: the service whose
    events they are. `in_flow`: a step of a `Flow`, which the API may walk too."""

    name: str
    on: tuple[On[Any], ...]
    source: str = ""
    in_flow: bool = False

    def __post_init__(self) -> None:
        """Whose events they are, the events say."""
        if not self.source:
            object.__setattr__(self, "source", source_of(*(one.event for one in self.on)))

    @property
    def events(self) -> tuple[type[Fact], ...]:
        """What it wants."""
        return tuple(one.event for one in self.on)

    def react(self, event: Fact, meta: Meta) -> Sequence[Ask]:
        """What it asks for on an event; nothing where it wants no such event."""
        return tuple(ask for one in self.on if type(event) is one.event for ask in one(event, meta))


@dataclass(frozen=True)
class Effect(Generic[F]):
    """An event that makes something happen outside (a message sent); what came of it returns as own commands.

    Runs at least once per event: what it does must be idempotent by the event's id.
    """

    name: str
    event: type[F]
    run: Callable[[F, Meta], Awaitable[Sequence[Ask]]]
    source: str = ""

    def __post_init__(self) -> None:
        """Whose event it is, the event says."""
        if not self.source:
            object.__setattr__(self, "source", source_of(self.event))

    @property
    def events(self) -> tuple[type[Fact], ...]:
        """What it wants."""
        return (self.event,)


def source_of(*events: type[Fact]) -> str:
    """The one service whose events these are: `songda.order.GoodsCompleted.v1` is order's."""
    (source,) = {event.wire.split(".")[1] for event in events}
    return source
