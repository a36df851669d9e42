"""The row of a transfer: what left, what came, and what both counts differ in, line by line and lot by lot (D17)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, assert_never

from pydantic import BaseModel

from contracts import inventory_transfers as facts
from contracts.inventory_transfers import TransferLine
from inventory.papers import history
from inventory.transfer.aggregate import TRANSFER
from inventory.transfer.state import EVENTS, Asked, Differs, Done, Known, NoTransfer, OnTheRoad, Transfer, by_lot
from runtime.said import Said
from runtime.view import Instant, Row, View, Whole

Status = Literal["asked", "ready", "short", "on_the_road", "differs", "explained", "cancelled", "received", "settled"]
"""Ready: it can be sent. Differs: nobody said yet what became of pieces. Explained: a second person is to decide."""
WAITING: tuple[Status, ...] = ("asked", "ready", "short", "on_the_road", "differs", "explained")
"""Somebody owes its next step."""


class CountedLot(BaseModel):
    """Both counts of one line and lot; `held`: set apart and not sent yet."""

    lot: str
    held: int
    sent: int
    good: int
    damaged: int
    over: int
    road: int
    """Sent, and not counted where it goes."""


class CountedLine(TransferLine):
    """A line with both counts, of each of its lots."""

    is_short: bool
    lots: tuple[CountedLot, ...]


class OpenDifference(facts.TransferDifference):
    """A difference, what is said of it, and whether it is settled."""

    cause: facts.Cause | None = None
    answers: facts.Answers | None = None
    reason: str = ""
    explained_by: str = ""
    settled_by: str = ""


class TransferRow(Row):
    """A transfer."""

    transfer_no: str
    from_depot: str
    to_depot: str
    """Where it goes now: back to where it came from, once it was turned back."""
    state: Status
    reason: str
    asked_by: str
    asked_at: Instant
    lines: tuple[CountedLine, ...]
    skus: tuple[str, ...]
    lots: tuple[str, ...] = ()
    """Of which pieces left and were not counted where they go: they are in no depot (D13)."""
    contracts: tuple[str, ...]
    carrier: str = ""
    sent_by: str = ""
    sent_at: Instant | None = None
    turned_back: str = ""
    parts: int = 0
    received_by: tuple[str, ...] = ()
    received_at: Instant | None = None
    differences: tuple[OpenDifference, ...] = ()
    is_open: bool = False
    """Somebody owes its next step."""
    since: Instant
    """Of what it waits for, or of its end."""
    version: int = 0

    @property
    def sent(self) -> int:
        """Pieces that left."""
        return sum(lot.sent for line in self.lines for lot in line.lots)

    @property
    def came(self) -> int:
        """Pieces that were counted where it arrived, those beyond what left too."""
        return sum(lot.good + lot.damaged + lot.over for line in self.lines for lot in line.lots)

    @property
    def next_part(self) -> int:
        """Number of the next receipt."""
        return self.parts + 1


def transfer_row(transfer: Transfer) -> TransferRow | None:
    """The view."""
    if isinstance(transfer, NoTransfer):
        return None
    asked = transfer.asked
    sent = None if isinstance(transfer, Asked) else transfer.sent
    parts = () if isinstance(transfer, Asked) else transfer.parts
    state = _state(transfer)
    lines = tuple(_line(transfer, line) for line in asked.lines)
    return TransferRow(
        transfer_no=asked.transfer_no,
        from_depot=asked.from_depot,
        to_depot=asked.to_depot if isinstance(transfer, Asked) else transfer.to_depot or asked.to_depot,
        state=state,
        reason=asked.reason,
        asked_by=asked.asked_by,
        asked_at=asked.at,
        lines=lines,
        skus=tuple(sorted({line.sku for line in asked.lines})),
        lots=tuple(sorted({lot.lot for line in lines for lot in line.lots if lot.lot and lot.road})),
        contracts=tuple(sorted({line.contract_no for line in asked.lines if line.contract_no})),
        carrier="" if sent is None else sent.carrier,
        sent_by="" if sent is None else sent.sent_by,
        sent_at=None if sent is None else sent.at,
        turned_back=transfer.turned_back if isinstance(transfer, OnTheRoad) else "",
        parts=len(parts),
        received_by=tuple(dict.fromkeys(part.received_by for part in parts)),
        received_at=parts[-1].at if parts else None,
        differences=_differences(transfer),
        is_open=state in WAITING,
        since=_since(transfer),
    )


def _state(transfer: Known) -> Status:
    match transfer:
        case Asked():
            if transfer.is_waiting:
                return "asked"
            return "ready" if transfer.held else "short"
        case OnTheRoad():
            return "on_the_road"
        case Differs():
            return "differs" if any(one.explained is None for one in transfer.open) else "explained"
        case Done():
            return transfer.how
    assert_never(transfer)


def _since(transfer: Known) -> datetime:
    if isinstance(transfer, Asked):
        return transfer.asked.at
    if transfer.parts:
        return transfer.parts[-1].at
    return transfer.asked.at if transfer.sent is None else transfer.sent.at


def _line(transfer: Known, line: TransferLine) -> CountedLine:
    number = line.line_no
    held = by_lot(transfer.held, number) if isinstance(transfer, Asked) else {}
    sent = {} if isinstance(transfer, Asked) or transfer.sent is None else by_lot(transfer.sent.sent, number)
    road = by_lot(_uncounted(transfer), number)
    parts = () if isinstance(transfer, Asked) else transfer.parts
    came = [one for part in parts for one in part.counted if one.line_no == number]
    lots = tuple(dict.fromkeys((*held, *sent, *(one.lot for one in came))))
    return CountedLine(
        **dict(line),
        is_short=isinstance(transfer, Asked) and number in transfer.short,
        lots=tuple(
            CountedLot(
                lot=lot,
                held=held.get(lot, 0),
                sent=sent.get(lot, 0),
                good=sum(one.good for one in came if one.lot == lot),
                damaged=sum(one.damaged for one in came if one.lot == lot),
                over=sum(one.over for one in came if one.lot == lot),
                road=road.get(lot, 0),
            )
            for lot in lots
        ),
    )


def _uncounted(transfer: Known) -> tuple[facts.TransferPieces, ...]:
    """Pieces that left and that nobody counted since, nor said what became of them."""
    match transfer:
        case OnTheRoad():
            return transfer.road
        case Differs():
            lacking = (one.difference for one in transfer.open if one.difference.kind == "lacking")
            return tuple(
                facts.TransferPieces(line_no=one.line_no, lot=one.lot, quantity=one.quantity) for one in lacking
            )
        case Asked() | Done():
            return ()
    assert_never(transfer)


def _differences(transfer: Known) -> tuple[OpenDifference, ...]:
    if not isinstance(transfer, Differs | Done):
        return ()
    is_open = () if isinstance(transfer, Done) else transfer.open
    found = [
        OpenDifference(
            **dict(one.difference),
            **({} if one.explained is None else _said(one.explained)),
        )
        for one in is_open
    ]
    found += [
        OpenDifference(
            line_no=one.line_no,
            sku=one.sku,
            name=one.name,
            lot=one.lot,
            kind=one.kind,
            quantity=one.quantity,
            settled_by=one.settled_by,
            **_said(one),
        )
        for one in transfer.settled
    ]
    return tuple(sorted(found, key=lambda one: (one.line_no, one.lot, one.kind)))


def _said(told: facts.TransferDifferenceExplained | facts.TransferDifferenceSettled) -> dict[str, Any]:
    return {
        "cause": told.cause,
        "answers": told.answers,
        "reason": told.reason,
        "explained_by": told.explained_by,
    }


TRANSFERS = View(
    "transfers",
    "inventory",
    TRANSFER,
    TransferRow,
    transfer_row,
    indexes=(
        ("row.state", "row.asked_at"),
        ("row.is_open", "row.since"),
        ("row.from_depot", "row.asked_at"),
        ("row.to_depot", "row.asked_at"),
        ("row.skus",),
        ("row.lots",),
        ("row.contracts",),
        ("row.asked_at",),
    ),
    said=EVENTS,
)


@dataclass(frozen=True, slots=True)
class TransferFile:
    """A transfer with what was said of it."""

    row: TransferRow
    said: Said

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {**self.row.shown(), "history": history(self.said)}


TRANSFER_FILES = Whole(TRANSFERS, TransferFile)
"""Reads transfers with what was said of them."""
