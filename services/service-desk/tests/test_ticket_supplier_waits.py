"""Waiting for a supplier: visible, and the clocks of reply and complaint stand."""

from datetime import timedelta

from desk_cases import NINE, NOW, POLICY, SPECIALIST, asked_by, booked, completed, given, names, opened

from contracts.business_time import Pause
from contracts.service_desk_duties import ClocksReckoned
from contracts.service_desk_repairs import SupplierWaitEnded, SupplierWaitStarted
from contracts.service_desk_tickets import ReplyOverdue, TicketReplied
from contracts.service_desk_visits import CalledBack, RepairAccepted, SupervisorSigned
from service_desk.clocks import reply_watch
from service_desk.duties import KeepWatch
from service_desk.refusals import no
from service_desk.ticket.ending import CloseTicket
from service_desk.ticket.reply import Reply
from service_desk.ticket.supplier_wait import EndSupplierWait, ReckonClocks, StartSupplierWait
from service_desk.ticket.ticket import TICKET, due

OPENED = opened()
DUE = reply_watch(NINE, POLICY).due
START = StartSupplierWait(supplier="恒洁配件", reason="电路板外购")
STARTED = SupplierWaitStarted(
    at=NOW, ticket_id="T-1", wait_no=1, supplier="恒洁配件", reason="电路板外购", expected_on=None
)
ENDS = NOW + timedelta(days=2)
LATER = reply_watch(NINE, POLICY, [Pause(NOW, ENDS)])
ENDED = SupplierWaitEnded(
    at=ENDS, ticket_id="T-1", wait_no=1, supplier="恒洁配件", since=NOW, outcome="已寄出", watches=(LATER,)
)
PROCUREMENT = asked_by("procurement", "ye.cg")
WHEN_IT_ENDS = asked_by("procurement", "ye.cg", now=ENDS)


def test_a_ticket_waits_for_one_supplier_at_a_time() -> None:
    """C13"""
    other = START.model_copy(update={"supplier": "别家"})
    assert [
        TICKET.decide(START, given(OPENED), PROCUREMENT),
        TICKET.decide(START, given(OPENED, STARTED), PROCUREMENT),
        TICKET.decide(other, given(OPENED, STARTED), PROCUREMENT),
        TICKET.decide(
            START.model_copy(update={"at": ENDS - timedelta(1)}), given(OPENED, STARTED, ENDED), WHEN_IT_ENDS
        ),
    ] == [(STARTED,), (), no("waiting_already", supplier="恒洁配件"), no("wait_before_last", until=ENDS)]


def test_the_clock_stands_meanwhile_and_goes_on_later_by_as_long() -> None:
    """C13, K13"""
    end = EndSupplierWait(outcome="已寄出")
    assert TICKET.decide(end, given(OPENED, STARTED), WHEN_IT_ENDS) == (ENDED,)
    assert LATER.due == DUE + timedelta(days=2)
    assert [
        due(given(OPENED, STARTED)),
        TICKET.decide(KeepWatch(duty="K13"), given(OPENED, STARTED), asked_by("system", now=DUE)),
        [timer.at for timer in due(given(OPENED, STARTED, ENDED))],
    ] == [(), (), [LATER.warn_at]]


def test_a_reply_while_it_waits_is_in_time() -> None:
    """C13, K13"""
    late = asked_by("cs_specialist", now=DUE + timedelta(hours=5))
    assert TICKET.decide(Reply(note="等配件"), given(OPENED, STARTED), late) == (
        TicketReplied(
            at=late.now,
            ticket_id="T-1",
            note="等配件",
            due=reply_watch(NINE, POLICY, [Pause(NOW, late.now)]).due,
        ),
    )


def test_a_wait_that_is_told_late_moves_a_clock_that_had_run_out() -> None:
    """C13, X1"""
    overdue = ReplyOverdue(at=DUE, ticket_id="T-1", due=DUE)
    story = given(OPENED, overdue, STARTED, ENDED)
    assert [timer.at for timer in due(story)] == [LATER.warn_at]


def test_a_wait_that_began_after_the_reply_was_owed_moves_nothing() -> None:
    """C13"""
    began = STARTED.model_copy(update={"at": DUE + timedelta(hours=1)})
    told = asked_by("procurement", now=DUE + timedelta(days=1))
    ended = TICKET.decide(EndSupplierWait(), given(OPENED, began), told)
    assert isinstance(ended, tuple)
    assert [event.watches for event in ended if isinstance(event, SupplierWaitEnded)] == [()]


def test_a_wait_ends_after_it_began_and_once() -> None:
    """C13"""
    end = EndSupplierWait()
    early = end.model_copy(update={"at": NOW - timedelta(minutes=1)})
    assert [
        TICKET.decide(end, given(OPENED), PROCUREMENT),
        TICKET.decide(early, given(OPENED, STARTED), PROCUREMENT),
        TICKET.decide(end, given(OPENED, STARTED, ENDED), WHEN_IT_ENDS),
    ] == [no("not_waiting"), no("wait_ends_before", since=NOW), ()]


def test_a_change_of_calendar_moves_open_clocks_and_leaves_judged_ones() -> None:
    """C1, K22"""
    longer = POLICY.model_copy(update={"revision": "2026-03-13", "reply_within_hours": 24})
    again = asked_by("cs_supervisor", "ou.yl", policy=longer)
    late = asked_by("cs_supervisor", "ou.yl", now=DUE + timedelta(hours=1), policy=longer)
    moved = reply_watch(NINE, longer)
    reckoned = ClocksReckoned(at=NOW, ticket_id="T-1", calendar="2026-03-13", reason="放假通知", watches=(moved,))
    reckon = ReckonClocks(reason="放假通知")
    overdue = ReplyOverdue(at=DUE, ticket_id="T-1", due=DUE)
    assert [
        TICKET.decide(reckon, given(OPENED), again),
        TICKET.decide(reckon, given(OPENED, reckoned), again),
        TICKET.decide(reckon, given(OPENED), asked_by("cs_supervisor")),
        TICKET.decide(reckon, given(OPENED, overdue), late),
        TICKET.decide(reckon, given(OPENED, STARTED), again),
        [timer.at for timer in due(given(OPENED, reckoned))],
    ] == [(reckoned,), (), (), (), (), [moved.warn_at]]


def test_a_ticket_that_waits_does_not_close() -> None:
    """C11, C13"""
    done = (
        booked(),
        completed(),
        RepairAccepted(at=NOW, ticket_id="T-1", accepted_by="马娜", rating=5, technician="zhou.jm"),
        SupervisorSigned(at=NOW, ticket_id="T-1"),
        CalledBack(at=NOW, ticket_id="T-1", satisfied=True, note=""),
    )
    assert [
        TICKET.decide(CloseTicket(), given(OPENED, STARTED, *done), SPECIALIST),
        names(TICKET.decide(CloseTicket(), given(OPENED, STARTED, ENDED, *done), SPECIALIST)),
    ] == [no("still_waiting", supplier="恒洁配件"), ["TicketClosed"]]
