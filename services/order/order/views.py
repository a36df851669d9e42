"""How the API shows contracts and customers: computed when read, from the row alone, as the asking role may see it."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from contracts.masking import amounts_for, customer_for

Json = dict[str, Any]


def contract_summary(document: Mapping[str, Any], role: str) -> Json:
    """A contract in a list: where it stands, whether and since when it is complete, and what is missing (A3)."""
    order = document["order"]
    return {
        "contract_no": order["contract_no"],
        "state": order["state"],
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
        "promise_broken": order["promise_broken"],
        "delayed": order["delayed"],
        "todo": order["todo"],
        "customer": customer_for(role, order["customer"]),
    }


DETAIL = (
    "amount_due_fen",
    "paid_fen",
    "refunded_fen",
    "owed_fen",
    "payments",
    "refunds",
    "removed_lines",
    "delays",
    "postponements",
    "amendments",
    "deliveries",
    "failures",
    "delivered_on",
    "installed_on",
    "accepted_by",
    "fulfilled_on",
    "cancelled",
    "registered_at",
    "registered_by",
)
"""What a contract shows besides its summary and lines."""


def contract_detail(document: Mapping[str, Any], role: str) -> Json:
    """A contract with all that became of it; `version` is what `If-Match` may name."""
    order = document["order"]
    shown: Json = {
        **contract_summary(document, role),
        **{name: order[name] for name in DETAIL},
        "lines": [{**line, "why": why_missing(line)} for line in order["lines"]],
        "version": document["_pos"]["order"]["seq"],
    }
    return amounts_for(role, shown)


def why_missing(line: Mapping[str, Any]) -> Json | None:
    """Why pieces of a line are missing and when they are expected (A3); None when none is."""
    if not line["missing"]:
        return None
    shipment, delay = line["shipment"], line["delay"]
    told = [one["eta"] for one in (shipment, delay) if one is not None and one["eta"] is not None]
    eta = max(told, default=None)
    if line["damaged"] and line["received"] - line["released"] >= line["quantity"]:
        code, zh, en = "damaged", f"破损 {line['damaged']} 件", f"{line['damaged']} damaged"
    elif delay is not None:
        reason = f"：{delay['reason']}" if delay["reason"] else ""
        code, zh, en = "delayed", f"延期{reason}", f"delayed{reason}"
    elif line["received"]:
        code, zh, en = "partly_arrived", f"到了 {line['received']} 件，其余未到", f"{line['received']} came so far"
    elif shipment is not None:
        code, zh, en = "on_the_way", f"已发货（{shipment['carrier']}）", f"on the way ({shipment['carrier']})"
    else:
        code, zh, en = "not_shipped", "未发货", "not shipped"
    return {"code": code, "zh": zh, "en": en, "eta": eta}


def shipping_form(document: Mapping[str, Any], role: str) -> Json:
    """发货单 (A8): name, spec, quantity and notes of what goes to the customer, and where to."""
    order = document["order"]
    return {
        "contract_no": order["contract_no"],
        "store_name": order["store_name"],
        "customer": customer_for(role, order["customer"]),
        "promised_on": order["promised_on"],
        "state": order["state"],
        "complete_on": order["complete_on"],
        "owed_fen": amounts_for(role, order)["owed_fen"],
        "lines": [
            {
                "line_no": line["line_no"],
                "sku": line["sku"],
                "name": line["name"],
                "spec": line["spec"],
                "category": line["category"],
                "quantity": line["quantity"] - line["refunded"],
                "to_install": line["to_install"],
                "notes": _note(line),
            }
            for line in order["lines"]
        ],
    }


def _note(line: Mapping[str, Any]) -> str:
    why = why_missing(line)
    if why is None:
        return "已签收" if line["delivered"] >= line["quantity"] - line["refunded"] else ""
    expected = f"，预计 {why['eta']}" if why["eta"] else ""
    return f"缺 {line['missing']}：{why['zh']}{expected}"


def customers_of(documents: Iterable[Mapping[str, Any]], role: str) -> list[Json]:
    """Contracts in order of phones -> one entry per customer (客户档案); `id` is one of his contracts."""
    return [
        customer_entry(list(contracts), role)
        for _, contracts in groupby(documents, key=lambda document: document["order"]["phone"])
    ]


def customer_entry(documents: list[Mapping[str, Any]], role: str) -> Json:
    """A customer as his latest contract names him, and what he has with us."""
    orders = [document["order"] for document in documents]
    latest = max(orders, key=lambda order: (order["signed_on"], order["contract_no"]))
    entry: Json = {
        "id": orders[0]["contract_no"],
        "customer": customer_for(role, latest["customer"]),
        "contracts": len(orders),
        "open": sum(order["state"] not in {"fulfilled", "cancelled"} for order in orders),
        "last_signed_on": latest["signed_on"],
        "owed_fen": sum(order["owed_fen"] for order in orders if order["cancelled"] is None),
    }
    return amounts_for(role, entry)


def customer_file(documents: list[Mapping[str, Any]], role: str) -> Json:
    """客户档案 (A1): all contracts of one customer, the latest first, and what happened in them."""
    newest = sorted(documents, key=lambda document: document["order"]["signed_on"], reverse=True)
    return {
        **customer_entry(documents, role),
        "history": [_history_entry(document, role) for document in newest],
    }


def _history_entry(document: Mapping[str, Any], role: str) -> Json:
    order = document["order"]
    shown: Json = {
        **contract_summary(document, role),
        **{name: order[name] for name in ("delivered_on", "installed_on", "fulfilled_on")},
        **{name: order[name] for name in ("cancelled", "delays", "postponements", "owed_fen")},
        "warranties": [
            {"line_no": line["line_no"], "name": line["name"], **line["warranty"]}
            for line in order["lines"]
            if line["warranty"] is not None
        ],
    }
    return amounts_for(role, shown)
