"""A read model that is a typed view of a state: one row per aggregate, how it stands (DESIGN §4).

    CONTRACTS = View("contracts", "order", CONTRACT, ContractRow, contract_row, indexes=(("row.stage", "_id"),))

The projector folds states by the domain's own `evolve`, and makes the row of a state once a write, however many events
moved it. State and row lie in one document, so that one guarded write moves both: `row` is for queries and pages,
`_state` is read by the projector alone. Neither `evolve` nor a view reads a clock or a file, and a view is total: it
also sees the states between the events of one decision. Who said what when is no state: what is to be shown of it
is kept beside the row as it was said (`runtime.said`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AwareDatetime,
    ConfigDict,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    WrapSerializer,
)

from contracts.described import Described
from contracts.envelope import Meta
from contracts.fact import Fact
from runtime.aggregate import Aggregate
from runtime.rows import STATE
from runtime.said import Heard, Said, always
from runtime.service import Facet, Projection, Stored, key_of
from runtime.states import StateCodec
from runtime.typed_rows import ROW, where

S = TypeVar("S")
E = TypeVar("E")
R = TypeVar("R", bound="Row")
T = TypeVar("T")

_KEPT = "kept"
"""Context in which a row is written into a document."""


def _sorting(moment: datetime, plain: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
    if info.context != _KEPT:
        return plain(moment)
    try:
        return moment.astimezone(UTC).isoformat()
    except OverflowError:  # at its edges the calendar ends
        return moment.replace(tzinfo=UTC).isoformat()


Instant = Annotated[
    AwareDatetime,
    WrapSerializer(_sorting, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment of a row. In documents its text is in UTC and sorts as the moments do: queries compare it with
`moment.isoformat()` of UTC."""


class Row(Described):
    """What may be queried and shown. Closed: a field that no view fills is found by the type checker.

    A row with a field `version: int = 0` gets its aggregate's (for If-Match) when it is read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def shown(self) -> dict[str, Any]:
        """As JSON, its moments as documents have them."""
        return self.model_dump(mode="json", context=_KEPT)


@dataclass(frozen=True, slots=True)
class File(Generic[R]):
    """A row with what was said of it."""

    row: R
    said: Said


@dataclass(frozen=True)
class Whole(Generic[R, T]):
    """A view's rows with what was said of each, as one value, `made(row, said)`; `view.files` makes a `File`."""

    view: "View[Any, Any, R]"
    made: Callable[[R, Said], T]

    @property
    def name(self) -> str:
        """The view's."""
        return self.view.name

    def read(self, document: Mapping[str, Any]) -> T:
        """A document's."""
        return self.made(*self.view.whole(document))


@dataclass(frozen=True)  # no slots: see Aggregate
class View(Generic[S, E, R]):
    """`view(state)`: the row, or None where there is nothing to show. `indexes` name fields as `row.<field>`; `texts`
    are fields by which nobody asks, each kept as one text: a row of many lines is written faster (`runtime.rows`).

    `said`: kinds of events that are kept beside it as they were said, where they are worth it (`said_if`, a function at
    the top of its module): all of them, or the last `said_kept`.
    """

    name: str
    service: str
    aggregate: Aggregate[S, E]
    row: type[R]
    view: Callable[[S], R | None]
    indexes: tuple[tuple[str, ...], ...] = ()
    said: tuple[type[Fact], ...] = ()
    said_kept: int = 0
    said_if: Callable[[Any], bool] = always
    texts: tuple[str, ...] = ()

    @cached_property
    def facet(self) -> Facet:
        """Row and state, as the projector folds them."""
        folding = _Folding(self.aggregate.initial, self.aggregate.evolve)
        return Facet(ROW, self.service, (self.aggregate.name,), folding, _Kept(self))

    @cached_property
    def projection(self) -> Projection:
        """As the projector runs it."""
        heard = (self.heard.facet(self.service, self.aggregate.name),) if self.said else ()
        return Projection(self.name, key_of, (self.facet, *heard), self.indexes, texts=self.texts)

    @cached_property
    def heard(self) -> Heard:
        """Reads what was said, of a document (`heard.read`) or of a history (`heard.of`)."""
        return Heard(self.said, self.said_kept, self.said_if)

    @cached_property
    def has_version(self) -> bool:
        """Whether its row shows the aggregate's version."""
        return "version" in self.row.model_fields

    def after(self, events: Sequence[E]) -> R | None:
        """The row after these events, from the beginning: as of a moment, of those that were known by then."""
        row = self.view(self.aggregate.fold(*events))
        return row.model_copy(update={"version": len(events)}) if row is not None and self.has_version else row

    def read(self, document: Mapping[str, Any]) -> R:
        """A document's row."""
        row = document[ROW]
        return self.row.model_validate({**row, "version": self.version(document)} if self.has_version else row)

    def whole(self, document: Mapping[str, Any]) -> tuple[R, Said]:
        """A document's row, and what was said."""
        return self.read(document), self.heard.read(document)

    @cached_property
    def files(self) -> Whole[R, File[R]]:
        """Reads its rows with what was said of each (`Caller.view`)."""
        return Whole(self, File)

    def where(self, **values: Any) -> dict[str, Any]:
        """The condition for rows that have these values in these fields; a field that is None is not asked for."""
        if hidden := values.keys() & set(self.texts):
            raise KeyError(f"no query sees what is kept as one text: {', '.join(sorted(hidden))}")
        return where(self.row, values)

    def version(self, document: Mapping[str, Any]) -> int:
        """The version of the aggregate that a document shows."""
        return int(document["_pos"][ROW]["seq"])


@dataclass(frozen=True, slots=True)
class _Folding:
    """Folds states by the domain's own `evolve`."""

    initial: Any
    evolve: Callable[[Any, Any], Any]

    def __call__(self, state: Any, event: Fact, _: Meta) -> Any:
        return self.evolve(self.initial if state is None else state, event)


class _Kept(Stored):
    """Row and state in one document."""

    fields = (ROW, STATE)

    def __init__(self, view: View[Any, Any, Any]) -> None:
        self._view = view
        self._codec = StateCodec(view.aggregate.states)

    @property
    def roots(self) -> tuple[Callable[..., Any], ...]:
        aggregate = self._view.aggregate
        return (_Folding, StateCodec, aggregate.evolve, self._view.view, self._view.row, *aggregate.states)

    def dump(self, value: Any) -> dict[str, Any]:
        row, unsaid = self._view.view(value), {"version"} if self._view.has_version else None
        return {ROW: row and row.model_dump(mode="json", context=_KEPT, exclude=unsaid), STATE: self._codec.dump(value)}

    def load(self, document: dict[str, Any]) -> Any:
        return self._codec.load(bytes(document[STATE]))


@dataclass(frozen=True)
class Journal(Generic[R]):
    """A read model with a typed row for each event that is worth one; it stays as it is (DESIGN §4.5).

    `entry(event, meta)`: the row, or None. `kinds` of aggregates of the service; `indexes` as of a view; `named`: what
    the rows' ids begin with, by the aggregate's.
    """

    name: str
    service: str
    kinds: tuple[str, ...]
    row: type[R]
    entry: Callable[[Fact, Meta], R | None]
    indexes: tuple[tuple[str, ...], ...] = ()
    named: Callable[[str], str] = key_of

    @cached_property
    def projection(self) -> Projection:
        """As the projector runs it."""
        facet = Facet(ROW, self.service, self.kinds, self._fold, _Written(self))
        return Projection(self.name, self.named, (facet,), self.indexes, per_event=True)

    def _fold(self, _: Any, event: Fact, meta: Meta) -> R | None:
        return self.entry(event, meta)

    def read(self, document: Mapping[str, Any]) -> R:
        """A document's row."""
        return self.row.model_validate(document[ROW])


class _Written(Stored):
    """The row of an event."""

    fields = (ROW,)

    def __init__(self, journal: Journal[Any]) -> None:
        self._journal = journal

    @property
    def roots(self) -> tuple[Callable[..., Any], ...]:
        return (Journal, self._journal.entry, self._journal.row)

    def dump(self, value: Any) -> dict[str, Any]:
        return {ROW: value and value.model_dump(mode="json", context=_KEPT)}

    def load(self, document: dict[str, Any]) -> Any:
        return document[ROW] and self._journal.read(document)


class Typed(Stored):
    """A facet's value is a row, and no view of a state: what a fold over an aggregate's events makes."""

    def __init__(self, name: str, row: type[Row], fold: Callable[..., Row]) -> None:
        self.row = row
        self._name, self._fold = name, fold

    @property
    def fields(self) -> tuple[str, ...]:
        """Its field."""
        return (self._name,)

    @property
    def roots(self) -> tuple[Callable[..., Any], ...]:
        """The fold and the row."""
        return (self._fold, self.row)

    def dump(self, value: Row) -> dict[str, Any]:
        """The row as documents have it."""
        return {self._name: value.shown()}

    def load(self, document: dict[str, Any]) -> Row:
        """The row again."""
        return self.row.model_validate(document[self._name])
