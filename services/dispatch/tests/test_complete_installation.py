"""CompleteInstallation, MarkInstallationOverdue, FinishVisit."""

from datetime import UTC, datetime, timedelta

import pytest
from dispatch_cases import (
    BOOKED,
    CLOCK,
    CTX,
    INSTALL_DUE,
    INSTALLATION,
    INSTALLATION_SLOT,
    JOB,
    NOW,
    OPENED,
    POLICY,
    SCHEDULED,
    VISIT,
    a_job,
)

from company.context import Context
from contracts.dispatch_jobs import InstallationCompleted, InstallationOverdue, StopPublished, VisitDone
from dispatch.job.calls import MarkCallOverdue
from dispatch.job.handover import CompleteInstallation, FinishVisit
from dispatch.job.terms import MarkInstallationOverdue
from dispatch.refusals import no
from runtime.decision import Timer

DONE = CompleteInstallation(accepted_by="马娜", note="已试水")
COMPLETED = InstallationCompleted(
    at=NOW,
    job_id="I-HT26030001",
    contract_no="HT26030001",
    crew="A1",
    leader="huang.wy",
    accepted_by="马娜",
    note="已试水",
    due=INSTALL_DUE,
)
OUT = StopPublished(at=NOW, job_id="I-HT26030001", on=INSTALLATION_SLOT.on, crew="A1", leader="huang.wy", version=1)
OVERDUE = InstallationOverdue(at=INSTALL_DUE, job_id="I-HT26030001", contract_no="HT26030001", due=INSTALL_DUE)
AT_DUE = Context(now=INSTALL_DUE, by="system", role="system", policy=POLICY)
FIRE = MarkInstallationOverdue()


@pytest.mark.parametrize("history", [(INSTALLATION, INSTALLATION_SLOT), (INSTALLATION, INSTALLATION_SLOT, OUT)])
def test_a_planned_installation_is_completed(history: tuple[object, ...]) -> None:
    """B10"""
    a_job(*history).asks(DONE, CTX).then(COMPLETED)


def test_completing_again_is_no_event() -> None:
    """B10"""
    a_job(INSTALLATION, INSTALLATION_SLOT, COMPLETED).asks(DONE, CTX).nothing_new()


def test_an_acceptance_by_somebody_else_is_refused() -> None:
    """B10, X7"""
    other = DONE.model_copy(update={"accepted_by": "马父"})
    refused = no("installed_already", job_id="I-HT26030001", accepted_by="马娜")
    a_job(INSTALLATION, INSTALLATION_SLOT, COMPLETED).asks(other, CTX).refuses(refused)


def test_an_installation_without_a_slot_is_not_completed() -> None:
    """B10"""
    a_job(INSTALLATION).asks(DONE, CTX).refuses(no("not_scheduled", job_id="I-HT26030001"))


def test_nothing_is_installed_before_it_is_delivered() -> None:
    """B10"""
    a_job().asks(DONE, CTX).refuses(no("not_delivered"))


def test_a_delivery_is_not_an_installation() -> None:
    """B10"""
    a_job(OPENED, BOOKED, SCHEDULED).asks(DONE, CTX).refuses(no("not_an_installation", job_id=JOB))


def test_two_days_after_delivery_an_open_installation_is_owed() -> None:
    """K9"""
    timer = Timer(name="installation_overdue", at=INSTALL_DUE, command=FIRE)
    call_on = INSTALLATION_SLOT.on
    owed = INSTALLATION_SLOT.install_call_due
    call = Timer(f"call_overdue:install:{call_on}", owed, MarkCallOverdue(call="install", on=call_on))
    assert [a_job(*h).due() for h in ((INSTALLATION,), (INSTALLATION, INSTALLATION_SLOT), (OPENED,), (VISIT,), ())] == [
        (timer,),
        (timer, call),
        (),
        (),
        (),
    ]


def test_the_overdue_installation_is_told_once() -> None:
    """K9"""
    told = a_job(INSTALLATION, OVERDUE)
    assert [a_job(INSTALLATION).asks(FIRE, AT_DUE).decided, told.asks(FIRE, AT_DUE).decided, told.due()] == [
        (OVERDUE,),
        (),
        (),
    ]


def test_an_installation_done_in_time_is_never_overdue() -> None:
    """K9"""
    done = a_job(INSTALLATION, INSTALLATION_SLOT, COMPLETED)
    assert [done.asks(FIRE, AT_DUE).decided, done.due()] == [(), ()]


def test_a_clock_that_fires_early_changes_nothing() -> None:
    """K9"""
    early = Context(now=INSTALL_DUE - timedelta(seconds=1), by="system", role="system", policy=POLICY)
    a_job(INSTALLATION).asks(FIRE, early).nothing_new()


def test_an_overdue_installation_can_still_be_done() -> None:
    """B10, K9"""
    a_job(INSTALLATION, INSTALLATION_SLOT, OVERDUE).asks(DONE, CTX).then(COMPLETED)


def test_the_due_moment_is_the_end_of_the_second_day_in_shanghai() -> None:
    """B10, K9"""
    assert datetime(2026, 3, 12, 16, 0, tzinfo=UTC) == INSTALL_DUE


def test_a_visit_ends_with_the_technicians_report_wherever_it_stands() -> None:
    """C9"""
    done = VisitDone(at=NOW, job_id="V-T-1-1", note="repaired")
    finish = FinishVisit(note="repaired")
    assert [a_job(VISIT).asks(finish, CLOCK).decided, a_job(VISIT, done).asks(finish, CLOCK).decided] == [
        (done,),
        (),
    ]


def test_only_a_visit_is_finished_by_the_service_desk() -> None:
    """C9"""
    a_job(OPENED).asks(FinishVisit(), CLOCK).refuses(no("not_a_visit", job_id=JOB))
