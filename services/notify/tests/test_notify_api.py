"""HTTP of notify: what became of the messages, by subject and status."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from httpx import ASGITransport, AsyncClient

from contracts.envelope import Meta
from contracts.notify import MessageRequested, MessageSent
from notify.api import router
from notify.projections import fold_message
from runtime import http
from runtime.http import Asking
from runtime.http_errors import add_error_handling
from runtime.people import Person

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
META = Meta("e", "", "", "message:m1", NOW, 1, "c", "c", "system", 0)
REQUESTED = MessageRequested(
    at=NOW,
    message_id="m1",
    channel="sms",
    template=1,
    to="13800001111",
    text="马娜您好",
    cause_id="e0",
    subject="contract:HT26030001",
)
SENT = MessageSent(at=NOW, message_id="m1", attempt=1, provider_ref="p1")


class Rows:
    """One message; remembers how it was asked for."""

    def __init__(self) -> None:
        self.queries: list[Any] = []

    async def find(self, query: Any, **_: Any) -> list[Any]:
        self.queries.append(query)
        return [{"_id": "m1", "message": fold_message(fold_message(None, REQUESTED, META), SENT, META)}]

    async def count(self, query: Any) -> int:
        return 1


class DeskOverRows(Asking):
    """A desk with one read model."""

    found: Rows

    def rows(self, projection: str) -> Any:
        return {"messages": self.found}[projection]


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
async def client(rows: Rows) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    add_error_handling(app, 25 << 20)

    def desk(request: Request, response: Response) -> Asking:
        asking = DeskOverRows(request, response, Person(id="x", name="x", role=request.headers["x-role"]))
        asking.found = rows
        return asking

    app.dependency_overrides[http._asking] = desk
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        yield client


async def test_messages_are_listed_without_their_words_and_receivers(client: AsyncClient, rows: Rows) -> None:
    """C18, E4"""
    answer = await client.get(
        "/api/messages?subject=contract:HT26030001&status=sent", headers={"x-role": "cs_specialist"}
    )
    assert (answer.status_code, answer.json(), rows.queries) == (
        200,
        {
            "total": 1,
            "limit": 50,
            "offset": 0,
            "rows": [
                {
                    "message_id": "m1",
                    "channel": "sms",
                    "template": 1,
                    "to": "138****1111",
                    "text": None,
                    "subject": "contract:HT26030001",
                    "cause_id": "e0",
                    "status": "sent",
                    "attempts": 0,
                    "requested_at": "2026-03-13T02:00:00Z",
                    "sent_at": "2026-03-13T02:00:00Z",
                    "provider_ref": "p1",
                    "reason": None,
                    "retry_at": None,
                }
            ],
        },
        [{"message.subject": "contract:HT26030001", "message.status": "sent"}],
    )


@pytest.mark.parametrize(("role", "query", "status"), [("crew", "", 403), ("manager", "?status=x", 422)])
async def test_others_and_unknown_statuses_are_refused(client: AsyncClient, role: str, query: str, status: int) -> None:
    """C18"""
    assert (await client.get(f"/api/messages{query}", headers={"x-role": role})).status_code == status
