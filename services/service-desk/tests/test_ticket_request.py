"""A request comes in, and a reply is owed."""

from datetime import UTC, datetime, timedelta

from contracts.decision import Context, Rejected, Timer
from contracts.fact import Customer
from contracts.policy import policy_book
from contracts.service_desk import ReplyOverdue, ServiceDeskEvent, TicketOpened, TicketReplied
from service_desk.domain import refusals
from service_desk.domain.situations import INITIAL, Ticket
from service_desk.domain.ticket import MarkReplyOverdue, OpenTicket, Reply, decide, due, evolve
from service_desk.domain.visits import CallBack

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
)
REPLIED = TicketReplied(at=NINE + timedelta(hours=1), ticket_id="T-1", note="明天上门", due=DUE)
OVERDUE = ReplyOverdue(at=DUE, ticket_id="T-1", due=DUE)


def at(now: datetime) -> Context:
    return Context(now=now, by="liang.my", role="cs_specialist", policy=policy_book().at(now))


def given(*events: ServiceDeskEvent) -> Ticket:
    ticket = INITIAL
    for event in events:
        ticket = evolve(ticket, event)
    return ticket


def test_a_request_opens_a_ticket_with_the_time_by_which_a_reply_is_owed() -> None:
    """C1, C2, C4"""
    assert decide(OPEN, given(), at(NINE)) == (OPENED,)


def test_a_request_told_later_counts_from_when_it_was_received() -> None:
    """C1, X1"""
    told = OPEN.model_copy(update={"at": NINE})
    assert decide(told, given(), at(NINE + timedelta(days=2))) == (OPENED,)


def test_the_same_request_again_opens_nothing() -> None:
    """C1"""
    assert decide(OPEN, given(OPENED), at(NINE + timedelta(hours=3))) == ()


def test_another_request_under_the_same_number_is_refused() -> None:
    """C4"""
    other = OPEN.model_copy(update={"problem": "破裂"})
    assert decide(other, given(OPENED), at(NINE)) == refusals.ticket_exists("T-1")


def test_a_ticket_without_customer_is_refused() -> None:
    """C4"""
    nobody = OPEN.model_copy(update={"customer": CUSTOMER.model_copy(update={"phone": " "})})
    assert decide(nobody, given(), at(NINE)) == Rejected(
        code="customer_missing",
        rule="C4",
        zh="工单须写明客户姓名和电话，请补全。",
        en="A ticket names its customer: give name and telephone.",
    )


def test_a_name_as_long_as_a_text_is_refused() -> None:
    """C4"""
    long = OPEN.model_copy(update={"customer": CUSTOMER.model_copy(update={"address": "路" * 201})})
    assert decide(long, given(), at(NINE)) == refusals.customer_too_long(200)


def test_a_ticket_without_contract_or_proof_is_refused() -> None:
    """C4"""
    unproven = OPEN.model_copy(update={"contract_no": None})
    assert decide(unproven, given(), at(NINE)) == refusals.proof_missing()


def test_a_consultation_needs_no_proof() -> None:
    """C4"""
    asked = OPEN.model_copy(update={"contract_no": None, "kind": "consultation"})
    opened = OPENED.model_copy(update={"contract_no": None, "kind": "consultation"})
    assert decide(asked, given(), at(NINE)) == (opened,)


def test_a_reply_within_the_hours_is_on_record_with_what_was_due() -> None:
    """C2, K13"""
    assert decide(Reply(note="明天上门"), given(OPENED), at(REPLIED.at)) == (REPLIED,)


def test_a_second_reply_changes_nothing() -> None:
    """C2"""
    assert decide(Reply(note="又打了电话"), given(OPENED, REPLIED), at(NINE + timedelta(hours=5))) == ()


def test_an_earlier_reply_that_is_told_late_corrects_the_time() -> None:
    """K13, X1"""
    told = Reply(note="当时就答复了", at=NINE + timedelta(minutes=5))
    assert decide(told, given(OPENED, OVERDUE), at(DUE + timedelta(days=1))) == (
        TicketReplied(at=NINE + timedelta(minutes=5), ticket_id="T-1", note="当时就答复了", due=DUE),
    )


def test_a_reply_before_the_request_is_refused() -> None:
    """X1"""
    early = Reply(note="?", at=NINE - timedelta(minutes=1))
    assert decide(early, given(OPENED), at(NINE)) == refusals.before_receipt(NINE - timedelta(minutes=1), NINE)


def test_the_reply_clock_is_a_timer_until_there_is_a_reply_or_it_ran_out() -> None:
    """K13"""
    timer = Timer("K13", DUE, MarkReplyOverdue())
    assert [due(given(*events)) for events in ((), (OPENED,), (OPENED, REPLIED), (OPENED, OVERDUE))] == [
        (),
        (timer,),
        (),
        (),
    ]


def test_the_clock_that_ran_out_happened_when_it_ran_out() -> None:
    """C2, K13"""
    assert decide(MarkReplyOverdue(), given(OPENED), at(DUE + timedelta(minutes=3))) == (OVERDUE,)


def test_a_timer_that_is_early_late_or_fires_twice_changes_nothing() -> None:
    """K13"""
    later = at(DUE + timedelta(minutes=3))
    early = at(DUE - timedelta(seconds=1))
    assert [
        decide(MarkReplyOverdue(), given(OPENED), early),
        decide(MarkReplyOverdue(), given(OPENED, REPLIED), later),
        decide(MarkReplyOverdue(), given(OPENED, OVERDUE), later),
    ] == [(), (), ()]


def test_a_late_reply_is_taken_after_the_clock_ran_out() -> None:
    """K13"""
    late = DUE + timedelta(hours=2)
    assert decide(Reply(note="迟了"), given(OPENED, OVERDUE), at(late)) == (
        TicketReplied(at=late, ticket_id="T-1", note="迟了", due=DUE),
    )


def test_nothing_can_be_told_of_a_ticket_that_is_not_there() -> None:
    """C1"""
    assert decide(CallBack(satisfied=True), given(), at(NINE)) == refusals.unknown_ticket()
