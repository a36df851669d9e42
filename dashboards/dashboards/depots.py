"""Which depot a page shows (D17): the one that the address names, else the one that this person chose last, else the
person's own, else all of them. A company with one depot has nothing to choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from company.policy import policy_book
from contracts.bounds import OneLine
from dashboards.bad_address import wrong_address
from runtime.http import Caller

ALL = "all"
"""All depots, in an address. An empty value is the same, as a form sends it."""
COOKIE = "songda_depot"
REMEMBERED_SECONDS = 31_536_000

OfDepot = Annotated[
    OneLine | None,
    Query(alias="depot", description="哪个仓库 a depot, or `all` (D17); without it, what the person chose last"),
]
"""In the address of what a page shows; `depots_for` reads it."""


@dataclass(frozen=True, slots=True)
class Depots:
    """The company's depots by name, and which of them a page shows; `chosen` None: all."""

    names: Mapping[str, str]
    chosen: str | None

    @property
    def several(self) -> bool:
        """Whether there is anything to choose."""
        return len(self.names) > 1

    @property
    def shown(self) -> tuple[str, ...]:
        """The depots that the page shows, the first one first."""
        return tuple(self.names) if self.chosen is None else (self.chosen,)

    @property
    def one(self) -> str:
        """The depot that is worked in, where it must be one: the chosen one, else the first."""
        return self.shown[0]

    @property
    def asked(self) -> str:
        """As an address says it."""
        return self.chosen or ALL

    def named(self, depot: str) -> str:
        """A depot's name, to be shown beside what is its own: nothing where there is one only."""
        return self.names.get(depot, depot) if self.several else ""


def depots_for(caller: Caller, now: datetime, asked: str | None = None) -> Depots:
    """What this person wants to see; `asked`: what the address says, where that has been read already. Refuses a depot
    that the company does not have: no other one stands in for it (X8)."""
    names = {one.depot: one.name for one in policy_book().at(now).depots}
    if asked is None:
        asked = caller.request.query_params.get("depot")
    if asked is not None and asked not in {*names, ALL, ""}:
        raise wrong_address("bad.choice", name="depot", text=asked[:40])
    if len(names) == 1:
        return Depots(names, next(iter(names)))
    if asked is None:
        who, _, asked = caller.request.cookies.get(COOKIE, "").rpartition("/")
        if who != caller.person.id:
            asked = caller.person.depot
    return Depots(names, asked if asked in names else None)


def remembered(page: Response, caller: Caller, depots: Depots) -> Response:
    """The page, after which this person's browser remembers the choice that the address made."""
    if depots.several and "depot" in caller.request.query_params:
        chosen = f"{caller.person.id}/{depots.asked}"
        page.set_cookie(COOKIE, chosen, max_age=REMEMBERED_SECONDS, samesite="lax", httponly=True)
    return page
