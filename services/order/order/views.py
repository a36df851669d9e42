"""How the API shows contracts and customers: computed when read, from the row and what was said of it, as the asking
role may see it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from pydantic import BaseModel

from company.masking import amounts_for, customer_for
from contracts.fact import Customer, Measure
from order.contract.heard import (
    AmendmentTold,
    CancellationTold,
    ContractFile,
    DelayShort,
    DelayTold,
    DeliveryTold,
    FailureTold,
    PaymentTold,
    PostponementTold,
    RefundTold,
)
from order.contract.row import ContractRow, LineRow, ShipmentRow, State, Todo, WarrantyRow, WhyCode, state_of


class Missing(BaseModel):
    """Pieces of a line that are not there yet."""

    line_no: int
    sku: str
    name: str
    missing: int


class Excess(BaseModel):
    """Pieces of a line that came beyond what was sold (D9)."""

    line_no: int
    sku: str
    name: str
    excess: int


class LineSummary(BaseModel):
    """A line as it stands: pieces sold, since when they are here, of which lots (D13, D14)."""

    line_no: int
    sku: str
    pieces: int
    boxes: str | None
    """Whole boxes and single pieces, "6+2"; null where it is not packed in boxes."""
    complete_on: date | None
    asks_consent_since: date | None
    """All pieces are here since then, but of several lots: the customer is to be asked."""
    lots: dict[str, int] | None
    """Lot -> pieces; null where the product does not come in lots."""
    missing: int


class ContractStanding(BaseModel):
    """Where a contract stands; the customer as the asking role may see it (C18)."""

    contract_no: str
    state: State
    complete: bool
    complete_on: date | None
    missing: list[Missing]
    excess: list[Excess]
    store_code: str
    store_name: str
    signed_on: date
    promised_on: date
    promise_broken: bool
    delayed: bool
    todo: list[Todo]
    customer: Customer


class ContractSummary(ContractStanding):
    """A contract in the list."""

    lines: list[LineSummary]


class Why(BaseModel):
    """Why pieces of a line are missing, and when they are expected (A3)."""

    code: WhyCode
    zh: str
    en: str
    eta: date | None


class LineDetail(BaseModel):
    """A line and what became of its pieces; its price is null for roles that do not see money."""

    line_no: int
    sku: str
    name: str
    spec: str
    category: str
    quantity: int
    unit_price_fen: int | None
    to_install: bool
    measure: Measure | None
    boxes: str | None
    complete_on: date | None
    asks_consent_since: date | None
    lots: dict[str, int] | None
    lots_agreed_on: date | None
    received: int
    damaged: int
    damaged_outside: int
    released: int
    returned: int
    delivered: int
    refunded: int
    owed: int
    """Pieces that the customer is still to have (A9): sold less delivered less refunded."""
    missing: int
    excess: int
    shipment: ShipmentRow | None
    delay: DelayShort | None
    warranty: WarrantyRow | None
    why: Why | None = None


class ContractDetail(ContractStanding):
    """A contract with all that became of it; `version` is what `If-Match` may name. Amounts are null for roles that do
    not see money (RULES §1)."""

    amount_due_fen: int | None
    paid_fen: int | None
    refunded_fen: int | None
    owed_fen: int | None
    overpaid_fen: int | None
    """To be paid back (A12)."""
    payments: list[PaymentTold]
    refunds: list[RefundTold]
    lines: list[LineDetail]
    removed_lines: list[LineDetail]
    delays: list[DelayTold]
    postponements: list[PostponementTold]
    amendments: list[AmendmentTold]
    deliveries: list[DeliveryTold]
    failures: list[FailureTold]
    delivered_on: date | None
    installed_on: date | None
    accepted_by: str | None
    fulfilled_on: date | None
    cancelled: CancellationTold | None
    registered_at: datetime
    registered_by: str
    version: int


class ShippingLine(BaseModel):
    """What goes to the customer of a line."""

    line_no: int
    sku: str
    name: str
    spec: str
    category: str
    to_install: bool
    quantity: int
    notes: str


class ShippingForm(BaseModel):
    """发货单 (A8)."""

    contract_no: str
    store_name: str
    promised_on: date
    complete_on: date | None
    owed_fen: int | None
    customer: Customer
    state: State
    lines: list[ShippingLine]


class CustomerEntry(BaseModel):
    """A customer in the list; `id` is one of his contracts."""

    id: str
    customer: Customer
    contracts: int
    open: int
    last_signed_on: date
    owed_fen: int | None


class WarrantyOfLine(BaseModel):
    """质保 (A7) of a line."""

    line_no: int
    name: str
    starts_on: date
    ends_on: date


class HistoryEntry(ContractStanding):
    """A contract of a customer, and what happened in it."""

    delivered_on: date | None
    installed_on: date | None
    fulfilled_on: date | None
    cancelled: CancellationTold | None
    delays: list[DelayTold]
    postponements: list[PostponementTold]
    owed_fen: int | None
    warranties: list[WarrantyOfLine]


class CustomerFile(CustomerEntry):
    """A customer with all his contracts, the latest first."""

    history: list[HistoryEntry]


def contract_summary(row: ContractRow, role: str) -> ContractSummary:
    """A contract in a list: where it stands, whether and since when it is complete, and what is missing (A3)."""
    return ContractSummary.model_validate({**_standing(row, role), "lines": [_line_summary(x) for x in row.lines]})


def _line_summary(line: LineRow) -> LineSummary:
    same = {name: getattr(line, name) for name in LineSummary.model_fields if name in LineRow.model_fields}
    return LineSummary.model_validate({**same, "pieces": line.quantity, "lots": line.pieces_of_lots})


def _standing(row: ContractRow, role: str) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in ContractStanding.model_fields if name in ContractRow.model_fields}
    return {
        **shown,
        "state": state_of(row),
        "missing": [line.model_dump(include=set(Missing.model_fields)) for line in row.lines if line.missing],
        "excess": [line.model_dump(include=set(Excess.model_fields)) for line in row.lines if line.excess],
        "customer": customer_for(role, row.customer),
    }


def contract_detail(contract: ContractFile, role: str) -> ContractDetail:
    """A contract with all that became of it."""
    row, registered = contract.row, contract.registered
    shown = ContractDetail.model_validate(
        {
            **{name: getattr(row, name) for name in ContractDetail.model_fields if name in ContractRow.model_fields},
            **_standing(row, role),
            **{name: getattr(contract, name) for name in _HEARD},
            "lines": [_line(line, contract, why_in_words(line)) for line in row.lines],
            "removed_lines": [_line(line, contract, None) for line in row.removed_lines],
            "registered_at": registered and registered.event.at,
            "registered_by": registered and registered.by,
            "version": contract.version,
        }
    )
    return amounts_for(role, shown)


_HEARD = (
    *("payments", "refunds", "delays", "postponements", "amendments", "deliveries", "failures"),
    *("accepted_by", "cancelled"),
)


def _line(line: LineRow, contract: ContractFile, why: Why | None) -> LineDetail:
    """Pieces that came back are told one by one, its delay in short."""
    same = {name: getattr(line, name) for name in LineDetail.model_fields if name in LineRow.model_fields}
    delay = line.delay and DelayShort(**line.delay.model_dump(include=set(DelayShort.model_fields)))
    told = {"delay": delay, "returned": contract.returned(line), "why": why, "lots": line.pieces_of_lots}
    return LineDetail.model_validate({**same, **told})


def why_in_words(line: LineRow) -> Why | None:
    """Why pieces of a line are missing and when they are expected (A3); None when none is."""
    if line.why is None:
        return None
    carrier = "" if line.shipment is None else line.shipment.carrier
    reason = f"：{line.delay.reason}" if line.delay is not None and line.delay.reason else ""
    zh, en = {
        "damaged": (f"破损 {line.damaged + line.at_door} 件", f"{line.damaged + line.at_door} damaged"),
        "delayed": (f"延期{reason}", f"delayed{reason}"),
        "partly_arrived": (f"到了 {line.received} 件，其余未到", f"{line.received} came so far"),
        "on_the_way": (f"已发货（{carrier}）", f"on the way ({carrier})"),
        "not_shipped": ("未发货", "not shipped"),
    }[line.why.code]
    return Why(code=line.why.code, zh=zh, en=en, eta=line.why.eta)


def shipping_form(row: ContractRow, role: str) -> ShippingForm:
    """发货单 (A8): name, spec, quantity and notes of what goes to the customer, and where to."""
    brief = set(ShippingLine.model_fields) - {"quantity"}
    shown = ShippingForm(
        **row.model_dump(include={"contract_no", "store_name", "promised_on", "complete_on", "owed_fen"}),
        customer=customer_for(role, row.customer),
        state=state_of(row),
        lines=[
            ShippingLine(**line.model_dump(include=brief), quantity=line.quantity - line.refunded, notes=_note(line))
            for line in row.lines
        ],
    )
    return amounts_for(role, shown)


def _note(line: LineRow) -> str:
    why = why_in_words(line)
    if why is None:
        return "已签收" if line.delivered >= line.quantity - line.refunded else ""
    expected = "" if why.eta is None else f"，预计 {why.eta}"
    return f"缺 {line.missing}：{why.zh}{expected}"


def customers_of(rows: Iterable[ContractRow], role: str) -> list[CustomerEntry]:
    """Contracts in order of phones -> one entry per customer (客户档案); `id` is one of his contracts."""
    return [_customer_entry(list(theirs), role) for _, theirs in groupby(rows, key=lambda row: row.phone)]


def _customer_entry(rows: Sequence[ContractRow], role: str) -> CustomerEntry:
    """A customer as his latest contract names him, and what he has with us."""
    latest = max(rows, key=lambda row: (row.signed_on, row.contract_no))
    entry = CustomerEntry(
        id=rows[0].contract_no,
        customer=customer_for(role, latest.customer),
        contracts=len(rows),
        open=sum(not row.ended for row in rows),
        last_signed_on=latest.signed_on,
        owed_fen=sum(row.owed_fen for row in rows if row.stage != "cancelled"),
    )
    return amounts_for(role, entry)


def customer_file(contracts: Sequence[ContractFile], role: str) -> CustomerFile:
    """客户档案 (A1): all contracts of one customer, the latest first, and what happened in them."""
    newest = sorted(contracts, key=lambda one: one.row.signed_on, reverse=True)
    entry = _customer_entry([one.row for one in contracts], role)
    return CustomerFile(**dict(entry), history=[_history_entry(one, role) for one in newest])


def _history_entry(contract: ContractFile, role: str) -> HistoryEntry:
    row = contract.row
    same = {name: getattr(row, name) for name in HistoryEntry.model_fields if name in ContractRow.model_fields}
    shown = HistoryEntry.model_validate(
        {
            **same,
            **_standing(row, role),
            "cancelled": contract.cancelled,
            "delays": contract.delays,
            "postponements": contract.postponements,
            "warranties": [_warranty(line, line.warranty) for line in row.lines if line.warranty is not None],
        }
    )
    return amounts_for(role, shown)


def _warranty(line: LineRow, warranty: WarrantyRow) -> WarrantyOfLine:
    return WarrantyOfLine(line_no=line.line_no, name=line.name, starts_on=warranty.starts_on, ends_on=warranty.ends_on)
