"""Rows `goods`: one contract's pieces, from its own stream alone."""

from collections.abc import Callable, Mapping
from typing import Any, assert_never, cast

from company.masking import customer_for
from contracts.envelope import Meta
from contracts.fact import Fact, GoodsLine
from contracts.inventory import (
    AllocationAsked,
    AllocationRefused,
    DamageReported,
    GoodsArrived,
    GoodsExpectationChanged,
    GoodsExpected,
    GoodsIssued,
    GoodsReleased,
    GoodsReturnAwaited,
    GoodsReturned,
    GoodsUnclaimed,
)
from contracts.inventory_stock import StockExcessReported, StockShortReported
from inventory.goods.state import IN_WAREHOUSE, GoodsEvent
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]
Pieces = tuple[GoodsLine, ...]


def fold_goods(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A contract's goods after one more event.

    `lines[]` count pieces: `expected`, `arrived`, `damaged` (here), `damaged_outside`, `issued`, `returned`,
    `released`, `here`, and what is `missing` or in `excess` of what was sold (D9); `missing` and `excess` of the row
    are their sums. `moves[]` is the history, as it was recorded; `vouchers[]` the numbers in it (D11).
    """
    told = cast(GoodsEvent, event)
    if facet is None:
        facet = {
            "contract_no": meta.subject.partition(":")[2],
            "customer": None,
            "cancelled": False,
            "lines": [],
            "moves": [],
            "vouchers": [],
            "missing": 0,
            "excess": 0,
        }
    return _summed(_after(facet, told, meta))


def _after(facet: Json, told: GoodsEvent, meta: Meta) -> Json:
    match told:
        case GoodsExpected():
            lines = [*facet["lines"], *(_line(line) for line in told.lines)]
            return {**facet, "customer": told.customer.model_dump(), "lines": lines}
        case GoodsExpectationChanged():
            known = {(line["line_no"], line["sku"]): line for line in facet["lines"]}
            lines = [
                _balanced({**known.get((line.line_no, line.sku), _line(line)), "expected": line.quantity})
                for line in told.lines
            ]
            changed = {**facet, "customer": told.customer.model_dump(), "lines": lines}
            return _moved(changed, "changed", (0, 0), (told, meta), note=told.reason)
        case GoodsArrived():
            arrived = {"waybill": told.waybill, "arrived_on": told.arrived_on.isoformat(), "bin": told.bin}
            moved = _moved(facet, "arrived", (told.line_no, told.quantity), (told, meta), **arrived)
            return _added(moved, "arrived", told.line_no, told.quantity)
        case GoodsUnclaimed():
            more: Json = {"sku": told.sku, "why": told.why, "voucher": told.voucher_no}
            return _moved(facet, "unclaimed", (told.line_no, told.quantity), (told, meta), **more)
        case DamageReported():
            return _damaged(facet, told, meta)
        case GoodsIssued():
            return _each(facet, "issued", told.lines, (told, meta), list_no=told.list_no)
        case GoodsReleased():
            released = _each(facet, "released", told.lines, (told, meta), note=told.reason, voucher=told.release_no)
            return {**released, "cancelled": facet["cancelled"] or told.closed}
        case GoodsReturned():
            more = {"return_no": told.return_no, "returned_on": told.returned_on.isoformat(), "note": told.reason}
            moved = _moved(facet, "returned", (told.line_no, told.quantity), (told, meta), **more)
            return _added(moved, "returned", told.line_no, told.quantity)
        case GoodsReturnAwaited():
            return _moved(facet, "return_awaited", (0, 0), (told, meta), return_no=told.return_no, note=told.reason)
        case AllocationAsked():
            asked = (told.line_no, told.quantity)
            return _moved(facet, "allocation_asked", asked, (told, meta), voucher=told.allocation_no)
        case AllocationRefused():
            more = {"voucher": told.allocation_no, "available": told.available}
            return _moved(facet, "allocation_refused", (told.line_no, 0), (told, meta), **more)
        case StockShortReported():
            more = {"sku": told.sku, "list_no": told.voucher_no, "note": told.reason}
            return _moved(facet, "short", (0, told.wanted - told.available), (told, meta), **more)
        case StockExcessReported():
            return _moved(facet, "excess", (0, told.quantity), (told, meta), sku=told.sku, note=told.reason)
    assert_never(told)


def _damaged(facet: Json, told: DamageReported, meta: Meta) -> Json:
    place = "damaged" if told.found in IN_WAREHOUSE else "damaged_outside"
    found = {
        "damage_id": told.damage_id,
        "found": told.found,
        "fault": told.fault,
        "photos": list(told.photos),
        "note": told.note,
        "lost": told.lost,
    }
    moved = _moved(facet, "damaged", (told.line_no, told.quantity), (told, meta), **found)
    return _added(moved, place, told.line_no, told.quantity)


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
        "returned": 0,
        "released": 0,
        "here": 0,
        "missing": line.quantity,
        "excess": 0,
    }


VOUCHERS = ("waybill", "damage_id", "list_no", "return_no", "voucher")


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
    numbers = [str(more[name]) for name in VOUCHERS if more.get(name)]
    new = [number for number in numbers if number not in facet["vouchers"]]
    return {**facet, "moves": [*facet["moves"], move], "vouchers": [*facet["vouchers"], *new]}


def _each(facet: Json, kind: str, lines: Pieces, told: tuple[Fact, Meta], **more: Any) -> Json:
    for line in lines:
        moved = _moved(facet, kind, (line.line_no, line.quantity), told, **more)
        facet = _added(moved, kind, line.line_no, line.quantity)
    return facet


def _added(facet: Json, what: str, line_no: int, pieces: int) -> Json:
    return _counted(facet, line_no, lambda line: {**line, what: line[what] + pieces})


def _counted(facet: Json, line_no: int, change: Callable[[Json], Json]) -> Json:
    return {
        **facet,
        "lines": [_balanced(change(line)) if line["line_no"] == line_no else line for line in facet["lines"]],
    }


def _balanced(line: Json) -> Json:
    here = line["arrived"] + line["returned"] - line["damaged"] - line["issued"] - line["released"]
    outside = line["issued"] - line["returned"] - line["damaged_outside"]
    return {
        **line,
        "here": here,
        "missing": max(0, line["expected"] - here - line["issued"] + line["returned"]),
        "excess": max(0, here + outside - line["expected"]),
    }


def _summed(facet: Json) -> Json:
    """What the contract lacks or has too much, over all lines; nothing of it once it is cancelled."""
    if facet["cancelled"]:
        return {**facet, "missing": 0, "excess": 0}
    sums = {name: sum(line[name] for line in facet["lines"]) for name in ("missing", "excess")}
    return {**facet, **sums}


def goods_view(document: Mapping[str, Any], role: str) -> Json:
    """A contract's goods as `role` may see them (C18); `version` is what `If-Match` may name."""
    goods = document["goods"]
    return {
        **goods,
        "customer": customer_for(role, goods["customer"]) if goods["customer"] else None,
        "version": document["_pos"]["goods"]["seq"],
    }


def shortage_view(document: Mapping[str, Any]) -> Json:
    """What a contract lacks or has too much, line by line (D9); no customer data."""
    goods = document["goods"]
    lines = [line for line in goods["lines"] if line["missing"] or line["excess"]]
    return {"contract_no": goods["contract_no"], "missing": goods["missing"], "excess": goods["excess"], "lines": lines}


PROJECTIONS = (
    Projection(
        name="goods",
        row=key_of,
        facets=(Facet(name="goods", service="inventory", prefixes=("goods",), fold=fold_goods),),
        indexes=(("goods.missing",), ("goods.excess",), ("goods.vouchers",)),
    ),
)
