"""One look at a page: who looks, in which language, at what moment; and the page that says no in words."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from company.own_depot import works_in
from company.policy import policy_book
from contracts.bounds import read_day
from contracts.civil_time import civil_day
from dashboards.bad_address import wrong_address
from dashboards.login import known, to_login
from dashboards.render import page, words_for
from dashboards.words import Words
from runtime.aggregate import Aggregate
from runtime.clock import utc_now
from runtime.decision import Command
from runtime.http import Caller
from runtime.person import Person

_Page = Callable[..., Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody at a page that they may see."""

    request: Request
    caller: Caller
    words: Words
    now: datetime
    page: str

    @property
    def person(self) -> Person:
        """Who looks."""
        return self.caller.person

    @property
    def today(self) -> date:
        """The company's calendar day."""
        return civil_day(self.now)

    def asked(self, name: str, *, longest: int = 80) -> str | None:
        """A parameter of the address, without blanks around it; None when it is empty."""
        text = (self.request.query_params.get(name) or "").strip()
        return text[:longest] or None

    def one_of(self, name: str, choices: Collection[str]) -> str | None:
        """A parameter that must be one of the choices; None when it is missing. Refuses any other one in words: no
        list is shown that was not asked for (X8)."""
        text = self.asked(name)
        if text is not None and text not in choices:
            raise wrong_address("bad.choice", name=name, text=text[:40])
        return text

    def day(self, name: str) -> date | None:
        """A parameter that is a day; None when it is missing. One that is unreadable or beyond its bounds is refused in
        words: no other day stands in for it (X8)."""
        text = self.asked(name)
        if text is None:
            return None
        day = self.day_of(text)
        if day is None:
            raise wrong_address("bad.date")
        return day

    def number(self, name: str, *, digits: int) -> int | None:
        """A parameter that is a whole number of so many digits at most; None when it is missing. Refuses others."""
        text = self.asked(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= digits):
            raise wrong_address("bad.choice", name=name, text=text[:40])
        return int(text)

    def day_of(self, text: str) -> date | None:
        """A day as it stands in an address."""
        return read_day(text, policy_book().door(self.now))

    def is_one_of(self, *roles: str) -> bool:
        """Whether the person has one of the roles."""
        return self.person.role in roles

    def may(self, of: Aggregate[Any, Any], command: type[Command], depot: str | None = None) -> bool:
        """Whether the person may ask this, as its use case says; in `depot`, nobody of another one (D17)."""
        return self.person.role in of.may(command) and (depot is None or works_in(self.person, depot))

    def seconds(self, of: Aggregate[Any, Any], command: type[Command]) -> list[Person]:
        """Who may sign beside this person when they ask it (B23), as its use case says."""
        people: Mapping[str, Person] = self.request.app.state.people
        second = of.second(command)
        roles = frozenset[str]() if second is None else second.roles(self.person.role)
        return [one for one in people.values() if one.role in roles and one.id != self.person.id]

    async def offered(
        self, of: Aggregate[Any, Any], projection: str, row_id: str, depot: str | None = None
    ) -> frozenset[str]:
        """Codes of what the person may sensibly ask of one of these now, by the state beside its row; of what lies in
        `depot`, nothing to whoever works in another one (D17)."""
        if depot is not None and not works_in(self.person, depot):
            return frozenset()
        return frozenset(form.code for form in await self.caller.offered(of.name, projection, row_id))

    def show(self, template: str, **values: Any) -> Response:
        """The page."""
        shown = {"seat": self, "people": self.request.app.state.people, **values}
        return page(self.request, template, self.words, now=self.now, person=self.person, page=self.page, **shown)

    def say_no(self, heading: str, text: str, status: int) -> Response:
        """A page with nothing but words (keys of the table are filled by the caller)."""
        return page(
            self.request,
            "message.html",
            self.words,
            now=self.now,
            status=status,
            person=self.person,
            page=self.page,
            heading=heading,
            text=text,
        )

    def not_found(self, what: str) -> Response:
        """404: no such thing, or not theirs to see; nobody learns which."""
        return self.say_no(self.words("gone.title"), self.words("gone.text", what=what), 404)


def seated(page_name: str, roles: Collection[str] | None = None) -> Callable[[_Page], _Page]:
    """A page for whoever may see it; others are sent to the login, or told no in words (C18)."""

    def mark(shown: _Page) -> _Page:
        @wraps(shown)
        async def page_of(request: Request, **values: Any) -> Response:
            seat = seat_at(request, page_name, roles)
            return seat if isinstance(seat, Response) else await shown(seat, **values)

        of_address = [one for name, one in signature(shown, eval_str=True).parameters.items() if name != "seat"]
        of_request = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
        page_of.__signature__ = Signature([of_request, *of_address])  # type: ignore[attr-defined]  # FastAPI reads it
        return page_of

    return mark


def renewed(page: Response, seconds: int) -> Response:
    """A page that its browser asks for again by itself."""
    page.headers["Refresh"] = str(seconds)
    return page


def seat_at(request: Request, page_name: str, roles: Collection[str] | None = None) -> Seat | Response:
    """Who looks at a page; to the login without a person, 403 in words for a role that may not (C18)."""
    caller = known(request)
    if caller is None:
        return to_login(request)
    now = utc_now()
    seat = Seat(request=request, caller=caller, words=words_for(request, now), now=now, page=page_name)
    if roles is not None and caller.person.role not in roles:
        words = seat.words
        return seat.say_no(words("denied.title"), words("denied.text", role=words(f"role.{caller.person.role}")), 403)
    return seat
