"""Which sender takes what is a matter of settings; what is missing stops the start, by name."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest
from message_cases import ASK, ID, NIGHT, NOW, at, requested
from pydantic import ValidationError

from company.policy import policy_book
from contracts.notify import MessageHeld, MessageReady
from notify.main import build, check_patience
from notify.message.aggregate import MESSAGE
from notify.message.attempts import ReleaseMessage
from notify.quiet_hours import after_quiet_hours
from notify.rating import rating_link
from notify.senders.aliyun import AliyunSender
from notify.senders.choice import choose
from notify.senders.console_file import ConsoleFileSender
from notify.senders.plain_http import PlainHttpSender
from notify.senders.smtp import SmtpSender
from notify.senders.webhook import WebhookSender
from notify.settings import BadSettings, NotifySettings
from runtime.tokens import Tokens

ALIYUN = {
    "SMS": "aliyun",
    "ALIYUN_KEY_ID": "k",
    "ALIYUN_KEY_SECRET": "s",
    "ALIYUN_SIGN_NAME": "送达",
    "ALIYUN_TEMPLATES": '{"1": "SMS_1"}',
}
HTTP = {"SMS": "http", "HTTP_URL": "http://127.0.0.1:1", "HTTP_KEY": "k", "HTTP_SECRET": "s"}
MAIL = {"SMTP_HOST": "127.0.0.1", "SMTP_FROM": "a@example.com", "GROUP_EMAIL": "g@example.com"}


def settings(monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> NotifySettings:
    """As the environment says."""
    for name, value in told.items():
        monkeypatch.setenv(f"SONGDA_NOTIFY_{name}", value)
    return NotifySettings()


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ({}, (ConsoleFileSender, ConsoleFileSender, ConsoleFileSender)),
        (ALIYUN, (AliyunSender, ConsoleFileSender, ConsoleFileSender)),
        (HTTP, (PlainHttpSender, ConsoleFileSender, ConsoleFileSender)),
        ({"GROUP": "dingtalk", "GROUP_URL": "http://x"}, (ConsoleFileSender, WebhookSender, ConsoleFileSender)),
        ({"FAX": "feishu", "FAX_URL": "http://x"}, (ConsoleFileSender, ConsoleFileSender, WebhookSender)),
        ({**MAIL, "GROUP": "smtp"}, (ConsoleFileSender, SmtpSender, ConsoleFileSender)),
        ({**MAIL, "FAX": "smtp", "FAX_EMAIL": "w@example.com"}, (ConsoleFileSender, ConsoleFileSender, SmtpSender)),
    ],
)
def test_each_way_out_is_chosen_by_a_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: dict[str, str], kinds: tuple[type, ...]
) -> None:
    """E2, E4, E5"""
    chosen = choose(settings(monkeypatch, told), tmp_path, [1])
    assert tuple(type(chosen[route]) for route in ("sms", "group", "fax")) == kinds  # type: ignore[index]


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ({**ALIYUN, "ALIYUN_KEY_SECRET": ""}, "SONGDA_NOTIFY_ALIYUN_KEY_SECRET"),
        ({**ALIYUN, "ALIYUN_TEMPLATES": "{}"}, r"SONGDA_NOTIFY_ALIYUN_TEMPLATES .* \[1\]"),
        ({**HTTP, "HTTP_SECRET": ""}, "SONGDA_NOTIFY_HTTP_SECRET"),
        ({"GROUP": "wecom"}, "SONGDA_NOTIFY_GROUP_URL"),
        ({"FAX": "smtp", **MAIL}, "SONGDA_NOTIFY_FAX_EMAIL"),
    ],
)
def test_what_a_chosen_sender_lacks_stops_the_start_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: dict[str, str], missing: str
) -> None:
    """E4"""
    with pytest.raises(BadSettings, match=missing):
        choose(settings(monkeypatch, told), tmp_path, [1])


def test_a_sender_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """E4"""
    with pytest.raises(ValidationError, match="pigeon"):
        settings(monkeypatch, {"SMS": "pigeon"})


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """C18"""
    told = settings(monkeypatch, {"GROUP_URL": "http://x?access_token=T0KEN", "HTTP_SECRET": "S3CRET"})
    assert not any(secret in repr(told) for secret in ("T0KEN", "S3CRET"))


def test_a_policy_that_believes_a_provider_too_soon_stops_the_start() -> None:
    """E4"""
    policy = policy_book().at(NOW)
    check_patience(policy)
    with pytest.raises(BadSettings, match="settle_seconds is 60, at least 255"):
        check_patience(policy.model_copy(update={"settle_seconds": 60}))


@pytest.mark.parametrize(("awake", "kind"), [(True, MessageReady), (False, MessageHeld)])
def test_quiet_hours_can_be_left_out_for_a_demonstration(tmp_path: Path, *, awake: bool, kind: type) -> None:
    """E4"""
    decider = build(tmp_path, NotifySettings(quiet_hours=not awake)).deciders[0]
    decision: Any = decider.decide(ReleaseMessage(), MESSAGE.fold(requested()), at(NIGHT))
    assert ([type(event) for event in decision], ASK.message_id) == ([kind], ID)


def test_quiet_hours_within_one_day_and_none_at_all() -> None:
    """E4"""
    noon = policy_book().at(NOW).model_copy(update={"quiet_from": time(12), "quiet_until": time(14)})
    never = noon.model_copy(update={"quiet_until": time(12)})
    one_pm, two_pm = NOW.replace(hour=5), NOW.replace(hour=6)
    assert [after_quiet_hours(one_pm, noon), after_quiet_hours(two_pm, noon), after_quiet_hours(one_pm, never)] == [
        two_pm,
        two_pm,
        one_pm,
    ]


def test_a_rating_link_names_its_ticket_and_cannot_be_guessed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """C11, E1"""
    monkeypatch.setenv("SONGDA_SECRET", "the system's secret")
    address, _, code = rating_link("https://songda.example/", tmp_path)("T-1").rpartition("/")
    assert (address, Tokens("the system's secret").subject_of(code)) == (
        "https://songda.example/rate",
        "T-1",
    )
