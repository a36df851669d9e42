"""What is missing is ordered, approved by a second person, and comes in."""

from datetime import UTC, date, datetime, timedelta

import pytest
from desk_cases import given

from company.context import Context
from company.policy import policy_book
from contracts.fact import Customer, Window
from contracts.service_desk import TicketEvent
from contracts.service_desk_tickets import (
    InformationTaken,
    LeftoverGoodsArrived,
    LeftoverGoodsDamaged,
    LeftoverOrderApproved,
    LeftoverOrderPlaced,
    TicketOpened,
)
from contracts.service_desk_visits import VisitBooked, VisitCompleted
from service_desk.clocks import sms_watch, visit_watch
from service_desk.refusals import no
from service_desk.ticket.leftover_order import (
    ApproveLeftoverOrder,
    NoteLeftoverArrival,
    PlaceLeftoverOrder,
    TakeInformation,
)
from service_desk.ticket.ticket import TICKET
from service_desk.ticket.visit import BookVisit

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
POLICY = policy_book().at(NOW)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
OPENED = TicketOpened(
    at=NOW - timedelta(hours=1),
    ticket_id="T-1",
    kind="leftover",
    channel="damage",
    contract_no="HT26030001",
    customer=CUSTOMER,
    product="连体坐便器",
    quantity=1,
    problem="送货时发现破损",
    proof=("p1.jpg",),
    reply_due=NOW + timedelta(hours=11),
)
PLACED = LeftoverOrderPlaced(
    at=NOW, ticket_id="T-1", order_no="YL1", items="水箱盖 1", expected_on=date(2026, 3, 20), placed_by="wu.xm"
)
APPROVED = LeftoverOrderApproved(
    at=NOW,
    ticket_id="T-1",
    order_no="YL1",
    customer=CUSTOMER,
    expected_on=date(2026, 3, 20),
    watch=sms_watch(NOW, "YL1", POLICY),
)
ARRIVED = LeftoverGoodsArrived(at=NOW, ticket_id="T-1", order_no="YL1", customer=CUSTOMER)
WINDOW = Window(starts=datetime(2026, 3, 21, 1, tzinfo=UTC), ends=datetime(2026, 3, 21, 3, tzinfo=UTC))
BOOKED = VisitBooked(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    contract_no="HT26030001",
    customer=CUSTOMER,
    on=date(2026, 3, 21),
    window=WINDOW,
    technician="zhou.jm",
    problem="送货时发现破损",
    watch=visit_watch(WINDOW, 1, "zhou.jm", POLICY),
)
PLACE = PlaceLeftoverOrder(order_no="YL1", items="水箱盖 1", expected_on=date(2026, 3, 20))
APPROVE = ApproveLeftoverOrder(order_no="YL1")
ARRIVE = NoteLeftoverArrival(order_no="YL1")


def asked_by(by: str, role: str) -> Context:
    return Context(now=NOW, by=by, role=role, policy=policy_book().at(NOW))


DESIGNER = asked_by("wu.xm", "store")
SUPERVISOR = asked_by("tan.zw", "install_supervisor")
SPECIALIST = asked_by("liang.my", "cs_specialist")


def ended(outcome: str, report_ref: str | None = None) -> VisitCompleted:
    return VisitCompleted.model_validate(
        {
            "at": NOW,
            "ticket_id": "T-1",
            "visit_no": 1,
            "technician": "zhou.jm",
            "outcome": outcome,
            "report_ref": report_ref,
            "note": "",
            "window_ends": WINDOW.ends,
        }
    )


def test_the_designer_orders_what_is_missing() -> None:
    """C9"""
    given(OPENED).asks(PLACE, DESIGNER).then(PLACED)


def test_a_supervisor_may_order_in_the_designers_place() -> None:
    """C9"""
    given(OPENED).asks(PLACE, asked_by("ou.yl", "cs_supervisor")).then(PLACED.model_copy(update={"placed_by": "ou.yl"}))


def test_others_may_not_order() -> None:
    """C9"""
    given(OPENED).asks(PLACE, SPECIALIST).refuses(no("role_may_not_place", role="cs_specialist"))


def test_the_same_order_again_is_no_second_order() -> None:
    """C9"""
    assert [
        given(OPENED, *events).asks(PLACE, DESIGNER).decided for events in ((PLACED,), (PLACED, APPROVED, ARRIVED))
    ] == [
        (),
        (),
    ]


def test_an_orders_number_stands_for_one_thing() -> None:
    """C9"""
    other = PLACE.model_copy(update={"items": "座圈 1"})
    given(OPENED, PLACED).asks(other, DESIGNER).refuses(no("order_no_taken", order_no="YL1"))


def test_a_second_order_waits_for_the_first_ones_goods() -> None:
    """C9"""
    second = PLACE.model_copy(update={"order_no": "YL2"})
    given(OPENED, PLACED, APPROVED).asks(second, DESIGNER).refuses(no("order_under_way", order_no="YL1"))


def test_parts_missing_again_may_be_ordered_again() -> None:
    """C9, C10"""
    second = PLACE.model_copy(update={"order_no": "YL2"})
    story = given(OPENED, PLACED, APPROVED, ARRIVED, BOOKED, ended("parts_missing")).state
    assert TICKET.decide(second, story, DESIGNER) == (PLACED.model_copy(update={"order_no": "YL2"}),)


def test_nothing_is_ordered_while_a_visit_is_agreed_or_after_the_repair() -> None:
    """C9"""
    assert [
        given(OPENED, BOOKED).asks(PLACE, DESIGNER).decided,
        given(OPENED, BOOKED, ended("repaired", "BG1")).asks(PLACE, DESIGNER).decided,
    ] == [no("order_after_visit", visit_no=1), no("already_repaired")]


def test_the_installation_supervisor_approves() -> None:
    """C9"""
    given(OPENED, PLACED).asks(APPROVE, SUPERVISOR).then(APPROVED)


def test_who_placed_an_order_may_not_approve_it() -> None:
    """C9"""
    own = PLACED.model_copy(update={"placed_by": "tan.zw"})
    given(OPENED, own).asks(APPROVE, SUPERVISOR).refuses(no("own_order", order_no="YL1"))


def test_others_may_not_approve() -> None:
    """C9"""
    customers_supervisor = asked_by("ou.yl", "cs_supervisor")
    given(OPENED, PLACED).asks(APPROVE, customers_supervisor).refuses(no("may_not_approve_order", role="cs_supervisor"))


def test_an_order_is_approved_once() -> None:
    """C9"""
    given(OPENED, PLACED, APPROVED).asks(APPROVE, SUPERVISOR).nothing_new()


def test_goods_of_an_approved_order_come_in_once() -> None:
    """C9"""
    assert [
        given(OPENED, PLACED, APPROVED).asks(ARRIVE, SPECIALIST).decided,
        given(OPENED, PLACED, APPROVED, ARRIVED).asks(ARRIVE, SPECIALIST).decided,
    ] == [(ARRIVED,), ()]


def test_goods_of_an_order_that_nobody_approved_are_refused() -> None:
    """C9"""
    given(OPENED, PLACED).asks(ARRIVE, SPECIALIST).refuses(no("order_not_approved", order_no="YL1"))


@pytest.mark.parametrize("command", [APPROVE, ARRIVE])
def test_an_order_that_is_not_there_is_refused(command: ApproveLeftoverOrder | NoteLeftoverArrival) -> None:
    """C9"""
    given(OPENED).asks(command, SUPERVISOR).refuses(no("unknown_leftover_order", order_no="YL1"))


DAMAGED = LeftoverGoodsDamaged(
    at=NOW,
    ticket_id="T-1",
    order_no="YL1",
    contract_no="HT26030001",
    customer=CUSTOMER,
    product="连体坐便器",
    fault="carrier",
    note="箱角压坏",
    photos=("p2.jpg",),
)
CAME_DAMAGED = NoteLeftoverArrival(order_no="YL1", damaged=True, fault="carrier", note="箱角压坏", photos=("p2.jpg",))
TOLD = OPENED.model_copy(update={"channel": "phone"})
NEEDED = InformationTaken(
    at=NOW, ticket_id="T-1", findings="水箱盖缺失", order_needed=True, items="水箱盖", photos=(), taken_by="liang.my"
)
NOT_NEEDED = NEEDED.model_copy(update={"order_needed": False})


def test_transport_damage_is_on_record_and_what_comes_again_is_in() -> None:
    """C9: the customer is told at once, from the event."""
    assert [
        given(OPENED, PLACED, APPROVED).asks(CAME_DAMAGED, SPECIALIST).decided,
        given(OPENED, PLACED, APPROVED, DAMAGED).asks(CAME_DAMAGED, SPECIALIST).decided,
        given(OPENED, PLACED, APPROVED, DAMAGED).asks(ARRIVE, SPECIALIST).decided,
        given(OPENED, PLACED, APPROVED, ARRIVED).asks(CAME_DAMAGED, SPECIALIST).decided,
        given(OPENED, PLACED).asks(CAME_DAMAGED, SPECIALIST).decided,
    ] == [(DAMAGED,), (), (ARRIVED,), no("goods_in_already", order_no="YL1"), no("order_not_approved", order_no="YL1")]


def test_what_came_damaged_may_be_ordered_anew_and_a_visit_waits_for_it() -> None:
    """C9"""
    second = PLACE.model_copy(update={"order_no": "YL2"})
    book = BookVisit(on=date(2026, 3, 21), window=WINDOW, technician="zhou.jm")
    story = given(OPENED, PLACED, APPROVED, DAMAGED).state
    assert [TICKET.decide(second, story, DESIGNER), TICKET.decide(book, story, SPECIALIST)] == [
        (PLACED.model_copy(update={"order_no": "YL2"}),),
        no("goods_damaged", order_no="YL1"),
    ]


def test_what_a_customer_reports_starts_with_the_information_form() -> None:
    """C9"""
    take = TakeInformation(findings="水箱盖缺失", order_needed=True, items="水箱盖")
    assert [
        given(TOLD).asks(PLACE, DESIGNER).decided,
        given(TOLD).asks(take, SPECIALIST).decided,
        given(TOLD, NEEDED).asks(take, SPECIALIST).decided,
        given(TOLD, NEEDED).asks(PLACE, DESIGNER).decided,
        given(TOLD, NOT_NEEDED).asks(PLACE, DESIGNER).decided,
    ] == [no("information_missing"), (NEEDED,), (), (PLACED,), no("no_order_needed")]


def test_if_no_order_is_needed_it_goes_straight_to_the_visit() -> None:
    """C9"""
    book = BookVisit(on=date(2026, 3, 21), window=WINDOW, technician="zhou.jm")
    assert [
        given(TOLD).asks(book, SPECIALIST).decided,
        given(TOLD, NEEDED).asks(book, SPECIALIST).decided,
        given(TOLD, NOT_NEEDED).asks(book, SPECIALIST).decided,
    ] == [no("information_missing"), no("order_first"), (BOOKED,)]


@pytest.mark.parametrize("events", [(PLACED,), (PLACED, APPROVED)])
def test_a_visit_waits_for_what_was_ordered_for_it(events: tuple[TicketEvent, ...]) -> None:
    """C9"""
    book = BookVisit(on=date(2026, 3, 21), window=WINDOW, technician="zhou.jm")
    given(OPENED, *events).asks(book, SPECIALIST).refuses(no("goods_not_in", order_no="YL1"))


@pytest.mark.parametrize("events", [(), (PLACED, APPROVED, ARRIVED)])
def test_a_visit_is_booked_once_goods_are_in_or_when_none_were_needed(events: tuple[TicketEvent, ...]) -> None:
    """C9"""
    book = BookVisit(on=date(2026, 3, 21), window=WINDOW, technician="zhou.jm")
    given(OPENED, *events).asks(book, SPECIALIST).then(BOOKED)
