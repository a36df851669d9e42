"""Documents of contracts as the projector makes them, and rows in memory that answer queries as MongoDB does.

They count how many were asked.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from contracts.envelope import Meta
from contracts.fact import Fact
from order.contract.row import CONTRACTS

Json = dict[str, Any]
NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)


class Folded:
    """A contract's document, folded event by event."""

    def __init__(self, contract_no: str) -> None:
        self._number = contract_no
        self._values: Json = {}
        self._count = 0

    def fold(self, event: Fact, by: str = "liang.my") -> None:
        self._count += 1
        meta = Meta("e", "", "/songda/order", f"contract:{self._number}", NOW, self._count, "c", "c", by, 0)
        for facet in CONTRACTS.projection.facets:
            self._values[facet.name] = facet.fold(self._values.get(facet.name), event, meta)

    @property
    def document(self) -> Json:
        place = {"seq": self._count, "offset": 9, "partition": 0}
        fields = [facet.fields(self._values).items() for facet in CONTRACTS.projection.facets]
        positions = {facet.name: place for facet in CONTRACTS.projection.facets}
        return {"_id": self._number, **{name: value for one in fields for name, value in one}, "_pos": positions}


def document_of(*events: Any) -> Json:
    """The document of a contract after these events."""
    contract = Folded(events[0].contract_no)
    for event in events:
        contract.fold(event)
    return contract.document


def value_of(document: Mapping[str, Any], path: str) -> Any:
    found: Any = document
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def holds(value: Any, condition: Any) -> bool:
    if not isinstance(condition, Mapping):
        return condition in value if isinstance(value, list) else value == condition
    values = value if isinstance(value, list) else [value]
    for operator, operand in condition.items():
        match operator:
            case "$all":
                fits = all(one in values for one in operand)
            case "$regex":
                fits = any(isinstance(one, str) and re.search(operand, one) is not None for one in values)
            case "$gt":
                fits = any(one > operand for one in values)
            case "$gte":
                fits = any(one >= operand for one in values)
            case "$lt":
                fits = any(one < operand for one in values)
            case "$lte":
                fits = any(one <= operand for one in values)
            case _:
                raise AssertionError(f"{operator} is none of this service's operators")
        if not fits:
            return False
    return True


def matches(document: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    for field, condition in query.items():
        match field:
            case "$and":
                fits = all(matches(document, one) for one in condition)
            case "$or":
                fits = any(matches(document, one) for one in condition)
            case _:
                fits = holds(value_of(document, field), condition)
        if not fits:
            return False
    return True


class MemoryRows:
    """A read model whose documents are given."""

    def __init__(self, documents: Sequence[Json]) -> None:
        self.documents = {document["_id"]: document for document in documents}
        self.queries: list[Json] = []

    async def get(self, row_id: str) -> Json | None:
        return self.documents.get(row_id)

    async def get_many(self, row_ids: Sequence[str]) -> list[Json]:
        return [self.documents[row_id] for row_id in row_ids if row_id in self.documents]

    async def find(
        self, query: Json | None = None, *, sort: Sequence[tuple[str, int]] = (), limit: int = 0, skip: int = 0
    ) -> list[Json]:
        assert skip == 0, "pages go on after a key"
        self.queries.append(query or {})
        found = [document for document in self.documents.values() if matches(document, query or {})]
        for field, direction in reversed(sort):
            found.sort(key=lambda document, path=field: value_of(document, path), reverse=direction < 0)  # type: ignore[misc]
        return found[:limit] if limit else found

    async def count(self, query: Json | None = None) -> int:
        self.queries.append(query or {})
        return sum(matches(document, query or {}) for document in self.documents.values())
