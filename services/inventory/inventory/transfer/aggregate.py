"""调拨 Transfer of pieces from one depot to another (D17).

One aggregate per transfer, `transfer:DB260401-1a2b3c`. Its pieces are set apart at the sending depot, counted into the
vehicle, on the road, and counted again where they arrive; what both counts differ in stays open until somebody answers
for it and a second person agrees. The bin cards follow, each in its own depot; in between the transfer holds them.
"""

from dataclasses import replace
from typing import Any, assert_never

from company.context import Context
from contracts import inventory_transfers as facts
from contracts.inventory_transfers import TransferEvent, TransferPieces
from inventory.refusals import no
from inventory.transfer import differences, receiving, sending
from inventory.transfer.receiving import came
from inventory.transfer.state import (
    INITIAL,
    STATES,
    Asked,
    Decision,
    Differs,
    Done,
    NoTransfer,
    OnTheRoad,
    Open,
    Transfer,
    without,
)
from runtime.aggregate import Aggregate
from runtime.use_case import UseCase


def evolve(transfer: Transfer, event: TransferEvent) -> Transfer:
    """The transfer after an event."""
    if isinstance(event, facts.TransferAsked):
        return Asked(event)
    match transfer:
        case Asked():
            return _asked_after(transfer, event)
        case OnTheRoad():
            return _road_after(transfer, event)
        case Differs():
            return _differs_after(transfer, event)
        case NoTransfer() | Done():
            return transfer
    assert_never(transfer)


def _asked_after(transfer: Asked, event: TransferEvent) -> Transfer:
    match event:
        case facts.TransferLineHeld():
            held = (TransferPieces(line_no=event.line_no, lot=x.lot, quantity=x.quantity) for x in event.lots)
            return replace(transfer, held=(*transfer.held, *held))
        case facts.TransferLineShort():
            return replace(transfer, short=(*transfer.short, event.line_no))
        case facts.TransferCancelled():
            return Done(transfer.asked, how="cancelled")
        case facts.TransferSent():
            return OnTheRoad(transfer.asked, event, event.to_depot, event.sent)
        case _:
            return transfer


def _road_after(transfer: OnTheRoad, event: TransferEvent) -> Transfer:
    match event:
        case facts.TransferTurnedBack():
            return replace(transfer, to_depot=event.to_depot, turned_back=event.reason)
        case facts.TransferReceived():
            parts = (*transfer.parts, event)
            if not event.last:
                return replace(transfer, road=without(transfer.road, came(event.counted)), parts=parts)
            if not event.differences:
                return Done(transfer.asked, transfer.sent, transfer.to_depot, parts)
            found = tuple(Open(one) for one in event.differences)
            return Differs(transfer.asked, transfer.sent, transfer.to_depot, parts, found)
        case _:
            return transfer


def _differs_after(transfer: Differs, event: TransferEvent) -> Transfer:
    match event:
        case facts.TransferDifferenceExplained():
            return _with_open(transfer, event, explained=event)
        case facts.TransferExplanationRefused():
            return _with_open(transfer, event, explained=None)
        case facts.TransferDifferenceSettled():
            left = tuple(one for one in transfer.open if not _is_of(one, event))
            settled = (*transfer.settled, event)
            if left:
                return replace(transfer, open=left, settled=settled)
            return Done(transfer.asked, transfer.sent, transfer.to_depot, transfer.parts, settled, "settled")
        case _:
            return transfer


OfDifference = facts.TransferDifferenceExplained | facts.TransferExplanationRefused | facts.TransferDifferenceSettled


def _is_of(one: Open, event: OfDifference) -> bool:
    of = one.difference
    return (of.line_no, of.lot, of.kind) == (event.line_no, event.lot, event.kind)


def _with_open(
    transfer: Differs, event: OfDifference, *, explained: facts.TransferDifferenceExplained | None
) -> Transfer:
    told = (replace(one, explained=explained) if _is_of(one, event) else one for one in transfer.open)
    return replace(transfer, open=tuple(told))


def at_the_door(case: UseCase[Any, Any, TransferEvent], command: Any, transfer: Transfer, ctx: Context) -> Decision:
    """Whatever is asked of a transfer, somebody must have asked for it."""
    if isinstance(transfer, NoTransfer) and not isinstance(command, sending.AskTransfer | sending.OpenTransfer):
        return () if case.path is None else no("unknown_transfer")
    return case.rule(command, transfer, ctx)


TRANSFER = Aggregate[Transfer, TransferEvent](
    "transfer",
    INITIAL,
    STATES,
    evolve,
    (*sending.USE_CASES, *receiving.USE_CASES, *differences.USE_CASES),
    door=at_the_door,
)
