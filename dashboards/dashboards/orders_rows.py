"""Rows behind the order desk: one per contract, made to be searched and paged through. Pure folds over `order.events`.

`order.stage` says how far a contract is: open, complete, loaded, delivered, installed, fulfilled, cancelled.
`order.delay`: "" (none), "unposted" (K1), "unexplained" (A4), "store" (handed over to the store, A5), "explained".
"""

from typing import Any

from contracts.envelope import Meta
from contracts.fact import Customer, Fact
from contracts.masking import mask_phone
from contracts.order import (
    CompletenessLost,
    ContractAmended,
    ContractCancelled,
    ContractFulfilled,
    ContractSigned,
    DelayExplained,
    DelayNoticed,
    DelayPosted,
    DeliveryFailureNoted,
    DeliveryNoted,
    DeliveryPostponed,
    GoodsCompleted,
    InstallationNoted,
    LoadingNoted,
    PaymentNoted,
    ReturnRefunded,
    StoreErrorAccepted,
    StoreErrorFollowedUp,
    StoreErrorHandedOver,
)
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]

STAGES = ("open", "complete", "loaded", "delivered", "installed", "fulfilled", "cancelled")
DELAYS = ("unposted", "unexplained", "store", "explained")
"""The most pressing first: a contract with several delays shows the first of these that one of them has."""


def _person(customer: Customer) -> Json:
    return {
        "name": customer.name,
        "district": customer.district,
        "phone": mask_phone(customer.phone),
        "tail": customer.phone[-4:],
    }


def fold_order(facet: Json | None, event: Fact, meta: Meta) -> Json:  # noqa: ARG001 - a fold gets all three
    """One contract as the list of the order desk shows it."""
    row: Json = facet or {}
    match event:
        case ContractSigned():
            return {
                "contract_no": event.contract_no,
                "store_code": event.store_code,
                "store_name": event.store_name,
                "signed_on": event.signed_on.isoformat(),
                **_person(event.customer),
                "promised_on": event.promised_on.isoformat(),
                "owed_fen": event.amount_due_fen,
                "lines": len(event.lines),
                "skus": sorted({line.sku for line in event.lines}),
                "stage": "open",
                "ended": False,
                "ready": False,
                "complete_on": None,
                "delay": "",
                "delays": {},
                "registered_at": event.at.isoformat(),
            }
        case ContractAmended():
            return _amended(row, event)
        case DeliveryPostponed():
            return {**row, "promised_on": event.promised_on.isoformat()}
        case GoodsCompleted():
            return _staged({**row, "ready": True, "complete_on": event.complete_on.isoformat()})
        case CompletenessLost():
            return _staged({**row, "ready": False, "complete_on": None})
        case PaymentNoted() | ReturnRefunded():
            return {**row, "owed_fen": event.owed_fen}
        case _:
            return _stage(_delay(row, event), event)


def _amended(row: Json, event: ContractAmended) -> Json:
    count, skus = row["lines"] + len(event.added), {*row["skus"], *(line.sku for line in event.added)}
    if event.lines:
        count, skus = len(event.lines), {line.sku for line in event.lines}
    return {
        **row,
        **({} if event.customer is None else _person(event.customer)),
        "lines": count,
        "skus": sorted(skus),
        "promised_on": row["promised_on"] if event.promised_on is None else event.promised_on.isoformat(),
        "owed_fen": row["owed_fen"] if event.amount_due_fen is None else event.amount_due_fen,
    }


def _stage(row: Json, event: Fact) -> Json:
    match event:
        case LoadingNoted():
            return {**row, "stage": "loaded"}
        case DeliveryFailureNoted():
            return _staged({**row, "stage": "open"})
        case DeliveryNoted():
            return {**row, "stage": "delivered"}
        case InstallationNoted():
            return {**row, "stage": "installed"}
        case ContractFulfilled():
            return {**row, "stage": "fulfilled", "ended": True}
        case ContractCancelled():
            return {**row, "stage": "cancelled", "ended": True}
        case _:
            return row


def _staged(row: Json) -> Json:
    """Complete or not, as long as nothing has left the warehouse."""
    waits = row.get("stage") in {"open", "complete"}
    return {**row, "stage": "complete" if row["ready"] else "open"} if waits else row


def _delay(row: Json, event: Fact) -> Json:
    match event:
        case DelayNoticed():
            return _delayed(row, event.delay_id or f"{event.line_no}-{event.waybill}", "unposted")
        case DelayPosted():
            return _delayed(row, event.delay_id, "unexplained", only="unposted")
        case DelayExplained() if event.result == "reached":
            return _delayed(row, event.delay_id, "explained")
        case StoreErrorHandedOver() | StoreErrorAccepted():
            return _delayed(row, event.delay_id, "store")
        case StoreErrorFollowedUp() if event.settled:
            return _delayed(row, event.delay_id, "explained")
        case _:
            return row


def _delayed(row: Json, delay_id: str, state: str, *, only: str | None = None) -> Json:
    """Keys of stored documents hold no dots and do not begin with a dollar."""
    key = delay_id.replace(".", "_").replace("$", "_")
    if only is not None and row["delays"].get(key) != only:
        return row
    delays = {**row["delays"], key: state}
    return {**row, "delays": delays, "delay": next((one for one in DELAYS if one in delays.values()), "")}


ORDER_DESK = Projection(
    name="order_desk",
    row=key_of,
    facets=(Facet(name="order", service="order", prefixes=("contract",), fold=fold_order),),
    indexes=(
        ("order.stage", "_id"),
        ("order.ended", "_id"),
        ("order.ended", "order.promised_on", "_id"),
        ("order.store_code", "order.ended", "_id"),
        ("order.store_code", "_id"),
        ("order.store_code", "order.stage", "_id"),
        ("order.delay", "_id"),
        ("order.promised_on", "_id"),
        ("order.stage", "order.promised_on", "_id"),
        ("order.name",),
        ("order.tail",),
        ("order.skus",),
    ),
)
