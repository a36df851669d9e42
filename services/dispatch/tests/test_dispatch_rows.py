"""The rows of jobs, days and runs, and who may see what of them."""

import pytest
from dispatch_cases import (
    BOOKED,
    CREWS,
    DAY,
    DAY_OPENED,
    DAY_OUT,
    DELIVERED,
    DUE_FEN,
    FAILED,
    INSTALLATION,
    INSTALLATION_SLOT,
    JOB,
    NO_GAS,
    NOW,
    ON_THE_WAY,
    OPENED,
    RUN_DEPARTED,
    RUN_LOADED,
    RUN_PLANNED,
    SCHEDULED,
    SLOT,
    TAKEN,
    a_day,
    confirmed,
    reserved,
)
from dispatch_documents import document_of

from contracts.dispatch_days import PlanOverdue, SlotReleased
from contracts.dispatch_jobs import JobCompletenessChanged, SiteNotReady, StopConfirmedByWarehouse, StopUnscheduled
from contracts.dispatch_runs import CashCollected, CashHandedIn
from contracts.fact import Fact
from dispatch.day.row import DAY_FILES, DAYS, plan_of
from dispatch.job.row import JOB_FILES, JOBS
from dispatch.job_views import job_view
from dispatch.run.row import RUN_FILES, RUNS
from dispatch.run_views import run_view
from dispatch.views import day_view

NOT_READY = SiteNotReady(at=NOW, job_id=JOB, missing=("gas",), call_back_on=DAY, checklist=NO_GAS)
LOST = JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="破损")
LEFT = StopUnscheduled(at=NOW, job_id=JOB, reason="客户改期", on=DAY, day_version=2)
WAREHOUSE = StopConfirmedByWarehouse(at=NOW, job_id=JOB, ready=False, note="缺1")
STATUS = ("status", "ready", "booked_on", "on", "crew", "version")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((OPENED,), ("plan", False, None, None, None, 1)),
        ((INSTALLATION,), ("plan", True, None, None, None, 1)),
        ((OPENED, NOT_READY), ("plan", False, None, None, None, 2)),
        ((OPENED, BOOKED), ("plan", True, DAY, None, None, 2)),
        ((OPENED, BOOKED, SCHEDULED), ("plan", True, DAY, DAY, "S1", 3)),
        (ON_THE_WAY[:4], ("pub", True, DAY, DAY, "S1", 4)),
        (ON_THE_WAY, ("way", True, DAY, DAY, "S1", 5)),
        ((*ON_THE_WAY, DELIVERED), ("done", True, DAY, DAY, "S1", 6)),
        ((*ON_THE_WAY, FAILED), ("fail", False, None, DAY, "S1", 6)),
        ((*ON_THE_WAY, FAILED, BOOKED), ("plan", True, DAY, None, None, 7)),
        ((OPENED, BOOKED, SCHEDULED, LEFT), ("plan", True, DAY, None, None, 4)),
    ],
)
def test_a_jobs_row_says_how_far_it_is(events: tuple[Fact, ...], expected: tuple[object, ...]) -> None:
    """A3, B1, B2, B4, B11, B13, B14"""
    shown = job_view(JOB_FILES.read(document_of(JOBS, *events)), "manager")
    assert tuple(getattr(shown, name) for name in STATUS) == expected


def test_completeness_and_the_warehouses_word_are_on_the_row() -> None:
    """A3, B6"""
    shown = job_view(JOB_FILES.read(document_of(JOBS, *ON_THE_WAY[:4], WAREHOUSE, LOST)), "manager")
    lines = [line.model_dump() for line in shown.lines]
    assert (shown.complete_on, lines, shown.warehouse_ready, shown.warehouse_note) == (
        None,
        [line.model_dump() for line in OPENED.lines],
        False,
        "缺1",
    )


def test_what_came_of_a_delivery_is_on_the_row() -> None:
    """B13, B22"""
    outcome = job_view(JOB_FILES.read(document_of(JOBS, *ON_THE_WAY, DELIVERED)), "manager").outcome
    assert outcome is not None
    assert (outcome["signed_by"], outcome["taught_use"], outcome["cash_fen"]) == ("马娜", True, DUE_FEN)


def test_customers_and_money_are_shown_by_role() -> None:
    """C18"""
    row = document_of(JOBS, *ON_THE_WAY, DELIVERED)
    views = [
        job_view(JOB_FILES.read(row), role) for role in ("crew_leader", "install_assistant", "accountant", "warehouse")
    ]
    assert [(v.customer.phone, v.amount_due_fen, "cash_fen" in (v.outcome or {})) for v in views] == [
        ("13800001111", DUE_FEN, True),
        ("13800001111", None, False),
        ("138****1111", DUE_FEN, True),
        ("138****1111", None, False),
    ]


def test_a_days_row_holds_crews_slots_editions_and_adjustments() -> None:
    """B4, B8"""
    second = SLOT.model_copy(update={"job_id": "D-2", "position": 2})
    day = day_view(
        DAY_FILES.read(document_of(DAYS, *TAKEN, DAY_OUT, reserved(second, "加急"), confirmed("D-2"))), DAY, CREWS
    )
    assert (
        [(slot.job_id, slot.position, slot.confirmed, slot.reservation) for slot in day.slots],
        [(one.job_id, one.by, one.reason) for one in day.adjustments],
        (day.edition, day.changed, day.overdue, day.version, len(day.crews)),
    ) == ([(JOB, 1, True, 2), ("D-2", 2, True, 5)], [("D-2", "he.jx", "加急")], (1, True, False, 6, 5))


def test_released_slots_and_a_missed_plan_show() -> None:
    """B8, K4"""
    left = SlotReleased(at=NOW, depot="main", on=DAY, job_id=JOB, reason="客户改期")
    late = PlanOverdue(at=NOW, depot="main", on=DAY, due=DAY_OPENED.plan_due)
    shown = day_view(DAY_FILES.read(document_of(DAYS, *TAKEN, late, left)), DAY, CREWS)
    assert (shown.slots, shown.overdue, shown.changed) == ([], True, False)


def test_a_day_that_nobody_planned_shows_the_crews() -> None:
    """B8"""
    assert [crew.crew for crew in day_view(None, DAY, CREWS).crews] == ["S1", "S2", "A1", "A2", "F1"]


def test_the_row_of_a_day_gives_the_plan_that_the_rules_see() -> None:
    """B8"""
    events = (*TAKEN, reserved(SLOT.model_copy(update={"job_id": "D-2", "position": 2})))
    assert plan_of(DAYS.read(document_of(DAYS, *events)), DAY, CREWS) == a_day(*events).state.plan


def test_a_runs_row_follows_sheet_count_departure_and_cash() -> None:
    """B11, B16"""
    cash = CashCollected(at=NOW, on=DAY, crew="S1", job_id=JOB, amount_fen=500, on_vehicle_fen=500)
    paid = CashHandedIn(at=NOW, on=DAY, crew="S1", amount_fen=200, on_vehicle_fen=300, received_by="su.kj")
    row = document_of(RUNS, RUN_PLANNED, RUN_LOADED, RUN_DEPARTED, cash, paid)
    leader, warehouse = run_view(RUN_FILES.read(row), "crew_leader"), run_view(RUN_FILES.read(row), "warehouse")
    assert (
        (
            leader.status,
            leader.list_no,
            leader.on_vehicle_fen,
            len(leader.collected or []),
            len(leader.handed_in or []),
        ),
        (warehouse.on_vehicle_fen, warehouse.collected, warehouse.leader_signed),
    ) == (("way", "SY20260313-S1-1", 300, 1, 1), (None, None, "li.zq"))


def test_a_new_sheet_asks_for_a_new_count() -> None:
    """B11"""
    shown = run_view(RUN_FILES.read(document_of(RUNS, RUN_PLANNED, RUN_LOADED, RUN_PLANNED)), "manager")
    assert (shown.status, shown.counted, shown.leader_signed) == ("plan", None, None)


def test_every_row_can_be_shown() -> None:
    """C18"""
    rows = [(OPENED,), (INSTALLATION, INSTALLATION_SLOT), ON_THE_WAY, (*ON_THE_WAY, FAILED)]
    assert [job_view(JOB_FILES.read(document_of(JOBS, *events)), "manager").version for events in rows] == [1, 2, 5, 6]
