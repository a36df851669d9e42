"""Rows `ledger` 账: per paper (a contract's goods, a slip, a loan, ...) the pieces that its vouchers brought and took.

Folded from the papers' own events alone, never from the bin cards: so that the two can be compared (D7, D11).
"""

from datetime import datetime
from typing import Any

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import GoodsArrived, GoodsIssued, GoodsReturned, GoodsUnclaimed
from contracts.inventory_counts import CountAdjusted
from contracts.inventory_inbound import InboundExceptionOpened, InboundExceptionSettled, InboundPutAway
from contracts.inventory_stock import LoanHandedOut, LoanReturned, ScrapExecuted, StockListIssued
from inventory.agreement import Entry
from runtime.service import Facet, Projection, whole_id

Json = dict[str, Any]

DEPOT = "main"
"""Contract goods lie in the one depot that there is."""
PAPERS = ("goods", "inbound", "loan", "scrap", "stocklist", "count")

Booked = tuple[str, str, str, int, str]
"""Depot, sku, voucher number, pieces (signed), name of the entry."""


def entries_of(event: Fact) -> tuple[Booked, ...]:
    """What an event brings to, or takes off, the ledger; nothing for events that only move or promise pieces."""
    match event:
        case GoodsArrived(from_stock=False):
            return ((DEPOT, event.sku, event.waybill, event.quantity, "arrived"),)
        case GoodsReturned():
            return ((DEPOT, event.sku, event.return_no, event.quantity, "returned"),)
        case GoodsUnclaimed():
            return ((DEPOT, event.sku, event.voucher_no, event.quantity, "unclaimed"),)
        case GoodsIssued():
            return tuple((DEPOT, line.sku, event.list_no, -line.quantity, "issued") for line in event.lines)
        case InboundPutAway() if event.contract_no is None or event.contract_line_no is None:
            voucher = f"{event.slip_no}/{event.line_no}/{event.part}"
            return ((event.depot, event.sku, voucher, event.quantity, "put_away"),)
        case InboundExceptionOpened() if event.pieces_aside and not _arrives_for_contract(event):
            return ((event.depot, event.sku, event.exception_id, event.pieces_aside, "set_aside"),)
        case InboundExceptionSettled() if event.outcome == "returned_to_supplier":
            return ((event.depot, event.sku, event.exception_id, -event.quantity, "sent_back"),)
        case LoanHandedOut():
            return ((event.depot, event.sku, event.loan_no, -event.quantity, "lent"),)
        case LoanReturned():
            parts = ((event.good, "lent_back"), (event.damaged, "lent_back_damaged"))
            return tuple((event.depot, event.sku, event.loan_no, pieces, what) for pieces, what in parts if pieces)
        case ScrapExecuted():
            return ((event.depot, event.sku, event.application_no, -event.quantity, "scrapped"),)
        case StockListIssued():
            return tuple((event.depot, line.sku, event.list_no, -line.quantity, "list") for line in event.lines)
        case CountAdjusted():
            return ((event.depot, event.sku, event.count_no, event.quantity, "adjusted"),)
        case _:
            return ()


def fold_ledger(facet: Json | None, event: Fact, meta: Meta) -> Json:  # noqa: ARG001 - all folds have one signature
    """A paper's entries after one more event; `skus` name which cards they belong to, as `depot:sku`."""
    before = facet or {"skus": [], "entries": []}
    booked = entries_of(event)
    if not booked:
        return before
    entries = [
        {
            "at": event.at.isoformat(),
            "card": f"{depot}:{sku}",
            "voucher_no": voucher_no,
            "quantity": quantity,
            "what": what,
        }
        for depot, sku, voucher_no, quantity, what in booked
    ]
    cards = dict.fromkeys([*before["skus"], *(entry["card"] for entry in entries)])
    return {"skus": list(cards), "entries": [*before["entries"], *entries]}


def ledger_entries(document: Json, card: str) -> list[Entry]:
    """A paper's entries of one card."""
    return [
        Entry(datetime.fromisoformat(entry["at"]), entry["voucher_no"], entry["quantity"], entry["what"])
        for entry in document["ledger"]["entries"]
        if entry["card"] == card
    ]


def _arrives_for_contract(event: InboundExceptionOpened) -> bool:
    """Damaged pieces of a contract come in as its arrival, and are told by its goods."""
    named = event.contract_no is not None and event.contract_line_no is not None
    return named and event.kind in ("damage", "quality") and event.reason != "customer_return"


PROJECTIONS = (
    Projection(
        name="ledger",
        row=whole_id,
        facets=(Facet(name="ledger", service="inventory", prefixes=PAPERS, fold=fold_ledger),),
        indexes=(("ledger.skus",),),
    ),
)
