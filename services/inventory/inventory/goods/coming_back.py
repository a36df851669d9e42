"""退回 Pieces that a crew brings back: on the road until the warehouse receives and inspects them (D3, B14, B15)."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from company.context import Context
from contracts import inventory as facts
from contracts.bounds import Few, Nth, OptionalId
from contracts.civil_time import civil_day
from contracts.fact import LineLot
from contracts.inventory import GoodsEvent
from inventory.fields import MAX_PIECES, Note, Photos
from inventory.goods.leaving import from_the_last_list
from inventory.goods.lots import less, of_line, smallest_first, spread
from inventory.goods.state import Awaited, Cancelled, Code, Decision, Known, Stock
from inventory.inbound.state import good_bin_flaw
from inventory.refusals import no
from inventory.who import HANDLES
from runtime.decision import Command, Rejected
from runtime.use_case import UseCase

Count = Annotated[int, Field(ge=0, le=MAX_PIECES)]


class ReturnedPieces(BaseModel):
    """What of a line came back, and what D3 asks of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    line_no: Nth
    good: Count = 0
    """Pieces for a bin."""
    broken: Count = 0
    """Pieces for the pending zone."""
    package_whole: bool
    condition_good: bool
    mark_present: bool
    packed_and_labelled: bool = False
    """Without package or mark, they were packed and labelled on the spot: they may enter."""


class ReceiveReturn(Command):
    """收退货 Receive what a crew brings back (D3)

    Counted and inspected: package, condition, model mark. Good pieces go to a bin (the receiving zone, without one)
    and stay the contract's; those with a quality problem to the pending zone, from where they go back to the supplier
    or are settled otherwise. What is not received stays on the road.
    """

    command: Literal["ReceiveReturn"] = "ReceiveReturn"
    contract_no: OptionalId
    return_no: Code
    lines: Annotated[tuple[ReturnedPieces, ...], Few(1_000), Field(min_length=1)]
    bin: Annotated[str, Field(max_length=30)] = ""
    photos: Photos = ()
    note: Note = ""


def receive_return(command: ReceiveReturn, goods: Known, ctx: Context) -> Decision:
    """The warehouse receives and inspects pieces that were refused, or whose delivery failed.

    Rules: D3, B14, B15, A9 (never more than is on its way back), D4 (broken pieces of which nobody had told are a
    damage report; those refused as damaged are reported already, and only lie in the pending zone now). Of a cancelled
    contract, or a line that is no more, good pieces are free stock (A6).
    Refuses: unknown_contract, nothing_comes_back, return_received, not_left_yet, more_than_comes_back, line_twice,
    condition_not_good, not_packed_return, photos_of_damage, bad_bin, wrong_zone.
    """
    awaited = [one for one in goods.awaited if one.return_no == command.return_no]
    if not awaited and command.return_no in goods.settled:
        return no("return_received", return_no=command.return_no)
    if not awaited:
        return no("nothing_comes_back", contract_no=command.contract_no, return_no=command.return_no)
    if len({told.line_no for told in command.lines}) < len(command.lines):
        return no("line_twice", return_no=command.return_no)
    flaw = good_bin_flaw(ctx.policy, goods.depot, command.bin) if command.bin else None
    if flaw is not None:
        return flaw
    events: list[GoodsEvent] = []
    for told in command.lines:
        found = _of_line(command, told, awaited[0], goods, ctx)
        if isinstance(found, Rejected):
            return found
        events += found
    return tuple(events)


def _of_line(
    command: ReceiveReturn, told: ReturnedPieces, awaited: Awaited, goods: Known, ctx: Context
) -> list[GoodsEvent] | Rejected:
    """What one line's inspection comes to."""
    expected = {line.line_no: line.quantity for line in awaited.lines or from_the_last_list(goods)}
    stock = next(
        (x for x in (*goods.stock, *goods.former) if x.line.line_no == told.line_no and x.away > 0),
        None,
    )
    if stock is None:
        return no("not_left_yet", line_no=told.line_no, return_no=command.return_no)
    coming = min(expected.get(told.line_no, 0), stock.away)
    if not 1 <= told.good + told.broken <= coming:
        return no(
            "more_than_comes_back",
            line_no=told.line_no,
            name=stock.line.name,
            coming=coming,
            wanted=told.good + told.broken,
        )
    flaw = _inspection_flaw(command, told, stock, awaited)
    if flaw is not None:
        return flaw
    return _received(command, told, awaited, stock, goods=goods, ctx=ctx)


def _inspection_flaw(command: ReceiveReturn, told: ReturnedPieces, stock: Stock, awaited: Awaited) -> Rejected | None:
    line_no, name = told.line_no, stock.line.name
    if told.good and (not told.condition_good or awaited.broken):
        return no("condition_not_good", line_no=line_no, name=name)
    if told.good and not (told.package_whole and told.mark_present) and not told.packed_and_labelled:
        return no("not_packed_return", line_no=line_no, name=name)
    if told.broken and not awaited.broken and not command.photos:
        return no("photos_of_damage", line_no=line_no, name=name)
    return None


def _received(
    command: ReceiveReturn, told: ReturnedPieces, awaited: Awaited, stock: Stock, *, goods: Known, ctx: Context
) -> list[GoodsEvent]:
    at = command.at or ctx.now
    number = re.sub(r"[^A-Za-z0-9]+", "-", command.return_no)[:50]
    inspection = facts.Inspection(
        by=ctx.by,
        package_whole=told.package_whole,
        condition_good=told.condition_good,
        mark_present=told.mark_present,
        packed_and_labelled=told.packed_and_labelled,
        note=command.note,
        photos=command.photos,
    )

    of_good = spread(stock.lots_outside, told.good)
    of_broken = spread(less(stock.lots_outside, of_good), told.broken)
    good_lots, broken_lots = of_line(told.line_no, of_good), of_line(told.line_no, of_broken)

    def back(quantity: int, bin_: str, lots: tuple[LineLot, ...], *, broken: bool) -> facts.GoodsReturned:
        return facts.GoodsReturned(
            at=at,
            contract_no=command.contract_no,
            return_no=command.return_no,
            line_no=told.line_no,
            sku=stock.line.sku,
            name=stock.line.name,
            quantity=quantity,
            returned_on=civil_day(at),
            reason=awaited.reason,
            bin=bin_,
            broken=broken,
            inspection=inspection,
            lots=lots,
        )

    events: list[GoodsEvent] = []
    if told.good:
        events.append(back(told.good, command.bin, good_lots, broken=False))
        is_free = isinstance(goods, Cancelled) or stock in goods.former
        if nobodys := told.good if is_free else stock.nobodys(told.good, fetched=awaited.is_nobodys):
            free = stock.line.model_copy(update={"quantity": nobodys})
            events.append(
                facts.GoodsReleased(
                    at=at,
                    contract_no=command.contract_no,
                    lines=(free,),
                    reason=awaited.reason or "退货",
                    closed=isinstance(goods, Cancelled),
                    lots=of_line(told.line_no, spread(of_good, nobodys, smallest_first(of_good))),
                )
            )
    if told.broken and awaited.broken:
        events.append(back(told.broken, "", (), broken=True))
    elif told.broken:
        events.append(back(told.broken, "", broken_lots, broken=False))
        events.append(
            facts.DamageReported(
                at=at,
                damage_id=f"{number}-{told.line_no}-{len(goods.damages) + 1}",
                contract_no=command.contract_no,
                customer=goods.customer,
                line_no=told.line_no,
                sku=stock.line.sku,
                name=stock.line.name,
                quantity=told.broken,
                found="inbound",
                fault="unknown",
                photos=command.photos,
                note=command.note or "退回验收",
                lots=broken_lots,
            )
        )
    return events


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (
    UseCase(ReceiveReturn, receive_return, HANDLES, "returns", body="ReturnReceived", status=201),
)
