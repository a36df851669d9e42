"""What was said of a ticket already: the same words again are no event, other ones are kept or refused (X7)."""

from typing import Any

import pytest
from desk_cases import SPECIALIST, TECHNICIAN, booked, completed, given, opened, opening

from runtime.decision import SAID_OTHERWISE, Command
from service_desk.ticket.complaint import Investigate
from service_desk.ticket.ending import CancelTicket
from service_desk.ticket.leftover_order import TakeInformation
from service_desk.ticket.part import AskExpert, NotePartsReady, RouteParts
from service_desk.ticket.quote import DeclineQuote, GiveQuote, JudgeCoverage
from service_desk.ticket.supplier_wait import EndSupplierWait, StartSupplierWait
from service_desk.ticket.visit import CompleteVisit
from service_desk.ticket.visit_preparation import ArriveAtVisit, HandInForm

OPENED = given(opened())
ROUTED = RouteParts(part_no="P1", route="warehouse", sku="S1", name="密封圈")
OUT = JudgeCoverage(fault="customer", warranty="out", reason="摔坏")
QUOTE = GiveQuote(quote_no="B1", labour_fen=100)
WAIT = StartSupplierWait(supplier="恒洁", reason="外购")


@pytest.mark.parametrize(
    ("before", "said", "otherwise"),
    [
        ((), AskExpert(reason="never_seen", question="报错 E9"), {"question": "报错 E10"}),
        ((ROUTED,), NotePartsReady(part_no="P1"), {"note": "少一个垫片"}),
        ((), OUT, {"reason": "进水"}),
        ((OUT, QUOTE), DeclineQuote(quote_no="B1", reason="太贵"), {"reason": "自己修"}),
        ((), WAIT, {"reason": "厂家检测"}),
        ((WAIT,), EndSupplierWait(outcome="已寄出"), {"outcome": "不修了"}),
        ((), CancelTicket(cause="customer_withdrew", reason="客户不要了"), {"reason": "重复"}),
    ],
)
def test_other_words_are_refused_and_both_are_shown(
    before: tuple[Command, ...], said: Command, otherwise: dict[str, Any]
) -> None:
    """X7, C5, C7, C11, C13"""
    known = OPENED.after(*before, said, ctx=SPECIALIST)
    known.asks(said, SPECIALIST).nothing_new()
    refused = known.asks(said.model_copy(update=otherwise), SPECIALIST).refuses(SAID_OTHERWISE)
    assert refused.facts["told"] == next(iter(otherwise.values()))


def test_a_visit_that_ended_keeps_its_note_and_its_form_its_number() -> None:
    """X7, C9, C11"""
    done = CompleteVisit(visit_no=1, outcome="repaired", report_ref="BG-1", note="换了垫片")
    ended = given(opened(), booked()).after(done, ctx=TECHNICIAN)
    ended.asks(done, TECHNICIAN).nothing_new()
    ended.asks(done.model_copy(update={"note": "还漏"}), TECHNICIAN).refuses(SAID_OTHERWISE)
    form = HandInForm(visit_no=1, form_ref="FK-1")
    handed_in = given(opened(), booked(), completed()).after(form, ctx=TECHNICIAN)
    handed_in.asks(form, TECHNICIAN).nothing_new()
    handed_in.asks(form.model_copy(update={"form_ref": "FK-2"}), TECHNICIAN).refuses(SAID_OTHERWISE)


def test_identity_that_is_shown_a_little_later_is_kept() -> None:
    """X7, C10: the earliest arrival stays."""
    here = ArriveAtVisit(visit_no=1, identity_shown=False)
    arrived = given(opened(), booked()).after(here, ctx=TECHNICIAN)
    shown = arrived.asks(here.model_copy(update={"identity_shown": True}), TECHNICIAN)
    shown.then_names("TechnicianArrived")
    arrived.after(here.model_copy(update={"identity_shown": True}), ctx=TECHNICIAN).asks(here, TECHNICIAN).nothing_new()


def test_further_photos_are_kept() -> None:
    """X7, C9, C12"""
    taken = TakeInformation(findings="水箱盖缺失", order_needed=True)
    leftover = given(opened(kind="leftover")).after(taken, ctx=SPECIALIST)
    leftover.asks(taken.model_copy(update={"photos": ("p2",)}), SPECIALIST).then_names("InformationTaken")
    told = opening(kind="complaint", department="安装部")
    found = Investigate(finding="班组失误")
    complaint = given().after(told, found, ctx=SPECIALIST)
    complaint.asks(found, SPECIALIST).nothing_new()
    complaint.asks(found.model_copy(update={"photos": ("p2",)}), SPECIALIST).then_names("ComplaintInvestigated")
