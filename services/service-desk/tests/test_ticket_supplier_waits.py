"""Waiting for a supplier: visible, and the clocks of reply and complaint stand."""

from datetime import timedelta

from desk_cases import NINE, NOW, POLICY, SPECIALIST, asked_by, booked, completed, given, names, opened

from company.business_time import Pause
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
from service_desk.ticket.ticket import due

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
        given(OPENED).asks(START, PROCUREMENT).decided,
        given(OPENED, STARTED).asks(START, PROCUREMENT).decided,
        given(OPENED, STARTED).asks(other, PROCUREMENT).decided,
        given(OPENED, STARTED, ENDED).asks(START.model_copy(update={"at": ENDS - timedelta(1)}), WHEN_IT_ENDS).decided,
    ] == [(STARTED,), (), no("waiting_already", supplier="恒洁配件"), no("wait_before_last", until=ENDS)]


def test_the_clock_stands_meanwhile_and_goes_on_later_by_as_long() -> None:
    """C13, K13"""
    end = EndSupplierWait(outcome="已寄出")
    given(OPENED, STARTED).asks(end, WHEN_IT_ENDS).then(ENDED)
    assert LATER.due == DUE + timedelta(days=2)
    assert [
        due(given(OPENED, STARTED).state),
        given(OPENED, STARTED).asks(KeepWatch(duty="K13"), asked_by("system", now=DUE)).decided,
        [timer.at for timer in due(given(OPENED, STARTED, ENDED).state)],
    ] == [(), (), [LATER.warn_at]]


def test_a_reply_while_it_waits_is_in_time() -> None:
    """C13, K13"""
    late = asked_by("cs_specialist", now=DUE + timedelta(hours=5))
    given(OPENED, STARTED).asks(Reply(note="等配件"), late).then(
        TicketReplied(
            at=late.now,
            ticket_id="T-1",
            note="等配件",
            due=reply_watch(NINE, POLICY, [Pause(NOW, late.now)]).due,
        )
    )


def test_a_wait_that_is_told_late_moves_a_clock_that_had_run_out() -> None:
    """C13, X1"""
    overdue = ReplyOverdue(at=DUE, ticket_id="T-1", due=DUE)
    story = given(OPENED, overdue, STARTED, ENDED).state
    assert [timer.at for timer in due(story)] == [LATER.warn_at]


def test_a_wait_that_began_after_the_reply_was_owed_moves_nothing() -> None:
    """C13"""
    began = STARTED.model_copy(update={"at": DUE + timedelta(hours=1)})
    told = asked_by("procurement", now=DUE + timedelta(days=1))
    ended = given(OPENED, began).asks(EndSupplierWait(), told).decided
    assert isinstance(ended, tuple)
    assert [event.watches for event in ended if isinstance(event, SupplierWaitEnded)] == [()]


def test_a_wait_ends_after_it_began_and_once() -> None:
    """C13"""
    end = EndSupplierWait()
    early = end.model_copy(update={"at": NOW - timedelta(minutes=1)})
    assert [
        given(OPENED).asks(end, PROCUREMENT).decided,
        given(OPENED, STARTED).asks(early, PROCUREMENT).decided,
        given(OPENED, STARTED, ENDED).asks(end, WHEN_IT_ENDS).decided,
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
        given(OPENED).asks(reckon, again).decided,
        given(OPENED, reckoned).asks(reckon, again).decided,
        given(OPENED).asks(reckon, asked_by("cs_supervisor")).decided,
        given(OPENED, overdue).asks(reckon, late).decided,
        given(OPENED, STARTED).asks(reckon, again).decided,
        [timer.at for timer in due(given(OPENED, reckoned).state)],
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
        given(OPENED, STARTED, *done).asks(CloseTicket(), SPECIALIST).decided,
        names(given(OPENED, STARTED, ENDED, *done).asks(CloseTicket(), SPECIALIST).decided),
    ] == [no("still_waiting", supplier="恒洁配件"), ["TicketClosed"]]
