"""PlanRun, LoadRun, DepartRun: the sorting sheet, the count, the signatures, the departure."""

from dataclasses import replace
from typing import Any

import pytest
from dispatch_cases import (
    CLOCK,
    CTX,
    DAY,
    JOB,
    KEEPER,
    NOW,
    OTHER_STOP,
    POLICY,
    RUN_DEPARTED,
    RUN_LISTED,
    RUN_LOADED,
    RUN_PLANNED,
    STOP,
    SUPERVISOR,
    a_run,
)

from company.context import Context
from contracts.dispatch_door import CountedLine
from contracts.dispatch_runs import DepartureDeclined, RunLoaded, RunStop
from contracts.fact import GoodsLine
from dispatch.refusals import no
from dispatch.run.departure import DepartRun
from dispatch.run.loading import CountedStop, IssueList, LoadRun, PlanRun
from dispatch.words import listed
from runtime.decision import Rejected, Signer
from runtime.refusal import Term

PLAN = PlanRun(on=DAY, crew="S1", leader="li.zq", vehicle="粤E·7K352", version=1, stops=(STOP, OTHER_STOP))
FIRST = CountedStop(job_id=JOB, lines=(CountedLine(line_no=1, quantity=2), CountedLine(line_no=2, quantity=10)))
SECOND = CountedStop(job_id="D-HT26030002", lines=(CountedLine(line_no=1, quantity=1),))
LOAD = LoadRun(counted=(FIRST, SECOND))
SHORT = FIRST.model_copy(update={"lines": (CountedLine(line_no=1, quantity=1), CountedLine(line_no=2, quantity=10))})
EXTRA = CountedStop(job_id="D-9", lines=(CountedLine(line_no=1, quantity=1),))
LOADED = (RUN_PLANNED, RUN_LOADED)
GONE = (*LOADED, RUN_DEPARTED)


def test_the_published_plan_reaches_the_crew() -> None:
    """B4"""
    a_run().asks(PLAN, CLOCK).then(RUN_PLANNED)


@pytest.mark.parametrize("history", [(RUN_PLANNED,), LOADED, GONE])
def test_an_edition_that_changes_nothing_for_the_crew_is_no_event(history: tuple[object, ...]) -> None:
    """B4"""
    a_run(*history).asks(PLAN.model_copy(update={"version": 2}), CLOCK).nothing_new()


def test_a_crew_without_stops_has_no_run() -> None:
    """B4"""
    a_run().asks(PLAN.model_copy(update={"stops": ()}), CLOCK).nothing_new()


def test_a_changed_sheet_is_counted_anew() -> None:
    """B4, B11"""
    changed = PLAN.model_copy(update={"version": 2, "stops": (STOP,)})
    planned = RUN_PLANNED.model_copy(update={"version": 2, "stops": (STOP,)})
    a_run(*LOADED).asks(changed, CLOCK).then(planned)
    a_run(*LOADED, planned).asks(DepartRun(), CTX).refuses(no("not_loaded", crew="S1"))


def test_a_change_does_not_reach_a_vehicle_that_left() -> None:
    """B11"""
    changed = PLAN.model_copy(update={"version": 2, "stops": (STOP,)})
    a_run(*GONE).asks(changed, CLOCK).refuses(no("plan_too_late", crew="S1", on=DAY))


def test_counted_as_on_the_sheet_and_signed_by_both_is_loaded() -> None:
    """B9, B11"""
    a_run(RUN_PLANNED).asks(LOAD, KEEPER).then(RUN_LOADED)


def test_the_same_count_again_is_no_event() -> None:
    """B11"""
    a_run(*LOADED).asks(LOAD, KEEPER).nothing_new()


def test_the_same_count_under_other_signatures_is_noted() -> None:
    """B9, X7"""
    other = replace(KEEPER, by="wang.ck")
    a_run(*LOADED).asks(LOAD, other).then(RUN_LOADED.model_copy(update={"warehouse_signed": "wang.ck"}))


def test_whoever_of_leader_and_warehouse_does_not_ask_signs_beside() -> None:
    """B9, B23"""
    leader = Context(NOW, "li.zq", "crew_leader", POLICY, second=Signer("mai.gh", "warehouse"))
    supervisor = replace(leader, by="tan.zw", role="install_supervisor")
    a_run(RUN_PLANNED).asks(LOAD, leader).then(RUN_LOADED)
    a_run(RUN_PLANNED).asks(LOAD, supervisor).then(RUN_LOADED.model_copy(update={"leader_signed": "tan.zw"}))


@pytest.mark.parametrize(
    ("named", "second", "code"),
    [
        ({}, None, "second_wanted"),
        ({"leader_signed": "li.zq", "warehouse_signed": "mai.gh"}, None, "second_wanted"),
        ({}, Signer("mai.gh", "crew_leader"), "own_second"),
        ({}, Signer("wang.ck", "warehouse"), "second_not_their_role"),
        ({"leader_signed": "chen.gd"}, KEEPER.second, "name_not_signed"),
        ({"warehouse_signed": "bar"}, KEEPER.second, "name_not_signed"),
    ],
)
def test_one_person_cannot_sign_for_both(named: dict[str, str], second: Signer | None, code: str) -> None:
    """B9, B23: not by another name either."""
    ctx = replace(KEEPER, second=second)
    a_run(RUN_PLANNED).asks(LOAD.model_copy(update=named), ctx).refuses(code)


def test_differences_are_refused_naming_each() -> None:
    """B11"""
    refused = a_run(RUN_PLANNED).asks(LOAD.model_copy(update={"counted": (SHORT, EXTRA)}), KEEPER).decided
    assert (refused.code, refused.rule, refused.facts) == (
        "count_differs",
        "B11",
        {
            "differences": 3,
            "named": "stop D-HT26030002 is missing; stop D-9 is not on the sheet; "
            f"{JOB} line 1: 2 on the sheet, 1 counted",
        },
    )


def test_differences_that_were_settled_are_loaded_as_counted() -> None:
    """B11"""
    settled = LOAD.model_copy(update={"counted": (SHORT, SECOND), "settlement": "坐便器缺1，仓库补送"})
    short = STOP.model_copy(update={"lines": (STOP.lines[0].model_copy(update={"quantity": 1}), STOP.lines[1])})
    a_run(RUN_PLANNED).asks(settled, KEEPER).then(
        RunLoaded(
            at=NOW,
            on=DAY,
            crew="S1",
            counted=(short, OTHER_STOP),
            leader_signed="li.zq",
            warehouse_signed="mai.gh",
            settlement="坐便器缺1，仓库补送",
        )
    )


def test_an_extra_stop_that_was_settled_says_whose_it_is() -> None:
    """B11"""
    extra = EXTRA.model_copy(update={"contract_no": "9", "half": "am", "position": 3})
    unclear = LOAD.model_copy(update={"counted": (FIRST, SECOND, EXTRA), "settlement": "加一站"})
    clear = LOAD.model_copy(update={"counted": (FIRST, SECOND, extra), "settlement": "加一站"})
    stop = RunStop(
        job_id="D-9",
        contract_no="9",
        half="am",
        position=3,
        lines=(GoodsLine(line_no=1, sku="", name="", quantity=1),),
    )
    assert a_run(RUN_PLANNED).asks(unclear, KEEPER).decided.code == "stop_unclear"
    a_run(RUN_PLANNED).asks(clear, KEEPER).then(
        RUN_LOADED.model_copy(update={"counted": (STOP, OTHER_STOP, stop), "settlement": "加一站"})
    )


def test_a_stop_or_line_counted_twice_is_refused() -> None:
    """B11"""
    twice = FIRST.model_copy(update={"lines": (*FIRST.lines, FIRST.lines[0])})
    refusals = [
        a_run(RUN_PLANNED).asks(LOAD.model_copy(update={"counted": counted}), KEEPER).decided
        for counted in ((FIRST, FIRST), (twice,))
    ]
    assert [(one.code, one.facts["twice"]) for one in refusals] == [
        ("counted_twice", JOB),
        ("counted_twice", f"{JOB}/1"),
    ]


def test_nothing_is_loaded_without_a_published_plan() -> None:
    """B9"""
    empty = RUN_PLANNED.model_copy(update={"stops": ()})
    assert [
        a_run().asks(LOAD, KEEPER).decided,
        a_run(empty).asks(LOAD, KEEPER).decided,
        a_run().asks(DepartRun(), CTX).decided,
    ] == 3 * [no("not_planned")]


def test_a_loaded_run_departs_by_the_list_of_its_plan() -> None:
    """B9, B11"""
    a_run(*LOADED, RUN_LISTED).asks(DepartRun(), CTX).then(RUN_DEPARTED)


def test_without_the_supervisors_list_nothing_departs() -> None:
    """B9"""
    a_run(*LOADED).asks(DepartRun(), CTX).refuses(no("list_missing", crew="S1", careful=""))


def test_where_the_policy_asks_no_list_kitchens_and_wardrobes_still_need_it() -> None:
    """B9"""
    lenient = Context(NOW, "li.zq", "crew_leader", POLICY.model_copy(update={"departure_needs_list": False}))
    careful = DepartRun(careful=(JOB,))
    assert [a_run(*LOADED).asks(DepartRun(), lenient).decided, a_run(*LOADED).asks(careful, lenient).decided] == [
        (RUN_DEPARTED,),
        no("list_missing", crew="S1", careful=Term(f"（其中橱柜、衣柜 {JOB} 一律不得例外）", "", JOB)),
    ]


def test_a_changed_plan_needs_another_list() -> None:
    """B4, B9"""
    changed = RUN_PLANNED.model_copy(update={"version": 2, "stops": (STOP,)})
    loaded = RUN_LOADED.model_copy(update={"counted": (STOP,)})
    again = RUN_LISTED.model_copy(update={"list_no": "SY20260313-S1-2", "edition": 2})
    history = (*LOADED, RUN_LISTED, changed, loaded)
    assert [a_run(*history).asks(DepartRun(), CTX).decided, a_run(*history).asks(IssueList(), SUPERVISOR).decided] == [
        no("list_missing", crew="S1", careful=""),
        (again,),
    ]


def test_the_list_is_issued_once_and_only_for_a_published_plan() -> None:
    """B9"""
    assert [
        a_run(*h).asks(IssueList(), SUPERVISOR).decided for h in ((), (RUN_PLANNED,), (RUN_PLANNED, RUN_LISTED), GONE)
    ] == [
        no("not_planned"),
        (RUN_LISTED,),
        (),
        (),
    ]


def test_after_departure_another_number_of_the_list_is_refused() -> None:
    """B9, X7: goods left by the one that there was."""
    gone = a_run(*GONE)
    gone.asks(IssueList(list_no="SY-9"), SUPERVISOR).refuses("already_departed")
    gone.asks(IssueList(list_no=RUN_DEPARTED.list_no), SUPERVISOR).nothing_new()


def test_goods_that_qc_has_not_passed_do_not_leave() -> None:
    """B21"""
    unchecked = DepartRun(unchecked=(JOB, "D-9"))
    a_run(*LOADED, RUN_LISTED).asks(unchecked, CTX).refuses(no("quality_missing", crew="S1", jobs=listed((JOB,))))


def test_leader_driver_and_vehicle_are_those_that_the_fleet_let_go() -> None:
    """B8, B18"""
    deputy = DepartRun(leader="chen.gd", driver="deng.w", vehicle="粤E·3F618")
    a_run(*LOADED, RUN_LISTED).asks(deputy, CTX).then(
        RUN_DEPARTED.model_copy(update={"leader": "chen.gd", "driver": "deng.w", "vehicle": "粤E·3F618"})
    )


def test_departing_again_is_no_event() -> None:
    """B11"""
    a_run(*GONE).asks(DepartRun(), CTX).nothing_new()
    a_run(*GONE).asks(DepartRun(on=DAY, crew="S1", seen=1), CTX).nothing_new()


@pytest.mark.parametrize("history", [(), (RUN_PLANNED,), LOADED])
def test_a_run_that_does_not_depart_although_the_fleet_let_it_go_says_so_for_good(history: tuple[Any, ...]) -> None:
    """B8, B11: so that leader, driver and vehicle are free again, whoever hears it; the run is as it was."""
    run = a_run(*history)
    refused = run.asks(DepartRun(), CTX).decided
    assert isinstance(refused, Rejected)
    said = {"code": refused.code, "rule": refused.rule, "zh": refused.zh, "en": refused.en, "facts": refused.facts}
    told = run.asks(DepartRun(on=DAY, crew="S1"), CTX).then(DepartureDeclined(at=NOW, on=DAY, crew="S1", **said))
    assert told.state == run.state


def test_a_run_departs_only_as_its_page_showed_it() -> None:
    """B11: If-Match"""
    asked = DepartRun(on=DAY, crew="S1", seen=3)
    run = a_run(*LOADED, RUN_LISTED)
    (stale,) = run.asks(asked, replace(CTX, version=4)).decided
    assert (stale.code, stale.facts) == ("stale_page", {"expected": 3, "version": 4})
    run.asks(asked, replace(CTX, version=3)).then(RUN_DEPARTED)


def test_a_run_that_was_not_counted_does_not_depart() -> None:
    """B11"""
    a_run(RUN_PLANNED).asks(DepartRun(), CTX).refuses(no("not_loaded", crew="S1"))


def test_a_crew_without_a_leader_does_not_depart() -> None:
    """B8"""
    leaderless = RUN_PLANNED.model_copy(update={"leader": None})
    a_run(leaderless, RUN_LOADED).asks(DepartRun(), CTX).refuses(no("no_leader", crew="S1"))


def test_what_left_is_not_counted_again() -> None:
    """B11"""
    a_run(*GONE).asks(LOAD, KEEPER).refuses(no("run_departed", crew="S1", on=DAY))


def test_a_stop_of_which_nothing_was_loaded_stays_behind() -> None:
    """B11"""
    nothing = STOP.model_copy(update={"lines": tuple(g.model_copy(update={"quantity": 0}) for g in STOP.lines)})
    loaded = RUN_LOADED.model_copy(update={"counted": (nothing, OTHER_STOP), "settlement": "未备齐，改日送"})
    a_run(RUN_PLANNED, RUN_LISTED, loaded).asks(DepartRun(), CTX).then(
        RUN_DEPARTED.model_copy(update={"job_ids": ("D-HT26030002",), "stops": (OTHER_STOP,), "left_behind": (JOB,)})
    )


def test_a_plan_that_follows_what_left_is_no_event() -> None:
    """B4, B11: the stop that was settled not to go is out of the next edition."""
    departed = RUN_DEPARTED.model_copy(update={"stops": (STOP,), "left_behind": ("D-HT26030002",)})
    history = (*LOADED, RUN_LISTED, departed)
    follows = PLAN.model_copy(update={"version": 2, "stops": (STOP,)})
    other = PLAN.model_copy(update={"version": 2, "stops": (OTHER_STOP,)})
    assert [a_run(*history).asks(one, CLOCK).decided for one in (follows, other)] == [
        (),
        no("plan_too_late", crew="S1", on=DAY),
    ]
