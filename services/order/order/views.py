"""How the API shows contracts and customers: computed when read, from the row alone, as the asking role may see it."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from company.masking import amounts_for, customer_for
from order.contract.heard import line_json, listed
from order.contract.row import CONTRACTS, ContractRow, LineRow, state_of

Json = dict[str, Any]
Document = Mapping[str, Any]


def contract_summary(document: Document, role: str) -> Json:
    """A contract in a list: where it stands, whether and since when it is complete, and what is missing (A3)."""
    return _summary(CONTRACTS.read(document), role)


def _summary(row: ContractRow, role: str) -> Json:
    brief = {"line_no", "sku", "name"}
    shown = row.model_dump(
        mode="json",
        include={
            *("contract_no", "complete", "complete_on", "store_code", "store_name", "signed_on", "promised_on"),
            *("promise_broken", "delayed", "todo"),
        },
    )
    return {
        **shown,
        "state": state_of(row),
        "missing": [line.model_dump(include={*brief, "missing"}) for line in row.lines if line.missing],
        "excess": [line.model_dump(include={*brief, "excess"}) for line in row.lines if line.excess],
        "customer": customer_for(role, row.customer.model_dump()),
    }


def contract_detail(document: Document, role: str) -> Json:
    """A contract with all that became of it; `version` is what `If-Match` may name."""
    row, heard = CONTRACTS.whole(document)
    shown: Json = {
        **_summary(row, role),
        **_days_and_money(row),
        **listed(row, heard),
        "lines": [{**line_json(line, heard), "why": why_in_words(line)} for line in row.lines],
        "removed_lines": [line_json(line, heard) for line in row.removed_lines],
        "version": document["_pos"]["row"]["seq"],
    }
    return amounts_for(role, shown)


def _days_and_money(row: ContractRow) -> Json:
    return row.model_dump(
        mode="json",
        include={
            *("amount_due_fen", "paid_fen", "refunded_fen", "owed_fen", "overpaid_fen"),
            *("delivered_on", "installed_on", "fulfilled_on"),
        },
    )


def why_in_words(line: LineRow) -> Json | None:
    """Why pieces of a line are missing and when they are expected (A3); None when none is."""
    if line.why is None:
        return None
    carrier = "" if line.shipment is None else line.shipment.carrier
    reason = f"：{line.delay.reason}" if line.delay is not None and line.delay.reason else ""
    zh, en = {
        "damaged": (f"破损 {line.damaged} 件", f"{line.damaged} damaged"),
        "delayed": (f"延期{reason}", f"delayed{reason}"),
        "partly_arrived": (f"到了 {line.received} 件，其余未到", f"{line.received} came so far"),
        "on_the_way": (f"已发货（{carrier}）", f"on the way ({carrier})"),
        "not_shipped": ("未发货", "not shipped"),
    }[line.why.code]
    return {"code": line.why.code, "zh": zh, "en": en, "eta": None if line.why.eta is None else str(line.why.eta)}


def shipping_form(document: Document, role: str) -> Json:
    """发货单 (A8): name, spec, quantity and notes of what goes to the customer, and where to."""
    row = CONTRACTS.read(document)
    shown = row.model_dump(mode="json", include={"contract_no", "store_name", "promised_on", "complete_on", "owed_fen"})
    brief = {"line_no", "sku", "name", "spec", "category", "to_install"}
    return {
        **shown,
        "customer": customer_for(role, row.customer.model_dump()),
        "state": state_of(row),
        "owed_fen": amounts_for(role, shown)["owed_fen"],
        "lines": [
            {**line.model_dump(include=brief), "quantity": line.quantity - line.refunded, "notes": _note(line)}
            for line in row.lines
        ],
    }


def _note(line: LineRow) -> str:
    why = why_in_words(line)
    if why is None:
        return "已签收" if line.delivered >= line.quantity - line.refunded else ""
    expected = f"，预计 {why['eta']}" if why["eta"] else ""
    return f"缺 {line.missing}：{why['zh']}{expected}"


def customers_of(documents: Iterable[Document], role: str) -> list[Json]:
    """Contracts in order of phones -> one entry per customer (客户档案); `id` is one of his contracts."""
    rows = map(CONTRACTS.read, documents)
    return [_customer_entry(list(theirs), role) for _, theirs in groupby(rows, key=lambda row: row.phone)]


def _customer_entry(rows: list[ContractRow], role: str) -> Json:
    """A customer as his latest contract names him, and what he has with us."""
    latest = max(rows, key=lambda row: (row.signed_on, row.contract_no))
    entry: Json = {
        "id": rows[0].contract_no,
        "customer": customer_for(role, latest.customer.model_dump()),
        "contracts": len(rows),
        "open": sum(not row.ended for row in rows),
        "last_signed_on": latest.signed_on.isoformat(),
        "owed_fen": sum(row.owed_fen for row in rows if row.stage != "cancelled"),
    }
    return amounts_for(role, entry)


def customer_file(documents: list[Document], role: str) -> Json:
    """客户档案 (A1): all contracts of one customer, the latest first, and what happened in them."""
    newest = sorted(documents, key=lambda document: CONTRACTS.read(document).signed_on, reverse=True)
    return {
        **_customer_entry([CONTRACTS.read(document) for document in documents], role),
        "history": [_history_entry(document, role) for document in newest],
    }


def _history_entry(document: Document, role: str) -> Json:
    row, heard = CONTRACTS.whole(document)
    told = listed(row, heard)
    shown: Json = {
        **_summary(row, role),
        **_days_and_money(row),
        **{name: told[name] for name in ("cancelled", "delays", "postponements")},
        "warranties": [
            {"line_no": line.line_no, "name": line.name, **line.warranty.model_dump(mode="json")}
            for line in row.lines
            if line.warranty is not None
        ],
    }
    for name in ("amount_due_fen", "paid_fen", "refunded_fen", "overpaid_fen"):
        del shown[name]
    return amounts_for(role, shown)
