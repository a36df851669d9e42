"""Rows `ledger` 账: one for each event of a paper (a contract's goods, a slip, a loan, ...) that brings or takes goods.

Made from the papers' own events alone, never from the bin cards: so that the two can be compared (D7, D11).
"""

from collections.abc import Iterable, Iterator

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import (
    ArrivalCorrected,
    GoodsArrived,
    GoodsIssued,
    GoodsReturned,
    GoodsUnclaimed,
    IssueCorrected,
)
from contracts.inventory_counts import CountAdjusted
from contracts.inventory_inbound import CheckCorrected, InboundExceptionOpened, InboundExceptionSettled, InboundPutAway
from contracts.inventory_stock import LoanHandedOut, LoanReturned, PaperCorrected, ScrapExecuted, StockListIssued
from contracts.inventory_transfers import GoodsAtOtherDepot, TransferDifferenceSettled, TransferReceived, TransferSent
from inventory.agreement import Entry
from inventory.inbound.check import arrives_broken
from inventory.stock.aggregate import card_no
from runtime.service import whole_id
from runtime.view import Instant, Journal, Row

PAPERS = ("goods", "inbound", "loan", "scrap", "stocklist", "count", "transfer")

Booked = tuple[str, str, str, int, str]
"""Depot, sku, voucher number, pieces (signed), name of the entry."""


def entries_of(event: Fact) -> tuple[Booked, ...]:
    """What an event brings to, or takes off, the ledger; nothing for events that only move or promise pieces."""
    match event:
        case GoodsArrived(from_stock=False):
            return ((event.depot, event.sku, event.waybill, event.quantity, "arrived"),)
        case ArrivalCorrected() if event.quantity:
            return ((event.depot, event.sku, event.correction_no, -event.quantity, "corrected"),)
        case GoodsReturned():
            return ((event.depot, event.sku, event.return_no, event.quantity, "returned"),)
        case IssueCorrected():
            return ((event.depot, event.sku, event.correction_no, event.quantity, "issue_corrected"),)
        case GoodsUnclaimed():
            return ((event.depot, event.sku, event.voucher_no, event.quantity, "unclaimed"),)
        case GoodsIssued():
            return tuple((event.depot, line.sku, event.list_no, -line.quantity, "issued") for line in event.lines)
        case InboundPutAway() if event.contract_no is None or event.contract_line_no is None:
            voucher = f"{event.slip_no}/{event.line_no}/{event.part}"
            return ((event.depot, event.sku, voucher, event.quantity, "put_away"),)
        case InboundExceptionOpened() if event.pieces_aside and not arrives_broken(
            event.contract_no, event.kind, event.reason
        ):
            return ((event.depot, event.sku, event.exception_id, event.pieces_aside, "set_aside"),)
        case InboundExceptionSettled() if event.outcome == "returned_to_supplier":
            return ((event.depot, event.sku, event.exception_id, -event.quantity, "sent_back"),)
        case CheckCorrected():
            return tuple(_of_check(event))
        case PaperCorrected():
            gone = ((line.sku, line.was - line.right) for line in event.lines)
            return tuple((event.depot, sku, event.correction_no, n, "paper_corrected") for sku, n in gone if n)
        case LoanHandedOut():
            return ((event.depot, event.sku, event.loan_no, -event.quantity, "lent"),)
        case LoanReturned():
            parts = ((event.good, "lent_back"), (event.damaged, "lent_back_damaged"))
            return tuple((event.depot, event.sku, event.loan_no, pieces, what) for pieces, what in parts if pieces)
        case ScrapExecuted():
            return ((event.depot, event.sku, event.application_no, -event.quantity, "scrapped"),)
        case StockListIssued():
            return tuple((event.depot, line.sku, event.list_no, -line.quantity, "list") for line in event.lines)
        case GoodsAtOtherDepot(were_held=False):
            return tuple((event.depot, line.sku, event.voucher_no, line.quantity, "elsewhere") for line in event.lines)
        case TransferSent() | TransferReceived() | TransferDifferenceSettled():
            return tuple(_of_transfer(event))
        case CountAdjusted():
            return ((event.depot, event.sku, event.count_no, event.quantity, "adjusted"),)
        case _:
            return ()


def _of_check(event: CheckCorrected) -> Iterator[Booked]:
    """What a corrected check takes back of free pieces and of the pending zone (D16); a contract's goods tell their
    own."""
    for line in event.lines:
        back = [one.quantity for one in event.taken_back if one.line_no == line.line_no and line.contract_no is None]
        back += [
            one.aside
            for one in event.ended
            if one.line_no == line.line_no and not arrives_broken(line.contract_no, one.kind, event.slip_reason)
        ]
        for pieces in filter(None, back):
            yield event.depot, line.sku, event.correction_no, -pieces, "check_corrected"


def _of_transfer(event: TransferSent | TransferReceived | TransferDifferenceSettled) -> Iterator[Booked]:
    """What it takes off one depot's ledger and brings to the other's (D17); a contract's goods tell their own."""
    number = event.transfer_no
    match event:
        case TransferSent():
            for line in event.lines:
                left = sum(one.quantity for one in event.sent if one.line_no == line.line_no)
                yield event.from_depot, line.sku, number, -left, "transfer_sent"
        case TransferReceived():
            for one in event.counted:
                own = () if one.contract_no else ((one.good, "transfer_received"), (one.damaged, "transfer_damaged"))
                for pieces, what in (*own, (one.over, "transfer_over")):
                    if pieces:
                        yield event.depot, one.sku, number, pieces, what
        case TransferDifferenceSettled(cause="never_left"):
            yield event.from_depot, event.sku, number, event.quantity, "transfer_settled"
        case TransferDifferenceSettled(cause="came_late", contract_no=""):
            yield event.depot, event.sku, number, event.quantity, "transfer_settled"
        case TransferDifferenceSettled(cause="uncounted"):
            yield event.from_depot, event.sku, number, -event.quantity, "transfer_settled"
        case _:
            pass


class Booking(Row):
    """Pieces that a voucher brought (positive) or took, on the card that they belong to."""

    card: str
    at: Instant
    voucher_no: str
    quantity: int
    what: str
    adjustment_id: str = ""
    """Of a count's adjustment, which may be approved again while the stock has not booked it (D7)."""


class LedgerRow(Row):
    """What one event of a paper books."""

    bookings: tuple[Booking, ...]


def ledger_row(event: Fact, meta: Meta) -> LedgerRow | None:  # noqa: ARG001 - all journals have one signature
    """The row of an event; None for one that books nothing."""
    adjustment = event.adjustment_id if isinstance(event, CountAdjusted) else ""
    bookings = (
        Booking(
            card=card_no(depot, sku),
            at=event.at,
            voucher_no=voucher_no,
            quantity=quantity,
            what=what,
            adjustment_id=adjustment,
        )
        for depot, sku, voucher_no, quantity, what in entries_of(event)
    )
    return LedgerRow(bookings=booked) if (booked := tuple(bookings)) else None


LEDGER = Journal(
    "ledger", "inventory", PAPERS, LedgerRow, ledger_row, indexes=(("row.bookings.card",),), named=whole_id
)


def entries_by_card(rows: Iterable[LedgerRow]) -> dict[str, list[Entry]]:
    """Card -> what the vouchers brought and took; an adjustment once, however often it was approved (D7)."""
    found: dict[str, list[Entry]] = {}
    adjusted: set[str] = set()
    for booking in (booking for row in rows for booking in row.bookings):
        if booking.adjustment_id in adjusted:
            continue
        if booking.adjustment_id:
            adjusted.add(booking.adjustment_id)
        entry = Entry(booking.at, booking.voucher_no, booking.quantity, booking.what)
        found.setdefault(booking.card, []).append(entry)
    return found
