"""Inbound slips: issued, checked, exceptions opened."""

from dataclasses import replace

import pytest
from inbound_cases import (
    ACCOUNTANT,
    ALL_GOOD,
    CABINET,
    CHECKED,
    DAMAGE,
    HINGE,
    HT,
    ISSUE,
    ISSUED,
    KEEPER,
    NOW,
    WITH_DAMAGE,
    check,
    checked,
    checked_line,
    opened,
)

from contracts.envelope import Meta
from contracts.inventory_inbound import InboundChecked, InboundExceptionOpened, InboundReason, SlipCancelled, SlipLine
from contracts.inventory_stock import StockExcessReported, StockShortReported
from inventory.goods.arrival import ReceiveGoods
from inventory.inbound.aggregate import INBOUND
from inventory.inbound.check import CheckSlip, Finding, LineCheck, ReturnCheck
from inventory.inbound.put_away import PutAway, SettleException
from inventory.inbound.slip import CancelSlip, HandOverPapers
from inventory.reactions.inbound import set_aside
from runtime.decision import Command, Signer
from runtime.testing import given

# --- issued ---------------------------------------------------------------------------------------------------------


def test_the_accountant_issues_a_slip_once() -> None:
    """D1"""
    given(INBOUND).asks(ISSUE, ACCOUNTANT).then(ISSUED)
    given(INBOUND, ISSUED).asks(ISSUE, KEEPER).nothing_new()
    given(INBOUND, ISSUED).asks(ISSUE.model_copy(update={"source": "别的厂"}), KEEPER).refuses("slip_contradicts")


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
    given(INBOUND).asks(ISSUE.model_copy(update={"lines": lines}), KEEPER).refuses(why)


def test_a_slip_is_void_until_it_is_checked() -> None:
    """D1"""
    cancel = CancelSlip(reason="重复开单")
    void = SlipCancelled(at=NOW, slip_no="RK1", reason="重复开单")
    given(INBOUND, ISSUED).asks(cancel, ACCOUNTANT).then(void)
    given(INBOUND, ISSUED, void).asks(cancel, ACCOUNTANT).nothing_new()
    given(INBOUND, ISSUED, CHECKED).asks(cancel, KEEPER).refuses("already_checked")
    given(INBOUND, ISSUED, void).asks(ALL_GOOD, KEEPER).refuses("slip_cancelled")


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
def test_without_a_slip_nothing_enters(command: Command) -> None:
    """D1"""
    given(INBOUND).asks(command, replace(KEEPER, second=Signer("su.kj", "accountant"))).refuses("unknown_slip")


# --- checked --------------------------------------------------------------------------------------------------------


def test_a_delivery_in_order_is_signed_and_its_papers_are_due_in_a_day() -> None:
    """D2, D5, K18"""
    given(INBOUND, ISSUED).asks(ALL_GOOD, KEEPER).then(CHECKED)
    given(INBOUND, ISSUED, CHECKED).asks(ALL_GOOD, KEEPER).nothing_new()
    given(INBOUND, ISSUED, CHECKED).asks(check(DAMAGE), KEEPER).refuses("already_checked")


def test_damage_opens_an_exception_on_the_spot_and_is_reported_upward() -> None:
    """D2"""
    given(INBOUND, ISSUED).asks(check(DAMAGE), KEEPER).then(WITH_DAMAGE, opened(DAMAGE, CABINET))


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
    given(INBOUND, ISSUED).asks(command, KEEPER).then(
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
    given(INBOUND, ISSUED).asks(check(finding), KEEPER).then(
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
    given(INBOUND, ISSUED).asks(command, KEEPER).refuses(why)


@pytest.mark.parametrize("reason", ["sample", "customer_return", "promotion_return"])
def test_a_return_is_checked_for_package_condition_and_mark(reason: InboundReason) -> None:
    """D3"""
    slip = ISSUED.model_copy(update={"reason": reason, "lines": (HINGE,)})

    def returned(*findings: Finding, **looks: bool) -> CheckSlip:
        looked = ReturnCheck(**{"package_whole": True, "condition_good": True, "mark_present": True, **looks})
        return CheckSlip(lines=(LineCheck(line_no=2, counted=10, findings=findings, returned=looked),))

    no_mark = Finding(kind="no_mark", quantity=10, cause="标识掉了", packed_and_labelled=True)
    given(INBOUND, slip).asks(CheckSlip(lines=(LineCheck(line_no=2, counted=10),)), KEEPER).refuses(
        "return_check_missing"
    )
    given(INBOUND, slip).asks(returned(mark_present=False), KEEPER).refuses("finding_missing")
    given(INBOUND, slip).asks(returned(package_whole=False, condition_good=False), KEEPER).refuses("finding_missing")
    given(INBOUND, slip).asks(returned(), KEEPER).accepted()
    given(INBOUND, slip).asks(returned(no_mark, mark_present=False), KEEPER).accepted()


def test_what_is_broken_of_a_waybill_that_serves_two_contracts_concerns_the_one_that_it_was_for() -> None:
    """D2, D4, A3: the slip's papers and the carrier's liability are one; its pieces and damage are each contract's."""
    other = CABINET.model_copy(update={"line_no": 2, "contract_no": "HT26030002"})
    slip = ISSUED.model_copy(update={"lines": (CABINET, other)})
    command = CheckSlip(
        lines=(LineCheck(line_no=1, counted=3), LineCheck(line_no=2, counted=3, findings=(DAMAGE,))),
        signature_ref="sha256:s",
    )
    inspected, found = given(INBOUND, slip).asks(command, KEEPER).events
    assert isinstance(inspected, InboundChecked)
    assert isinstance(found, InboundExceptionOpened)
    assert [(one.contract_no, one.good, one.aside) for one in inspected.lines] == [
        (CABINET.contract_no, 3, 0),
        ("HT26030002", 2, 1),
    ]
    assert (found.contract_no, found.liability, found.waybill) == ("HT26030002", "carrier", "YD1")
    meta = Meta("e", "", "/songda/inventory", "inbound:RK1", NOW, 9, "c", "c", "system", 0)
    (ask,) = set_aside(found, meta)
    assert isinstance(ask.command, ReceiveGoods)
    assert (ask.aggregate_id, ask.command.carrier_waybill) == ("goods:HT26030002", "YD1")
    assert ask.command.damage is not None
    assert (ask.command.quantity, ask.command.damage.fault) == (1, "carrier")
