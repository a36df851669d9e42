"""入库单 Inbound slip: from the accountant's issue to the papers' return (D1, D2, D3, D5, K18).

One aggregate per slip, `inbound:RK260309001`. Nothing enters without it. Checked against the delivery note, its good
pieces are put away bin by bin; what is wrong is an exception with its pieces in the pending zone until it is settled.
"""

import re
from datetime import timedelta
from typing import assert_never

from company.context import Context
from contracts.inventory_inbound import (
    CheckedLine,
    InboundChecked,
    InboundPapersOverdue,
    InboundPutAway,
    PapersHandedOver,
    SlipCancelled,
    SlipIssued,
    SlipLine,
)
from inventory.domain.inbound_asks import (
    COMMANDS,
    CancelSlip,
    CheckSlip,
    Finding,
    HandOverPapers,
    IssueSlip,
    LineCheck,
    NotePapersOverdue,
    PutAway,
    ReturnCheck,
    SettleException,
    inbound_id,
)
from inventory.domain.inbound_check import check_flaw, checked_line
from inventory.domain.inbound_exceptions import opened_exceptions, settle
from inventory.domain.inbound_state import (
    INITIAL,
    STATES,
    Checked,
    Inbound,
    InboundEvent,
    Issued,
    NoSlip,
    Voided,
    evolve,
)
from inventory.domain.inbound_words import (
    already_checked,
    bad_slip_line,
    line_twice,
    not_checked,
    slip_cancelled,
    slip_contradicts,
    too_many_to_put_away,
    unknown_slip,
    unknown_slip_line,
)
from inventory.domain.stock_lots import zone_of
from inventory.domain.stock_words import unknown_bin, wrong_zone
from inventory.domain.texts import MAX_PIECES
from runtime.decision import Rejected, Timer

MAX_SKU, MAX_NAME = 80, 200  # characters

Decision = tuple[InboundEvent, ...] | Rejected

# --- decisions ----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, inbound: Inbound, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb."""
    match command:
        case IssueSlip():
            return issue(command, inbound, ctx)
        case CancelSlip():
            return cancel(command, inbound, ctx)
        case CheckSlip():
            return check(command, inbound, ctx)
        case PutAway():
            return put_away(command, inbound, ctx)
        case SettleException():
            return settle(command, inbound, ctx)
        case HandOverPapers():
            return hand_over_papers(command, inbound, ctx)
        case NotePapersOverdue():
            return note_overdue(inbound, ctx)
    assert_never(command)


def issue(command: IssueSlip, inbound: Inbound, ctx: Context) -> Decision:
    """The accountant lets goods come in, with the reason.

    Rules: D1. The same slip again is no event. Refuses: line_twice, bad_slip_line, slip_contradicts.
    """
    slip = SlipIssued(
        at=command.at or ctx.now,
        slip_no=command.slip_no,
        depot=command.depot,
        reason=command.reason,
        source=command.source,
        delivery_note_no=command.delivery_note_no,
        carrier=command.carrier,
        waybill=command.waybill,
        lines=command.lines,
        issued_by=ctx.by,
        note=command.note,
    )
    match inbound:
        case NoSlip():
            if len({line.line_no for line in command.lines}) < len(command.lines):
                return line_twice(command.slip_no)
            for line in command.lines:
                if not _line_is_good(line):
                    return bad_slip_line(line.line_no)
            return (slip,)
        case Issued() | Voided() | Checked():
            same = inbound.slip.model_copy(update={"at": slip.at, "issued_by": slip.issued_by}) == slip
            return () if same else slip_contradicts(command.slip_no)
    assert_never(inbound)


def _line_is_good(line: SlipLine) -> bool:
    named = 1 <= len(line.sku.strip()) <= MAX_SKU and 1 <= len(line.name.strip()) <= MAX_NAME
    whole = (line.contract_no is None) == (line.contract_line_no is None)
    known = line.contract_no is None or re.fullmatch(r"[A-Z]{2}[0-9]{6,12}", line.contract_no) is not None
    return named and whole and known and line.line_no > 0 and 1 <= line.quantity <= MAX_PIECES


def cancel(command: CancelSlip, inbound: Inbound, ctx: Context) -> Decision:
    """A slip is void, as long as nothing was checked.

    Rules: D1. Refuses: unknown_slip, already_checked.
    """
    match inbound:
        case NoSlip():
            return unknown_slip()
        case Voided():
            return ()
        case Checked():
            return already_checked(inbound.slip.slip_no)
        case Issued():
            return (SlipCancelled(at=command.at or ctx.now, slip_no=inbound.slip.slip_no, reason=command.reason),)
    assert_never(inbound)


def check(command: CheckSlip, inbound: Inbound, ctx: Context) -> Decision:
    """Every line counted and looked over. Each thing wrong opens an exception there and then, reported upward; a
    shortage or excess of a contract's goods is told at once.

    Rules: D2, D3, D9; papers are owed within `policy.inbound_papers_within_days` (D5, K18).
    Refuses: unknown_slip, slip_cancelled, already_checked, and all that `check_flaw` finds.
    """
    match inbound:
        case NoSlip():
            return unknown_slip()
        case Voided():
            return slip_cancelled(inbound.slip.slip_no)
        case Checked():
            lines = tuple(_checked_lines(inbound.slip, command))
            return () if lines == inbound.lines else already_checked(inbound.slip.slip_no)
        case Issued():
            slip = inbound.slip
            flaw = check_flaw(slip.reason, slip.lines, command.lines)
            if flaw is not None:
                return flaw
            at = command.at or ctx.now
            checked = InboundChecked(
                at=at,
                slip_no=slip.slip_no,
                depot=slip.depot,
                reason=slip.reason,
                in_order=not any(line.findings for line in command.lines),
                lines=tuple(_checked_lines(slip, command)),
                checked_by=ctx.by,
                signature_ref=command.signature_ref,
                delivery_note_ref=command.delivery_note_ref,
                papers_due=at + timedelta(days=ctx.policy.inbound_papers_within_days),
                note=command.note,
            )
            return (checked, *opened_exceptions(command, slip, at, ctx))
    assert_never(inbound)


def _checked_lines(slip: SlipIssued, command: CheckSlip) -> list[CheckedLine]:
    checks = {told.line_no: told for told in command.lines}
    return [checked_line(line, checks[line.line_no]) for line in slip.lines if line.line_no in checks]


def put_away(command: PutAway, inbound: Inbound, ctx: Context) -> Decision:
    """Good pieces of a line lie in a bin; a line may go to several bins.

    Rules: D2, D6. Refuses: unknown_slip, slip_cancelled, not_checked, unknown_slip_line, bad_bin, wrong_zone,
    too_many_to_put_away.
    """
    match inbound:
        case NoSlip():
            return unknown_slip()
        case Voided():
            return slip_cancelled(inbound.slip.slip_no)
        case Issued():
            return not_checked(inbound.slip.slip_no)
        case Checked():
            line = next((line for line in inbound.lines if line.line_no == command.line_no), None)
            if line is None:
                return unknown_slip_line(inbound.slip.slip_no, command.line_no)
            zone = zone_of(ctx.policy, inbound.slip.depot, command.bin)
            if zone is None:
                return unknown_bin(inbound.slip.depot, command.bin)
            if zone.kind == "pending":
                return wrong_zone(command.bin, pending=False)
            pieces, parts = inbound.done(line.line_no)
            if command.quantity > line.good - pieces:
                return too_many_to_put_away(line.line_no, line.name, line.good - pieces, command.quantity)
            return (
                InboundPutAway(
                    at=command.at or ctx.now,
                    slip_no=inbound.slip.slip_no,
                    depot=inbound.slip.depot,
                    reason=inbound.slip.reason,
                    line_no=line.line_no,
                    part=parts + 1,
                    sku=line.sku,
                    name=line.name,
                    quantity=command.quantity,
                    bin=command.bin,
                    contract_no=line.contract_no,
                    contract_line_no=line.contract_line_no,
                    complete=inbound.left() == command.quantity,
                    waybill=inbound.slip.waybill,
                ),
            )
    assert_never(inbound)


def hand_over_papers(command: HandOverPapers, inbound: Inbound, ctx: Context) -> Decision:
    """Slip and the supplier's sales list are with the accountant. Once.

    Rules: D5, K18. Refuses: unknown_slip, slip_cancelled, not_checked.
    """
    match inbound:
        case NoSlip():
            return unknown_slip()
        case Voided():
            return slip_cancelled(inbound.slip.slip_no)
        case Issued():
            return not_checked(inbound.slip.slip_no)
        case Checked() if inbound.papers is not None:
            return ()
        case Checked():
            return (
                PapersHandedOver(
                    at=command.at or ctx.now,
                    slip_no=inbound.slip.slip_no,
                    received_by=command.received_by,
                    sales_list_no=command.sales_list_no,
                    papers_ref=command.papers_ref,
                    due=inbound.papers_due,
                ),
            )
    assert_never(inbound)


def note_overdue(inbound: Inbound, ctx: Context) -> Decision:
    """The papers' day has passed.

    Rules: K18. Handed over meanwhile, or told already: no event.
    """
    match inbound:
        case NoSlip() | Issued() | Voided():
            return ()
        case Checked() if inbound.papers is not None or inbound.overdue_told or ctx.now < inbound.papers_due:
            return ()
        case Checked():
            due = inbound.papers_due
            return (InboundPapersOverdue(at=due, slip_no=inbound.slip.slip_no, due=due),)
    assert_never(inbound)


def due(inbound: Inbound) -> tuple[Timer, ...]:
    """The papers (K18), until they are handed over or told as overdue."""
    if not isinstance(inbound, Checked) or inbound.papers is not None or inbound.overdue_told:
        return ()
    return (Timer("papers", inbound.papers_due, NotePapersOverdue()),)


__all__ = [
    "COMMANDS",
    "INITIAL",
    "STATES",
    "CancelSlip",
    "CheckSlip",
    "Checked",
    "Finding",
    "HandOverPapers",
    "Inbound",
    "InboundEvent",
    "IssueSlip",
    "Issued",
    "LineCheck",
    "NotePapersOverdue",
    "PutAway",
    "ReturnCheck",
    "SettleException",
    "Voided",
    "decide",
    "due",
    "evolve",
    "inbound_id",
]
