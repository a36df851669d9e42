"""Accounts: passwords, one-time passwords, wrong tries, the second factor. By forms, as a browser without scripts."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pyotp
import pytest

from company.roles import DECIDE_ABOUT_MONEY
from runtime.clock import utc_now
from runtime.identity import tries
from runtime.identity.audit import What
from runtime.identity.passwords import Hashing

from .conftest import Office, Site

pytestmark = pytest.mark.slow

SPECIALIST, ACCOUNTANT = "liang.my", "su.kj"
GOOD, OTHER = "蓝色的卡车 early morning", "seven tiles on the third floor"


async def signs_in(browser: httpx.AsyncClient, name: str, password: str, next_path: str = "/") -> httpx.Response:
    """The form of the login page."""
    return await browser.post("/login", data={"name": name, "password": password, "next": next_path})


async def chooses(browser: httpx.AsyncClient, password: str, again: str | None = None) -> httpx.Response:
    """The form for another password."""
    return await browser.post("/login/password", data={"password": password, "again": again or password})


async def has_account(office: Office, person: str, password: str = GOOD) -> None:
    """An account whose password was chosen."""
    await office.identity.accounts.add(person)
    await office.identity.accounts.choose_password(person, password)


async def enrolled(office: Office, person: str = ACCOUNTANT) -> tuple[str, list[str]]:
    """An account with a second factor: its secret and its recovery codes."""
    await has_account(office, person)
    browser = office.browser()
    assert (await signs_in(browser, person, GOOD)).headers["location"] == "/login/enrol"
    secret = secret_on(await browser.get("/login/enrol"))
    answer = await browser.post("/login/enrol", data={"code": pyotp.TOTP(secret).now()})
    return secret, re.findall(r"<li>([A-Z2-7-]+)</li>", answer.text)


def secret_on(page: httpx.Response) -> str:
    """The secret that the page of enrolment shows beside its QR code."""
    found = re.search(r'class="mono">([A-Z2-7 ]+)<', page.text)
    assert found is not None
    return found[1].replace(" ", "")


def where(answer: httpx.Response) -> tuple[int, str]:
    """Status, and the page one is sent to."""
    return answer.status_code, answer.headers.get("location", "")


async def test_a_one_time_password_is_good_for_choosing_another_one(site: Site) -> None:
    """C18"""
    async with site() as office:
        once = await office.identity.accounts.add(SPECIALIST)
        assert once is not None
        assert await office.identity.accounts.add(SPECIALIST) is None
        browser = office.browser()
        assert where(await signs_in(browser, SPECIALIST, once, "/orders")) == (303, "/login/password")
        assert (await browser.get("/whoami")).status_code == 401
        assert where(await chooses(browser, GOOD)) == (303, "/orders")
        assert (await browser.get("/whoami")).json() == SPECIALIST
        assert (await signs_in(office.browser(), SPECIALIST, once)).status_code == 401
        assert where(await signs_in(office.browser(), SPECIALIST, GOOD)) == (303, "/")


async def test_a_one_time_password_that_nobody_used_for_a_week_is_none(site: Site, later: Callable[..., None]) -> None:
    """C18"""
    async with site() as office:
        once = await office.identity.accounts.add(SPECIALIST)
        assert once is not None
        later(days=7, seconds=1)
        assert (await signs_in(office.browser(), SPECIALIST, once)).status_code == 401


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [
        ("eleven char", None, "至少要 12 个字符"),
        ("x" * 129, None, "最多 128"),
        ("aaaaaaaaaaaaaaaa", None, "最先被人猜到"),
        ("abcdefghijklm", None, "最先被人猜到"),
        ("password1234", None, "最先被人猜到"),
        ("liang.my2026", None, "最先被人猜到"),
        ("Qwertyuiop12", None, "最先被人猜到"),
        (GOOD, OTHER, "两次输入的密码不一样"),
    ],
)
async def test_a_password_that_will_not_do_is_refused_in_words(
    site: Site, password: str, again: str | None, says: str
) -> None:
    """C18: long, and not what everybody tries; nothing is asked of its kinds of characters."""
    async with site() as office:
        once = await office.identity.accounts.add(SPECIALIST)
        assert once is not None
        browser = office.browser()
        await signs_in(browser, SPECIALIST, once)
        answer = await chooses(browser, password, again)
        assert (answer.status_code, says in answer.text) == (422, True)
        assert where(await chooses(browser, once))[0] == 422
        assert where(await chooses(browser, GOOD)) == (303, "/")


async def test_the_answer_tells_nobody_whose_name_is_known(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """C18: an unknown name, a wrong password and a shut account get the same answer after the same work."""
    hashed: list[str] = []
    verify = Hashing._verify

    def counted(self: Hashing, kept: str, password: str) -> bool:
        hashed.append(kept.rsplit("$", 2)[0])
        return verify(self, kept, password)

    monkeypatch.setattr(Hashing, "_verify", counted)
    async with site() as office:
        await has_account(office, SPECIALIST)
        await has_account(office, "he.jx")
        await office.identity.accounts.disable("he.jx")
        asked = ((SPECIALIST, OTHER), ("nobody", GOOD), ("he.jx", GOOD), ("wu.xm", GOOD), ("\u00e9", "x"))
        answers = [await signs_in(office.browser(), *one) for one in asked]
    texts = {re.sub(r'value="[^"]*"|\d\d:\d\d|data-now="[^"]*"', "", answer.text) for answer in answers}
    assert ({answer.status_code for answer in answers}, len(texts)) == ({401}, 1)
    assert (len(hashed), len(set(hashed))) == (5, 1)


async def test_a_shut_account_does_not_sign_in_and_one_that_is_opened_again_does(site: Site) -> None:
    """C18"""
    async with site() as office:
        await has_account(office, SPECIALIST)
        await office.identity.accounts.disable(SPECIALIST)
        assert (await signs_in(office.browser(), SPECIALIST, GOOD)).status_code == 401
        await office.identity.accounts.enable(SPECIALIST)
        assert where(await signs_in(office.browser(), SPECIALIST, GOOD)) == (303, "/")


async def test_after_five_wrong_tries_one_waits_longer_and_longer_whoever_asks_from_wherever(
    site: Site, later: Callable[..., None]
) -> None:
    """C18, X8: also for a name that nobody has, or the wait would tell which are known."""
    async with site() as office:
        await has_account(office, SPECIALIST)
        for name in (SPECIALIST, "nobody"):
            told = [await signs_in(office.browser(f"10.0.0.{n}"), name, OTHER) for n in range(7)]
            assert [one.status_code for one in told] == [401] * 5 + [429] * 2
            assert 1 <= int(told[-1].headers["retry-after"]) <= 15
        assert (await signs_in(office.browser(), SPECIALIST, GOOD)).status_code == 429
        later(seconds=16)
        assert (await signs_in(office.browser(), SPECIALIST, OTHER)).status_code == 401
        assert (await signs_in(office.browser(), SPECIALIST, GOOD)).status_code == 429
        later(seconds=16 + 31)
        assert where(await signs_in(office.browser(), SPECIALIST, GOOD)) == (303, "/")
        assert (await signs_in(office.browser(), SPECIALIST, OTHER)).status_code == 401


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    """X8"""
    waits = [tries.wait_after(wrong).total_seconds() for wrong in (0, 4, 5, 6, 7, 11, 12, 10_000)]
    assert waits == [0, 0, 15, 30, 60, 900, 900, 900]


async def test_of_many_tries_at_once_no_more_are_looked_at_than_one_after_the_other(site: Site) -> None:
    """C18, X8"""
    async with site() as office:
        await has_account(office, SPECIALIST)
        told = await asyncio.gather(*(signs_in(office.browser(f"10.0.0.{n}"), SPECIALIST, OTHER) for n in range(20)))
        assert sorted(one.status_code for one in told) == [401] * 5 + [429] * 15


async def test_of_one_address_ten_are_looked_at_at_once_and_other_addresses_go_on(site: Site) -> None:
    """X8: each look is work, whatever name is tried."""
    async with site() as office:
        await has_account(office, SPECIALIST)
        flood = [signs_in(office.browser(), f"nobody-{n}", OTHER) for n in range(40)]
        told = await asyncio.gather(*flood, signs_in(office.browser("10.0.0.9"), SPECIALIST, GOOD))
    assert told[-1].status_code == 303
    assert sorted(one.status_code for one in told[:-1]) == [401] * 10 + [429] * 30


async def test_a_password_that_was_hashed_as_one_would_no_longer_is_hashed_anew_at_the_login(site: Site) -> None:
    """C18"""
    from argon2 import PasswordHasher

    async with site() as office:
        await has_account(office, SPECIALIST)
        weak = PasswordHasher(time_cost=1, memory_cost=8_192).hash(GOOD)
        await office.identity.accounts._change(SPECIALIST, {"password": weak})
        assert where(await signs_in(office.browser(), SPECIALIST, GOOD)) == (303, "/")
        account = await office.identity.accounts.get(SPECIALIST)
        assert account is not None
        assert (account.password or "").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert where(await signs_in(office.browser(), SPECIALIST, GOOD)) == (303, "/")


async def test_a_new_password_ends_what_was_signed_in_with_the_old_one(site: Site) -> None:
    """C18: an administrator's reset too, and tokens with it."""
    async with site() as office:
        await has_account(office, SPECIALIST)
        browser = office.browser()
        await signs_in(browser, SPECIALIST, GOOD)
        assert (await browser.get("/whoami")).status_code == 200
        once = await office.identity.accounts.reset(SPECIALIST, second=False)
        assert once is not None
        assert (await browser.get("/whoami")).status_code == 401
        assert where(await signs_in(office.browser(), SPECIALIST, once)) == (303, "/login/password")


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_a_form_of_another_site_signs_nobody_in(site: Site, headers: dict[str, str]) -> None:
    """C18: whoever has no cookie could be signed in as somebody else without noticing."""
    async with site() as office:
        await has_account(office, SPECIALIST)
        answer = await office.browser().post("/login", data={"name": SPECIALIST, "password": GOOD}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
        assert await office.identity.sessions.of_person(SPECIALIST) == []


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
async def test_after_the_login_one_stays_on_this_site(site: Site, wanted: str) -> None:
    """C18"""
    async with site() as office:
        await has_account(office, SPECIALIST)
        assert where(await signs_in(office.browser(), SPECIALIST, GOOD, wanted)) == (303, "/")


# ---- the second factor -----------------------------------------------------------------------------------------------


async def test_who_decides_about_money_sets_up_a_second_factor_before_anything_else(site: Site) -> None:
    """C18"""
    async with site() as office:
        for person in (one for one in office.app.state.people.values() if one.role in DECIDE_ABOUT_MONEY):
            await has_account(office, person.id)
            browser = office.browser()
            assert where(await signs_in(browser, person.id, GOOD, "/orders")) == (303, "/login/enrol")
            for path in ("/whoami", "/live/clock", "/money"):
                assert where(await browser.get(path))[0] in {401, 303}
            shown = await browser.get("/login/enrol")
            assert shown.text.count("<svg") >= 2  # the QR code, beside the icons
            secret = secret_on(shown)
            assert secret_on(await browser.get("/login/enrol")) == secret
            assert (await browser.post("/login/enrol", data={"code": "000 000"})).status_code == 401
            done = await browser.post("/login/enrol", data={"code": pyotp.TOTP(secret).now()})
            assert (done.status_code, len(set(re.findall(r"<li>([A-Z2-7-]+)</li>", done.text)))) == (200, 10)
            assert 'href="/orders"' in done.text
            assert (await browser.get("/whoami")).json() == person.id
            account = await office.identity.accounts.get(person.id)
            assert account is not None
            assert secret.encode() not in (account.second or b"")


async def test_a_code_is_good_once_and_the_password_alone_for_nothing(site: Site, later: Callable[..., None]) -> None:
    """C18: no replay, neither of the code of enrolment nor of a later one."""
    async with site() as office:
        secret, _ = await enrolled(office)
        used = pyotp.TOTP(secret).now()
        browser = office.browser()
        assert where(await signs_in(browser, ACCOUNTANT, GOOD)) == (303, "/login/code")
        assert (await browser.get("/whoami")).status_code == 401
        assert (await browser.get("/login/enrol")).headers["location"] == "/login/code"
        assert (await browser.post("/login/code", data={"code": used})).status_code == 401
        later(seconds=90)
        fresh = pyotp.TOTP(secret).at(utc_now() + timedelta(seconds=90))
        assert where(await browser.post("/login/code", data={"code": fresh})) == (303, "/")
        assert (await browser.get("/whoami")).json() == ACCOUNTANT
        thief = office.browser()
        await signs_in(thief, ACCOUNTANT, GOOD)
        assert (await thief.post("/login/code", data={"code": fresh})).status_code == 401


async def test_the_session_after_the_second_factor_is_another_one_than_what_was_there_before(
    site: Site, later: Callable[..., None]
) -> None:
    """C18"""
    async with site() as office:
        secret, _ = await enrolled(office)
        browser = office.browser()
        await signs_in(browser, ACCOUNTANT, GOOD)
        before = set(browser.cookies.values())
        later(seconds=90)
        await browser.post("/login/code", data={"code": pyotp.TOTP(secret).at(utc_now() + timedelta(seconds=90))})
        assert "songda_login" not in browser.cookies
        assert browser.cookies["songda_session"] not in before
        replayed = office.browser()
        for name in ("songda_login", "songda_session"):
            replayed.cookies.set(name, next(iter(before)))
        assert (await replayed.get("/whoami")).status_code == 401
        assert where(await replayed.get("/login/code")) == (303, "/login")


async def test_a_recovery_code_signs_in_once_and_lies_nowhere_in_clear(site: Site) -> None:
    """C18"""
    async with site() as office:
        _, recovery = await enrolled(office)
        account = await office.identity.accounts.get(ACCOUNTANT)
        assert account is not None
        assert not set(recovery) & set(account.recovery)
        for code, status in ((recovery[0].lower(), 303), (recovery[0], 401), (recovery[1], 303), ("A" * 16, 401)):
            browser = office.browser()
            await signs_in(browser, ACCOUNTANT, GOOD)
            assert (await browser.post("/login/code", data={"code": code})).status_code == status


async def test_codes_cannot_be_tried_out(site: Site) -> None:
    """C18, X8: five in one login, and waits for the person however many logins begin."""
    async with site() as office:
        await enrolled(office)
        browser = office.browser()
        await signs_in(browser, ACCOUNTANT, GOOD)
        told = [(await browser.post("/login/code", data={"code": f"{n:06}"})).status_code for n in range(7)]
        other = office.browser("10.9.9.9")
        await signs_in(other, ACCOUNTANT, GOOD)
        assert told == [401] * 5 + [303] * 2  # it begins anew
        assert (await other.post("/login/code", data={"code": "123456"})).status_code == 429


async def test_an_administrator_can_have_a_lost_second_factor_enrolled_anew(site: Site) -> None:
    """C18"""
    async with site() as office:
        await enrolled(office)
        once = await office.identity.accounts.reset(ACCOUNTANT, second=True)
        assert once is not None
        browser = office.browser()
        assert where(await signs_in(browser, ACCOUNTANT, once)) == (303, "/login/password")
        assert where(await chooses(browser, OTHER)) == (303, "/login/enrol")


# ---- one's own page --------------------------------------------------------------------------------------------------


async def test_one_sees_where_one_is_signed_in_and_ends_one_or_all_others_and_nobody_elses(site: Site) -> None:
    """C18"""
    async with site() as office:
        here, phone, lost = [await office.picked(SPECIALIST) for _ in range(3)]
        stranger = await office.picked("he.jx")
        page = await here.get("/account")
        assert (page.status_code, page.text.count('action="/account/end"'), "203.0.113.*" in page.text) == (
            200,
            3,
            True,
        )
        ids = re.findall(r'name="session" value="([0-9a-f]+)"', page.text)
        theirs = (await office.identity.sessions.of_person("he.jx"))[0].id
        assert where(await here.post("/account/end", data={"session": theirs})) == (303, "/account?done=ended")
        assert (await stranger.get("/whoami")).status_code == 200
        own = (await office.identity.sessions.of(here.cookies["songda_session"])).id  # type: ignore[union-attr]
        await here.post("/account/end", data={"session": next(one for one in ids if one != own)})
        states = [(await one.get("/whoami")).status_code for one in (here, phone, lost)]
        assert sorted(states) == [200, 200, 401]
        await here.post("/account/end-others")
        assert [(await one.get("/whoami")).status_code for one in (here, phone, lost)] == [200, 401, 401]
        assert (await phone.get("/account")).headers["location"].startswith("/login?next=/account")


async def test_a_password_is_changed_by_who_knows_it_and_the_other_places_are_signed_out(site: Site) -> None:
    """C18: an open page alone does not do."""
    async with site() as office:
        await has_account(office, SPECIALIST)
        here, other = office.browser(), office.browser()
        for browser in (here, other):
            await signs_in(browser, SPECIALIST, GOOD)
        form = {"current": OTHER, "password": OTHER, "again": OTHER}
        assert (await here.post("/account/password", data=form)).status_code == 403
        assert (await here.post("/account/password", data={**form, "current": GOOD, "again": "x"})).status_code == 422
        assert (await other.get("/whoami")).status_code == 200
        assert where(await here.post("/account/password", data={**form, "current": GOOD})) == (
            303,
            "/account?done=password",
        )
        assert ((await here.get("/whoami")).status_code, (await other.get("/whoami")).status_code) == (200, 401)
        assert (await signs_in(office.browser(), SPECIALIST, GOOD)).status_code == 401
        assert where(await signs_in(office.browser(), SPECIALIST, OTHER)) == (303, "/")


async def test_whoever_wishes_may_set_up_a_second_factor_and_is_asked_for_it_from_then_on(site: Site) -> None:
    """C18: with the password, and to replace one with its code as well."""
    async with site() as office:
        await has_account(office, SPECIALIST)
        browser = office.browser()
        await signs_in(browser, SPECIALIST, GOOD)
        assert (await browser.post("/account/second", data={"current": OTHER})).status_code == 403
        assert where(await browser.post("/account/second", data={"current": GOOD})) == (303, "/login/enrol")
        secret = secret_on(await browser.get("/login/enrol"))
        done = await browser.post("/login/enrol", data={"code": pyotp.TOTP(secret).now()})
        assert (done.status_code, 'href="/account"' in done.text) == (200, True)
        assert where(await signs_in(office.browser(), SPECIALIST, GOOD)) == (303, "/login/code")
        await browser.post("/account/second", data={"current": GOOD})
        assert where(await browser.get("/login/enrol")) == (303, "/login/code")


# ---- the record ------------------------------------------------------------------------------------------------------


async def test_who_came_in_and_who_did_not_is_on_record_without_any_secret(site: Site) -> None:
    """C18: a name that nobody has is not written down, for it may be a password."""
    async with site() as office:
        await has_account(office, SPECIALIST)
        office.audit()
        await signs_in(office.browser(), "my secret typed into the wrong field", OTHER)
        await signs_in(office.browser(), SPECIALIST, OTHER)
        browser = office.browser()
        await signs_in(browser, SPECIALIST, GOOD)
        await browser.post("/logout")
        told = office.audit()
    assert [(one.what, one.person, one.why) for one in told] == [
        (What.SIGN_IN_REFUSED, None, "wrong"),
        (What.SIGN_IN_REFUSED, SPECIALIST, "wrong"),
        (What.SIGNED_IN, SPECIALIST, ""),
        (What.SIGNED_OUT, SPECIALIST, ""),
    ]
    whole: Any = "".join(one.model_dump_json() for one in told)
    assert not [word for word in (GOOD, OTHER, "typed into") if word in whole]
    assert {one.network for one in told} == {"203.0.113.*"}
