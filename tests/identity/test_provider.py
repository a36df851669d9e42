"""Signing in by a provider of identities that others wrote, over HTTP; and all that it must not let in."""

import asyncio
import re
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from harness.waiting import eventually

from runtime.identity.audit import What
from runtime.identity.provider import Provider
from songda.stack import free_port

from .conftest import Office, Site

pytestmark = pytest.mark.slow

SPECIALIST, ACCOUNTANT = "liang.my", "su.kj"
CLIENT = {"oidc_client_id": "songda", "oidc_client_secret": "of this test alone"}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A provider as a process of its own: it knows our people, somebody who is none, and somebody without a name.

    One for all tests: what it remembers of one sign-in is of no use to another one (state, nonce, code).
    """
    port = free_port()
    people = [SPECIALIST, ACCOUNTANT, "somebody.else"]
    claims = [f'{{"sub": "{n}", "preferred_username": "{one}"}}' for n, one in enumerate(people)]
    users = [part for one in (*claims, '{"sub": "nameless"}') for part in ("--user-claims", one)]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *users]
    noted = tmp_path_factory.mktemp("issuer") / "issuer.log"
    with noted.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, noted.read_text()
        try:
            return httpx.get(f"{address}/.well-known/openid-configuration").is_success
        except httpx.TransportError:
            return False

    try:
        asyncio.run(eventually(answers, "the provider answers", every=0.1))
        yield address
    finally:
        process.terminate()
        process.wait()


async def agrees(address: str, subject: str | None) -> httpx.URL:
    """At the provider: signs in as this subject (None: says no). Where the browser is sent then."""
    form = {"action": "deny"} if subject is None else {"sub": subject}
    async with httpx.AsyncClient() as elsewhere:
        answer = await elsewhere.post(address, data=form)
    return httpx.URL(answer.headers["location"])


async def begins(browser: httpx.AsyncClient) -> str:
    """From the login page to the provider: its address."""
    answer = await browser.get("/login/provider?next=/orders")
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def signs_in(browser: httpx.AsyncClient, subject: str | None) -> httpx.Response:
    """There and back again."""
    back = await agrees(await begins(browser), subject)
    return await browser.get(back.raw_path.decode())


async def who(browser: httpx.AsyncClient) -> Any:
    """Who asks; None for nobody."""
    answer = await browser.get("/whoami")
    return answer.json() if answer.status_code == 200 else None


async def test_a_person_of_ours_signs_in_by_the_provider_and_out_of_both(site: Site, issuer: str) -> None:
    """C18: back from another site by a page of our own, for a browser holds a strict cookie back from a redirect."""
    async with site(oidc_issuer=issuer, **CLIENT) as office:
        browser = office.browser()
        assert 'href="/login/provider?next=/"' in (await browser.get("/login")).text
        answer = await signs_in(browser, "0")
        assert (answer.status_code, answer.headers["refresh"]) == (200, "0;url=/orders")
        assert (await who(browser), "songda_login" in browser.cookies) == (SPECIALIST, False)
        out = await browser.post("/logout")
        assert (out.status_code, out.headers["location"], await who(browser)) == (303, "/login/provider/out", None)
        leaving = (await browser.get("/login/provider/out")).headers["refresh"]
        assert leaving.startswith(f"0;url={issuer}/oauth2/end_session?")
        query = parse_qs(urlsplit(leaving).query)
        assert query["post_logout_redirect_uri"] == ["http://127.0.0.1/login"]
        assert (await browser.get("/login", params={"state": query["state"][0]})).status_code == 200


async def test_what_is_asked_is_fresh_and_its_proof_stays_with_us(site: Site, issuer: str) -> None:
    """C18: state, nonce and PKCE; the browser sees the challenge, the verifier lies in the database."""
    async with site(oidc_issuer=issuer, **CLIENT) as office:
        asked = []
        for _ in range(2):
            browser = office.browser()
            query = {name: values[0] for name, values in parse_qs(urlsplit(await begins(browser)).query).items()}
            step = await office.identity.steps.of(browser.cookies["songda_login"])
            assert step is not None
            challenge = urlsafe_b64encode(sha256(step.asked["code_verifier"].encode()).digest()).rstrip(b"=").decode()
            assert (query["code_challenge"], query["code_challenge_method"]) == (challenge, "S256")
            assert (query["state"], query["nonce"]) == (step.asked["state"], step.asked["nonce"])
            assert (query["response_type"], query["redirect_uri"]) == ("code", "http://127.0.0.1/login/provider/back")
            assert step.asked["code_verifier"] not in "".join(browser.cookies.values())
            asked += [query["state"], query["nonce"], challenge]
        assert len(set(asked)) == 6


async def test_the_code_is_exchanged_with_the_verifier(
    site: Site, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C18: PKCE, as the token's endpoint hears it."""
    heard: list[Any] = []
    real = Provider.finish

    async def finish(self: Provider, asked: Any, answer: Any) -> str:
        exchange = self._client.fetch_access_token

        async def exchanged(*args: Any, **kwargs: Any) -> Any:
            heard.append((kwargs["code_verifier"], asked["code_verifier"]))
            return await exchange(*args, **kwargs)

        monkeypatch.setattr(self._client, "fetch_access_token", exchanged)
        return await real(self, asked, answer)

    monkeypatch.setattr(Provider, "finish", finish)
    async with site(oidc_issuer=issuer, **CLIENT) as office:
        assert (await signs_in(office.browser(), "0")).status_code == 200
    assert len(heard) == 1
    assert heard[0][0] == heard[0][1]


@pytest.mark.parametrize(("subject", "status"), [("0", 200), ("another", 401)])
async def test_a_provider_that_names_people_only_when_asked_for_more_is_asked(
    site: Site, issuer: str, monkeypatch: pytest.MonkeyPatch, subject: str, status: int
) -> None:
    """C18: and what it says is of the same person."""
    async with site(oidc_issuer=issuer, **CLIENT) as office:
        assert office.identity.provider is not None
        client = office.identity.provider._client
        real = client.parse_id_token

        async def with_subject_alone(*args: Any, **kwargs: Any) -> dict[str, Any]:
            assert (await real(*args, **kwargs))["sub"] == "0"
            return {"sub": subject}

        monkeypatch.setattr(client, "parse_id_token", with_subject_alone)
        browser = office.browser()
        assert (await signs_in(browser, "0")).status_code == status
        assert await who(browser) == (SPECIALIST if status == 200 else None)


async def test_who_is_not_on_our_list_or_is_shut_out_does_not_come_in(site: Site, issuer: str) -> None:
    """C18"""
    async with site(oidc_issuer=issuer, **CLIENT) as office:
        await office.identity.accounts.disable(SPECIALIST)
        told = {}
        for subject in ("2", "0", "nameless", None):
            browser = office.browser()
            answer = await signs_in(browser, subject)
            assert await who(browser) is None
            told[subject] = (answer.status_code, 'role="alert"' in answer.text)
        assert told == {"2": (403, True), "0": (403, True), "nameless": (401, True), None: (401, True)}
        refused = [one.why for one in office.audit() if one.what is What.SIGN_IN_REFUSED]
        assert refused == ["unknown", "disabled", "claim", "denied"]


Changed = Callable[[Office, httpx.AsyncClient, httpx.URL], Any]


async def other_state(office: Office, browser: httpx.AsyncClient, back: httpx.URL) -> httpx.URL:
    return back.copy_set_param("state", "another")


async def other_issuer_in_address(office: Office, browser: httpx.AsyncClient, back: httpx.URL) -> httpx.URL:
    return back.copy_set_param("iss", "https://evil.example")


async def other_nonce(office: Office, browser: httpx.AsyncClient, back: httpx.URL) -> httpx.URL:
    step = await office.identity.steps.of(browser.cookies["songda_login"])
    assert step is not None
    await office.identity.steps.change(step, asked={**step.asked, "nonce": "another"})
    return back


async def other_issuer_in_token(office: Office, browser: httpx.AsyncClient, back: httpx.URL) -> httpx.URL:
    provider = office.identity.provider
    assert provider is not None
    provider._issuer = provider._client.server_metadata["issuer"] = "https://evil.example"
    return back


async def other_client(office: Office, browser: httpx.AsyncClient, back: httpx.URL) -> httpx.URL:
    assert office.identity.provider is not None
    office.identity.provider._client_id = "another"
    return back


async def other_key(office: Office, browser: httpx.AsyncClient, back: httpx.URL) -> httpx.URL:
    from joserfc.jwk import RSAKey

    assert office.identity.provider is not None
    metadata = office.identity.provider._client.server_metadata
    async with httpx.AsyncClient() as elsewhere:
        real = (await elsewhere.get(metadata["jwks_uri"])).json()["keys"][0]
    forged = RSAKey.generate_key(2048, {"kid": real.get("kid", "x")}, private=False).as_dict(private=False)
    metadata["jwks"] = {"keys": [forged]}
    return back


async def other_browser(office: Office, browser: httpx.AsyncClient, back: httpx.URL) -> httpx.URL:
    browser.cookies.clear()
    return back


async def other_code(office: Office, browser: httpx.AsyncClient, back: httpx.URL) -> httpx.URL:
    return back.copy_set_param("code", "guessed")


@pytest.mark.parametrize(
    "changed",
    [
        other_state,
        other_issuer_in_address,
        other_nonce,
        other_issuer_in_token,
        other_client,
        other_key,
        other_browser,
        other_code,
    ],
)
async def test_an_answer_that_was_not_asked_for_so_lets_nobody_in(site: Site, issuer: str, changed: Changed) -> None:
    """C18: in words, and what was asked is used up."""
    async with site(oidc_issuer=issuer, **CLIENT) as office:
        browser = office.browser()
        back = await agrees(await begins(browser), "0")
        address = (await changed(office, browser, back)).raw_path.decode()
        answer = await browser.get(address)
        assert (answer.status_code, 'role="alert"' in answer.text, await who(browser)) == (401, True, None)
        again = await browser.get(back.raw_path.decode())
        assert (again.status_code, await who(browser)) == (401, None)


async def test_an_answer_is_good_once(site: Site, issuer: str) -> None:
    """C18"""
    async with site(oidc_issuer=issuer, **CLIENT) as office:
        browser = office.browser()
        back = (await agrees(await begins(browser), "0")).raw_path.decode()
        step = browser.cookies["songda_login"]
        assert (await browser.get(back)).status_code == 200
        thief = office.browser()
        thief.cookies.set("songda_login", step)
        assert ((await thief.get(back)).status_code, await who(thief)) == (401, None)


@pytest.mark.parametrize(("says", "to"), [("ours", "/login/enrol"), ("provider", "/orders")])
async def test_the_second_factor_is_ours_unless_the_provider_sees_to_it(
    site: Site, issuer: str, says: str, to: str
) -> None:
    """C18"""
    async with site(oidc_issuer=issuer, oidc_second_factor=says, **CLIENT) as office:
        browser = office.browser()
        answer = await signs_in(browser, "1")
        assert answer.headers["refresh"] == f"0;url={to}"
        assert await who(browser) == (None if says == "ours" else ACCOUNTANT)
        if says == "ours":
            assert re.search(r'class="mono">[A-Z2-7 ]+<', (await browser.get("/login/enrol")).text)


async def test_a_provider_that_is_away_or_another_one_than_named_is_said_in_words(site: Site, issuer: str) -> None:
    """C18, X8: and passwords go on."""
    async with site(oidc_issuer="http://127.0.0.1:1", **CLIENT) as office:
        answer = await office.browser().get("/login/provider")
        assert (answer.status_code, "没有回答" in answer.text) == (503, True)
        assert 'name="password"' in (await office.browser().get("/login")).text
    async with site(oidc_issuer=issuer.replace("127.0.0.1", "localhost"), **CLIENT) as office:
        assert office.identity.provider is not None
        office.identity.provider._issuer = issuer  # its discovery says localhost
        assert (await office.browser().get("/login/provider")).status_code == 503


async def test_where_only_the_provider_lets_in_no_password_does(site: Site, issuer: str) -> None:
    """C18"""
    async with site(oidc_issuer=issuer, local_accounts=False, **CLIENT) as office:
        once = await office.identity.accounts.add(SPECIALIST)
        browser = office.browser()
        assert 'name="password"' not in (await browser.get("/login")).text
        answer = await browser.post("/login", data={"name": SPECIALIST, "password": once or ""})
        assert (answer.status_code, await who(browser)) == (403, None)


async def test_where_there_is_no_provider_its_addresses_say_so(site: Site) -> None:
    """C18"""
    async with site() as office:
        for path in ("/login/provider", "/login/provider/back?code=x&state=y", "/login/provider/out"):
            assert (await office.browser().get(path)).status_code == 404
