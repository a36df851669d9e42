"""Settings of every process, from environment variables `SONGDA_*` (pydantic-settings). Secrets come from there too.

An empty variable counts as one that is not set. What a text may be is said by its own check, in words for a person.
"""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from throttled.exceptions import DataError
from throttled.rate_limiter.quota_parser import parse

from runtime.kept_secret import read_keys

_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")  # a name, or an IPv6 address
_ADDRESS = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[^\s?#]*)?")
HOSTS_OF_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_any_address(host: str) -> bool:
    """Whether it stands for all addresses of a machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def listed(text: str) -> tuple[str, ...]:
    """A comma-separated list, without blanks."""
    return tuple(part for part in (one.strip() for one in text.split(",")) if part)


def _rate(text: str) -> str:
    try:
        parse(text)
    except DataError:
        raise ValueError(
            "应是 次数/单位，可带突发量，可写多条，如 1200/minute burst 300; 20/second。"
            " It must be count/unit, with a burst or several if need be, such as 1200/minute burst 300; 20/second."
        ) from None
    return text


def _address(text: str) -> str:
    try:
        good = _ADDRESS.fullmatch(text) is not None and urlsplit(text).port != 0
    except ValueError:  # a port above 65535
        good = False
    if not good:
        raise ValueError(
            "应是 http:// 或 https:// 开头的网址，如 https://songda.example.com。"
            " It must be an address that begins with http:// or https://, such as https://songda.example.com."
        )
    return text


def _is_private(address: str) -> bool:
    """Whether nobody on the way can read or change what is said to it."""
    parts = urlsplit(address)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def _mongo_url(text: str) -> str:
    if not text.startswith(("mongodb://", "mongodb+srv://")):
        raise ValueError("应以 mongodb:// 开头。 It must begin with mongodb://.")
    return text


def _brokers(text: str) -> str:
    for broker in listed(text) or (text,):
        host, _, port = broker.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError("应是 主机:端口，多个用逗号分开。 It must be host:port, several with commas between.")
    return text


def _proxies(text: str) -> str:
    for one in listed(text):
        try:
            ip_network(one)
        except ValueError:
            raise ValueError(
                "应是 IP 地址或网段，用逗号分开，如 10.0.0.7,10.1.0.0/24。"
                " It must be IP addresses or networks with commas between, such as 10.0.0.7,10.1.0.0/24."
            ) from None
    return text


def _hosts(text: str) -> str:
    for one in listed(text):
        if _HOST.fullmatch(one.removeprefix("*.")) is None:
            raise ValueError(
                "应是主机名，用逗号分开，如 songda.example.com,*.example.com。"
                " It must be host names with commas between, such as songda.example.com,*.example.com."
            )
    return text


def _keys(secret: SecretStr) -> SecretStr:
    read_keys(secret.get_secret_value())
    return secret


Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Hours = Annotated[float, Field(gt=0, le=366 * 24, allow_inf_nan=False)]
Rate = Annotated[str, AfterValidator(_rate)]
"""How often, as throttled-py reads it: `1200/minute burst 300` is 20 a second on average, 300 at once."""
Address = Annotated[str, AfterValidator(_address)]
Hosts = Annotated[str, AfterValidator(_hosts)]
Proxies = Annotated[str, AfterValidator(_proxies)]
Keys = Annotated[SecretStr, AfterValidator(_keys)]
"""One secret, or several with versions: `1:older,2:newer`. The highest version signs, all of them are good."""
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error", "critical"],
    BeforeValidator(lambda text: text.lower() if isinstance(text, str) else text),
]


class Settings(BaseSettings):
    """Where the servers are, how much a process takes on, how it judges time. All have defaults for one machine."""

    model_config = SettingsConfigDict(env_prefix="SONGDA_", env_ignore_empty=True, extra="ignore", frozen=True)

    kafka_bootstrap: Annotated[str, AfterValidator(_brokers)] = "127.0.0.1:29092"
    kafka_security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = "plaintext"
    """How brokers are spoken to. `sasl_ssl` in production; `plaintext` is for one machine."""
    kafka_sasl: Literal["scram-sha-512", "scram-sha-256", "plain", "oauthbearer"] = "scram-sha-512"
    """How a client says who it is, where `kafka_security` begins with `sasl_`."""
    kafka_user: str | None = None
    """The principal of this process; for `oauthbearer`, its id at `kafka_token_url`."""
    kafka_password: SecretStr | None = None
    kafka_token_url: Address | None = None
    """Where `oauthbearer` gets tokens by client credentials (RFC 6749 §4.4)."""
    kafka_token_scope: str | None = None
    kafka_ca: Path | None = None
    """Certificates (PEM) that sign the brokers' own; without it, those that this machine believes."""
    kafka_certificate: Path | None = None
    """The certificate (PEM) by which brokers know this process, with all that sign it."""
    kafka_certificate_key: Path | None = None
    kafka_certificate_password: SecretStr | None = None
    makes_topics: bool = True
    """Whether a process makes topics that are missing as it starts. Off where its principal may not: then whoever
    may runs `songda topics apply`."""
    mongo_url: Annotated[str, AfterValidator(_mongo_url)] = "mongodb://127.0.0.1:27417"
    """With user, password and TLS in it where they are asked for
    (`mongodb+srv://user:password@host/?tlsCAFile=...&tlsCertificateKeyFile=...`)."""
    mongo_database: str = "songda"
    http_host: str = "127.0.0.1"
    http_port: Port = 8080
    home: Path = Path(".local")
    """Folder for what this machine keeps besides the servers' data: sent messages, the local secret."""
    files: str | None = None
    """Where photos, signatures and papers lie: a folder (default `home/files`), or
    `s3://bucket/prefix?endpoint=https://...&region=...` with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY beside it."""
    max_file_bytes: Count = 10 << 20
    """Largest file taken; larger ones get 413. Never more than `max_body_bytes`."""
    label_key: Keys | None = None
    """Key that signs package labels (B20). Without it, one is made once and kept in `home/label_key` (0600)."""
    command_key: Keys | None = None
    """Key that signs commands, the same for all processes. Without it, one is made once and kept in `home/command_key`
    (0600), which will do where all processes share `home`."""
    public_url: Address | None = None
    """Address under which customers reach the pages (QR on labels, links in SMS); without it, that of the request."""
    secret: Keys | None = None
    """Key that signs programs' tokens, sessions and links, and seals second factors. Without it, one is made once and
    kept in `home/secret` (0600). To change it name both, `1:older,2:newer`; a version that is no longer named ends
    what it signed."""
    people: Path | None = None
    """File of people (JSON, as company/people.json); without it the company's own list."""
    demo_login: bool = False
    """Whether the login page lets one pick a person. Only where nobody but this machine can reach it: where real people
    work they have accounts (`songda users`) or a provider of identities."""
    local_accounts: bool = True
    """Whether one may sign in with a password of ours. Off, there is `oidc_issuer` alone."""
    oidc_issuer: Address | None = None
    """The company's provider of identities (OpenID Connect), as its discovery document names it. It sends people back
    to `/login/provider/back` of `public_url`."""
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    """None for a public client: then PKCE alone."""
    oidc_claim: str = "preferred_username"
    """The claim that names the person by their id here; `email` only as far as it is verified."""
    oidc_second_factor: Literal["ours", "provider"] = "ours"
    """Who asks roles that decide about money for a second factor."""
    session_idle_hours: Hours = 72.0
    """A session nobody used for so long ends. A crew's phone may be without contact for a day, or over a holiday."""
    session_hours: Hours = 30 * 24.0
    """However much it is used, a session ends then."""
    guarded_session_idle_hours: Hours = 1.0
    """The same for roles with a second factor, who decide about money."""
    guarded_session_hours: Hours = 12.0

    partitions: int = Field(default=3, ge=1, le=64)
    """Partitions of a stream, fixed when it is made. 12 in production."""
    replication: int = Field(default=1, ge=1)
    batch_commands: Count = 500
    """Commands decided in one transaction, at most."""
    batch_bytes: Count = 4 << 20
    """Command bytes decided in one transaction, at most."""
    max_event_bytes: Count = 900_000
    """A larger event is refused before the broker would (its limit is 1 MiB a record batch)."""
    aggregates_in_memory: Count = 20_000
    """Per owned partition; the rest are in checkpoints."""
    checkpoint_seconds: Seconds = 5.0
    remembered_outcomes: Count = 20_000
    """Answers kept per partition for repeated requests that made no event."""
    waiting_requests: Count = 2_000
    """Requests of one process that may wait for a decision; more get 503 with Retry-After."""
    decision_seconds: Seconds = 10.0
    """How long a caller waits for a decision before 202."""
    max_body_bytes: Count = 25 << 20
    """Largest request body (uploads); larger ones get 413."""
    timer_grace_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    """A timer that is already past when it is set waits this long: facts told late rarely come alone (X1)."""
    session_timeout_ms: Count = 30_000
    log_level: LogLevel = "info"

    # ---- the front door (`front_door.py`, `connections.py`); counts are of each process, and gone with it -----------
    trusted_hosts: Hosts = ""
    """Host names to answer to, besides this machine's, `http_host` and that of `public_url`; also `*.example.com`."""
    trusted_proxies: Proxies = ""
    """Addresses or networks of reverse proxies, whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    max_connections: Count = 1_000
    """Open at once. One more takes the place of the one that has idled longest; when none idles it gets 503."""
    header_seconds: Seconds = 10.0
    """A request's line and headers must be there by then."""
    body_seconds: Seconds = 20.0
    body_bytes_per_second: Count = 1_000
    """A body may take `body_seconds`, and a second more for so many bytes of it that are there."""
    idle_seconds: Count = 30
    """A connection without a request is closed then."""
    unread_seconds: Seconds = 60.0
    """A connection whose other side takes nothing of what it was sent is cut then."""
    requests_at_once: Count = 1_000
    requests_at_once_each: Count = 200
    """Of one person (or one address that has not signed in); more get 429. Streams are counted apart."""
    body_bytes_at_once: Count = 512 << 20
    body_bytes_at_once_each: Count = 100 << 20
    """Of bodies of requests under way, which lie in memory (or in temporary files) for so long."""
    streams: Count = 2_000
    streams_each: Count = 32
    """Live streams of one person: one of a browser, and in it one of each page that it shows."""
    requests_per_address: Rate = "30000/minute burst 10000"
    requests_per_stranger: Rate = "1200/minute burst 600"
    """Of one address, of those who have not signed in."""
    wrong_logins: Rate = "10/minute; 100/hour"
    """Wrong tokens and keys from one address."""
    wrong_pins: Rate = "10/hour"
    """Wrong PINs of others that one person enters on their device (B23); each PIN has its own count besides."""
    requests_per_person: Rate = "1200/minute burst 600"
    """By pages: of a browser that has signed in. Pages that renew themselves ask again at each change."""
    writes_per_person: Rate = "240/minute burst 120"
    exports_per_person: Rate = "60/minute burst 60"
    """Spreadsheets (`.xlsx`). At a month's end one person fetches them all in a row: as many as there are lists, and of
    vouchers one for each kind of paper; a test counts them."""
    requests_per_program: Rate = "18000/minute burst 6000"
    """By programs: with a token in the header."""
    writes_per_program: Rate = "15000/minute burst 3000"
    exports_per_program: Rate = "120/minute burst 60"

    @property
    def is_kafka_sasl(self) -> bool:
        """Whether brokers ask a client to say who it is."""
        return self.kafka_security.startswith("sasl_")

    @property
    def address(self) -> str:
        """Where this machine reaches the process that listens at `http_host`."""
        return f"http://{'127.0.0.1' if is_any_address(self.http_host) else self.http_host}:{self.http_port}"

    @model_validator(mode="after")
    def _kafka_fits_together(self) -> Self:
        if self.is_kafka_sasl and not (self.kafka_user and self.kafka_password):
            raise ValueError(
                "SONGDA_KAFKA_SECURITY 用了 sasl，就要有 SONGDA_KAFKA_USER 和 SONGDA_KAFKA_PASSWORD。"
                " SONGDA_KAFKA_SECURITY with sasl takes SONGDA_KAFKA_USER and SONGDA_KAFKA_PASSWORD."
            )
        if self.is_kafka_sasl and self.kafka_sasl == "oauthbearer" and not _is_private(self.kafka_token_url or ""):
            raise ValueError(
                "SONGDA_KAFKA_SASL=oauthbearer 要有 SONGDA_KAFKA_TOKEN_URL，并用 https（本机除外）。"
                " SONGDA_KAFKA_SASL=oauthbearer takes SONGDA_KAFKA_TOKEN_URL, https but for one on this machine."
            )
        if (
            self.kafka_security == "sasl_plaintext"
            and self.kafka_sasl in {"plain", "oauthbearer"}
            and not all(is_loopback(one.rpartition(":")[0].strip("[]")) for one in listed(self.kafka_bootstrap))
        ):
            raise ValueError(
                f"SONGDA_KAFKA_SECURITY=sasl_plaintext 会把密码明文发到网上（{self.kafka_sasl}）：请改用 sasl_ssl。"
                f" SONGDA_KAFKA_SECURITY=sasl_plaintext with {self.kafka_sasl} shows the secret to the network: "
                "use sasl_ssl."
            )
        if (self.kafka_certificate or self.kafka_ca) and not self.kafka_security.endswith("ssl"):
            raise ValueError(
                "有 SONGDA_KAFKA_CA 或 SONGDA_KAFKA_CERTIFICATE，SONGDA_KAFKA_SECURITY 就要是 ssl 或 sasl_ssl。"
                " With SONGDA_KAFKA_CA or SONGDA_KAFKA_CERTIFICATE, SONGDA_KAFKA_SECURITY must be ssl or sasl_ssl."
            )
        if self.kafka_user and not self.is_kafka_sasl:
            raise ValueError(
                "有 SONGDA_KAFKA_USER，SONGDA_KAFKA_SECURITY 就要是 sasl_ssl：否则谁也不会问它。"
                " With SONGDA_KAFKA_USER, SONGDA_KAFKA_SECURITY must be sasl_ssl: else nobody asks for it."
            )
        return self

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.demo_login and not is_loopback(self.http_host):
            raise ValueError(
                f"SONGDA_DEMO_LOGIN=true 让人不用密码选任何人登录，只能在本机地址上开；这里监听 {self.http_host}。"
                "请去掉它，用 songda users add <人员编号> 开账号；只为演示就设 SONGDA_HTTP_HOST=127.0.0.1。"
                " SONGDA_DEMO_LOGIN=true lets anybody sign in as anybody: it is for this machine's own address only, "
                f"and SONGDA_HTTP_HOST is {self.http_host}. Unset it and give people accounts with "
                "songda users add <person id>; "
                "for a demonstration set SONGDA_HTTP_HOST=127.0.0.1."
            )
        if self.oidc_issuer is not None and not self.oidc_client_id:
            raise ValueError(
                "有 SONGDA_OIDC_ISSUER，就要有 SONGDA_OIDC_CLIENT_ID。 SONGDA_OIDC_ISSUER takes SONGDA_OIDC_CLIENT_ID."
            )
        if self.oidc_issuer is not None and not _is_private(self.oidc_issuer):
            raise ValueError(
                "SONGDA_OIDC_ISSUER 要用 https（本机除外）。"
                " SONGDA_OIDC_ISSUER must be https, but for one on this machine."
            )
        if not self.local_accounts and self.oidc_issuer is None:
            raise ValueError(
                "SONGDA_LOCAL_ACCOUNTS=false 就谁也登录不了：请设 SONGDA_OIDC_ISSUER。"
                " With SONGDA_LOCAL_ACCOUNTS=false nobody can sign in: set SONGDA_OIDC_ISSUER."
            )
        if self.demo_login and self.trusted_proxies:
            raise ValueError(
                "SONGDA_DEMO_LOGIN=true 不能和 SONGDA_TRUSTED_PROXIES 一起用：代理放进来的人都能选任何人登录。"
                "请去掉其中一个。"
                " SONGDA_DEMO_LOGIN=true does not go with SONGDA_TRUSTED_PROXIES: whoever the proxy lets through could "
                "sign in as anybody. Unset one of them."
            )
        return self


def as_environment(settings: Settings) -> dict[str, str]:
    """What is not as by default, for another process; secrets are not among it: it has the environment's."""
    given = settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    secret = {name for name, value in settings if isinstance(value, SecretStr)}
    return {f"SONGDA_{name.upper()}": str(value) for name, value in given.items() if name not in secret}
