"""仓库 A depot that a request names (D17, X8)."""

from company.depots import depot_of, said_depots
from company.policy import Policy
from inventory.refusals import no
from runtime.decision import Rejected


def depot_flaw(policy: Policy, depot: str) -> Rejected | None:
    """Why nothing can be asked in a depot of that name: the company has none. None where it has."""
    if depot_of(policy, depot) is not None:
        return None
    return no("unknown_depot", depot=depot, depots=said_depots(policy))
