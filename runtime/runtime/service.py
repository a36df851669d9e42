"""What a service hands to the runtime: its rules, reactions and read models. Data only; nothing here does I/O."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fastapi import APIRouter

from contracts.envelope import Meta
from contracts.fact import Fact
from runtime.aggregate import Aggregate
from runtime.decision import Context, Rejected, Timer
from runtime.reaction import Effect, Reaction

Facts = Sequence[Any]
"""Events of one decision; each service's own union."""


@dataclass(frozen=True, slots=True)
class Decider:
    """One kind of aggregate: its rules as pure functions, and the types that travel.

    `prefix` is the part of the aggregate id before `:`; `states` and `commands` are the unions' members.
    """

    prefix: str
    initial: Any
    states: tuple[type, ...]
    commands: Any
    decide: Callable[[Any, Any, Context[Any]], Facts | Rejected]
    evolve: Callable[[Any, Any], Any]
    due: Callable[[Any], tuple[Timer, ...]]


class Stored(Protocol):
    """How a facet's value lies in the row's document, where it is not JSON-able itself (`runtime.view`)."""

    @property
    def roots(self) -> tuple[Callable[..., Any], ...]:
        """Functions and classes whose code the document depends on, for the read model's fingerprint."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the document's fields."""

    def dump(self, value: Any) -> dict[str, Any]:
        """The document's fields."""

    def load(self, document: dict[str, Any]) -> Any:
        """The value again."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One stream's share of a row: folded from the events of its own aggregates alone (DESIGN 9).

    `fold(facet or None, event, meta) -> facet`; a facet is JSON-able, or `stored` says how it is kept. `prefixes`:
    kinds of aggregates it folds.
    """

    name: str
    service: str
    prefixes: tuple[str, ...]
    fold: Callable[[Any, Fact, Meta], Any]
    stored: Stored | None = None

    @property
    def roots(self) -> tuple[Callable[..., Any], ...]:
        """What its rows depend on."""
        return (self.fold,) if self.stored is None else self.stored.roots

    def fields(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Its fields in the row's document; none where everything so far was passed over."""
        if self.name not in row:
            return {}
        return {self.name: row[self.name]} if self.stored is None else self.stored.dump(row[self.name])


def key_of(aggregate_id: str) -> str:
    """What follows the kind: `contract:HT26030001` -> `HT26030001`."""
    return aggregate_id.partition(":")[2]


def whole_id(aggregate_id: str) -> str:
    """The id itself, where a read model has rows of several kinds."""
    return aggregate_id


def entry_id(row: str, sequence: int) -> str:
    """The row of a journal that an aggregate's event went into."""
    return f"{row}#{sequence:06d}"


@dataclass(frozen=True, slots=True)
class Projection:
    """A read model: rows named by `row(aggregate id)`, one facet per stream. Its rows are made anew when the code
    changes that `row` and the folds reach (runtime.fingerprint), so these have names at the top of their modules.

    `per_event`: a journal, with a row for each event instead, named `<row>#<sequence>`; its folds get no facet, and
    pages are not told of its rows.

    `texts`: fields of its `row` by which nobody asks, each kept as one text (`runtime.rows`).
    """

    name: str
    row: Callable[[str], str]
    facets: tuple[Facet, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    per_event: bool = False
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A service, whole. `name` is its topics' prefix: `<name>.commands`, `.events`, `.outcomes`, `.dead-letters`."""

    name: str
    deciders: tuple[Decider | Aggregate[Any, Any], ...]
    reactions: tuple[Reaction, ...] = ()
    effects: tuple[Effect[Any], ...] = ()
    projections: tuple[Projection, ...] = ()
    router: APIRouter | None = None
    offers: Mapping[str, Any] = field(default_factory=dict)
    """Kind of aggregate -> what a page may offer of it (`runtime.offers.Offering`)."""
