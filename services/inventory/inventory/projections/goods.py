"""Rows `goods`: one contract's pieces, from its own stream alone."""

from collections.abc import Callable, Mapping
from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import Fact, GoodsLine
from contracts.inventory import DamageReported, GoodsArrived, GoodsExpected, GoodsIssued
from contracts.masking import customer_for
from inventory.domain.goods import IN_WAREHOUSE, GoodsEvent
from runtime.service import Facet, Projection

Json = dict[str, Any]


def fold_goods(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A contract's goods after one more event.

    `lines[]` count pieces: `expected`, `arrived`, `damaged` (here), `damaged_outside`, `issued`, `here`, and what is
    `missing` or in `excess` of what was sold (D9). `moves[]` is the history, as it was recorded.
    """
    told = cast(GoodsEvent, event)
    if facet is None:
        facet = {"contract_no": told.contract_no, "customer": None, "lines": [], "moves": []}
    match told:
        case GoodsExpected():
            lines = [*facet["lines"], *(_line(line) for line in told.lines)]
            return {**facet, "customer": told.customer.model_dump(), "lines": lines}
        case GoodsArrived():
            arrived = {"waybill": told.waybill, "arrived_on": told.arrived_on.isoformat()}
            moved = _moved(facet, "arrived", (told.line_no, told.quantity), (told, meta), **arrived)
            return _counted(moved, told.line_no, lambda line: {**line, "arrived": line["arrived"] + told.quantity})
        case DamageReported():
            place = "damaged" if told.found in IN_WAREHOUSE else "damaged_outside"
            found = {
                "damage_id": told.damage_id,
                "found": told.found,
                "fault": told.fault,
                "photos": list(told.photos),
                "note": told.note,
            }
            moved = _moved(facet, "damaged", (told.line_no, told.quantity), (told, meta), **found)
            return _counted(moved, told.line_no, lambda line: {**line, place: line[place] + told.quantity})
        case GoodsIssued():
            for line in told.lines:
                facet = _moved(facet, "issued", (line.line_no, line.quantity), (told, meta), list_no=told.list_no)
                facet = _counted(facet, line.line_no, _issue(line.quantity))
            return facet
    assert_never(told)


def _line(line: GoodsLine) -> Json:
    return {
        "line_no": line.line_no,
        "sku": line.sku,
        "name": line.name,
        "expected": line.quantity,
        "arrived": 0,
        "damaged": 0,
        "damaged_outside": 0,
        "issued": 0,
        "here": 0,
        "missing": line.quantity,
        "excess": 0,
    }


def _issue(pieces: int) -> Callable[[Json], Json]:
    return lambda line: {**line, "issued": line["issued"] + pieces}


def _moved(facet: Json, kind: str, pieces: tuple[int, int], told: tuple[Fact, Meta], **more: Any) -> Json:
    """`pieces`: line number and quantity."""
    line_no, quantity = pieces
    event, meta = told
    move = {
        "kind": kind,
        "line_no": line_no,
        "quantity": quantity,
        "at": event.at.isoformat(),
        "recorded_at": meta.time.isoformat(),
        "by": meta.actor,
        **more,
    }
    return {**facet, "moves": [*facet["moves"], move]}


def _counted(facet: Json, line_no: int, change: Callable[[Json], Json]) -> Json:
    return {
        **facet,
        "lines": [_balanced(change(line)) if line["line_no"] == line_no else line for line in facet["lines"]],
    }


def _balanced(line: Json) -> Json:
    good = line["arrived"] - line["damaged"]
    return {
        **line,
        "here": good - line["issued"],
        "missing": max(0, line["expected"] - good),
        "excess": max(0, good - line["damaged_outside"] - line["expected"]),
    }


def goods_view(document: Mapping[str, Any], role: str) -> Json:
    """A contract's goods as `role` may see them (C18); `version` is what `If-Match` may name."""
    goods = document["goods"]
    return {
        **goods,
        "customer": customer_for(role, goods["customer"]),
        "version": document["_pos"]["goods"]["seq"],
    }


PROJECTIONS = (
    Projection(
        name="goods",
        version=1,
        row=lambda aggregate_id: aggregate_id.partition(":")[2],
        facets=(Facet(name="goods", service="inventory", prefixes=("goods",), fold=fold_goods),),
    ),
)
