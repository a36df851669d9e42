"""Exceptions of an inbound slip: opened on the spot at the check, told upward, and settled (D2, D3, D9)."""

from datetime import datetime
from typing import assert_never

from company.context import Context
from contracts.inventory_inbound import (
    ExceptionKind,
    InboundExceptionOpened,
    InboundExceptionSettled,
    SlipIssued,
    SlipLine,
)
from contracts.inventory_stock import StockExcessReported, StockShortReported
from inventory.domain.inbound_asks import CheckSlip, Finding, SettleException
from inventory.domain.inbound_check import pieces_aside
from inventory.domain.inbound_state import Checked, Inbound, InboundEvent, Issued, NoSlip, Voided
from inventory.domain.inbound_words import (
    already_settled,
    not_checked,
    slip_cancelled,
    unknown_exception,
    unknown_slip,
    wrong_outcome,
)
from inventory.domain.stock_lots import zone_of
from inventory.domain.stock_words import unknown_bin, wrong_zone
from runtime.decision import Rejected

Decision = tuple[InboundEvent, ...] | Rejected
UNPACKED: tuple[ExceptionKind, ...] = ("no_mark", "no_package")


def opened_exceptions(command: CheckSlip, slip: SlipIssued, at: datetime, ctx: Context) -> tuple[InboundEvent, ...]:
    """An exception for each finding, reported to `policy.inbound_exception_told`; what is short of a contract's goods
    or too much is told at once (D9)."""
    lines = {line.line_no: line for line in slip.lines}
    findings = [(lines[told.line_no], finding) for told in command.lines for finding in told.findings]
    events: list[InboundEvent] = []
    for number, (line, finding) in enumerate(findings, start=1):
        events.append(_opened(f"{slip.slip_no}-{number}", slip, line, finding, (at, ctx)))
        events += _told_at_once(slip, line, finding, at)
    return tuple(events)


def _opened(
    exception_id: str, slip: SlipIssued, line: SlipLine, finding: Finding, when: tuple[datetime, Context]
) -> InboundExceptionOpened:
    at, ctx = when
    return InboundExceptionOpened(
        at=at,
        exception_id=exception_id,
        slip_no=slip.slip_no,
        depot=slip.depot,
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        kind=finding.kind,
        quantity=finding.quantity,
        contract_no=line.contract_no,
        contract_line_no=line.contract_line_no,
        cause=finding.cause,
        photos=finding.photos,
        liability=finding.liability,
        carrier_signed_by=finding.carrier_signed_by,
        carrier_signature_ref=finding.carrier_signature_ref,
        factory_contact=finding.factory_contact,
        pieces_aside=pieces_aside(finding),
        level=1,
        told_role=ctx.policy.inbound_exception_told,
        reason=slip.reason,
        waybill=slip.waybill,
    )


def _told_at_once(slip: SlipIssued, line: SlipLine, finding: Finding, at: datetime) -> tuple[InboundEvent, ...]:
    if finding.kind == "short" and line.contract_no is not None:
        return (
            StockShortReported(
                at=at,
                depot=slip.depot,
                sku=line.sku,
                name=line.name,
                wanted=line.quantity,
                available=line.quantity - finding.quantity,
                needed_for=line.contract_no,
                voucher_no=slip.slip_no,
                reason=finding.cause,
            ),
        )
    if finding.kind == "excess":
        return (
            StockExcessReported(
                at=at,
                depot=slip.depot,
                sku=line.sku,
                name=line.name,
                quantity=finding.quantity,
                contract_no=line.contract_no,
                voucher_no=slip.slip_no,
                reason=finding.cause,
            ),
        )
    return ()


def settle(command: SettleException, inbound: Inbound, ctx: Context) -> Decision:
    """What becomes of an exception: its pieces are accepted, go back, or wait for a scrap application; a shortage is
    noted. Pieces without package or mark enter only packed and labelled.

    Rules: D2, D3. Refuses: unknown_slip, slip_cancelled, not_checked, unknown_exception, already_settled,
    wrong_outcome, bad_bin, wrong_zone.
    """
    match inbound:
        case NoSlip():
            return unknown_slip()
        case Voided():
            return slip_cancelled(inbound.slip.slip_no)
        case Issued():
            return not_checked(inbound.slip.slip_no)
        case Checked():
            found = next((x for x in inbound.exceptions if x.opened.exception_id == command.exception_id), None)
            if found is None:
                return unknown_exception(inbound.slip.slip_no, command.exception_id)
            if found.settled is not None:
                same = (found.settled.outcome, found.settled.bin) == (command.outcome, command.bin)
                return () if same else already_settled(command.exception_id)
            flaw = _settle_flaw(command, found.opened, inbound.slip, ctx)
            if flaw is not None:
                return flaw
            opened = found.opened
            for_contract = command.outcome == "accepted" and command.for_contract
            return (
                InboundExceptionSettled(
                    at=command.at or ctx.now,
                    exception_id=opened.exception_id,
                    slip_no=opened.slip_no,
                    depot=opened.depot,
                    line_no=opened.line_no,
                    sku=opened.sku,
                    name=opened.name,
                    kind=opened.kind,
                    quantity=opened.pieces_aside,
                    outcome=command.outcome,
                    bin=command.bin if command.outcome == "accepted" else None,
                    contract_no=opened.contract_no if for_contract else None,
                    contract_line_no=opened.contract_line_no if for_contract else None,
                    decided_by=ctx.by,
                    packed_and_labelled=command.packed_and_labelled,
                    note=command.note,
                ),
            )
    assert_never(inbound)


def _settle_flaw(
    command: SettleException, opened: InboundExceptionOpened, slip: SlipIssued, ctx: Context
) -> Rejected | None:
    if (command.outcome == "noted") != (opened.pieces_aside == 0):
        return wrong_outcome(opened.exception_id, opened.pieces_aside)
    if command.outcome != "accepted":
        return None
    if opened.kind in UNPACKED and not command.packed_and_labelled:
        return Rejected(
            "not_packed",
            "D3",
            f"{opened.name} 没有包装或标识，要先包装、贴标签才能入库。做完后请勾选「已包装贴标」",
            f"{opened.name} has no package or mark: pack and label it before it enters, then tick it",
            {"exception_id": opened.exception_id},
        )
    zone = zone_of(ctx.policy, slip.depot, command.bin or "")
    if zone is None:
        return unknown_bin(slip.depot, command.bin or "—")
    return wrong_zone(command.bin or "", pending=False) if zone.kind == "pending" else None
