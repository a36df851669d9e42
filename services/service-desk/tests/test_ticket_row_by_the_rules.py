"""Where a ticket's row once said other than its rules or the API: the rules decide."""

from datetime import UTC, date, datetime, time, timedelta

from desk_cases import (
    DESK_SUPERVISOR,
    INSTALL_SUPERVISOR,
    NEXT_ON,
    NEXT_WINDOW,
    NOW,
    ON,
    POLICY,
    SPECIALIST,
    asked_by,
    opening,
)
from test_ticket_next_step import BOOK, REPLY, Asked, row

from company.context import Context
from contracts.service_desk_duties import CalendarDay, OpenSpan
from service_desk.duties import KeepWatch
from service_desk.ticket.complaint import AnswerComplaint, Investigate, SettleComplaint
from service_desk.ticket.consultation import AnswerByPhone, FollowUp
from service_desk.ticket.ending import CancelTicket, ReopenTicket
from service_desk.ticket.leftover_order import TakeInformation
from service_desk.ticket.quote import JudgeCoverage
from service_desk.ticket.request import OpenTicket
from service_desk.ticket.row import TICKETS
from service_desk.ticket.standing import Standing
from service_desk.ticket.state import INITIAL, Ticket
from service_desk.ticket.supplier_wait import EndSupplierWait, ReckonClocks, StartSupplierWait
from service_desk.ticket.ticket import TICKET, evolve
from service_desk.ticket.visit import BookVisit, CallBack, CompleteVisit, SignBySupervisor
from service_desk.ticket.visit_preparation import AssignVisit, CancelVisit
from service_desk.ticket.why import reasons

WAIT = StartSupplierWait(supplier="恒洁", reason="外购")
GIVEN_UP: Asked = (CancelVisit(visit_no=1, reason="改期"), SPECIALIST)
LATER = asked_by("cs_specialist", "liang.my", NOW + timedelta(hours=20))


def after(opened: OpenTicket, *asked: Asked, ctx: Context = SPECIALIST) -> Ticket:
    """The ticket itself."""
    ticket: Ticket = INITIAL
    for command, by in ((opened, ctx), *asked):
        decision = TICKET.decide(command, ticket, by)
        assert isinstance(decision, tuple), decision
        for event in decision:
            ticket = evolve(ticket, event)
    return ticket


def stands(opened: OpenTicket, *asked: Asked, ctx: Context = SPECIALIST) -> Standing:
    """Its row."""
    standing = TICKETS.view(after(opened, *asked, ctx=ctx))
    assert standing is not None
    return standing


def test_a_reply_given_while_the_clock_stood_is_shown_with_the_time_by_which_it_was_owed() -> None:
    """C2, C13: it is in time, so its deadline is not before it"""
    ticket = row(opening(), (WAIT, SPECIALIST), (REPLY[0], LATER))
    assert (ticket.reply_late, ticket.replied_at, ticket.replied_at < ticket.reply_due) == (False, LATER.now, True)


def test_a_reply_whose_clock_goes_on_after_a_wait_that_was_told_late_is_not_late() -> None:
    """C13, X1"""
    due = NOW + timedelta(hours=12)
    overdue: Asked = (KeepWatch(duty="K13"), asked_by("system", "system", due))
    told_late = (WAIT.model_copy(update={"at": NOW + timedelta(hours=1)}), LATER)
    late = row(opening(), overdue)
    on_time = row(opening(), overdue, told_late, (EndSupplierWait(), LATER))
    assert (late.reply_late, late.overdue, on_time.reply_late, on_time.overdue) == (True, True, False, False)


def test_a_call_back_about_a_visit_that_was_given_up_is_nobodys() -> None:
    """C10, C11: what closes the ticket belongs to the visit"""
    called: Asked = (CallBack(satisfied=True), asked_by("cs_specialist", now=NEXT_WINDOW.ends))
    ticket = row(opening(), REPLY, BOOK, called, (GIVEN_UP[0], asked_by("cs_specialist", now=NEXT_WINDOW.ends)))
    assert (ticket.status, ticket.call_back) == ("visit_failed", None)


def test_a_complaint_that_was_signed_stays_signed_when_a_visit_is_given_up() -> None:
    """C12: it closes, nobody signs twice"""
    settled: tuple[Asked, ...] = (
        REPLY,
        (Investigate(finding="未调平"), INSTALL_SUPERVISOR),
        (AnswerComplaint(solution="上门调"), DESK_SUPERVISOR),
        (SettleComplaint(), SPECIALIST),
        (SignBySupervisor(), DESK_SUPERVISOR),
    )
    ticket = row(opening(kind="complaint"), *settled, BOOK, GIVEN_UP)
    assert (ticket.next_step, ticket.signed_by) == ("close", "ou.yl")
    assert "sign_by_supervisor" not in TICKET.offers(after(opening(kind="complaint"), *settled, BOOK, GIVEN_UP))


def test_a_technician_who_was_replaced_has_no_visit_of_it_any_more() -> None:
    """C18: the rules hear them no more, so they see it no more"""
    replaced: Asked = (AssignVisit(visit_no=1, technician="lin.h"), INSTALL_SUPERVISOR)
    assert stands(opening(), REPLY, BOOK, replaced).technicians == ("lin.h",)


def test_a_clock_that_stands_is_not_about_to_fall_due() -> None:
    """C13, X4: the queue of what is due soon passes it over, as the page shows it"""
    warned: Asked = (KeepWatch(duty="K13"), asked_by("system", "system", NOW + timedelta(hours=11)))
    ticket = stands(opening(), warned, (WAIT, LATER))
    assert [clock.state for clock in ticket.duties] == ["held"]
    assert [clock.state for clock in stands(opening(), warned).duties] == ["warned"]


def test_the_end_of_the_warranty_is_what_was_told_last() -> None:
    """C5"""
    judged = JudgeCoverage(fault="wear", warranty="out", warranty_ends_on=date(2025, 1, 9), reason="查合同")
    ticket = row(opening(warranty="in", warranty_ends_on=date(2028, 3, 1)), (judged, SPECIALIST))
    assert (ticket.warranty, ticket.warranty_ends_on) == ("out", date(2025, 1, 9))


def test_the_manager_comes_after_a_visit_that_was_not_let_in_until_the_ticket_begins_anew() -> None:
    """C10"""
    refused: tuple[Asked, ...] = (REPLY, BOOK, (CompleteVisit(visit_no=1, outcome="not_let_in"), SPECIALIST))
    anew: tuple[Asked, ...] = (
        (CancelTicket(cause="other", reason="x"), SPECIALIST),
        (ReopenTicket(reason="y"), SPECIALIST),
        (REPLY[0], LATER),
    )
    alone = BookVisit(on=NEXT_ON, window=NEXT_WINDOW, technician="zhou.jm")
    assert row(opening(), *refused).next_step == "book_with_manager"
    assert row(opening(), *refused, *anew).next_step == "book_again"
    assert row(opening(), *refused, *anew, (alone, LATER)).status == "visit_agreed"


def test_what_has_to_be_ordered_can_be_ordered_whatever_the_kind_of_ticket() -> None:
    """C9: the visit waits for the order, so the page offers it"""
    told: Asked = (TakeInformation(findings="缺件", order_needed=True), SPECIALIST)
    assert stands(opening(kind="repair"), REPLY, told).next_step == "place_order"
    assert "place_leftover_order" in TICKET.offers(after(opening(kind="repair"), REPLY, told))


def test_advice_that_did_not_help_can_be_judged_where_a_visit_waits_for_it() -> None:
    """C5, C6"""
    unhelped: tuple[Asked, ...] = (
        (AnswerByPhone(answer="重启"), SPECIALIST),
        (FollowUp(solved=False), SPECIALIST),
    )
    unknown, covered = (opening(kind="consultation", warranty=warranty) for warranty in ("unknown", "in"))
    assert "book_visit" not in TICKET.offers(after(unknown, *unhelped))
    assert "judge_coverage" in TICKET.offers(after(unknown, *unhelped))
    assert "judge_coverage" not in TICKET.offers(after(covered, *unhelped))


def test_why_a_deadline_is_so_knows_the_days_that_were_corrected() -> None:
    """C1, C2: its spans end when the reply is due"""
    shifts = POLICY.model_copy(update={"reply_clock": "service"})
    evening = datetime(2026, 3, 13, 9, 30, tzinfo=UTC)
    ctx = asked_by("cs_specialist", now=evening, policy=shifts)
    short = CalendarDay(on=ON, shifts=(OpenSpan(opens=time(14), closes=time(16)),), why="消防检查")
    ticket = stands(opening(), (ReckonClocks(reason="更正", corrections=(short,)), ctx), ctx=ctx)
    (clock,) = ticket.duties
    why, published = (
        reasons(one, clock, shifts, NOW) for one in (ticket, ticket.model_copy(update={"corrections": ()}))
    )
    assert why.terms is not None
    assert (why.used_minutes * 60, why.spans[-1].ends) == (why.terms.seconds, clock.due)
    assert published.spans[-1].ends != clock.due


def test_why_a_deadline_is_so_is_told_while_it_stands() -> None:
    """C13: a wait that lasts counts up to now"""
    ticket = stands(opening(), (WAIT, SPECIALIST))
    why = reasons(ticket, ticket.duties[0], POLICY, NOW + timedelta(hours=2))
    assert why.paused_minutes == 120
