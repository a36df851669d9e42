"""Which sender takes what, by the settings."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import httpx
from pydantic import SecretStr

from notify.senders.console_file import ConsoleFileSender
from notify.senders.plain_http import PlainHttpSender
from notify.senders.smtp import SmtpSender
from notify.senders.webhook import WebhookSender
from notify.sending import ANSWER_SECONDS, Route, Sender
from notify.settings import BadSettings, NotifySettings


def choose(settings: NotifySettings, home: Path, templates: Iterable[int]) -> Mapping[Route, Sender]:
    """A sender for each route. Raises BadSettings, naming what is missing. `templates`: SMS numbers that are in use."""
    files = ConsoleFileSender(home / "sent")
    client = httpx.AsyncClient(timeout=ANSWER_SECONDS - 1, follow_redirects=False)  # opens nothing until it is used
    return {
        "sms": _sms(settings, client, templates) or files,
        "group": _post(settings, "group", client) or files,
        "fax": _post(settings, "fax", client) or files,
    }


def _sms(settings: NotifySettings, client: httpx.AsyncClient, templates: Iterable[int]) -> Sender | None:
    match settings.sms:
        case "file":
            return None
        case "http":
            settings.need("SMS=http", "http_url", "http_key", "http_secret")
            secret = settings.http_secret.get_secret_value()
            return PlainHttpSender(settings.http_url, settings.http_key, secret, client)
        case "aliyun":
            settings.need("SMS=aliyun", "aliyun_key_id", "aliyun_key_secret", "aliyun_sign_name")
            if missing := sorted(set(templates) - settings.aliyun_templates.keys()):
                raise BadSettings(
                    f"通知设置不全：SONGDA_NOTIFY_ALIYUN_TEMPLATES 缺少模板 {missing} 的阿里云编号。"
                    f" SONGDA_NOTIFY_ALIYUN_TEMPLATES has no Aliyun code for templates {missing}."
                )
            from notify.senders.aliyun import AliyunSender  # a second of imports, for those who need it

            return AliyunSender(
                endpoint=settings.aliyun_endpoint,
                key_id=settings.aliyun_key_id,
                key_secret=settings.aliyun_key_secret.get_secret_value(),
                sign_name=settings.aliyun_sign_name,
                templates=settings.aliyun_templates,
            )


def _post(settings: NotifySettings, route: Literal["group", "fax"], client: httpx.AsyncClient) -> Sender | None:
    chosen = settings.group if route == "group" else settings.fax
    match chosen:
        case "file":
            return None
        case "smtp":
            settings.need(f"{route.upper()}=smtp", "smtp_host", "smtp_from", f"{route}_email")
            return SmtpSender(
                host=settings.smtp_host,
                port=settings.smtp_port,
                security=settings.smtp_security,
                user=settings.smtp_user,
                password=settings.smtp_password.get_secret_value(),
                sender=settings.smtp_from,
                receiver=settings.group_email if route == "group" else settings.fax_email,
            )
        case "dingtalk" | "wecom" | "feishu":
            settings.need(f"{route.upper()}={chosen}", f"{route}_url")
            url, secret = _robot(settings, route)
            return WebhookSender(chosen, url.get_secret_value(), secret.get_secret_value(), client)


def _robot(settings: NotifySettings, route: Literal["group", "fax"]) -> tuple[SecretStr, SecretStr]:
    if route == "group":
        return settings.group_url, settings.group_secret
    return settings.fax_url, settings.fax_secret
