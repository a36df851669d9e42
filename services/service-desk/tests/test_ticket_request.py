"""A request comes in, and a reply is owed."""

from datetime import UTC, datetime, timedelta
from typing import cast

from desk_cases import given

from company.context import Context
from company.policy import policy_book
from contracts.fact import Customer
from contracts.service_desk import TicketEvent
from contracts.service_desk_duties import DutyEscalated, DutyWarned
from contracts.service_desk_tickets import ReplyOverdue, TicketOpened, TicketReplied
from runtime.decision import Rejected, Timer
from service_desk.clocks import reply_watch
from service_desk.duties import KeepWatch
from service_desk.refusals import no
from service_desk.ticket.reply import Reply
from service_desk.ticket.request import OpenTicket
from service_desk.ticket.ticket import TICKET, due, evolve
from service_desk.ticket.visit import CallBack

NINE = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)  # 09:00 on a Friday
DUE = NINE + timedelta(hours=12)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
OPEN = OpenTicket(
    ticket_id="T-1",
    kind="repair",
    contract_no="HT26030001",
    customer=CUSTOMER,
    product="连体坐便器",
    problem="漏水",
)
OPENED = TicketOpened(
    at=NINE,
    ticket_id="T-1",
    kind="repair",
    channel="phone",
    contract_no="HT26030001",
    customer=CUSTOMER,
    product="连体坐便器",
    quantity=1,
    problem="漏水",
    proof=(),
    reply_due=DUE,
    watch=reply_watch(NINE, policy_book().at(NINE)),
)
REPLIED = TicketReplied(at=NINE + timedelta(hours=1), ticket_id="T-1", note="明天上门", due=DUE)
OVERDUE = ReplyOverdue(at=DUE, ticket_id="T-1", due=DUE)


def at(now: datetime) -> Context:
    return Context(now=now, by="liang.my", role="cs_specialist", policy=policy_book().at(now))


def test_a_request_opens_a_ticket_with_the_time_by_which_a_reply_is_owed() -> None:
    """C1, C2, C4"""
    given().asks(OPEN, at(NINE)).then(OPENED)


def test_a_request_told_later_counts_from_when_it_was_received() -> None:
    """C1, X1"""
    told = OPEN.model_copy(update={"at": NINE})
    given().asks(told, at(NINE + timedelta(days=2))).then(OPENED)


def test_the_same_request_again_opens_nothing() -> None:
    """C1"""
    given(OPENED).asks(OPEN, at(NINE + timedelta(hours=3))).nothing_new()


def test_another_request_under_the_same_number_is_refused() -> None:
    """C4"""
    other = OPEN.model_copy(update={"problem": "破裂"})
    given(OPENED).asks(other, at(NINE)).refuses(no("ticket_exists", ticket_id="T-1"))


def test_a_ticket_without_customer_is_refused() -> None:
    """C4"""
    nobody = OPEN.model_copy(update={"customer": CUSTOMER.model_copy(update={"phone": " "})})
    assert given().asks(nobody, at(NINE)).decided == Rejected(
        code="customer_missing",
        rule="C4",
        zh="工单须写明客户姓名和电话，请补全。",
        en="A ticket names its customer: give name and telephone.",
    )


def test_a_name_as_long_as_a_text_is_refused() -> None:
    """C4"""
    long = OPEN.model_copy(update={"customer": CUSTOMER.model_copy(update={"address": "路" * 201})})
    given().asks(long, at(NINE)).refuses(no("customer_too_long", limit=200))


def test_a_ticket_without_contract_or_proof_is_refused() -> None:
    """C4"""
    unproven = OPEN.model_copy(update={"contract_no": None})
    given().asks(unproven, at(NINE)).refuses(no("proof_missing"))


def test_a_consultation_needs_no_proof() -> None:
    """C4"""
    asked = OPEN.model_copy(update={"contract_no": None, "kind": "consultation"})
    opened = OPENED.model_copy(update={"contract_no": None, "kind": "consultation"})
    given().asks(asked, at(NINE)).then(opened)


def test_a_reply_within_the_hours_is_on_record_with_what_was_due() -> None:
    """C2, K13"""
    given(OPENED).asks(Reply(note="明天上门"), at(REPLIED.at)).then(REPLIED)


def test_a_second_reply_is_refused_and_the_same_again_changes_nothing() -> None:
    """C2, X7: nothing that was accepted is dropped."""
    later = at(NINE + timedelta(hours=5))
    given(OPENED, REPLIED).asks(Reply(note="又打了电话"), later).refuses(no("replied_already", at=REPLIED.at))
    given(OPENED, REPLIED).asks(Reply(note=REPLIED.note), later).nothing_new()


def test_an_earlier_reply_that_is_told_late_corrects_the_time() -> None:
    """K13, X1"""
    told = Reply(note="当时就答复了", at=NINE + timedelta(minutes=5))
    given(OPENED, OVERDUE).asks(told, at(DUE + timedelta(days=1))).then(
        TicketReplied(at=NINE + timedelta(minutes=5), ticket_id="T-1", note="当时就答复了", due=DUE)
    )


def test_a_reply_before_the_request_is_refused() -> None:
    """X1"""
    early = Reply(note="?", at=NINE - timedelta(minutes=1))
    given(OPENED).asks(early, at(NINE)).refuses(no("before_receipt", at=NINE - timedelta(minutes=1), received_at=NINE))


def test_the_reply_clock_is_a_timer_until_there_is_a_reply() -> None:
    """K13, X4: it warns, runs out, is told to the superior, then to the manager."""
    warned = DutyWarned(
        at=DUE, subject="ticket:T-1", duty="K13", item="", owner_role="cs_specialist", owner=None, due=DUE
    )
    told = [
        DutyEscalated(
            at=DUE,
            subject="ticket:T-1",
            duty="K13",
            item="",
            owner_role="cs_specialist",
            owner=None,
            due=DUE,
            level=level,
            told=role,
        )
        for level, role in ((1, "cs_supervisor"), (2, "manager"))
    ]
    stories: list[tuple[TicketEvent, ...]] = [
        (OPENED,),
        (OPENED, warned),
        (OPENED, warned, OVERDUE),
        (OPENED, warned, OVERDUE, told[0]),
        (OPENED, warned, OVERDUE, *told),
        (OPENED, REPLIED),
    ]
    assert [[timer.at for timer in due(given(*story).state)] for story in stories] == [
        [DUE - timedelta(hours=3)],
        [DUE],
        [DUE],
        [DUE + timedelta(hours=2)],
        [],
        [],
    ]
    assert due(given(OPENED).state) == (Timer("K13:", DUE - timedelta(hours=3), KeepWatch(duty="K13")),)


def test_a_clock_that_ran_out_happened_when_it_ran_out_and_the_superior_is_told_now() -> None:
    """C2, K13, X4"""
    now = DUE + timedelta(minutes=3)
    told = DutyEscalated(
        at=now,
        subject="ticket:T-1",
        duty="K13",
        item="",
        owner_role="cs_specialist",
        owner=None,
        due=DUE,
        level=1,
        told="cs_supervisor",
    )
    given(OPENED).asks(KeepWatch(duty="K13"), at(now)).then(OVERDUE, told)


def test_a_timer_that_is_early_late_or_fires_twice_changes_nothing() -> None:
    """K13"""
    later = at(DUE + timedelta(minutes=3))
    early = at(DUE - timedelta(hours=3, seconds=1))
    watch = KeepWatch(duty="K13")
    ran_out = given(OPENED).state
    for event in cast(tuple[TicketEvent, ...], TICKET.decide(watch, ran_out, later)):
        ran_out = evolve(ran_out, event)
    assert [
        given(OPENED).asks(watch, early).decided,
        given(OPENED, REPLIED).asks(watch, later).decided,
        TICKET.decide(watch, ran_out, later),
    ] == [(), (), ()]


def test_a_late_reply_is_taken_after_the_clock_ran_out() -> None:
    """K13"""
    late = DUE + timedelta(hours=2)
    given(OPENED, OVERDUE).asks(Reply(note="迟了"), at(late)).then(
        TicketReplied(at=late, ticket_id="T-1", note="迟了", due=DUE)
    )


def test_nothing_can_be_told_of_a_ticket_that_is_not_there() -> None:
    """C1"""
    given().asks(CallBack(satisfied=True), at(NINE)).refuses(no("unknown_ticket"))
