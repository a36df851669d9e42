"""HTTP of people and means: who works when with whom, and what days that are planned already learn of it (B8)."""

from collections.abc import AsyncIterator

import pytest
from dispatch_cases import DAY
from dispatch_office import ASSISTANT, LEADER, SUPERVISOR, Office, an_office


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
    crews = {"S1": ("陈国栋", "粤E·3F618", "chen.gd"), "S2": ("李志强", "粤E·7K352", "li.zq")}
    swap = [
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
        for crew, (_, vehicle, leader) in crews.items()
    ]
    day = await office.get(ASSISTANT, "/days/2026-03-13")
    swapped = await office.post(SUPERVISOR, "/fleet/crews", {"crews": swap, "reason": "对调"})
    after = await office.get(ASSISTANT, "/days/2026-03-13")
    assert (
        changed.json()["body"],
        day["crews"][0]["members"],
        swapped.json()["body"],
        {crew["crew"]: (crew["leader_name"], crew["vehicle"], crew["leader"]) for crew in after["crews"][:2]},
    ) == ({"refused": []}, [], {"refused": []}, crews)
