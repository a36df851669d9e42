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
from service_desk.domain import refusals
from service_desk.domain.clocks import form_watch, visit_watch
from service_desk.domain.duties import KeepWatch
from service_desk.domain.situations import Repaired, VisitFailed
from service_desk.domain.ticket import decide, due
from service_desk.domain.visit_preparation import (
    ArriveAtVisit,
    AssignVisit,
    CancelVisit,
    ConfirmVisit,
    HandInForm,
    MoveVisit,
    PreparePapers,
)
from service_desk.domain.visits import BookVisit, CompleteVisit, GiveRating

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
        decide(assign, given(OPENED, BOOKED), DESK_SUPERVISOR),
        decide(assign, given(OPENED, BOOKED, ASSIGNED), DESK_SUPERVISOR),
        decide(assign, given(OPENED, BOOKED), SPECIALIST),
        decide(assign, given(OPENED, BOOKED, ARRIVED), DESK_SUPERVISOR),
    ] == [(ASSIGNED,), (), refusals.not_a_supervisor("cs_specialist"), refusals.visit_begun(1)]


def test_another_time_is_agreed_before_anybody_is_there() -> None:
    """C3, C10"""
    odd = MOVE.model_copy(update={"on": ON})
    assert [
        decide(MOVE, given(OPENED, BOOKED), SPECIALIST),
        decide(MOVE, given(OPENED, BOOKED, MOVED), SPECIALIST),
        decide(odd, given(OPENED, BOOKED), SPECIALIST),
        decide(MOVE, given(OPENED, BOOKED, ARRIVED), SPECIALIST),
        decide(MOVE, given(OPENED, BOOKED, ACCEPTED), SPECIALIST),
    ] == [
        (MOVED,),
        (),
        refusals.bad_window("2026-03-14"),
        refusals.visit_begun(1),
        refusals.visit_begun(1),
    ]


def test_a_moved_visit_is_due_at_its_new_time_and_confirmed_anew() -> None:
    """C9, K14"""
    story = given(OPENED, BOOKED, PAPERS, CONFIRMED, MOVED)
    times = [timer.at for timer in due(story) if timer.name == "K14:1"]
    assert times == [NEXT_WINDOW.ends - timedelta(minutes=30)]
    assert names(decide(CONFIRM, story, TECHNICIAN)) == ["VisitConfirmed"]


def test_a_cancelled_visit_leaves_the_ticket_open_for_another() -> None:
    """C10"""
    book = BookVisit(on=NEXT_ON, window=NEXT_WINDOW, technician="zhou.jm")
    story = given(OPENED, BOOKED, CANCELLED)
    again = decide(book, story, SPECIALIST)
    assert isinstance(again, tuple)
    assert [
        decide(CANCEL, given(OPENED, BOOKED), SPECIALIST),
        decide(CANCEL, story, SPECIALIST),
        decide(CANCEL, given(OPENED, BOOKED, ARRIVED), SPECIALIST),
        decide(CANCEL, given(OPENED), SPECIALIST),
        [getattr(event, "visit_no", None) for event in again],
        isinstance(story, VisitFailed),
    ] == [(CANCELLED,), (), refusals.visit_begun(1), refusals.no_such_visit(1), [2], True]


def test_a_further_visit_that_is_given_up_gives_a_repair_its_gates_back() -> None:
    """C11"""
    done = (OPENED, BOOKED, completed(), ACCEPTED, SupervisorSigned(at=NOW, ticket_id="T-1"))
    second = booked(2, on=NEXT_ON, window=NEXT_WINDOW)
    story = given(*done, second, CANCELLED.model_copy(update={"visit_no": 2}))
    before = given(*done)
    assert isinstance(story, Repaired)
    assert isinstance(before, Repaired)
    assert story.gates == before.gates


def test_after_a_visit_that_was_not_let_in_a_cancelled_one_changes_nothing() -> None:
    """C10"""
    refused = completed(outcome="not_let_in", report_ref=None, watch=None)
    second = booked(2, on=NEXT_ON, window=NEXT_WINDOW, accompanied_by="guan.yf")
    story = given(OPENED, BOOKED, refused, second, CANCELLED.model_copy(update={"visit_no": 2}))
    book = BookVisit(on=NEXT_ON, window=NEXT_WINDOW.model_copy(), technician="lin.h")
    assert decide(book, story, SPECIALIST) == refusals.manager_must_come()


def test_papers_are_complete_before_they_are_prepared() -> None:
    """C9"""
    repair = PreparePapers(visit_no=1, papers=("repair_feedback",))
    both = PreparePapers(visit_no=1, papers=("repair_feedback", "leftover_feedback"))
    report = PreparePapers(visit_no=1, papers=("service_report",))
    assert [
        decide(repair, given(OPENED, BOOKED), SPECIALIST),
        decide(repair, given(OPENED, BOOKED, PAPERS), SPECIALIST),
        decide(report, given(OPENED, BOOKED), SPECIALIST),
        decide(repair, given(OPENED, *ORDERED, BOOKED), SPECIALIST),
        names(decide(both, given(OPENED, *ORDERED, BOOKED), SPECIALIST)),
    ] == [
        (PAPERS,),
        (),
        refusals.papers_incomplete("安装维修反馈单", "repair feedback form"),
        refusals.papers_incomplete("遗留单反馈单", "leftover feedback form"),
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
        decide(CONFIRM, given(OPENED, BOOKED, PAPERS), TECHNICIAN),
        decide(CONFIRM, given(OPENED, BOOKED, PAPERS, CONFIRMED), TECHNICIAN),
        decide(CONFIRM, given(OPENED, BOOKED), TECHNICIAN),
        decide(unready, given(OPENED, BOOKED, PAPERS), TECHNICIAN),
    ] == [(CONFIRMED,), (), refusals.papers_not_prepared(1), refusals.not_ready_to_go(zh, en)]


def test_ordered_goods_are_taken_along() -> None:
    """C9"""
    papers = PAPERS.model_copy(update={"papers": ("repair_feedback", "leftover_feedback")})
    story = given(OPENED, *ORDERED, BOOKED, papers)
    assert [
        decide(CONFIRM, story, TECHNICIAN),
        names(decide(CONFIRM.model_copy(update={"goods_taken": True}), story, TECHNICIAN)),
    ] == [refusals.not_ready_to_go("领取货品配件", "take the goods and parts"), ["VisitConfirmed"]]


def test_the_arrival_is_on_record_with_identity_shown_and_the_earliest_counts() -> None:
    """C3, C10, K14, X1"""
    arrive = ArriveAtVisit(visit_no=1, identity_shown=True)
    earlier = arrive.model_copy(update={"at": NOW - timedelta(minutes=20)})
    assert [
        decide(arrive, given(OPENED, BOOKED), TECHNICIAN),
        decide(arrive, given(OPENED, BOOKED, ARRIVED), TECHNICIAN),
        names(decide(earlier, given(OPENED, BOOKED, ARRIVED), TECHNICIAN)),
    ] == [(ARRIVED,), (), ["TechnicianArrived"]]


def test_a_technician_who_is_not_there_when_the_window_ends_is_late() -> None:
    """K14, X4"""
    watch, ends = KeepWatch(duty="K14", item="1"), asked_by("system", now=WINDOW.ends)
    assert [
        names(decide(watch, given(OPENED, BOOKED), asked_by("system", now=WINDOW.ends - timedelta(minutes=30)))),
        names(decide(watch, given(OPENED, BOOKED), ends)),
        decide(watch, given(OPENED, BOOKED, ARRIVED), ends),
        decide(watch, given(OPENED, BOOKED, completed()), ends),
    ] == [["DutyWarned"], ["DutyOverdue", "DutyEscalated"], (), ()]


def test_a_visit_of_somebody_elses_is_not_a_technicians_business() -> None:
    """C18"""
    complete = CompleteVisit(visit_no=1, outcome="customer_absent")
    assert [
        decide(complete, given(OPENED, BOOKED), asked_by("technician", "lin.h")),
        names(decide(complete, given(OPENED, BOOKED), TECHNICIAN)),
    ] == [refusals.not_your_visit(), ["VisitCompleted"]]


def test_the_form_is_handed_in_the_next_day_and_once() -> None:
    """C9, K15"""
    hand_in, watch = HandInForm(visit_no=1, form_ref="FK1"), KeepWatch(duty="K15", item="1")
    done = given(OPENED, BOOKED, completed())
    end = FORM.due
    assert end is not None
    assert [
        decide(hand_in, done, TECHNICIAN),
        decide(hand_in, given(OPENED, BOOKED, completed(), FORM), TECHNICIAN),
        decide(hand_in, given(OPENED, BOOKED), TECHNICIAN),
        names(decide(watch, done, asked_by("system", now=end))),
        decide(watch, given(OPENED, BOOKED, completed(), FORM), asked_by("system", now=end)),
    ] == [(FORM,), (), refusals.no_such_visit(1), ["DutyOverdue", "DutyEscalated"], ()]


def test_a_customer_rates_a_repair_and_the_last_word_counts() -> None:
    """C9, C11"""
    rate = GiveRating(visit_no=1, rating=5, comment="好", through="link")
    given_ = RatingGiven(
        at=NOW, ticket_id="T-1", visit_no=1, technician="zhou.jm", rating=5, comment="好", through="link"
    )
    done = (OPENED, BOOKED, completed())
    assert [
        decide(rate, given(*done), asked_by("customer", "customer")),
        decide(rate, given(*done, given_), asked_by("customer", "customer")),
        names(decide(rate.model_copy(update={"rating": 2}), given(*done, given_), SPECIALIST)),
        decide(rate, given(OPENED, BOOKED), SPECIALIST),
    ] == [(given_,), (), ["RatingGiven"], refusals.no_such_visit(1)]
