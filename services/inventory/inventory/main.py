"""Inventory 仓库, put together."""

from typing import Any

from inventory.api import router
from inventory.domain import count, count_plan, goods, stock
from inventory.inbound.aggregate import INBOUND
from inventory.labels import LABELS
from inventory.loan import LOAN
from inventory.picklist import PICK_LIST
from inventory.projections import PROJECTIONS
from inventory.quality import QUALITY
from inventory.reactions import REACTIONS
from inventory.scrap import SCRAP
from inventory.stock_list import STOCK_LIST
from runtime.service import Decider, Service


def _rules(prefix: str, rules: Any) -> Decider:
    """An aggregate's module as the runtime takes it."""
    return Decider(
        prefix=prefix,
        initial=rules.INITIAL,
        states=rules.STATES,
        commands=rules.COMMANDS,
        decide=rules.decide,
        evolve=rules.evolve,
        due=rules.due,
    )


SERVICE = Service(
    name="inventory",
    deciders=(
        _rules("goods", goods),
        PICK_LIST,
        _rules("stock", stock),
        INBOUND,
        LOAN,
        SCRAP,
        STOCK_LIST,
        _rules("count", count),
        _rules("countplan", count_plan),
        QUALITY,
        LABELS,
    ),
    reactions=REACTIONS,
    projections=PROJECTIONS,
    router=router,
)
