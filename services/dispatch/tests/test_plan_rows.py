"""Rows of planning: the day with its absences and changed crews, and the record of its changes (B4, B8, X1)."""

from functools import reduce
from typing import Any

from dispatch_cases import CREWS, DAY, DAY_OPENED, DAY_OUT, NOW, SLOT, TAKEN, changed, meta, reserved
from dispatch_documents import document_of

from contracts.dispatch_days import CrewAbsent, CrewOfDayChanged, CrewReturned, DayAdjusted
from contracts.fact import Fact
from dispatch.day.row import DAY_FILES, DAYS, plan_of
from dispatch.plan_changes import KEPT, fold_changes
from dispatch.views import AbsenceView, day_view

THERE = SLOT.model_copy(update={"crew": "S2", "forced": "客户要求"})
PLACED = changed((None, SLOT), change_id="c-1")
MOVED = changed((SLOT, THERE), change_id="c-2", kind="move", reason="顺路")
UNDO = changed((THERE, SLOT), change_id="u-1", kind="undo", reason="算了", of="c-2")
REDO = changed((SLOT, THERE), change_id="r-1", kind="redo", reason="还是要", of="c-2")


def revert(of: str) -> Fact:
    """A job did not follow."""
    return changed((THERE, SLOT), change_id=f"revert:{of}", kind="revert", of=of)


def folded(fold: Any, *events: Fact) -> Any:
    """A row after these events, numbered from 1."""
    numbered = enumerate(events, start=1)
    return reduce(lambda row, one: fold(row, one[1], meta(one[0], "day:main:2026-03-13")), numbered, None)


def states(*events: Fact) -> list[tuple[str, str]]:
    """Which changes stand."""
    return [(one.change_id, one.state) for one in folded(fold_changes, DAY_OPENED, *events).changes]


def test_a_change_is_listed_with_who_when_why_and_from_where_to_where() -> None:
    """B4, X1"""
    row = folded(fold_changes, DAY_OPENED, *TAKEN[1:], MOVED)
    place = {"half": "am", "position": 1, "volume_l": SLOT.volume_l, "spread": False}
    assert row.model_dump() == {
        "version": 4,
        "changes": (
            {
                "change_id": "c-2",
                "kind": "move",
                "at": NOW,
                "by": "he.jx",
                "reason": "顺路",
                "of": None,
                "state": "standing",
                "moves": [
                    {
                        "job_id": SLOT.job_id,
                        "contract_no": SLOT.contract_no,
                        "before": {**place, "crew": "S1", "window": SLOT.window.model_dump(), "forced": None},
                        "after": {**place, "crew": "S2", "window": SLOT.window.model_dump(), "forced": "客户要求"},
                    }
                ],
                "version": 4,
            },
        ),
    }


def test_what_was_taken_back_done_again_or_put_back_says_so() -> None:
    """B4"""
    assert [
        states(PLACED, MOVED, UNDO),
        states(MOVED, UNDO, REDO),
        states(MOVED, revert("c-2")),
        states(MOVED, UNDO, revert("u-1")),
        states(MOVED, UNDO, REDO, revert("r-1")),
    ] == [
        [("c-1", "standing"), ("c-2", "undone"), ("u-1", "standing")],
        [("c-2", "standing"), ("u-1", "standing"), ("r-1", "standing")],
        [("c-2", "reverted"), ("revert:c-2", "standing")],
        [("c-2", "standing"), ("u-1", "reverted"), ("revert:u-1", "standing")],
        [("c-2", "undone"), ("u-1", "standing"), ("r-1", "reverted"), ("revert:r-1", "standing")],
    ]


def test_only_so_many_changes_are_listed() -> None:
    """B4"""
    listed = states(*(changed((None, SLOT), change_id=f"c-{n}") for n in range(KEPT + 1)))
    assert (len(listed), listed[0][0]) == (KEPT, "c-1")


def test_a_day_shows_who_is_absent_which_crew_works_otherwise_and_who_was_told() -> None:
    """B4, B8"""
    other = CREWS[0].model_copy(update={"leader": "chen.gd", "leader_name": "陈国栋"})
    named: dict[str, Any] = {"at": NOW, "depot": "main", "on": DAY}
    absent = CrewAbsent(**named, crew="S2", half="pm", reason="病假")
    changed_crew = CrewOfDayChanged(**named, crew=other, reason="代班")
    told = DayAdjusted(**named, version=2, reason="代班", changes=(), told=("warehouse", "group"))
    story = (*TAKEN, DAY_OUT, absent, changed_crew, told)
    day = day_view(DAY_FILES.read(document_of(DAYS, *story)), DAY, CREWS)
    gone = day_view(DAY_FILES.read(document_of(DAYS, *story, CrewReturned(**named, crew="S2"))), DAY, CREWS)
    assert (day.absences, day.crews[0].leader, day.changed, day.told, gone.absences) == (
        [AbsenceView(crew="S2", half="pm", reason="病假")],
        "chen.gd",
        True,
        ["warehouse", "group"],
        [],
    )
    assert plan_of(DAYS.read(document_of(DAYS, *story)), DAY, CREWS).absences[0].crew == "S2"


def test_a_forced_and_a_spread_slot_show_as_such() -> None:
    """B8"""
    slot = THERE.model_copy(update={"spread": True})
    view = day_view(DAY_FILES.read(document_of(DAYS, DAY_OPENED, reserved(slot))), DAY, CREWS)
    assert (view.slots[0].spread, view.slots[0].forced) == (True, "客户要求")
