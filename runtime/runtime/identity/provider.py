"""A provider of identities (OpenID Connect: Keycloak, a bridge to WeCom or DingTalk): authorization code with PKCE.

Authlib speaks the protocol; here is what we ask of it and what its answers mean to us. What a login's answer is held
against (state, nonce, verifier) lies in the login under way (`steps`), not in the browser.
"""

import hmac
from collections.abc import Mapping
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import JoseError

from runtime.logs import get_log
from runtime.settings import Settings

log = get_log("runtime.identity.provider")

SCOPE = "openid profile email"
TIMEOUT_SECONDS = 5.0
LEEWAY_SECONDS = 60
"""How far the provider's clock and ours may be apart."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signed with a key of its own. Neither `none` nor one by a secret that we share, whatever it says it can do."""


class ProviderSaysNo(Exception):
    """A login by the provider that came to nothing: `why` in a word (`denied`, `state`, `token`, `away`, `claim`)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Provider:
    """The provider that the settings name."""

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_issuer is not None
        self._issuer = settings.oidc_issuer.rstrip("/")
        self._claim = settings.oidc_claim
        self._client_id = settings.oidc_client_id
        secret = settings.oidc_client_secret
        self._client = StarletteOAuth2App(
            None,
            name="provider",
            client_id=settings.oidc_client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": SCOPE,
                "code_challenge_method": "S256",
                "timeout": TIMEOUT_SECONDS,
                **({} if secret else {"token_endpoint_auth_method": "none"}),
            },
        )
        self.is_trusted_with_second = settings.oidc_second_factor == "provider"
        """Whether it sees to a second factor itself."""

    async def begin(self, back_to: str) -> tuple[str, dict[str, str]]:
        """Where to send the browser, and what its answer is held against. Raises `ProviderSaysNo`."""
        try:
            await self._metadata()
            made: dict[str, str] = await self._client.create_authorization_url(back_to)
        except _TROUBLE as error:
            raise self._away(error) from error
        return made["url"], {**{name: made[name] for name in ("state", "nonce", "code_verifier")}, "back_to": back_to}

    async def finish(self, asked: Mapping[str, str], answer: Mapping[str, str]) -> str:
        """Who somebody is, by the provider's answer to what was asked. Raises `ProviderSaysNo`."""
        if "error" in answer:  # some say no without the state
            raise ProviderSaysNo("denied" if answer["error"] == "access_denied" else "provider")
        state = asked.get("state", "")
        if not state or not hmac.compare_digest(state.encode(), answer.get("state", "").encode()):
            raise ProviderSaysNo("state")
        if answer.get("iss", self._issuer).rstrip("/") != self._issuer or not answer.get("code"):
            raise ProviderSaysNo("state")
        try:
            metadata = await self._metadata()
            token = await self._client.fetch_access_token(
                asked["back_to"], code=answer["code"], code_verifier=asked["code_verifier"]
            )
            known = (
                None
                if "id_token" not in token
                else await self._client.parse_id_token(
                    token,
                    nonce=asked["nonce"],
                    claims_options={
                        "iss": {"essential": True, "values": [metadata["issuer"]]},
                        "aud": {"essential": True, "values": [self._client_id]},
                    },
                    leeway=LEEWAY_SECONDS,
                )
            )
            if known is not None and self._claim not in known and "userinfo_endpoint" in metadata:
                more = await self._client.userinfo(token=token)
                known = {**known, **more} if more["sub"] == known["sub"] else None
        except httpx2.HTTPError as error:
            raise self._away(error) from error
        except _TROUBLE as error:
            log.warning("a login by the provider was refused", error=type(error).__name__, why=str(error)[:200])
            raise ProviderSaysNo("token") from error
        return self._named(known)

    async def way_out(self, back_to: str) -> str | None:
        """Where to log out at the provider as well; None where it has no such place, or is away."""
        try:
            made: dict[str, str] = await self._client.create_logout_url(
                post_logout_redirect_uri=back_to, client_id=self._client_id
            )
        except _TROUBLE as error:
            log.warning("no way out at the provider", error=type(error).__name__)
            return None
        return made["url"]

    async def _metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself, asked once. Raises ValueError for one that is not the one we named."""
        metadata: dict[str, Any] = await self._client.load_server_metadata()
        if str(metadata.get("issuer", "")).rstrip("/") != self._issuer:
            metadata.clear()  # so that it is asked again
            raise ValueError("another issuer")
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [one for one in offered if one in ALGORITHMS]
        return metadata

    def _named(self, known: Mapping[str, Any] | None) -> str:
        """The person that the claim names; an e-mail address only where the provider has verified it."""
        name = None if known is None else known.get(self._claim)
        if known is None or not isinstance(name, str) or not name:
            raise ProviderSaysNo("claim")
        if self._claim == "email" and known.get("email_verified") is not True:
            raise ProviderSaysNo("claim")
        return name

    def _away(self, error: Exception) -> ProviderSaysNo:
        log.warning("the provider does not answer", error=type(error).__name__, why=str(error)[:200])
        return ProviderSaysNo("away")


_TROUBLE = (AuthlibBaseError, JoseError, httpx2.HTTPError, ValueError, KeyError, TypeError, RuntimeError)
"""What the library raises for answers that are none, or not good."""
