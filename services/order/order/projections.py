"""Row `contracts`: one contract as its own stream tells it, and how the API shows it."""

from collections.abc import Callable, Mapping
from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import ContractLine, Fact
from contracts.masking import customer_for
from contracts.order import (
    ArrivalReported,
    CompletenessLost,
    ContractAmended,
    ContractSigned,
    DamageNoted,
    DelayNoticed,
    GoodsCompleted,
    GoodsNoted,
    OrderEvent,
    ShipmentAnnounced,
)
from order.domain.completeness_rules import lacking
from runtime.service import Facet, Projection

Json = dict[str, Any]


def fold_order(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A contract's facet after one more event of its own stream.

    `lines[]`: what was sold, with `received`, `damaged` (in the warehouse), `damaged_outside`, `missing`, `excess`
    (D9) and the last `shipment` and `delay` told; `complete_on` is an ISO date or None; `delays[]` all notices (A4).
    """
    told = cast(OrderEvent, event)
    if isinstance(told, ContractSigned):
        return _signed(told, meta)
    return _folded(cast(Json, facet), told)


def _signed(event: ContractSigned, meta: Meta) -> Json:
    return {
        "contract_no": event.contract_no,
        "store_code": event.store_code,
        "store_name": event.store_name,
        "signed_on": event.signed_on.isoformat(),
        "customer": event.customer.model_dump(),
        "promised_on": event.promised_on.isoformat(),
        "amount_due_fen": event.amount_due_fen,
        "lines": [_line(line) for line in event.lines],
        "complete": False,
        "complete_on": None,
        "delayed": False,
        "delays": [],
        "registered_at": event.at.isoformat(),
        "registered_by": meta.actor,
    }


def _folded(facet: Json, event: OrderEvent) -> Json:
    match event:
        case ContractSigned():
            return facet  # a contract is signed once; the first one is folded above
        case ContractAmended():
            return {**facet, "lines": [*facet["lines"], *(_line(line) for line in event.added)]}
        case ShipmentAnnounced():
            shipment = {
                "waybill": event.waybill,
                "carrier": event.carrier,
                "quantity": event.quantity,
                "eta": _iso(event.eta),
            }
            return _on_line(facet, event.line_no, lambda line: {**line, "shipment": shipment})
        case DelayNoticed():
            delay = {
                "line_no": event.line_no,
                "waybill": event.waybill,
                "eta": _iso(event.eta),
                "reason": event.reason,
                "noticed_at": event.at.isoformat(),
            }
            late = {**facet, "delayed": True, "delays": [*facet["delays"], delay]}
            return _on_line(late, event.line_no, lambda line: {**line, "delay": delay})
        case ArrivalReported():
            return facet  # what the warehouse makes of it comes back as GoodsNoted
        case GoodsNoted():
            return _on_line(facet, event.line_no, lambda line: _counted(line, received=event.quantity))
        case DamageNoted():
            place = "damaged" if event.in_warehouse else "damaged_outside"
            return _on_line(facet, event.line_no, lambda line: _counted(line, **{place: event.quantity}))
        case GoodsCompleted():
            return {**facet, "complete": True, "complete_on": event.complete_on.isoformat()}
        case CompletenessLost():
            return {**facet, "complete": False, "complete_on": None}
    assert_never(event)


def _line(line: ContractLine) -> Json:
    return {
        **line.model_dump(),
        "received": 0,
        "damaged": 0,
        "damaged_outside": 0,
        "missing": line.quantity,
        "excess": 0,
        "shipment": None,
        "delay": None,
    }


def _on_line(facet: Json, line_no: int, change: Callable[[Json], Json]) -> Json:
    return {**facet, "lines": [change(line) if line["line_no"] == line_no else line for line in facet["lines"]]}


def _counted(line: Json, *, received: int = 0, damaged: int = 0, damaged_outside: int = 0) -> Json:
    now = {
        **line,
        "received": line["received"] + received,
        "damaged": line["damaged"] + damaged,
        "damaged_outside": line["damaged_outside"] + damaged_outside,
    }
    good = now["received"] - now["damaged"] - now["damaged_outside"]
    return {
        **now,
        "missing": lacking(now["quantity"], now["received"], now["damaged"]),
        "excess": max(0, good - now["quantity"]),
    }


def _iso(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


def contract_summary(document: Mapping[str, Any], role: str) -> Json:
    """A contract in a list: what it is, whether and since when it is complete, and what is missing (A3)."""
    order = document["order"]
    return {
        "contract_no": order["contract_no"],
        "complete": order["complete"],
        "complete_on": order["complete_on"],
        "missing": [
            {"line_no": line["line_no"], "sku": line["sku"], "name": line["name"], "missing": line["missing"]}
            for line in order["lines"]
            if line["missing"]
        ],
        "excess": [
            {"line_no": line["line_no"], "sku": line["sku"], "name": line["name"], "excess": line["excess"]}
            for line in order["lines"]
            if line["excess"]
        ],
        "store_code": order["store_code"],
        "store_name": order["store_name"],
        "signed_on": order["signed_on"],
        "promised_on": order["promised_on"],
        "delayed": order["delayed"],
        "customer": customer_for(role, order["customer"]),
    }


def contract_detail(document: Mapping[str, Any], role: str) -> Json:
    """A contract with its lines, shipments and delays; `version` is what `If-Match` may name."""
    order = document["order"]
    return {
        **contract_summary(document, role),
        "amount_due_fen": order["amount_due_fen"],
        "lines": order["lines"],
        "delays": order["delays"],
        "registered_at": order["registered_at"],
        "registered_by": order["registered_by"],
        "version": document["_pos"]["order"]["seq"],
    }


PROJECTIONS = (
    Projection(
        name="contracts",
        version=1,
        row=lambda aggregate_id: aggregate_id.partition(":")[2],
        facets=(Facet(name="order", service="order", prefixes=("contract",), fold=fold_order),),
        indexes=(("order.complete", "_id"), ("order.store_code", "_id")),
    ),
)
