"""A use case: one thing that can be asked of an aggregate, said once.

Of an aggregate's use cases the runtime makes the command reader, `decide`, the HTTP routes with their OpenAPI
(`runtime.routes`), the forms and buttons that a page offers (`runtime.forms`) and the table of roles. Nothing registers
itself: the tuples are the catalogue.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from contracts.decision import Command, Context, Rejected

C = TypeVar("C", bound=Command)
S = TypeVar("S")
E_co = TypeVar("E_co", covariant=True)


class Asker(Protocol):
    """What a `prepare` step may look at: who asks, and facts from elsewhere, by key."""

    @property
    def actor(self) -> str:
        """Id of the person who asks."""

    @property
    def role(self) -> str:
        """Their role."""

    @property
    def store(self) -> str | None:
        """The store whose own they work on; None for whoever is of no store."""

    async def row(self, projection: str, row_id: str) -> dict[str, Any] | None:
        """A row of a read model, or None."""

    def refuse(self, no: Rejected, status: int = 409) -> Any:
        """Answer with a refusal, now."""

    def fresh_number(self, letters: str, what: str) -> str:
        """A number nobody had; the same one for a repeated request."""


Prepare = Callable[[Asker, str, Any], Awaitable[Command]]
"""(who asks, number of the aggregate, body) -> the command, with the facts that it needs from elsewhere."""


def nothing_against(_: object) -> Rejected | None:
    """No gate: the rule says all."""
    return None


def always(_: object) -> bool:
    """Worth a button wherever the rules allow it."""
    return True


@dataclass(frozen=True)
class Born:
    """How a use case names what it brings into being: the field that holds its number; with `letters`, a number is
    given to whoever sends none (`what` keeps the numbers of different things apart), and the answer says it."""

    field: str
    letters: str = ""
    what: str = ""


@dataclass(frozen=True)
class UseCase(Generic[C, S, E_co]):
    """`rule(command, state, ctx)`: what follows. `may`: roles that ask over HTTP at `path`, which is relative to the
    aggregate's own address; without a path only reactions and timers ask.

    `gate(state)`: what of the state alone stands against it, so that a page offers no dead button. `body`: what a
    request says where that is less than the command, and then `prepare` makes the command of it.

    A page offers it where the gate is open and it is `wanted` (it would bring something new), to `whose` of those who
    may (None: to all); first of all where the next step is one of `steps`.
    """

    command: type[C]
    rule: Callable[[C, S, Context], Sequence[E_co] | Rejected]
    may: frozenset[StrEnum] = frozenset()
    path: str | None = None
    gate: Callable[[S], Rejected | None] = nothing_against
    body: type[BaseModel] | None = None
    prepare: Prepare | None = None
    born: Born | None = None
    """For what begins an aggregate: it is asked at the address of all of them."""
    in_path: tuple[str, ...] = ()
    """Fields of the command that stand in the path, as `{name}`."""
    status: int = 200
    wanted: Callable[[S], bool] = always
    whose: Callable[[S], frozenset[StrEnum]] | None = None
    steps: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Its name in pages and texts: the rule's."""
        return self.rule.__name__


__all__ = ["Asker", "Born", "Prepare", "UseCase", "always", "nothing_against"]
