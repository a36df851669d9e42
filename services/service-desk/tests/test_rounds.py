"""Visit plans and regular call-backs: a plan, a record, and a complaint that becomes a ticket."""

from datetime import date, timedelta
from typing import Any

import pytest
from desk_cases import CUSTOMER, NINE, NOW, POLICY, SPECIALIST, TECHNICIAN, asked_by, document, names

from contracts.service_desk_care import (
    CallBackDropped,
    CallBackPlanned,
    CustomerCalledBack,
    PlannedCall,
    VisitAnswer,
    VisitPlanClosed,
    VisitPlanned,
    VisitRecorded,
)
from runtime.decision import Rejected
from service_desk.call_back import (
    CALL_BACK,
    CALL_BACKS,
    CallBack,
    DropCallBack,
    PlanCallBack,
    RecordCallBack,
    call_back_row,
)
from service_desk.clocks import call_back_watch
from service_desk.duties import KeepWatch
from service_desk.refusals import no
from service_desk.visit_plan import (
    VISIT_PLAN,
    VISIT_PLANS,
    CloseVisitPlan,
    PlanVisits,
    RecordVisit,
    VisitPlan,
    plan_row,
)

PLAN = PlanVisits.model_validate(
    {
        "plan_id": "ZF-1",
        "title": "三月走访",
        "area": "南海",
        "starts_on": "2026-03-10",
        "ends_on": "2026-03-20",
        "responsible": "ou.yl",
        "questions": ["设计是否合用？"],
        "calls": [
            {"contract_no": "HT26030001", "customer": CUSTOMER, "about": "橱柜"},
            {"customer": CUSTOMER},
        ],
    }
)
PLANNED = VisitPlanned(
    at=NOW,
    plan_id="ZF-1",
    title="三月走访",
    area="南海",
    starts_on=date(2026, 3, 10),
    ends_on=date(2026, 3, 20),
    responsible="ou.yl",
    questions=("设计是否合用？",),
    calls=(
        PlannedCall(call_no=1, contract_no="HT26030001", customer=CUSTOMER, about="橱柜"),
        PlannedCall(call_no=2, contract_no=None, customer=CUSTOMER, about=""),
    ),
)
ANSWER = VisitAnswer(topic="design", question="设计是否合用？", answer="吊柜偏高")
RECORD = RecordVisit(call_no=1, visited_on=date(2026, 3, 12), met=True, answers=(ANSWER,), complaint="柜门异响")
RECORDED = VisitRecorded(
    at=NOW,
    plan_id="ZF-1",
    call_no=1,
    contract_no="HT26030001",
    customer=CUSTOMER,
    visited_on=date(2026, 3, 12),
    visited_by="liang.my",
    met=True,
    answers=(ANSWER,),
    note="",
    complaint="柜门异响",
)
CLOSED = VisitPlanClosed(at=NOW, plan_id="ZF-1", visited=1, left_out=1, note="")


def plan(*events: Any) -> VisitPlan:
    state = VISIT_PLAN.initial
    for event in events:
        state = VISIT_PLAN.evolve(state, event)
    return state


def test_a_plan_says_whom_we_visit_and_what_we_ask() -> None:
    """C16"""
    other = PLAN.model_copy(update={"area": "禅城"})
    backwards = PLAN.model_copy(update={"ends_on": date(2026, 3, 9)})
    assert [
        VISIT_PLAN.decide(PLAN, plan(), SPECIALIST),
        VISIT_PLAN.decide(PLAN, plan(PLANNED, RECORDED), SPECIALIST),
        VISIT_PLAN.decide(other, plan(PLANNED), SPECIALIST),
        VISIT_PLAN.decide(backwards, plan(), SPECIALIST),
    ] == [(PLANNED,), (), no("plan_exists", plan_id="ZF-1"), no("plan_ends_first")]


def test_a_technician_records_the_rounds_they_are_responsible_for() -> None:
    """C16"""
    own = PLANNED.model_copy(update={"responsible": TECHNICIAN.by})
    assert [
        VISIT_PLAN.decide(RECORD, plan(PLANNED), TECHNICIAN),
        VISIT_PLAN.decide(RECORD, plan(own), TECHNICIAN),
    ] == [
        no("not_your_plan", plan_id="ZF-1", responsible="ou.yl"),
        (RECORDED.model_copy(update={"visited_by": TECHNICIAN.by}),),
    ]


def test_a_visit_is_recorded_with_its_answers() -> None:
    """C16"""
    absent = RecordVisit(call_no=2, visited_on=date(2026, 3, 12), met=False)
    assert [
        VISIT_PLAN.decide(RECORD, plan(PLANNED), SPECIALIST),
        VISIT_PLAN.decide(RECORD, plan(PLANNED, RECORDED), SPECIALIST),
        names(VISIT_PLAN.decide(absent, plan(PLANNED), SPECIALIST)),
        VISIT_PLAN.decide(absent.model_copy(update={"complaint": "x"}), plan(PLANNED), SPECIALIST),
        VISIT_PLAN.decide(RECORD.model_copy(update={"call_no": 3}), plan(PLANNED), SPECIALIST),
        VISIT_PLAN.decide(RECORD.model_copy(update={"visited_on": date(2026, 3, 14)}), plan(PLANNED), SPECIALIST),
        VISIT_PLAN.decide(RECORD, plan(), SPECIALIST),
    ] == [
        (RECORDED,),
        (),
        ["VisitRecorded"],
        no("not_met_but_answered"),
        no("unknown_call", call_no=3),
        no("visited_in_future", day="2026-03-14"),
        no("unknown_plan"),
    ]


def test_a_plan_is_closed_with_who_was_met_and_who_was_left_out() -> None:
    """C16"""
    assert [
        VISIT_PLAN.decide(CloseVisitPlan(), plan(PLANNED, RECORDED), SPECIALIST),
        VISIT_PLAN.decide(CloseVisitPlan(), plan(PLANNED, RECORDED, CLOSED), SPECIALIST),
        VISIT_PLAN.decide(RECORD, plan(PLANNED, CLOSED), SPECIALIST),
    ] == [(CLOSED,), (), no("plan_closed", plan_id="ZF-1")]


def test_the_row_of_a_plan_counts_who_was_met() -> None:
    """C16"""
    row = plan_row(VISIT_PLANS.files.read(document(VISIT_PLANS, PLANNED, RECORDED, CLOSED)), "cs_specialist")
    first, second = row.calls
    assert (row.state, row.visited, row.count, first.record and first.record.complaint, second.record) == (
        "closed",
        1,
        2,
        "柜门异响",
        None,
    )


# --- call-backs -------------------------------------------------------------------------------------------------------

PLAN_CALL = PlanCallBack(
    callback_id="CB-1", contract_no="HT26030001", customer=CUSTOMER, about="回访", due_on=date(2026, 3, 13)
)
WATCH = call_back_watch(date(2026, 3, 13), POLICY)
CALL_PLANNED = CallBackPlanned(
    at=NOW,
    callback_id="CB-1",
    contract_no="HT26030001",
    customer=CUSTOMER,
    about="回访",
    due_on=date(2026, 3, 13),
    watch=WATCH,
)
CALLED = CustomerCalledBack(
    at=NOW,
    callback_id="CB-1",
    contract_no="HT26030001",
    customer=CUSTOMER,
    reached=True,
    satisfied=True,
    note="",
    complaint="",
    due=WATCH.due,
)
NOT_REACHED = CALLED.model_copy(update={"reached": False, "satisfied": None})
DROPPED = CallBackDropped(at=NOW, callback_id="CB-1", reason="不愿接听")


def call(*events: Any) -> CallBack:
    state = CALL_BACK.initial
    for event in events:
        state = CALL_BACK.evolve(state, event)
    return state


def decided(command: Any, *events: Any) -> Any:
    return CALL_BACK.decide(command, call(*events), SPECIALIST)


def test_a_call_back_is_planned_once() -> None:
    """C17"""
    other = PLAN_CALL.model_copy(update={"due_on": date(2026, 3, 14)})
    assert [decided(PLAN_CALL), decided(PLAN_CALL, CALL_PLANNED), decided(other, CALL_PLANNED, CALLED)] == [
        (CALL_PLANNED,),
        (),
        no("call_back_exists", callback_id="CB-1"),
    ]


def test_who_is_reached_says_whether_they_are_satisfied_and_who_is_not_is_called_again() -> None:
    """C17"""
    satisfied = RecordCallBack(reached=True, satisfied=True)
    nobody = RecordCallBack(reached=False)
    assert [
        decided(satisfied, CALL_PLANNED),
        decided(satisfied, CALL_PLANNED, CALLED),
        decided(nobody, CALL_PLANNED),
        decided(nobody, CALL_PLANNED, NOT_REACHED),
        decided(satisfied, CALL_PLANNED, NOT_REACHED),
        decided(RecordCallBack(reached=True), CALL_PLANNED),
        decided(RecordCallBack(reached=False, complaint="x"), CALL_PLANNED),
        decided(RecordCallBack(reached=True, satisfied=False), CALL_PLANNED, CALLED),
        decided(satisfied),
    ] == [
        (CALLED,),
        (),
        (NOT_REACHED,),
        (),
        (CALLED,),
        no("satisfaction_missing"),
        no("not_reached_but_answered"),
        no("call_back_over", callback_id="CB-1"),
        no("unknown_call_back"),
    ]


def test_a_customer_may_want_none() -> None:
    """C17"""
    drop = DropCallBack(reason="不愿接听")
    assert [decided(drop, CALL_PLANNED), decided(drop, CALL_PLANNED, DROPPED), decided(drop, CALL_PLANNED, CALLED)] == [
        (DROPPED,),
        (),
        no("call_back_over", callback_id="CB-1"),
    ]


def test_a_call_back_about_what_was_taken_back_is_planned_again_when_it_is_so_after_all() -> None:
    """C17, D16"""
    drop = DropCallBack(reason="完结收回", wrong=True)
    dropped = DROPPED.model_copy(update={"reason": "完结收回", "wrong": True})
    assert decided(drop, CALL_PLANNED) == (dropped,)
    assert decided(PLAN_CALL, CALL_PLANNED, dropped) == (CALL_PLANNED,)


def test_a_call_back_that_nobody_makes_is_overdue_and_told_upwards() -> None:
    """C17, X4"""
    state, fired = call(CALL_PLANNED), []
    while timers := CALL_BACK.due(state):
        now = timers[0].at
        decision = CALL_BACK.decide(KeepWatch(duty="C17"), state, asked_by("system", now=now))
        assert not isinstance(decision, Rejected)
        for event in decision:
            state = CALL_BACK.evolve(state, event)
            fired.append((type(event).__name__, now - WATCH.due))
    assert fired == [
        ("DutyOverdue", timedelta(0)),
        ("DutyEscalated", timedelta(0)),
        ("DutyEscalated", timedelta(hours=2)),
    ]
    assert CALL_BACK.due(call(CALL_PLANNED, CALLED)) == ()


@pytest.mark.parametrize(
    ("events", "state", "late"),
    [
        ((CALL_PLANNED,), "open", False),
        ((CALL_PLANNED, NOT_REACHED), "open", False),
        ((CALL_PLANNED, CALLED), "done", False),
        ((CALL_PLANNED, CALLED.model_copy(update={"at": WATCH.due + timedelta(seconds=1)})), "done", True),
        ((CALL_PLANNED, DROPPED), "dropped", False),
    ],
)
def test_the_row_of_a_call_back(events: tuple[Any, ...], state: str, *, late: bool) -> None:
    """C17"""
    row = call_back_row(CALL_BACKS.files.read(document(CALL_BACKS, *events)), "cs_specialist")
    assert (row.state, row.late, row.due > NINE) == (state, late, True)
