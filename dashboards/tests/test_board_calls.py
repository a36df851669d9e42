"""What the board shows of calls owed and made, of trouble on the day, of a crew that is absent (B3, B5, B7, B8)."""

from datetime import timedelta

import pytest
from dashboards_story import NOW, ON, board_of, booked, day_opened, in_slot, opened, placed_cards, published_day, told

from contracts.civil_time import end_of_day
from contracts.dispatch_calls import ArrivalCalled, HalfDayTold, HomeConfirmed, JobCancelled, TroubleReported
from contracts.dispatch_days import CrewAbsent, CrewReturned
from contracts.dispatch_jobs import DeliveryDeparted, StopPublished, StopScheduled
from contracts.dispatch_road import StopArrived, StopUndeliverable
from dashboards.board.view import Light, Say

JOB = "D-HT26030001"
DAY = f"day:main:{ON}"
HOME_DUE = end_of_day(ON - timedelta(days=1))
SOON, PASSED = NOW + timedelta(minutes=40), NOW - timedelta(minutes=5)


def draft(home_due=HOME_DUE):
    return [
        opened(),
        booked(),
        day_opened(),
        *(
            told(one[0], one[2].model_copy(update={"home_due": home_due})) if isinstance(one[2], StopScheduled) else one
            for one in in_slot()
        ),
    ]


def published(arrival_due=None, half_due=None):
    stop = StopPublished(
        at=NOW,
        job_id=JOB,
        on=ON,
        crew="S1",
        leader="li.zq",
        version=1,
        half_day_due=half_due,
        arrival_call_due=arrival_due,
    )
    return [*draft(), home(), published_day(), told(f"job:{JOB}", stop)]


def home(*, result="reached", at_home=True):
    event = HomeConfirmed(
        at=NOW,
        job_id=JOB,
        on=ON,
        at_home=at_home,
        result=result,
        note="",
        called_by="he.jx",
        install_by=None,
        due=HOME_DUE,
    )
    return told(f"job:{JOB}", event)


def half_day(result="reached"):
    event = HalfDayTold(
        at=NOW,
        job_id=JOB,
        on=ON,
        half="am",
        crew="S1",
        leader="li.zq",
        result=result,
        note="",
        called_by="li.zq",
        due=None,
    )
    return told(f"job:{JOB}", event)


def risk_of(story):
    return placed_cards(board_of(story))[JOB].risk


def light_of(story, code):
    lane = next(lane for lane in board_of(story).lanes if lane.crew == "S1")
    return next(light for light in lane.lights if light.code == code)


@pytest.mark.parametrize(
    ("home_due", "said", "level"),
    [
        (SOON, "risk.call_due.home", "warn"),
        (PASSED, "risk.call_over.home", "late"),
    ],
)
def test_a_customer_who_was_not_asked_whether_somebody_is_home_is_marked(home_due, said, level):
    """B3, K3"""
    risk = risk_of(draft(home_due))
    assert (risk.say.code, risk.level) == (said, level)


def test_once_somebody_is_home_the_mark_goes_and_the_light_counts():
    """B3, K3"""
    story = [*draft(SOON), home()]
    assert (risk_of(story), light_of(story, "light.home")) == (
        None,
        Light(code="light.home", state="met", done=1, of=1),
    )


def test_nobody_home_is_red():
    """B3"""
    assert risk_of([*draft(SOON), home(at_home=False)]).say.code == "risk.not_home"


def test_a_call_that_reached_nobody_is_still_owed():
    """B3, E3"""
    assert risk_of([*draft(SOON), home(result="not_reached")]).say.code == "risk.call_due.home"


def test_the_half_day_call_is_counted_on_the_lane_and_on_the_rhythm():
    """B5, K5"""
    story = published(half_due=NOW + timedelta(hours=2))
    before, after = (light_of(one, "light.half_day") for one in (story, [*story, half_day()]))
    marks = {mark.code: mark.say for mark in board_of([*story, half_day()]).rhythm}
    assert (before.state, after.state) == ("due", "met")
    assert marks["mark.calls"] == Say(code="mark.called", facts={"n": 1, "of": 1})


def test_the_arrival_call_is_marked_until_it_is_made():
    """B5, K6"""
    story = published(arrival_due=SOON)
    called = ArrivalCalled(
        at=NOW,
        job_id=JOB,
        on=ON,
        crew="S1",
        leader="li.zq",
        expected_at=NOW,
        result="reached",
        note="",
        called_by="li.zq",
        due_from=NOW,
        due=SOON,
    )
    assert risk_of(story).say.code == "risk.call_due.arrival_call"
    assert risk_of([*story, told(f"job:{JOB}", called)]) is None


def test_trouble_that_the_leader_told_is_on_the_card():
    """B7"""
    where = placed_cards(board_of(published()))[JOB].window
    trouble = TroubleReported(
        at=NOW,
        job_id=JOB,
        on=ON,
        crew="S1",
        leader="li.zq",
        cause="late",
        note="堵车",
        told_customer=True,
        window=where.model_dump(),
        due=NOW,
        in_time=True,
    )
    assert risk_of([*published(), told(f"job:{JOB}", trouble)]).say == Say(
        code="risk.trouble.late", facts={"note": "堵车"}
    )


def test_a_crew_at_the_door_and_goods_that_cannot_be_left():
    """B13, B14"""
    where = placed_cards(board_of(published()))[JOB].window
    arrived = StopArrived(at=NOW, job_id=JOB, on=ON, crew="S1", leader="li.zq", window=where.model_dump())
    stuck = StopUndeliverable(
        at=NOW, job_id=JOB, contract_no="HT26030001", crew="S1", leader="li.zq", cause="无人", customer_reached=False
    )
    left = DeliveryDeparted(at=NOW, job_id=JOB, crew="S1", vehicle="粤E·7K352")
    story = [*published(), told(f"job:{JOB}", left), told(f"job:{JOB}", arrived)]
    assert placed_cards(board_of(story))[JOB].status == "site"
    assert risk_of([*story, told(f"job:{JOB}", stuck)]).say.code == "risk.trouble.undeliverable"


def test_a_cancelled_job_is_in_no_list():
    """A6"""
    cancelled = JobCancelled(at=NOW, job_id=JOB, kind="delivery", contract_no="HT26030001", reason="客户退订")
    board = board_of([opened(), booked(), told(f"job:{JOB}", cancelled)])
    assert (board.backlog.ready, board.backlog.later, board.backlog.blocked) == ((), (), ())


def test_a_crew_that_is_absent_says_why_until_it_is_back():
    """B8"""
    absent = told(DAY, CrewAbsent(at=NOW, depot="main", on=ON, crew="S1", half=None, reason="领队病假"))
    back = told(DAY, CrewReturned(at=NOW, depot="main", on=ON, crew="S1"))

    def why(story):
        return {lane.crew: lane.absent for lane in board_of(story).lanes}["S1"]

    assert [why([*draft(), absent]), why([*draft(), absent, back])] == ["领队病假", None]
