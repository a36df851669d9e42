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
    SUPERVISOR,
    TAKEN,
    VOLUME,
    WINDOW,
    a_day,
    changed,
    confirmed,
    reserved,
)

from company.reasons import SAME_DAY
from contracts.dispatch import DayEvent
from contracts.dispatch_days import DayOpened, Slot, SlotReleased
from contracts.fact import Window
from dispatch.day.places import Ground, clashes, half_window
from dispatch.day.slot import ReserveSlot
from dispatch.refusals import no
from runtime.decision import Rejected

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
LEFT = SlotReleased(at=NOW, depot="main", on=DAY, job_id=JOB, reason=SAME_DAY)


def minutes(start: int, end: int) -> Window:
    """A window, in minutes after 8:30."""
    return Window(starts=WINDOW.starts + timedelta(minutes=start), ends=WINDOW.starts + timedelta(minutes=end))


def play(command: ReserveSlot) -> tuple[DayEvent, ...]:
    """What a command makes of a day that nobody planned yet."""
    events = a_day().asks(command, CTX).decided
    assert not isinstance(events, Rejected)
    return events


def test_the_first_reservation_opens_the_day_whose_plan_is_due_the_day_before() -> None:
    """B8, K4"""
    a_day().asks(RESERVE, CTX).then(DAY_OPENED, changed((None, SLOT)), reserved())


def test_the_next_job_gets_the_next_place_and_window() -> None:
    """B8"""
    a_day(*TAKEN).asks(SECOND, CTX).then(
        changed((None, SECOND_SLOT), change_id="v4"), reserved(SECOND_SLOT, change_id="v4")
    )


def test_the_windows_divide_the_half_day_evenly() -> None:
    """B8: 8:30-12:00 among four stops."""
    day = a_day(DAY_OPENED)
    wanted = [day.asks(RESERVE.model_copy(update={"position": place}), CTX).decided for place in (1, 2, 3, 4)]
    assert [events[-1].slot.window for events in wanted] == [
        minutes(0, 52),
        minutes(52, 105),
        minutes(105, 157),
        minutes(157, 210),
    ]


def test_the_same_place_again_is_no_event() -> None:
    """B8"""
    exactly = RESERVE.model_copy(update={"position": 1, "window": WINDOW})
    assert [a_day(*TAKEN).asks(RESERVE, CTX).decided, a_day(*TAKEN).asks(exactly, CTX).decided] == [(), ()]


def test_a_job_moves_within_the_day_and_holds_one_slot() -> None:
    """B8"""
    there = SLOT.model_copy(update={"crew": "S2"})
    moved = RESERVE.model_copy(update={"crew": "S2", "change_id": "c-1"})
    a_day(*TAKEN).asks(moved, CTX).then(
        changed((SLOT, there), change_id="c-1", kind="move"),
        LEFT.model_copy(update={"change_id": "c-1"}),
        reserved(there, change_id="c-1"),
    )


def test_a_taken_place_is_refused_with_every_clash_and_the_next_free_one() -> None:
    """B8"""
    refused = a_day(*TAKEN).asks(SECOND.model_copy(update={"position": 1}), CTX).decided
    assert (refused.code, refused.rule, refused.facts) == (
        "slot_clash",
        "B8",
        {
            "clashes": "window_taken,position_taken",
            "clash_count": 2,
            "forcible": False,
            "clash_1_name": "window_taken",
            "clash_1_soft": False,
            "clash_1_rule": "B8",
            "clash_1_zh": f"S1 同一时段已有 {JOB}（同一组、同一车或同一人）",
            "clash_1_en": f"{JOB} has that time already (S1: same crew, vehicle or person)",
            "clash_1_job": "D-2",
            "clash_1_window_taken_by": JOB,
            "clash_1_window_taken_crew": "S1",
            "clash_2_name": "position_taken",
            "clash_2_soft": False,
            "clash_2_rule": "B8",
            "clash_2_zh": f"第 1 站已是 {JOB}",
            "clash_2_en": f"stop 1 is {JOB} already",
            "clash_2_job": "D-2",
            "clash_2_position": 1,
            "clash_2_position_taken_by": JOB,
            "next_free_position": 2,
            "fits_crew": "S1",
            "fits_half": "am",
            "fits_position": 2,
            "fits_spread": False,
        },
    )


@pytest.mark.parametrize(
    ("wanted", "clash"),
    [
        ({"window": minutes(30, 90), "position": 2}, "window_taken"),
        ({"window": minutes(-30, 0)}, "window_outside"),
        ({"window": minutes(60, 60)}, "window_impossible"),
        ({"crew": "A1"}, "kind"),
        ({"crew": "S9"}, "crew"),
        ({"position": 5}, "window_outside,stops"),
        ({"position": 0}, "window_outside,position"),
        ({"volume_l": 12_000}, "volume"),
        ({"agreed_half": "pm"}, "half_agreed"),
        ({"window": minutes(-60, 30), "position": 5, "volume_l": 12_000}, "window_outside,window_taken,stops,volume"),
    ],
)
def test_what_does_not_fit_is_refused_naming_why(wanted: dict[str, object], clash: str) -> None:
    """B8"""
    refused = a_day(*TAKEN).asks(SECOND.model_copy(update=wanted), CTX).decided
    assert (refused.rule, refused.facts["clashes"]) == ("B8", clash)


def test_a_full_half_day_is_refused_with_a_place_that_fits() -> None:
    """B8"""
    full = [
        reserved(SLOT.model_copy(update={"job_id": f"D-{n}", "position": n, "window": minutes(50 * n - 50, 50 * n)}))
        for n in (1, 2, 3, 4)
    ]
    refused = a_day(DAY_OPENED, *full).asks(RESERVE, CTX).decided
    assert (refused.facts["clashes"], refused.facts["clash_2_stops_limit"], refused.facts["fits_half"]) == (
        "window_outside,stops",
        4,
        "pm",
    )


def test_goods_too_large_for_a_half_day_are_offered_both_halves_of_a_crew() -> None:
    """B8: two trips of one vehicle."""
    large = RESERVE.model_copy(update={"volume_l": 13_000})
    refused = a_day().asks(large, CTX).decided
    offered = {name: value for name, value in refused.facts.items() if name.startswith("fits_")}
    accepted = a_day().asks(large.model_copy(update={"spread": True}), CTX).decided
    assert (refused.facts["clash_1_volume_limit_l"], offered, accepted[-1].slot.window) == (
        12_000,
        {"fits_crew": "S1", "fits_half": "am", "fits_position": 1, "fits_spread": True},
        Window(starts=WINDOW.starts, ends=half_window(DAY, "pm", POLICY).ends),
    )


def test_a_crew_that_drives_twice_for_one_customer_drives_for_nobody_else() -> None:
    """B8"""
    large = RESERVE.model_copy(update={"volume_l": 13_000, "spread": True})
    day = a_day(*play(large))
    beside = [day.asks(SECOND.model_copy(update={"half": half}), CTX).decided for half in ("am", "pm")]
    assert [refused.facts["clash_1_name"] for refused in beside] == ["window_taken", "window_taken"]


def test_goods_that_no_vehicle_takes_in_a_day_are_told_to_take_another_day() -> None:
    """B8"""
    refused = a_day().asks(RESERVE.model_copy(update={"volume_l": 25_000}), CTX).decided
    assert "fits_crew" not in refused.facts


LARGE = RESERVE.model_copy(update={"volume_l": 13_000, "force_reason": "客户只要一次送到"})


def test_a_supervisor_forces_what_is_too_much_with_a_reason() -> None:
    """B8"""
    forced = SLOT.model_copy(update={"volume_l": 13_000, "forced": "客户只要一次送到"})
    a_day(DAY_OPENED).asks(LARGE, SUPERVISOR).then(changed((None, forced)), reserved(forced))


def test_nobody_else_forces_it() -> None:
    """B8"""
    refused = a_day().asks(LARGE, CTX).decided
    assert (refused.code, refused.facts["clashes"], refused.facts["forcible"]) == (
        "force_needs_supervisor",
        "volume",
        True,
    )


def test_double_booking_is_never_forced() -> None:
    """B8"""
    beside = SECOND.model_copy(update={"position": 1, "force_reason": "加急"})
    refused = a_day(*TAKEN).asks(beside, SUPERVISOR).decided
    assert (refused.code, refused.facts["clashes"], refused.facts["forcible"]) == (
        "force_impossible",
        "window_taken,position_taken",
        False,
    )


def test_a_reason_to_force_what_fits_is_not_kept() -> None:
    """B8"""
    assert a_day(DAY_OPENED).asks(RESERVE.model_copy(update={"force_reason": "加急"}), CTX).decided[-1] == reserved()


def test_the_first_reservation_opens_the_day_with_the_crews_that_it_names() -> None:
    """B8"""
    crews = (CREWS[0].model_copy(update={"leader": "chen.gd", "leader_name": "陈国栋"}),)
    opened = a_day().asks(RESERVE.model_copy(update={"crews": crews}), CTX).decided[0]
    assert opened == DAY_OPENED.model_copy(update={"crews": crews})


def test_crews_that_share_a_person_or_vehicle_are_never_at_two_places() -> None:
    """B8"""
    shared = (CREWS[0], CREWS[1].model_copy(update={"vehicle": CREWS[0].vehicle}))
    opened = DayOpened(at=NOW, depot="main", on=DAY, crews=shared, plan_due=DAY_OPENED.plan_due)
    beside = SECOND.model_copy(update={"crew": "S2"})
    refused = a_day(opened, reserved()).asks(beside, CTX).decided
    assert (refused.facts["clashes"], refused.facts["clash_1_window_taken_crew"]) == ("window_taken", "S1")


def test_a_crew_without_a_leader_may_be_planned() -> None:
    """B8: it cannot depart."""
    leaderless = (CREWS[0].model_copy(update={"leader": None, "leader_name": None}),)
    slot = Slot.model_validate(SLOT.model_dump())
    assert clashes(slot, Ground(DAY, leaderless, (), (), POLICY)) == ()


def test_a_published_plan_changes_with_a_reason_only() -> None:
    """B4"""
    day = a_day(*TAKEN, DAY_OUT)
    told = SECOND.model_copy(update={"adjustment_reason": "客户加急"})
    assert [day.asks(SECOND, CTX).decided, day.asks(told, CTX).decided] == [
        no("adjustment_needs_reason", on=DAY, edition=1),
        (
            changed((None, SECOND_SLOT), change_id="v5", reason="客户加急", published=True),
            reserved(SECOND_SLOT, "客户加急", change_id="v5"),
        ),
    ]


def test_a_place_that_was_released_is_free_again() -> None:
    """B8"""
    day = a_day(*TAKEN, LEFT)
    first = SECOND_SLOT.model_copy(update={"position": 1, "window": WINDOW})
    assert day.asks(SECOND, CTX).decided[-1] == reserved(first, change_id="v5")


def test_another_job_confirmed_does_not_confirm_this_one() -> None:
    """B8"""
    day = a_day(DAY_OPENED, reserved(), reserved(SECOND_SLOT), confirmed())
    assert [held.confirmed for held in day.state.plan.held] == [True, False]
