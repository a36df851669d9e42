"""A transfer is counted where it arrives, part by part, and set against what left (D17, D13)."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts import inventory_transfers as facts
from contracts.bounds import Nth
from contracts.inventory_transfers import (
    TransferArrival,
    TransferCount,
    TransferDifference,
    TransferEvent,
    TransferPieces,
)
from inventory.fields import MAX_PIECES, Note, Photos
from inventory.goods.lots import ByLot, less, spread
from inventory.inbound.state import good_bin_flaw
from inventory.refusals import no
from inventory.transfer.state import (
    Asked,
    Decision,
    Differs,
    Done,
    Known,
    OnTheRoad,
    Transfer,
    by_lot,
    without,
)
from inventory.who import HANDLES
from runtime.decision import Command, Rejected
from runtime.use_case import UseCase


class ReceiveTransfer(Command):
    """调拨收货 Receive a transfer (D17)

    Counted by somebody else than who sent it: good and damaged pieces by line and lot, the damaged ones to the pending
    zone. `last`: nothing more of it is on the road, so that what is lacking becomes a difference. `part`: which receipt
    of it this is, so that a second click is the same one.
    """

    command: Literal["ReceiveTransfer"] = "ReceiveTransfer"
    part: Nth | None = None
    counted: Annotated[tuple[TransferCount, ...], Field(max_length=1_000)] = ()
    last: bool = True
    photos: Photos = ()
    note: Note = ""


def receive(command: ReceiveTransfer, transfer: Known, ctx: Context) -> Decision:
    """What came is counted; what is more or less than what left has a name from then on.

    Rules: D17, D13, B23 (nobody counts at both ends), D2 (damaged on the way), X7. A part again is no event.
    Refuses: unknown_transfer, transfer_not_on_the_road, part_contradicts, part_skipped, own_transfer, nothing_counted,
    not_in_transfer, bad_quantity, bad_bin, wrong_zone.
    """
    match transfer:
        case Asked():
            return no("transfer_not_on_the_road", transfer_no=transfer.asked.transfer_no)
        case Differs() | Done():
            known = _known_part(command, transfer.parts)
            return no("transfer_not_on_the_road", transfer_no=transfer.asked.transfer_no) if known is None else known
        case OnTheRoad():
            known = _known_part(command, transfer.parts)
            return _counted(command, transfer, ctx) if known is None else known
    assert_never(transfer)


def _known_part(command: ReceiveTransfer, parts: Sequence[facts.TransferReceived]) -> Decision | None:
    if command.part is None or command.part > len(parts):
        return None
    known = parts[command.part - 1]
    same = (known.told, known.last) == (command.counted, command.last)
    return () if same else no("part_contradicts", transfer_no=known.transfer_no, part=known.part)


def _counted(command: ReceiveTransfer, transfer: OnTheRoad, ctx: Context) -> Decision:
    flaw = _flaw(command, transfer, ctx)
    if flaw is not None:
        return flaw
    arrivals = _set_against(command.counted, transfer)
    left = without(transfer.road, came(arrivals))
    return (
        facts.TransferReceived(
            at=command.at or ctx.now,
            transfer_no=transfer.asked.transfer_no,
            part=len(transfer.parts) + 1,
            depot=transfer.to_depot,
            told=command.counted,
            counted=arrivals,
            last=command.last,
            differences=_differences(transfer, arrivals, left) if command.last else (),
            photos=command.photos,
            note=command.note,
            received_by=ctx.by,
        ),
    )


def _flaw(command: ReceiveTransfer, transfer: OnTheRoad, ctx: Context) -> Rejected | None:
    number, next_part = transfer.asked.transfer_no, len(transfer.parts) + 1
    if command.part is not None and command.part > next_part:
        return no("part_skipped", transfer_no=number, part=next_part)
    if ctx.by == transfer.sent.sent_by and not transfer.turned_back:
        return no("own_transfer", transfer_no=number)
    if not command.last and not any(one.good + one.damaged for one in command.counted):
        return no("nothing_counted", transfer_no=number)
    known = {line.line_no for line in transfer.asked.lines}
    for one in command.counted:
        if one.line_no not in known:
            return no("not_in_transfer", transfer_no=number, line_no=one.line_no)
        if not 0 <= one.good + one.damaged <= MAX_PIECES or min(one.good, one.damaged) < 0:
            return no("bad_quantity", quantity=one.good + one.damaged, most=MAX_PIECES)
        flaw = good_bin_flaw(ctx.policy, transfer.to_depot, one.bin) if one.bin else None
        if flaw is not None:
            return flaw
    return None


def _set_against(counted: Sequence[TransferCount], transfer: OnTheRoad) -> tuple[TransferArrival, ...]:
    """Each count as pieces that left, of the lot that they left with, and as pieces beyond them."""
    lines = {line.line_no: line for line in transfer.asked.lines}
    road = {line_no: by_lot(transfer.road, line_no) for line_no in lines}
    found: list[TransferArrival] = []
    for one in sorted(counted, key=lambda one: one.lot == ""):
        line, damaged, good = lines[one.line_no], one.damaged, one.good
        parts: list[tuple[str, int, int, int]] = []
        for lot, pieces in _of_the_road(road[one.line_no], one.lot, good + damaged).items():
            broken = min(damaged, pieces)
            parts.append((lot, pieces - broken, broken, 0))
            damaged, good = damaged - broken, good - (pieces - broken)
            road[one.line_no] = less(road[one.line_no], {lot: pieces})
        if good + damaged:
            parts.append((one.lot, 0, 0, good + damaged))
        found += (
            TransferArrival(
                line_no=one.line_no,
                sku=line.sku,
                name=line.name,
                lot=lot,
                good=whole,
                damaged=broken,
                over=over,
                bin=one.bin,
                contract_no=line.contract_no,
                contract_line_no=line.contract_line_no,
            )
            for lot, whole, broken, over in parts
        )
    return tuple(found)


def _of_the_road(road: ByLot, lot: str, pieces: int) -> dict[str, int]:
    """Of a named lot, or of those that left without one; where none is named, of whichever left."""
    there = {of: quantity for of, quantity in road.items() if of in {lot, ""}} if lot else road
    return spread(there, pieces, [(lot, pieces)] if lot else ())


def came(arrivals: Sequence[TransferArrival]) -> tuple[TransferPieces, ...]:
    """Of the pieces that left, those that came."""
    return tuple(
        TransferPieces(line_no=one.line_no, lot=one.lot, quantity=one.good + one.damaged)
        for one in arrivals
        if one.good + one.damaged
    )


def _differences(
    transfer: OnTheRoad, arrivals: Sequence[TransferArrival], left: Sequence[TransferPieces]
) -> tuple[TransferDifference, ...]:
    over: Counter[tuple[int, str]] = Counter()
    for one in (*(each for part in transfer.parts for each in part.counted), *arrivals):
        over[one.line_no, one.lot] += one.over
    lines = {line.line_no: line for line in transfer.asked.lines}
    kinds: tuple[tuple[facts.Difference, list[tuple[tuple[int, str], int]]], ...] = (
        ("lacking", [((one.line_no, one.lot), one.quantity) for one in left]),
        ("over", list(over.items())),
    )
    return tuple(
        TransferDifference(
            line_no=line_no,
            sku=lines[line_no].sku,
            name=lines[line_no].name,
            lot=lot,
            kind=kind,
            quantity=quantity,
        )
        for kind, some in kinds
        for (line_no, lot), quantity in some
        if quantity
    )


def is_on_the_road(transfer: Transfer) -> bool:
    """It can be counted where it arrives."""
    return isinstance(transfer, OnTheRoad)


USE_CASES: tuple[UseCase[Any, Any, TransferEvent], ...] = (
    UseCase(ReceiveTransfer, receive, HANDLES, "receipts", bare=False, status=201, wanted=is_on_the_road),
)
