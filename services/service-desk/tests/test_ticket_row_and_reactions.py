"""The row of a ticket: what it needs next and by when. And the ticket that damage opens."""

from datetime import UTC, date, datetime, timedelta

import pytest
from desk_cases import shown_to, told

from contracts.envelope import Meta
from contracts.fact import Customer, Window
from contracts.inventory import DamageReported, GoodsArrived
from contracts.service_desk import TicketEvent
from contracts.service_desk_tickets import (
    LeftoverGoodsArrived,
    LeftoverOrderApproved,
    LeftoverOrderPlaced,
    ReplyOverdue,
    TicketClosed,
    TicketOpened,
    TicketReplied,
)
from contracts.service_desk_visits import (
    CalledBack,
    PapersPrepared,
    RepairAccepted,
    SupervisorSigned,
    VisitBooked,
    VisitCompleted,
    VisitConfirmed,
)
from runtime.decision import Ask
from runtime.said import Saying
from service_desk.reactions import REACTIONS
from service_desk.ticket.request import OpenTicket

(open_leftover_ticket,) = (one.react for one in REACTIONS if one.name == "service_desk.open_leftover_ticket")

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
DUE = NOW + timedelta(hours=12)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
WINDOW = Window(starts=datetime(2026, 3, 21, 1, tzinfo=UTC), ends=datetime(2026, 3, 21, 3, tzinfo=UTC))
OPENED = TicketOpened(
    at=NOW,
    ticket_id="T-1",
    kind="leftover",
    channel="damage",
    contract_no="HT26030001",
    customer=CUSTOMER,
    product="连体坐便器",
    quantity=1,
    problem="破损",
    proof=("p1.jpg",),
    reply_due=DUE,
)
REPLIED = TicketReplied(at=NOW, ticket_id="T-1", note="", due=DUE)
PLACED = LeftoverOrderPlaced(
    at=NOW, ticket_id="T-1", order_no="YL1", items="水箱盖", expected_on=date(2026, 3, 20), placed_by="wu.xm"
)
APPROVED = LeftoverOrderApproved(
    at=NOW, ticket_id="T-1", order_no="YL1", customer=CUSTOMER, expected_on=date(2026, 3, 20)
)
ARRIVED = LeftoverGoodsArrived(at=NOW, ticket_id="T-1", order_no="YL1", customer=CUSTOMER)
BOOKED = VisitBooked(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    contract_no="HT26030001",
    customer=CUSTOMER,
    on=date(2026, 3, 21),
    window=WINDOW,
    technician="zhou.jm",
    problem="破损",
)
PAPERS = PapersPrepared(at=NOW, ticket_id="T-1", visit_no=1, papers=("repair_feedback", "leftover_feedback"))
CONFIRMED = VisitConfirmed(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    technician="zhou.jm",
    papers=("repair_feedback", "leftover_feedback"),
    goods_taken=True,
    note="",
)
REPAIRED = VisitCompleted(
    at=NOW,
    ticket_id="T-1",
    visit_no=1,
    technician="zhou.jm",
    outcome="repaired",
    report_ref="BG1",
    note="",
    window_ends=WINDOW.ends,
)
ACCEPTED = RepairAccepted(at=NOW, ticket_id="T-1", accepted_by="马娜", rating=None, technician="zhou.jm")
SIGNED = SupervisorSigned(at=NOW, ticket_id="T-1")
CALLED = CalledBack(at=NOW, ticket_id="T-1", satisfied=True, note="")
CLOSED = TicketClosed(at=NOW, ticket_id="T-1", kind="leftover", contract_no="HT26030001")
READY = (OPENED, REPLIED, PLACED, APPROVED, ARRIVED)
META = Meta(
    id="cause-1",
    type="",
    source="",
    subject="",
    time=NOW,
    sequence=1,
    causation_id="c",
    correlation_id="c",
    actor="liang.my",
    command_offset=0,
)


def failed(outcome: str) -> VisitCompleted:
    return REPAIRED.model_copy(update={"outcome": outcome, "report_ref": None})


@pytest.mark.parametrize(
    ("events", "step", "due"),
    [
        ((OPENED,), "reply", "2026-03-13T14:00:00+00:00"),
        ((OPENED, REPLIED), "order_or_visit", None),
        ((OPENED, REPLIED, PLACED), "approve_order", None),
        ((OPENED, REPLIED, PLACED, APPROVED), "await_goods", "2026-03-20T16:00:00+00:00"),
        (READY, "book_visit", None),
        ((*READY, BOOKED), "prepare_papers", "2026-03-21T03:00:00+00:00"),
        ((*READY, BOOKED, PAPERS), "confirm_visit", "2026-03-21T03:00:00+00:00"),
        ((*READY, BOOKED, PAPERS, CONFIRMED), "visit", "2026-03-21T03:00:00+00:00"),
        ((*READY, BOOKED, failed("customer_absent")), "book_again", None),
        ((*READY, BOOKED, failed("not_let_in")), "book_with_manager", None),
        ((*READY, BOOKED, failed("parts_missing")), "order_or_book", None),
        ((*READY, BOOKED, REPAIRED), "acceptance", None),
        ((*READY, BOOKED, REPAIRED, ACCEPTED), "signature", None),
        ((*READY, BOOKED, REPAIRED, ACCEPTED, SIGNED), "call_back", None),
        ((*READY, BOOKED, REPAIRED, ACCEPTED, SIGNED, CALLED), "close", None),
        ((*READY, BOOKED, REPAIRED, ACCEPTED, SIGNED, CALLED, CLOSED), None, None),
    ],
)
def test_the_row_says_what_comes_next_and_by_when(
    events: tuple[TicketEvent, ...], step: str | None, due: str | None
) -> None:
    """C9, C10, C11"""
    row = told(*events)
    assert (row.next_step, row.next_due and row.next_due.isoformat()) == (step, due)


def test_parts_that_were_missing_and_came_are_followed_by_the_next_visit() -> None:
    """C10"""
    second = [event.model_copy(update={"order_no": "YL2"}) for event in (PLACED, APPROVED, ARRIVED)]
    assert told(*READY, BOOKED, failed("parts_missing"), *second).next_step == "book_again"


def test_a_late_reply_shows_and_an_earlier_one_told_late_corrects_it() -> None:
    """K13, X1"""
    overdue = ReplyOverdue(at=DUE, ticket_id="T-1", due=DUE)
    late = REPLIED.model_copy(update={"at": DUE + timedelta(hours=1)})
    shown = [told(OPENED, overdue), told(OPENED, overdue, late), told(OPENED, overdue, late, REPLIED)]
    assert [row.reply_late for row in shown] == [True, True, False]


def test_customer_data_is_shown_by_role() -> None:
    """C18"""
    said = [Saying("liang.my", OPENED, NOW)]
    assert [shown_to(role, said).customer.phone for role in ("technician", "manager")] == [
        "13800001111",
        "138****1111",
    ]


def test_damage_opens_a_leftover_ticket_received_when_it_was_found() -> None:
    """C9, D4"""
    damage = DamageReported(
        at=NOW,
        damage_id="D001",
        contract_no="HT26030001",
        customer=CUSTOMER,
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=1,
        found="delivery",
        fault="carrier",
        photos=("p1.jpg", ""),
        note="水箱裂",
    )
    assert open_leftover_ticket(damage, META) == (
        Ask(
            "ticket:T-D001",
            OpenTicket(
                at=NOW,
                ticket_id="T-D001",
                kind="leftover",
                channel="damage",
                contract_no="HT26030001",
                customer=CUSTOMER,
                product="连体坐便器（WC-100）",
                sku="WC-100",
                quantity=1,
                problem="送货时发现破损 1 件，承运责任。水箱裂",
                proof=("p1.jpg",),
                on_the_way=True,
            ),
        ),
    )


def test_other_news_of_the_warehouse_opens_nothing() -> None:
    """C9"""
    arrived = GoodsArrived(
        at=NOW,
        contract_no="HT26030001",
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=1,
        waybill="YD1",
        arrived_on=date(2026, 3, 13),
    )
    assert open_leftover_ticket(arrived, META) == ()
