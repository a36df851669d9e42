"""ReserveSlot: double booking is decided by the day (B8)."""

from datetime import timedelta

import pytest
from dispatch_cases import (
    CREWS,
    CTX,
    DAY,
    DAY_OPENED,
    DAY_OUT,
    GOODS,
    JOB,
    NOW,
    POLICY,
    SLOT,
    TAKEN,
    VOLUME,
    WINDOW,
    a_day,
    confirmed,
    reserved,
)

from contracts.dispatch import DayOpened, Slot, SlotReleased
from contracts.fact import Window
from dispatch.domain.day import MOVED, ReserveSlot, decide
from dispatch.domain.plan_refusals import adjustment_needs_reason
from dispatch.domain.slot_rules import clashes, half_window

RESERVE = ReserveSlot(
    on=DAY,
    job_id=JOB,
    kind="delivery",
    contract_no="HT26030001",
    crew="S1",
    half="am",
    volume_l=VOLUME,
    lines=GOODS,
)
SECOND = RESERVE.model_copy(update={"job_id": "D-2", "contract_no": "2"})
SECOND_WINDOW = Window(starts=WINDOW.ends, ends=WINDOW.starts + timedelta(minutes=105))
SECOND_SLOT = SLOT.model_copy(update={"job_id": "D-2", "contract_no": "2", "position": 2, "window": SECOND_WINDOW})
LEFT = SlotReleased(at=NOW, depot="main", on=DAY, job_id=JOB, reason=MOVED)


def minutes(start: int, end: int) -> Window:
    """A window, in minutes after 8:30."""
    return Window(starts=WINDOW.starts + timedelta(minutes=start), ends=WINDOW.starts + timedelta(minutes=end))


def test_the_first_reservation_opens_the_day_whose_plan_is_due_the_day_before() -> None:
    """B8, K4"""
    assert decide(RESERVE, a_day(), CTX) == (DAY_OPENED, reserved())


def test_the_next_job_gets_the_next_place_and_window() -> None:
    """B8"""
    assert decide(SECOND, a_day(*TAKEN), CTX) == (reserved(SECOND_SLOT),)


def test_the_windows_divide_the_half_day_evenly() -> None:
    """B8: 8:30-12:00 among four stops."""
    day = a_day(DAY_OPENED)
    wanted = [decide(RESERVE.model_copy(update={"position": place}), day, CTX) for place in (1, 2, 3, 4)]
    assert [events[0].slot.window for events in wanted] == [
        minutes(0, 52),
        minutes(52, 105),
        minutes(105, 157),
        minutes(157, 210),
    ]


def test_the_same_place_again_is_no_event() -> None:
    """B8"""
    exactly = RESERVE.model_copy(update={"position": 1, "window": WINDOW})
    assert [decide(RESERVE, a_day(*TAKEN), CTX), decide(exactly, a_day(*TAKEN), CTX)] == [(), ()]


def test_a_job_moves_within_the_day_and_holds_one_slot() -> None:
    """B8"""
    moved = RESERVE.model_copy(update={"crew": "S2"})
    assert decide(moved, a_day(*TAKEN), CTX) == (LEFT, reserved(SLOT.model_copy(update={"crew": "S2"})))


def test_a_taken_place_is_refused_with_the_next_free_one() -> None:
    """B8"""
    refused = decide(SECOND.model_copy(update={"position": 1}), a_day(*TAKEN), CTX)
    assert (refused.code, refused.rule, refused.facts) == (
        "slot_clash",
        "B8",
        {
            "clashes": "window_taken,position_taken",
            "window_taken_by": JOB,
            "window_taken_crew": "S1",
            "position": 1,
            "position_taken_by": JOB,
            "next_free_position": 2,
            "fits_crew": "S1",
            "fits_half": "am",
            "fits_position": 2,
        },
    )


@pytest.mark.parametrize(
    ("wanted", "clash"),
    [
        ({"window": minutes(30, 90), "position": 2}, "window_taken"),
        ({"window": minutes(-30, 0)}, "window_outside"),
        ({"window": minutes(60, 60)}, "window_outside"),
        ({"crew": "A1"}, "kind"),
        ({"crew": "S9"}, "crew"),
        ({"position": 5}, "window_outside,stops"),
        ({"position": 0}, "window_outside,stops"),
        ({"volume_l": 12_000}, "volume"),
    ],
)
def test_what_does_not_fit_is_refused_naming_why(wanted: dict[str, object], clash: str) -> None:
    """B8"""
    refused = decide(SECOND.model_copy(update=wanted), a_day(*TAKEN), CTX)
    assert (refused.rule, refused.facts["clashes"]) == ("B8", clash)


def test_a_full_half_day_is_refused_with_a_place_that_fits() -> None:
    """B8"""
    full = [
        reserved(SLOT.model_copy(update={"job_id": f"D-{n}", "position": n, "window": minutes(50 * n - 50, 50 * n)}))
        for n in (1, 2, 3, 4)
    ]
    refused = decide(RESERVE, a_day(DAY_OPENED, *full), CTX)
    assert (refused.facts["clashes"], refused.facts["stops_limit"], refused.facts["fits_half"]) == (
        "window_outside,stops",
        4,
        "pm",
    )


def test_goods_that_no_vehicle_takes_are_told_to_take_another_day() -> None:
    """B8"""
    refused = decide(RESERVE.model_copy(update={"volume_l": 13_000}), a_day(), CTX)
    assert (refused.facts["volume_limit_l"], "fits_crew" in refused.facts) == (12_000, False)


def test_crews_that_share_a_person_or_vehicle_are_never_at_two_places() -> None:
    """B8"""
    shared = (CREWS[0], CREWS[1].model_copy(update={"vehicle": CREWS[0].vehicle}))
    opened = DayOpened(at=NOW, depot="main", on=DAY, crews=shared, plan_due=DAY_OPENED.plan_due)
    beside = SECOND.model_copy(update={"crew": "S2"})
    refused = decide(beside, a_day(opened, reserved()), CTX)
    assert (refused.facts["clashes"], refused.facts["window_taken_crew"]) == ("window_taken", "S1")


def test_a_crew_without_a_leader_may_be_planned() -> None:
    """B8: it cannot depart."""
    leaderless = (CREWS[0].model_copy(update={"leader": None, "leader_name": None}),)
    slot = Slot.model_validate(SLOT.model_dump())
    assert clashes(slot, (), leaderless, half_window(DAY, "am", POLICY)) == ()


def test_a_published_plan_changes_with_a_reason_only() -> None:
    """B4"""
    day = a_day(*TAKEN, DAY_OUT)
    told = SECOND.model_copy(update={"adjustment_reason": "客户加急"})
    assert [decide(SECOND, day, CTX), decide(told, day, CTX)] == [
        adjustment_needs_reason(DAY, 1),
        (reserved(SECOND_SLOT, "客户加急"),),
    ]


def test_putting_a_job_back_holds_only_for_the_slot_it_was_given() -> None:
    """B8"""
    day = a_day(DAY_OPENED, reserved(SLOT.model_copy(update={"crew": "S2"})))
    back = RESERVE.model_copy(update={"instead_of": 2})
    overtaken = RESERVE.model_copy(update={"instead_of": 1})
    assert [decide(back, day, CTX), decide(overtaken, day, CTX)] == [(LEFT, reserved()), ()]


def test_a_place_that_was_released_is_free_again() -> None:
    """B8"""
    day = a_day(*TAKEN, LEFT)
    first = SECOND_SLOT.model_copy(update={"position": 1, "window": WINDOW})
    assert decide(SECOND, day, CTX) == (reserved(first),)


def test_another_job_confirmed_does_not_confirm_this_one() -> None:
    """B8"""
    day = a_day(DAY_OPENED, reserved(), reserved(SECOND_SLOT), confirmed())
    assert [held.confirmed for held in day.plan.held] == [True, False]
