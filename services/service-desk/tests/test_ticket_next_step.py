"""What a ticket needs next, in its row: before the visit, on the phone, of a complaint; and the clocks that run."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desk_cases import (
    DESK_SUPERVISOR,
    INSTALL_SUPERVISOR,
    MANAGER,
    NEXT_ON,
    NEXT_WINDOW,
    NOW,
    ON,
    SPECIALIST,
    TECHNICIAN,
    WINDOW,
    asked_by,
    opening,
    shown_to,
)

from company.context import Context
from contracts.fact import members
from contracts.service_desk import TicketEvent
from runtime.decision import Command, Rejected
from runtime.said import Saying
from service_desk.duties import KeepWatch
from service_desk.ticket.complaint import AnswerComplaint, EscalateComplaint, Investigate, SettleComplaint
from service_desk.ticket.consultation import AnswerByPhone, FollowUp
from service_desk.ticket.ending import CancelTicket, ReopenTicket
from service_desk.ticket.leftover_order import (
    ApproveLeftoverOrder,
    NoteLeftoverArrival,
    PlaceLeftoverOrder,
    TakeInformation,
)
from service_desk.ticket.part import AnswerAsExpert, ApproveParts, AskExpert, NotePartsReady, RouteParts
from service_desk.ticket.quote import AcceptQuote, DeclineQuote, GiveQuote, JudgeCoverage
from service_desk.ticket.reply import Reply
from service_desk.ticket.request import OpenTicket
from service_desk.ticket.shapes import TicketDetail
from service_desk.ticket.state import INITIAL
from service_desk.ticket.supplier_wait import EndSupplierWait, StartSupplierWait
from service_desk.ticket.ticket import TICKET, evolve
from service_desk.ticket.timeline import WORDS
from service_desk.ticket.visit import BookVisit, CompleteVisit, SignBySupervisor
from service_desk.ticket.visit_preparation import ArriveAtVisit, CancelVisit, MoveVisit

Asked = tuple[Command, Context]
REPLY: Asked = (Reply(note="好"), SPECIALIST)
BOOK: Asked = (BookVisit(on=ON, window=WINDOW, technician="zhou.jm"), SPECIALIST)


def row(opened: OpenTicket, *asked: Asked) -> TicketDetail:
    """A ticket after these commands, all of which are accepted."""
    ticket, said = INITIAL, list[Saying[Any]]()
    for command, ctx in ((opened, SPECIALIST), *asked):
        decision = TICKET.decide(command, ticket, ctx)
        assert not isinstance(decision, Rejected), decision
        for event in decision:
            ticket = evolve(ticket, event)
            said.append(Saying(ctx.by, event, ctx.now))
    return shown_to("cs_specialist", said)


def steps(opened: OpenTicket, *asked: Asked) -> list[str | None]:
    """What was needed after each of them."""
    return [row(opened, *asked[:count]).next_step for count in range(len(asked) + 1)]


def test_money_comes_before_the_visit() -> None:
    """C5"""
    assert steps(
        opening(warranty="unknown"),
        REPLY,
        (JudgeCoverage(fault="wear", warranty="in", reason="看过"), SPECIALIST),
        (GiveQuote(quote_no="B1", parts_fen=1), SPECIALIST),
        (DeclineQuote(quote_no="B1", reason="贵"), SPECIALIST),
        (GiveQuote(quote_no="B2", parts_fen=1), SPECIALIST),
        (AcceptQuote(quote_no="B2", accepted_by="马娜"), SPECIALIST),
        BOOK,
    ) == [
        "reply",
        "judge_coverage",
        "quote",
        "quote_answer",
        "quote_again",
        "quote_answer",
        "book_visit",
        "prepare_papers",
    ]


def test_expert_and_parts_come_before_the_visit() -> None:
    """C7"""
    loan = RouteParts.model_validate(
        {"part_no": "P1", "route": "showroom_loan", "name": "密封圈", "return_by": "2026-04-13"}
    )
    assert steps(
        opening(),
        REPLY,
        (AskExpert(reason="never_seen", question="E9"), SPECIALIST),
        (AnswerAsExpert(answer="换主板"), MANAGER),
        (loan, SPECIALIST),
        (ApproveParts(part_no="P1"), DESK_SUPERVISOR),
        (RouteParts(part_no="P2", route="purchase", name="主板"), SPECIALIST),
        (NotePartsReady(part_no="P2"), SPECIALIST),
    ) == [
        "reply",
        "book_visit",
        "expert_answer",
        "book_visit",
        "approve_parts",
        "book_visit",
        "await_parts",
        "book_visit",
    ]


def test_a_consultation_is_advised_followed_up_and_closed() -> None:
    """C6"""
    assert steps(
        opening(kind="consultation"),
        (AnswerByPhone(answer="重启"), SPECIALIST),
        (FollowUp(solved=False), SPECIALIST),
        (AnswerByPhone(answer="关水阀"), SPECIALIST),
        (FollowUp(solved=True), SPECIALIST),
    ) == ["reply", "follow_up", "advise_again", "follow_up", "close"]


def test_a_complaint_is_investigated_answered_and_settled_or_goes_up() -> None:
    """C12"""
    assert steps(
        opening(kind="complaint"),
        REPLY,
        (Investigate(finding="未调平"), INSTALL_SUPERVISOR),
        (AnswerComplaint(solution="上门调"), DESK_SUPERVISOR),
        (EscalateComplaint(level=1, reason="不接受"), SPECIALIST),
        (AnswerComplaint(solution="换新"), MANAGER),
        (SettleComplaint(), SPECIALIST),
        (SignBySupervisor(), DESK_SUPERVISOR),
    ) == [
        "reply",
        "investigate",
        "answer_complaint",
        "ask_content",
        "answer_complaint",
        "ask_content",
        "signature",
        "close",
    ]


def test_a_leftover_that_came_damaged_is_ordered_anew() -> None:
    """C9"""
    assert steps(
        opening(kind="leftover"),
        REPLY,
        (TakeInformation(findings="缺件", order_needed=True), SPECIALIST),
        (PlaceLeftoverOrder(order_no="YL1", items="x"), asked_by("store", "wu.xm")),
        (ApproveLeftoverOrder(order_no="YL1"), INSTALL_SUPERVISOR),
        (NoteLeftoverArrival(order_no="YL1", damaged=True), SPECIALIST),
        (NoteLeftoverArrival(order_no="YL1"), SPECIALIST),
    ) == ["reply", "take_information", "place_order", "approve_order", "await_goods", "order_anew", "book_visit"]


def test_a_ticket_that_waits_for_a_supplier_says_so_and_its_clock_stands() -> None:
    """C13"""
    wait = StartSupplierWait.model_validate({"supplier": "恒洁", "reason": "外购", "expected_on": "2026-03-20"})
    waiting = row(opening(), (wait, SPECIALIST))
    over = row(opening(), (wait, SPECIALIST), (EndSupplierWait(), asked_by("x", now=NOW + timedelta(days=1))))
    assert (
        (waiting.next_step, waiting.next_due, [duty.state for duty in waiting.duties]),
        (over.next_step, over.next_due, over.waiting),
    ) == (
        ("await_supplier", datetime(2026, 3, 20, 16, tzinfo=UTC), ["held"]),
        ("reply", NOW + timedelta(hours=36), None),
    )


def test_what_is_overdue_shows_with_whom_was_told() -> None:
    """K13, X4"""
    due = NOW + timedelta(hours=12)
    late = asked_by("system", "system", now=due + timedelta(hours=2))
    ticket = row(opening(), (KeepWatch(duty="K13"), late))
    assert (ticket.overdue, ticket.told, ticket.reply_late, ticket.next_due) == (
        True,
        ("cs_supervisor", "manager"),
        True,
        due,
    )


@pytest.mark.parametrize(
    ("asked", "status", "step"),
    [
        ((BOOK, (CancelVisit(visit_no=1, reason="改期"), SPECIALIST)), "visit_failed", "book_visit"),
        ((BOOK, (ArriveAtVisit(visit_no=1, identity_shown=True), TECHNICIAN)), "visit_agreed", "prepare_papers"),
        (((CancelTicket(cause="other", reason="x"), SPECIALIST),), "cancelled", None),
        (
            ((CancelTicket(cause="other", reason="x"), SPECIALIST), (ReopenTicket(reason="y"), SPECIALIST)),
            "received",
            "reply",
        ),
    ],
)
def test_how_it_goes_on(asked: tuple[Asked, ...], status: str, step: str | None) -> None:
    """C10, C11"""
    ticket = row(opening(), REPLY, *asked)
    assert (ticket.status, ticket.next_step) == (status, step)


def test_a_visit_keeps_its_moves_and_its_clock_moves_along() -> None:
    """C3, K14"""
    move = MoveVisit(visit_no=1, on=NEXT_ON, window=NEXT_WINDOW, reason="出差")
    ticket = row(opening(), REPLY, BOOK, (move, SPECIALIST))
    (visit,) = ticket.visits
    assert ([m.reason for m in visit.moves], visit.on, ticket.next_due) == (["出差"], NEXT_ON, NEXT_WINDOW.ends)


def test_the_form_is_the_clock_that_runs_after_the_repair() -> None:
    """K15"""
    done = CompleteVisit(visit_no=1, outcome="repaired", report_ref="BG1")
    ticket = row(opening(), REPLY, BOOK, (done, SPECIALIST))
    signed = row(opening(), REPLY, BOOK, (done, SPECIALIST), (SignBySupervisor(), DESK_SUPERVISOR))
    assert ([duty.duty for duty in ticket.duties], ticket.next_due, signed.duties) == (
        ["K15"],
        datetime(2026, 3, 14, 16, tzinfo=UTC),
        (),
    )


def test_each_event_has_its_words_in_the_timeline() -> None:
    """C4"""
    assert set(WORDS) == {kind.__name__ for kind in members(TicketEvent)}
