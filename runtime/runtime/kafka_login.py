"""How a Kafka client is let in: TLS, a certificate of its own, SASL (PLAIN, SCRAM, OAUTHBEARER), by settings alone.

What a principal may do once it is in stands in `runtime.kafka_access`.
"""

import asyncio
import ssl
import time
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import httpx2
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaConnectionError
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from faststream.security import BaseSecurity, SASLOAuthBearer, SASLPlaintext, SASLScram256, SASLScram512
from pydantic import SecretStr

from runtime.settings import Settings

TOKEN_SECONDS = 5.0
"""How long an authorization server may take."""
EARLY_SECONDS = 30.0
"""A token that ends so soon is not used any more."""


def client(settings: Settings) -> dict[str, Any]:
    """What every aiokafka client is given: addresses, and what lets it in. Raises OSError, `ssl.SSLError` where a
    certificate cannot be read."""
    given: dict[str, Any] = {"bootstrap_servers": settings.kafka_bootstrap}
    if settings.kafka_security == "plaintext":
        return given
    given |= {"security_protocol": settings.kafka_security.upper(), "ssl_context": tls(settings)}
    if settings.is_kafka_sasl:
        given |= {"sasl_mechanism": settings.kafka_sasl.upper()}
        if settings.kafka_sasl == "oauthbearer":
            given |= {"sasl_oauth_token_provider": tokens(settings)}
        else:
            given |= {"sasl_plain_username": settings.kafka_user, "sasl_plain_password": _password(settings)}
    return given


def of_broker(settings: Settings) -> dict[str, Any]:
    """The same for FastStream's broker, whose address goes beside it."""
    if settings.kafka_security == "plaintext":
        return {}
    context = tls(settings)
    encrypted: dict[str, Any] = {"use_ssl": context is not None, "ssl_context": context}
    if not settings.is_kafka_sasl:
        return {"security": BaseSecurity(**encrypted)}
    if settings.kafka_sasl == "oauthbearer":
        return {"security": SASLOAuthBearer(**encrypted), "sasl_oauth_token_provider": tokens(settings)}
    kind = {"plain": SASLPlaintext, "scram-sha-256": SASLScram256, "scram-sha-512": SASLScram512}[settings.kafka_sasl]
    return {"security": kind(username=settings.kafka_user or "", password=_password(settings), **encrypted)}


def tls(settings: Settings) -> ssl.SSLContext | None:
    """Whom we believe to be the broker, and the certificate by which it knows us; None without TLS."""
    if not settings.kafka_security.endswith("ssl"):
        return None
    return _context(
        settings.kafka_ca,
        settings.kafka_certificate,
        settings.kafka_certificate_key,
        settings.kafka_certificate_password,
    )


@lru_cache(maxsize=8)
def _context(ca: Path | None, certificate: Path | None, key: Path | None, password: SecretStr | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None:
        context.load_cert_chain(certificate, key, None if password is None else password.get_secret_value())
    return context


def tokens(settings: Settings) -> "Tokens":
    """The tokens of this process: all of its clients use one until it ends."""
    assert settings.kafka_token_url is not None
    return _tokens(settings.kafka_token_url, settings.kafka_user or "", _password(settings), settings.kafka_token_scope)


@lru_cache(maxsize=8)
def _tokens(url: str, client_id: str, secret: str, scope: str | None) -> "Tokens":
    return Tokens(url, client_id, secret, scope)


class Tokens(AbstractTokenProvider):
    """Access tokens of an authorization server by client credentials (RFC 6749 §4.4), each used until it ends."""

    def __init__(self, url: str, client_id: str, secret: str, scope: str | None) -> None:
        self._url, self._client_id, self._secret, self._scope = url, client_id, secret, scope
        self._token, self._until = "", 0.0
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    async def token(self) -> str:
        """One that is good now. Raises `KafkaConnectionError`: clients try again, as with a broker that is away."""
        async with self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            if time.monotonic() >= self._until:
                await self._fetch()
            return self._token

    async def _fetch(self) -> None:
        asked = time.monotonic()
        try:
            async with AsyncOAuth2Client(
                self._client_id, self._secret, scope=self._scope, timeout=TOKEN_SECONDS
            ) as asking:
                answer: dict[str, Any] = await asking.fetch_token(self._url, grant_type="client_credentials")
            self._token = str(answer["access_token"])
        except (AuthlibBaseError, httpx2.HTTPError, KeyError, ValueError) as error:
            why = type(error).__name__  # what was answered may hold a secret
            raise KafkaConnectionError(f"no token for Kafka from {self._url} ({why})") from error
        self._until = asked + max(0.0, float(answer.get("expires_in") or 60.0) - EARLY_SECONDS)


def _password(settings: Settings) -> str:
    return "" if settings.kafka_password is None else settings.kafka_password.get_secret_value()
