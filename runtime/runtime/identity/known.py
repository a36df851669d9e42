"""Who asks, found out once for each request: a browser's session, or a program's token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from runtime.identity.session import Session
from runtime.identity.sessions import Sessions, cookie_name
from runtime.identity.standing import Standing
from runtime.person import Person
from runtime.tokens import Issued, Tokens

RENEWS_ITSELF = "x-renew"
"""Header of what a page asks by itself: nobody need be there."""
_BY_ITSELF = ("/live/", "/api/inbox/count")
"""Asked by pages without anybody's doing."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person, and by what they are known: exactly one of the two."""

    person: Person
    session: Session | None = None
    token: Issued | None = None


class Doorkeeper:
    """Knows who asks. What the database does not answer raises `PyMongoError` or `TimeoutError`."""

    def __init__(self, tokens: Tokens, sessions: Sessions | None = None, standing: Standing | None = None) -> None:
        """Without a database there are no sessions, and nobody is shut out."""
        self._tokens, self._sessions, self._standing = tokens, sessions, standing

    async def known(self, request: Request, people: Mapping[str, Person]) -> Known | None:
        """Who asks, or None for a stranger, and for whoever was signed in and is no longer."""
        token = bearer_of(request)
        if token is not None:
            return await self._by_token(token, people)
        value = request.cookies.get(cookie_name(secure=request.url.scheme == "https"))
        if not value or self._sessions is None:
            return None
        session = await self._sessions.of(value, used=not _by_itself(request))
        person = None if session is None else people.get(session.person)
        if session is None or person is None or not session.is_of(person):
            return None
        return Known(person, session=session)

    async def gone(self, watched: Sequence[Known], people: Mapping[str, Person]) -> list[bool]:
        """Of each of these, whether it may go on no longer: one question for all, however many streams they have."""
        asked = {one.session.id for one in watched if one.session is not None}
        lasting = await self._sessions.lasting(asked) if asked and self._sessions is not None else frozenset()
        return [people.get(one.person.id) != one.person or not await self._may_stay(one, lasting) for one in watched]

    async def _by_token(self, token: str, people: Mapping[str, Person]) -> Known | None:
        issued = self._tokens.issued(token)
        person = None if issued is None else people.get(issued.person_id)
        if issued is None or person is None or not await self._admits(person.id, issued.at):
            return None
        return Known(person, token=issued)

    async def _admits(self, person_id: str, issued: datetime) -> bool:
        return self._standing is None or await self._standing.admits(person_id, issued)

    async def _may_stay(self, one: Known, lasting: frozenset[str]) -> bool:
        if one.session is not None:
            return one.session.id in lasting
        return one.token is None or await self._admits(one.person.id, one.token.at)


def bearer_of(request: Request) -> str | None:
    """The token in the header, if there is one."""
    header = request.headers.get("authorization", "")
    return header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else None


def _by_itself(request: Request) -> bool:
    return RENEWS_ITSELF in request.headers or request.url.path.startswith(_BY_ITSELF)
