"""What holds for days, jobs and runs whatever is asked of them, in whatever order."""

from collections import Counter
from datetime import timedelta
from functools import reduce
from typing import Any

from dispatch_cases import (
    NOW,
)
from dispatch_strategies import (
    CALLS,
    CLOCK,
    CODECS,
    DAY_CALLS,
    DECIDERS,
    HAPPY,
    JOB_CALLS,
    OPEN,
    POLICY,
    at_once,
    story,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from company.context import Context
from company.policy import policy_book
from dispatch.day.places import overlap, share_people_or_vehicle
from dispatch.day.state import Unopened
from dispatch.main import SERVICE
from dispatch.run.state import road_of
from runtime.commands import Request, command_reader
from runtime.deciding import Rules
from runtime.testing import Given, decided_in_batches


def seeded(prefix: str) -> st.SearchStrategy[list[Any]]:
    """A good day as far as it gets, with anything else in between."""

    def mixed(path: list[Any]) -> st.SearchStrategy[list[Any]]:
        between = st.lists(story(CALLS[prefix], 2), min_size=len(path), max_size=len(path))
        return st.tuples(between, story(CALLS[prefix], 15)).map(
            lambda parts: [
                *(one for step, others in zip(path, parts[0], strict=True) for one in ((step, at_once(step)), *others)),
                *parts[1],
            ]
        )

    return st.sampled_from(HAPPY[prefix]).flatmap(mixed)


def play(prefix: str, commands: list[Any]) -> tuple[list[Any], list[Any]]:
    """All states after a command, and all events: those of one decision are recorded together."""
    decider = DECIDERS[prefix]
    now, states, history = NOW, [decider.initial], []
    for command, (passed, (by, role, second)) in commands:
        now += passed
        ctx = Context(now, by, role, policy_book().at(now), second=second)
        made = Given(decider, states[-1]).asks(command, ctx).made
        states.append(reduce(decider.evolve, made, states[-1]))
        history += made
    return states, history


@settings(max_examples=300, deadline=None)
@given(story(DAY_CALLS, 60) | seeded("day"))
def test_nobody_is_at_two_places_and_no_half_day_is_overfull_unless_forced(commands: list[Any]) -> None:
    """B8: whatever is reserved, moved, swapped, taken back, done again or put back, with crews that change."""
    for state in play("day", commands)[0]:
        if isinstance(state, Unopened):
            continue
        slots = [held.slot for held in state.plan.held]
        crews = {crew.crew: crew for crew in state.plan.crews}
        assert max(Counter(slot.job_id for slot in slots).values(), default=0) <= 1
        assert max(Counter((s.crew, s.half, s.position) for s in slots).values(), default=0) <= 1
        for n, slot in enumerate(slots):
            assert crews[slot.crew].kind == slot.kind
            for other in slots[n + 1 :]:
                bound = share_people_or_vehicle(crews[slot.crew], crews[other.crew])
                assert not (bound and overlap(slot.window, other.window))
        for crew in crews.values():
            for half in ("am", "pm"):
                here = [slot for slot in slots if (slot.crew, slot.half) == (crew.crew, half)]
                if any(slot.forced for slot in here):
                    continue
                limit = (crew.volume_l_per_half or 10**9) * (2 if any(slot.spread for slot in here) else 1)
                assert len(here) <= crew.stops_per_half
                assert sum(slot.volume_l for slot in here) <= limit


@settings(max_examples=100, deadline=None)
@given(seeded("day"))
def test_a_published_plan_never_changes_without_a_reason(commands: list[Any]) -> None:
    """B4"""
    published = False
    for event in play("day", commands)[1]:
        match type(event).__name__:
            case "DayPublished":
                published = True
            case "PlanChanged" if published:
                assert event.reason
                assert event.reissue_due
            case "SlotReserved" if published:
                assert event.adjustment_reason
            case "SlotReleased":
                assert event.reason


@settings(max_examples=200, deadline=None)
@given(seeded("run"))
def test_cash_on_the_vehicle_is_what_was_collected_less_what_was_handed_in(commands: list[Any]) -> None:
    """B16"""
    states, history = play("run", commands)
    collected = [event for event in history if type(event).__name__ == "CashCollected"]
    handed_in = sum(event.amount_fen for event in history if type(event).__name__ == "CashHandedIn")
    roads = [road for road in (road_of(state) for state in states) if road is not None]
    held = [road.on_vehicle_fen for road in roads]
    assert all(0 <= fen <= POLICY.vehicle_cash_limit_fen for fen in held)
    assert max(Counter(event.job_id for event in collected).values(), default=0) <= 1
    assert (held[-1] if held else 0) == sum(event.amount_fen for event in collected) - handed_in


@settings(max_examples=200, deadline=None)
@given(seeded("run"))
def test_a_closed_day_has_collected_what_was_paid_in_and_explained(commands: list[Any]) -> None:
    """B16: and nothing is collected or paid in after it; a receipt counts once."""
    collected = paid_in = 0
    is_closed, receipts = False, set()
    for event in play("run", commands)[1]:
        match type(event).__name__:
            case "CashCollected":
                assert not is_closed
                collected += event.amount_fen
            case "CashHandedIn":
                assert not is_closed
                assert event.receipt_no not in receipts
                receipts.add(event.receipt_no)
                paid_in += event.amount_fen
            case "RunClosed":
                assert (event.collected_fen, event.handed_in_fen) == (collected, paid_in)
                assert event.difference_fen == collected - paid_in
                assert bool(event.explanation) == bool(event.difference_fen)
                is_closed = True


@settings(max_examples=200, deadline=None)
@given(seeded("run"))
def test_nothing_departs_that_was_not_counted_and_signed_by_two(commands: list[Any]) -> None:
    """B8, B9, B11, B23"""
    loaded = None
    for event in play("run", commands)[1]:
        match type(event).__name__:
            case "RunPlanned":
                loaded = None
            case "RunLoaded":
                loaded = event
            case "RunDeparted":
                assert loaded is not None
                assert loaded.leader_signed != loaded.warehouse_signed
                assert event.leader


@settings(max_examples=300, deadline=None)
@given(OPEN, story(JOB_CALLS, 40))
def test_a_job_is_signed_or_fails_only_after_it_left_and_leaves_only_from_a_slot(
    opened: Any, commands: list[Any]
) -> None:
    """A3, B1, B11, B13, B14"""
    kind, placed, gone, ended = opened.kind, False, False, False
    for event in play("job", [(opened, (timedelta(0), CLOCK)), *commands])[1]:
        match type(event).__name__:
            case "StopScheduled":
                assert not gone
                placed = True
            case "StopUnscheduled":
                assert placed
                placed = False
            case "DeliveryDeparted":
                assert placed
                gone = True
            case "DeliveryCompleted":
                assert gone
                assert not ended
                ended = True
            case "DeliveryFailed":
                assert gone
                gone, placed = False, False
            case "InstallationCompleted":
                assert placed
                assert kind == "installation"


@settings(max_examples=300, deadline=None)
@given(seeded("run"), OPEN, story(JOB_CALLS, 40))
def test_no_event_is_written_whose_two_people_are_one(run: list[Any], opened: Any, job: list[Any]) -> None:
    """B23: at the vehicle, of the cash, of the office's consent; and each of them has asked or signed."""
    people = {"su.kj", "tan.zw", "mai.gh", "li.zq", "guan.yf", "he.jx", "system"}
    for event in [*play("run", run)[1], *play("job", [(opened, (timedelta(0), CLOCK)), *job])[1]]:
        match type(event).__name__:
            case "RunLoaded":
                two = {event.leader_signed, event.warehouse_signed}
                assert two <= people
                assert len(two) == 2
            case "CashHandedIn":
                assert event.received_by in people - {"li.zq"}
                assert event.witness not in {event.received_by, "li.zq"}
                assert event.amount_fen < POLICY.two_person_deposit_fen or event.witness in people
            case "DeliveryFailed":
                assert event.consent_by in people - {event.leader}


ANY = st.sampled_from(["day", "job", "run"]).flatmap(lambda prefix: st.tuples(st.just(prefix), seeded(prefix)))


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_every_state_survives_its_checkpoint(told: tuple[str, list[Any]]) -> None:
    """X1"""
    prefix, commands = told
    for state in play(prefix, commands)[0]:
        assert CODECS[prefix].load(CODECS[prefix].dump(state)) == state


@settings(max_examples=200, deadline=None)
@given(ANY, st.data())
def test_any_event_folds_on_any_state_without_an_error(told: tuple[str, list[Any]], data: st.DataObject) -> None:
    """X1"""
    prefix, commands = told
    states, _ = play(prefix, commands)
    _, other = play(prefix, data.draw(seeded(prefix)))
    for state in states:
        for event in other[:10]:
            state = DECIDERS[prefix].evolve(state, event)  # noqa: PLW2901 - one fold after the other
        for timer in DECIDERS[prefix].due(state):
            assert timer.at.tzinfo is not None


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_a_timer_that_fired_is_not_due_again(told: tuple[str, list[Any]]) -> None:
    """B8, K4, K9"""
    prefix, commands = told
    decider = DECIDERS[prefix]
    state = play(prefix, commands)[0][-1]
    for timer in decider.due(state):
        now = max(timer.at, NOW + timedelta(days=30))
        ctx = Context(now, "system", "system", policy_book().at(now))
        after = Given(decider, state).asks(timer.command, ctx).accepted()
        assert timer.name not in {other.name for other in after.due()}


def in_batches(prefix: str, commands: list[Any], size: int) -> tuple[list[Any], list[Any]]:
    rules = Rules(
        service="dispatch",
        deciders=DECIDERS,
        readers=command_reader(SERVICE.deciders),
        policies=policy_book(),
        max_event_bytes=1_000_000,
    )
    now, asked = NOW, []
    for number, (command, (passed, (by, role, second))) in enumerate(commands):
        now += passed
        asked.append((command, Request(f"c{number}", now, by, role, "r", second=second)))
    return decided_in_batches(rules, f"{prefix}:1", asked, size)


@settings(max_examples=100, deadline=None)
@given(ANY, st.integers(2, 30))
def test_a_batch_decides_what_one_by_one_decides(told: tuple[str, list[Any]], size: int) -> None:
    """X1"""
    prefix, commands = told
    assert in_batches(prefix, commands, size) == in_batches(prefix, commands, 1)
