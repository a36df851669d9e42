"""Planning over HTTP: several places at once, swapped, taken back, done again, looked at; absences; a proposed plan."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from dispatch_cases import DAY, POLICY, TOILET
from planning_desk import ASSISTANT, LEADER, SUPERVISOR, TOKENS, Desk, a_desk

from dispatch.job.stop import DepartStop, PublishStop
from dispatch.job.terms import ChangeCompleteness
from runtime.commands import Asked
from runtime.outcome import Outcome

CHANGES, SWAP, UNDO, REDO = (f"/days/{DAY}/{what}" for what in ("changes", "swap", "undo", "redo"))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with a_desk() as made:
        yield made


def move(job: str, crew: str | None, half: str = "am", **more: object) -> dict[str, object]:
    """One job's part in a change."""
    return {"job_id": job, "to": None if crew is None else {"crew": crew, "half": half, **more}}


async def test_several_jobs_get_their_places_in_one_go(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", "D-2", "I-1")
    moves = [move("D-1", "S1"), move("D-2", "S1"), move("I-1", "A1", "pm")]
    body = (await desk.done(CHANGES, {"kind": "place", "moves": moves}))["body"]
    assert (desk.places(), body["published"], body["will_tell"], [place["position"] for place in body["places"]]) == (
        {"D-1": ("S1", "am", 1), "D-2": ("S1", "am", 2), "I-1": ("A1", "pm", 1)},
        False,
        [],
        [1, 2, 1],
    )


async def test_one_that_does_not_fit_leaves_all_where_they_are_and_every_clash_is_told(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", "D-2", "D-3", "I-1")
    await desk.placed(("D-1", "S1", "am"))
    moves = [move("D-2", "S1", position=1), move("D-3", "S2"), move("I-1", "S2", "pm")]
    refused = (await desk.post(CHANGES, {"moves": moves})).json()
    assert (refused["code"], refused["facts"]["clashes"], desk.places()) == (
        "slot_clash",
        "window_taken,position_taken,kind",
        {"D-1": ("S1", "am", 1)},
    )


async def test_the_same_change_again_changes_nothing(desk: Desk) -> None:
    """B8: whoever was cut off asks again."""
    desk.ready("D-1")
    request = {"moves": [move("D-1", "S1")], "change_id": "c-1"}
    await desk.done(CHANGES, request)
    await desk.done(CHANGES, {"moves": [move("D-1", "S2")]})
    again = await desk.done(CHANGES, request)
    assert (again["events"], desk.places()) == ([], {"D-1": ("S2", "am", 1)})


async def test_two_jobs_swap_crew_half_day_stop_and_window(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", "D-2", "D-3")
    await desk.placed(("D-1", "S1", "am"), ("D-3", "S2", "pm"), ("D-2", "S2", "pm"))
    await desk.done(SWAP, {"one": "D-1", "other": "D-2"})
    assert desk.places() == {"D-3": ("S2", "pm", 1), "D-1": ("S2", "pm", 2), "D-2": ("S1", "am", 1)}


async def test_a_swap_that_one_job_refuses_moves_neither(desk: Desk) -> None:
    """B8: D-2 left for the customer meanwhile, and the page did not know yet."""
    desk.ready("D-1", "D-2")
    await desk.placed(("D-1", "S1", "am"), ("D-2", "S2", "am"))
    row = dict(desk.world.rows["jobs"]["D-2"])
    published = PublishStop(on=DAY, half="am", crew="S2", position=1, leader="chen.gd", version=1)
    desk.world.put("job:D-2", published)
    desk.world.put("job:D-2", DepartStop(on=DAY, crew="S2", vehicle="v", leader="chen.gd"))
    desk.world.rows["jobs"]["D-2"] = row
    refused = await desk.refused(SWAP, {"one": "D-1", "other": "D-2"})
    plan = desk.world.state(f"day:main:{DAY}").plan
    places = {held.slot.job_id: (held.slot.crew, held.confirmed) for held in plan.held}
    assert (refused, places) == ((409, "already_departed"), {"D-1": ("S1", True), "D-2": ("S2", True)})


async def test_a_swap_of_goods_that_do_not_fit_is_refused_with_what_clashes(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", "I-1")
    await desk.placed(("D-1", "S1", "am"), ("I-1", "A1", "am"))
    refused = (await desk.post(SWAP, {"one": "D-1", "other": "I-1"})).json()
    assert (refused["facts"]["clashes"], refused["facts"]["forcible"]) == ("kind,kind", False)


async def test_a_job_that_is_not_planned_cannot_be_swapped(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", "D-2")
    await desk.placed(("D-1", "S1", "am"))
    wanted = [{"one": "D-1", "other": "D-2"}, {"one": "D-2", "other": "D-1"}, {"one": "D-1", "other": "D-1"}]
    assert [await desk.refused(SWAP, swap) for swap in wanted] == [(409, "changed_since")] * 3


async def test_undo_puts_every_job_exactly_where_it_was_and_redo_does_it_again(desk: Desk) -> None:
    """B4: by somebody else, and days later."""
    desk.ready("D-1", "D-2", "D-3")
    await desk.placed(("D-1", "S1", "am"), ("D-2", "S2", "pm"))
    before = desk.places()
    moves = [move("D-1", "S2", "am", position=3), move("D-2", None), move("D-3", "S1", "am")]
    change = (await desk.done(CHANGES, {"moves": moves, "reason": "顺路"}))["body"]["change_id"]
    after = desk.places()
    desk.world.now += timedelta(days=1)
    undone = (await desk.done(UNDO, {"change_id": change}, person=SUPERVISOR))["body"]["change_id"]
    restored = desk.places()
    await desk.done(REDO, {"change_id": change})
    assert (restored, desk.places()) == (before, after)
    await desk.done(UNDO, {"change_id": change})
    await desk.done(UNDO, {"change_id": undone})
    assert desk.places() == after, "undoing an undo does it again"


async def test_what_was_changed_is_listed_newest_first_with_who_and_from_where_to_where(desk: Desk) -> None:
    """B4, X1"""
    desk.ready("D-1")
    await desk.placed(("D-1", "S1", "am"))
    change = (await desk.done(CHANGES, {"moves": [move("D-1", "S2")], "reason": "顺路"}))["body"]["change_id"]
    await desk.done(UNDO, {"change_id": change}, person=SUPERVISOR)
    listed = (await desk.get(f"/days/{DAY}/changes"))["rows"]
    assert [
        (one["kind"], one["by"], one["reason"], one["state"], one["moves"][0]["after"]["crew"]) for one in listed
    ] == [
        ("undo", "tan.zw", "撤销 undone", "standing", "S1"),
        ("move", "he.jx", "顺路", "undone", "S2"),
        ("place", "he.jx", None, "standing", "S1"),
    ]


async def test_a_change_is_not_undone_once_a_job_of_it_was_planned_anew(desk: Desk) -> None:
    """B4"""
    desk.ready("D-1", "D-2")
    change = await desk.done(CHANGES, {"moves": [move("D-1", "S1"), move("D-2", "S1")]})
    await desk.done(CHANGES, {"moves": [move("D-2", "S2")]})
    request = {"change_id": change["body"]["change_id"]}
    assert (await desk.refused(UNDO, request), desk.places()["D-1"]) == ((409, "changed_since"), ("S1", "am", 1))


async def test_a_change_is_not_undone_into_a_place_that_somebody_has_now(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", "D-2")
    await desk.placed(("D-1", "S1", "am"))
    change = await desk.done(CHANGES, {"moves": [move("D-1", "S2")]})
    await desk.placed(("D-2", "S1", "am"))
    assert await desk.refused(UNDO, {"change_id": change["body"]["change_id"]}) == (409, "slot_clash")


async def test_an_undo_from_an_old_page_is_refused(desk: Desk) -> None:
    """B4"""
    desk.ready("D-1")
    change = (await desk.done(CHANGES, {"moves": [move("D-1", "S1")]}))["body"]["change_id"]
    version = (await desk.get(f"/days/{DAY}"))["version"]
    stale = await desk.refused(UNDO, {"change_id": change, "expected_version": version - 1})
    fresh = await desk.done(UNDO, {"change_id": change, "expected_version": version})
    assert (stale, fresh["status"]) == ((409, "stale_page"), "accepted")


async def test_a_change_that_nobody_made_cannot_be_undone(desk: Desk) -> None:
    """B4"""
    assert await desk.refused(UNDO, {"change_id": "c-9"}) == (404, "unknown_change")


async def test_a_placement_by_the_old_route_is_undone_like_any_other(desk: Desk) -> None:
    """B4"""
    desk.ready("D-1")
    placed = await desk.done("/jobs/D-1/slot", {"on": str(DAY), "half": "am", "crew": "S1"})
    await desk.done(UNDO, {"change_id": placed["body"]["change_id"]})
    assert (desk.places(), (await desk.get("/jobs/D-1"))["on"]) == ({}, None)


async def test_a_published_plan_is_changed_with_a_reason_and_says_who_will_be_told(desk: Desk) -> None:
    """B4"""
    desk.ready("D-1", "D-2")
    await desk.placed(("D-1", "S1", "am"), ("D-2", "S2", "am"))
    await desk.done(f"/days/{DAY}/publish")
    silent = await desk.refused(CHANGES, {"moves": [move("D-1", "S2")]})
    body = (await desk.done(CHANGES, {"moves": [move("D-1", "S2")], "reason": "李志强发烧"}))["body"]
    desk.world.fire(desk.world.now + timedelta(minutes=POLICY.plan_reissue_minutes))
    day = await desk.get(f"/days/{DAY}")
    assert (silent, body["will_tell"], day["edition"], day["changed"], day["told"]) == (
        (409, "adjustment_needs_reason"),
        ["warehouse", "group", "li.zq", "chen.gd"],
        2,
        False,
        ["warehouse", "group", "li.zq", "chen.gd"],
    )
    assert (await desk.get("/jobs/D-1"))["edition"] == 2


async def test_looking_tells_every_clash_and_a_place_that_fits_and_changes_nothing(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", "D-2", half="am")
    await desk.placed(("D-1", "S1", "am"))
    seen = await desk.done(f"/days/{DAY}/check", {"moves": [move("D-2", "S1", "pm", position=5)]})
    clashes = [(clash["name"], clash["soft"], clash["rule"]) for clash in seen["clashes"]]
    place = seen["places"]["D-2"]
    assert (seen["fits"], seen["forcible"], clashes, (place["crew"], place["half"], place["position"])) == (
        False,
        True,
        [("window_outside", True, "B8"), ("stops", True, "B8"), ("half_agreed", True, "A8")],
        ("S1", "am", 2),
    )
    assert desk.places() == {"D-1": ("S1", "am", 1)}


async def test_a_supervisor_forces_what_is_soft_and_an_assistant_does_not(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", half="am")
    request = {"moves": [move("D-1", "S1", "pm")], "force_reason": "客户改口，下午也行"}
    refused = await desk.refused(CHANGES, request)
    await desk.done(CHANGES, request, person=SUPERVISOR)
    slot = (await desk.get(f"/days/{DAY}"))["slots"][0]
    assert (refused, slot["half"], slot["forced"]) == ((409, "force_needs_supervisor"), "pm", "客户改口，下午也行")


@pytest.mark.parametrize("person", [ASSISTANT, SUPERVISOR])
@pytest.mark.parametrize("reason", [None, "老客户，硬排"])
async def test_a_named_window_that_is_taken_is_refused_with_the_next_free_stop_whoever_forces_it(
    desk: Desk, person: str, reason: str | None
) -> None:
    """B8: nobody is at two places; the stop was left open, the window was not."""
    desk.ready("D-1", "D-2")
    await desk.placed(("D-1", "S1", "am"))
    window = (await desk.get(f"/days/{DAY}"))["slots"][0]["window"]
    wanted = {"on": str(DAY), "half": "am", "crew": "S1", "window": window, "force_reason": reason}
    refused = await desk.post("/jobs/D-2/slot", wanted, person=person)
    said = refused.json()
    assert (refused.status_code, said["code"], said["facts"]["clashes"], said["facts"]["next_free_position"]) == (
        409,
        "slot_clash" if reason is None else "force_impossible",
        "window_taken",
        2,
    )
    assert desk.places() == {"D-1": ("S1", "am", 1)}


async def test_goods_too_large_for_a_half_day_are_offered_and_take_both_halves_of_a_crew(desk: Desk) -> None:
    """B8: and go back there when they are moved in vain."""
    large = TOILET.model_copy(update={"quantity": 40})
    desk.ready("D-1", lines=(large,))
    desk.ready("D-2")
    wanted = {"on": str(DAY), "half": "am", "crew": "S1"}
    facts = (await desk.post("/jobs/D-1/slot", wanted)).json()["facts"]
    await desk.done("/jobs/D-1/slot", {**wanted, "spread": True})
    beside = await desk.refused("/jobs/D-2/slot", {**wanted, "half": "pm"})
    moved = await desk.done("/jobs/D-1/slot", {**wanted, "crew": "S2", "spread": True})
    await desk.done(UNDO, {"change_id": moved["body"]["change_id"]})
    slot = (await desk.get(f"/days/{DAY}"))["slots"][0]
    assert (facts["clashes"], facts["fits_spread"], beside, desk.places(), slot["spread"]) == (
        "volume",
        True,
        (409, "slot_clash"),
        {"D-1": ("S1", "am", 1)},
        True,
    )


async def test_nobody_but_planners_changes_a_plan_and_a_crew_does_not_see_what_others_had(desk: Desk) -> None:
    """C18"""
    desk.ready("D-1")
    body = {"moves": [move("D-1", "S1")]}
    token = {"Authorization": f"Bearer {TOKENS.issue(LEADER)}"}
    listed = await desk.client.get(f"/api/days/{DAY}/changes", headers=token)
    assert (await desk.refused(CHANGES, body, person=LEADER), listed.status_code) == ((403, "not_your_role"), 403)


async def test_jobs_that_are_not_ready_are_all_named_before_anything_is_asked(desk: Desk) -> None:
    """A3, B1"""
    desk.ready("D-1", "D-2", on=DAY + timedelta(days=1))
    refused = (await desk.post(CHANGES, {"moves": [move("D-1", "S1"), move("D-2", "S1")]})).json()
    assert (refused["code"], refused["facts"]["clashes"], refused["facts"]["clash_2_job"]) == (
        "jobs_refuse",
        "other_day_agreed,other_day_agreed",
        "D-2",
    )


async def test_free_places_begin_with_the_day_that_was_agreed(desk: Desk) -> None:
    """B1, B8"""
    desk.ready("D-1", half="pm")
    start = DAY - timedelta(days=1)
    found = (await desk.get(f"/jobs/D-1/places?start={start}&limit=4"))["places"]
    assert [(place["on"], place["crew"], place["half"], place["rebook"]) for place in found] == [
        (str(DAY), "S1", "pm", False),
        (str(DAY), "S2", "pm", False),
        (str(start), "S1", "pm", True),
        (str(start), "S1", "am", True),
    ]


async def test_a_refused_place_comes_with_the_next_free_one_of_another_day(desk: Desk) -> None:
    """B8"""
    desk.ready("I-1", "I-2")
    await desk.placed(("I-1", "A1", "am"))
    wanted = {"on": str(DAY), "half": "am", "crew": "A1", "position": 1}
    facts = (await desk.post("/jobs/I-2/slot", wanted)).json()["facts"]
    told = (facts["fits_position"], facts["next_on"], facts["next_crew"], facts["next_rebook"])
    assert told == (2, str(DAY + timedelta(days=1)), "A1", False)


async def test_an_absent_crews_stops_are_looked_at_and_then_given_to_others(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", "D-2", district="顺德区")
    desk.ready("D-3", district="顺德区")
    await desk.placed(("D-1", "S1", "am"), ("D-2", "S1", "pm"), ("D-3", "S2", "am"))
    await desk.done(f"/days/{DAY}/absences", {"crew": "S1", "reason": "李志强发烧"})
    seen = await desk.get(f"/days/{DAY}/absences/S1/redistribution")
    assert (desk.places()["D-1"], seen["left"]) == (("S1", "am", 1), [])
    moves = [
        {"job_id": one["job_id"], "to": {k: one["to"][k] for k in ("crew", "half", "position")}}
        for one in seen["moves"]
    ]
    request = {"kind": "absence", "moves": moves, "reason": "李志强发烧", "expected_version": seen["version"]}
    await desk.done(CHANGES, request)
    refused = await desk.refused(CHANGES, {"moves": [move("D-3", "S1")]})
    assert (desk.places(), refused) == (
        {"D-3": ("S2", "am", 1), "D-1": ("S2", "am", 2), "D-2": ("S2", "pm", 1)},
        (409, "slot_clash"),
    )
    await desk.done(f"/days/{DAY}/absences/S1/end")
    await desk.done(CHANGES, {"moves": [move("D-3", "S1")]})


async def test_stops_that_no_other_crew_can_take_are_named_with_why(desk: Desk) -> None:
    """B8"""
    jobs = [f"D-{n}" for n in range(1, 10)]
    desk.ready(*jobs)
    await desk.placed(*((job, "S2", "am" if n < 4 else "pm") for n, job in enumerate(jobs[:8])), ("D-9", "S1", "am"))
    await desk.done(f"/days/{DAY}/absences", {"crew": "S1", "reason": "车坏了"})
    seen = await desk.get(f"/days/{DAY}/absences/S1/redistribution")
    names = {clash["name"] for clash in seen["left"][0]["clashes"]}
    assert (seen["moves"], seen["left"][0]["job_id"], names) == (
        [],
        "D-9",
        {"window_taken", "position_taken", "stops"},
    )


async def test_a_crew_that_the_day_does_not_have_cannot_be_absent(desk: Desk) -> None:
    """B8"""
    assert [
        await desk.refused(f"/days/{DAY}/absences", {"crew": "S9", "reason": "病假"}),
        (await desk.client.get(f"/api/days/{DAY}/absences/S9/redistribution")).status_code,
    ] == [(404, "unknown_crew"), 401]


async def test_a_crew_gets_another_leader_for_a_day_unless_he_would_be_at_two_places(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", "D-2")
    await desk.placed(("D-1", "S1", "am"))
    path, body = f"/days/{DAY}/crews/S1", {"leader": "chen.gd", "leader_name": "陈国栋", "reason": "代班"}
    by_assistant = await desk.refused(path, body)
    await desk.done(path, body, person=SUPERVISOR)
    beside = await desk.refused("/jobs/D-2/slot", {"on": str(DAY), "half": "am", "crew": "S2"})
    back = {"leader": "li.zq", "leader_name": "李志强", "reason": "回来了"}
    await desk.done(path, back, person=SUPERVISOR)
    await desk.placed(("D-2", "S2", "am"))
    busy = await desk.refused(path, body, person=SUPERVISOR)
    assert (by_assistant, beside, busy) == ((403, "not_your_role"), (409, "slot_clash"), (409, "crew_busy"))


async def test_a_proposed_plan_is_accepted_in_part_and_nothing_happens_before(desk: Desk) -> None:
    """B4, B8"""
    for n, district in enumerate(["顺德区", "三水区"] * 4):
        desk.ready(f"D-{n}", district=district)
    desk.ready("D-90", on=DAY + timedelta(days=2))
    desk.ready("I-1")
    seen = await desk.done(f"/days/{DAY}/proposal")
    assert (len(seen["moves"]), seen["left"], seen["metres"] < seen["first_come_metres"] * 0.7) == (9, [], True)
    assert desk.world.state(f"day:main:{DAY}") == desk.world.state("day:main:2030-01-01")
    moves = [
        {"job_id": one["job_id"], "to": {k: one["to"][k] for k in ("crew", "half", "position")}}
        for one in seen["moves"][:5]
    ]
    accepted = await desk.done(CHANGES, {"kind": "proposal", "moves": moves})
    rest = await desk.done(f"/days/{DAY}/proposal")
    assert (len(desk.places()), accepted["body"]["published"], len(rest["moves"])) == (5, False, 4)


async def test_a_proposal_measures_from_where_the_fleet_has_the_districts(desk: Desk) -> None:
    """B12, B18"""
    desk.ready("D-1", district="顺德区")
    before = (await desk.done(f"/days/{DAY}/proposal"))["metres"]
    depot = POLICY.depot_place
    moved = {"district": "顺德区", "latitude": depot.latitude, "longitude": depot.longitude}
    await desk.done("/fleet/districts", {"district": moved}, person=SUPERVISOR)
    after = (await desk.done(f"/days/{DAY}/proposal"))["metres"]
    assert (before > 80_000, after) == (True, 0)


async def test_what_is_not_answered_in_time_is_told_to_come_later_and_finished_by_the_reactor(desk: Desk) -> None:
    """A8, B8"""
    desk.ready("D-1", "D-2")

    async def nobody(_: str, asked: list[Asked]) -> list[Outcome]:
        return [Outcome(one.request.command_id, one.aggregate_id, "pending") for one in asked]

    with pytest.MonkeyPatch.context() as away:
        away.setattr(desk.world, "ask_all", nobody)
        given = await desk.post("/jobs/D-1/slot", {"on": str(DAY), "half": "am", "crew": "S1"})
        changed = await desk.post(CHANGES, {"moves": [move("D-2", "S2")]})
    assert [(answer.status_code, answer.json()["status"]) for answer in (given, changed)] == [(202, "pending")] * 2
    assert [answer.json()["ask_at"] for answer in (given, changed)] == [None, None]  # the same request again goes on
    assert desk.places() == {"D-1": ("S1", "am", 1), "D-2": ("S2", "am", 1)}


async def test_a_place_that_is_being_given_already_is_told_to_come_later_and_one_that_is_there_is_there(
    desk: Desk,
) -> None:
    """B8: two pages ask for the same at once; nobody is told yes before the job has said it."""
    desk.ready("D-1")
    wanted = {"on": str(DAY), "half": "am", "crew": "S1"}

    async def nobody(_: str, asked: list[Asked]) -> list[Outcome]:
        return [Outcome(one.request.command_id, one.aggregate_id, "pending") for one in asked]

    headers = {"Authorization": f"Bearer {TOKENS.issue(ASSISTANT)}"}
    with pytest.MonkeyPatch.context() as away:
        away.setattr(desk.world, "ask_all", nobody)
        for _ in range(2):
            answer = await desk.client.post("/api/jobs/D-1/slot", json=wanted, headers=headers)
            assert answer.status_code == 202
    desk.world.settle()
    there = (await desk.done("/jobs/D-1/slot", wanted))["body"]
    assert (there["on"], there["crew"], there["half"], there["position"]) == (str(DAY), "S1", "am", 1)


async def test_asked_again_when_nobody_knows_the_first_answers_facts_any_more_the_rows_tell(desk: Desk) -> None:
    """A8, X7: answers are kept for a day; what became of it stands in the day's changes and in the job's row."""
    desk.ready("D-1", "D-2")
    wanted = {"on": str(DAY), "half": "am", "crew": "S1"}
    first = await desk.done("/jobs/D-1/slot", wanted, key="k1")
    change = {"moves": [move("D-2", "S1")]}
    await desk.done(CHANGES, change, key="k2")
    desk.world.answers = {known: replace(answer, facts=()) for known, answer in desk.world.answers.items()}
    again = await desk.done("/jobs/D-1/slot", wanted, key="k1")
    assert {name: again["body"][name] for name in ("on", "crew", "half", "position", "window")} == {
        name: first["body"][name] for name in ("on", "crew", "half", "position", "window")
    }
    assert (await desk.done(CHANGES, change, key="k2"))["body"]["places"][0]["position"] == 2
    await desk.done("/jobs/D-1/slot/release", {"reason": "客户改期"})
    gone = await desk.post("/jobs/D-1/slot", wanted, key="k1")
    assert (gone.status_code, gone.json()["code"]) == (409, "slot_gone")


async def test_a_change_that_was_put_back_long_ago_is_not_told_as_done(desk: Desk) -> None:
    """B8"""
    desk.ready("D-1", "D-2")
    rows = desk.world.rows["jobs"]
    row = dict(rows["D-2"])
    desk.world.put("job:D-2", ChangeCompleteness(complete_on=None, reason="破损"))
    rows["D-2"] = row  # the page does not know yet
    change = {"moves": [move("D-1", "S1"), move("D-2", "S1")]}
    first = await desk.post(CHANGES, change, key="k1")
    desk.world.answers = {known: replace(answer, facts=()) for known, answer in desk.world.answers.items()}
    rows["D-2"] = row
    again = await desk.post(CHANGES, change, key="k1")
    assert [(answer.status_code, answer.json()["code"]) for answer in (first, again)] == [
        (409, "not_complete"),
        (409, "slot_gone"),
    ]
    assert desk.places() == {}
