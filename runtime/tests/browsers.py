"""Browsers without a database: a cookie names its person. How sessions are kept is tested on a server of their own."""

from collections.abc import Mapping

from fastapi import Request

from runtime.identity.known import Doorkeeper, Known
from runtime.person import Person

COOKIE = "who"


class Browsers(Doorkeeper):
    """Knows a program by its token, and a browser by its cookie's word."""

    async def known(self, request: Request, people: Mapping[str, Person]) -> Known | None:
        """Whoever the cookie names."""
        by_token = await super().known(request, people)
        person = people.get(request.cookies.get(COOKIE, ""))
        return by_token or (None if person is None else Known(person))
