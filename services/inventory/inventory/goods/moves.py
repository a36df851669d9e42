"""The history of a contract's goods as API and pages show it: what was said of them, piece by piece (D6, X1)."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, Literal

from contracts import inventory as facts
from contracts import inventory_corrections as corrections
from contracts.inventory import GoodsEvent
from contracts.inventory_stock import StockExcessReported, StockShortReported
from contracts.inventory_transfers import GoodsAtOtherDepot
from runtime.said import Said, Saying
from runtime.view import Instant, Row

Kind = Literal[
    "changed",
    "arrived",
    "confirmed",
    "corrected",
    "issue_corrected",
    "correction_asked",
    "correction_refused",
    "not_coming_back",
    "handover_declined",
    "not_damaged",
    "unclaimed",
    "elsewhere",
    "damaged",
    "issued",
    "released",
    "not_owed",
    "deposited",
    "returned",
    "return_awaited",
    "allocation_asked",
    "allocation_refused",
    "short",
    "excess",
]


class Move(Row):
    """Pieces of one line that came, left, broke, or were promised; with what belongs to its kind."""

    kind: Kind
    line_no: int
    quantity: int
    at: Instant
    recorded_at: Instant
    by: str
    waybill: str = ""
    arrived_on: date | None = None
    bin: str = ""
    sku: str = ""
    why: str = ""
    voucher: str = ""
    damage_id: str = ""
    found: facts.Place | None = None
    fault: facts.Fault | None = None
    photos: tuple[str, ...] = ()
    lost: bool = False
    list_no: str = ""
    return_no: str = ""
    returned_on: date | None = None
    available: int = 0
    note: str = ""

    def shown(self) -> dict[str, Any]:
        """As JSON: what belongs to its kind alone."""
        return {name: value for name, value in super().shown().items() if name in self.model_fields_set}

    def has(self, number: str) -> bool:
        """Whether a number is on its paper, or the paper is a part of it: `<number>/...` (D11)."""
        own = (self.waybill, self.damage_id, self.list_no, self.return_no, self.voucher)
        return any(one == number or one.startswith(f"{number}/") for one in own)


def moves_of(said: Said) -> list[Move]:
    """In the order in which they were recorded."""
    return [move for one in said.sayings for move in _moves(one)]


Correcting = (
    facts.ArrivalCorrected
    | facts.IssueCorrected
    | facts.CorrectionAsked
    | facts.CorrectionRefused
    | corrections.HandoverCorrected
    | corrections.HandoverCorrectionDeclined
    | corrections.DamageTakenBack
)


def _move(one: Saying[GoodsEvent], kind: Kind, line_no: int, quantity: int, **more: Any) -> Move:
    when = {"at": one.event.at, "recorded_at": one.recorded, "by": one.by}
    return Move(kind=kind, line_no=line_no, quantity=quantity, **when, **more)


def _moves(one: Saying[GoodsEvent]) -> Iterator[Move]:
    move = partial(_move, one)
    event = one.event
    if isinstance(event, Correcting):
        yield from _corrected(event, move)
        return
    match event:
        case facts.GoodsExpected():
            pass
        case facts.GoodsExpectationChanged():
            yield move("changed", 0, 0, note=event.reason)
        case facts.GoodsArrived():
            arrived = {"waybill": event.waybill, "arrived_on": event.arrived_on, "bin": event.bin}
            yield move("arrived", event.line_no, event.quantity, **arrived)
        case facts.ArrivalConfirmed():
            known = {"waybill": event.waybill, "arrived_on": event.arrived_on, "bin": event.bin}
            yield move("confirmed", event.line_no, event.quantity, **known)
        case facts.GoodsUnclaimed():
            unclaimed = {"sku": event.sku, "why": event.why, "voucher": event.voucher_no}
            yield move("unclaimed", event.line_no, event.quantity, **unclaimed)
        case GoodsAtOtherDepot():
            told = {"voucher": event.transfer_no, "note": event.reason}
            yield from (move("elsewhere", x.contract_line_no, x.quantity, **told) for x in event.lines)
        case facts.DamageReported():
            broken = event.model_dump(include={"damage_id", "found", "fault", "photos", "note", "lost"})
            yield move("damaged", event.line_no, event.quantity, **broken)
        case facts.GoodsIssued():
            for line in event.lines:
                yield move("issued", line.line_no, line.quantity, list_no=event.list_no)
        case facts.GoodsReleased():
            for line in event.lines:
                yield move("released", line.line_no, line.quantity, note=event.reason, voucher=event.release_no)
        case facts.GoodsDeposited():
            for line in event.lines:
                yield move("deposited", line.line_no, line.quantity, voucher=event.deposit_no)
        case facts.GoodsNotOwed():
            yield move("not_owed", event.line_no, event.quantity, note=event.reason, voucher=event.refund_no)
        case facts.GoodsReturned():
            back = {"return_no": event.return_no, "returned_on": event.returned_on, "note": event.reason}
            yield move("returned", event.line_no, event.quantity, **back)
        case facts.GoodsReturnAwaited():
            yield move("return_awaited", 0, 0, return_no=event.return_no, note=event.reason)
        case facts.AllocationAsked():
            yield move("allocation_asked", event.line_no, event.quantity, voucher=event.allocation_no)
        case facts.AllocationRefused():
            refused = {"voucher": event.allocation_no, "available": event.available}
            yield move("allocation_refused", event.line_no, 0, **refused)
        case StockShortReported():
            short = {"sku": event.sku, "list_no": event.voucher_no, "note": event.reason}
            yield move("short", 0, event.wanted - event.available, **short)
        case StockExcessReported():
            yield move("excess", 0, event.quantity, sku=event.sku, note=event.reason)


def _corrected(event: Correcting, move: Callable[..., Move]) -> Iterator[Move]:
    """What corrections say (D16)."""
    match event:
        case facts.ArrivalCorrected():
            wrong = {"waybill": event.waybill, "voucher": event.correction_no, "note": event.reason}
            yield move("corrected", event.line_no, event.quantity, **wrong)
        case facts.IssueCorrected():
            stayed = {"voucher": event.correction_no, "list_no": event.list_no, "note": event.reason}
            yield move("issue_corrected", event.line_no, event.quantity, **stayed)
        case facts.CorrectionAsked():
            wanted = {"waybill": event.waybill, "voucher": event.correction_no, "note": event.reason}
            yield move("correction_asked", event.line_no, event.right - event.booked, **wanted)
        case facts.CorrectionRefused():
            yield move("correction_refused", 0, 0, voucher=event.correction_no, note=event.reason)
        case corrections.HandoverCorrected():
            for less in event.not_back:
                for line in less.lines:
                    told = {"return_no": less.return_no, "voucher": event.correction_no, "note": event.reason}
                    yield move("not_coming_back", line.line_no, line.quantity, **told)
        case corrections.HandoverCorrectionDeclined():
            yield move("handover_declined", event.line_no, 0, voucher=event.correction_no, why=event.why)
        case corrections.DamageTakenBack():
            none = {"damage_id": event.damage_id, "voucher": event.correction_no, "note": event.reason}
            yield move("not_damaged", event.line_no, event.quantity, **none)
