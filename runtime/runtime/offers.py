"""What a page offers of one aggregate: its use cases, as the rules' own gates answer for the state beside the row.

So page and rules cannot disagree, and no row is made anew when a gate changes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.envelope import Meta
from contracts.fact import Fact
from runtime.aggregate import Aggregate
from runtime.forms import Form, forms_of
from runtime.rows import STATE
from runtime.service import Facet, Stored
from runtime.states import StateCodec

Json = dict[str, Any]
Offers = Mapping[str, Sequence[str] | None]
"""Code -> the roles, where it is not for all who may."""


@dataclass(frozen=True, slots=True)
class Offering:
    """All forms of a kind of aggregate, and which of them make sense in a state, as it lies beside the row."""

    forms: tuple[Form, ...]
    offers: Callable[[bytes], Offers]

    def offered(self, state: bytes, role: str) -> tuple[Form, ...]:
        """What this role may sensibly ask now."""
        offers = self.offers(state)
        return tuple(form for form in self.forms if form.code in offers and role in (offers[form.code] or form.may))


def offering_of(aggregate: Aggregate[Any, Any], number: str = "") -> Offering:
    """Of an aggregate's use cases; `number`: the field with the aggregate's number in commands, if they say it."""
    codec = StateCodec(aggregate.states)
    return Offering(forms_of(aggregate, number), lambda state: aggregate.offers(codec.load(state)))


@dataclass(frozen=True, slots=True)
class Known:
    """A facet and the state of its aggregate."""

    facet: Json
    state: Any


@dataclass(frozen=True, slots=True)
class Beside:
    """Folds a facet and, beside it, the state: by the domain's own `evolve`."""

    fold: Callable[[Json | None, Any, Meta], Json]
    initial: Any
    evolve: Callable[[Any, Any], Any]

    def __call__(self, known: Known | None, event: Fact, meta: Meta) -> Known:
        """Both after one more event."""
        facet, state = (None, self.initial) if known is None else (known.facet, known.state)
        return Known(self.fold(facet, event, meta), self.evolve(state, event))


def with_state(
    name: str, service: str, aggregate: Aggregate[Any, Any], fold: Callable[[Json | None, Any, Meta], Json]
) -> Facet:
    """A facet with the state beside it; for rows that are no views yet."""
    folding = Beside(fold, aggregate.initial, aggregate.evolve)
    return Facet(name, service, (aggregate.name,), folding, _Kept(name, folding, aggregate.states))


class _Kept(Stored):
    """Facet and state in one document."""

    def __init__(self, name: str, folding: Beside, states: tuple[type, ...]) -> None:
        self._name = name
        self._codec = StateCodec(states)
        self._folding = folding
        self._states = states

    @property
    def fields(self) -> tuple[str, ...]:
        return (self._name, STATE)

    @property
    def roots(self) -> tuple[Callable[..., Any], ...]:
        return (Beside, Known, StateCodec, self._folding.fold, self._folding.evolve, *self._states)

    def dump(self, value: Known) -> Json:
        return {self._name: value.facet, STATE: self._codec.dump(value.state)}

    def load(self, document: Json) -> Known:
        return Known(document[self._name], self._codec.load(bytes(document[STATE])))
