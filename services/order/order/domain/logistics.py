"""What the company's logistics file says of a contract's lines (物流信息, A2)."""

from datetime import timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field

from contracts.bounds import CivilDay, HowMany, Nth
from contracts.decision import Command, Context, Rejected
from contracts.order import ArrivalReported, DelayNoticed, ShipmentAnnounced
from contracts.policy import civil_day
from order.domain.contract_words import (
    bad_quantity,
    contract_over,
    future_arrival,
    row_contradicts,
    sku_differs,
    unknown_contract,
    unknown_line,
)
from order.domain.deciding import Decision
from order.domain.situations import Cancelled, Complete, Contract, Fulfilled, Line, Told, Unsigned, Waiting, line_of
from order.domain.texts import MAX_PIECES, ContractNo, Note, Text

Waybill = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{3,39}$", examples=["YD4814463648"])]


class AnnounceShipment(Command):
    """已发货 (A2)."""

    command: Literal["AnnounceShipment"] = "AnnounceShipment"
    contract_no: ContractNo
    line_no: Nth
    sku: Text
    quantity: HowMany
    waybill: Waybill
    carrier: Note
    eta: CivilDay | None = None


class NoticeDelay(Command):
    """延期 (A2, A4)."""

    command: Literal["NoticeDelay"] = "NoticeDelay"
    contract_no: ContractNo
    line_no: Nth
    sku: Text
    waybill: Waybill
    carrier: Note
    eta: CivilDay | None = None
    reason: Note = ""


class ReportArrival(Command):
    """已到仓 (A2)."""

    command: Literal["ReportArrival"] = "ReportArrival"
    contract_no: ContractNo
    line_no: Nth
    sku: Text
    quantity: HowMany
    waybill: Waybill
    carrier: Note
    arrived_on: CivilDay


FileRow = AnnounceShipment | NoticeDelay | ReportArrival


def announce(command: AnnounceShipment, contract: Contract, ctx: Context) -> Decision:
    """The file says that goods are on their way.

    Rules: A2 (once per line, waybill and status). Refuses: see `_told`.
    """
    told = Told("announced", command.waybill, command.quantity, command.eta)
    line = _told(command, contract, told, least=1)
    if line is None or isinstance(line, Rejected):
        return line or ()
    return (
        ShipmentAnnounced(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            line_no=command.line_no,
            sku=command.sku,
            quantity=command.quantity,
            waybill=command.waybill,
            carrier=command.carrier,
            eta=command.eta,
        ),
    )


def notice_delay(command: NoticeDelay, contract: Contract, ctx: Context) -> Decision:
    """The file says that goods come later: the group is owed a post of it, the customer an explanation.

    Rules: A2 (once per line, waybill and status), A4, K1. Refuses: see `_told`.
    """
    line = _told(command, contract, Told("delayed", command.waybill, 0, command.eta), least=0)
    if line is None or isinstance(line, Rejected):
        return line or ()
    assert not isinstance(contract, Unsigned)
    at = command.at or ctx.now
    return (
        DelayNoticed(
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
            delay_id=f"{command.line_no}-{command.waybill}",
            name=line.sold.name,
            post_due=at + timedelta(minutes=ctx.policy.delay_post_minutes),
            store_code=contract.terms.store_code,
        ),
    )


def report_arrival(command: ReportArrival, contract: Contract, ctx: Context) -> Decision:
    """The file says that goods lie in the warehouse. More than was sold is taken too: the goods are there (D9).

    Rules: A2 (once per line, waybill and status). Refuses: future_arrival, and see `_told`.
    """
    line = _told(command, contract, Told("arrived", command.waybill, command.quantity, command.arrived_on), least=1)
    if line is None or isinstance(line, Rejected):
        return line or ()
    if command.arrived_on > (today := civil_day(ctx.now)):
        return future_arrival(command.line_no, command.arrived_on, today)
    return (
        ArrivalReported(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            line_no=command.line_no,
            sku=command.sku,
            name=line.sold.name,
            quantity=command.quantity,
            waybill=command.waybill,
            carrier=command.carrier,
            arrived_on=command.arrived_on,
        ),
    )


def _told(command: FileRow, contract: Contract, told: Told, *, least: int) -> Line | Rejected | None:
    """The line that a row of the logistics file tells of, or None when it was told before (A2).

    Goods of a removed line or a cancelled contract may still arrive, but they are neither announced nor late.
    Refuses: unknown_contract, unknown_line, sku_differs, bad_quantity, row_contradicts, contract_cancelled.
    """
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A2")
        case Waiting() | Complete() | Cancelled() | Fulfilled():
            line = line_of(contract, command.line_no)
            if line is None:
                return unknown_line(command.contract_no, command.line_no, "A2")
            if line.sold.sku != command.sku:
                return sku_differs(command.contract_no, line.sold, command.sku)
            if not least <= told.quantity <= MAX_PIECES:
                return bad_quantity(told.quantity, least, MAX_PIECES)
            for known in line.told:
                if (known.status, known.waybill) == (told.status, told.waybill):
                    return None if known == told else row_contradicts(command.line_no, told.waybill)
            if told.status != "arrived" and isinstance(contract, Cancelled):
                return contract_over(contract, "A2")
            if told.status != "arrived" and line in contract.dropped:
                return unknown_line(command.contract_no, command.line_no, "A2")
            return line
    assert_never(contract)
