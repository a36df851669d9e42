"""Tickets of one sku are counted; danger, or three in thirty days, is reported to the departments."""

from datetime import timedelta

from desk_cases import NINE, asked_by
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from contracts.service_desk import QualityEvent
from contracts.service_desk_care import MajorQualityReported, QualityCaseCounted
from service_desk.quality import QUALITY, CountCase, Quality, WithdrawCase, evolve

SYSTEM = asked_by("system")


def case_(number: int, day: int, *, safety: bool = False) -> CountCase:
    at = NINE + timedelta(days=day)
    return CountCase(
        at=at,
        sku="WC-100",
        ticket_id=f"T-{number}",
        product="连体坐便器",
        problem="漏水",
        safety=safety,
        received_at=at,
    )


def reports(*commands: CountCase | WithdrawCase) -> list[tuple[str, tuple[str, ...]]]:
    quality: Quality = QUALITY.initial
    history: list[QualityEvent] = []
    for command in commands:
        for event in QUALITY.decide(command, quality, SYSTEM):
            quality = evolve(quality, event)
            history.append(event)
    return [(event.cause, event.ticket_ids) for event in history if isinstance(event, MajorQualityReported)]


def test_the_third_ticket_in_thirty_days_is_reported_to_the_departments() -> None:
    """C14"""
    quality: Quality = QUALITY.initial
    for command in (case_(1, 0), case_(2, 10)):
        for event in QUALITY.decide(command, quality, SYSTEM):
            quality = evolve(quality, event)
    third = case_(3, 30)
    assert QUALITY.decide(third, quality, SYSTEM) == (
        QualityCaseCounted(
            at=third.received_at,
            sku="WC-100",
            ticket_id="T-3",
            product="连体坐便器",
            problem="漏水",
            safety=False,
            received_at=third.received_at,
        ),
        MajorQualityReported(
            at=third.received_at,
            sku="WC-100",
            product="连体坐便器",
            cause="frequency",
            ticket_ids=("T-1", "T-2", "T-3"),
            days=30,
            told=("manager", "procurement", "qc", "warehouse"),
        ),
    )


def test_three_tickets_over_a_longer_time_are_none() -> None:
    """C14"""
    assert reports(case_(1, 0), case_(2, 16), case_(3, 31)) == []


def test_what_was_reported_does_not_count_again() -> None:
    """C14"""
    six = [case_(number, number) for number in range(1, 7)]
    assert reports(*six) == [("frequency", ("T-1", "T-2", "T-3")), ("frequency", ("T-4", "T-5", "T-6"))]


def test_danger_is_reported_at_once_and_once() -> None:
    """C14"""
    danger = case_(1, 0, safety=True)
    assert reports(danger, danger) == [("safety", ("T-1",))]


def test_a_duplicate_does_not_count() -> None:
    """C14"""
    withdrawn = WithdrawCase(sku="WC-100", ticket_id="T-2", reason="重复")
    assert reports(case_(1, 0), case_(2, 1), withdrawn, withdrawn, case_(3, 2)) == []


@settings(deadline=None)
@for_all(st.permutations([case_(1, 0), case_(2, 20), case_(3, 29)]))
def test_the_order_in_which_tickets_are_told_changes_nothing(order: list[CountCase]) -> None:
    """C14, X1"""
    assert reports(*order) == [("frequency", ("T-1", "T-2", "T-3"))]
