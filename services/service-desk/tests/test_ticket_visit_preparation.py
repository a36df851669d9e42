"""Between the agreement and the door: assigned, moved, cancelled, papers, confirmed, arrived; the form the next day."""

from datetime import timedelta
from typing import Any

import pytest
from desk_cases import (
    CUSTOMER,
    DESK_SUPERVISOR,
    NEXT_ON,
    NEXT_WINDOW,
    NOW,
    ON,
    POLICY,
    SPECIALIST,
    TECHNICIAN,
    WINDOW,
    asked_by,
    booked,
    completed,
    given,
    names,
    opened,
)

from contracts.service_desk_tickets import LeftoverGoodsArrived, LeftoverOrderApproved, LeftoverOrderPlaced
from contracts.service_desk_visits import (
    FormHandedIn,
    PapersPrepared,
    RatingGiven,
    RepairAccepted,
    SupervisorSigned,
    TechnicianArrived,
    VisitAssigned,
    VisitCancelled,
    VisitConfirmed,
    VisitMoved,
)
from runtime.refusal import Term
from service_desk.clocks import form_watch, visit_watch
from service_desk.duties import KeepWatch
from service_desk.refusals import no
from service_desk.ticket.state import Repaired, VisitFailed
from service_desk.ticket.ticket import TICKET, due
from service_desk.ticket.visit import BookVisit, CompleteVisit, GiveRating
from service_desk.ticket.visit_preparation import (
    ArriveAtVisit,
    AssignVisit,
    CancelVisit,
    ConfirmVisit,
    HandInForm,
    MoveVisit,
    PreparePapers,
)

OPENED, BOOKED = opened(), booked()
ORDERED = (
    LeftoverOrderPlaced(at=NOW, ticket_id="T-1", order_no="YL1", items="水箱盖", expected_on=None, placed_by="wu.xm"),
    LeftoverOrderApproved(at=NOW, ticket_id="T-1", order_no="YL1", customer=CUSTOMER, expected_on=None),
    LeftoverGoodsArrived(at=NOW, ticket_id="T-1", order_no="YL1", customer=CUSTOMER),
)
ASSIGNED = VisitAssigned(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    technician="lin.h",
    technician_before="zhou.jm",
    assigned_by="ou.yl",
    watch=visit_watch(WINDOW, 1, "lin.h", POLICY),
)
MOVED = VisitMoved(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    contract_no="HT26030001",
    customer=CUSTOMER,
    on=NEXT_ON,
    window=NEXT_WINDOW,
    window_before=WINDOW,
    technician="zhou.jm",
    asked_by="customer",
    reason="出差",
    watch=visit_watch(NEXT_WINDOW, 1, "zhou.jm", POLICY),
)
CANCELLED = VisitCancelled(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    contract_no="HT26030001",
    customer=CUSTOMER,
    on=ON,
    technician="zhou.jm",
    asked_by="customer",
    reason="出差",
)
PAPERS = PapersPrepared(at=NOW, ticket_id="T-1", visit_no=1, papers=("repair_feedback",))
CONFIRMED = VisitConfirmed(
    at=NOW, ticket_id="T-1", visit_no=1, technician="zhou.jm", papers=("repair_feedback",), goods_taken=False, note=""
)
ARRIVED = TechnicianArrived(
    at=NOW, ticket_id="T-1", visit_no=1, technician="zhou.jm", identity_shown=True, due=WINDOW.ends
)
ACCEPTED = RepairAccepted(at=NOW, ticket_id="T-1", accepted_by="马娜", rating=None, technician="zhou.jm")
FORM = FormHandedIn(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    technician="zhou.jm",
    form_ref="FK1",
    due=form_watch(NOW, 1, "zhou.jm", POLICY).due,
)
MOVE = MoveVisit(visit_no=1, on=NEXT_ON, window=NEXT_WINDOW, reason="出差")
CANCEL = CancelVisit(visit_no=1, reason="出差")
CONFIRM = ConfirmVisit(visit_no=1, papers_taken=True, address_confirmed=True, time_confirmed=True)


def test_a_supervisor_assigns_the_visit_and_the_duty_moves_with_it() -> None:
    """C9, K14"""
    assign = AssignVisit(visit_no=1, technician="lin.h")
    assert [
        given(OPENED, BOOKED).asks(assign, DESK_SUPERVISOR).decided,
        given(OPENED, BOOKED, ASSIGNED).asks(assign, DESK_SUPERVISOR).decided,
        given(OPENED, BOOKED).asks(assign, SPECIALIST).decided,
        given(OPENED, BOOKED, ARRIVED).asks(assign, DESK_SUPERVISOR).decided,
    ] == [(ASSIGNED,), (), no("not_a_supervisor", role="cs_specialist"), no("visit_begun", visit_no=1)]


def test_another_time_is_agreed_before_anybody_is_there() -> None:
    """C3, C10"""
    odd = MOVE.model_copy(update={"on": ON})
    assert [
        given(OPENED, BOOKED).asks(MOVE, SPECIALIST).decided,
        given(OPENED, BOOKED, MOVED).asks(MOVE, SPECIALIST).decided,
        given(OPENED, BOOKED).asks(odd, SPECIALIST).decided,
        given(OPENED, BOOKED, ARRIVED).asks(MOVE, SPECIALIST).decided,
        given(OPENED, BOOKED, ACCEPTED).asks(MOVE, SPECIALIST).decided,
    ] == [
        (MOVED,),
        (),
        no("bad_window", on="2026-03-14"),
        no("visit_begun", visit_no=1),
        no("visit_begun", visit_no=1),
    ]


def test_a_moved_visit_is_due_at_its_new_time_and_confirmed_anew() -> None:
    """C9, K14"""
    story = given(OPENED, BOOKED, PAPERS, CONFIRMED, MOVED).state
    times = [timer.at for timer in due(story) if timer.name == "K14:1"]
    assert times == [NEXT_WINDOW.ends - timedelta(minutes=30)]
    assert names(TICKET.decide(CONFIRM, story, TECHNICIAN)) == ["VisitConfirmed"]


def test_a_cancelled_visit_leaves_the_ticket_open_for_another() -> None:
    """C10"""
    book = BookVisit(on=NEXT_ON, window=NEXT_WINDOW, technician="zhou.jm")
    story = given(OPENED, BOOKED, CANCELLED).state
    again = TICKET.decide(book, story, SPECIALIST)
    assert isinstance(again, tuple)
    assert [
        given(OPENED, BOOKED).asks(CANCEL, SPECIALIST).decided,
        TICKET.decide(CANCEL, story, SPECIALIST),
        given(OPENED, BOOKED, ARRIVED).asks(CANCEL, SPECIALIST).decided,
        given(OPENED).asks(CANCEL, SPECIALIST).decided,
        [getattr(event, "visit_no", None) for event in again],
        isinstance(story, VisitFailed),
    ] == [(CANCELLED,), (), no("visit_begun", visit_no=1), no("unknown_visit", visit_no=1), [2], True]


def test_a_further_visit_that_is_given_up_gives_a_repair_its_gates_back() -> None:
    """C11"""
    done = (OPENED, BOOKED, completed(), ACCEPTED, SupervisorSigned(at=NOW, ticket_id="T-1"))
    second = booked(2, on=NEXT_ON, window=NEXT_WINDOW)
    story = given(*done, second, CANCELLED.model_copy(update={"visit_no": 2})).state
    before = given(*done).state
    assert isinstance(story, Repaired)
    assert isinstance(before, Repaired)
    assert story.gates == before.gates


def test_after_a_visit_that_was_not_let_in_a_cancelled_one_changes_nothing() -> None:
    """C10"""
    refused = completed(outcome="not_let_in", report_ref=None, watch=None)
    second = booked(2, on=NEXT_ON, window=NEXT_WINDOW, accompanied_by="guan.yf")
    story = given(OPENED, BOOKED, refused, second, CANCELLED.model_copy(update={"visit_no": 2})).state
    book = BookVisit(on=NEXT_ON, window=NEXT_WINDOW.model_copy(), technician="lin.h")
    assert TICKET.decide(book, story, SPECIALIST) == no("manager_must_come")


def test_papers_are_complete_before_they_are_prepared() -> None:
    """C9"""
    repair = PreparePapers(visit_no=1, papers=("repair_feedback",))
    both = PreparePapers(visit_no=1, papers=("repair_feedback", "leftover_feedback"))
    report = PreparePapers(visit_no=1, papers=("service_report",))
    assert [
        given(OPENED, BOOKED).asks(repair, SPECIALIST).decided,
        given(OPENED, BOOKED, PAPERS).asks(repair, SPECIALIST).decided,
        given(OPENED, BOOKED).asks(report, SPECIALIST).decided,
        given(OPENED, *ORDERED, BOOKED).asks(repair, SPECIALIST).decided,
        names(given(OPENED, *ORDERED, BOOKED).asks(both, SPECIALIST).decided),
    ] == [
        (PAPERS,),
        (),
        no("papers_incomplete", missing=Term("安装维修反馈单", "repair feedback form")),
        no("papers_incomplete", missing=Term("遗留单反馈单", "leftover feedback form")),
        ["PapersPrepared"],
    ]


@pytest.mark.parametrize(
    ("missing", "zh", "en"),
    [
        ({"papers_taken": False}, "领取单据", "take the papers"),
        ({"address_confirmed": False}, "与客户确认地址", "confirm the address with the customer"),
        ({"time_confirmed": False}, "与客户确认时间", "confirm the time with the customer"),
    ],
)
def test_a_technician_goes_with_papers_and_a_confirmed_address_and_time(
    missing: dict[str, Any], zh: str, en: str
) -> None:
    """C9"""
    unready = CONFIRM.model_copy(update=missing)
    assert [
        given(OPENED, BOOKED, PAPERS).asks(CONFIRM, TECHNICIAN).decided,
        given(OPENED, BOOKED, PAPERS, CONFIRMED).asks(CONFIRM, TECHNICIAN).decided,
        given(OPENED, BOOKED).asks(CONFIRM, TECHNICIAN).decided,
        given(OPENED, BOOKED, PAPERS).asks(unready, TECHNICIAN).decided,
    ] == [(CONFIRMED,), (), no("papers_not_prepared", visit_no=1), no("not_ready_to_go", missing=Term(zh, en))]


def test_ordered_goods_are_taken_along() -> None:
    """C9"""
    papers = PAPERS.model_copy(update={"papers": ("repair_feedback", "leftover_feedback")})
    story = given(OPENED, *ORDERED, BOOKED, papers).state
    assert [
        TICKET.decide(CONFIRM, story, TECHNICIAN),
        names(TICKET.decide(CONFIRM.model_copy(update={"goods_taken": True}), story, TECHNICIAN)),
    ] == [no("not_ready_to_go", missing=Term("领取货品配件", "take the goods and parts")), ["VisitConfirmed"]]


def test_the_arrival_is_on_record_with_identity_shown_and_the_earliest_counts() -> None:
    """C3, C10, K14, X1"""
    arrive = ArriveAtVisit(visit_no=1, identity_shown=True)
    earlier = arrive.model_copy(update={"at": NOW - timedelta(minutes=20)})
    assert [
        given(OPENED, BOOKED).asks(arrive, TECHNICIAN).decided,
        given(OPENED, BOOKED, ARRIVED).asks(arrive, TECHNICIAN).decided,
        names(given(OPENED, BOOKED, ARRIVED).asks(earlier, TECHNICIAN).decided),
    ] == [(ARRIVED,), (), ["TechnicianArrived"]]


def test_a_technician_who_is_not_there_when_the_window_ends_is_late() -> None:
    """K14, X4"""
    watch, ends = KeepWatch(duty="K14", item="1"), asked_by("system", now=WINDOW.ends)
    assert [
        names(given(OPENED, BOOKED).asks(watch, asked_by("system", now=WINDOW.ends - timedelta(minutes=30))).decided),
        names(given(OPENED, BOOKED).asks(watch, ends).decided),
        given(OPENED, BOOKED, ARRIVED).asks(watch, ends).decided,
        given(OPENED, BOOKED, completed()).asks(watch, ends).decided,
    ] == [["DutyWarned"], ["DutyOverdue", "DutyEscalated"], (), ()]


def test_a_visit_of_somebody_elses_is_not_a_technicians_business() -> None:
    """C18"""
    complete = CompleteVisit(visit_no=1, outcome="customer_absent")
    assert [
        given(OPENED, BOOKED).asks(complete, asked_by("technician", "lin.h")).decided,
        names(given(OPENED, BOOKED).asks(complete, TECHNICIAN).decided),
    ] == [no("not_your_visit"), ["VisitCompleted"]]


def test_the_form_is_handed_in_the_next_day_and_once() -> None:
    """C9, K15"""
    hand_in, watch = HandInForm(visit_no=1, form_ref="FK1"), KeepWatch(duty="K15", item="1")
    done = given(OPENED, BOOKED, completed()).state
    end = FORM.due
    assert end is not None
    assert [
        TICKET.decide(hand_in, done, TECHNICIAN),
        given(OPENED, BOOKED, completed(), FORM).asks(hand_in, TECHNICIAN).decided,
        given(OPENED, BOOKED).asks(hand_in, TECHNICIAN).decided,
        names(TICKET.decide(watch, done, asked_by("system", now=end))),
        given(OPENED, BOOKED, completed(), FORM).asks(watch, asked_by("system", now=end)).decided,
    ] == [(FORM,), (), no("unknown_visit", visit_no=1), ["DutyOverdue", "DutyEscalated"], ()]


def test_a_customer_rates_a_repair_and_the_last_word_counts() -> None:
    """C9, C11"""
    rate = GiveRating(visit_no=1, rating=5, comment="好", through="link")
    given_ = RatingGiven(
        at=NOW, ticket_id="T-1", visit_no=1, technician="zhou.jm", rating=5, comment="好", through="link"
    )
    done = (OPENED, BOOKED, completed())
    assert [
        given(*done).asks(rate, asked_by("customer", "customer")).decided,
        given(*done, given_).asks(rate, asked_by("customer", "customer")).decided,
        names(given(*done, given_).asks(rate.model_copy(update={"rating": 2}), SPECIALIST).decided),
        given(OPENED, BOOKED).asks(rate, SPECIALIST).decided,
    ] == [(given_,), (), ["RatingGiven"], no("unknown_visit", visit_no=1)]
