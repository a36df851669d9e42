"""A use case: one thing that can be asked of an aggregate, said once.

Of an aggregate's use cases the runtime makes the command reader, `decide`, the HTTP routes with their OpenAPI
(`runtime.routes`), the forms and buttons that a page offers (`runtime.forms`) and the table of roles. Nothing registers
itself: the tuples are the catalogue.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from string import Formatter
from typing import Annotated, Any, Generic, NoReturn, Protocol, TypeVar

from pydantic import BaseModel, Field, create_model

from runtime.decision import Command, Context, Rejected
from runtime.second import Second
from runtime.typed_rows import Model, Reading, Views

C = TypeVar("C", bound=Command)
S = TypeVar("S")
T = TypeVar("T")
E_co = TypeVar("E_co", covariant=True)


class Asker(Protocol):
    """What a `prepare` step may look at: who asks, and facts from elsewhere, by key."""

    @property
    def actor(self) -> str:
        """Id of the person who asks."""

    @property
    def name(self) -> str:
        """Their name, as papers show it."""

    @property
    def role(self) -> str:
        """Their role."""

    @property
    def store(self) -> str | None:
        """The store whose own they work on; None for whoever is of no store."""

    @property
    def now(self) -> datetime:
        """When it is asked."""

    @property
    def request_id(self) -> str:
        """Of the request."""

    def rows(self, projection: str) -> Reading:
        """A read model by name."""

    def view(self, model: Model[T]) -> Views[T]:
        """A read model by what is read of it."""

    async def if_there(self, reading: Awaitable[T]) -> T | None:
        """What the database says, or None where it does not answer at once: for what is good to know, and no more."""

    def refuse(self, no: Rejected, status: int = 409) -> NoReturn:
        """Answer with a refusal, now."""

    def fresh_number(self, letters: str, what: str) -> str:
        """A number nobody had; the same one for a repeated request."""

    def fresh_id(self, *parts: str) -> str:
        """Sixteen characters nobody had; the same ones for a repeated request."""


Prepare = Callable[[Asker, str, Any], Awaitable[Command]]
"""(who asks, number of the aggregate, body) -> the command, with the facts that it needs from elsewhere."""


def nothing_against(_: object) -> Rejected | None:
    """No gate: the rule says all."""
    return None


def always(_: object) -> bool:
    """Worth a button wherever the rules allow it."""
    return True


class _Body(BaseModel):
    """What a request says that is always about now."""

    model_config = Command.model_config


@dataclass(frozen=True)
class Born:
    """How a use case names what it brings into being: the field that holds its number; with `letters`, a number is
    given to whoever sends none (`what` keeps the numbers of different things apart), and the answer says it. `made`
    makes such a number where it is of another form. `of`: the number follows from what is sent, wherever that is asked
    from."""

    field: str = ""
    letters: str = ""
    what: str = ""
    made: Callable[[Asker, Any], str] | None = None
    of: Callable[[Any], str] | None = None

    @property
    def gives(self) -> bool:
        """Whether a number is given to whoever sends none."""
        return bool(self.letters) or self.made is not None

    def new(self, asker: Asker, body: Any) -> str:
        """A number for what is asked."""
        return asker.fresh_number(self.letters, self.what) if self.made is None else self.made(asker, body)


class Nothing(BaseModel):
    """The `body` of what is asked without one."""


@dataclass(frozen=True)
class UseCase(Generic[C, S, E_co]):
    """`rule(command, state, ctx)`: what follows. `may`: roles (the company's own type) that ask over HTTP at `path`,
    which is relative to the aggregate's own address; without a path only reactions and timers ask. `{name}` in a path
    is a field of the command.

    `gate(state)`: what of the state alone stands against it, so that a page offers no dead button. `body`: the name of
    what a request says: the command but for what stands in the address and for its fields `unsaid`; or, where that
    is something else, its class, of which `prepare` (or the command itself, where its fields are the same) makes the
    command. `cites`: rule id of its refusals in a `door`.

    A page offers it where the gate is open and it is `wanted` (it would bring something new), to `whose` of those who
    may (None: to all); first of all where the next step is one of `steps`.
    """

    command: type[C]
    rule: Callable[[C, S, Context[Any]], Sequence[E_co] | Rejected]
    may: frozenset[StrEnum] = frozenset()
    path: str | None = None
    gate: Callable[[S], Rejected | None] = nothing_against
    body: type[BaseModel] | str | None = None
    unsaid: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    """Fields of the command that stand in the query, as the address has them."""
    prepare: Prepare | None = None
    says: Callable[[C], Mapping[str, Any]] | None = None
    """What the answer says of the command besides: numbers that were given to it."""
    born: Born | None = None
    """For what begins an aggregate: it is asked at the address of all of them."""
    bare: bool = True
    """Whether nothing need be sent where every field of the body may be left out."""
    status: int = 200
    wanted: Callable[[S], bool] = always
    whose: Callable[[S], frozenset[StrEnum]] | None = None
    steps: tuple[str, ...] = ()
    cites: str = ""
    second: Second | None = None
    """Who signs beside the one who asks (B23)."""
    signers: tuple[str, ...] = ()
    """Fields of the command that name who did it: whoever asks or signs beside, and nobody else (B23)."""

    @property
    def in_path(self) -> tuple[str, ...]:
        """Fields of the command that stand in the path."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.path or "") if name)

    def request(self, *number: str, told: bool = False) -> type[BaseModel]:
        """What a request says: its own class, or the command but for what stands in the address; `number`: the fields
        with the aggregate's number, or with parts of it; `told`: it may say the command's name."""
        if isinstance(self.body, type):
            return self.body
        fields = self.command.model_fields
        of_address = () if self.born is not None else number
        elsewhere = {*self.in_path, *self.query, *self.unsaid, *of_address} & fields.keys()
        made_up = self.born.field if self.born is not None and self.born.gives else ""
        optional = made_up != "" and fields[made_up].is_required()
        if self.body is None and not elsewhere and not optional:
            return self.command
        unnamed = () if told else ("command",)
        said: dict[str, tuple[Any, Any]] = {
            name: (f.annotation, copy(f)) for name, f in fields.items() if name not in {*elsewhere, *unnamed}
        }
        if optional:
            of_number = fields[made_up]
            shown = Field(examples=of_number.examples)
            said[made_up] = (Annotated[of_number.annotation, *of_number.metadata, shown] | None, None)
        name, says = self.body or f"{self.command.__name__}Body", self.command.__doc__
        base = _Body if "at" in self.unsaid else Command
        made: Any = create_model(name, __base__=base, __doc__=says, **said)  # type: ignore[call-overload]
        return made

    @property
    def code(self) -> str:
        """Its name in pages and texts: the rule's."""
        return self.rule.__name__
