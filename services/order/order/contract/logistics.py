"""What the company's logistics file says of a contract's lines (物流信息, A2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal, assert_never

from company.context import Context
from contracts import order as facts
from contracts.bounds import CivilDay, HowMany, Nth
from contracts.civil_time import civil_day
from contracts.spelling import Lot, Sku, WaybillNo
from order.contract.fields import MAX_PIECES, ContractNo, Note
from order.contract.state import (
    Cancelled,
    Decision,
    Delay,
    Known,
    Line,
    Told,
    line_of,
    over,
    unknown_line,
    with_line,
)
from order.refusals import no
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import UseCase

LATER_ETA = "预计到货改晚"
"""Why goods come later, where an announcement alone says so."""


class AnnounceShipment(Command):
    """已发货 (A2)."""

    command: Literal["AnnounceShipment"] = "AnnounceShipment"
    contract_no: ContractNo
    line_no: Nth
    sku: Sku
    quantity: HowMany
    waybill: WaybillNo
    carrier: Note
    eta: CivilDay | None = None


class NoticeDelay(Command):
    """延期 (A2, A4)."""

    command: Literal["NoticeDelay"] = "NoticeDelay"
    contract_no: ContractNo
    line_no: Nth
    sku: Sku
    waybill: WaybillNo
    carrier: Note
    eta: CivilDay | None = None
    reason: Note = ""


class ReportArrival(Command):
    """已到仓 (A2)."""

    command: Literal["ReportArrival"] = "ReportArrival"
    contract_no: ContractNo
    line_no: Nth
    sku: Sku
    quantity: HowMany
    waybill: WaybillNo
    carrier: Note
    arrived_on: CivilDay
    lot: Lot = ""


FileRow = AnnounceShipment | NoticeDelay | ReportArrival


def announce(command: AnnounceShipment, contract: Known, ctx: Context) -> Decision:
    """The file says that goods are on their way. Of a waybill that was announced, another day is a newer announcement;
    a later one is a delay besides.

    Rules: A2 (once per line, waybill, status and day), A4. Refuses: see `_told`.
    """
    told = Told("announced", command.waybill, command.quantity, command.eta)
    line = _told(command, contract, told, least=1)
    if line is None or isinstance(line, Rejected):
        return line or ()
    before = _expected_on(line, command.waybill)
    at = command.at or ctx.now
    later = before is not None and command.eta is not None and command.eta > before
    delay = NoticeDelay(**command.model_dump(exclude={"command", "quantity"}), reason=LATER_ETA)
    noticed = (_delay(delay, contract, line, ctx),) if later else ()
    return (
        facts.ShipmentAnnounced(
            at=at,
            contract_no=command.contract_no,
            line_no=command.line_no,
            sku=command.sku,
            quantity=command.quantity,
            waybill=command.waybill,
            carrier=command.carrier,
            eta=command.eta,
        ),
        *noticed,
    )


def _expected_on(line: Line, waybill: str) -> date | None:
    """The day on which a waybill was last said to come."""
    return next((told.on for told in reversed(line.told) if told.waybill == waybill and told.status != "arrived"), None)


def notice_delay(command: NoticeDelay, contract: Known, ctx: Context) -> Decision:
    """The file says that goods come later: the group is owed a post of it, the customer an explanation. A second delay
    of a waybill, to another day, is another one.

    Rules: A2 (once per line, waybill, status and day), A4, K1. Refuses: see `_told`.
    """
    line = _told(command, contract, Told("delayed", command.waybill, 0, command.eta), least=0)
    if line is None or isinstance(line, Rejected):
        return line or ()
    return (_delay(command, contract, line, ctx),)


def _delay(command: NoticeDelay, contract: Known, line: Line, ctx: Context) -> facts.DelayNoticed:
    at = command.at or ctx.now
    first = f"{command.line_no}-{command.waybill}"
    is_second = any(delay.delay_id == first for delay in contract.course.delays)
    return facts.DelayNoticed(
        at=at,
        contract_no=command.contract_no,
        line_no=command.line_no,
        sku=command.sku,
        waybill=command.waybill,
        carrier=command.carrier,
        eta=command.eta,
        reason=command.reason,
        customer=contract.terms.customer,
        fault="logistics" if any(told.status == "announced" for told in line.told) else "factory",
        delay_id=f"{first}-{command.eta or 'open'}" if is_second else first,
        name=line.sold.name,
        post_due=at + timedelta(minutes=ctx.policy.delay_post_minutes),
        store_code=contract.terms.store_code,
    )


def report_arrival(command: ReportArrival, contract: Known, ctx: Context) -> Decision:
    """The file says that goods lie in the warehouse. More than was sold is taken too: the goods are there (D9). What of
    a waybill comes on another day is a part of it.

    Rules: A2 (once per line, waybill, status and day). Refuses: future_arrival, row_contradicts (all of the waybill
    came before; the same again on another day is the same with another date), and see `_told`.
    """
    told = Told("arrived", command.waybill, command.quantity, command.arrived_on, lot=command.lot)
    line = _told(command, contract, told, least=1)
    if line is None or isinstance(line, Rejected):
        return line or ()
    if command.arrived_on > (today := civil_day(ctx.now)):
        return no("future_arrival", line_no=command.line_no, arrived_on=command.arrived_on, today=today)
    return (
        facts.ArrivalReported(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            line_no=command.line_no,
            sku=command.sku,
            name=line.sold.name,
            quantity=command.quantity,
            waybill=command.waybill,
            carrier=command.carrier,
            arrived_on=command.arrived_on,
            lot=command.lot,
        ),
    )


def _told(command: FileRow, contract: Known, told: Told, *, least: int) -> Line | Rejected | None:
    """The line that a row of the logistics file tells of, or None when it was told before (A2): of a line, waybill,
    status and day, that is.

    Goods of a removed line or a cancelled contract may still arrive, but they are neither announced nor late.
    Refuses: unknown_line, sku_differs, bad_quantity, row_contradicts, contract_cancelled.
    """
    line = line_of(contract, command.line_no)
    if line is None:
        return unknown_line(contract, command.line_no, "A2")
    sold = line.sold
    if sold.sku != command.sku:
        return no(
            "sku_differs",
            contract_no=command.contract_no,
            line_no=sold.line_no,
            sold=sold.sku,
            told=command.sku,
            name=Term.of(sold.name),
        )
    if not least <= told.quantity <= MAX_PIECES:
        return no("bad_quantity", quantity=told.quantity, least=Term.of(least), most=Term.of(MAX_PIECES))
    before = [one for one in line.told if (one.status, one.waybill, one.lot) == (told.status, told.waybill, told.lot)]
    if told in before:
        return None
    if any(known.on == told.on for known in before) or _is_told_of_another_day(told, before, line):
        return no("row_contradicts", line_no=command.line_no, waybill=told.waybill)
    if told.status != "arrived" and isinstance(contract, Cancelled):
        return over(contract, "A2")
    if told.status != "arrived" and line in contract.dropped:
        return unknown_line(contract, command.line_no, "A2")
    return line


def _is_told_of_another_day(told: Told, before: Sequence[Told], line: Line) -> bool:
    """Whether the whole waybill came before, and this is no part of it but the same with another date."""
    if told.status != "arrived" or not any(known.quantity == told.quantity for known in before):
        return False
    announced = [one.quantity for one in line.told if (one.status, one.waybill) == ("announced", told.waybill)]
    most = announced[-1] if announced else line.sold.quantity
    return sum(known.quantity for known in before) + told.quantity > most


Event = facts.ShipmentAnnounced | facts.ArrivalReported | facts.DelayNoticed


def evolve(contract: Known, event: Event) -> Known:
    """The contract after what a file said, or a person of a delay."""
    match event:
        case facts.ShipmentAnnounced():
            told = Told("announced", event.waybill, event.quantity, event.eta, event.carrier)
            return _with_told(contract, event.line_no, told)
        case facts.ArrivalReported():
            told = Told("arrived", event.waybill, event.quantity, event.arrived_on, event.carrier, event.lot)
            return _with_told(contract, event.line_no, told)
        case facts.DelayNoticed():
            delay = Delay(
                event.delay_id or f"{event.line_no}-{event.waybill}",
                event.line_no,
                event.fault,
                event.eta,
                event.reason,
                event.post_due,
                event.waybill,
            )
            delays = contract.course.delays
            if any(known.delay_id == delay.delay_id for known in delays):
                return contract  # told before: one delay, one post (A2, K1)
            late = replace(contract, course=replace(contract.course, delays=(*delays, delay)))
            told = Told("delayed", event.waybill, 0, event.eta, event.carrier)
            return _with_told(late, event.line_no, told) if event.waybill else late
    assert_never(event)


def _with_told(contract: Known, line_no: int, told: Told) -> Known:
    return with_line(contract, line_no, lambda line: replace(line, told=(*line.told, told)))


USE_CASES: tuple[UseCase[Any, Any, facts.OrderEvent], ...] = (
    UseCase(AnnounceShipment, announce, cites="A2"),
    UseCase(NoticeDelay, notice_delay, cites="A2"),
    UseCase(ReportArrival, report_arrival, cites="A2"),
)
