"""Whether the check of an inbound slip can be taken, and what it comes to, line by line (D2, D3). Plain arithmetic."""

from collections.abc import Iterable

from contracts.inventory_inbound import CheckedLine, InboundReason, SlipLine
from inventory.domain.inbound_asks import Finding, LineCheck
from runtime.decision import Rejected

CHECKED_AS_RETURN: tuple[InboundReason, ...] = ("sample", "customer_return", "promotion_return")
NEEDS_PHOTO = ("damage", "quality")
ASIDE = ("damage", "quality", "no_mark", "no_package")
"""Kinds whose pieces are among those counted."""


def _no(code: str, rule: str, zh: str, en: str, **facts: str | int) -> Rejected:
    return Rejected(code, rule, zh, en, facts)


def check_flaw(reason: InboundReason, expected: tuple[SlipLine, ...], checks: tuple[LineCheck, ...]) -> Rejected | None:
    """Why the check cannot be taken; None when it can.

    Every line once; a difference and every fault is written down with its cause; damage and bad quality with a photo;
    the carrier's fault with his man's name, the factory's with who was reached; returns with what D3 asks.
    """
    lines = {line.line_no: line for line in expected}
    if sorted(lines) != sorted(check.line_no for check in checks):
        numbers = "、".join(str(number) for number in sorted(lines))
        return _no(
            "lines_open",
            "D2",
            f"入库单的每一行都要验收一次：{numbers}。请逐行填写",
            f"Every line of the slip is checked once: {numbers}. Fill in line by line",
        )
    for check in checks:
        flaw = _line_flaw(reason, lines[check.line_no], check)
        if flaw is not None:
            return flaw
    return None


def _line_flaw(reason: InboundReason, line: SlipLine, check: LineCheck) -> Rejected | None:
    difference = check.counted - line.quantity
    told = {kind: _told(check.findings, (kind,)) for kind in ("short", "excess")}
    if (told["short"], told["excess"]) != (max(0, -difference), max(0, difference)):
        return _no(
            "difference_unexplained",
            "D2",
            f"第 {line.line_no} 行 {line.name} 单上 {line.quantity} 件、实点 {check.counted} 件。"
            f"请登记「短少」或「多出」{abs(difference)} 件和原因",
            f"Line {line.line_no} {line.name}: {line.quantity} on the slip, {check.counted} counted. "
            f"Register {abs(difference)} pieces as short or excess, with the cause",
            line_no=line.line_no,
            expected=line.quantity,
            counted=check.counted,
        )
    if _told(check.findings, ASIDE) > check.counted - told["excess"]:
        return _no(
            "too_many_findings",
            "D2",
            f"第 {line.line_no} 行的问题件数超过实点的 {check.counted} 件（多出的另算）。请核对",
            f"Line {line.line_no} has more faulty pieces than the {check.counted} counted (excess apart). Check again",
            line_no=line.line_no,
        )
    for finding in check.findings:
        flaw = _finding_flaw(line, finding)
        if flaw is not None:
            return flaw
    return _return_flaw(line, check) if reason in CHECKED_AS_RETURN else None


def _finding_flaw(line: SlipLine, finding: Finding) -> Rejected | None:
    where = f"第 {line.line_no} 行 {line.name}"
    if finding.kind in NEEDS_PHOTO and not finding.photos:
        return _no(
            "photo_missing",
            "D2",
            f"{where} 有破损或质量问题，请当场拍照并附上照片",
            f"Line {line.line_no} {line.name} is damaged or faulty: take a photo on the spot and attach it",
            line_no=line.line_no,
        )
    if finding.liability == "carrier" and finding.carrier_signed_by is None:
        return _no(
            "carrier_signature_missing",
            "D2",
            f"{where} 是承运人的责任，请承运人员当场签字，并填他的姓名",
            f"Line {line.line_no} {line.name} is the carrier's fault: his man signs there and then; give his name",
            line_no=line.line_no,
        )
    if finding.liability == "factory" and finding.factory_contact is None:
        return _no(
            "factory_contact_missing",
            "D2",
            f"{where} 是工厂的责任，请联系工厂，并填联系了谁、怎么说",
            f"Line {line.line_no} {line.name} is the factory's fault: contact it, and say who was reached",
            line_no=line.line_no,
        )
    return None


def _return_flaw(line: SlipLine, check: LineCheck) -> Rejected | None:
    if check.returned is None:
        return _no(
            "return_check_missing",
            "D3",
            f"第 {line.line_no} 行 {line.name} 是退回或下样的货，请检查包装、成色、型号标识",
            f"Line {line.line_no} {line.name} is a return or sample: check package, condition and model mark",
            line_no=line.line_no,
        )
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
    if not missing:
        return None
    what = "、".join(missing)
    return _no(
        "finding_missing",
        "D3",
        f"第 {line.line_no} 行 {line.name} 的{what}不合格，请登记有问题的件数和处理",
        f"Line {line.line_no} {line.name} failed a check of package, condition or mark: register the pieces concerned",
        line_no=line.line_no,
    )


def _told(findings: Iterable[Finding], kinds: tuple[str, ...]) -> int:
    return sum(finding.quantity for finding in findings if finding.kind in kinds)


def pieces_aside(finding: Finding) -> int:
    """Pieces of a finding that go to the pending zone: none that are not there, none that were packed and labelled."""
    if finding.kind == "short":
        return 0
    fixed = finding.kind in ("no_mark", "no_package") and finding.packed_and_labelled
    return 0 if fixed else finding.quantity


def checked_line(line: SlipLine, check: LineCheck) -> CheckedLine:
    """What the check of a line comes to."""
    aside = sum(pieces_aside(finding) for finding in check.findings)
    return CheckedLine(
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
    )
