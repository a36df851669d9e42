"""Inbound slips: issued, checked, exceptions, put away, settled, papers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.decision import Context, Rejected, Timer
from contracts.inventory_inbound import (
    CheckedLine,
    InboundChecked,
    InboundExceptionOpened,
    InboundExceptionSettled,
    InboundPapersOverdue,
    InboundPutAway,
    InboundReason,
    PapersHandedOver,
    SlipCancelled,
    SlipIssued,
    SlipLine,
)
from contracts.inventory_stock import StockExcessReported, StockShortReported
from contracts.policy import policy_book
from inventory.domain.inbound import (
    COMMANDS,
    INITIAL,
    CancelSlip,
    CheckSlip,
    Finding,
    HandOverPapers,
    Inbound,
    InboundEvent,
    IssueSlip,
    LineCheck,
    NotePapersOverdue,
    PutAway,
    ReturnCheck,
    SettleException,
    decide,
    due,
    evolve,
)

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


def given(*events: InboundEvent) -> Inbound:
    state = INITIAL
    for event in events:
        state = evolve(state, event)
    return state


def code(command: COMMANDS, *events: InboundEvent) -> str:
    decision = decide(command, given(*events), KEEPER)
    assert isinstance(decision, Rejected)
    return decision.code


def check(*findings: Finding, counted: int = 3) -> CheckSlip:
    lines = (LineCheck(line_no=1, counted=counted, findings=findings), LineCheck(line_no=2, counted=10))
    return CheckSlip(lines=lines, signature_ref="sha256:s")


# --- issued ---------------------------------------------------------------------------------------------------------


def test_the_accountant_issues_a_slip_once() -> None:
    """D1"""
    assert decide(ISSUE, given(), ACCOUNTANT) == (ISSUED,)
    assert decide(ISSUE, given(ISSUED), KEEPER) == ()
    assert code(ISSUE.model_copy(update={"source": "别的厂"}), ISSUED) == "slip_contradicts"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((CABINET, CABINET), "line_twice"),
        ((HINGE.model_copy(update={"quantity": 0}),), "bad_slip_line"),
        ((HINGE.model_copy(update={"sku": " "}),), "bad_slip_line"),
        ((CABINET.model_copy(update={"contract_line_no": None}),), "bad_slip_line"),
    ],
)
def test_a_slip_whose_lines_are_not_whole_is_refused(lines: tuple[SlipLine, ...], why: str) -> None:
    """D1"""
    assert code(ISSUE.model_copy(update={"lines": lines})) == why


def test_a_slip_is_void_until_it_is_checked() -> None:
    """D1"""
    cancel = CancelSlip(reason="重复开单")
    void = SlipCancelled(at=NOW, slip_no="RK1", reason="重复开单")
    assert decide(cancel, given(ISSUED), ACCOUNTANT) == (void,)
    assert decide(cancel, given(ISSUED, void), ACCOUNTANT) == ()
    assert code(cancel, ISSUED, CHECKED) == "already_checked"
    assert code(ALL_GOOD, ISSUED, void) == "slip_cancelled"


@pytest.mark.parametrize(
    "command",
    [
        ALL_GOOD,
        CancelSlip(reason="x"),
        PutAway(line_no=1, quantity=1, bin="A-01-1"),
        SettleException(exception_id="RK1-1", outcome="noted"),
        HandOverPapers(received_by="su.kj", sales_list_no="XS1"),
    ],
)
def test_without_a_slip_nothing_enters(command: COMMANDS) -> None:
    """D1"""
    assert code(command) == "unknown_slip"


# --- checked --------------------------------------------------------------------------------------------------------


def test_a_delivery_in_order_is_signed_and_its_papers_are_due_in_a_day() -> None:
    """D2, D5, K18"""
    assert decide(ALL_GOOD, given(ISSUED), KEEPER) == (CHECKED,)
    assert decide(ALL_GOOD, given(ISSUED, CHECKED), KEEPER) == ()
    assert code(check(DAMAGE), ISSUED, CHECKED) == "already_checked"


def test_damage_opens_an_exception_on_the_spot_and_is_reported_upward() -> None:
    """D2"""
    assert decide(check(DAMAGE), given(ISSUED), KEEPER) == (WITH_DAMAGE, opened(DAMAGE, CABINET))


def test_what_is_short_or_too_much_is_told_at_once() -> None:
    """D2, D9"""
    short = Finding(kind="short", quantity=1, cause="少装一箱", liability="factory", factory_contact="厂里王经理，补发")
    excess = Finding(kind="excess", quantity=2, cause="多装")
    command = CheckSlip(
        lines=(
            LineCheck(line_no=1, counted=2, findings=(short,)),
            LineCheck(line_no=2, counted=12, findings=(excess,)),
        ),
        signature_ref="sha256:s",
    )
    assert decide(command, given(ISSUED), KEEPER) == (
        checked(checked_line(CABINET, 2), checked_line(HINGE, 12, aside=2), in_order=False),
        opened(short, CABINET, 1, aside=0),
        StockShortReported(
            at=NOW,
            depot="main",
            sku="BTH-0421",
            name="浴室柜",
            wanted=3,
            available=2,
            needed_for=HT,
            voucher_no="RK1",
            reason="少装一箱",
        ),
        opened(excess, HINGE, 2, aside=2),
        StockExcessReported(
            at=NOW,
            depot="main",
            sku="HDW-0033",
            name="铰链",
            quantity=2,
            contract_no=None,
            voucher_no="RK1",
            reason="多装",
        ),
    )


def test_pieces_without_mark_that_were_labelled_on_the_spot_may_enter() -> None:
    """D3"""
    finding = Finding(kind="no_mark", quantity=2, cause="无标识", packed_and_labelled=True)
    decision = decide(check(finding), given(ISSUED), KEEPER)
    assert isinstance(decision, tuple)
    assert decision == (
        checked(checked_line(CABINET, 3), checked_line(HINGE, 10), in_order=False),
        opened(finding, CABINET, aside=0),
    )


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (check(counted=2), "difference_unexplained"),
        (check(counted=4), "difference_unexplained"),
        (check(Finding(kind="short", quantity=2, cause="x"), counted=2), "difference_unexplained"),
        (check(DAMAGE.model_copy(update={"photos": ()})), "photo_missing"),
        (check(DAMAGE.model_copy(update={"carrier_signed_by": None})), "carrier_signature_missing"),
        (check(DAMAGE.model_copy(update={"liability": "factory"})), "factory_contact_missing"),
        (check(DAMAGE.model_copy(update={"quantity": 4})), "too_many_findings"),
        (CheckSlip(lines=(LineCheck(line_no=1, counted=3),)), "lines_open"),
        (CheckSlip(lines=(LineCheck(line_no=1, counted=3),) * 2), "lines_open"),
    ],
)
def test_a_check_that_leaves_something_open_is_refused(command: CheckSlip, why: str) -> None:
    """D2: cause, photo, the carrier's man there and then, the factory contacted."""
    assert code(command, ISSUED) == why


@pytest.mark.parametrize("reason", ["sample", "customer_return", "promotion_return"])
def test_a_return_is_checked_for_package_condition_and_mark(reason: InboundReason) -> None:
    """D3"""
    slip = ISSUED.model_copy(update={"reason": reason, "lines": (HINGE,)})

    def returned(*findings: Finding, **looks: bool) -> CheckSlip:
        looked = ReturnCheck(**{"package_whole": True, "condition_good": True, "mark_present": True, **looks})
        return CheckSlip(lines=(LineCheck(line_no=2, counted=10, findings=findings, returned=looked),))

    no_mark = Finding(kind="no_mark", quantity=10, cause="标识掉了", packed_and_labelled=True)
    assert code(CheckSlip(lines=(LineCheck(line_no=2, counted=10),)), slip) == "return_check_missing"
    assert code(returned(mark_present=False), slip) == "finding_missing"
    assert code(returned(package_whole=False, condition_good=False), slip) == "finding_missing"
    assert isinstance(decide(returned(), given(slip), KEEPER), tuple)
    assert isinstance(decide(returned(no_mark, mark_present=False), given(slip), KEEPER), tuple)


# --- put away -------------------------------------------------------------------------------------------------------


def put(line: SlipLine, quantity: int, part: int, *, complete: bool) -> InboundPutAway:
    return InboundPutAway(
        at=NOW,
        slip_no="RK1",
        depot="main",
        reason="purchase",
        line_no=line.line_no,
        part=part,
        sku=line.sku,
        name=line.name,
        quantity=quantity,
        bin="B-01-1",
        contract_no=line.contract_no,
        contract_line_no=line.contract_line_no,
        complete=complete,
        waybill="YD1",
    )


def test_good_pieces_are_put_away_part_by_part_until_the_slip_is_done() -> None:
    """D2, D6"""
    first, second, last = (
        put(CABINET, 2, 1, complete=False),
        put(CABINET, 1, 2, complete=False),
        put(HINGE, 10, 1, complete=True),
    )
    one = PutAway(line_no=1, quantity=2, bin="B-01-1")
    history: list[InboundEvent] = [ISSUED, CHECKED]
    assert decide(one, given(*history), KEEPER) == (first,)
    assert decide(one.model_copy(update={"quantity": 1}), given(*history, first), KEEPER) == (second,)
    rest = PutAway(line_no=2, quantity=10, bin="B-01-1")
    assert decide(rest, given(*history, first, second), KEEPER) == (last,)
    assert code(one, *history, first, second) == "too_many_to_put_away"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"line_no": 9}, "unknown_slip_line"),
        ({"bin": "Q-1"}, "bad_bin"),
        ({"bin": "P-01"}, "wrong_zone"),
        ({"quantity": 4}, "too_many_to_put_away"),
    ],
)
def test_a_put_away_that_cannot_be_is_refused(change: dict[str, Any], why: str) -> None:
    """D2, D3, D6"""
    command = PutAway(line_no=1, quantity=1, bin="B-01-1").model_copy(update=change)
    assert code(command, ISSUED, CHECKED) == why


def test_before_the_check_nothing_is_put_away() -> None:
    """D2"""
    assert code(PutAway(line_no=1, quantity=1, bin="B-01-1"), ISSUED) == "not_checked"


# --- settled --------------------------------------------------------------------------------------------------------

SETTLE = SettleException(exception_id="RK1-1", outcome="accepted", bin="B-01-1", for_contract=True, note="修好了")
SETTLED = InboundExceptionSettled(
    at=NOW,
    exception_id="RK1-1",
    slip_no="RK1",
    depot="main",
    line_no=1,
    sku="BTH-0421",
    name="浴室柜",
    kind="damage",
    quantity=1,
    outcome="accepted",
    bin="B-01-1",
    contract_no=HT,
    contract_line_no=1,
    decided_by="mai.gh",
    packed_and_labelled=False,
    note="修好了",
)


def test_pieces_of_an_exception_are_accepted_for_their_contract_or_go_back() -> None:
    """D2"""
    back = SettleException(exception_id="RK1-1", outcome="returned_to_supplier")
    gone = SETTLED.model_copy(
        update={
            "outcome": "returned_to_supplier",
            "bin": None,
            "contract_no": None,
            "contract_line_no": None,
            "note": "",
        }
    )
    assert decide(SETTLE, given(*DAMAGED), KEEPER) == (SETTLED,)
    assert decide(back, given(*DAMAGED), KEEPER) == (gone,)
    assert decide(SETTLE, given(*DAMAGED, SETTLED), KEEPER) == ()
    assert code(back, *DAMAGED, SETTLED) == "already_settled"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"exception_id": "RK1-9"}, "unknown_exception"),
        ({"outcome": "noted"}, "wrong_outcome"),
        ({"bin": None}, "bad_bin"),
        ({"bin": "P-01"}, "wrong_zone"),
    ],
)
def test_an_exception_that_cannot_be_settled_so_is_refused(change: dict[str, Any], why: str) -> None:
    """D2, D3"""
    assert code(SETTLE.model_copy(update=change), *DAMAGED) == why


def test_pieces_without_package_enter_only_packed_and_labelled() -> None:
    """D3"""
    finding = Finding(kind="no_package", quantity=1, cause="无包装")
    history = (ISSUED, WITH_DAMAGE, opened(finding, CABINET))
    assert code(SETTLE, *history) == "not_packed"
    packed = SETTLE.model_copy(update={"packed_and_labelled": True})
    assert isinstance(decide(packed, given(*history), KEEPER), tuple)


# --- papers ---------------------------------------------------------------------------------------------------------

PAPERS = HandOverPapers(received_by="su.kj", sales_list_no="XS1", papers_ref="sha256:p")
HANDED = PapersHandedOver(
    at=NOW, slip_no="RK1", received_by="su.kj", sales_list_no="XS1", papers_ref="sha256:p", due=TOMORROW
)
OVERDUE = InboundPapersOverdue(at=TOMORROW, slip_no="RK1", due=TOMORROW)


def test_slip_and_sales_list_reach_the_accountant_once() -> None:
    """D5, K18"""
    assert decide(PAPERS, given(ISSUED, CHECKED), KEEPER) == (HANDED,)
    assert decide(PAPERS, given(ISSUED, CHECKED, HANDED), KEEPER) == ()
    assert code(PAPERS, ISSUED) == "not_checked"


def test_papers_that_are_late_are_told_once() -> None:
    """K18"""
    late = Context(now=TOMORROW, by="system", role="system", policy=POLICY)
    note = NotePapersOverdue()
    assert due(given(ISSUED, CHECKED)) == (Timer("papers", TOMORROW, note),)
    assert decide(note, given(ISSUED, CHECKED), late) == (OVERDUE,)
    assert decide(note, given(ISSUED, CHECKED), KEEPER) == ()
    for history in ((ISSUED, CHECKED, HANDED), (ISSUED, CHECKED, OVERDUE), (ISSUED,)):
        assert (due(given(*history)), decide(note, given(*history), late)) == ((), ())
    assert decide(PAPERS, given(ISSUED, CHECKED, OVERDUE), KEEPER) == (HANDED,)
