"""仓库 The company's depots (D17): data of the policy, dated. The first one delivers wherever no other does. Pure."""

from company.policy import DepotPolicy, Policy
from runtime.refusal import Term

MAIN = "main"
"""The depot of what names none: all that was recorded while there was one."""


SPELT = r"^[a-z][a-z0-9-]{0,29}$"
"""How a depot's id is spelt."""


def depot_of(policy: Policy, depot: str) -> DepotPolicy | None:
    """One of the company's depots; None for a name that it does not have."""
    return next((one for one in policy.depots if one.depot == depot), None)


def depot_name(policy: Policy, depot: str) -> str:
    """As people call it; the name itself where the policy does not know it (any more)."""
    known = depot_of(policy, depot)
    return depot if known is None else known.name


def said_depot(policy: Policy, depot: str) -> Term:
    """A depot in the words of a refusal: by its name, with its id beside them."""
    name = depot_name(policy, depot)
    return Term(name, name, depot)


def said_depots(policy: Policy) -> Term:
    """All depots of the company by name, for whoever named none of them."""
    names = tuple(one.name for one in policy.depots)
    return Term("、".join(names), ", ".join(names))


def delivers_to(policy: Policy, district: str) -> str:
    """Which depot delivers to a district: the one that names it, else the first."""
    named = (one.depot for one in policy.depots if district in one.districts)
    return next(named, policy.depots[0].depot if policy.depots else MAIN)
