"""Rows of the warehouse as the inventory service keeps them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from dashboards_story import CUSTOMER
from orders_story import desk_rows, signed

from contracts.fact import Fact, GoodsLine
from contracts.inventory_stock import Lot, MoveKind
from inventory.goods.row import PIECES
from inventory.goods.state import Arrival, Expected, Stock
from inventory.stock.moves import MoveRow
from inventory.stock.row import STOCKED
from inventory.stock.state import Card
from runtime.view import Row

AT = "2026-03-12T01:00:00+00:00"
ON = "2026-03-13"


def stored(row_id: str, row: Row, *said: Fact) -> dict[str, Any]:
    """A row's document, with what was said beside it."""
    kept = {name: value for name, value in row.shown().items() if name != "version"}
    heard = [{"by": "mai.gh", "recorded": AT, "event": event.model_dump(mode="json")} for event in said]
    return {"_id": row_id, "row": kept, "said": heard, "_pos": {"row": {"seq": 1}}}


def lot(bin_name: str, quantity: int, held_for: str | None = None, *, pending: bool = False) -> Lot:
    """Pieces in one place."""
    return Lot(bin=bin_name, held_for=held_for, pending=pending, quantity=quantity)


def move(number: int, kind: MoveKind, before: int, after: int, **more: Any) -> MoveRow:
    """A line of the bin card."""
    at = datetime(2026, 3, number, 1, tzinfo=UTC)
    base = {
        "card": "main:WC-1",
        "move_no": number,
        "at": at,
        "recorded_at": at + timedelta(seconds=1),
        "by": "mai.gh",
        "kind": kind,
        "quantity": abs(after - before),
        "taken": (),
        "put": (),
        "before": before,
        "after": after,
        "voucher_no": f"RK{number:03}",
        "held_for": None,
        "reason": "",
    }
    return MoveRow.model_validate({**base, **more})


def stock(sku: str = "WC-1", *lots: Lot) -> dict[str, Any]:
    """A row `stock`."""
    at = datetime.fromisoformat(AT)
    card = Card("main", sku, "坐便器", lots, last_move=3, moved_at=at, report_at=at, causes=())
    row = STOCKED.view(card)
    assert row is not None
    return stored(f"main:{sku}", row)


def picklist(*, feedback: bool = False) -> dict[str, Any]:
    """A row `picklists`: two stops of one vehicle."""
    goods = [{"line_no": 1, "sku": "WC-1", "name": "坐便器", "quantity": 2}]
    top = [{"line_no": 1, "sku": "KC-9", "name": "石英石台面", "quantity": 1}]
    cabinet = [{"line_no": 2, "sku": "KC-1", "name": "地柜柜体", "quantity": 1}]
    stops = [
        {"job_id": "D-HT26030001", "contract_no": "HT26030001", "position": 1, "lines": goods},
        {"job_id": "D-HT26030002", "contract_no": "HT26030002", "position": 2, "lines": [*cabinet, *top]},
    ]
    answer = {"ready": True, "note": ""} if feedback else {"ready": None, "note": None}
    facet = {
        "depot": "main",
        "on": ON,
        "version": 2,
        "issued_at": AT,
        "feedback_due": "2026-03-13T00:30:00+00:00",
        "feedback_at": AT if feedback else None,
        "feedback_by": "mai.gh" if feedback else None,
        "stops": [{"crew": "S1", "half": "am", **stop, **answer} for stop in stops],
    }
    return {"_id": f"main:{ON}", "picklist": facet}


def compared(book: int, counted: int, at: str, move_no: int = 2) -> dict[str, Any]:
    """What a comparison said of a line."""
    return {
        "counted": counted,
        "book": book,
        "difference": counted - book,
        "counted_at": at,
        "counted_by": "mai.gh",
        "round": 1,
        "move_no": move_no,
        "within_tolerance": counted == book,
    }


def count_line(status: str = "to_count", **more: Any) -> dict[str, Any]:
    """A line of a count sheet."""
    base = {
        "sku": "WC-1",
        "name": "坐便器",
        "zone": "B",
        "bin": "B-01-1",
        "status": status,
        "round": 1,
        "figures": [],
        "compared": None,
        "asked": None,
        "asked_note": "",
        "reason": None,
        "note": "",
        "photos": [],
        "explained_by": None,
        "approved_by": None,
        "approved_note": "",
        "move_no": 2,
        "base": 2,
    }
    return {**base, **more}


def count(number: str = "PD-1", *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A row `counts`."""
    facet = {
        "count_no": number,
        "depot": "main",
        "kind": "cycle",
        "chosen": "库区 B",
        "plan": None,
        "due": "2026-03-14T16:00:00+00:00",
        "status": "open",
        "overdue": False,
        "opened_at": AT,
        "opened_by": "mai.gh",
        "closed_at": None,
        "reason": None,
        "accuracy": None,
        "lines": list(lines),
        **more,
    }
    return {"_id": number, "count": facet}


def rows(**of: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by read model, with two contracts behind them."""
    behind = desk_rows(signed(), signed("HT26030002"))
    return {**behind, **{name: {row["_id"]: row for row in found} for name, found in of.items()}}


def lines(*moves: MoveRow) -> list[dict[str, Any]]:
    """Rows `moves`."""
    return [stored(f"{one.card}#{one.move_no:06}", one) for one in moves]


# --- papers ----------------------------------------------------------------------------------------------------------


def slip_line(**more: Any) -> dict[str, Any]:
    """A line of a slip."""
    checked = {"counted": None, "good": None, "aside": None, "short": None, "put_away": []}
    of = {"contract_no": "HT26030001", "contract_line_no": 1}
    return {"line_no": 1, "sku": "WC-1", "name": "坐便器", "quantity": 2, **of, **checked, **more}


def found(**more: Any) -> dict[str, Any]:
    """An open exception of a slip."""
    base = {
        "exception_id": "RK1/1/1",
        "at": AT,
        "line_no": 1,
        "sku": "WC-1",
        "name": "坐便器",
        "kind": "damage",
        "quantity": 1,
        "contract_no": "HT26030001",
        "contract_line_no": 1,
        "cause": "磕角",
        "photos": ["sha256:ab"],
        "liability": "carrier",
        "carrier_signed_by": "老王",
        "carrier_signature_ref": None,
        "factory_contact": None,
        "pieces_aside": 1,
        "level": 1,
        "told_role": "manager",
        "settled": None,
    }
    return {**base, **more}


def slip(number: str = "RK1", **more: Any) -> dict[str, Any]:
    """A row `slips`."""
    facet = {
        "slip_no": number,
        "depot": "main",
        "reason": "purchase",
        "source": "某厂",
        "delivery_note_no": "SH-77",
        "carrier": "德邦",
        "waybill": "YD0001",
        "note": "",
        "state": "issued",
        "issued_at": AT,
        "issued_by": "su.kj",
        "cancelled": None,
        "checked_at": None,
        "checked_by": None,
        "in_order": None,
        "check_note": "",
        "signature_ref": "",
        "delivery_note_ref": "",
        "papers": "none",
        "papers_due": AT,
        "papers_at": None,
        "papers_received_by": None,
        "sales_list_no": None,
        "papers_ref": "",
        "lines": [slip_line()],
        "exceptions": [],
        "open_exceptions": 0,
        "contracts": ["HT26030001"],
        "skus": ["WC-1"],
        **more,
    }
    return {"_id": number, "slip": facet, "_pos": {"slip": {"seq": 1}}}


def _paper(row_id: str, facet: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"_id": row_id, facet: {"depot": "main", **values}, "_pos": {facet: {"seq": 1}}}


def step(event: str) -> dict[str, Any]:
    """A line of a paper's history."""
    return {"at": AT, "recorded_at": AT, "by": "mai.gh", "event": event}


def loan(number: str = "JY1", **more: Any) -> dict[str, Any]:
    """A row `loans`."""
    values = {
        "loan_no": number,
        "sku": "HS-1",
        "name": "花洒",
        "quantity": 1,
        "bin": None,
        "ticket_id": None,
        "borrower": "周建民",
        "purpose": "维修",
        "due_on": "2026-03-20",
        "state": "held",
        "asked_at": AT,
        "held": True,
        "approved_by": None,
        "due": None,
        "open": 1,
        "charged_fen": 0,
        "history": [step("LoanAsked")],
        **more,
    }
    return _paper(number, "loan", values)


def scrap(number: str = "BF1", **more: Any) -> dict[str, Any]:
    """A row `scraps`."""
    values = {
        "application_no": number,
        "sku": "WC-1",
        "name": "坐便器",
        "quantity": 1,
        "bin": "D-01",
        "pending": True,
        "reason": "破损不可修",
        "photos": [],
        "applied_by": "mai.gh",
        "value_fen": 100_00,
        "state": "held",
        "applied_at": AT,
        "approved_by": None,
        "executed_at": None,
        "witness": None,
        "proceeds_fen": 0,
        "history": [step("ScrapApplied")],
        **more,
    }
    return _paper(number, "scrap", values)


def stock_list(number: str = "LL1", **more: Any) -> dict[str, Any]:
    """A row `stocklists`."""
    line = {"line_no": 1, "sku": "WC-1", "name": "坐便器", "quantity": 1, "bin": None, "pending": False}
    values = {
        "list_no": number,
        "purpose": "repair",
        "ticket_id": None,
        "receiver": "周建民",
        "made_by": "tan.zw",
        "note": "",
        "lines": [{**line, "goods": "held"}],
        "skus": ["WC-1"],
        "state": "ready",
        "made_at": AT,
        "received_by": None,
        "history": [step("StockListMade")],
        **more,
    }
    return _paper(number, "stocklist", values)


def packed_row(number: str = "HT26030001") -> dict[str, Any]:
    """A row `packing`."""
    line = {"line_no": 1, "sku": "WC-1", "name": "坐便器", "spec": "305", "category": "卫浴", "quantity": 2}
    made = {"edition": 1, "at": AT, "by": "mai.gh", "labels": [{}, {}]}
    return {
        "_id": number,
        "contract": {"store_code": "S02", "customer": None, "lines": [line]},
        "quality": {"passed": {"1": 2}, "inspections": []},
        "labels": {"lines": {"1": made}, "serials": [], "voided": []},
    }


def goods(number: str = "HT26030001") -> dict[str, Any]:
    """A row `goods`: one piece of two is missing."""
    sold = GoodsLine(line_no=1, sku="WC-1", name="坐便器", quantity=2)
    arrived = Arrival("YD0001", 1, datetime.fromisoformat(AT).date())
    row = PIECES.view(Expected(number, CUSTOMER, (Stock(sold, (arrived,)),)))
    assert row is not None
    return stored(number, row)
