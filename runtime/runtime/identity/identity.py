"""All that identity is made of, for one process; and the one place where a session begins."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from runtime.identity.accounts import Accounts
from runtime.identity.audit import Audited, AuditTrail, What
from runtime.identity.cookie_value import CookieValue
from runtime.identity.known import Doorkeeper
from runtime.identity.provider import Provider
from runtime.identity.session import How, Session
from runtime.identity.sessions import Sessions
from runtime.identity.standing import Standing
from runtime.identity.steps import Steps
from runtime.kept_secret import Keys
from runtime.mongo import Database, identity_of
from runtime.person import Person
from runtime.settings import Settings
from runtime.tokens import signing_keys, tokens_of


@dataclass(frozen=True)
class Identity:
    """Accounts, sessions, logins under way, and the record of them."""

    keys: Keys
    sessions: Sessions
    accounts: Accounts
    steps: Steps
    doorkeeper: Doorkeeper
    trail: AuditTrail
    provider: Provider | None
    """Of identities: where the company has one."""

    @classmethod
    def of(cls, settings: Settings, database: Database, guarded: Collection[str], trail: AuditTrail) -> Self:
        """As the settings have it. `database`: that of the read models; identity lies beside it."""
        keys = signing_keys(settings)
        own = identity_of(database)
        sessions = Sessions(settings, own, keys, guarded)
        return cls(
            keys=keys,
            sessions=sessions,
            accounts=Accounts(own, keys, sessions),
            steps=Steps(own, keys),
            doorkeeper=Doorkeeper(tokens_of(settings), sessions, Standing(own)),
            trail=trail,
            provider=None if settings.oidc_issuer is None else Provider(settings),
        )

    def is_guarded(self, person: Person) -> bool:
        """Whether the person's role takes a second factor."""
        return person.role in self.sessions.guarded

    async def let_in(
        self, person: Person, how: How, *, user_agent: str, host: str, request_id: str
    ) -> tuple[CookieValue, Session] | None:
        """Begin a session of somebody who has proved who they are; None for one who was shut out.

        The account is looked at after the session is there: whoever shuts a person out ends the sessions that are, and
        one that comes at the same moment is ended here.
        """
        value, session = await self.sessions.begin(person, how, user_agent=user_agent, host=host)
        account = await self.accounts.get(person.id)
        place = {"device": session.device, "network": session.address, "request_id": request_id}
        if account is not None and account.disabled:
            await self.sessions.end(person.id, session.id)
            self.trail.note(Audited(what=What.SIGN_IN_REFUSED, person=person.id, how=how, why="disabled", **place))
            return None
        self.trail.note(Audited(what=What.SIGNED_IN, person=person.id, how=how, **place))
        return value, session
