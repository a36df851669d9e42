"""Sessions on the server: how long they last, what ends them at once, and what a browser carries of them."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from runtime.identity.cookie_value import fresh_value
from runtime.identity.known import Known
from runtime.mongo import identity_of
from runtime.person import Person

from .conftest import Site

pytestmark = pytest.mark.slow

SPECIALIST, ACCOUNTANT = "liang.my", "su.kj"
COOKIE = "songda_session"


async def who(browser: httpx.AsyncClient) -> int:
    """How a question by this browser is answered."""
    return (await browser.get("/whoami")).status_code


def cookie_of(answer: httpx.Response) -> str:
    """The session's cookie as it is set."""
    return next(one for one in answer.headers.get_list("set-cookie") if "songda_session" in one)


async def test_what_the_browser_carries_is_not_what_the_server_keeps(site: Site) -> None:
    """C18: 256 random bits under a MAC; the database has its hash, and of the place only what is masked."""
    async with site() as office:
        browser = await office.picked(SPECIALIST)
        [session] = await office.identity.sessions.of_person(SPECIALIST)
        assert browser.cookies[COOKIE] not in session.model_dump_json()
        assert (session.device, session.address, session.key) == ("Chrome · Android", "203.0.113.*", 1)
        assert await who(browser) == 200


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_under_https_of_other_hosts(site: Site) -> None:
    """C18"""
    async with site() as office:
        plain = cookie_of(await office.browser().post("/login", json={"person": SPECIALIST})).lower()
        safe = cookie_of(await office.browser(scheme="https").post("/login", json={"person": SPECIALIST})).lower()
    assert {"httponly", "samesite=strict", "path=/"} <= set(plain.split("; "))
    assert safe.startswith("__host-songda_session=")
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= set(safe.split("; "))


@pytest.mark.parametrize("damage", ["", "x", "1.x.y", "{}x", "2{}", "{}\u00e9"])
async def test_a_value_that_we_did_not_make_is_nobodys(site: Site, damage: str) -> None:
    """C18"""
    async with site() as office:
        browser = await office.picked(SPECIALIST)
        text = damage.format(browser.cookies[COOKIE])
        assert await office.identity.sessions.of(text) is None


async def test_a_value_that_was_given_to_a_browser_beforehand_does_not_become_its_session(site: Site) -> None:
    """C18: no fixation; and what a browser had before is over when somebody signs in at it."""
    async with site() as office:
        planted = fresh_value(office.identity.keys).text
        browser = office.browser()
        browser.cookies.set(COOKIE, planted)
        answer = await browser.post("/login", json={"person": SPECIALIST})
        first = answer.cookies[COOKIE]
        assert (first == planted, await office.identity.sessions.of(planted)) == (False, None)
        browser.cookies.clear()
        browser.cookies.set(COOKIE, first)
        await browser.post("/login", json={"person": SPECIALIST})
        assert await office.identity.sessions.of(first) is None
        assert len(await office.identity.sessions.of_person(SPECIALIST)) == 1


async def test_a_session_that_nobody_uses_ends_and_one_in_use_goes_on_until_its_day_is_over(
    site: Site, later: Callable[..., None]
) -> None:
    """C18: short for those who decide about money; a crew's phone may be away for a day."""
    async with site() as office:
        money, crew = await office.picked(ACCOUNTANT), await office.picked("li.zq")
        for minutes in range(50, 700, 50):
            later(minutes=minutes)
            assert await who(money) == 200
        later(hours=12, seconds=1)
        assert (await who(money), await who(crew)) == (401, 200)
        again = await office.picked(ACCOUNTANT)
        later(hours=13, minutes=2)
        assert await who(again) == 401
        later(hours=24 + 12)
        assert await who(crew) == 200
        later(hours=24 + 12 + 73)
        assert await who(crew) == 401


@pytest.mark.parametrize("question", [("/whoami", {"X-Renew": "1"}), ("/api/inbox/count", {})])
async def test_a_page_that_asks_by_itself_is_nobody_at_work(
    site: Site, later: Callable[..., None], question: tuple[str, dict[str, str]]
) -> None:
    """C18"""
    async with site() as office:
        browser = await office.picked(ACCOUNTANT)
        for minutes in (20, 40, 59):
            later(minutes=minutes)
            await browser.get(question[0], headers=question[1])
        later(minutes=61)
        assert await who(browser) == 401


async def test_logging_out_ends_the_session_and_not_only_the_cookie(site: Site) -> None:
    """C18"""
    async with site() as office:
        browser = await office.picked(SPECIALIST)
        kept = browser.cookies[COOKIE]
        answer = await browser.post("/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        thief = office.browser()
        thief.cookies.set(COOKIE, kept)
        assert await who(thief) == 401


async def test_another_role_or_shop_is_another_session_and_a_leaver_has_none(site: Site) -> None:
    """C18: as soon as the list of people says so."""
    async with site() as office:
        people = office.app.state.people
        browser = await office.picked("wu.xm")
        for changed in (
            Person(id="wu.xm", name="吴晓敏", role="manager"),
            Person(id="wu.xm", name="吴晓敏", role="store", store="S01"),
        ):
            office.app.state.people = {**people, "wu.xm": changed}
            assert await who(browser) == 401
        office.app.state.people = {name: one for name, one in people.items() if name != "wu.xm"}
        assert await who(browser) == 401


async def test_whoever_is_shut_out_is_out_at_once_with_every_browser_and_program(site: Site) -> None:
    """C18: also a login that comes at the same moment, and one who signs in elsewhere and has no account here."""
    async with site() as office:
        one, other = await office.picked(SPECIALIST), await office.picked(SPECIALIST)
        program = office.browser(Authorization=f"Bearer {office.app.state.tokens.issue(SPECIALIST)}")
        bystander = await office.picked(ACCOUNTANT)
        assert [await who(each) for each in (one, other, program, bystander)] == [200] * 4
        assert await office.identity.accounts.disable(SPECIALIST) == 2
        assert [await who(each) for each in (one, other, bystander)] == [401, 401, 200]
        await asyncio.sleep(1.0)  # what is known of accounts is a second old at most
        assert await who(program) == 401
        late = await office.browser().post("/login", json={"person": SPECIALIST})
        assert (late.status_code, late.json()["code"]) == (403, "login_shut_out")
        assert await office.identity.sessions.of_person(SPECIALIST) == []
        assert await office.identity.accounts.enable(SPECIALIST)
        assert await who(await office.picked(SPECIALIST)) == 200


async def test_a_key_that_is_no_longer_named_ends_what_it_signed_and_an_older_one_that_is_does_not(site: Site) -> None:
    """C18"""
    old, new = "an older secret", "some newer secret"
    async with site(secret=f"1:{old}-of-ours") as office:
        kept = (await office.picked(SPECIALIST)).cookies[COOKIE]
    for secret, status in ((f"1:{old}-of-ours,2:{new}", 200), (f"2:{new}", 401)):
        async with site(secret=secret) as office:
            browser = office.browser()
            browser.cookies.set(COOKIE, kept)
            assert await who(browser) == status


class Stream:
    """A live stream of a browser, read to its end."""

    def __init__(self, office: Any, headers: dict[str, str]) -> None:
        self.opened, self.ended = asyncio.Event(), asyncio.Event()
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/live/clock",
            "raw_path": b"/live/clock",
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "headers": [(b"host", b"127.0.0.1"), *((k.encode(), v.encode()) for k, v in headers.items())],
            "client": ("203.0.113.7", 1),
        }
        self.task = asyncio.create_task(office.app(scope, self._stays, self._send))

    @classmethod
    async def of(cls, office: Any, browser: httpx.AsyncClient) -> "Stream":
        """Opened, as this browser."""
        token = browser.headers.get("Authorization")
        headers = {"authorization": token} if token else {"cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}
        stream = cls(office, headers)
        await asyncio.wait_for(stream.opened.wait(), 10)
        return stream

    async def _stays(self) -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.body":
            self.opened.set()
            if not message.get("more_body"):
                self.ended.set()


@pytest.mark.parametrize("how", ["logout", "disabled", "role", "token"])
async def test_live_streams_end_within_two_seconds_of_what_let_them_in(site: Site, how: str) -> None:
    """C18: and those of others go on."""
    async with site() as office:
        browser, other = await office.picked(SPECIALIST), await office.picked(ACCOUNTANT)
        if how == "token":
            browser = office.browser(Authorization=f"Bearer {office.app.state.tokens.issue(SPECIALIST)}")
        watched, beside = await Stream.of(office, browser), await Stream.of(office, other)
        if how == "logout":
            await browser.post("/logout")
        elif how == "role":
            promoted = Person(id=SPECIALIST, name="梁美仪", role="manager")
            office.app.state.people = {**office.app.state.people, SPECIALIST: promoted}
        else:
            await office.identity.accounts.disable(SPECIALIST)
        await asyncio.wait_for(watched.ended.wait(), 4)  # two looks, on a machine with other things to do
        await watched.task
        assert not beside.ended.is_set()
        beside.task.cancel()
        await asyncio.gather(beside.task, return_exceptions=True)


async def test_all_open_streams_are_looked_after_with_one_question(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """X8: two thousand of them, as many as a process holds."""
    async with site() as office:
        await office.picked(SPECIALIST)
        [session] = await office.identity.sessions.of_person(SPECIALIST)
        people = office.app.state.people
        known = Known(people[SPECIALIST], session=session)
        left = Known(people[ACCOUNTANT], session=session.model_copy(update={"id": "of nobody"}))
        asked: list[Any] = []
        lasting = office.identity.sessions.lasting

        async def counted(ids: Any) -> frozenset[str]:
            asked.append(ids)
            return await lasting(ids)

        monkeypatch.setattr(office.identity.sessions, "lasting", counted)
        told = await office.identity.doorkeeper.gone([*[known] * 1_999, left], people)
        assert (told.count(True), told[-1], len(asked), len(asked[0])) == (1, True, 1, 2)


async def test_while_the_database_is_away_one_is_told_to_come_again_and_stays_signed_in(site: Site) -> None:
    """C18, X8: 503 in words, no logout; whoever needs no session is served."""
    async with site() as office:
        browser = await office.picked(SPECIALIST)
        kept = browser.cookies[COOKIE]
    async with site(mongo_url="mongodb://127.0.0.1:1") as office:
        browser = office.browser()
        browser.cookies.set(COOKIE, kept)
        answer = await browser.get("/whoami")
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
            503,
            "who_cannot_be_asked",
            "5",
        )
        assert "set-cookie" not in answer.headers
        assert (await office.browser().get("/login")).status_code == 200
    async with site() as office:
        browser = office.browser()
        browser.cookies.set(COOKIE, kept)
        assert await who(browser) == 200


async def test_wiping_the_read_models_signs_nobody_out(site: Site) -> None:
    """DESIGN 1: sessions are not among what comes back from the streams, so they do not lie there."""
    async with site() as office:
        browser = await office.picked(SPECIALIST)
        database = office.identity.sessions._kept.database
        assert database.name == identity_of(database.client[office.settings.mongo_database]).name
        await database.client.drop_database(office.settings.mongo_database)
        assert await who(browser) == 200
