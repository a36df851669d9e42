"""BookInstallation: the call, its checklist, and the day that is agreed."""

from datetime import date, timedelta

import pytest
from dispatch_cases import (
    BOOKED,
    CTX,
    CUSTOMER,
    DAY,
    DELIVERED,
    DEPARTED,
    FAILED,
    INSTALL_DUE,
    INSTALLATION,
    JOB,
    NO_GAS,
    NOW,
    ON_THE_WAY,
    OPENED,
    POLICY,
    PUBLISHED,
    READY,
    SCHEDULED,
    SUPERVISOR,
    a_job,
    later,
)

from company.context import Context
from contracts.civil_time import end_of_day
from contracts.dispatch_jobs import (
    InstallationBooked,
    JobCompletenessChanged,
    LaterDayConsent,
    SiteNotReady,
    SiteRemark,
    StopUnscheduled,
)
from dispatch.job.booking import BookInstallation
from dispatch.refusals import no
from runtime.decision import Rejected
from runtime.refusal import Term

BOOK = BookInstallation(checklist=READY, on=DAY, half="am")
INCOMPLETE = JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="破损")
NOT_READY = SiteNotReady(at=NOW, job_id=JOB, missing=("gas",), call_back_on=date(2026, 3, 20), checklist=NO_GAS)
LEFT = StopUnscheduled(at=NOW, job_id=JOB, reason="改约 booked for another day", on=DAY, day_version=2)


def test_three_days_ahead_is_booked_and_the_installation_is_owed_two_days_after() -> None:
    """B1, B10, K2"""
    a_job(OPENED).asks(BOOK, CTX).then(BOOKED)


def test_two_days_ahead_is_refused_with_the_earliest_day() -> None:
    """B1"""
    early = BOOK.model_copy(update={"on": date(2026, 3, 12)})
    refused = no("notice_too_short", on=date(2026, 3, 12), called_on=date(2026, 3, 10), earliest=DAY)
    assert (a_job(OPENED).asks(early, CTX).decided, refused.rule, refused.facts["earliest"]) == (
        refused,
        "B1",
        "2026-03-13",
    )


@pytest.mark.parametrize("ctx", [CTX, SUPERVISOR])
def test_two_days_ahead_takes_a_supervisor_with_a_reason(ctx: object) -> None:
    """B1"""
    urgent = BookInstallation(checklist=READY, on=date(2026, 3, 12), override_reason="客户入伙")
    booked = InstallationBooked(
        at=NOW,
        job_id=JOB,
        on=date(2026, 3, 12),
        half=None,
        checklist=READY,
        install_due=end_of_day(date(2026, 3, 14)),
        override_reason="客户入伙",
        booking_due=end_of_day(date(2026, 3, 9)),
        kind="delivery",
        contract_no="HT26030001",
        customer=CUSTOMER,
    )
    refused = no("notice_too_short", on=date(2026, 3, 12), called_on=date(2026, 3, 10), earliest=DAY)
    assert a_job(OPENED).asks(urgent, ctx).decided == ((booked,) if ctx is SUPERVISOR else refused)


def test_the_days_are_counted_from_the_call_on_the_companys_calendar() -> None:
    """B1, X1: 23:30 on the 9th in Shanghai, told on the 10th."""
    call = NOW - timedelta(hours=10, minutes=30)
    told_late = BookInstallation(at=call, checklist=READY, on=date(2026, 3, 12), half="am")
    a_job(OPENED).asks(told_late, CTX).then(
        BOOKED.model_copy(
            update={
                "at": call,
                "on": date(2026, 3, 12),
                "install_due": end_of_day(date(2026, 3, 14)),
                "booking_due": end_of_day(date(2026, 3, 9)),
            }
        )
    )


def test_a_needless_reason_is_not_recorded_as_an_override() -> None:
    """B1"""
    a_job(OPENED).asks(BOOK.model_copy(update={"override_reason": "客户催"}), SUPERVISOR).then(BOOKED)


CONSENT = LaterDayConsent(consented_by="马娜", consented_how="phone", reason="装修未完")


@pytest.mark.parametrize("ctx", [CTX, SUPERVISOR])
def test_later_than_promised_takes_the_customers_consent_whoever_asks(ctx: Context) -> None:
    """A8: the supervisor's reason is none."""
    later = BOOK.model_copy(update={"on": date(2026, 3, 15), "override_reason": "车满"})
    a_job(OPENED).asks(later, ctx).refuses(
        no("later_than_promised", on=date(2026, 3, 15), promised_on=date(2026, 3, 14))
    )
    (booked,) = a_job(OPENED).asks(later.model_copy(update={"consent": CONSENT}), ctx).events
    assert isinstance(booked, InstallationBooked)
    assert (booked.on, booked.consent) == (date(2026, 3, 15), CONSENT)


def test_in_time_there_is_nothing_to_consent_to() -> None:
    """A8"""
    a_job(OPENED).asks(BOOK.model_copy(update={"consent": CONSENT}), CTX).then(BOOKED)


def test_yesterday_cannot_be_agreed_even_by_the_supervisor() -> None:
    """B1"""
    past = BookInstallation(checklist=READY, on=date(2026, 3, 9), override_reason="补记")
    a_job(OPENED).asks(past, SUPERVISOR).refuses(
        no("day_in_the_past", on=date(2026, 3, 9), called_on=date(2026, 3, 10))
    )


def test_a_ready_site_needs_a_day() -> None:
    """B1"""
    a_job(OPENED).asks(BookInstallation(checklist=READY), CTX).refuses(no("day_missing"))


def test_the_same_booking_again_is_no_event() -> None:
    """B1"""
    a_job(OPENED, BOOKED).asks(BOOK, CTX).nothing_new()


def test_another_half_of_the_agreed_day_is_no_shorter_notice() -> None:
    """B1"""
    afternoon = BOOK.model_copy(update={"half": "pm"})
    ctx = later(days=2)
    a_job(OPENED, BOOKED).asks(afternoon, ctx).then(BOOKED.model_copy(update={"at": ctx.now, "half": "pm"}))


def test_a_no_on_the_checklist_waits_for_the_call_back() -> None:
    """B2"""
    call = BookInstallation(checklist=NO_GAS, on=DAY, call_back_on=date(2026, 3, 20))
    a_job(OPENED).asks(call, CTX).then(NOT_READY)


@pytest.mark.parametrize("back_on", [None, date(2026, 3, 9), date(2026, 4, 10)])
def test_a_no_without_a_call_back_day_within_the_policys_time_is_refused(back_on: date | None) -> None:
    """B2"""
    call = BookInstallation(checklist=NO_GAS, call_back_on=back_on)
    a_job(OPENED).asks(call, CTX).refuses(
        no("call_back_missing", missing=Term("燃气", "gas", "gas"), called_on=date(2026, 3, 10), within_days=30)
    )


def test_the_same_no_again_is_no_event() -> None:
    """B2"""
    call = BookInstallation(checklist=NO_GAS, call_back_on=date(2026, 3, 20))
    a_job(OPENED, NOT_READY).asks(call, CTX).nothing_new()


def test_a_no_takes_a_planned_job_out_of_its_slot() -> None:
    """B2, B4"""
    call = BookInstallation(checklist=NO_GAS, call_back_on=date(2026, 3, 20))
    left = LEFT.model_copy(update={"reason": "现场未备好 site not ready"})
    a_job(OPENED, BOOKED, SCHEDULED, PUBLISHED).asks(call, CTX).then(left, NOT_READY)


def test_a_booking_for_another_day_takes_the_job_out_of_its_slot() -> None:
    """B1, B4"""
    other = BOOK.model_copy(update={"on": date(2026, 3, 14)})
    rebooked = BOOKED.model_copy(
        update={
            "on": date(2026, 3, 14),
            "install_due": end_of_day(date(2026, 3, 16)),
            "booking_due": end_of_day(date(2026, 3, 11)),
            "rebooked": True,
        }
    )
    a_job(OPENED, BOOKED, SCHEDULED).asks(other, CTX).then(LEFT, rebooked)


def test_goods_that_are_not_complete_are_not_booked() -> None:
    """A3"""
    a_job(OPENED, INCOMPLETE).asks(BOOK, CTX).refuses(no("not_complete", contract_no="HT26030001"))


def test_the_supervisor_books_a_partial_delivery_with_a_reason() -> None:
    """A3"""
    partial = BOOK.model_copy(update={"override_reason": "先送地板"})
    a_job(OPENED, INCOMPLETE).asks(partial, SUPERVISOR).then(BOOKED.model_copy(update={"override_reason": "先送地板"}))


def test_an_installation_follows_its_delivery_and_is_not_bound_by_three_days() -> None:
    """B1, B10"""
    tomorrow = BookInstallation(checklist=READY, on=date(2026, 3, 11), half="pm")
    a_job(INSTALLATION).asks(tomorrow, CTX).then(
        InstallationBooked(
            at=NOW,
            job_id="I-HT26030001",
            on=date(2026, 3, 11),
            half="pm",
            checklist=READY,
            install_due=INSTALL_DUE,
            override_reason=None,
            booking_due=end_of_day(date(2026, 3, 11)),
            kind="installation",
            contract_no="HT26030001",
            customer=CUSTOMER,
        )
    )


@pytest.mark.parametrize("history", [ON_THE_WAY, (*ON_THE_WAY, DELIVERED)])
def test_what_is_on_the_road_or_over_is_not_booked(history: tuple[object, ...]) -> None:
    """B1"""
    a_job(*history).asks(BOOK, CTX).refuses(no("too_late_to_book", job_id=JOB))


def test_a_failed_delivery_is_booked_again() -> None:
    """B14"""
    a_job(OPENED, BOOKED, SCHEDULED, DEPARTED, FAILED).asks(BOOK, CTX).then(BOOKED)


def test_a_job_that_does_not_exist_is_not_booked() -> None:
    """A3"""
    a_job().asks(BOOK, CTX).refuses(no("unknown_job"))


DAYS_OF_MARCH = [date(2026, 3, day) for day in range(10, 17)]


def test_by_policy_the_days_ahead_are_working_days() -> None:
    """B1: on Tuesday, Friday is three working days off; on Friday, it is Wednesday."""
    working = Context(NOW, "he.jx", "install_assistant", POLICY.model_copy(update={"booking_days_counting": "working"}))
    call = BOOK.model_copy(update={"consent": CONSENT})
    asked = {on: a_job(OPENED).asks(call.model_copy(update={"on": on}), working).decided for on in DAYS_OF_MARCH}
    assert [on.day for on, decision in asked.items() if not isinstance(decision, Rejected)] == [13, 14, 15, 16]
    friday = Context(NOW + timedelta(days=3), "he.jx", "install_assistant", working.policy)
    a_job(OPENED).asks(BOOK.model_copy(update={"on": date(2026, 3, 16)}), friday).refuses(
        no("notice_too_short", on=date(2026, 3, 16), called_on=date(2026, 3, 13), earliest=date(2026, 3, 18))
    )


def test_why_an_item_is_missing_is_kept_with_it() -> None:
    """B2"""
    told = (SiteRemark(item="gas", reason="燃气公司下周来"), SiteRemark(item="ceiling", reason="已装"))
    call = BookInstallation(checklist=NO_GAS, call_back_on=date(2026, 3, 20), remarks=told)
    a_job(OPENED).asks(call, CTX).then(NOT_READY.model_copy(update={"remarks": told[:1]}))
