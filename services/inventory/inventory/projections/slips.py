"""Rows `slips`: one inbound slip each, from its own stream."""

from collections.abc import Mapping
from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_inbound import (
    InboundChecked,
    InboundExceptionOpened,
    InboundExceptionSettled,
    InboundPapersOverdue,
    InboundPutAway,
    PapersHandedOver,
    SlipCancelled,
    SlipIssued,
)
from contracts.inventory_stock import StockExcessReported, StockShortReported
from inventory.inbound.state import InboundEvent
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]


def fold_slip(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """An inbound slip after one more event.

    `state`: issued, checked (waits for put-away), put_away, cancelled; `papers`: none, owed, overdue, handed_over;
    `lines[]` with what the check found and `put_away[]`; `exceptions[]` with `settled` null while open;
    `open_exceptions` counts them; `contracts[]` that its lines belong to.
    """
    told = cast(InboundEvent, event)
    if isinstance(told, SlipIssued):
        return _issued(told)
    return _after(facet or {}, told, meta)


def _issued(told: SlipIssued) -> Json:
    lines = [
        {**line.model_dump(), "counted": None, "good": None, "aside": None, "short": None, "put_away": []}
        for line in told.lines
    ]
    return {
        "slip_no": told.slip_no,
        "depot": told.depot,
        "reason": told.reason,
        "source": told.source,
        "delivery_note_no": told.delivery_note_no,
        "carrier": told.carrier,
        "waybill": told.waybill,
        "note": told.note,
        "state": "issued",
        "issued_at": told.at.isoformat(),
        "issued_by": told.issued_by,
        "cancelled": None,
        "checked_at": None,
        "checked_by": None,
        "in_order": None,
        "check_note": "",
        "signature_ref": "",
        "delivery_note_ref": "",
        "papers": "none",
        "papers_due": None,
        "papers_at": None,
        "papers_received_by": None,
        "sales_list_no": None,
        "papers_ref": "",
        "lines": lines,
        "exceptions": [],
        "open_exceptions": 0,
        "contracts": sorted({line.contract_no for line in told.lines if line.contract_no is not None}),
        "skus": sorted({line.sku for line in told.lines}),
    }


def _after(facet: Json, told: InboundEvent, meta: Meta) -> Json:
    match told:
        case SlipIssued():
            return facet
        case SlipCancelled():
            return {**facet, "state": "cancelled", "cancelled": told.reason}
        case InboundChecked():
            found = {
                line.line_no: line.model_dump(include={"counted", "good", "aside", "short"}) for line in told.lines
            }
            return {
                **facet,
                "state": "checked" if any(line.good for line in told.lines) else "put_away",
                "checked_at": told.at.isoformat(),
                "checked_by": told.checked_by,
                "in_order": told.in_order,
                "check_note": told.note,
                "signature_ref": told.signature_ref,
                "delivery_note_ref": told.delivery_note_ref,
                "papers": "owed",
                "papers_due": told.papers_due.isoformat(),
                "lines": [{**line, **found.get(line["line_no"], {})} for line in facet["lines"]],
            }
        case InboundExceptionOpened():
            opened = {**told.model_dump(mode="json", exclude={"event", "slip_no", "depot"}), "settled": None}
            return _with_exceptions(facet, [*facet["exceptions"], opened])
        case InboundExceptionSettled():
            kept = {"outcome", "bin", "contract_no", "decided_by", "packed_and_labelled", "note", "at"}
            settled = told.model_dump(mode="json", include=kept)
            exceptions = [
                {**x, "settled": settled} if x["exception_id"] == told.exception_id else x for x in facet["exceptions"]
            ]
            return _with_exceptions(facet, exceptions)
        case InboundPutAway():
            part = {"bin": told.bin, "quantity": told.quantity, "at": told.at.isoformat(), "by": meta.actor}
            lines = [
                {**line, "put_away": [*line["put_away"], part]} if line["line_no"] == told.line_no else line
                for line in facet["lines"]
            ]
            return {**facet, "lines": lines, "state": "put_away" if told.complete else facet["state"]}
        case PapersHandedOver():
            return {
                **facet,
                "papers": "handed_over",
                "papers_at": told.at.isoformat(),
                "papers_received_by": told.received_by,
                "sales_list_no": told.sales_list_no,
                "papers_ref": told.papers_ref,
            }
        case InboundPapersOverdue():
            return {**facet, "papers": "overdue"}
        case StockShortReported() | StockExcessReported():
            return facet
    assert_never(told)


def _with_exceptions(facet: Json, exceptions: list[Json]) -> Json:
    return {**facet, "exceptions": exceptions, "open_exceptions": sum(x["settled"] is None for x in exceptions)}


def slip_view(document: Mapping[str, Any]) -> Json:
    """A slip; `version` is what `If-Match` may name."""
    return {**document["slip"], "version": document["_pos"]["slip"]["seq"]}


PROJECTIONS = (
    Projection(
        name="slips",
        row=key_of,
        facets=(Facet(name="slip", service="inventory", prefixes=("inbound",), fold=fold_slip),),
        indexes=(
            ("slip.state", "slip.issued_at"),
            ("slip.papers", "slip.papers_due"),
            ("slip.open_exceptions",),
            ("slip.contracts",),
            ("slip.issued_at",),
            ("slip.delivery_note_no",),
            ("slip.waybill",),
            ("slip.sales_list_no",),
        ),
    ),
)
