"""A visit is agreed, ends, is accepted, signed and called back about; then the ticket closes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from typing import Any

import pytest
from desk_cases import given

from company.context import Context
from company.policy import policy_book
from contracts.civil_time import civil
from contracts.fact import Customer, Window
from contracts.service_desk import TicketEvent
from contracts.service_desk_tickets import TicketClosed, TicketOpened, TicketReplied
from contracts.service_desk_visits import (
    CalledBack,
    FormHandedIn,
    RepairAccepted,
    SupervisorSigned,
    VisitBooked,
    VisitCompleted,
)
from runtime.decision import Rejected
from service_desk.clocks import form_watch, visit_watch
from service_desk.refusals import no
from service_desk.ticket.ending import CloseTicket, still_missing
from service_desk.ticket.reply import Reply
from service_desk.ticket.ticket import TICKET
from service_desk.ticket.visit import AcceptRepair, BookVisit, CallBack, CompleteVisit, GiveRating, SignBySupervisor
from service_desk.ticket.visit_preparation import HandInForm

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
WINDOW = Window(starts=datetime(2026, 3, 14, 1, tzinfo=UTC), ends=datetime(2026, 3, 14, 3, tzinfo=UTC))
NEXT_WINDOW = Window(starts=datetime(2026, 3, 15, 1, tzinfo=UTC), ends=datetime(2026, 3, 15, 3, tzinfo=UTC))
REPLY_DUE = NOW + timedelta(hours=11)
OPENED = TicketOpened(
    at=NOW - timedelta(hours=1),
    ticket_id="T-1",
    kind="repair",
    channel="phone",
    contract_no="HT26030001",
    customer=CUSTOMER,
    product="连体坐便器",
    quantity=1,
    problem="漏水",
    proof=(),
    reply_due=REPLY_DUE,
)
BOOK = BookVisit(on=date(2026, 3, 14), window=WINDOW, technician="zhou.jm", asked_for="周六上午")
BOOKED = VisitBooked(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    contract_no="HT26030001",
    customer=CUSTOMER,
    on=date(2026, 3, 14),
    window=WINDOW,
    technician="zhou.jm",
    problem="漏水",
    asked_for="周六上午",
    watch=visit_watch(WINDOW, 1, "zhou.jm", policy_book().at(NOW)),
)
BOOK_AGAIN = BookVisit(on=date(2026, 3, 15), window=NEXT_WINDOW, technician="zhou.jm")
BOOKED_AGAIN = BOOKED.model_copy(
    update={
        "visit_no": 2,
        "on": date(2026, 3, 15),
        "window": NEXT_WINDOW,
        "asked_for": "",
        "watch": visit_watch(NEXT_WINDOW, 2, "zhou.jm", policy_book().at(NOW)),
    }
)
COMPLETED = VisitCompleted(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    technician="zhou.jm",
    outcome="repaired",
    report_ref="BG1",
    note="换了密封圈",
    window_ends=WINDOW.ends,
    contract_no="HT26030001",
    customer=CUSTOMER,
    watch=form_watch(NOW, 1, "zhou.jm", policy_book().at(NOW)),
)
ACCEPTED = RepairAccepted(at=NOW, ticket_id="T-1", accepted_by="马娜", rating=5, technician="zhou.jm")
SIGNED = SupervisorSigned(at=NOW, ticket_id="T-1")
CALLED = CalledBack(at=NOW, ticket_id="T-1", satisfied=True, note="")
CLOSED = TicketClosed(
    at=NOW,
    ticket_id="T-1",
    kind="repair",
    contract_no="HT26030001",
    customer=CUSTOMER,
    visit_no=1,
    technician="zhou.jm",
)
FORM = FormHandedIn(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    technician="zhou.jm",
    form_ref="",
    due=form_watch(NOW, 1, "zhou.jm", policy_book().at(NOW)).due,
)
DONE = (OPENED, BOOKED, COMPLETED, ACCEPTED, SIGNED, CALLED)

COMPLETE = CompleteVisit(visit_no=1, outcome="repaired", report_ref="BG1", note="换了密封圈")
ACCEPT = AcceptRepair(accepted_by="马娜", rating=5)
SIGN = SignBySupervisor()
CALL = CallBack(satisfied=True)
CLOSE = CloseTicket()


def asked_by(role: str) -> Context:
    return Context(now=NOW, by="x", role=role, policy=policy_book().at(NOW))


SPECIALIST = asked_by("cs_specialist")
SUPERVISOR = asked_by("cs_supervisor")


def failed(outcome: str) -> VisitCompleted:
    return COMPLETED.model_copy(update={"outcome": outcome, "report_ref": None})


# --- booking --------------------------------------------------------------------------------------------------------


def test_a_visit_is_agreed_with_what_was_asked_for_and_what_was_agreed() -> None:
    """C3"""
    given(OPENED).asks(BOOK, SPECIALIST).then(BOOKED)


def test_the_same_visit_again_is_no_second_visit_also_when_it_is_over() -> None:
    """C3"""
    stories = ((BOOKED,), (BOOKED, COMPLETED), (BOOKED, failed("customer_absent"), BOOKED_AGAIN))
    assert [given(OPENED, *events).asks(BOOK, SPECIALIST).decided for events in stories] == [(), (), ()]


def test_another_visit_waits_for_the_agreed_one_to_end() -> None:
    """C3"""
    given(OPENED, BOOKED).asks(BOOK_AGAIN, SPECIALIST).refuses(no("visit_agreed", visit_no=1, starts=WINDOW.starts))


@pytest.mark.parametrize(
    "window",
    [
        Window(starts=WINDOW.ends, ends=WINDOW.starts),
        Window(starts=WINDOW.starts, ends=WINDOW.starts),
        Window(starts=WINDOW.starts, ends=WINDOW.ends + timedelta(days=1)),
        Window(starts=NOW - timedelta(hours=2), ends=NOW - timedelta(hours=1)),
        Window(starts=datetime.min.replace(tzinfo=UTC), ends=datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_window_that_is_no_span_of_the_day_ahead_is_refused(window: Window) -> None:
    """C3"""
    odd = BOOK.model_copy(update={"window": window})
    given(OPENED).asks(odd, SPECIALIST).refuses(no("bad_window", on="2026-03-14"))


# --- how it ended ---------------------------------------------------------------------------------------------------


def test_a_repair_is_on_record_with_its_report() -> None:
    """C10, C11"""
    given(OPENED, BOOKED).asks(COMPLETE, SPECIALIST).then(COMPLETED)


def test_a_repair_without_report_is_refused() -> None:
    """C11"""
    bare = COMPLETE.model_copy(update={"report_ref": None})
    given(OPENED, BOOKED).asks(bare, SPECIALIST).refuses(no("report_missing"))


@pytest.mark.parametrize("outcome", ["customer_absent", "parts_missing"])
def test_a_visit_that_repaired_nothing_is_booked_again(outcome: str) -> None:
    """C10"""
    given(OPENED, BOOKED, failed(outcome)).asks(BOOK_AGAIN, SPECIALIST).then(BOOKED_AGAIN)


def test_after_a_visit_that_was_not_let_in_the_manager_goes_in_person() -> None:
    """C10"""
    story = given(OPENED, BOOKED, failed("not_let_in")).state
    with_manager = BOOK_AGAIN.model_copy(update={"accompanied_by": "guan.yf"})
    assert [TICKET.decide(BOOK_AGAIN, story, SPECIALIST), TICKET.decide(with_manager, story, SPECIALIST)] == [
        no("manager_must_come"),
        (BOOKED_AGAIN.model_copy(update={"accompanied_by": "guan.yf"}),),
    ]


def test_the_manager_may_go_at_once_within_the_window_in_which_the_door_stayed_shut() -> None:
    """C10: the same time and technician again is no repeat of the first request; sent twice it is."""
    story = (OPENED, BOOKED, failed("not_let_in"))
    at_once = BOOK.model_copy(update={"accompanied_by": "guan.yf"})
    watch = visit_watch(WINDOW, 2, "zhou.jm", policy_book().at(NOW))
    booked = BOOKED.model_copy(update={"visit_no": 2, "accompanied_by": "guan.yf", "watch": watch})
    assert [
        given(*story).asks(at_once, SPECIALIST).decided,
        given(*story, booked).asks(at_once, SPECIALIST).decided,
    ] == [
        (booked,),
        (),
    ]


def test_a_visit_ends_once_and_in_one_way() -> None:
    """C10"""
    absent = CompleteVisit(visit_no=1, outcome="customer_absent")
    story = given(OPENED, BOOKED, COMPLETED).state
    assert [TICKET.decide(COMPLETE, story, SPECIALIST), TICKET.decide(absent, story, SPECIALIST)] == [
        (),
        no("visit_ended", visit_no=1, outcome="repaired"),
    ]


def test_a_visit_that_nobody_agreed_cannot_end() -> None:
    """C10"""
    second = COMPLETE.model_copy(update={"visit_no": 2})
    assert [
        given(OPENED).asks(COMPLETE, SPECIALIST).decided,
        given(OPENED, BOOKED).asks(second, SPECIALIST).decided,
    ] == [
        no("unknown_visit", visit_no=1),
        no("unknown_visit", visit_no=2),
    ]


def test_what_the_customer_accepted_cannot_have_failed() -> None:
    """C10, C11"""
    absent = CompleteVisit(visit_no=1, outcome="customer_absent")
    given(OPENED, BOOKED, ACCEPTED).asks(absent, SPECIALIST).refuses(no("accepted_already", accepted_by="马娜"))


# --- acceptance, signature, call-back -------------------------------------------------------------------------------


@pytest.mark.parametrize("rating", [5, 1, None])
def test_the_customer_accepts_and_was_asked_for_a_rating(rating: int | None) -> None:
    """C11"""
    accept = AcceptRepair(accepted_by="马娜", rating=rating)
    expected = ACCEPTED.model_copy(update={"rating": rating})
    given(OPENED, BOOKED, COMPLETED).asks(accept, SPECIALIST).then(expected)


@pytest.mark.parametrize("body", [{"accepted_by": "马娜"}, {"accepted_by": "马娜", "rating": 6}])
def test_an_acceptance_says_whether_a_rating_was_given_from_one_to_five(body: dict[str, Any]) -> None:
    """C11"""
    with pytest.raises(ValueError, match="rating"):
        AcceptRepair.model_validate(body)


def test_an_acceptance_holds_and_only_a_rating_may_follow() -> None:
    """C11"""
    unrated = given(OPENED, BOOKED, COMPLETED, ACCEPTED.model_copy(update={"rating": None})).state
    rated = given(OPENED, BOOKED, COMPLETED, ACCEPTED).state
    assert [
        TICKET.decide(ACCEPT, unrated, SPECIALIST),
        TICKET.decide(ACCEPT, rated, SPECIALIST),
        TICKET.decide(AcceptRepair(accepted_by="马娜", rating=1), rated, SPECIALIST),
        TICKET.decide(AcceptRepair(accepted_by="别人", rating=5), unrated, SPECIALIST),
    ] == [(ACCEPTED,), (), no("accepted_already", accepted_by="马娜"), no("accepted_already", accepted_by="马娜")]


def test_a_supervisor_signs_once_and_that_proves_that_the_form_is_in() -> None:
    """C9, K15"""
    assert [
        given(OPENED, BOOKED, COMPLETED).asks(SIGN, SUPERVISOR).decided,
        given(OPENED, BOOKED, COMPLETED, SIGNED).asks(SIGN, SUPERVISOR).decided,
        given(OPENED, BOOKED, COMPLETED).asks(SIGN, SPECIALIST).decided,
        given(OPENED, BOOKED, COMPLETED, FORM).asks(SIGN, SUPERVISOR).decided,
    ] == [(FORM, SIGNED), (), no("not_a_supervisor", role="cs_specialist"), (SIGNED,)]


@pytest.mark.parametrize(
    ("command", "who"),
    [
        (SIGN, SUPERVISOR),
        (CALL, SPECIALIST),
        (ACCEPT, SPECIALIST),
        (GiveRating(visit_no=1, rating=5), SPECIALIST),
        (HandInForm(visit_no=1), SPECIALIST),
    ],
)
def test_what_follows_a_repair_is_not_dated_before_it(command: Any, who: Context) -> None:
    """C9, X1: the customer may sign while the technician still writes, on the day of the visit."""
    ended = datetime(2026, 3, 14, 2, 30, tzinfo=UTC)
    repaired = given(OPENED, BOOKED, COMPLETED.model_copy(update={"at": ended})).state
    later = replace(who, now=ended + timedelta(days=1))
    the_day_before, at_the_door = ended - timedelta(days=1), ended - timedelta(minutes=20)

    def said(moment: datetime) -> str:
        answer = TICKET.decide(command.model_copy(update={"at": moment}), repaired, later)
        return answer.code if isinstance(answer, Rejected) else "taken"

    assert [said(the_day_before), said(at_the_door), said(ended)] == [
        "before_repair",
        "taken" if command is ACCEPT else "before_repair",
        "taken",
    ]


def test_nothing_is_signed_before_the_day_of_the_visit() -> None:
    """C9"""
    answer = given(OPENED, BOOKED).asks(SIGN, SUPERVISOR).decided
    assert answer == no("before_repair", at=NOW, ended_at=civil(date(2026, 3, 14), time()))


def test_the_specialist_calls_back_and_another_answer_is_another_call() -> None:
    """C9, C11"""
    unhappy = CallBack(satisfied=False, note="还在滴水")
    story = given(OPENED, BOOKED, COMPLETED, CALLED).state
    assert [
        given(OPENED, BOOKED, COMPLETED).asks(CALL, SPECIALIST).decided,
        TICKET.decide(CALL, story, SPECIALIST),
        TICKET.decide(unhappy, story, SPECIALIST),
    ] == [(CALLED,), (), (CalledBack(at=NOW, ticket_id="T-1", satisfied=False, note="还在滴水"),)]


@pytest.mark.parametrize("events", [(), (BOOKED, failed("customer_absent"))])
@pytest.mark.parametrize(
    ("command", "refused"),
    [
        (ACCEPT, no("nothing_to_accept")),
        (SIGN, no("nothing_to_sign")),
        (CALL, no("nothing_to_call_back")),
    ],
)
def test_without_a_visit_there_is_nothing_to_accept_sign_or_call_back_about(
    command: Any, refused: Rejected, events: tuple[TicketEvent, ...]
) -> None:
    """C11"""
    assert refused.code == "no_visit"
    assert given(OPENED, *events).asks(command, SUPERVISOR).decided == refused


# --- closing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations((COMPLETED, ACCEPTED, SIGNED, CALLED))))
def test_a_ticket_closes_once_all_is_there_in_whatever_order_it_came(order: tuple[TicketEvent, ...]) -> None:
    """C11"""
    story = [given(OPENED, BOOKED, *order[:there]).state for there in range(5)]
    answers = [TICKET.decide(CLOSE, ticket, SPECIALIST) for ticket in story]
    assert ([isinstance(no, Rejected) for no in answers[:4]], answers[4]) == (4 * [True], (CLOSED,))


@pytest.mark.parametrize(
    ("events", "missing"),
    [
        ((OPENED,), ("report", "acceptance", "rating", "signature", "call_back")),
        ((OPENED, BOOKED, ACCEPTED), ("report", "signature", "call_back")),
        ((OPENED, BOOKED, COMPLETED, SIGNED, CALLED), ("acceptance", "rating")),
        ((OPENED, BOOKED, COMPLETED, ACCEPTED, CALLED), ("signature",)),
        ((OPENED, BOOKED, COMPLETED, ACCEPTED, SIGNED), ("call_back",)),
        ((*DONE, BOOKED_AGAIN), ("report", "acceptance", "rating", "signature", "call_back")),
    ],
)
def test_closing_is_refused_with_the_names_of_what_is_missing(
    events: tuple[TicketEvent, ...], missing: tuple[str, ...]
) -> None:
    """C11"""
    given(*events).asks(CLOSE, SPECIALIST).refuses(still_missing(missing))


def test_the_refusal_to_close_is_words_for_a_person() -> None:
    """C11"""
    assert still_missing(("signature", "call_back")) == Rejected(
        code="gates_missing",
        rule="C11",
        zh="还不能结单，缺：主管签字、回访。请补齐后再结单。",
        en="It cannot be closed yet; missing: supervisor's signature, call-back.",
        facts={"missing": "signature,call_back"},
    )


def test_a_closed_ticket_takes_what_it_knows_and_nothing_new() -> None:
    """C11"""
    closed = given(*DONE, CLOSED).state
    repeats = (CLOSE, BOOK, COMPLETE, ACCEPT, SIGN, CALL)
    new = (BOOK_AGAIN, CallBack(satisfied=False), AcceptRepair(accepted_by="别人", rating=1))
    assert (
        [TICKET.decide(command, closed, SUPERVISOR) for command in repeats],
        [TICKET.decide(command, closed, SUPERVISOR) for command in new],
    ) == (6 * [()], 3 * [no("ticket_closed", ticket_id="T-1")])


def test_a_reply_that_is_told_after_closing_still_counts() -> None:
    """K13, X1"""
    given(*DONE, CLOSED).asks(Reply(note="当天已回复"), SPECIALIST).then(
        TicketReplied(at=NOW, ticket_id="T-1", note="当天已回复", due=REPLY_DUE)
    )
