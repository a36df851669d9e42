"""Files over HTTP: what is taken and refused, and who may see what."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from company.policy import policy_book
from runtime.files_http import router
from runtime.http import Caller
from runtime.http_errors import add_error_handling
from runtime.objects import open_objects
from runtime.person import Person
from runtime.settings import Settings
from runtime.tokens import Tokens

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"
NAME = sha256(PDF).hexdigest()
TOKENS = Tokens("for these tests only")
PEOPLE = {
    "office": Person(id="office", name="何佳欣", role="install_assistant"),
    "store": Person(id="store", name="吴晓敏", role="store", store="S02"),
    "crew": Person(id="crew", name="李志强", role="crew_leader", crew="S1"),
}


async def contract_of(caller: Caller, contract_no: str) -> bool:
    """Contracts that begin with HT are the store's."""
    return caller.person.role == "store" and contract_no.startswith("HT")


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.policies = policy_book()
    app.state.people = PEOPLE
    app.state.tokens = TOKENS
    app.state.settings = Settings(home=tmp_path, max_file_bytes=1_000)
    app.state.objects = open_objects(app.state.settings)
    app.state.subjects = {"contract": contract_of}
    app.state.sees_all_files = frozenset({"install_assistant"})
    app.include_router(router)
    add_error_handling(app, 1 << 20)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://songda") as made:
        yield made


def who(person: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS.issue(person)}"}


async def put(client: httpx.AsyncClient, person: str = "office", subject: str | None = None) -> httpx.Response:
    return await client.post(
        "/api/files", content=PDF, headers=who(person), params={} if subject is None else {"subject": subject}
    )


async def get(client: httpx.AsyncClient, person: str, subject: str | None = None) -> int:
    params = {} if subject is None else {"subject": subject}
    return (await client.get(f"/api/files/{NAME}", headers=who(person), params=params)).status_code


async def test_a_raw_body_is_taken_and_named_by_its_hash(client: httpx.AsyncClient) -> None:
    """D2"""
    answer = await put(client)
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "ref": f"sha256:{NAME}",
            "media_type": "application/pdf",
            "size": len(PDF),
            "url": f"/api/files/{NAME}",
        },
    )


async def test_a_form_is_taken_whatever_name_and_type_it_claims(client: httpx.AsyncClient) -> None:
    """D2"""
    files = {"file": ("../../evil.html", PDF, "text/html")}
    answer = await client.post("/api/files", files=files, headers=who("office"))
    assert (answer.status_code, answer.json()["ref"]) == (201, f"sha256:{NAME}")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "empty_file"),
        (b"%PDF-1.4" + b" " * 1_000, 413, "file_too_large"),
        (b"<html></html>", 415, "type_not_allowed"),
        (b"%PDF-1.4 cut", 422, "broken_file"),
    ],
)
@pytest.mark.parametrize("form", [False, True])
async def test_what_is_no_whole_photo_or_paper_is_refused_in_words(
    client: httpx.AsyncClient, tmp_path: Path, content: bytes, status: int, code: str, *, form: bool
) -> None:
    """D2"""
    sent: dict[str, Any] = {"files": {"file": ("a.pdf", content)}} if form else {"content": content}
    answer = await client.post("/api/files", headers=who("office"), **sent)
    body = answer.json()
    assert (answer.status_code, body["code"], bool(body["zh"]), bool(body["en"])) == (status, code, True, True)
    assert list((tmp_path / "files").rglob("*")) == []


@pytest.mark.parametrize(
    "sent",
    [
        {"files": [("file", ("a.pdf", PDF)), ("more", ("b.pdf", PDF))]},
        {"files": {}, "data": {"file": "text"}, "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"--x\r\n", "headers": {"Content-Type": "multipart/form-data"}},
    ],
)
async def test_a_form_without_exactly_one_file_is_refused(client: httpx.AsyncClient, sent: dict[str, Any]) -> None:
    """D2"""
    headers = {**who("office"), **sent.pop("headers", {})}
    answer = await client.post("/api/files", headers=headers, **sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "one_file_please")


async def test_a_file_is_served_as_what_it_is_and_never_as_a_page(client: httpx.AsyncClient) -> None:
    """C18"""
    await put(client)
    answer = await client.get(f"/api/files/sha256:{NAME}", headers=who("office"))
    headers = {
        name: answer.headers[name]
        for name in ("content-type", "x-content-type-options", "content-disposition", "cache-control", "etag")
    }
    assert (answer.status_code, answer.content, headers) == (
        200,
        PDF,
        {
            "content-type": "application/pdf",
            "x-content-type-options": "nosniff",
            "content-disposition": f'attachment; filename="{NAME[:16]}.pdf"',
            "cache-control": "private, no-cache",
            "etag": f'"{NAME}"',
        },
    )
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_browser_that_has_it_gets_304(client: httpx.AsyncClient) -> None:
    await put(client)
    answer = await client.get(f"/api/files/{NAME}", headers={**who("office"), "If-None-Match": f'"{NAME}"'})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_the_office_sees_all_others_only_what_is_theirs(client: httpx.AsyncClient) -> None:
    """C18"""
    await put(client, subject="contract:HT26030001")
    seen = {
        (person, subject): await get(client, person, subject)
        for person, subject in [
            ("office", None),
            ("store", None),
            ("store", "contract:HT26030001"),
            ("store", "contract:HT26030002"),
            ("store", "contract:XX26030001"),
            ("store", "ticket:HT26030001"),
            ("crew", "contract:HT26030001"),
        ]
    }
    assert list(seen.values()) == [200, 404, 200, 404, 404, 404, 404]


async def test_who_put_a_file_sees_it(client: httpx.AsyncClient) -> None:
    """C18"""
    await put(client, "crew")
    assert [await get(client, "crew"), await get(client, "store")] == [200, 404]


async def test_nobody_puts_a_file_into_the_subject_of_another(client: httpx.AsyncClient) -> None:
    """C18"""
    refused = await put(client, "store", "contract:XX26030001")
    assert (refused.status_code, await get(client, "office")) == (404, 404)


async def test_nobody_sees_nothing(client: httpx.AsyncClient) -> None:
    """C18"""
    assert [(await client.get(f"/api/files/{NAME}")).status_code, (await client.post("/api/files")).status_code] == [
        401,
        401,
    ]


@pytest.mark.parametrize("ref", ["..%2F..%2Fsecret", "AB" * 32, "sha256:xyz", "%2e%2e"])
async def test_what_is_no_reference_is_unreadable(client: httpx.AsyncClient, ref: str) -> None:
    """C18"""
    answer = await client.get(f"/api/files/{ref}", headers=who("office"))
    assert answer.status_code in {404, 422}
    assert "secret" not in answer.text


async def test_a_subject_that_is_none_is_unreadable(client: httpx.AsyncClient) -> None:
    """C18"""
    assert (await put(client, subject="contract:../x")).status_code == 422
