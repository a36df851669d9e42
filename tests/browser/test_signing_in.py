"""Signing in as people do it: on a phone without scripts, with the second factor; and how one is put out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyotp
import pytest
from harness.browsing import PHONE, faults
from harness.waiting import PATIENCE
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

CREW, MONEY, SHUT_OUT = "deng.w", "ou.yl", "huang.jh"
PASSWORD = "蓝色的卡车 early morning"


@contextmanager
def phone(chromium: Browser, whole: Any, *, scripts: bool) -> Iterator[Page]:
    """A phone of 390 pixels."""
    viewport: Any = PHONE
    context = chromium.new_context(
        base_url=whole.application.url, viewport=viewport, java_script_enabled=scripts, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE * 1000)
    yield context.new_page()
    context.close()


def one_time(whole: Any, person: str) -> str:
    """An account, made by the administrator."""
    done = whole.command("users", "add", person)
    assert done.returncode == 0, done.stderr
    found = re.search(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}", done.stdout)
    assert found is not None, done.stdout
    return found[0]


def sign_in(page: Page, name: str, password: str) -> None:
    """The form of the login page."""
    page.get_by_text("用编号和密码登录").click()
    page.get_by_label("人员编号").fill(name)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


def choose(page: Page) -> None:
    """The form for a password of one's own."""
    expect(page.get_by_role("heading", name="设置自己的密码")).to_be_visible()
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输一次").fill(PASSWORD)
    page.get_by_role("button", name="保存").click()


def state(whole: Any, person: str) -> tuple[str, int]:
    """What `songda users list` says of somebody: the account, and how many sessions."""
    [found] = [one for one in whole.json("users", "list") if one["id"] == person]
    return found["state"].split(" ")[0], found["sessions"]


def test_without_scripts_a_crew_signs_in_chooses_a_password_sees_where_and_signs_out(
    chromium: Browser, whole: Any
) -> None:
    """C18, X5"""
    once = one_time(whole, CREW)
    with phone(chromium, whole, scripts=False) as page:
        page.goto("/login?next=/account")
        sign_in(page, CREW, "not the password")
        expect(page.get_by_role("alert")).to_contain_text("编号或密码不对")
        page.get_by_label("密码", exact=True).fill(once)  # the name is still there, and the form open
        page.get_by_role("button", name="登录").click()
        choose(page)
        expect(page).to_have_url(f"{whole.application.url}/account")
        expect(page.locator(".sessions li")).to_have_count(1)
        assert state(whole, CREW) == ("可用", 1)
        page.get_by_role("button", name="退出").first.click()
        expect(page).to_have_url(f"{whole.application.url}/login")
        page.goto("/account")
        expect(page).to_have_url(f"{whole.application.url}/login?next=/account")
    assert state(whole, CREW) == ("可用", 0)


def test_who_decides_about_money_sets_up_the_second_factor_and_every_page_of_it_is_sound(
    chromium: Browser, whole: Any
) -> None:
    """C18, X5: names and roles for assistive technology, contrast, nothing wider than a phone; in both languages."""
    once = one_time(whole, MONEY)
    found = {}
    with phone(chromium, whole, scripts=True) as page:
        page.goto("/login?next=/account")
        found["login"] = faults(page)
        sign_in(page, MONEY, once)
        found["password"] = faults(page)
        choose(page)
        expect(page.get_by_role("heading", name="开通动态码")).to_be_visible()
        found["enrol"] = faults(page)
        secret = page.locator(".mono").inner_text().replace(" ", "")
        page.get_by_label("应用显示的六位数字").fill("000000")
        page.get_by_role("button", name="开通").click()
        expect(page.get_by_role("alert")).to_contain_text("动态码不对")
        page.get_by_label("应用显示的六位数字").fill(pyotp.TOTP(secret).now())
        page.get_by_role("button", name="开通").click()
        expect(page.locator(".recovery li")).to_have_count(10)
        found["recovery"] = faults(page)
        code = page.locator(".recovery li").first.inner_text()
        page.get_by_role("link", name="抄好了").click()
        expect(page).to_have_url(f"{whole.application.url}/account")
        found["account"] = faults(page)
        page.goto("/account?lang=en")
        expect(page.get_by_role("heading", name="Where I am signed in")).to_be_visible()
        page.goto("/account?lang=zh")
        page.get_by_role("button", name="退出").first.click()
        page.goto("/login?next=/account")
        sign_in(page, MONEY, PASSWORD)
        expect(page.get_by_role("heading", name="动态码")).to_be_visible()
        found["code"] = faults(page)
        page.get_by_label("六位数字，或恢复码").fill(code)
        page.get_by_role("button", name="登录").click()
        expect(page).to_have_url(f"{whole.application.url}/account")
    assert found == {name: [] for name in found}


READS_A_STREAM = """async () => {
  const answer = await fetch('/live/rows?of=jobs');
  const reader = answer.body.getReader();
  (async () => { while (!(await reader.read()).done); window.over = true; })();
  return answer.status;
}"""


def test_whoever_is_shut_out_loses_the_page_that_is_open(chromium: Browser, whole: Any) -> None:
    """C18: its stream ends, and what it asks next leads to the login."""
    with phone(chromium, whole, scripts=True) as page:
        assert page.context.request.post("/login", data={"person": SHUT_OUT}).ok
        page.goto("/account")
        assert page.evaluate(READS_A_STREAM) == 200
        assert page.evaluate("window.over") is None
        done = whole.command("users", "disable", SHUT_OUT)
        assert done.returncode == 0, done.stderr
        page.wait_for_function("window.over")
        assert page.evaluate("fetch('/live/rows?of=jobs').then((answer) => answer.status)") == 401
        page.goto("/account")
        expect(page).to_have_url(f"{whole.application.url}/login?next=/account")
    assert state(whole, SHUT_OUT) == ("停用", 0)
    assert whole.command("users", "enable", SHUT_OUT).returncode == 0
    assert state(whole, SHUT_OUT)[0] == "没有"
    assert whole.command("users", "disable", "nobody").returncode == 1
