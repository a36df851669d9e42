"""ConfirmSlot, ReleaseSlot, ExpireSlot, PublishDay, MarkPlanOverdue."""

from datetime import timedelta

import pytest
from dispatch_cases import (
    CLOCK,
    CTX,
    DAY,
    DAY_OPENED,
    DAY_OUT,
    HOLD,
    JOB,
    NOW,
    POLICY,
    SLOT,
    TAKEN,
    a_day,
    changed,
    confirmed,
    later,
    reserved,
)

from company.context import Context
from company.reasons import EXPIRED, GONE, SAME_DAY
from contracts.dispatch_days import DayAdjusted, PlanAdjustment, PlanOverdue, SlotReleased
from dispatch.day.issue import MarkPlanOverdue, PublishDay, ReissueDay
from dispatch.day.slot import ConfirmSlot, ExpireSlot, ReleaseSlot
from dispatch.refusals import no
from runtime.decision import Timer

SECOND = SLOT.model_copy(update={"job_id": "D-2", "half": "pm", "crew": "S2"})
LEFT = SlotReleased(at=NOW, depot="main", on=DAY, job_id=JOB, reason="客户改期")
HELD = (DAY_OPENED, reserved())
PLAN_DUE = DAY_OPENED.plan_due
AT_DUE = Context(now=PLAN_DUE, by="system", role="system", policy=POLICY)
REISSUE = timedelta(minutes=POLICY.plan_reissue_minutes)
ADJUSTED = (
    *TAKEN,
    DAY_OUT,
    changed((None, SECOND), reason="加急", published=True),
    reserved(SECOND, "加急"),
    confirmed("D-2"),
)
GONE_AGAIN = LEFT.model_copy(update={"job_id": "D-2"})
OVERDUE = PlanOverdue(at=PLAN_DUE, depot="main", on=DAY, due=PLAN_DUE)


def test_a_slot_that_its_job_took_stays() -> None:
    """B8"""
    confirm = ConfirmSlot(job_id=JOB, reservation=2)
    assert [a_day(*HELD).asks(confirm, CTX).decided, a_day(*TAKEN).asks(confirm, CTX).decided] == [(confirmed(),), ()]


@pytest.mark.parametrize("history", [(), (*HELD, LEFT, reserved())])
def test_a_slot_that_was_given_anew_is_not_confirmed(history: tuple[object, ...]) -> None:
    """B8"""
    a_day(*history).asks(ConfirmSlot(job_id=JOB, reservation=2), CTX).refuses(no("slot_gone", job_id=JOB))


@pytest.mark.parametrize("history", [(DAY_OPENED,), (*HELD, LEFT)])
def test_a_job_that_took_a_slot_too_late_is_told_that_it_is_gone(history: tuple[object, ...]) -> None:
    """B8"""
    gone = LEFT.model_copy(update={"reason": GONE})
    a_day(*history).asks(ConfirmSlot(job_id=JOB, reservation=2), CTX).then(gone)


def test_telling_that_a_slot_is_gone_changes_no_published_plan() -> None:
    """B4, B8"""
    gone = LEFT.model_copy(update={"job_id": "D-2", "reason": GONE})
    a_day(*TAKEN, DAY_OUT, gone).asks(PublishDay(), CTX).nothing_new()


def test_a_slot_is_released() -> None:
    """B8"""
    taken_out = changed((SLOT, None), change_id="v4", kind="release", reason="客户改期")
    freed = LEFT.model_copy(update={"change_id": "v4"})
    release = ReleaseSlot(job_id=JOB, reason="客户改期")
    a_day(*TAKEN).asks(release, CTX).then(taken_out, freed)
    left = release.model_copy(update={"left": True})
    a_day(*TAKEN).asks(left, CTX).then(taken_out, freed.model_copy(update={"left": True}))


@pytest.mark.parametrize("history", [(), (DAY_OPENED,), (*TAKEN, LEFT)])
def test_nothing_to_release_is_no_event(history: tuple[object, ...]) -> None:
    """B8"""
    a_day(*history).asks(ReleaseSlot(job_id=JOB), CTX).nothing_new()


def test_an_old_release_does_not_free_a_slot_that_was_given_anew() -> None:
    """B8"""
    day = a_day(*HELD, LEFT, reserved())
    day.asks(ReleaseSlot(job_id=JOB, reservation=2), CTX).nothing_new()


def test_leaving_a_published_plan_needs_a_reason() -> None:
    """B4"""
    day = a_day(*TAKEN, DAY_OUT)
    assert [
        day.asks(ReleaseSlot(job_id=JOB), CTX).decided,
        day.asks(ReleaseSlot(job_id=JOB, reason="客户改期"), CTX).decided,
    ] == [
        no("adjustment_needs_reason", on=DAY, edition=1),
        (
            changed((SLOT, None), change_id="v5", kind="release", reason="客户改期", published=True),
            LEFT.model_copy(update={"change_id": "v5"}),
        ),
    ]


def test_a_reservation_that_nobody_took_expires() -> None:
    """B8"""
    ctx = Context(now=NOW + HOLD, by="system", role="system", policy=POLICY)
    expired = LEFT.model_copy(update={"at": NOW + HOLD, "reason": EXPIRED})
    a_day(*HELD).asks(ExpireSlot(job_id=JOB, reservation=2), ctx).then(expired)


def test_a_job_that_did_not_take_its_new_place_is_put_back_where_it_was() -> None:
    """B8"""
    there = SLOT.model_copy(update={"crew": "S2"})
    moved = (
        changed((SLOT, there), change_id="c-1", kind="move"),
        LEFT.model_copy(update={"reason": SAME_DAY}),
        reserved(there, change_id="c-1"),
    )
    ctx = Context(now=NOW + HOLD, by="system", role="system", policy=POLICY)
    put_back = a_day(*TAKEN, *moved).asks(ExpireSlot(job_id=JOB, reservation=6), ctx).decided
    assert [type(event).__name__ for event in put_back] == ["PlanChanged", "SlotReleased", "SlotReserved"]
    assert (put_back[0].kind, put_back[0].of, put_back[2].slot, put_back[2].follow) == ("revert", "c-1", SLOT, True)


@pytest.mark.parametrize(
    ("history", "after"),
    [
        (HELD, HOLD - timedelta(seconds=1)),
        (TAKEN, HOLD),
        ((*HELD, LEFT), HOLD),
        ((*HELD, LEFT, reserved()), HOLD),
        ((), HOLD),
    ],
    ids=["too early", "taken", "released", "given anew", "never opened"],
)
def test_only_the_reservation_that_was_meant_expires(history: tuple[object, ...], after: timedelta) -> None:
    """B8"""
    ctx = Context(now=NOW + after, by="system", role="system", policy=POLICY)
    a_day(*history).asks(ExpireSlot(job_id=JOB, reservation=2), ctx).nothing_new()


def test_what_falls_due_on_a_draft_and_not_any_more() -> None:
    """B8, K4"""
    expiry = Timer(name=f"expire:{JOB}:2", at=NOW + HOLD, command=ExpireSlot(job_id=JOB, reservation=2))
    plan = Timer(name="plan_overdue", at=PLAN_DUE, command=MarkPlanOverdue())
    histories = ((), HELD, TAKEN, (*TAKEN, OVERDUE), (*TAKEN, DAY_OUT))
    assert [a_day(*history).due() for history in histories] == [(), (expiry, plan), (plan,), (), ()]


def test_the_plan_is_published_with_the_slots_that_jobs_took() -> None:
    """B4"""
    day = a_day(*TAKEN, reserved(SECOND))
    day.asks(PublishDay(), CTX).then(DAY_OUT)


def test_the_stops_are_in_the_order_of_crew_half_and_position() -> None:
    """B4"""
    first = SLOT.model_copy(update={"job_id": "D-3", "half": "pm"})
    day = a_day(
        DAY_OPENED, reserved(SECOND), confirmed("D-2"), reserved(first), confirmed("D-3"), reserved(), confirmed()
    )
    published = day.asks(PublishDay(), CTX).decided
    assert [stop.job_id for stop in published[0].stops] == [JOB, "D-3", "D-2"]


@pytest.mark.parametrize("history", [(), (DAY_OPENED,), HELD])
def test_an_empty_plan_is_not_published(history: tuple[object, ...]) -> None:
    """B4"""
    a_day(*history).asks(PublishDay(), CTX).refuses(no("nothing_planned"))


def test_publishing_an_unchanged_plan_again_is_no_event() -> None:
    """B4"""
    a_day(*TAKEN, DAY_OUT).asks(PublishDay(), CTX).nothing_new()


def test_publishing_after_an_adjustment_is_the_next_edition() -> None:
    """B4"""
    second = DAY_OUT.model_copy(update={"version": 2, "stops": (SLOT, SECOND)})
    told = DayAdjusted(
        at=NOW,
        depot="main",
        on=DAY,
        version=2,
        reason="加急",
        changes=(PlanAdjustment(job_id="D-2", contract_no=SECOND.contract_no, before=None, after=SECOND),),
        told=("warehouse", "group", "li.zq", "chen.gd"),
    )
    a_day(*ADJUSTED).asks(PublishDay(), CTX).then(second, told)


def test_who_had_a_stop_in_the_plan_is_told_that_it_is_gone() -> None:
    """B4"""
    moved = SLOT.model_copy(update={"crew": "S2"})
    there = (
        changed((SLOT, moved), kind="move", reason="顺路", published=True),
        LEFT.model_copy(update={"reason": SAME_DAY}),
        reserved(moved, "顺路"),
        confirmed(),
    )
    told = a_day(*TAKEN, DAY_OUT, *there).asks(PublishDay(), CTX).decided[1]
    assert (told.told, told.changes) == (
        ("warehouse", "group", "li.zq", "chen.gd"),
        (PlanAdjustment(job_id=JOB, contract_no=SLOT.contract_no, before=SLOT, after=moved),),
    )


def test_an_adjusted_plan_goes_out_again_by_itself_once_every_job_took_its_place() -> None:
    """B4"""
    again = Timer(name="reissue:1", at=NOW + REISSUE, command=ReissueDay())
    assert (a_day(*ADJUSTED).due(), a_day(*ADJUSTED[:-1]).due()) == (
        (again,),
        (Timer(name="expire:D-2:6", at=NOW + HOLD, command=ExpireSlot(job_id="D-2", reservation=6)),),
    )
    late = Context(now=NOW + REISSUE, by="system", role="system", policy=POLICY)
    by_clock, by_hand = (
        a_day(*ADJUSTED).asks(ReissueDay(), late).decided,
        a_day(*ADJUSTED).asks(PublishDay(), late).decided,
    )
    assert (by_clock, a_day(*ADJUSTED).asks(ReissueDay(), CTX).decided) == (by_hand, ())


def test_a_plan_that_is_as_it_was_issued_does_not_go_out_again() -> None:
    """B4"""
    back = (changed((SECOND, None), kind="release", reason="加急", published=True), GONE_AGAIN)
    day = a_day(*ADJUSTED, *back)
    assert (day.asks(PublishDay(), CTX).decided, day.due()) == ((), ())


def test_a_published_plan_may_become_empty_so_that_the_crew_learns_it() -> None:
    """B4"""
    empty = a_day(*TAKEN, DAY_OUT, LEFT).asks(PublishDay(), CTX).decided
    assert empty[0] == DAY_OUT.model_copy(update={"version": 2, "stops": ()})


def test_a_plan_published_late_says_when_and_what_was_owed() -> None:
    """B4, K4"""
    ctx = later(days=3)
    a_day(*TAKEN, OVERDUE).asks(PublishDay(), ctx).then(DAY_OUT.model_copy(update={"at": ctx.now}))


def test_at_seventeen_the_day_before_an_unpublished_plan_is_overdue_once() -> None:
    """K4"""
    fire = MarkPlanOverdue()
    histories = (TAKEN, (*TAKEN, OVERDUE), (*TAKEN, DAY_OUT), ())
    assert [a_day(*history).asks(fire, AT_DUE).decided for history in histories] == [(OVERDUE,), (), (), ()]


def test_a_clock_that_fires_early_changes_nothing() -> None:
    """K4"""
    a_day(*TAKEN).asks(MarkPlanOverdue(), CLOCK).nothing_new()
