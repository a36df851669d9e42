"""Whoever works in one depot does nothing in another (D17, C18): said once for all that is asked there."""

from collections.abc import Awaitable, Callable

from company.depots import said_depot
from company.policy import policy_book
from company.roles import Role
from runtime.clock import utc_now
from runtime.decision import Command, Rejected
from runtime.http import Caller
from runtime.person import Person
from runtime.refusal import Term
from runtime.routes import Guard

AT_ONE_DEPOT = frozenset({Role.WAREHOUSE, Role.QC})
"""Who is bound to a depot, where the people's file gives one; the office's depot is what pages begin with, no more."""

Where = Callable[[Caller, str, Command], Awaitable[frozenset[str]]]
"""(who asks, aggregate, command) -> the depots whose people may do it; none: nobody knows where it is."""


def bound_to(person: Person) -> str | None:
    """The only depot in which somebody works."""
    return person.depot if person.role in AT_ONE_DEPOT else None


Strange = Callable[[str, Term, Term], Rejected]
"""(name of the person, the depot where it is, the person's own) -> what is said."""


def works_in(person: Person, depot: str) -> bool:
    """Whether what is to be done in a depot is for this person: a page offers nothing that would be refused."""
    return bound_to(person) in {None, depot}


def at_own_depot(where: Where, strange: Strange) -> Guard:
    """What an address asks of everybody who acts there, and who signs beside: 403 in another depot than the own."""

    async def guard(caller: Caller, person: Person, aggregate_id: str, command: Command) -> None:
        own = bound_to(person)
        if own is None:
            return
        there = await where(caller, aggregate_id, command)
        if there and own not in there:
            policy = policy_book().at(utc_now())
            here, home = said_depot(policy, min(there)), said_depot(policy, own)
            caller.refuse(strange(person.name, here, home), 403)

    return guard
