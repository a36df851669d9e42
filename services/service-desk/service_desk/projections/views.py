"""A ticket as a role may see it (C18)."""

from collections.abc import Mapping
from typing import Any

from company.masking import customer_for
from service_desk.clocks import STAND_WHILE_WAITING
from service_desk.projections.next_steps import NEXT_STEPS

Json = dict[str, Any]

INTERNAL = frozenset({"due_key", "before_visit", "archived"})
"""What the rows hold for themselves."""


def ticket_view(document: Mapping[str, Any], role: str) -> Json:
    """A ticket as `role` may see it; `version` is what `If-Match` may name."""
    ticket = document["ticket"]
    step = ticket["next_step"]
    zh, en = NEXT_STEPS[step] if step is not None else ("", "")
    stands = ticket["waiting"] is not None
    clocks = [
        {**one, "state": "held"} if stands and one["duty"] in STAND_WHILE_WAITING else one for one in ticket["duties"]
    ]
    return {
        **{name: value for name, value in ticket.items() if name not in INTERNAL},
        "duties": clocks,
        "customer": customer_for(role, ticket["customer"]),
        "next_zh": zh,
        "next_en": en,
        "version": document["_pos"]["ticket"]["seq"],
    }
