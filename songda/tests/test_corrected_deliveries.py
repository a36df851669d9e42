"""A delivery that was typed wrong, over all services: what follows a correction, and what stands in its way (D16)."""

import pytest
from books_corrections import accept, standing
from test_books_of_random_lives import (
    DAY,
    LINES,
    NO,
    WINDOW,
    Company,
    arrive,
    at_the_door,
    begun,
    bring_back,
    drive_out,
)

from contracts.dispatch_corrections import DeliveryCorrected
from contracts.dispatch_door import CountedLine, RefusedLine
from contracts.inventory import DamageReported, GoodsReturnAwaited
from contracts.inventory_corrections import DamageTakenBack, HandoverCorrectionDeclined
from contracts.order import RestOwed
from contracts.order_corrections import FulfilmentTakenBack
from dispatch.job.correction import ApproveDeliveryCorrection, AskDeliveryCorrection
from dispatch.job.handover import CompleteInstallation
from dispatch.job.state import Booked, Cancelled, Delivered, Waiting
from dispatch.job.stop import TakeSlot
from inventory.goods.state import Expected
from order.contract.state import Complete, Fulfilled

JOB = f"D-{NO}"
ALL, BROKEN, REFUSED = 0, 3, 5
"""Ways in which a delivery ends at the door."""


def delivered(door: int = ALL, pieces: int = 1) -> Company:
    """Three of line 1 and four of line 2 were delivered; of line 1 `pieces` were refused, or broken."""
    company = begun(Company())
    for line, quantity in zip(LINES, (3, 4), strict=True):
        arrive(company, line, quantity, 1)
    company.settle()
    drive_out(company, LINES[0], 1, 1)
    company.settle()
    at_the_door(company, LINES[0], pieces, door)
    company.settle()
    return company


def ask(
    company: Company, line_1: int, *, refused: int = 0, broken: int = 0, late: bool = False, no: str = "SG1"
) -> str:
    """Of line 1, so many were taken; the refusal's code, or nothing."""
    told = tuple(
        RefusedLine(line_no=1, quantity=quantity, damaged=damaged, reason="录错", photos=("p",))
        for quantity, damaged in ((refused, False), (broken, True))
        if quantity
    )
    command = AskDeliveryCorrection(
        correction_no=no,
        delivered=(CountedLine(line_no=1, quantity=line_1), CountedLine(line_no=2, quantity=4)),
        refused=told,
        reason="签收单写的不一样",
        standing=standing(company, JOB, late=False),
    )
    return company.code(f"job:{JOB}", command, "liang.my", "cs_specialist")


def agree(company: Company, *, late: bool = False, no: str = "SG1", by: str = "tan.zw") -> str:
    command = ApproveDeliveryCorrection(correction_no=no, standing=standing(company, JOB, late=late))
    code = company.code(f"job:{JOB}", command, by, "install_supervisor")
    company.settle()
    return code


def correct(company: Company, line_1: int, *, refused: int = 0, broken: int = 0, no: str = "SG1") -> None:
    assert ask(company, line_1, refused=refused, broken=broken, no=no) == ""
    assert agree(company, no=no) == ""
    assert not any(company.books.apart().values())


def line_1(company: Company) -> tuple[int, int, int]:
    """Delivered, owed, and broken at the door."""
    line = company.contract.lines[0]
    return (line.delivered, line.owed(), line.at_door)


def test_a_piece_that_was_refused_comes_back_and_is_delivered_again() -> None:
    """D16, A10, B15, D3: ledger, contract and the next delivery follow; the customer is to have it still."""
    company = delivered()
    assert line_1(company) == (3, 0, 0)
    correct(company, 2, refused=1)
    assert line_1(company) == (2, 1, 0)
    (awaited,) = company.goods.awaited
    assert [(line.line_no, line.quantity) for line in awaited.lines] == [(1, 1)]
    bring_back(company, LINES[0], 1, 3)
    company.settle()
    assert company.goods.stock[0].here == 1
    again = company.state(f"job:{JOB}-2")
    assert isinstance(again, Waiting | Booked)
    assert [(line.line_no, line.quantity) for line in again.work.lines] == [(1, 1)]


def test_damage_that_was_none_is_taken_back_and_nothing_comes_back_broken() -> None:
    """D16, D4: the damage report, what the crew was to bring, and the replacement that was owed."""
    company = delivered(BROKEN)
    assert line_1(company) == (2, 1, 1)
    assert company.goods.stock[0].missing == 1
    correct(company, 3)
    assert line_1(company) == (3, 0, 0)
    assert (company.goods.stock[0].missing, company.goods.awaited) == (0, ())
    (taken_back,) = company.told(DamageTakenBack)
    (report,) = company.told(DamageReported)
    assert (taken_back.damage_id, taken_back.quantity, taken_back.left) == (report.damage_id, 1, 0)
    assert company.told(RestOwed)[-1].lines == ()


def test_damage_that_nobody_typed_is_reported_now() -> None:
    """D16, D4"""
    company = delivered()
    correct(company, 2, broken=1)
    assert line_1(company) == (2, 1, 1)
    (report,) = company.told(DamageReported)
    (awaited,) = company.told(GoodsReturnAwaited)
    assert (report.quantity, report.found, awaited.broken) == (1, "delivery", True)


def test_a_contract_that_was_not_fulfilled_is_open_again_and_its_warranty_with_it() -> None:
    """D16, A7: and fulfilled again, once all is delivered."""
    company = delivered()
    accept(company, LINES[0], 1, 1)
    company.settle()
    assert isinstance(company.contract, Fulfilled)
    correct(company, 2, refused=1)
    assert isinstance(company.contract, Complete)
    (undone,) = company.told(FulfilmentTakenBack)
    assert undone.reason == "签收单写的不一样"
    assert [one.quantity for one in company.contract.lines[0].warranties] == [2]
    correct(company, 3, no="SG2")
    assert isinstance(company.contract, Fulfilled)
    assert [one.quantity for one in company.contract.lines[0].warranties] == [2, 1]
    assert isinstance(company.state(f"job:{JOB}-2"), Cancelled)
    correct(company, 1, refused=2, no="SG3")
    again = company.state(f"job:{JOB}-2")
    assert isinstance(again, Waiting)
    assert [(line.line_no, line.quantity) for line in again.work.lines] == [(1, 2)]


def test_what_is_installed_is_what_was_delivered() -> None:
    """D16, B10: fewer, none, and some again."""
    company = delivered()
    job = f"job:I-{NO}"
    for taken, no in ((1, "SG1"), (0, "SG2"), (2, "SG3")):
        correct(company, taken, refused=3 - taken, no=no)
        state = company.state(job)
        if taken:
            assert isinstance(state, Waiting)
            assert [line.quantity for line in state.work.lines] == [taken]
        else:
            assert isinstance(state, Cancelled)


def test_a_second_person_agrees_who_is_not_the_first() -> None:
    """D16, B23"""
    company = delivered()
    assert ask(company, 2, refused=1) == ""
    assert agree(company, by="liang.my") == "own_correction"
    assert line_1(company) == (3, 0, 0)


def test_the_same_again_takes_back_nothing_twice() -> None:
    """D16, X7"""
    company = delivered()
    correct(company, 2, refused=1)
    assert agree(company) == ""
    assert ask(company, 2, refused=1) == ""
    assert ask(company, 1, refused=2) == "correction_contradicts"
    assert len(company.told(DeliveryCorrected)) == 1
    assert line_1(company) == (2, 1, 0)


def test_what_the_warehouse_has_received_is_taken_back_first() -> None:
    """D16, D3: named, where somebody looked."""
    company = delivered(REFUSED)
    bring_back(company, LINES[0], 1, 3)
    company.settle()
    assert ask(company, 3) == "correction_received_back"


def test_a_correction_that_the_warehouse_has_overtaken_is_reversed() -> None:
    """D16, D3, A9: the pieces lie where they were received, and the contract says so again."""
    company = delivered(REFUSED)
    assert ask(company, 3) == ""
    bring_back(company, LINES[0], 1, 3)
    company.settle()
    assert agree(company, late=True) == ""
    (declined,) = company.told(HandoverCorrectionDeclined)
    assert (declined.line_no, declined.why) == (1, "received")
    assert company.told(DeliveryCorrected)[-1].reverses == "SG1"
    assert line_1(company) == (2, 1, 0)
    assert isinstance(company.goods, Expected)
    assert company.goods.stock[0].here == 1
    assert not any(company.books.apart().values())


def test_what_was_delivered_again_is_corrected_first() -> None:
    """D16, A10"""
    company = delivered(REFUSED)
    bring_back(company, LINES[0], 1, 3)
    company.settle()
    drive_out(company, LINES[0], 1, 1)
    company.settle()
    assert ask(company, 3) == "correction_delivered_again"
    at_the_door(company, LINES[0], 1, ALL)
    company.settle()
    assert ask(company, 3) == "correction_delivered_again"


def test_what_was_installed_and_accepted_is_no_correction_of_a_count() -> None:
    """D16, B10"""
    company = delivered()
    slot = TakeSlot(
        depot="main", on=DAY, half="am", crew="A1", vehicle="", position=1, window=WINDOW, volume_l=0, day_version=1
    )
    assert company.ask(f"job:I-{NO}", slot)
    assert company.ask(f"job:I-{NO}", CompleteInstallation(accepted_by="马娜"), "li.zq", "crew_leader")
    company.settle()
    assert ask(company, 2, refused=1) == "correction_installed"


@pytest.mark.parametrize("broken", [0, 1])
def test_each_piece_that_left_is_accounted_for(broken: int) -> None:
    """D16, A9, B13"""
    company = delivered()
    assert ask(company, 3, broken=broken) == ("pieces_unaccounted" if broken else "nothing_to_correct")
    assert isinstance(company.state(f"job:{JOB}"), Delivered)


def test_an_undelivered_job_has_nothing_to_correct() -> None:
    """D16"""
    company = begun(Company())
    arrive(company, LINES[0], 3, 1)
    arrive(company, LINES[1], 4, 1)
    company.settle()
    assert ask(company, 3) == "not_delivered_yet"
