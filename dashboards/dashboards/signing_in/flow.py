"""A login as HTTP: from what was proved to the next page that asks for more, and at last to a session's cookie."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from dashboards.login import safe_next
from dashboards.render import page, words_for
from dashboards.words import tables
from runtime.clock import utc_now
from runtime.decision import Rejected
from runtime.http import Refusal
from runtime.identity.audit import Audited, What
from runtime.identity.cookie_value import CookieValue
from runtime.identity.identity import Identity
from runtime.identity.known import Known
from runtime.identity.place import device_of, masked
from runtime.identity.session import How, Session
from runtime.identity.sessions import cookie_name, seconds_left
from runtime.identity.steps import LASTS, Step, step_cookie, wanted
from runtime.person import Person

LONGEST_FIELD = 200
PAGES = {"code": "/login/code", "password": "/login/password", "enrol": "/login/enrol"}
"""What a login lacks -> the page that asks for it."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever signs in at a browser, before anybody knows them."""

    request: Request

    @property
    def identity(self) -> Identity:
        """Accounts, sessions and the rest."""
        identity: Identity = self.request.app.state.identity
        return identity

    @property
    def people(self) -> Mapping[str, Person]:
        """Everybody."""
        people: Mapping[str, Person] = self.request.app.state.people
        return people

    @property
    def is_secure(self) -> bool:
        """Whether they came by https."""
        return self.request.url.scheme == "https"

    @property
    def session(self) -> Session | None:
        """The session that this browser has."""
        known: Known | None = self.request.state.known
        return None if known is None else known.session

    @property
    def _host(self) -> str:
        return self.request.client.host if self.request.client else ""

    @property
    def _user_agent(self) -> str:
        return self.request.headers.get("user-agent", "")

    async def form(self) -> Mapping[str, str]:
        """What a form of ours says. Raises `Refusal` for what none says."""
        found: dict[str, str] = {}
        for name, value in (await self.request.form()).multi_items():
            if not isinstance(value, str) or len(value) > LONGEST_FIELD * 5 or "\x00" in value:
                raise Refusal(422, no("login.unreadable"))
            found[name] = value
        return found

    async def step(self) -> Step | None:
        """The login that is under way at this browser."""
        return await self.identity.steps.of(self.request.cookies.get(step_cookie(secure=self.is_secure)))

    def note(self, what: What, person: str | None, **more: Any) -> None:
        """Into the audit record, with where it was."""
        place = {"device": device_of(self._user_agent), "network": masked(self._host)}
        request_id: str = self.request.state.request_id
        self.identity.trail.note(Audited(what=what, person=person, request_id=request_id, **place, **more))

    def show(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page of the login."""
        now = utc_now()
        words = words_for(self.request, now)
        shown = {"error": None, **values}
        return page(self.request, template, words, now=now, status=status, person=None, page="login", **shown)

    async def proved(self, person: Person, how: How, *, next_path: str, has_second: bool = False) -> Response:
        """Somebody proved who they are, in a first way: in, or to what is still asked of them."""
        step = Step(id="", until=utc_now() + LASTS, next=next_path, person=person.id, how=how, has_second=has_second)
        lack = await self.lack(step)
        if lack == "in":
            return await self.enter(step)
        known = step.model_dump(exclude={"id", "until"})
        value = await self.identity.steps.begin(**known)
        return self.with_step(RedirectResponse(PAGES[lack], status_code=303), value)

    async def lack(self, step: Step) -> str:
        """What a login lacks (`steps.wanted`)."""
        person = self.people.get(step.person or "")
        account = None if person is None else await self.identity.accounts.get(person.id)
        return wanted(step, account, guarded=person is not None and self.identity.is_guarded(person))

    async def go_on(self, step: Step) -> Response:
        """On from a step: to what is still asked, or in."""
        lack = await self.lack(step)
        return await self.enter(step) if lack == "in" else RedirectResponse(PAGES[lack], status_code=303)

    async def enter(self, step: Step, answer: Response | None = None) -> Response:
        """A new session, under a new value; what this browser had before is over. `answer`: the page to show with it.

        Raises `Refusal` for who was shut out meanwhile.
        """
        person = self.people.get(step.person or "")
        let_in = (
            None
            if person is None
            else await self.identity.let_in(
                person, step.how, user_agent=self._user_agent, host=self._host, request_id=self.request.state.request_id
            )
        )
        if step.id:
            await self.identity.steps.end(step)
        if let_in is None:
            raise Refusal(403, no("login.shut_out"))
        before = self.session
        if before is not None:
            await self.identity.sessions.end(before.person, before.id)
        value, session = let_in
        answer = answer or RedirectResponse(safe_next(step.next), status_code=303)
        answer.delete_cookie(step_cookie(secure=self.is_secure), secure=self.is_secure, httponly=True)
        answer.set_cookie(
            cookie_name(secure=self.is_secure),
            value.text,
            max_age=seconds_left(session, utc_now()),
            httponly=True,
            samesite="strict",
            secure=self.is_secure,
        )
        return answer

    def with_step(self, answer: Response, value: CookieValue) -> Response:
        """An answer that gives a browser its login under way. Lax: a provider sends it back from another site."""
        answer.set_cookie(
            step_cookie(secure=self.is_secure),
            value.text,
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self.is_secure,
        )
        return answer


def no(key: str, **facts: object) -> Rejected:
    """A refusal in the words of the table."""
    zh, en = tables()["words"][key]
    return Rejected(code=key.replace(".", "_"), rule="C18", zh=zh.format(**facts), en=en.format(**facts))
