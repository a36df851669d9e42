"""A contract's casefile: repeat repairs are found, and open tickets fall away with a cancelled contract."""

from datetime import timedelta
from typing import Any

import pytest
from desk_cases import NINE, asked_by
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from contracts.service_desk import CasefileEvent
from contracts.service_desk_care import OpenTicketsListed, RepairFiled, RepeatRepairSeen, TicketFiled
from service_desk.casefile import (
    CASEFILE,
    Casefile,
    FileRepair,
    FileTicket,
    ListOpenTickets,
    RefileTicket,
    UnfileTicket,
    evolve,
)

NO = "HT26030001"
SYSTEM = asked_by("system")
REPAIRED_AT = NINE + timedelta(days=1)


def filing(ticket_id: str, days: int = 0, **changes: Any) -> FileTicket:
    """A ticket that came in `days` after the first."""
    body = {
        "at": NINE + timedelta(days=days),
        "contract_no": NO,
        "ticket_id": ticket_id,
        "kind": "repair",
        "sku": "WC-100",
        "product": "连体坐便器",
        "problem": "漏水",
        "received_at": NINE + timedelta(days=days),
    }
    return FileTicket.model_validate({**body, **changes})


REPAIR = FileRepair(at=REPAIRED_AT, contract_no=NO, ticket_id="T-1", visit_no=2, technician="zhou.jm")
CANCEL = ListOpenTickets(at=NINE + timedelta(days=9), contract_no=NO, reason="退订")


def seen(again: FileTicket) -> RepeatRepairSeen:
    return RepeatRepairSeen(
        at=again.received_at,
        contract_no=NO,
        ticket_id=again.ticket_id,
        earlier_ticket="T-1",
        earlier_visit_no=2,
        earlier_visit_technician="zhou.jm",
        repaired_at=REPAIRED_AT,
        days=30,
    )


def play(*commands: Any) -> tuple[Casefile, list[CasefileEvent]]:
    casefile, history = CASEFILE.initial, list[CasefileEvent]()
    for command in commands:
        for event in CASEFILE.decide(command, casefile, SYSTEM):
            casefile = evolve(casefile, event)
            history.append(event)
    return casefile, history


def found(*commands: Any) -> list[RepeatRepairSeen]:
    return [event for event in play(*commands)[1] if isinstance(event, RepeatRepairSeen)]


def test_the_same_problem_on_the_same_product_within_thirty_days_is_a_repeat() -> None:
    """C8"""
    again = filing("T-2", 31)
    assert found(filing("T-1"), REPAIR, again) == [seen(again)]


@pytest.mark.parametrize(
    "again",
    [
        filing("T-2", 32),
        filing("T-2", 0),
        filing("T-2", 10, sku="WC-200"),
        filing("T-2", 10, problem="异响"),
        filing("T-2", 10, kind="complaint"),
        filing("T-2", 10, kind="leftover"),
    ],
)
def test_later_earlier_or_another_problem_is_none(again: FileTicket) -> None:
    """C8"""
    assert found(filing("T-1"), REPAIR, again) == []


def test_a_fault_code_tells_the_problem_whatever_the_words() -> None:
    """C8"""
    first = filing("T-1", fault_code="leak")
    assert [
        len(found(first, REPAIR, filing("T-2", 10, fault_code="leak", problem="地上有水"))),
        len(found(first, REPAIR, filing("T-2", 10, fault_code="noise"))),
        len(found(filing("T-1"), REPAIR, filing("T-2", 10, problem=" 漏 水！"))),
    ] == [1, 0, 1]


def test_a_repair_that_is_told_late_shows_the_repeat_too() -> None:
    """C8, X1"""
    again = filing("T-2", 10)
    assert found(filing("T-1"), again, REPAIR) == [seen(again)]


def test_everything_is_filed_once() -> None:
    """C8"""
    once = play(filing("T-1"), REPAIR, filing("T-2", 10))
    twice = play(filing("T-1"), filing("T-1"), REPAIR, REPAIR, filing("T-2", 10), filing("T-2", 10))
    assert twice == once


def test_a_cancelled_contract_lists_its_open_tickets_once() -> None:
    """A6"""
    closed = UnfileTicket(contract_no=NO, ticket_id="T-1", reason="closed")
    story = (filing("T-1"), filing("T-2", 1), filing("T-3", 2), closed, CANCEL, CANCEL)
    assert [event.ticket_ids for event in play(*story)[1] if isinstance(event, OpenTicketsListed)] == [("T-2", "T-3")]


def test_a_ticket_that_is_reopened_is_open_again() -> None:
    """A6"""
    closed = UnfileTicket(contract_no=NO, ticket_id="T-1", reason="closed")
    story = (filing("T-1"), closed, RefileTicket(contract_no=NO, ticket_id="T-1"), CANCEL)
    assert [event.ticket_ids for event in play(*story)[1] if isinstance(event, OpenTicketsListed)] == [("T-1",)]


def test_a_ticket_from_before_the_cancellation_that_is_heard_of_afterwards_falls_away_too() -> None:
    """A6, X1"""
    listed = [
        [event.ticket_ids for event in play(CANCEL, filing("T-1", days))[1] if isinstance(event, OpenTicketsListed)]
        for days in (1, 10)
    ]
    assert listed == [[(), ("T-1",)], [()]]


def test_what_is_told_of_an_unknown_ticket_changes_nothing() -> None:
    """C8"""
    unknown = UnfileTicket(contract_no=NO, ticket_id="T-9", reason="closed")
    assert play(REPAIR, unknown, RefileTicket(contract_no=NO, ticket_id="T-9")) == (CASEFILE.initial, [])


@settings(deadline=None)
@for_all(st.permutations([filing("T-1"), filing("T-2", 10), REPAIR, filing("T-3", 20)]))
def test_repeats_are_found_in_whatever_order_they_are_told_once_each_ticket_is_known(order: list[Any]) -> None:
    """C8, X1"""
    known = sorted(order, key=lambda command: not isinstance(command, FileTicket))
    assert {(event.ticket_id, event.earlier_ticket) for event in found(*known)} == {("T-2", "T-1"), ("T-3", "T-1")}
    assert {type(event) for event in play(*order)[1]} <= {TicketFiled, RepairFiled, RepeatRepairSeen}
