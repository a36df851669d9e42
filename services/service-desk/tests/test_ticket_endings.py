"""How a ticket ends without work done, goes on, and what it belongs to."""

from datetime import timedelta
from typing import Any

import pytest
from desk_cases import (
    CUSTOMER,
    NINE,
    NOW,
    POLICY,
    SPECIALIST,
    SYSTEM,
    asked_by,
    booked,
    completed,
    given,
    names,
    opened,
)

from contracts.service_desk import TicketEvent
from contracts.service_desk_repairs import CoverageJudged, ExpertAsked, RepeatRepairFound
from contracts.service_desk_tickets import TicketCancelled, TicketClosed, TicketLinked, TicketReopened, TicketsMerged
from contracts.service_desk_visits import CalledBack, RepairAccepted, SupervisorSigned, VisitCancelled
from service_desk.clocks import reply_watch
from service_desk.refusals import no
from service_desk.ticket.ending import (
    CancelTicket,
    CancelWithContract,
    CancelWrongReport,
    CloseTicket,
    EndAsDuplicate,
    LinkTicket,
    MergeDuplicate,
    ReopenTicket,
    still_missing,
)
from service_desk.ticket.state import Received
from service_desk.ticket.ticket import TICKET, due
from service_desk.ticket.visit import GiveRating

OPENED = opened()
CANCEL = CancelTicket(cause="customer_withdrew", reason="客户自行处理")


def cancelled(cause: str = "customer_withdrew", **changes: Any) -> TicketCancelled:
    body = {
        "at": NOW,
        "ticket_id": "T-1",
        "kind": "repair",
        "contract_no": "HT26030001",
        "customer": CUSTOMER,
        "sku": "WC-100",
        "cause": cause,
        "into": None,
        "reason": "客户自行处理",
    }
    return TicketCancelled.model_validate({**body, **changes})


DONE: tuple[TicketEvent, ...] = (
    OPENED,
    booked(),
    completed(),
    RepairAccepted(at=NOW, ticket_id="T-1", accepted_by="马娜", rating=5, technician="zhou.jm"),
    SupervisorSigned(at=NOW, ticket_id="T-1"),
    CalledBack(at=NOW, ticket_id="T-1", satisfied=True, note=""),
    TicketClosed(at=NOW, ticket_id="T-1", kind="repair", contract_no="HT26030001"),
)


def test_a_ticket_is_cancelled_with_its_cause_and_owes_nothing_any_more() -> None:
    """C11"""
    story = given(OPENED, cancelled()).state
    assert [
        given(OPENED).asks(CANCEL, SPECIALIST).decided,
        TICKET.decide(CANCEL, story, SPECIALIST),
        TICKET.decide(CloseTicket(), story, SPECIALIST),
        due(story),
    ] == [(cancelled(),), (), no("ticket_cancelled", ticket_id="T-1"), ()]


def test_what_was_agreed_or_repaired_is_not_cancelled_away() -> None:
    """C10, C11"""
    failed = completed(2, outcome="customer_absent", report_ref=None, watch=None)
    assert [
        given(OPENED, booked()).asks(CANCEL, SPECIALIST).decided,
        given(OPENED, booked(), completed()).asks(CANCEL, SPECIALIST).decided,
        given(OPENED, booked(), completed(), booked(2), failed).asks(CANCEL, SPECIALIST).decided,
        given(*DONE).asks(CANCEL, SPECIALIST).decided,
    ] == [
        no("cancel_visit_first", visit_no=1),
        no("repaired_is_closed"),
        no("repaired_is_closed"),
        no("ticket_closed", ticket_id="T-1"),
    ]


@pytest.mark.parametrize(
    ("story", "falls_away"),
    [
        ((OPENED,), True),
        ((opened(kind="leftover", channel="damage"),), True),
        ((opened(kind="complaint"),), False),
        ((opened(kind="consultation"),), False),
        ((opened(contract_no="HT26039999"),), False),
        ((OPENED, booked()), False),
        ((OPENED, booked(), completed()), False),
        (DONE, False),
    ],
)
def test_what_only_waits_for_the_delivery_falls_away_with_the_contract(
    story: tuple[TicketEvent, ...], *, falls_away: bool
) -> None:
    """A6"""
    command = CancelWithContract(contract_no="HT26030001", reason="客户退订")
    decision = given(*story).asks(command, SYSTEM).decided
    assert names(decision) == (["TicketCancelled"] if falls_away else [])


@pytest.mark.parametrize(
    ("story", "falls_away"),
    [
        ((opened(kind="leftover", channel="damage"),), True),
        ((OPENED,), False),
        ((opened(kind="leftover", channel="damage"), booked()), False),
    ],
)
def test_a_ticket_of_damage_that_was_none_ends_unless_somebody_is_to_come(
    story: tuple[TicketEvent, ...], *, falls_away: bool
) -> None:
    """D16"""
    decision = given(*story).asks(CancelWrongReport(reason="录错"), SYSTEM).decided
    assert names(decision) == (["TicketCancelled"] if falls_away else [])


def test_a_duplicate_of_the_same_customer_is_merged_once() -> None:
    """C4"""
    merge = MergeDuplicate(duplicate="T-2", same_customer=True, note="报了两次")
    merged = TicketsMerged(at=NOW, ticket_id="T-1", duplicate="T-2", note="报了两次")
    assert [
        given(OPENED).asks(merge, SPECIALIST).decided,
        given(OPENED, merged).asks(merge, SPECIALIST).decided,
        given(OPENED).asks(merge.model_copy(update={"same_customer": False}), SPECIALIST).decided,
        given(OPENED).asks(merge.model_copy(update={"duplicate": "T-1"}), SPECIALIST).decided,
    ] == [(merged,), (), no("other_customer", duplicate="T-2"), no("merge_with_itself")]


def test_a_duplicate_ends_with_its_agreed_visit_and_not_when_it_was_repaired() -> None:
    """C4"""
    end = EndAsDuplicate(into="T-2")
    ended = cancelled("duplicate", into="T-2", reason="并入 T-2")
    visit = VisitCancelled(
        at=NOW,
        ticket_id="T-1",
        visit_no=1,
        contract_no="HT26030001",
        customer=CUSTOMER,
        on=booked().on,
        technician="zhou.jm",
        asked_by="us",
        reason="重复工单，并入 T-2",
    )
    assert [
        given(OPENED).asks(end, SYSTEM).decided,
        given(OPENED, booked()).asks(end, SYSTEM).decided,
        given(OPENED, booked(), completed()).asks(end, SYSTEM).decided,
        given(*DONE).asks(end, SYSTEM).decided,
    ] == [(ended,), (visit, ended), (), ()]


def test_of_two_tickets_merged_into_each_other_the_lower_number_goes_on() -> None:
    """C4"""
    other = opened(ticket_id="T-2")
    into = {
        "T-1": TicketsMerged(at=NOW, ticket_id="T-1", duplicate="T-2", note=""),
        "T-2": TicketsMerged(at=NOW, ticket_id="T-2", duplicate="T-1", note=""),
    }
    assert [
        names(given(OPENED, into["T-1"]).asks(EndAsDuplicate(into="T-2"), SYSTEM).decided),
        names(given(other, into["T-2"]).asks(EndAsDuplicate(into="T-1"), SYSTEM).decided),
    ] == [[], ["TicketCancelled"]]


def test_a_ticket_is_reopened_with_a_new_reply_and_what_was_repaired_lately_is_a_repeat() -> None:
    """C2, C7, C8, C11"""
    watch = reply_watch(NOW, POLICY)
    reopened = TicketReopened(
        at=NOW,
        ticket_id="T-1",
        contract_no="HT26030001",
        customer=CUSTOMER,
        reason="又漏水",
        reply_due=watch.due,
        watch=watch,
    )
    repeat = RepeatRepairFound(
        at=NOW,
        ticket_id="T-1",
        contract_no="HT26030001",
        earlier_ticket="T-1",
        earlier_visit_no=1,
        earlier_visit_technician="zhou.jm",
        repaired_at=NOW,
        days=30,
    )
    expert = ExpertAsked(at=NOW, ticket_id="T-1", reason="came_back", question="重复修理：T-1 第 1 次上门修过。漏水")
    reopen = ReopenTicket(reason="又漏水")
    assert [
        given(*DONE).asks(reopen, SPECIALIST).decided,
        given(*DONE, reopened).asks(reopen, SPECIALIST).decided,
        given(OPENED).asks(reopen, SPECIALIST).decided,
        given(OPENED, cancelled()).asks(reopen, SPECIALIST).decided,
        given(OPENED, cancelled("duplicate", into="T-2")).asks(reopen, SPECIALIST).decided,
    ] == [
        (reopened, repeat, expert),
        (),
        no("ticket_open", ticket_id="T-1"),
        (reopened,),
        no("duplicate_goes_on", ticket_id="T-1"),
    ]


def test_a_ticket_reopened_long_after_the_repair_is_no_repeat() -> None:
    """C8"""
    later = asked_by("cs_specialist", now=NOW + timedelta(days=31))
    assert names(given(*DONE).asks(ReopenTicket(reason="又漏水"), later).decided) == ["TicketReopened"]


def test_a_reopened_ticket_needs_all_its_gates_anew() -> None:
    """C11"""
    reopened = given(*DONE).asks(ReopenTicket(reason="又漏水"), SPECIALIST).decided
    assert isinstance(reopened, tuple)
    story = given(*DONE, *reopened).state
    assert isinstance(story, Received)
    assert TICKET.decide(CloseTicket(), story, SPECIALIST) == still_missing(
        ("report", "acceptance", "rating", "signature", "call_back")
    )


def test_a_ticket_is_linked_and_the_contract_says_of_the_warranty() -> None:
    """C4, C5"""
    link = LinkTicket.model_validate(
        {"contract_no": "HT26030002", "job_id": "D-HT26030002", "warranty": "out", "warranty_ends_on": "2026-01-31"}
    )
    unknown = opened(contract_no=None, proof=("p1.jpg",), warranty="unknown")
    linked = TicketLinked(
        at=NOW,
        ticket_id="T-1",
        contract_no="HT26030002",
        sku="WC-100",
        product="连体坐便器",
        job_id="D-HT26030002",
        problem="漏水",
        fault_code="",
        kind="repair",
        received_at=NINE,
    )
    judged = CoverageJudged.model_validate(
        {
            "at": NOW,
            "ticket_id": "T-1",
            "warranty": "out",
            "warranty_ends_on": "2026-01-31",
            "fault": "unknown",
            "free": False,
            "reason": "按所关联的合同",
        }
    )
    assert [
        given(unknown).asks(link, SPECIALIST).decided,
        given(unknown, linked, judged).asks(link, SPECIALIST).decided,
        given(unknown).asks(LinkTicket(warranty="unknown"), SPECIALIST).decided,
    ] == [(linked, judged), (), ()]


def test_a_rating_still_counts_after_closing_and_nothing_else_does() -> None:
    """C9, C11"""
    rate = GiveRating(visit_no=1, rating=5, through="link")
    assert [
        names(given(*DONE).asks(rate, asked_by("customer")).decided),
        names(given(*DONE).asks(CANCEL, SPECIALIST).decided),
    ] == [
        ["RatingGiven"],
        "ticket_closed",
    ]
