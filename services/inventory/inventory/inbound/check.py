"""验收 The check of a slip: every line counted against the delivery note, each thing wrong written down (D2, D3)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from company.context import Context
from contracts import inventory_inbound as facts
from contracts.bounds import HowMany, Nth
from contracts.inventory_inbound import InboundEvent
from contracts.inventory_stock import StockExcessReported, StockShortReported
from contracts.spelling import Lot
from inventory.fields import FileRef, Note, Photos, Text
from inventory.inbound.state import Checked, Decision, Issued, is_unchecked
from inventory.refusals import no
from inventory.who import HANDLES
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import UseCase

CHECKED_AS_RETURN: tuple[facts.InboundReason, ...] = ("sample", "customer_return", "promotion_return")
NEEDS_PHOTO = ("damage", "quality")
ASIDE = ("damage", "quality", "no_mark", "no_package")
"""Kinds whose pieces are among those counted."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Finding(_Part):
    """What is wrong with pieces of a line, whose fault it is, and who signed or was reached (D2, D3)."""

    kind: facts.ExceptionKind
    quantity: Annotated[HowMany, Field(ge=1)]
    cause: Text
    liability: facts.Liability = "unknown"
    photos: Photos = ()
    carrier_signed_by: Text | None = None
    carrier_signature_ref: FileRef | None = None
    factory_contact: Text | None = None
    packed_and_labelled: bool = False
    """Pieces without package or mark were packed and labelled on the spot: they may enter."""

    @property
    def aside(self) -> int:
        """Pieces that go to the pending zone: none that are not there, none that were packed and labelled."""
        fixed = self.kind in {"no_mark", "no_package"} and self.packed_and_labelled
        return 0 if fixed or self.kind == "short" else self.quantity


class ReturnCheck(_Part):
    """What D3 asks of a sample or a customer's return."""

    package_whole: bool
    condition_good: bool
    mark_present: bool


class LineCheck(_Part):
    """The count of one line, and what was found."""

    line_no: Nth
    counted: Annotated[int, Field(ge=0, le=999_999)]
    findings: Annotated[tuple[Finding, ...], Field(max_length=50)] = ()
    returned: ReturnCheck | None = None
    lot: Lot = ""
    """批号 as it stands on the boxes (D13); left out: as the slip says."""


class CheckSlip(Command):
    """验收 Check against the delivery note (D2, D3)

    Every line counted; what is wrong is written down on the spot with photos (`POST /api/files` first) and whose
    fault it is: the carrier's man signs there and then, the factory is contacted. `body` in the answer counts them.
    """

    command: Literal["CheckSlip"] = "CheckSlip"
    lines: Annotated[tuple[LineCheck, ...], Field(min_length=1, max_length=300)]
    signature_ref: FileRef = ""
    delivery_note_ref: FileRef = ""
    note: Note = ""


def check_slip(command: CheckSlip, inbound: Issued | Checked, ctx: Context) -> Decision:
    """Every line counted and looked over. Each thing wrong opens an exception there and then, reported upward; a
    shortage or excess of a contract's goods is told at once.

    Rules: D2, D3, D9; papers are owed within `policy.inbound_papers_within_days` (D5, K18).
    Refuses: unknown_slip, slip_cancelled, already_checked, and all that `check_flaw` finds.
    """
    slip = inbound.slip
    if isinstance(inbound, Checked):
        same = tuple(_checked_lines(slip, command)) == inbound.lines
        return () if same else no("already_checked", slip_no=slip.slip_no)
    flaw = check_flaw(slip.reason, slip.lines, command.lines)
    if flaw is not None:
        return flaw
    at = command.at or ctx.now
    checked = facts.InboundChecked(
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
    lines = {line.line_no: line for line in slip.lines}
    findings = [(lines[told.line_no], told.lot, finding) for told in command.lines for finding in told.findings]
    return (checked, *opened_exceptions(findings, slip, at, ctx))


def _checked_lines(slip: facts.SlipIssued, command: CheckSlip) -> list[facts.CheckedLine]:
    checks = {told.line_no: told for told in command.lines}
    return [checked_line(line, checks[line.line_no]) for line in slip.lines if line.line_no in checks]


def opened_exceptions(
    findings: Iterable[tuple[facts.SlipLine, str, Finding]],
    slip: facts.SlipIssued,
    at: datetime,
    ctx: Context,
    *,
    first: int = 1,
) -> tuple[InboundEvent, ...]:
    """An exception for each finding of a line and lot, numbered from `first`, reported to
    `policy.inbound_exception_told`; what is short of a contract's goods or too much is told at once (D9)."""
    events: list[InboundEvent] = []
    for number, (line, lot, finding) in enumerate(findings, start=first):
        opened = facts.InboundExceptionOpened(
            at=at,
            exception_id=f"{slip.slip_no}-{number}",
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
            pieces_aside=finding.aside,
            level=1,
            told_role=ctx.policy.inbound_exception_told,
            reason=slip.reason,
            waybill=slip.waybill,
            lot=lot or line.lot,
        )
        events += (opened, *_told_at_once(slip, line, finding, at))
    return tuple(events)


def _told_at_once(
    slip: facts.SlipIssued, line: facts.SlipLine, finding: Finding, at: datetime
) -> tuple[StockShortReported | StockExcessReported, ...]:
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


def arrives_broken(contract_no: str | None, kind: facts.ExceptionKind, reason: facts.InboundReason) -> bool:
    """Whether pieces of an exception come in as a contract's, damaged (D4), and are told by its goods; else they are
    nobody's in the pending zone."""
    return contract_no is not None and kind in ("damage", "quality") and reason != "customer_return"


def check_flaw(
    reason: facts.InboundReason, expected: tuple[facts.SlipLine, ...], checks: tuple[LineCheck, ...]
) -> Rejected | None:
    """Why the check cannot be taken; None when it can.

    Every line once; a difference and every fault is written down with its cause; damage and bad quality with a photo;
    the carrier's fault with his man's name, the factory's with who was reached; returns with what D3 asks.
    """
    lines = {line.line_no: line for line in expected}
    if sorted(lines) != sorted(check.line_no for check in checks):
        return no("slip_lines_open", lines="、".join(str(number) for number in sorted(lines)))
    flaws = (_line_flaw(reason, lines[check.line_no], check) for check in checks)
    return next((flaw for flaw in flaws if flaw is not None), None)


def _line_flaw(reason: facts.InboundReason, line: facts.SlipLine, check: LineCheck) -> Rejected | None:
    difference = check.counted - line.quantity
    short, excess = _told(check.findings, ("short",)), _told(check.findings, ("excess",))
    if (short, excess) != (max(0, -difference), max(0, difference)):
        return no(
            "difference_unexplained",
            line_no=line.line_no,
            name=line.name,
            expected=line.quantity,
            counted=check.counted,
            difference=abs(difference),
        )
    if _told(check.findings, ASIDE) > check.counted - excess:
        return no("too_many_findings", line_no=line.line_no, counted=check.counted)
    flaws = (_finding_flaw(line, finding) for finding in check.findings)
    flaw = next((flaw for flaw in flaws if flaw is not None), None)
    return flaw or (_return_flaw(line, check) if reason in CHECKED_AS_RETURN else None)


def _finding_flaw(line: facts.SlipLine, finding: Finding) -> Rejected | None:
    if finding.kind in NEEDS_PHOTO and not finding.photos:
        return no("photo_missing", line_no=line.line_no, name=line.name)
    if finding.liability == "carrier" and finding.carrier_signed_by is None:
        return no("carrier_signature_missing", line_no=line.line_no, name=line.name)
    if finding.liability == "factory" and finding.factory_contact is None:
        return no("factory_contact_missing", line_no=line.line_no, name=line.name)
    return None


def _return_flaw(line: facts.SlipLine, check: LineCheck) -> Rejected | None:
    if check.returned is None:
        return no("return_check_missing", line_no=line.line_no, name=line.name)
    kinds = {finding.kind for finding in check.findings}
    missing = [
        zh
        for ok, found, zh in (
            (check.returned.package_whole, {"no_package", "damage"}, "包装"),
            (check.returned.condition_good, {"quality", "damage"}, "成色"),
            (check.returned.mark_present, {"no_mark"}, "标识"),
        )
        if not ok and not kinds & found
    ]
    what = Term("、".join(missing), "package, condition or mark")
    return no("finding_missing", line_no=line.line_no, name=line.name, what=what) if missing else None


def _told(findings: Iterable[Finding], kinds: tuple[str, ...]) -> int:
    return sum(finding.quantity for finding in findings if finding.kind in kinds)


def checked_line(line: facts.SlipLine, check: LineCheck) -> facts.CheckedLine:
    """What the check of a line comes to."""
    aside = sum(finding.aside for finding in check.findings)
    return facts.CheckedLine(
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        expected=line.quantity,
        counted=check.counted,
        good=check.counted - aside,
        aside=aside,
        short=max(0, line.quantity - check.counted),
        contract_no=line.contract_no,
        contract_line_no=line.contract_line_no,
        lot=check.lot or line.lot,
    )


USE_CASES: tuple[UseCase[Any, Any, InboundEvent], ...] = (
    UseCase(CheckSlip, check_slip, HANDLES, "check", status=201, wanted=is_unchecked),
)
