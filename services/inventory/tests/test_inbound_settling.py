"""Inbound slips after the check: put away, exceptions settled, papers."""

from dataclasses import replace
from typing import Any

import pytest
from inbound_cases import (
    CABINET,
    CHECKED,
    DAMAGED,
    HINGE,
    HT,
    ISSUED,
    KEEPER,
    NOW,
    POLICY,
    TOMORROW,
    WITH_DAMAGE,
    opened,
)

from company.context import Context
from contracts.envelope import Meta
from contracts.inventory_inbound import (
    InboundEvent,
    InboundExceptionSettled,
    InboundPapersOverdue,
    InboundPutAway,
    PapersHandedOver,
    SlipLine,
)
from inventory.goods.allocation import AskAllocation
from inventory.goods.arrival import ReceiveGoods
from inventory.inbound.aggregate import INBOUND
from inventory.inbound.check import Finding
from inventory.inbound.put_away import PutAway, SettleException
from inventory.inbound.slip import HandOverPapers, NotePapersOverdue
from inventory.reactions import inbound
from runtime.decision import Signer, Timer
from runtime.testing import given

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
    given(INBOUND, *history).asks(one, KEEPER).then(first)
    given(INBOUND, *history, first).asks(one.model_copy(update={"quantity": 1}), KEEPER).then(second)
    rest = PutAway(line_no=2, quantity=10, bin="B-01-1")
    given(INBOUND, *history, first, second).asks(rest, KEEPER).then(last)
    given(INBOUND, *history, first, second).asks(one, KEEPER).refuses("too_many_to_put_away")


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
    given(INBOUND, ISSUED, CHECKED).asks(command, KEEPER).refuses(why)


def test_before_the_check_nothing_is_put_away() -> None:
    """D2"""
    given(INBOUND, ISSUED).asks(PutAway(line_no=1, quantity=1, bin="B-01-1"), KEEPER).refuses("not_checked")


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
    given(INBOUND, *DAMAGED).asks(SETTLE, KEEPER).then(SETTLED)
    given(INBOUND, *DAMAGED).asks(back, KEEPER).then(gone)
    given(INBOUND, *DAMAGED, SETTLED).asks(SETTLE, KEEPER).nothing_new()
    given(INBOUND, *DAMAGED, SETTLED).asks(back, KEEPER).refuses("already_settled")


def test_accepted_pieces_come_to_their_contract_under_a_number_that_no_arrival_has_had() -> None:
    """D2, A3: who counts arrivals by their numbers would take them for the damaged ones, which came under the
    exception's own."""
    meta = Meta("e", "", "/songda/inventory", "inbound:RK1", NOW, 1, "c", "c", "mai.gh", 0)
    reactions = inbound.REACTIONS
    came = [ask.command for event in DAMAGED for reaction in reactions for ask in reaction.react(event, meta)]
    asked = [ask.command for ask in inbound.settle(SETTLED, meta)]
    assert [command.waybill for command in came if isinstance(command, ReceiveGoods)] == ["RK1-1"]
    assert [command.allocation_no for command in asked if isinstance(command, AskAllocation)] == ["RK1-1-A"]


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
    given(INBOUND, *DAMAGED).asks(SETTLE.model_copy(update=change), KEEPER).refuses(why)


def test_pieces_without_package_enter_only_packed_and_labelled() -> None:
    """D3"""
    finding = Finding(kind="no_package", quantity=1, cause="无包装")
    history = (ISSUED, WITH_DAMAGE, opened(finding, CABINET))
    given(INBOUND, *history).asks(SETTLE, KEEPER).refuses("not_packed")
    packed = SETTLE.model_copy(update={"packed_and_labelled": True})
    given(INBOUND, *history).asks(packed, KEEPER).accepted()


# --- papers ---------------------------------------------------------------------------------------------------------

HANDS_OVER = replace(KEEPER, second=Signer("su.kj", "accountant"))
"""The accountant has signed beside the keeper."""
PAPERS = HandOverPapers(sales_list_no="XS1", papers_ref="sha256:p")
HANDED = PapersHandedOver(
    at=NOW, slip_no="RK1", received_by="su.kj", sales_list_no="XS1", papers_ref="sha256:p", due=TOMORROW
)
OVERDUE = InboundPapersOverdue(at=TOMORROW, slip_no="RK1", due=TOMORROW)


def test_slip_and_sales_list_reach_the_accountant_once() -> None:
    """D5, K18"""
    given(INBOUND, ISSUED, CHECKED).asks(PAPERS, HANDS_OVER).then(HANDED)
    given(INBOUND, ISSUED, CHECKED, HANDED).asks(PAPERS, HANDS_OVER).nothing_new()
    given(INBOUND, ISSUED).asks(PAPERS, HANDS_OVER).refuses("not_checked")


@pytest.mark.parametrize("other", [{"sales_list_no": "XS2"}, {"papers_ref": "sha256:q"}])
def test_other_papers_of_a_slip_whose_papers_are_in_are_refused(other: dict[str, str]) -> None:
    """D5, X7: naming both sales lists."""
    papers = PAPERS.model_copy(update=other)
    given(INBOUND, ISSUED, CHECKED, HANDED).asks(papers, HANDS_OVER).refuses("papers_contradict")


def test_nobody_hands_papers_to_themselves_and_a_written_name_received_nothing() -> None:
    """D5, B23: the accountant says that they are there, by asking or beside the keeper."""
    checked = given(INBOUND, ISSUED, CHECKED)
    checked.asks(PAPERS, KEEPER).refuses("second_wanted")
    checked.asks(PAPERS.model_copy(update={"received_by": "su.kj"}), KEEPER).refuses("second_wanted")
    checked.asks(PAPERS, replace(KEEPER, second=Signer("mai.gh", "accountant"))).refuses("own_second")
    checked.asks(PAPERS, replace(KEEPER, second=Signer("lu.qc", "qc"))).refuses("second_not_their_role")
    checked.asks(PAPERS.model_copy(update={"received_by": "ye.cg"}), HANDS_OVER).refuses("name_not_signed")
    accountant = replace(KEEPER, by="su.kj", role="accountant")
    checked.asks(PAPERS, accountant).then(HANDED)


def test_papers_that_are_late_are_told_once() -> None:
    """K18"""
    late = Context(now=TOMORROW, by="system", role="system", policy=POLICY)
    note = NotePapersOverdue()
    assert INBOUND.due(INBOUND.fold(ISSUED, CHECKED)) == (Timer("papers", TOMORROW, note),)
    given(INBOUND, ISSUED, CHECKED).asks(note, late).then(OVERDUE)
    given(INBOUND, ISSUED, CHECKED).asks(note, KEEPER).nothing_new()
    for history in ((ISSUED, CHECKED, HANDED), (ISSUED, CHECKED, OVERDUE), (ISSUED,)):
        assert INBOUND.due(INBOUND.fold(*history)) == ()
        given(INBOUND, *history).asks(note, late).nothing_new()
    given(INBOUND, ISSUED, CHECKED, OVERDUE).asks(PAPERS, HANDS_OVER).then(HANDED)
