"""A ticket's part comes from the warehouse or off a showroom piece -> a list or a loan is made for it (C7, D12)."""

import re
from collections.abc import Sequence
from hashlib import sha256

from contracts.civil_time import civil_day
from contracts.envelope import Meta
from contracts.inventory_stock import StockListLine
from contracts.service_desk_repairs import PartsApproved, PartsRouted
from inventory.loan import LOAN, AskLoan
from inventory.stock_list import STOCK_LIST, MakeStockList
from runtime.decision import Ask
from runtime.reaction import On, Reaction

MAX_TEXT = 200  # characters of a name on a paper
MAX_PIECES = 9_999  # of a part


def list_parts(event: PartsRouted, meta: Meta) -> Sequence[Ask]:
    """Parts that the warehouse has -> they may leave by a list of their own."""
    if event.route != "warehouse" or not _whole(event):
        return ()
    list_no = _number("LL", event)
    command = MakeStockList(
        at=event.at,
        list_no=list_no,
        purpose="repair",
        lines=(StockListLine(line_no=1, sku=event.sku, name=event.name, quantity=event.quantity),),
        ticket_id=event.ticket_id,
        receiver=(event.asked_by or meta.actor)[:MAX_TEXT],
        note=event.note[:MAX_TEXT],
    )
    return (Ask(STOCK_LIST.key(list_no), command),)


def lend_part(event: PartsApproved, meta: Meta) -> Sequence[Ask]:
    """A showroom piece that may be taken -> a loan, approved on the ticket."""
    if event.route != "showroom_loan" or not _whole(event):
        return ()
    loan_no = _number("JY", event)
    today = civil_day(event.at)
    command = AskLoan(
        at=event.at,
        loan_no=loan_no,
        sku=event.sku,
        name=event.name,
        quantity=event.quantity,
        ticket_id=event.ticket_id,
        borrower=f"工单 {event.ticket_id}",
        purpose="维修借件",
        due_on=event.return_by if event.return_by is not None and event.return_by >= today else None,
        approved_by=meta.actor,
    )
    return (Ask(LOAN.key(loan_no), command),)


def _whole(event: PartsRouted | PartsApproved) -> bool:
    """Whether the part can be named on a paper at all; else people make one by hand."""
    named = 1 <= len(event.sku.strip()) <= MAX_TEXT and 1 <= len(event.name.strip()) <= MAX_TEXT
    return named and len(event.ticket_id) <= MAX_TEXT // 2 and 1 <= event.quantity <= MAX_PIECES


def _number(prefix: str, event: PartsRouted | PartsApproved) -> str:
    """One paper for each part of a ticket: readable where it fits, else a digest of both numbers."""
    plain = f"{prefix}-{event.ticket_id}-{event.part_no}"
    if re.fullmatch(r"[A-Za-z0-9_-]{3,40}", plain):
        return plain
    return f"{prefix}-{sha256(plain.encode()).hexdigest()[:16]}"


REACTIONS = (
    Reaction("inventory.list_parts", (On(PartsRouted, list_parts),)),
    Reaction("inventory.lend_part", (On(PartsApproved, lend_part),)),
)
