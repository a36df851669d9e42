"""HTTP of notify: messages and what became of them, calls, opt-outs, receipts that providers push."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI, Request, Response
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr

from company.policy import policy_book
from contracts.envelope import Meta
from contracts.fact import Customer
from contracts.notify import CallRequested, MessageRequested, MessageSent, OptOutNoted
from notify.api import build_router
from notify.api import receipts as receipts_module
from notify.call import RecordCall, RequestCall, call_id
from notify.call_row import CALLS
from notify.message.receipts import ConfirmFax, RecordReceipt
from notify.message.request import message_id
from notify.message.row import MESSAGES
from notify.message.unknown import ResendMessage, ResolveUnknown
from notify.receiver import RECEIVERS, NoteOptIn, NoteOptOut, receiver_id
from notify.senders.plain_http import signature
from notify.settings import NotifySettings
from runtime import http
from runtime.http import Caller
from runtime.http_errors import add_error_handling
from runtime.outcome import Outcome
from runtime.person import Person
from runtime.service import Projection

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
ID = message_id("e0", 1)
FAX = message_id("e1/fax", 0)
CALL = call_id("booking", "contract:HT26030001", "")
META = Meta("e", "", "", f"message:{ID}", NOW, 1, "c", "c", "system", 0)
REQUESTED = MessageRequested(
    at=NOW,
    message_id=ID,
    channel="sms",
    template=1,
    to="13800001111",
    text="马娜您好",
    cause_id="e0",
    subject="contract:HT26030001",
)
SENT = MessageSent(at=NOW, message_id=ID, attempt=1, provider_ref="p1")
FAXED = REQUESTED.model_copy(
    update={"message_id": FAX, "channel": "group", "topic": "fax", "to": "仓库 main", "text": "【送货安排表】"}
)
CALLED = CallRequested(
    at=NOW,
    call_id=CALL,
    purpose="booking",
    subject="contract:HT26030001",
    customer=Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区"),
    due=NOW,
    owner_role="crew_leader",
    owner="li.zq",
    script="请预约。",
    cause_id="e0",
)
OPTED_OUT = OptOutNoted(at=NOW, receiver_id="r1", phone="138****1111", reason="TD", withdrawn=())
SECRET = "receipts-secret"


class Rows:
    """A read model with two rows at most; remembers how it was asked for."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self.documents = documents
        self.queries: list[Any] = []

    async def get(self, row_id: str) -> Any:
        return self.documents.get(row_id)

    async def find(self, query: Any, **_: Any) -> list[Any]:
        self.queries.append(query)
        return list(self.documents.values())[:1]

    async def count(self, query: Any) -> int:
        return 1


def document(projection: Projection, row_id: str, *events: Any) -> dict[str, Any]:
    """A row of these events, as it lies in the database."""
    found: dict[str, Any] = {"_id": row_id}
    for facet in projection.facets:
        value: Any = None
        for event in events:
            value = facet.fold(value, event, META)
        found |= facet.fields({facet.name: value})
    return found


class World:
    """All read models, and what was asked of the aggregates."""

    def __init__(self) -> None:
        self.rows = {
            "messages": Rows(
                {
                    ID: document(MESSAGES.projection, ID, REQUESTED, SENT),
                    FAX: document(MESSAGES.projection, FAX, FAXED),
                }
            ),
            "calls": Rows({CALL: document(CALLS.projection, CALL, CALLED)}),
            "receivers": Rows({"r1": document(RECEIVERS.projection, "r1", OPTED_OUT)}),
        }
        self.asked: list[tuple[str, Any]] = []


class OverRows(Caller):
    """With read models of the test, and aggregates that say yes to everything."""

    world: World

    def rows(self, projection: str) -> Any:
        return self.world.rows[projection]

    async def ask(self, aggregate_id: str, command: Any, **_: Any) -> Outcome:
        self.world.asked.append((aggregate_id, command))
        return Outcome(command_id="c", aggregate_id=aggregate_id, status="accepted", version=2)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def client(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(build_router(NotifySettings(receipts_secret=SecretStr(SECRET))))
    app.state.owners = {"message": "notify", "call": "notify", "receiver": "notify"}
    add_error_handling(app, 25 << 20)

    def caller_of(request: Request, response: Response, person: Person | None = None) -> Caller:
        role = request.headers.get("x-role", "")
        ids = {"crew_leader": "li.zq", "technician": "zhou.jm"}
        caller = OverRows(request, response, person or Person(id=ids.get(role, "x"), name="x", role=role))
        caller.world = world
        return caller

    def signed_in(request: Request, response: Response) -> Caller:
        return caller_of(request, response)

    app.dependency_overrides[http._signed_in] = signed_in
    monkeypatch.setattr(receipts_module, "Caller", caller_of)
    monkeypatch.setattr(receipts_module, "utc_now", lambda: NOW)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        yield client


def as_(role: str) -> dict[str, str]:
    return {"x-role": role}


async def test_messages_are_listed_without_their_words_and_receivers(client: AsyncClient, world: World) -> None:
    """C18, E4"""
    query = "subject=contract:HT26030001&status=sent&needs_person=false"
    answer = await client.get(f"/api/messages?{query}", headers=as_("cs_specialist"))
    (row,) = answer.json()["rows"]
    told = {name: value for name, value in row.items() if value not in {None, False, ""}}
    assert (answer.status_code, told, row["text"], world.rows["messages"].queries) == (
        200,
        {
            "message_id": ID,
            "channel": "sms",
            "template": 1,
            "to": "138****1111",
            "subject": "contract:HT26030001",
            "cause_id": "e0",
            "status": "sent",
            "requested_at": "2026-03-13T02:00:00Z",
            "sent_at": "2026-03-13T02:00:00Z",
            "provider_ref": "p1",
        },
        None,
        [
            {
                "row.subject": "contract:HT26030001",
                "row.status": "sent",
                "row.needs_person": False,
            }
        ],
    )


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("crew", "/api/messages", 403),
        ("manager", "/api/messages?status=x", 422),
        ("manager", f"/api/messages/{ID}", 200),
        ("warehouse", f"/api/messages/{FAX}", 200),
        ("warehouse", f"/api/messages/{ID}", 404),  # not the warehouse's
        ("manager", f"/api/messages/{UUID(int=1)}", 404),
        ("warehouse", "/api/faxes?on=2026-03-14", 200),
        ("crew", "/api/faxes", 403),
        ("crew_leader", f"/api/calls/{CALL}", 200),
        ("technician", f"/api/calls/{CALL}", 404),  # somebody else's
        ("accountant", "/api/calls", 403),
        ("manager", "/api/opt-outs", 200),
        ("warehouse", "/api/opt-outs", 403),
    ],
)
async def test_each_role_sees_what_is_its_own(client: AsyncClient, role: str, path: str, status: int) -> None:
    """C18"""
    assert (await client.get(path, headers=as_(role))).status_code == status


async def test_a_days_schedules_are_those_of_every_depot(client: AsyncClient, world: World, tmp_path: Path) -> None:
    """E5, D17: each depot is faxed its own."""
    policy = policy_book().at(datetime(2026, 3, 14, tzinfo=UTC))
    second = policy.depots[0].model_copy(update={"depot": "shunde", "name": "顺德仓", "districts": ("顺德区",)})
    two = policy.model_copy(update={"depots": (*policy.depots, second)})
    (tmp_path / "two.json").write_text(two.model_dump_json(exclude={"calendar_years"}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SONGDA_POLICIES", str(tmp_path))
        policy_book.cache_clear()
        answer = await client.get("/api/faxes?on=2026-03-14", headers=as_("warehouse"))
    policy_book.cache_clear()
    (asked,) = world.rows["messages"].queries
    assert (answer.status_code, asked["row.subject"]) == (
        200,
        {"$in": ["day:main:2026-03-14", "day:shunde:2026-03-14"]},
    )


@pytest.mark.parametrize(
    "case",
    [
        ("cs_specialist", f"/api/messages/{ID}/resend", {"reason": "号码已更正"}, ResendMessage(reason="号码已更正")),
        (
            "cs_specialist",
            f"/api/messages/{ID}/resolve",
            {"arrived": True, "note": "已收到"},
            ResolveUnknown(arrived=True, note="已收到"),
        ),
        ("warehouse", f"/api/messages/{FAX}/confirm-fax", {"note": "收到"}, ConfirmFax(note="收到")),
        (
            "crew_leader",
            f"/api/calls/{CALL}/result",
            {"result": "later", "note": "在开会", "next_at": "2026-03-13T15:00:00+08:00"},
            RecordCall(result="later", note="在开会", next_at=datetime(2026, 3, 13, 7, tzinfo=UTC)),
        ),
        (
            "manager",
            "/api/opt-outs",
            {"phone": "138 0000 1111", "opted_out": True, "reason": "来电"},
            NoteOptOut(phone="13800001111", reason="来电"),
        ),
        (
            "manager",
            "/api/opt-outs",
            {"phone": "13800001111", "opted_out": False, "reason": "来电"},
            NoteOptIn(phone="13800001111", reason="来电"),
        ),
        (
            "cs_specialist",
            "/api/calls",
            {
                "purpose": "booking",
                "subject": "contract:HT26030001",
                "due": "2026-03-13T15:00:00+08:00",
                "owner_role": "install_assistant",
                "script": "请预约。",
            },
            None,
        ),
    ],
)
async def test_what_a_person_does_reaches_the_message_the_call_or_the_receiver(
    client: AsyncClient, world: World, case: tuple[str, str, Any, Any]
) -> None:
    """E3, E4, E5"""
    role, path, body, expected = case
    answer = await client.post(path, json=body, headers=as_(role))
    ((aggregate_id, command),) = world.asked
    receiver = f"receiver:{receiver_id('13800001111')}"
    kinds = {"messages": f"message:{path.split('/')[3] if path.count('/') > 3 else ''}", "opt-outs": receiver}
    assert (answer.status_code // 100, aggregate_id) == (2, kinds.get(path.split("/")[2], f"call:{CALL}"))
    assert command == expected if expected is not None else isinstance(command, RequestCall)


@pytest.mark.parametrize(
    "case",
    [
        ("warehouse", f"/api/messages/{ID}/resend", {"reason": "x"}, 403),
        ("cs_specialist", f"/api/messages/{ID}/resend", {"reason": ""}, 422),
        ("cs_specialist", f"/api/messages/{ID}/confirm-fax", {}, 403),
        ("technician", f"/api/calls/{CALL}/result", {"result": "reached"}, 404),
        ("crew_leader", f"/api/calls/{CALL}/drop", {"note": "x"}, 403),
        ("manager", "/api/opt-outs", {"phone": "品牌群", "opted_out": True, "reason": "x"}, 422),
    ],
)
async def test_what_is_not_ones_own_to_do_changes_nothing(
    client: AsyncClient, world: World, case: tuple[str, str, Any, int]
) -> None:
    """C18, E3, E4"""
    role, path, body, status = case
    answer = await client.post(path, json=body, headers=as_(role))
    assert (answer.status_code, world.asked) == (status, [])


@pytest.mark.parametrize(
    ("role", "query", "expected"),
    [
        (
            "manager",
            "day=2026-03-13",
            {"row.state": "open", "row.show_at": {"$lt": "2026-03-13T16:00:00+00:00"}},
        ),
        (
            "manager",
            "day=2026-03-13&state=done&role=crew_leader",
            {
                "row.state": "done",
                "row.owner_role": "crew_leader",
                "row.called_at": {"$gte": "2026-03-12T16:00:00+00:00", "$lt": "2026-03-13T16:00:00+00:00"},
            },
        ),
        (
            "crew_leader",
            "subject=job:D-1&owner=somebody.else",
            {"row.state": "open", "row.owner": "li.zq", "row.subject": "job:D-1"},
        ),
    ],
)
async def test_the_calls_of_a_day_are_what_is_to_be_made_by_its_end(
    client: AsyncClient, world: World, role: str, query: str, expected: Any
) -> None:
    """E3"""
    answer = await client.get(f"/api/calls?{query}", headers=as_(role))
    assert (answer.status_code, world.rows["calls"].queries) == (200, [expected])


# --- receipts ---------------------------------------------------------------------------------------------------------

DELIVERED = {"id": ID, "ref": "p1", "status": "delivered", "at": "2026-03-13T10:00:05+08:00"}
AT = datetime(2026, 3, 13, 2, 0, 5, tzinfo=UTC)


def signed(body: bytes, *, secret: str = SECRET, seconds: int = 0) -> dict[str, str]:
    stamp = str(int((NOW + timedelta(seconds=seconds)).timestamp()))
    sign = signature(secret, "POST", "/api/receipts/http", stamp, body)
    return {"x-songda-timestamp": stamp, "x-songda-signature": sign, "content-type": "application/json"}


async def test_a_signed_receipt_reaches_its_message(client: AsyncClient, world: World) -> None:
    """E4"""
    entries = [
        DELIVERED,
        {**DELIVERED, "id": f"{ID}-2", "status": "failed", "reason": "空号"},
        {"id": "x"},
        DELIVERED | {"status": "sent"},
    ]
    body = json.dumps(entries).encode()
    answer = await client.post("/api/receipts/http", content=body, headers=signed(body))
    assert (answer.json(), world.asked) == (
        {"code": 0, "msg": "成功", "taken": 2, "passed_over": 2, "refused": []},
        [
            (f"message:{ID}", RecordReceipt(at=AT, delivered=True, provider_ref="p1")),
            (f"message:{ID}", RecordReceipt(at=AT, delivered=False, provider_ref="p1", reason="空号")),
        ],
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(b"[]", secret="another"),
        signed(b"[1]"),
        signed(b"[]", seconds=-301),
        signed(b"[]", seconds=301),
        {**signed(b"[]"), "x-songda-timestamp": "soon"},
    ],
)
async def test_a_receipt_that_is_not_signed_now_by_the_provider_is_refused(
    client: AsyncClient, world: World, headers: dict[str, str]
) -> None:
    """E4"""
    answer = await client.post("/api/receipts/http", content=b"[]", headers=headers)
    assert (answer.status_code, answer.json()["code"], world.asked) == (401, "bad_signature", [])


async def test_aliyun_pushes_receipts_to_an_address_with_a_key(client: AsyncClient, world: World) -> None:
    """E4"""
    entry = {
        "phone_number": "13800001111",
        "success": True,
        "err_code": "DELIVERED",
        "report_time": "2026-03-13 10:00:05",
        "biz_id": "932702304080415357^0",
        "out_id": ID,
    }
    entries = [entry, {**entry, "success": False, "err_code": "MK:0001", "report_time": "?"}, {**entry, "out_id": "x"}]
    answers = [await client.post(f"/api/receipts/aliyun?key={key}", json=entries) for key in ("", "x", SECRET)]
    ref = "932702304080415357^0"
    assert ([answer.status_code for answer in answers], answers[2].json()["code"], world.asked) == (
        [401, 401, 200],
        0,
        [
            (f"message:{ID}", RecordReceipt(at=AT, delivered=True, provider_ref=ref)),
            (f"message:{ID}", RecordReceipt(delivered=False, provider_ref=ref, reason="MK:0001")),
        ],
    )


async def test_a_reply_td_opts_out(client: AsyncClient, world: World) -> None:
    """E4"""
    entries = [{"phone_number": "13800001111", "content": word} for word in (" td", "谢谢", "退订")]
    answer = await client.post(f"/api/receipts/aliyun/replies?key={SECRET}", json=entries)
    wish = (f"receiver:{receiver_id('13800001111')}", NoteOptOut(phone="13800001111", reason="短信回复退订"))
    assert (answer.json()["passed_over"], world.asked) == (1, [wish, wish])


async def test_a_reply_from_what_is_no_number_is_passed_over(client: AsyncClient, world: World) -> None:
    """E4"""
    entries = [{"phone_number": number, "content": "TD"} for number in ("", "abc", "13800001111")]
    answer = await client.post(f"/api/receipts/aliyun/replies?key={SECRET}", json=entries)
    wish = (f"receiver:{receiver_id('13800001111')}", NoteOptOut(phone="13800001111", reason="短信回复退订"))
    assert (answer.status_code, answer.json()["passed_over"], world.asked) == (200, 2, [wish])


async def test_a_signature_of_strange_letters_is_refused(client: AsyncClient, world: World) -> None:
    """E4"""
    headers = {b"x-songda-signature": b"\xe9\xff", b"x-songda-timestamp": b"1"}
    answer = await client.post("/api/receipts/http", content=b"[]", headers=headers)
    assert (answer.status_code, answer.json()["code"], world.asked) == (401, "bad_signature", [])


async def test_without_a_secret_no_receipt_is_taken() -> None:
    """E4"""
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(build_router(NotifySettings(receipts_secret=SecretStr(""))))
    add_error_handling(app, 25 << 20)
    async with AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://s") as client:
        answers = [
            await client.post("/api/receipts/http", content=b"[]", headers=signed(b"[]", secret="")),
            await client.post("/api/receipts/aliyun", json=[]),
        ]
    assert [answer.status_code for answer in answers] == [401, 401]


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]"])
async def test_what_is_no_list_of_receipts_is_unreadable(client: AsyncClient, body: bytes) -> None:
    """E4"""
    assert (await client.post("/api/receipts/http", content=body, headers=signed(body))).status_code == 422
