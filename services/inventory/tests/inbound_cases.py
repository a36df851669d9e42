"""Examples of inbound slips."""

from datetime import UTC, datetime, timedelta

from company.context import Context
from company.policy import policy_book
from contracts.inventory_inbound import (
    CheckedLine,
    InboundChecked,
    InboundExceptionOpened,
    SlipIssued,
    SlipLine,
)
from inventory.inbound.check import CheckSlip, Finding, LineCheck
from inventory.inbound.slip import IssueSlip

NOW = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
POLICY = policy_book().at(NOW)
ACCOUNTANT = Context(now=NOW, by="su.kj", role="accountant", policy=POLICY)
KEEPER = Context(now=NOW, by="mai.gh", role="warehouse", policy=POLICY)
HT = "HT26030001"
CABINET = SlipLine(line_no=1, sku="BTH-0421", name="浴室柜", quantity=3, contract_no=HT, contract_line_no=1)
HINGE = SlipLine(line_no=2, sku="HDW-0033", name="铰链", quantity=10)
ISSUE = IssueSlip(
    slip_no="RK1",
    reason="purchase",
    source="佛山卫浴厂",
    delivery_note_no="SH-7",
    carrier="顺途专线",
    waybill="YD1",
    lines=(CABINET, HINGE),
)
ISSUED = SlipIssued(
    at=NOW,
    slip_no="RK1",
    depot="main",
    reason="purchase",
    source="佛山卫浴厂",
    delivery_note_no="SH-7",
    carrier="顺途专线",
    waybill="YD1",
    lines=(CABINET, HINGE),
    issued_by="su.kj",
    note="",
)
ALL_GOOD = CheckSlip(
    lines=(LineCheck(line_no=1, counted=3), LineCheck(line_no=2, counted=10)), signature_ref="sha256:s"
)


def checked_line(line: SlipLine, counted: int, aside: int = 0) -> CheckedLine:
    return CheckedLine(
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        expected=line.quantity,
        counted=counted,
        good=counted - aside,
        aside=aside,
        short=max(0, line.quantity - counted),
        contract_no=line.contract_no,
        contract_line_no=line.contract_line_no,
    )


def checked(*lines: CheckedLine, in_order: bool = True) -> InboundChecked:
    return InboundChecked(
        at=NOW,
        slip_no="RK1",
        depot="main",
        reason="purchase",
        in_order=in_order,
        lines=lines,
        checked_by="mai.gh",
        signature_ref="sha256:s",
        delivery_note_ref="",
        papers_due=TOMORROW,
        note="",
    )


CHECKED = checked(checked_line(CABINET, 3), checked_line(HINGE, 10))
DAMAGE = Finding(
    kind="damage",
    quantity=1,
    cause="箱角压坏",
    liability="carrier",
    photos=("sha256:1",),
    carrier_signed_by="刘师傅",
    carrier_signature_ref="sha256:2",
)


def opened(finding: Finding, line: SlipLine, number: int = 1, aside: int = 1) -> InboundExceptionOpened:
    return InboundExceptionOpened(
        at=NOW,
        exception_id=f"RK1-{number}",
        slip_no="RK1",
        depot="main",
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
        pieces_aside=aside,
        level=1,
        told_role="manager",
        reason="purchase",
        waybill="YD1",
    )


WITH_DAMAGE = checked(checked_line(CABINET, 3, aside=1), checked_line(HINGE, 10), in_order=False)
DAMAGED = (ISSUED, WITH_DAMAGE, opened(DAMAGE, CABINET))


def check(*findings: Finding, counted: int = 3) -> CheckSlip:
    lines = (LineCheck(line_no=1, counted=counted, findings=findings), LineCheck(line_no=2, counted=10))
    return CheckSlip(lines=lines, signature_ref="sha256:s")
