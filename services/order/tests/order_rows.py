"""Rows in memory that answer the queries of the order service as MongoDB does, and count how many were asked."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]


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
