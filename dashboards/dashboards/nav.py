"""Which pages there are, who works on which, and where a role begins (RULES §1)."""

from dataclasses import dataclass

from inventory.who import SEES_WAREHOUSE

STAFF = frozenset(
    {
        "store",
        "cs_specialist",
        "cs_supervisor",
        "install_assistant",
        "install_supervisor",
        "warehouse",
        "qc",
        "accountant",
        "procurement",
        "manager",
    }
)
"""Those who work at a desk."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the navigation; its name is the word `nav.<page>`. `roles` None: everybody."""

    page: str
    path: str
    icon: str
    roles: frozenset[str] | None = None


ROAD = frozenset({"crew_leader", "crew", "technician"})
"""Those who work on the road, with a phone."""

CALLERS = frozenset({"cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor", "manager"})
"""Those who call customers from a desk."""

DESK = frozenset(
    {
        "cs_specialist",
        "cs_supervisor",
        "store",
        "technician",
        "install_assistant",
        "install_supervisor",
        "warehouse",
        "procurement",
        "manager",
    }
)
"""Those who see tickets."""

NAV = (
    Place("board", "/board", "board"),
    Place("crew", "/crew", "phone", ROAD),
    Place("booking", "/booking", "phone", CALLERS),
    Place("orders", "/orders", "doc", STAFF),
    Place("warehouse", "/warehouse", "box", SEES_WAREHOUSE),
    Place("desk", "/desk", "tool", DESK),
    Place("messages", "/messages", "send", CALLERS | {"warehouse"}),
    Place("assessment", "/assessment", "chart"),
)

HOME = {
    "manager": "/assessment",
    "crew_leader": "/crew",
    "crew": "/crew",
    "technician": "/crew",
    "cs_specialist": "/booking",
    "cs_supervisor": "/desk",
    "store": "/orders",
    "warehouse": "/warehouse",
    "qc": "/warehouse",
    "accountant": "/warehouse/arrivals",
    "procurement": "/warehouse/stock",
}
"""Where a role begins; the others begin on the board."""


def places_for(role: str) -> tuple[Place, ...]:
    """The navigation of a role."""
    return tuple(place for place in NAV if place.roles is None or role in place.roles)


def home_of(role: str) -> str:
    """The first page after signing in."""
    return HOME.get(role, "/board")
