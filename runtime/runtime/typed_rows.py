"""Reading read models by their rows' types: whoever asks gets rows, never documents (DESIGN §4).

jobs = await caller.view(JOBS).find({"row.on": on.isoformat()})    # JobRow by JobRow
run = await caller.view(RUNS.files).get(number)                    # File[RunRow]: with what was said of it
sold = await asker.view(SOLD).get(contract_no)                     # another service's, as far as this one asks
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
B = TypeVar("B", bound=BaseModel)

ROW = "row"
"""Field of a document that holds its row."""


class Reading(Protocol):
    """A read model's documents."""

    async def get(self, row_id: str) -> dict[str, Any] | None:
        """A row, or None."""

    async def get_many(self, row_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Rows by id; those that do not exist are missing."""

    async def find(
        self,
        query: dict[str, Any] | None = None,
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 0,
        skip: int = 0,
    ) -> list[dict[str, Any]]:
        """Rows that match, sorted, one page of them (limit 0: all)."""

    async def count(self, query: dict[str, Any] | None = None) -> int:
        """How many rows match."""


class Model(Protocol[T_co]):
    """A read model, and what is read of its documents: of a view or a journal, its rows."""

    @property
    def name(self) -> str:
        """Its name."""

    def read(self, document: Mapping[str, Any]) -> T_co:
        """What is read of a document."""


@dataclass(frozen=True)
class ByName(Generic[B]):
    """Rows of a view that cannot be imported, as another service's: `row` has the fields that are asked for."""

    name: str
    row: type[B]

    def read(self, document: Mapping[str, Any]) -> B:
        """A document's row."""
        return self.row.model_validate(document[ROW])

    def where(self, **values: Any) -> dict[str, Any]:
        """As of a view."""
        return where(self.row, values)


def where(row: type[BaseModel], values: Mapping[str, Any]) -> dict[str, Any]:
    """The condition for rows that have these values in these fields; a field that is None is not asked for."""
    unknown = values.keys() - row.model_fields.keys()
    if unknown:
        raise KeyError(f"no such fields in {row.__name__}: {', '.join(sorted(unknown))}")
    return {f"{ROW}.{name}": value for name, value in values.items() if value is not None}


class Views(Generic[T]):
    """What is read of a read model. Queries and sorting name fields as `row.<field>`."""

    def __init__(self, model: Model[T], rows: Reading) -> None:
        self.model = model
        self.rows = rows

    async def get(self, number: str) -> T | None:
        """One, or None. Raises as `Rows.get` does."""
        document = await self.rows.get(number)
        return None if document is None else self.model.read(document)

    async def get_many(self, numbers: Sequence[str]) -> dict[str, T]:
        """By number; those that do not exist are missing."""
        return self._by_number(await self.rows.get_many(numbers))

    async def find(
        self,
        query: Mapping[str, Any] | None = None,
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 0,
        skip: int = 0,
    ) -> list[T]:
        """Those that match, sorted, one page of them (limit 0: all)."""
        found = await self.rows.find(None if query is None else dict(query), sort=sort, limit=limit, skip=skip)
        return [self.model.read(document) for document in found]

    async def by_number(self, query: Mapping[str, Any]) -> dict[str, T]:
        """All that match, by number."""
        return self._by_number(await self.rows.find(dict(query)))

    async def numbers(
        self, query: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] = (), limit: int = 0
    ) -> list[str]:
        """The numbers of those that match; nothing else of them is read."""
        return [str(document["_id"]) for document in await self.rows.find(dict(query), sort=sort, limit=limit)]

    async def count(self, query: Mapping[str, Any] | None = None) -> int:
        """How many rows match."""
        return int(await self.rows.count(None if query is None else dict(query)))

    def _by_number(self, found: Sequence[Mapping[str, Any]]) -> dict[str, T]:
        return {document["_id"]: self.model.read(document) for document in found}
