"""HTTP of the door: arrived, delivered, not deliverable; and its flow, wherever it is cut off (B12-B17)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from dispatch_cases import DUE_FEN, JOB
from dispatch_office import ASSISTANT, LEADER, RUN, SIGNED, SUPERVISOR, TOKENS, Office, an_office, killed_after, said
from dispatch_world import World
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.job.state import Delivered, Failed, OnTheWay
from dispatch.job.undeliverable import FailDelivery
from dispatch.run.state import road_of
from runtime.objects import open_objects
from runtime.settings import Settings

SECOND = "D-HT26030002"


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with an_office() as made:
        yield made


async def test_the_order_of_stops_is_kept_or_explained(office: Office) -> None:
    """B12"""
    await office.departed("HT26030002")
    early = await office.post(LEADER, f"/jobs/{SECOND}/arrival")
    signed_early = await office.post(LEADER, f"/jobs/{SECOND}/delivery", {**SIGNED, "signature_ref": "s2"})
    arrived = await office.post(LEADER, f"/jobs/{SECOND}/arrival", {"order_reason": "客户临时外出"})
    run = await office.get(LEADER, RUN)
    assert (said(early), said(signed_early), arrived.json()["events"], run["order_changes"][0]["reason"]) == (
        (409, "out_of_order", "B12"),
        (409, "out_of_order", "B12"),
        ["StopArrived"],
        "客户临时外出",
    )


async def test_refused_pieces_are_photographed_and_come_back(office: Office) -> None:
    """B13, B15, D4"""
    await office.departed()
    refused = [
        {"line_no": 2, "quantity": 1, "reason": "色差", "photos": ["sha256:1"]},
        {"line_no": 1, "quantity": 1, "damaged": True, "reason": "磕角"},
    ]
    door = {
        **SIGNED,
        "delivered": [{"line_no": 1, "quantity": 1}, {"line_no": 2, "quantity": 9}],
        "refused": refused,
    }
    blind = await office.post(LEADER, f"/jobs/{JOB}/delivery", door)
    signed = await office.post(LEADER, f"/jobs/{JOB}/delivery", {**door, "photos": ["sha256:2"]})
    job = await office.get(LEADER, f"/jobs/{JOB}")
    told = [(one["damaged"], one["reason"], one["lines"][0]["quantity"], one["photos"]) for one in job["refused"]]
    assert (said(blind), signed.json()["events"], told) == (
        (409, "photos_missing", "B13"),
        ["DeliveryCompleted", "PiecesRefused", "PiecesRefused"],
        [(False, "色差", 1, ["sha256:1"]), (True, "磕角", 1, ["sha256:2"])],
    )


async def test_a_photo_that_nobody_put_is_refused_at_the_door(office: Office, tmp_path: Path) -> None:
    """B13, C18"""
    await office.departed()
    office.app.state.objects = open_objects(Settings(home=tmp_path))
    told = {**SIGNED, "photos": ["p1"]}
    assert said(await office.post(LEADER, f"/jobs/{JOB}/delivery", told)) == (422, "unknown_file", "C18")


async def test_the_office_agrees_before_goods_go_back(office: Office) -> None:
    """B14"""
    await office.departed()
    await office.post(LEADER, f"/jobs/{JOB}/undeliverable", {"cause": "客户不在", "customer_reached": False})
    back = {"cause": "客户不在", "goods": "returned"}
    alone = await office.post(LEADER, f"/jobs/{JOB}/failure", back)
    own = await office.post(LEADER, f"/jobs/{JOB}/consent", {"goods": "returned"})
    await office.post(ASSISTANT, f"/jobs/{JOB}/consent", {"goods": "returned"})
    failed = await office.post(LEADER, f"/jobs/{JOB}/failure", back)
    run = await office.get(LEADER, RUN)
    assert (said(alone), own.status_code, failed.json()["events"], run["ended"][0]["outcome"]) == (
        (409, "consent_missing", "B14"),
        403,
        ["DeliveryFailed"],
        "failed",
    )


async def test_cash_that_was_taken_before_a_refused_signature_stays_booked_once(office: Office) -> None:
    """B13, B16"""
    await office.departed()
    await office.post(SUPERVISOR, f"/jobs/{JOB}/consent", {"goods": "returned"})
    office.world.put(f"job:{JOB}", FailDelivery(cause="客户不在", goods="returned"))
    refused = await office.post(LEADER, f"/jobs/{JOB}/delivery", SIGNED)
    again = await office.post(LEADER, f"/jobs/{JOB}/delivery", SIGNED)
    run = await office.get(LEADER, RUN)
    assert (said(refused), refused.json()["facts"]["cash_kept_fen"], said(again), run["on_vehicle_fen"]) == (
        (409, "not_on_the_way", "B13"),
        DUE_FEN,
        (409, "not_on_the_way", "B13"),
        DUE_FEN,
    )


async def test_what_a_piece_costs_is_not_shown_to_those_who_only_carry_it(office: Office) -> None:
    """C18, RULES §1: in a job, in the list, and among the stops of a run."""
    await office.departed()
    paths = (f"/jobs/{JOB}", "/jobs", f"{RUN}/stops")
    seen = {person: [await office.get(person, path) for path in paths] for person in (LEADER, SUPERVISOR)}
    prices = {
        person: [one["lines"][0]["unit_price_fen"] for one in (job, listed["rows"][0], stops[0])]
        for person, (job, listed, stops) in seen.items()
    }
    assert prices == {LEADER: [None] * 3, SUPERVISOR: [135_000] * 3}


SHORT = [{"line_no": 1, "quantity": 1}, {"line_no": 2, "quantity": 10}]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"delivered": []}, "count_differs"),
        ({"delivered": SHORT}, "pieces_unaccounted"),
        ({"delivered": SHORT, "refused": [{"line_no": 1, "quantity": 1, "reason": "色差"}]}, "photos_missing"),
    ],
    ids=["not counted", "a piece is nowhere", "no photo"],
)
async def test_what_is_signed_wrongly_is_refused_before_any_cash_is_taken(
    office: Office, told: dict[str, Any], code: str
) -> None:
    """B13, A9, X7: a refused request changes nothing, and the money of the right one counts, another sum too."""
    await office.departed()
    wrong = await office.post(LEADER, f"/jobs/{JOB}/delivery", {**SIGNED, **told})
    before = await office.get(LEADER, RUN)
    right = await office.post(LEADER, f"/jobs/{JOB}/delivery", {**SIGNED, "cash_fen": DUE_FEN - 100})
    after = await office.get(LEADER, RUN)
    assert (said(wrong), before["on_vehicle_fen"], right.status_code, after["on_vehicle_fen"]) == (
        (409, code, "A9" if code == "pieces_unaccounted" else "B13"),
        0,
        200,
        DUE_FEN - 100,
    )


async def test_too_much_cash_is_refused_and_nothing_is_signed(office: Office) -> None:
    """B16"""
    await office.departed()
    refused = await office.post(LEADER, f"/jobs/{JOB}/delivery", {**SIGNED, "cash_fen": 5_000_001})
    assert (said(refused), (await office.get(LEADER, f"/jobs/{JOB}"))["status"]) == ((409, "cash_limit", "B16"), "way")


async def test_a_failed_stop_needs_the_offices_consent(office: Office) -> None:
    """B14, B23: in a session of its own; a name that is written down is none."""
    await office.departed()
    alone = await office.post(LEADER, f"/jobs/{JOB}/failure", {"cause": "客户不在", "goods": "returned"})
    named = {"cause": "客户不在", "goods": "returned", "consent_by": "何嘉欣"}
    by_name = await office.post(LEADER, f"/jobs/{JOB}/failure", named)
    await office.post(SUPERVISOR, f"/jobs/{JOB}/consent", {"goods": "returned"})
    told = await office.post(LEADER, f"/jobs/{JOB}/failure", {"cause": "客户不在", "goods": "returned"})
    assert (said(alone), said(by_name), told.json()["events"]) == (
        (409, "consent_missing", "B14"),
        (409, "consent_missing", "B14"),
        ["DeliveryFailed"],
    )


# --- cut off -------------------------------------------------------------------------------------------------------


WAYS: dict[str, tuple[str, Any, int]] = {
    "arrival": ("arrival", None, 2),
    "delivery": ("delivery", SIGNED, 5),
    "delivery without money": ("delivery", {**SIGNED, "cash_fen": 0}, 4),
    "failure": ("failure", {"cause": "客户不在", "goods": "returned"}, 2),
}
"""What a crew tells from the door, and with how many commands it is told whole."""


CUTS = [(name, after) for name, (_, _, whole) in WAYS.items() for after in range(whole + 1)]
"""Each way of it, cut off after each command."""


def standing(world: World) -> tuple[Any, ...]:
    """What job and run know of the stop: arrived, over, on the list of ended ones, money."""
    job, run = world.state(f"job:{JOB}"), road_of(world.state("run:2026-03-13:S1"))
    assert run is not None
    arrived = isinstance(job, Delivered | Failed) or job.is_arrived
    return arrived, type(job).__name__, [one.outcome for one in run.ended], run.collected_fen


@pytest.mark.parametrize(("name", "after"), CUTS)
async def test_wherever_the_crews_request_is_cut_off_run_and_job_agree_and_sent_again_it_is_whole(
    office: Office, name: str, after: int
) -> None:
    """B12, B13, B14, B17, X7: what was begun the reactor finishes, in the crew's name; nothing is told twice."""
    await office.departed()
    await office.post(SUPERVISOR, f"/jobs/{JOB}/consent", {"goods": "returned"})
    what, body, _ = WAYS[name]
    whole = deepcopy(office.world)
    async with an_office(whole) as other:
        assert (await other.post(LEADER, f"/jobs/{JOB}/{what}", body, key="k1")).status_code == 200
    before = len(office.world.events)
    with killed_after(office.world, after):
        await office.post(LEADER, f"/jobs/{JOB}/{what}", body, key="k1")
    office.world.settle()
    agrees(office.world)
    again = await office.post(LEADER, f"/jobs/{JOB}/{what}", body, key="k1")
    assert (again.status_code, standing(office.world)) == (200, standing(whole)), again.text
    told = office.world.events[before:]
    assert max(Counter(type(event).__name__ for _, event in told).values()) == 1
    others = {"JobOpened"}  # the installation, which is another process
    assert {meta.actor for meta, event in told if type(event).__name__ not in others} == {LEADER}


def agrees(world: World) -> None:
    """What holds between a run and the job at its door, once everything asked for has been done."""
    job, run = world.state(f"job:{JOB}"), road_of(world.state("run:2026-03-13:S1"))
    assert run is not None
    ended = {one.job_id: one.outcome for one in run.ended}
    expected = {Delivered: {JOB: "done"}, Failed: {JOB: "failed"}, OnTheWay: {}}
    assert ended == expected[type(job)]
    if isinstance(job, OnTheWay):
        assert (job.is_arrived, run.collected) == (JOB in run.reached, ())
    if isinstance(job, Delivered):
        assert job.cash_fen in {0, run.collected_fen}


_departed: list[World] = []


async def a_world_on_the_road() -> World:
    """S1 is on the road; made once."""
    if not _departed:
        async with an_office() as office:
            await office.departed()
            _departed.append(office.world)
    return deepcopy(_departed[0])


REQUESTS = st.tuples(
    st.sampled_from(sorted(WAYS)), st.integers(0, 5), st.sampled_from(["k1", "k2", "k3"]), st.booleans()
)
"""What is told, cut off after how many commands, under which key, and whether the reactor has caught up by then."""


@settings(max_examples=60, deadline=None)
@given(st.lists(REQUESTS, min_size=1, max_size=6))
def test_whatever_is_told_from_the_door_and_cut_off_run_and_job_agree_in_the_end(
    requests: list[tuple[str, int, str, bool]],
) -> None:
    """B12-B17, X7: a stop ends once; what was said yes to stands; money is booked once, and never by halves."""

    async def tell() -> None:
        world = await a_world_on_the_road()
        async with an_office(world) as office:
            began, told_yes = len(world.events), set()
            for name, after, key, settles in requests:
                what, body, _ = WAYS[name]
                with killed_after(world, after):
                    headers = {"Authorization": f"Bearer {TOKENS.issue(LEADER)}", "Idempotency-Key": f"{name} {key}"}
                    path = f"/api/jobs/{JOB}/{what}"
                    answer = await office.client.post(path, json=body, headers=headers)
                    told_yes |= {what} if answer.status_code == 200 else set()
                if settles:
                    world.settle()
            world.settle()
            agrees(world)
            ends = {"delivery": Delivered, "failure": Failed}
            assert all(isinstance(world.state(f"job:{JOB}"), ends[what]) for what in told_yes - {"arrival"})
            times = Counter(type(event).__name__ for _, event in world.events)
            assert max(times[name] for name in ("StopReached", "StopArrived", "CashCollected", "StopEnded")) <= 1
            end = len(world.events)
            world.answers.clear()  # all of it once more, with nothing remembered
            for meta, event in world.events[began:]:
                world.react("dispatch", meta, event)
            assert len(world.events) == end

    asyncio.run(tell())
