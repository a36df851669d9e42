"""HTTP of people and means: who works when with whom, and what days that are planned already learn of it (B8)."""

from collections.abc import AsyncIterator

import pytest
from dispatch_cases import DAY, NOW
from dispatch_office import ASSISTANT, LEADER, SLOT, SUPERVISOR, Office, an_office, killed_after

from contracts.dispatch_days import CrewOfDayChanged

AFTER = {"S1": ("陈国栋", "粤E·3F618", "chen.gd"), "S2": ("李志强", "粤E·7K352", "li.zq")}
SWAPPED = [
    {
        "crew": crew,
        "name": crew,
        "kind": "delivery",
        "leader": leader,
        "members": [],
        "vehicle": vehicle,
        "stops_per_half": 4,
        "effective_from": str(DAY),
        "effective_to": str(DAY),
    }
    for crew, (_, vehicle, leader) in AFTER.items()
]
"""Two crews change leaders and vehicles for a day."""


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with an_office() as made:
        yield made


async def test_people_and_means_on_a_day_and_their_history(office: Office) -> None:
    """B8, B18, X1"""
    fresh = await office.get(SUPERVISOR, "/fleet?on=2026-03-13")
    alone = {"on": str(DAY), "members": [], "reason": "邓伟有事"}
    changed = await office.post(LEADER, "/fleet/crews/S1/members", alone)
    foreign = await office.post(LEADER, "/fleet/crews/S2/members", alone)
    crew = await office.get(SUPERVISOR, "/fleet?on=2026-03-13")
    history = await office.get(SUPERVISOR, "/fleet/history")
    leader = await office.get(LEADER, "/fleet?on=2026-03-13")
    assert (
        fresh["version"],
        [one["crew"] for one in fresh["crews"]],
        changed.status_code,
        foreign.status_code,
        crew["crews"][0]["members"],
        [(one["what"], one["by"], one["reason"]) for one in history],
        leader["people"],
    ) == (0, ["S1", "S2", "A1", "A2", "F1"], 200, 403, [], [("CrewSet", LEADER, "邓伟有事")], [])


async def test_days_that_are_planned_already_learn_of_a_changed_crew(office: Office) -> None:
    """B8"""
    await office.loaded()
    alone = {"on": str(DAY), "members": [], "reason": "邓伟有事"}
    changed = await office.post(LEADER, "/fleet/crews/S1/members", alone)
    day = await office.get(ASSISTANT, "/days/2026-03-13")
    swapped = await office.post(SUPERVISOR, "/fleet/crews", {"crews": SWAPPED, "reason": "对调"})
    after = await office.get(ASSISTANT, "/days/2026-03-13")
    assert (
        changed.json()["body"],
        day["crews"][0]["members"],
        swapped.json()["body"],
        {crew["crew"]: (crew["leader_name"], crew["vehicle"], crew["leader"]) for crew in after["crews"][:2]},
    ) == ({"refused": []}, [], {"refused": []}, AFTER)


async def crews_on(office: Office) -> dict[str, tuple[str, str, str]]:
    """The first two crews as the day has them."""
    day = await office.get(ASSISTANT, f"/days/{DAY}")
    return {crew["crew"]: (crew["leader_name"], crew["vehicle"], crew["leader"]) for crew in day["crews"][:2]}


@pytest.mark.parametrize("after", [0, 1, 2, 30, 70])
async def test_wherever_whoever_sets_crews_is_cut_off_planned_days_follow_in_his_name(
    office: Office, after: int
) -> None:
    """B8, X7: told by the fleet's fact, not by the request; sent again under its key it is answered whole."""
    await office.loaded()
    told = {"crews": SWAPPED, "reason": "对调"}
    with killed_after(office.world, after):
        await office.post(SUPERVISOR, "/fleet/crews", told, key="k1")
    assert (await crews_on(office) == AFTER) == (after > 0)
    again = await office.post(SUPERVISOR, "/fleet/crews", told, key="k1")
    assert (again.status_code, again.json()["body"], await crews_on(office)) == (200, {"refused": []}, AFTER)
    assert {meta.actor for meta, event in office.world.events if isinstance(event, CrewOfDayChanged)} == {SUPERVISOR}


async def test_a_day_that_cannot_follow_says_why_and_follows_once_it_can_and_is_told_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B8: the day has lent a helper to another crew, and both have a stop at the same time."""
    monkeypatch.setattr("dispatch.api.fleet.utc_now", lambda: NOW)
    second = "D-HT26030002"
    for contract_no, crew in (("HT26030001", "S1"), ("HT26030002", "S2")):
        await office.booked(contract_no)
        await office.post(ASSISTANT, f"/jobs/D-{contract_no}/slot", {**SLOT, "crew": crew})
    for crew, members in (("S1", []), ("S2", ["邓伟"])):
        await office.post(SUPERVISOR, f"/days/{DAY}/crews/{crew}", {"members": members, "reason": "帮忙"})
    record = {**SWAPPED[0], "leader": LEADER, "vehicle": "粤E·7K352", "members": ["deng.w"], "stops_per_half": 5}
    told = {"crews": [{**record, "effective_to": "2026-03-14"}], "reason": "多送一单"}
    refused = await office.post(SUPERVISOR, "/fleet/crews", told)
    await office.post(SUPERVISOR, f"/jobs/{second}/slot/release", {"reason": "改期"})
    again = await office.post(SUPERVISOR, "/fleet/crews", told)
    day = await office.get(ASSISTANT, f"/days/{DAY}")
    assert [(one["on"], one["crew"]) for one in refused.json()["body"]["refused"]] == [(str(DAY), "S1")]
    assert (again.json()["body"], day["crews"][0]["members"], day["crews"][0]["stops_per_half"]) == (
        {"refused": []},
        ["邓伟"],
        5,
    )
