"""ConfirmHome, TellHalfDay, CallBeforeArrival, CallBeforeInstallation, ReportTrouble, and their missed duties."""

from datetime import date, datetime, time, timedelta

import pytest
from dispatch_cases import (
    BOOKED,
    CTX,
    DAY,
    DELIVERED,
    DEPARTED,
    INSTALLATION,
    INSTALLATION_SLOT,
    JOB,
    NOW,
    ON_THE_WAY,
    OPENED,
    OPENS,
    POLICY,
    PUBLISHED,
    SCHEDULED,
    VISIT,
    WINDOW,
    a_job,
)

from company.context import Context
from contracts.civil_time import civil
from contracts.dispatch_calls import (
    ArrivalCalled,
    ArrivalCallOverdue,
    HalfDayCallOverdue,
    HalfDayTold,
    HomeConfirmationOverdue,
    HomeConfirmed,
    InstallCallMade,
    InstallCallOverdue,
    TroubleReported,
)
from contracts.dispatch_road import StopArrived
from dispatch.job.calls import (
    CallBeforeArrival,
    CallBeforeInstallation,
    ConfirmHome,
    MarkCallOverdue,
    ReportTrouble,
    TellHalfDay,
)
from dispatch.refusals import no

EVE = date(2026, 3, 12)
HOME_DUE = civil(EVE, POLICY.home_call_due)
HALF_DUE = civil(EVE, POLICY.half_day_call_due)
PLANNED = (OPENED, BOOKED, SCHEDULED)
OUT = (*PLANNED, PUBLISHED)
EVENING = civil(EVE, time(16))
HOME = HomeConfirmed(
    at=EVENING,
    job_id=JOB,
    on=DAY,
    at_home=True,
    result="reached",
    note="",
    called_by="he.jx",
    install_by=date(2026, 3, 15),
    due=HOME_DUE,
)
HALF = HalfDayTold(
    at=NOW,
    job_id=JOB,
    on=DAY,
    half="am",
    crew="S1",
    leader="li.zq",
    result="reached",
    note="",
    called_by="he.jx",
    due=HALF_DUE,
)
AHEAD = ArrivalCalled(
    at=NOW,
    job_id=JOB,
    on=DAY,
    crew="S1",
    leader="li.zq",
    expected_at=OPENS,
    result="reached",
    note="",
    called_by="he.jx",
    due_from=OPENS - timedelta(hours=2),
    due=OPENS - timedelta(hours=1),
)
INSTALL = InstallCallMade(
    at=NOW,
    job_id="I-HT26030001",
    on=date(2026, 3, 12),
    result="reached",
    note="",
    called_by="he.jx",
    due=civil(date(2026, 3, 11), POLICY.install_call_due),
)


def at(moment: datetime) -> Context:
    """The clock."""
    return Context(now=moment, by="he.jx", role="install_assistant", policy=POLICY)


@pytest.mark.parametrize("history", [(OPENED, BOOKED), PLANNED, OUT, ON_THE_WAY])
def test_somebody_will_be_home_and_hears_when_installation_follows(history: tuple[object, ...]) -> None:
    """B3, B10"""
    a_job(*history).asks(ConfirmHome(), at(EVENING)).then(HOME)


def test_confirmed_already_is_no_event_but_nobody_reached_is_told_each_time() -> None:
    """B3"""
    missed = HOME.model_copy(update={"result": "not_reached", "at_home": False})
    call = ConfirmHome(result="not_reached")
    assert [
        a_job(*PLANNED, HOME).asks(ConfirmHome(), at(EVENING)).decided,
        a_job(*PLANNED, missed).asks(call, at(EVENING)).decided,
        a_job(*PLANNED, missed).asks(ConfirmHome(), at(EVENING)).decided,
    ] == [(), (missed,), (HOME,)]


def test_somebody_asked_days_ahead_is_asked_again_the_day_before() -> None:
    """B3: who was reached too early counts as nobody asked; who was not reached may be tried at any time."""
    tried = ConfirmHome(result="not_reached")
    assert [
        a_job(*PLANNED).asks(ConfirmHome(), CTX).decided,
        a_job(*PLANNED).asks(ConfirmHome(at=NOW), at(EVENING)).decided,
        a_job(*PLANNED).asks(tried, CTX).decided,
    ] == [
        no("confirmed_too_early", job_id=JOB, on=DAY, day=EVE),
        no("confirmed_too_early", job_id=JOB, on=DAY, day=EVE),
        (HOME.model_copy(update={"at": NOW, "result": "not_reached", "at_home": False}),),
    ]


def test_calls_that_were_made_before_the_stop_ended_are_taken_when_they_are_told_after_it() -> None:
    """X1: they happened; one that is said to be of now is none any more."""
    ended, told = civil(DAY, time(10)), at(civil(DAY, time(18)))
    over = a_job(*ON_THE_WAY, DELIVERED.model_copy(update={"at": ended}))
    before = civil(DAY, time(7, 30))
    assert [
        over.asks(ConfirmHome(at=EVENING), told).decided,
        over.asks(TellHalfDay(at=EVENING), told).decided,
        over.asks(CallBeforeArrival(at=before), told).decided,
        over.asks(ReportTrouble(at=before, cause="late", note="堵车", told_customer=True), told).decided,
    ] == [
        (HOME,),
        (HALF.model_copy(update={"at": EVENING}),),
        (AHEAD.model_copy(update={"at": before}),),
        (
            TroubleReported(
                at=before,
                job_id=JOB,
                on=DAY,
                crew="S1",
                leader="li.zq",
                cause="late",
                note="堵车",
                told_customer=True,
                window=WINDOW,
                due=WINDOW.starts - timedelta(hours=1),
                in_time=before <= WINDOW.starts - timedelta(hours=1),
            ),
        ),
    ]
    assert [over.asks(one, told).decided for one in (ConfirmHome(), TellHalfDay(), CallBeforeArrival(at=ended))] == [
        no("no_stop", rule="B3", job_id=JOB),
        no("no_published_stop", rule="B5", job_id=JOB),
        no("no_published_stop", rule="B5", job_id=JOB),
    ]


def test_home_is_confirmed_for_a_delivery_with_a_day_and_for_that_day() -> None:
    """B3"""
    other = ConfirmHome(on=EVE)
    assert [
        a_job(OPENED).asks(ConfirmHome(), CTX).decided,
        a_job(INSTALLATION).asks(ConfirmHome(), CTX).decided,
        a_job(*PLANNED).asks(other, CTX).decided,
    ] == [
        no("no_stop", rule="B3", job_id=JOB),
        no("not_a_delivery", job_id="I-HT26030001"),
        no("other_day", job_id=JOB, planned=DAY, on=EVE),
    ]


def test_morning_or_afternoon_is_told_once_the_plan_is_out() -> None:
    """B5"""
    assert [a_job(*h).asks(TellHalfDay(), CTX).decided for h in (PLANNED, OUT, (*OUT, HALF), (VISIT,))] == [
        no("no_published_stop", rule="B5", job_id=JOB),
        (HALF,),
        (),
        no("no_published_stop", rule="B5", job_id="V-T-1-1"),
    ]


def test_another_half_of_the_day_is_told_anew() -> None:
    """B4, B5"""
    moved = SCHEDULED.model_copy(update={"half": "pm"})
    again = PUBLISHED.model_copy(update={"version": 2, "half": "pm"})
    told = HALF.model_copy(update={"half": "pm"})
    a_job(*OUT, HALF, moved, again).asks(TellHalfDay(), CTX).then(told)


def test_the_call_ahead_is_owed_one_to_two_hours_before_the_arrival() -> None:
    """B5, K6"""
    later = CallBeforeArrival(expected_at=OPENS + timedelta(minutes=30))
    half_an_hour = timedelta(minutes=30)
    moved = AHEAD.model_copy(
        update={
            "expected_at": OPENS + half_an_hour,
            "due_from": AHEAD.due_from + half_an_hour,
            "due": AHEAD.due + half_an_hour,
        }
    )
    assert [
        a_job(*OUT).asks(CallBeforeArrival(), CTX).decided,
        a_job(*ON_THE_WAY).asks(later, CTX).decided,
        a_job(*OUT, AHEAD).asks(later, CTX).decided,
        a_job(*OUT, moved).asks(later, CTX).decided,
        a_job(*PLANNED).asks(later, CTX).decided,
    ] == [(AHEAD,), (moved,), (moved,), (), no("no_published_stop", rule="B5", job_id=JOB)]


def test_before_an_installation_the_customer_is_called_once_more() -> None:
    """B10"""
    call, planned = CallBeforeInstallation(), (INSTALLATION, INSTALLATION_SLOT)
    assert [a_job(*h).asks(call, CTX).decided for h in (planned, (*planned, INSTALL), (INSTALLATION,), OUT)] == [
        (INSTALL,),
        (),
        no("no_installation_stop", job_id="I-HT26030001"),
        no("no_installation_stop", job_id=JOB),
    ]


@pytest.mark.parametrize(
    ("ahead", "told", "in_time"), [(60, True, True), (59, True, False), (60, False, False), (-10, True, False)]
)
def test_trouble_is_in_time_when_the_customer_knows_an_hour_before_the_window(
    ahead: int, told: bool, in_time: bool
) -> None:
    """B7: told late, it is recorded as late."""
    moment = WINDOW.starts - timedelta(minutes=ahead)
    trouble = ReportTrouble(cause="goods", note="花洒缺件", told_customer=told)
    a_job(*OUT).asks(trouble, at(moment)).then(
        TroubleReported(
            at=moment,
            job_id=JOB,
            on=DAY,
            crew="S1",
            leader="li.zq",
            cause="goods",
            note="花洒缺件",
            told_customer=told,
            window=WINDOW,
            due=WINDOW.starts - timedelta(hours=1),
            in_time=in_time,
        )
    )


def test_trouble_is_about_a_published_stop() -> None:
    """B7"""
    trouble = ReportTrouble(cause="late", note="", told_customer=True)
    a_job(*PLANNED).asks(trouble, CTX).refuses(no("no_published_stop", rule="B7", job_id=JOB))


def owed(*history: object) -> dict[str, datetime]:
    """The calls that are still owed, by name."""
    return {timer.name: timer.at for timer in a_job(*history).due()}


def test_each_call_is_owed_by_its_own_time_until_it_reached_the_customer() -> None:
    """K3, K5, K6"""
    home = {f"call_overdue:home:{DAY}": HOME_DUE}
    half = {f"call_overdue:half_day:{DAY}": HALF_DUE}
    ahead = {f"call_overdue:arrival:{DAY}": OPENS - timedelta(hours=1)}
    missed = HALF.model_copy(update={"result": "later"})
    arrived = StopArrived(at=NOW, job_id=JOB, on=DAY, crew="S1", leader="li.zq", window=WINDOW)
    assert [
        owed(OPENED, BOOKED),
        owed(*PLANNED),
        owed(*OUT),
        owed(*OUT, HOME, missed),
        owed(*OUT, HOME, HALF),
        owed(*OUT, HOME, HALF, AHEAD),
        owed(*OUT, DEPARTED),
        owed(*OUT, DEPARTED, arrived),
        owed(*ON_THE_WAY, DELIVERED),
    ] == [{}, home, {**home, **half, **ahead}, {**half, **ahead}, ahead, {}, ahead, {}, {}]


@pytest.mark.parametrize(
    ("call", "overdue"),
    [
        ("home", HomeConfirmationOverdue(at=HOME_DUE, job_id=JOB, on=DAY, due=HOME_DUE)),
        ("half_day", HalfDayCallOverdue(at=HALF_DUE, job_id=JOB, on=DAY, crew="S1", leader="li.zq", due=HALF_DUE)),
        (
            "arrival",
            ArrivalCallOverdue(at=AHEAD.due, job_id=JOB, on=DAY, crew="S1", leader="li.zq", due=AHEAD.due),
        ),
    ],
)
def test_a_missed_call_is_told_once_and_not_before_its_time(call: str, overdue: object) -> None:
    """K3, K5, K6"""
    fire = MarkCallOverdue(call=call, on=DAY)
    ctx = at(overdue.due)
    early = at(overdue.due - timedelta(seconds=1))
    assert [
        a_job(*OUT).asks(fire, ctx).decided,
        a_job(*OUT).asks(fire, early).decided,
        a_job(*OUT, overdue).asks(fire, ctx).decided,
        a_job(*OUT, HOME, HALF, AHEAD).asks(fire, ctx).decided,
        a_job().asks(fire, ctx).decided,
    ] == [(overdue,), (), (), (), ()]


def test_a_missed_call_before_the_installation_is_told_once() -> None:
    """K10"""
    fire = MarkCallOverdue(call="install", on=INSTALL.on)
    overdue = InstallCallOverdue(at=INSTALL.due, job_id="I-HT26030001", on=INSTALL.on, due=INSTALL.due)
    planned = (INSTALLATION, INSTALLATION_SLOT)
    assert [
        a_job(*h).asks(fire, at(INSTALL.due)).decided for h in (planned, (*planned, INSTALL), (*planned, overdue))
    ] == [
        (overdue,),
        (),
        (),
    ]


def test_a_call_about_a_day_that_is_not_the_jobs_any_more_is_not_overdue() -> None:
    """K3"""
    other = SCHEDULED.model_copy(
        update={"on": date(2026, 3, 14), "home_due": HOME_DUE + timedelta(days=1), "day_version": 3}
    )
    fire = MarkCallOverdue(call="home", on=DAY)
    a_job(OPENED, BOOKED, SCHEDULED, other).asks(fire, at(HOME_DUE + timedelta(days=2))).nothing_new()
