"""Settings of notify, from environment variables `SONGDA_NOTIFY_*`: which sender takes what, and what it needs.

Secrets come from the environment alone. What a chosen sender lacks stops the start, by name.
"""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.settings import Address, Port

Robot = Literal["dingtalk", "wecom", "feishu"]


class BadSettings(ValueError):
    """A chosen sender lacks something; says which variable is missing and what for."""


class NotifySettings(BaseSettings):
    """All have defaults: without any, everything goes into files under the home folder."""

    model_config = SettingsConfigDict(env_prefix="SONGDA_NOTIFY_", env_ignore_empty=True, extra="ignore", frozen=True)

    sms: Literal["file", "aliyun", "http"] = "file"
    group: Literal["file", "dingtalk", "wecom", "feishu", "smtp"] = "file"
    fax: Literal["file", "dingtalk", "wecom", "feishu", "smtp"] = "file"
    """Where the warehouse gets its schedule (E5)."""

    aliyun_endpoint: str = "https://dysmsapi.aliyuncs.com"
    aliyun_key_id: str = ""
    aliyun_key_secret: SecretStr = SecretStr("")
    aliyun_sign_name: str = ""
    """短信签名, as registered, without brackets."""
    aliyun_templates: dict[int, str] = Field(default_factory=dict)
    """Our template number -> the provider's, e.g. `{"1": "SMS_154950909"}`; their words must be the same."""

    http_url: str = ""
    """Base address of a plain HTTP provider."""
    http_key: str = ""
    http_secret: SecretStr = SecretStr("")

    group_url: SecretStr = SecretStr("")
    """Webhook of the group's robot, with its access token: a secret."""
    group_secret: SecretStr = SecretStr("")
    """The robot's signing secret (DingTalk 加签, Feishu 签名校验); WeCom has none."""
    fax_url: SecretStr = SecretStr("")
    fax_secret: SecretStr = SecretStr("")

    smtp_host: str = ""
    smtp_port: Port = 587
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""
    group_email: str = ""
    fax_email: str = ""

    receipts_secret: SecretStr = SecretStr("")
    """Signs the plain HTTP provider's receipts, and is the key in the address that Aliyun pushes to."""
    public_url: Address = "http://127.0.0.1:8080"
    """Where customers reach us: the link in SMS 8."""
    quiet_hours: bool = True
    """Off for demonstrations and tests only, which must not depend on the time of day."""

    def need(self, chosen: str, *names: str) -> None:
        """Raises BadSettings when a chosen sender lacks one of these."""
        for name in names:
            value = getattr(self, name)
            if not (value.get_secret_value() if isinstance(value, SecretStr) else value):
                raise BadSettings(
                    f"通知设置不全：{chosen} 需要环境变量 SONGDA_NOTIFY_{name.upper()}。"
                    f" {chosen} needs the environment variable SONGDA_NOTIFY_{name.upper()}."
                )
