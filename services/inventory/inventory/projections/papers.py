"""Rows `loans`, `scraps` and `stocklists`: the papers by which pieces leave free stock, each from its own stream."""

from collections.abc import Mapping
from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_stock import (
    LoanApproved,
    LoanAsked,
    LoanCharged,
    LoanGoodsHeld,
    LoanHandedOut,
    LoanOverdue,
    LoanRefused,
    LoanReturned,
    ScrapApplied,
    ScrapApproved,
    ScrapExecuted,
    ScrapGoodsHeld,
    ScrapRefused,
    StockListCancelled,
    StockListIssued,
    StockListLineHeld,
    StockListLineShort,
    StockListMade,
)
from inventory.loan import LoanEvent
from inventory.scrap import ScrapEvent
from inventory.stock_list import StockListEvent
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]


def fold_loan(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A loan after one more event. `state`: asked, held, approved, out, overdue, returned, charged, refused, short."""
    told = cast(LoanEvent, event)
    if isinstance(told, LoanAsked):
        return {
            **told.model_dump(mode="json", exclude={"event", "at"}),
            "state": "asked",
            "asked_at": told.at.isoformat(),
            "asked_by": meta.actor,
            "held": False,
            "approved_by": None,
            "due": None,
            "open": 0,
            "charged_fen": 0,
            "history": [_entry(told, meta)],
        }
    before = facet or {}
    after = {**before, "history": [*before.get("history", []), _entry(told, meta)]}
    match told:
        case LoanGoodsHeld():
            return {**after, "held": True, "state": "approved" if before["approved_by"] else "held"}
        case LoanApproved():
            state = "approved" if before["held"] else before["state"]
            return {**after, "approved_by": told.approved_by, "due_on": told.due_on.isoformat(), "state": state}
        case LoanRefused():
            return {**after, "state": "short" if told.short else "refused", "held": False}
        case LoanHandedOut():
            return {**after, "state": "out", "due": told.due.isoformat(), "open": told.quantity}
        case LoanOverdue():
            return {**after, "state": "overdue"}
        case LoanReturned():
            return {**after, "open": told.open, "state": before["state"] if told.open else "returned"}
        case LoanCharged():
            charged = before["charged_fen"] + told.amount_fen
            state = before["state"] if told.open else "charged"
            return {**after, "open": told.open, "state": state, "charged_fen": charged}
    assert_never(told)


def fold_scrap(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A scrap application after one more event. `state`: applied, held, approved, executed, refused, short."""
    told = cast(ScrapEvent, event)
    if isinstance(told, ScrapApplied):
        return {
            **told.model_dump(mode="json", exclude={"event", "at"}),
            "state": "applied",
            "applied_at": told.at.isoformat(),
            "approved_by": None,
            "executed_at": None,
            "witness": None,
            "proceeds_fen": 0,
            "history": [_entry(told, meta)],
        }
    before = facet or {}
    after = {**before, "history": [*before.get("history", []), _entry(told, meta)]}
    match told:
        case ScrapGoodsHeld():
            return {**after, "state": "held"}
        case ScrapApproved():
            return {**after, "state": "approved", "approved_by": told.approved_by}
        case ScrapRefused():
            return {**after, "state": "short" if told.short else "refused"}
        case ScrapExecuted():
            return {
                **after,
                "state": "executed",
                "executed_at": told.at.isoformat(),
                "witness": told.witness,
                "proceeds_fen": told.proceeds_fen,
            }
    assert_never(told)


def fold_stock_list(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A list after one more event. `state`: made, ready (the stock answered for every line), issued, cancelled;
    `lines[].goods`: waiting, held, short, issued, free."""
    told = cast(StockListEvent, event)
    if isinstance(told, StockListMade):
        return {
            **told.model_dump(mode="json", exclude={"event", "at", "lines"}),
            "lines": [{**line.model_dump(), "goods": "waiting"} for line in told.lines],
            "skus": sorted({line.sku for line in told.lines}),
            "state": "made",
            "made_at": told.at.isoformat(),
            "received_by": None,
            "history": [_entry(told, meta)],
        }
    before = facet or {}
    after = {**before, "history": [*before.get("history", []), _entry(told, meta)]}
    match told:
        case StockListLineHeld():
            return _answered(after, told.line_no, "held")
        case StockListLineShort():
            return _answered(after, told.line_no, "short")
        case StockListIssued():
            gone = {line.line_no for line in told.lines}
            return {**_lines(after, gone, "issued"), "state": "issued", "received_by": told.received_by}
        case StockListCancelled():
            free = {line.line_no for line in told.lines}
            return {**_lines(after, free, "free"), "state": "cancelled"}
    assert_never(told)


def _answered(facet: Json, line_no: int, goods: str) -> Json:
    after = _lines(facet, {line_no}, goods)
    waiting = any(line["goods"] == "waiting" for line in after["lines"])
    return {**after, "state": "made" if waiting else "ready"}


def _lines(facet: Json, numbers: set[int], goods: str) -> Json:
    lines = [{**line, "goods": goods} if line["line_no"] in numbers else line for line in facet["lines"]]
    return {**facet, "lines": lines}


def _entry(told: LoanEvent | ScrapEvent | StockListEvent, meta: Meta) -> Json:
    content = told.model_dump(mode="json", exclude={"at", "lines"})
    return {"at": told.at.isoformat(), "recorded_at": meta.time.isoformat(), "by": meta.actor, **content}


def paper_view(document: Mapping[str, Any], facet: str) -> Json:
    """A paper; `version` is what `If-Match` may name."""
    return {**document[facet], "version": document["_pos"][facet]["seq"]}


def _paper(name: str, facet: Facet, *indexes: tuple[str, ...]) -> Projection:
    return Projection(
        name=name,
        row=key_of,
        facets=(facet,),
        indexes=indexes,
    )


PROJECTIONS = (
    _paper(
        "loans",
        Facet(name="loan", service="inventory", prefixes=("loan",), fold=fold_loan),
        ("loan.state", "loan.due_on"),
        ("loan.sku",),
        ("loan.ticket_id",),
        ("loan.asked_at",),
    ),
    _paper(
        "scraps",
        Facet(name="scrap", service="inventory", prefixes=("scrap",), fold=fold_scrap),
        ("scrap.state", "scrap.applied_at"),
        ("scrap.sku",),
        ("scrap.applied_at",),
    ),
    _paper(
        "stocklists",
        Facet(name="stocklist", service="inventory", prefixes=("stocklist",), fold=fold_stock_list),
        ("stocklist.state", "stocklist.made_at"),
        ("stocklist.skus",),
        ("stocklist.ticket_id",),
        ("stocklist.made_at",),
    ),
)
