"""MarkCrewAbsent, EndCrewAbsence, SetCrewOfDay, TakePersonOff: who works on one day (B8)."""

from datetime import timedelta

import pytest
from dispatch_cases import (
    CREWS,
    CTX,
    DAY,
    DAY_OPENED,
    DAY_OUT,
    JOB,
    NOW,
    POLICY,
    SLOT,
    TAKEN,
    a_day,
    confirmed,
    reacts,
    reserved,
)

from contracts.dispatch_days import CrewAbsent, CrewDeparted, CrewOfDayChanged, CrewReturned, DayOpened
from contracts.dispatch_fleet import LeaveNoted
from dispatch.day.aggregate import DAY as DAY_PLAN
from dispatch.day.aggregate import day_id
from dispatch.day.change import ChangePlan, PlannedMove, Spot
from dispatch.day.crews import EndCrewAbsence, MarkCrewAbsent, NoteDeparture, SetCrewOfDay, TakePersonOff
from dispatch.day.slot import ReserveSlot
from dispatch.day.state import Unopened
from dispatch.day.turn import RevertChange, UndoChange
from dispatch.fields import PLANNED_AHEAD
from dispatch.refusals import no
from runtime.decision import Ask, Rejected
from runtime.refusal import Term
from runtime.testing import Given

SICK = MarkCrewAbsent(on=DAY, crew="S1", half="am", reason="李志强发烧")
ABSENT = CrewAbsent(at=NOW, depot="main", on=DAY, crew="S1", half="am", reason="李志强发烧")
REISSUED = NOW + timedelta(minutes=POLICY.plan_reissue_minutes)
OTHER_LEADER = CREWS[0].model_copy(update={"leader": "chen.gd", "leader_name": "陈国栋"})
SET = SetCrewOfDay(on=DAY, crew=OTHER_LEADER, reason="代班")
BESIDE = SLOT.model_copy(update={"job_id": "D-2", "crew": "S2"})


def crew_changed(crew: object = OTHER_LEADER, reason: str = "代班", *, published: bool = False) -> CrewOfDayChanged:
    """A crew works otherwise that day."""
    due = REISSUED if published else None
    named = {"at": NOW, "depot": "main", "on": DAY, "crew": crew, "reason": reason, "reissue_due": due}
    return CrewOfDayChanged.model_validate(named)


def test_a_crew_is_absent_and_said_again_is_no_event() -> None:
    """B8"""
    assert [a_day(*history).asks(SICK, CTX).decided for history in ((), TAKEN, (*TAKEN, ABSENT))] == [
        (DAY_OPENED, ABSENT),
        (ABSENT,),
        (),
    ]


@pytest.mark.parametrize(("half", "refused"), [("am", True), ("pm", False)])
def test_an_absent_crew_gets_no_more_stops_in_that_half_day_not_even_by_force(half: str, refused: bool) -> None:
    """B8"""
    wanted = ReserveSlot(
        on=DAY,
        job_id=JOB,
        kind="delivery",
        contract_no="1",
        crew="S1",
        half=half,
        volume_l=1,
        lines=(),
        force_reason="加急",
    )
    decision = a_day(DAY_OPENED, ABSENT).asks(wanted, CTX).decided
    assert (isinstance(decision, Rejected) and decision.code == "force_impossible") == refused


def test_a_crew_that_is_back_is_there_again() -> None:
    """B8"""
    back = EndCrewAbsence(crew="S1")
    returned = CrewReturned(at=NOW, depot="main", on=DAY, crew="S1")
    assert [a_day(*history).asks(back, CTX).decided for history in ((), TAKEN, (*TAKEN, ABSENT))] == [
        (),
        (),
        (returned,),
    ]


def test_a_crew_that_the_day_does_not_have_is_refused() -> None:
    """B8"""
    names = [crew.crew for crew in CREWS]
    ghost = SET.model_copy(update={"crew": OTHER_LEADER.model_copy(update={"crew": "S9"})})
    assert [
        a_day(*TAKEN).asks(command, CTX).decided for command in (SICK.model_copy(update={"crew": "S9"}), ghost)
    ] == 2 * [no("unknown_crew", crew="S9", crews=Term.of("、".join(names)))]


def test_another_leader_for_a_day_and_a_published_plan_goes_out_again() -> None:
    """B4, B8"""
    alone = DayOpened(at=NOW, depot="main", on=DAY, crews=CREWS[:1], plan_due=DAY_OPENED.plan_due)
    histories = (
        (alone,),
        (alone, crew_changed()),
        (alone, *TAKEN[1:], DAY_OUT.model_copy(update={"crews": CREWS[:1]})),
    )
    assert [a_day(*history).asks(SET, CTX).decided for history in histories] == [
        (crew_changed(),),
        (),
        (crew_changed(published=True),),
    ]


def test_nobody_is_put_at_two_places_by_a_change_of_crews() -> None:
    """B8"""
    refused = a_day(*TAKEN, reserved(BESIDE), confirmed("D-2")).asks(SET, CTX).decided
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.facts["clash_1_job"], refused.facts["clash_1_window_taken_by"]) == (
        "crew_busy",
        JOB,
        "D-2",
    )


def test_a_planned_day_goes_on_without_who_is_on_leave() -> None:
    """B8: a crew without a leader keeps its stops and cannot depart."""
    off = TakePersonOff(person_id="li.zq", reason="病假")
    leaderless = CREWS[0].model_copy(update={"leader": None, "leader_name": None})
    member = TakePersonOff(person_id="luo.h", name=CREWS[1].members[0], reason="请假")
    alone = CREWS[1].model_copy(update={"members": ()})
    assert [
        a_day(*TAKEN).asks(off, CTX).decided,
        a_day().asks(off, CTX).decided,
        a_day(*TAKEN, crew_changed(leaderless, "病假")).asks(off, CTX).decided,
        a_day(*TAKEN, DAY_OUT).asks(member, CTX).decided,
    ] == [
        (crew_changed(leaderless, "病假"),),
        (),
        (),
        (crew_changed(alone, "请假", published=True),),
    ]


def test_a_leader_who_helps_in_another_crew_is_at_one_place_at_a_time() -> None:
    """B8: members are written by name."""
    helped = CREWS[1].model_copy(update={"members": (*CREWS[1].members, CREWS[0].leader_name)})
    together = SetCrewOfDay(on=DAY, crew=helped, reason="帮忙")
    refused = a_day(*TAKEN, reserved(BESIDE), confirmed("D-2")).asks(together, CTX).decided
    assert isinstance(refused, Rejected)
    assert refused.code == "crew_busy"


def test_a_crew_that_nobody_is_left_in_is_absent() -> None:
    """B8"""
    fitter = next(crew for crew in CREWS if not crew.members)
    nobody = fitter.model_copy(update={"leader": None, "leader_name": None})
    off = TakePersonOff(person_id=fitter.leader or "", reason="病假")
    absent = CrewAbsent(at=NOW, depot="main", on=DAY, crew=fitter.crew, half=None, reason="病假")
    a_day(*TAKEN).asks(off, CTX).then(crew_changed(nobody, "病假"), absent)


def test_a_leave_reaches_each_of_its_days_as_far_as_anybody_plans() -> None:
    """B8"""
    next_day = DAY + timedelta(days=1)
    leave = LeaveNoted(
        at=NOW,
        leave_id="l",
        person_id="li.zq",
        kind="sickness",
        starts_on=DAY,
        ends_on=next_day,
        note="",
        name="李志强",
    )
    long = leave.model_copy(update={"ends_on": DAY + timedelta(days=200)})
    off = TakePersonOff(at=NOW, person_id="li.zq", name="李志强", reason="病假")
    assert (reacts("take_off", leave), len(reacts("take_off", long)), reacts("take_off", DAY_OUT)) == (
        (Ask(day_id(DAY), off), Ask(day_id(next_day), off)),
        PLANNED_AHEAD,
        (),
    )


LEFT_WITH_S1 = CrewDeparted(at=NOW, depot="main", on=DAY, crew="S1")


def test_a_crew_that_has_left_is_noted_once() -> None:
    """B11"""
    note = NoteDeparture(crew="S1")
    a_day(*TAKEN).asks(note, CTX).then(LEFT_WITH_S1)
    assert [day.asks(note, CTX).decided for day in (a_day(), a_day(*TAKEN, LEFT_WITH_S1))] == [(), ()]


def test_nobody_is_given_a_place_with_a_crew_that_has_left_and_nobody_loses_one_by_that() -> None:
    """B11: given, moved, or taken back to; what a job does not follow goes back to where it was."""
    moved_away = ChangePlan(
        on=DAY,
        change_id="c-1",
        kind="move",
        moves=(
            PlannedMove(
                job_id=JOB,
                kind="delivery",
                contract_no=SLOT.contract_no,
                volume_l=SLOT.volume_l,
                lines=SLOT.lines,
                to=Spot(crew="S2", half="am"),
            ),
        ),
    )
    gone = Given(DAY_PLAN, DAY_PLAN.evolve(a_day(*TAKEN).asks(moved_away, CTX).accepted().state, LEFT_WITH_S1))
    late = no("plan_too_late", crew="S1", on=DAY)
    new = ReserveSlot(
        on=DAY,
        job_id="D-2",
        kind="delivery",
        contract_no="2",
        crew="S1",
        half="pm",
        volume_l=SLOT.volume_l,
        lines=(),
    )
    gone.asks(new, CTX).refuses(late)
    back = moved_away.model_copy(
        update={
            "change_id": "c-2",
            "moves": (moved_away.moves[0].model_copy(update={"to": Spot(crew="S1", half="am", position=1)}),),
        }
    )
    gone.asks(back, CTX).refuses(late)
    gone.asks(UndoChange(change_id="c-1", undo_id="u-1"), CTX).refuses(late)
    put_back = gone.asks(RevertChange(change_id="c-1", departed=(JOB,)), CTX).accepted().state
    assert not isinstance(put_back, Unopened)
    assert [(one.slot, one.confirmed) for one in put_back.plan.held] == [(SLOT, True)]
