"""Inventory 仓库, put together."""

from typing import Any

from inventory.api import router
from inventory.domain import (
    count,
    count_plan,
    goods,
    inbound,
    labels,
    loan,
    picklist,
    quality,
    scrap,
    stock,
    stock_list,
)
from inventory.projections import PROJECTIONS
from inventory.reactions import REACTIONS
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
        _rules("picklist", picklist),
        _rules("stock", stock),
        _rules("inbound", inbound),
        _rules("loan", loan),
        _rules("scrap", scrap),
        _rules("stocklist", stock_list),
        _rules("count", count),
        _rules("countplan", count_plan),
        _rules("qc", quality),
        _rules("label", labels),
    ),
    reactions=REACTIONS,
    projections=PROJECTIONS,
    router=router,
)
