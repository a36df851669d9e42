"""The dashboards' routes over rows in memory, for people of the company."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from company.people import read_people
from company.policy import policy_book
from dashboards.main import PROJECTIONS, router
from dashboards.page_route import error_page
from inventory.main import SERVICE as INVENTORY
from order.main import SERVICE as ORDER
from runtime.changes import Change
from runtime.http_errors import add_error_handling
from runtime.nightly import Done
from runtime.rows import POSITIONS, rows_only
from runtime.settings import Settings
from runtime.tokens import Tokens

OF_SERVICES = (
    "contracts",
    "drafts",
    "jobs",
    "days",
    "runs",
    "fleet",
    "goods",
    "picklists",
    "stock",
    "moves",
    "slips",
    "loans",
    "scraps",
    "stocklists",
    "transfers",
    "counts",
    "countplans",
    "inspections",
    "labels",
    "vouchers",
)
"""Read models of the services that the pages read; a test gives their rows as they are stored."""

TOKENS = Tokens("for these tests only")


def _value(document: Any, path: str) -> Any:
    for name in path.split("."):
        document = document.get(name) if isinstance(document, Mapping) else None
    return document


def _holds(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        tests = {
            "$in": lambda given: value in given,
            "$nin": lambda given: value not in given,
            "$ne": lambda given: value != given,
            "$gt": lambda given: value is not None and value > given,
            "$gte": lambda given: value is not None and value >= given,
            "$lt": lambda given: value is not None and value < given,
            "$lte": lambda given: value is not None and value <= given,
            "$regex": lambda given: isinstance(value, str) and re.search(given, value) is not None,
            "$exists": lambda given: (value is not None) is given,
        }
        return all(tests[name](given) for name, given in wanted.items())
    return wanted in value if isinstance(value, list) else value == wanted


def _any_of(value: Any, wanted: Any) -> bool:
    """A condition on a list holds when it holds for one of its members, as in the database."""
    if isinstance(value, list) and isinstance(wanted, Mapping) and wanted.keys() & {"$gt", "$gte", "$lt", "$regex"}:
        return any(_holds(one, wanted) for one in value)
    return _holds(value, wanted) or (isinstance(value, list) and any(_holds(one, wanted) for one in value))


def _matches(document: Any, query: Mapping[str, Any]) -> bool:
    groups = {"$or": any, "$and": all}
    return all(
        groups[name](_matches(document, one) for one in wanted)
        if name in groups
        else _any_of(_value(document, name), wanted)
        for name, wanted in query.items()
    )


class RowsInMemory:
    """The part of a read model that the dashboards ask. What lies beside the rows is there too, as in the database."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self.rows = rows
        self.documents = (*rows.values(), {"_id": POSITIONS, "token": "t", "offsets": {}})

    async def get(self, row: str) -> Any:
        return self.rows.get(row)

    async def state(self, row: str) -> bytes | None:
        return self.rows.get(row, {}).get("_state")

    async def states(self, rows: Iterable[str]) -> dict[str, bytes]:
        return {row: self.rows[row]["_state"] for row in rows if "_state" in self.rows.get(row, {})}

    async def get_many(self, ids: Iterable[str]) -> list[Any]:
        return [self.rows[row] for row in ids if row in self.rows]

    async def find(
        self, query: Any = None, *, sort: Iterable[tuple[str, int]] = (), limit: int = 0, skip: int = 0
    ) -> list[Any]:
        found = [document for document in self.documents if _matches(document, rows_only(query))]
        for name, way in reversed(list(sort)):
            found.sort(key=lambda row, name=name: str(_value(row, name)), reverse=way < 0)
        return found[skip:][: limit or None]

    async def count(self, query: Any = None) -> int:
        return len(await self.find(query))


class QuietFeed:
    """A change feed that ends at once."""

    def position(self) -> str:
        return "41"

    async def since(self, _collections: Iterable[str], _after: str | None) -> AsyncIterator[Change]:
        for change in ():
            yield change


class NoNight:
    """A nightly command that has not been run yet."""

    async def last(self) -> Done:
        return Done()


def site(rows: Mapping[str, Mapping[str, Any]], *, demo_login: bool = True) -> FastAPI:
    """An application with nothing but the dashboards."""
    app = FastAPI()
    app.state.policies = policy_book()
    add_error_handling(app, 1 << 20)
    app.state.people = read_people()
    app.state.tokens = TOKENS
    app.state.settings = Settings(demo_login=demo_login)
    app.state.owners = {}
    app.state.gateway = None
    app.state.error_page = error_page
    app.state.changes = QuietFeed()
    app.state.nightly = {"books": NoNight()}
    app.state.offers = {**ORDER.offers, **INVENTORY.offers}
    names = {*(p.name for p in PROJECTIONS), *OF_SERVICES, *rows}
    app.state.rows = {name: RowsInMemory(rows.get(name, {})) for name in names}
    app.include_router(router)
    return app


def browser(app: FastAPI, person: str | None = None) -> AsyncClient:
    """Somebody's browser, signed in or not."""
    headers = {} if person is None else {"Authorization": f"Bearer {TOKENS.issue(person)}"}
    return AsyncClient(transport=ASGITransport(app), base_url="http://songda", headers=headers)
