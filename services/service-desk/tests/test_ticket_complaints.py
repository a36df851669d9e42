"""Complaints: to the department at once, investigated, answered level by level, until the customer is content."""

from datetime import timedelta
from typing import Any

import pytest
from desk_cases import (
    CUSTOMER,
    DESK_SUPERVISOR,
    INSTALL_SUPERVISOR,
    MANAGER,
    NINE,
    NOW,
    POLICY,
    SPECIALIST,
    asked_by,
    given,
    names,
    opened,
    opening,
)

from contracts.service_desk import TicketEvent
from contracts.service_desk_tickets import (
    ComplaintAnswered,
    ComplaintEscalated,
    ComplaintInvestigated,
    ComplaintRegistered,
    ComplaintSettled,
    ConductReported,
    TicketReplied,
)
from contracts.service_desk_visits import SupervisorSigned
from service_desk.clocks import complaint_watch, reply_watch
from service_desk.duties import KeepWatch
from service_desk.refusals import no
from service_desk.ticket.complaint import AnswerComplaint, EscalateComplaint, Investigate, SettleComplaint
from service_desk.ticket.ending import CancelTicket, CloseTicket, ReopenTicket, still_missing
from service_desk.ticket.ticket import TICKET
from service_desk.ticket.visit import SignBySupervisor

OPENED = opened(kind="complaint", department="安装部")
DUE = NINE + timedelta(hours=24)


def registered(level: int = 1, role: str = "cs_supervisor", **changes: Any) -> ComplaintRegistered:
    body = {
        "at": NINE,
        "ticket_id": "T-1",
        "level": level,
        "owner_role": role,
        "department": "安装部",
        "conduct": False,
        "contract_no": "HT26030001",
        "customer": CUSTOMER,
        "problem": "漏水",
        "watch": complaint_watch(NINE, level, role, POLICY),
    }
    return ComplaintRegistered.model_validate({**body, **changes})


REPLIED = TicketReplied(at=NOW, ticket_id="T-1", note="上门重装", due=reply_watch(NINE, POLICY).due)
FOUND = ComplaintInvestigated(
    at=NOW, ticket_id="T-1", level=1, finding="角阀未拧紧", photos=(), investigated_by="tan.zw"
)
ANSWERED = ComplaintAnswered(at=NOW, ticket_id="T-1", level=1, solution="上门重装", answered_by="ou.yl", due=DUE)
SETTLED = ComplaintSettled(at=NOW, ticket_id="T-1", level=1, note="")
HIGHER = complaint_watch(NOW, 2, "manager", POLICY)
ESCALATED = ComplaintEscalated(
    at=NOW, ticket_id="T-1", level=2, owner_role="manager", reason="不接受", due=HIGHER.due, watch=HIGHER
)
SIGNED = SupervisorSigned(at=NOW, ticket_id="T-1")
STORY: tuple[TicketEvent, ...] = (OPENED, registered())


def test_a_complaint_is_sent_to_its_department_at_once_and_its_clock_starts() -> None:
    """C12, K20"""
    asked = opening(kind="complaint", department="安装部")
    given().asks(asked, asked_by("cs_specialist", now=NINE)).then(
        OPENED.model_copy(update={"warranty": "not_asked"}), registered()
    )


def test_a_report_of_conduct_reaches_the_manager_at_once_and_needs_no_proof() -> None:
    """C15"""
    asked = opening(kind="complaint", conduct=True, about="送货一组", problem="索要小费", contract_no=None, sku="")
    decision = given().asks(asked, asked_by("cs_specialist", now=NINE)).decided
    assert isinstance(decision, tuple)
    assert decision[1:] == (
        registered(2, "manager", conduct=True, department="", contract_no=None, problem="索要小费"),
        ConductReported(
            at=NINE,
            ticket_id="T-1",
            contract_no=None,
            customer=CUSTOMER,
            about="送货一组",
            problem="索要小费",
            told_role="manager",
        ),
    )


def test_a_report_of_conduct_is_a_complaint() -> None:
    """C15"""
    given().asks(opening(conduct=True), SPECIALIST).refuses(no("conduct_is_a_complaint"))


def test_a_complaint_without_proof_is_refused() -> None:
    """C12"""
    unproven = opening(kind="complaint", contract_no=None)
    given().asks(unproven, SPECIALIST).refuses(no("proof_missing"))


def test_it_is_investigated_and_better_knowledge_may_follow() -> None:
    """C12"""
    investigate = Investigate(finding="角阀未拧紧")
    assert [
        given(*STORY).asks(investigate, INSTALL_SUPERVISOR).decided,
        given(*STORY, FOUND).asks(investigate, INSTALL_SUPERVISOR).decided,
        names(given(*STORY, FOUND).asks(Investigate(finding="密封圈破"), INSTALL_SUPERVISOR).decided),
        given(*STORY, FOUND, ANSWERED, SETTLED).asks(Investigate(finding="密封圈破"), INSTALL_SUPERVISOR).decided,
    ] == [(FOUND,), (), ["ComplaintInvestigated"], no("complaint_settled")]


def test_the_levels_owner_or_somebody_above_answers_what_was_investigated() -> None:
    """C12, K20, C2"""
    answer = AnswerComplaint(solution="上门重装")
    assert [
        given(*STORY, FOUND).asks(answer, DESK_SUPERVISOR).decided,
        given(*STORY, FOUND, REPLIED).asks(answer, DESK_SUPERVISOR).decided,
        given(*STORY, FOUND, REPLIED, ANSWERED).asks(answer, DESK_SUPERVISOR).decided,
        given(*STORY, FOUND).asks(answer, INSTALL_SUPERVISOR).decided,
        given(*STORY).asks(answer, DESK_SUPERVISOR).decided,
        names(given(*STORY, FOUND, REPLIED).asks(answer, MANAGER).decided),
        given(*STORY, FOUND, REPLIED, ANSWERED, ESCALATED).asks(answer, DESK_SUPERVISOR).decided,
    ] == [
        (REPLIED, ANSWERED),
        (ANSWERED,),
        (),
        no("not_your_level", level=1, owner_role="cs_supervisor"),
        no("not_investigated", level=1),
        ["ComplaintAnswered"],
        no("not_your_level", level=2, owner_role="manager"),
    ]


def test_who_is_not_content_goes_one_level_up_with_a_new_clock() -> None:
    """C12, K20"""
    escalate = EscalateComplaint(level=1, reason="不接受")
    assert [
        given(*STORY, FOUND, ANSWERED).asks(escalate, SPECIALIST).decided,
        given(*STORY, FOUND, ANSWERED, ESCALATED).asks(escalate, SPECIALIST).decided,
        given(*STORY, FOUND).asks(escalate, SPECIALIST).decided,
        given(*STORY, FOUND, ANSWERED, SETTLED).asks(escalate, SPECIALIST).decided,
    ] == [(ESCALATED,), (), no("not_answered", level=1), no("complaint_settled")]


def test_above_the_last_level_it_stays_with_the_manager() -> None:
    """C12"""
    second = ANSWERED.model_copy(update={"level": 2})
    again = (
        given(*STORY, FOUND, ANSWERED, ESCALATED, second)
        .asks(EscalateComplaint(level=2, reason="不接受"), SPECIALIST)
        .decided
    )
    assert isinstance(again, tuple)
    assert [(event.level, event.owner_role) for event in again if isinstance(event, ComplaintEscalated)] == [
        (3, "manager")
    ]


def test_an_answer_that_is_overdue_may_be_escalated_and_is_told_upwards() -> None:
    """C12, K20, X4"""
    watch = KeepWatch(duty="K20", item="1")
    overdue = given(*STORY).asks(watch, asked_by("system", now=DUE)).decided
    assert names(overdue) == ["DutyOverdue", "DutyEscalated"]
    assert isinstance(overdue, tuple)
    story = given(*STORY, *overdue).state
    late = asked_by("cs_specialist", now=DUE + timedelta(hours=1))
    assert names(TICKET.decide(EscalateComplaint(level=1, reason="没人答复"), story, late)) == ["ComplaintEscalated"]


def test_a_content_customer_and_a_supervisors_signature_close_it_without_a_visit() -> None:
    """C11, C12"""
    settle, sign = SettleComplaint(), SignBySupervisor()
    settled = (*STORY, FOUND, REPLIED, ANSWERED, SETTLED)
    assert [
        given(*STORY, FOUND).asks(settle, SPECIALIST).decided,
        given(*STORY, FOUND, ANSWERED).asks(settle, SPECIALIST).decided,
        given(*settled).asks(settle, SPECIALIST).decided,
        given(*STORY, FOUND, ANSWERED).asks(sign, DESK_SUPERVISOR).decided,
        given(*settled).asks(sign, MANAGER).decided,
        given(*settled, SIGNED).asks(sign, MANAGER).decided,
        given(*settled).asks(sign, SPECIALIST).decided,
        given(*STORY).asks(CloseTicket(), SPECIALIST).decided,
        given(*settled).asks(CloseTicket(), SPECIALIST).decided,
        names(given(*settled, SIGNED).asks(CloseTicket(), SPECIALIST).decided),
    ] == [
        no("not_answered", level=1),
        (SETTLED,),
        (),
        no("nothing_to_sign"),
        (SIGNED,),
        (),
        no("not_a_supervisor", role="cs_specialist"),
        still_missing(("finding", "solution", "content", "signature")),
        still_missing(("signature",)),
        ["TicketClosed"],
    ]


def test_a_complaint_that_is_reopened_is_one_level_up() -> None:
    """C12"""
    closed = given(*STORY, FOUND, REPLIED, ANSWERED, SETTLED, SIGNED).asks(CloseTicket(), SPECIALIST).decided
    assert isinstance(closed, tuple)
    story = given(*STORY, FOUND, REPLIED, ANSWERED, SETTLED, SIGNED, *closed).state
    again = TICKET.decide(ReopenTicket(reason="不接受"), story, SPECIALIST)
    assert isinstance(again, tuple)
    assert again[1:] == (ESCALATED,)
    given(*STORY, FOUND, ANSWERED, SETTLED, SIGNED, *closed, *again).asks(CloseTicket(), SPECIALIST).refuses(
        still_missing(("solution", "content", "signature"))
    )


def test_a_complaint_is_cancelled_by_a_supervisor_only() -> None:
    """C12"""
    cancel = CancelTicket(cause="customer_withdrew", reason="撤回")
    assert [
        given(*STORY).asks(cancel, SPECIALIST).decided,
        names(given(*STORY).asks(cancel, DESK_SUPERVISOR).decided),
    ] == [
        no("complaint_needs_supervisor"),
        ["TicketCancelled"],
    ]


@pytest.mark.parametrize("command", [Investigate(finding="x"), AnswerComplaint(solution="x"), SettleComplaint()])
def test_what_is_no_complaint_is_not_handled_as_one(command: Any) -> None:
    """C12"""
    given(opened()).asks(command, MANAGER).refuses(no("not_a_complaint"))
