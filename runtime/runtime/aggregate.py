"""An aggregate: one kind of thing that is decided about, typed from command to event, as pure functions.

    TICKET = Aggregate[Ticket, TicketEvent]("ticket", INITIAL, STATES, evolve, (*quote.USE_CASES, ...), due)

What can be asked of it stands in its use cases (`runtime.use_case`); `decide` and the reader of commands are made of
them. `door` is what holds for every command, whatever it asks: it hands the rule the situation that the rule is about,
or answers itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, reduce
from operator import or_
from typing import Any, Generic, TypeVar

from runtime.decision import Command, Context, Rejected, Timer
from runtime.second import Second, lacks
from runtime.use_case import UseCase

S = TypeVar("S")
E = TypeVar("E")

Decision = Sequence[E] | Rejected


def _never_due(_: object) -> tuple[Timer, ...]:
    return ()


def _itself(_: object, state: Any) -> Any:
    return state


def _open(case: UseCase[Any, Any, E], command: Command, state: Any, ctx: Context[Any]) -> Decision[E]:
    return case.rule(command, state, ctx)


@dataclass(frozen=True)  # no slots: `Aggregate[S, E](...)` of a frozen class with slots raises in Python 3.11
class Aggregate(Generic[S, E]):
    """`name` is the part of the aggregate id before `:`; `states` are the situations that S is made of.

    `asked_of` is what a gate looks at: the narrow situation that a use case is about, or None where it cannot be asked.
    """

    name: str
    initial: S
    states: tuple[type, ...]
    evolve: Callable[[S, E], S]
    use_cases: tuple[UseCase[Any, Any, E], ...]
    due: Callable[[S], tuple[Timer, ...]] = _never_due
    door: Callable[[UseCase[Any, Any, E], Any, S, Context[Any]], Decision[E]] = _open
    asked_of: Callable[[UseCase[Any, Any, E], S], Any] = _itself

    @property
    def prefix(self) -> str:
        """The part of the id before `:`."""
        return self.name

    @cached_property
    def commands(self) -> Any:
        """The union of all commands."""
        return reduce(or_, (case.command for case in self.use_cases))

    @cached_property
    def _by_command(self) -> dict[type, UseCase[Any, Any, E]]:
        by_command = {case.command: case for case in self.use_cases}
        assert len(by_command) == len(self.use_cases), f"{self.name}: a command stands in two use cases"
        return by_command

    def decide(self, command: Command, state: S, ctx: Context[Any]) -> Decision[E]:
        """What follows from a command: events, nothing new, or a refusal; nothing where two people do not sign that
        must (B23)."""
        case = self._by_command[type(command)]
        unsigned = lacks(case.second, case.signers, command, ctx)
        return self.door(case, command, state, ctx) if unsigned is None else unsigned

    def may(self, command: type[Command]) -> frozenset[StrEnum]:
        """Roles that may ask it, whatever the state."""
        return self._by_command[command].may

    def second(self, command: type[Command]) -> Second | None:
        """Who signs beside whoever asks it (B23)."""
        return self._by_command[command].second

    def offers(self, state: S) -> dict[str, tuple[str, ...] | None]:
        """Codes of what makes sense now, with the roles where it is not for all who may."""
        found = ((case, self.asked_of(case, state)) for case in self.use_cases if case.path is not None)
        return {
            case.code: None if case.whose is None else tuple(sorted(map(str, case.whose(narrow))))
            for case, narrow in found
            if narrow is not None and case.gate(narrow) is None and case.wanted(narrow)
        }

    def fold(self, *events: E) -> S:
        """The state after these events."""
        return reduce(self.evolve, events, self.initial)

    def key(self, number: str) -> str:
        """The aggregate id of a number."""
        return f"{self.name}:{number}"
