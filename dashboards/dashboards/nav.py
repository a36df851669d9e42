"""Which pages there are, who works on which, and where a role begins (RULES §1)."""

from dataclasses import dataclass

from company.roles import Role
from dispatch.who import CREW, SEES_PICK_UPS
from inventory.who import SEES_WAREHOUSE
from notify.who import OFFICE, SEES_FAXES
from service_desk.roles import READS as SEES_TICKETS

SEES_BOOKS = frozenset({Role.MANAGER, Role.ACCOUNTANT})
"""Who looks at the books."""

STAFF = frozenset(Role) - CREW
"""Those who work at a desk."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the navigation; its name is the word `nav.<page>`. `roles` None: everybody."""

    page: str
    path: str
    icon: str
    roles: frozenset[str] | None = None


NAV = (
    Place("board", "/board", "board"),
    Place("crew", "/crew", "phone", CREW),
    Place("booking", "/booking", "phone", OFFICE),
    Place("orders", "/orders", "doc", STAFF),
    Place("pickups", "/pickups", "check", SEES_PICK_UPS),
    Place("warehouse", "/warehouse", "box", SEES_WAREHOUSE),
    Place("desk", "/desk", "tool", SEES_TICKETS),
    Place("messages", "/messages", "send", SEES_FAXES),
    Place("books", "/money", "doc", SEES_BOOKS),
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
