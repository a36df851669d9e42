"""Who did what was owed, on time, and the proof: given what happened."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from dashboards_story import (
    CUSTOMER,
    EARLIER,
    NOW,
    ON,
    PLAN_DUE,
    booked,
    day_opened,
    delivered,
    every_interleaving,
    opened,
    published_day,
    published_stop,
    rows_of,
    scheduled,
    told,
    window,
)

from contracts.dispatch_days import PlanOverdue
from contracts.dispatch_jobs import DeliveryFailed, InstallationCompleted, InstallationOverdue, StopUnscheduled
from contracts.service_desk_tickets import ReplyOverdue, TicketOpened, TicketReplied
from dashboards.assessment.chart import chart_of
from dashboards.assessment.kpi import Count, kpi_view
from dashboards.assessment.rows import OWING

LATER = datetime(2026, 3, 31, 12, tzinfo=UTC)
JOB, INSTALL, DAY = "D-HT26030001", "I-HT26030001", f"day:main:{ON}"
ENDS = window().ends


@dataclass(frozen=True)
class Somebody:
    id: str
    name: str
    role: str


PEOPLE = {
    person.id: person
    for person in (
        Somebody("he.jx", "何嘉欣", "install_assistant"),
        Somebody("tan.zw", "谭志文", "install_supervisor"),
        Somebody("liang.my", "梁美仪", "cs_specialist"),
        Somebody("li.zq", "李志强", "crew_leader"),
        Somebody("chen.gd", "陈国栋", "crew_leader"),
        Somebody("guan.yf", "关永锋", "manager"),
    )
}
MANAGER = PEOPLE["guan.yf"]


def view_of(story, *, now=LATER, viewer=MANAGER, month="2026-03", people=PEOPLE, **chosen):
    rows = rows_of(story)["duties"].values()
    return kpi_view(map(OWING.read, rows), month=month, now=now, viewer=viewer, people=people, **chosen)


def judged(story, *, now=LATER, **more):
    """(rule, owner, state, corrected) of every duty."""
    return [(one.rule, one.owner, one.state, one.corrected) for one in view_of(story, now=now, **more).duties]


def overdue_plan():
    return told(DAY, PlanOverdue(at=PLAN_DUE, depot="main", on=ON, due=PLAN_DUE), by="system")


# --- K4 ----------------------------------------------------------------------------------------------------------


def test_a_plan_published_before_five_meets_k4_for_whoever_published():
    """K4 B4"""
    assert judged([day_opened(), published_day(by="he.jx")]) == [("K4", "he.jx", "met", False)]


def test_a_plan_published_after_five_is_late():
    """K4"""
    late = PLAN_DUE + timedelta(minutes=12)
    duty = view_of([day_opened(), overdue_plan(), published_day(at=late)]).duties[0]
    assert (duty.state, duty.late_minutes) == ("late", 12)


def test_a_plan_that_never_came_is_missed_by_the_only_assistant():
    """K4"""
    assert judged([day_opened(), overdue_plan()]) == [("K4", "he.jx", "missed", False)]


def test_with_two_assistants_a_missed_plan_names_the_role_only():
    """K4"""
    people = {**PEOPLE, "x": Somebody("x", "某", "install_assistant")}
    assert judged([day_opened()], people=people) == [("K4", "role:install_assistant", "missed", False)]


def test_a_plan_not_yet_due_is_open():
    """K4"""
    assert judged([day_opened()], now=NOW) == [("K4", "he.jx", "open", False)]


def test_a_plan_told_later_counts_at_its_own_time_and_corrects_the_figure():
    """K4 X1"""
    told_next_day = PLAN_DUE + timedelta(hours=15)
    story = [day_opened(), overdue_plan(), published_day(at=PLAN_DUE - timedelta(minutes=3), recorded=told_next_day)]
    assert judged(story) == [("K4", "he.jx", "met", True)]


def test_a_second_version_does_not_make_a_plan_late():
    """K4 B4"""
    again = published_day(at=PLAN_DUE + timedelta(hours=3), version=2)
    assert judged([day_opened(), published_day(at=NOW), again]) == [("K4", "he.jx", "met", False)]


def test_a_duty_opens_to_the_events_that_prove_it():
    """K4 K21 X1"""
    recorded = PLAN_DUE + timedelta(hours=15)
    duty = view_of([day_opened(), overdue_plan(), published_day(at=NOW, recorded=recorded)]).duties[0]
    assert [(proof.event, proof.happened, proof.recorded, proof.by_name) for proof in duty.evidence] == [
        ("DayOpened", EARLIER, EARLIER, "何嘉欣"),
        ("PlanOverdue", PLAN_DUE, PLAN_DUE, ""),
        ("DayPublished", NOW, recorded, "何嘉欣"),
    ]


# --- K2, K8 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_ahead", "state"), [(4, "met"), (1, "late")])
def test_a_booking_is_owed_three_days_ahead_by_whoever_booked(days_ahead, state):
    """K2 B1"""
    called = window().starts - timedelta(days=days_ahead)
    assert judged([opened(), booked(at=called)], duty="K2") == [("K2", "he.jx", state, False)]


STOP = [opened(), scheduled(), published_stop()]


@pytest.mark.parametrize(("minutes", "state"), [(-1, "met"), (0, "met"), (1, "late")])
def test_a_delivery_is_judged_by_the_end_of_its_window_for_the_leader(minutes, state):
    """K8 B13"""
    assert judged([*STOP, delivered(at=ENDS + timedelta(minutes=minutes))]) == [("K8", "li.zq", state, False)]


def test_a_delivery_that_did_not_come_is_open_then_missed():
    """K8"""
    assert [judged(STOP, now=ENDS - timedelta(minutes=1)), judged(STOP, now=ENDS + timedelta(minutes=1))] == [
        [("K8", "li.zq", "open", False)],
        [("K8", "li.zq", "missed", False)],
    ]


def test_a_delivery_signed_in_time_and_typed_in_later_is_met_and_corrected():
    """K8 X1"""
    done = delivered(at=ENDS - timedelta(minutes=5), recorded=ENDS + timedelta(hours=4))
    assert judged([*STOP, done]) == [("K8", "li.zq", "met", True)]


def failed(at=ENDS):
    event = DeliveryFailed(
        at=at,
        job_id=JOB,
        contract_no="HT26030001",
        crew="S1",
        leader="li.zq",
        cause="客户不在",
        goods="returned",
        consent_by="he.jx",
        window_ends=ENDS,
    )
    return told(f"job:{JOB}", event, by="li.zq")


def test_a_failed_stop_is_missed_and_a_second_trip_is_a_duty_of_its_own():
    """K8 B14"""
    second = window(start=15, end=16)
    story = [*STOP, failed(), scheduled(when=second), published_stop(leader="chen.gd"), delivered(at=NOW, when=second)]
    assert judged(story) == [("K8", "li.zq", "missed", False), ("K8", "li.zq", "met", False)]


def test_a_stop_moved_before_the_trip_owes_its_new_window():
    """K8 B4"""
    afternoon = window(start=15, end=16)
    story = [
        *STOP,
        scheduled(when=afternoon),
        published_stop(),
        delivered(at=ENDS + timedelta(hours=2), when=afternoon),
    ]
    assert judged(story) == [("K8", "li.zq", "met", False)]


def test_a_stop_taken_off_the_plan_is_no_longer_owed():
    """K8 B4"""
    off = StopUnscheduled(at=NOW, job_id=JOB, reason="客户改期", depot="main", on=ON, day_version=3)
    assert judged([*STOP, told(f"job:{JOB}", off)]) == []


# --- K9, K13 -----------------------------------------------------------------------------------------------------

INSTALL_DUE = ENDS + timedelta(days=2)
OWED = opened(INSTALL, kind="installation", due_at=INSTALL_DUE)


def installed(at):
    event = InstallationCompleted(
        at=at,
        job_id=INSTALL,
        contract_no="HT26030001",
        crew="A1",
        leader="huang.wy",
        accepted_by="林艳",
        note="",
        due=INSTALL_DUE,
    )
    return told(f"job:{INSTALL}", event)


@pytest.mark.parametrize(("hours", "state"), [(-1, "met"), (1, "late")])
def test_an_installation_is_owed_by_the_supervisor_within_two_days(hours, state):
    """K9 B10"""
    assert judged([OWED, installed(INSTALL_DUE + timedelta(hours=hours))]) == [("K9", "tan.zw", state, False)]


def test_an_overdue_installation_is_missed_with_the_clock_as_proof():
    """K9"""
    event = InstallationOverdue(at=INSTALL_DUE, job_id=INSTALL, contract_no="HT26030001", due=INSTALL_DUE)
    duty = view_of([OWED, told(f"job:{INSTALL}", event, by="system")]).duties[0]
    assert (duty.state, [proof.event for proof in duty.evidence]) == (
        "missed",
        ["JobOpened", "InstallationOverdue"],
    )


RECEIVED, REPLY_DUE = NOW, NOW + timedelta(hours=12)
TICKET = told(
    "ticket:T1",
    TicketOpened(
        at=RECEIVED,
        ticket_id="T1",
        kind="repair",
        channel="phone",
        contract_no=None,
        customer=CUSTOMER,
        product="淋浴房",
        quantity=1,
        problem="渗水",
        proof=(),
        reply_due=REPLY_DUE,
    ),
)


def replied(at, **more):
    return told("ticket:T1", TicketReplied(at=at, ticket_id="T1", note="", due=REPLY_DUE), by="liang.my", **more)


@pytest.mark.parametrize(("hours", "state"), [(11, "met"), (13, "late")])
def test_a_request_is_answered_by_its_deadline_by_whoever_replied(hours, state):
    """K13 C2"""
    assert judged([TICKET, replied(RECEIVED + timedelta(hours=hours))]) == [("K13", "liang.my", state, False)]


def test_an_unanswered_request_is_missed_by_the_specialist():
    """K13 C2"""
    overdue = told("ticket:T1", ReplyOverdue(at=REPLY_DUE, ticket_id="T1", due=REPLY_DUE), by="system")
    assert judged([TICKET, overdue]) == [("K13", "liang.my", "missed", False)]


def test_of_two_replies_the_earlier_counts_however_late_it_was_told():
    """K13 X1"""
    late, early = replied(REPLY_DUE + timedelta(hours=1)), replied(NOW, recorded=REPLY_DUE + timedelta(hours=2))
    assert judged([TICKET, late, early]) == [("K13", "liang.my", "met", True)]


# --- figures ------------------------------------------------------------------------------------------------------


def test_figures_add_up_per_person_and_duty():
    """K4 K8 K13"""
    view = view_of([day_opened(), published_day(), *STOP, failed(), TICKET])
    assert [(line.name, line.count) for line in view.people] == [
        ("李志强", Count(owed=1, missed=1, rate=0)),
        ("梁美仪", Count(owed=1, missed=1, rate=0)),
        ("何嘉欣", Count(owed=1, met=1, rate=1000)),
    ]
    assert [(line.rule, line.count.owed) for line in view.rules] == [("K4", 1), ("K8", 1), ("K13", 1)]
    assert view.total == Count(owed=3, met=1, missed=2, rate=333)


def test_a_choice_of_person_duty_and_state_lists_just_those():
    """K21"""
    view = view_of([day_opened(), published_day(), *STOP, failed()], person="li.zq", duty="K8", state="missed")
    assert [(one.rule, one.owner) for one in view.duties] == [("K8", "li.zq")]


def test_a_duty_belongs_to_the_month_in_which_it_is_due():
    """K22"""
    assert judged([day_opened()], month="2026-04") == []


def test_people_see_their_own_superiors_their_people_managers_all():
    """K21"""
    story = [day_opened(), published_day(), *STOP, TICKET]
    seen = {who: {rule for rule, *_ in judged(story, viewer=PEOPLE[who])} for who in PEOPLE}
    assert seen == {
        "he.jx": {"K4"},
        "tan.zw": {"K4", "K8"},
        "liang.my": {"K13"},
        "li.zq": {"K8"},
        "chen.gd": set(),
        "guan.yf": {"K4", "K8", "K13"},
    }


def test_who_does_not_call_customers_sees_the_family_name_alone():
    """C18"""
    names = [view_of(STOP, viewer=PEOPLE[who]).duties[0].customer for who in ("guan.yf", "li.zq")]
    assert names == ["林*", "林艳"]


def test_no_interleaving_of_streams_changes_a_figure():
    """K4 K8 K13"""
    plan, stop, ticket = [day_opened(), published_day()], STOP, [TICKET, replied(NOW)]
    views = {view_of(mix).model_dump_json() for mix in every_interleaving(plan, stop, ticket)}
    assert views == {view_of([*plan, *stop, *ticket]).model_dump_json()}


def test_bars_stack_to_the_number_owed():
    """K21"""
    view = view_of([day_opened(), published_day(), *STOP, failed()])
    rects = chart_of("2026-03", view.days).rects
    assert [(rect.on, rect.state, rect.n, rect.height) for rect in rects] == [
        ("2026-03-12", "met", 1, 33.5),
        ("2026-03-13", "missed", 1, 33.5),
    ]
