"""What holds of people and means whatever is asked, in whatever order: one person, one vehicle, one place at a time."""

from collections import Counter
from datetime import date, timedelta
from functools import reduce
from typing import Any

from dispatch_cases import DAY, POLICY, SUPERVISOR
from dispatch_documents import document_of
from hypothesis import given, settings
from hypothesis import strategies as st

from company.fleet_crews import (
    at_work,
    crews_of_day,
    may_drive,
    means_of,
    people_of,
    policy_means,
    record_on,
    records_on,
    usual_driver,
)
from contracts.dispatch_fleet import FleetCrew, FleetPerson, Licence
from contracts.fact import Fact
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.crews import ChangeMembers, DissolveCrew, SetCrews
from dispatch.fleet.people import CancelLeave, NoteLeave, SetPerson
from dispatch.fleet.row import FLEETS
from dispatch.fleet.state import Fleet, Opened
from dispatch.fleet.trips import ApproveTrip, ReturnVehicle, SendOut
from runtime.states import StateCodec
from runtime.testing import Given

PEOPLE = st.sampled_from(["li.zq", "deng.w", "chen.gd", "luo.h", "huang.wy"])
VEHICLES = st.sampled_from(["粤E·7K352", "粤E·3F618", "粤E·9B207"])
DAYS = st.sampled_from([DAY + timedelta(days=n) for n in range(-1, 4)])
SPANS = st.tuples(DAYS, st.none() | DAYS)
CREWS = st.builds(
    lambda crew, leader, members, vehicle, span: FleetCrew(
        crew=crew,
        name=crew,
        kind="delivery",
        leader=leader,
        members=members,
        vehicle=vehicle,
        stops_per_half=4,
        effective_from=span[0],
        effective_to=span[1],
    ),
    st.sampled_from(["S1", "S2", "S3"]),
    st.none() | PEOPLE,
    st.lists(PEOPLE, max_size=2, unique=True).map(tuple),
    VEHICLES,
    SPANS,
)
CALLS = st.one_of(
    st.builds(SetCrews, crews=st.lists(CREWS, min_size=1, max_size=3).map(tuple), reason=st.just("换")),
    st.builds(
        ChangeMembers,
        crew=st.sampled_from(["S1", "S2"]),
        on=DAYS,
        members=st.lists(PEOPLE, max_size=2, unique=True).map(tuple),
        reason=st.just("换"),
    ),
    st.builds(DissolveCrew, crew=st.sampled_from(["S1", "S2", "S3"]), effective_from=DAYS, reason=st.just("并")),
    st.builds(
        SetPerson,
        person=st.builds(
            lambda person, until: FleetPerson(
                person_id=person,
                name=person,
                licence=until and Licence(number="1", licence_class="B2", valid_until=until),
            ),
            PEOPLE,
            st.none() | DAYS,
        ),
    ),
    st.builds(
        NoteLeave,
        leave_id=st.sampled_from(["L1", "L2", "L3"]),
        person_id=PEOPLE,
        kind=st.sampled_from(["leave", "sickness"]),
        starts_on=DAYS,
        ends_on=DAYS,
    ),
    st.builds(CancelLeave, leave_id=st.sampled_from(["L1", "L2"]), reason=st.just("回")),
    st.builds(ApproveTrip, on=DAYS, crew=st.sampled_from(["S1", "S2"]), reason=st.just("急")),
    st.tuples(DAYS, st.sampled_from(["S1", "S2", "S3"]), st.none() | PEOPLE),
    st.builds(ReturnVehicle, on=DAYS, crew=st.sampled_from(["S1", "S2", "S3"])),
)


def play(calls: list[Any]) -> list[tuple[Fleet, Fact]]:
    """Every event with the state before it; a departure names leader and vehicle of the day, as the page does."""
    state: Fleet = FLEET.initial
    told: list[tuple[Fleet, Fact]] = []
    for call in calls:
        for event in Given(FLEET, state).asks(asked(call, state), SUPERVISOR).made:
            told.append((state, event))
            state = FLEET.evolve(state, event)
    return told


def states_after(calls: list[Any]) -> list[Fleet]:
    """The fleet after each call: what the next one is decided on."""
    states = [FLEET.initial]
    for call in calls:
        made = Given(FLEET, states[-1]).asks(asked(call, states[-1]), SUPERVISOR).made
        states.append(reduce(FLEET.evolve, made, states[-1]))
    return states


def asked(call: Any, state: Fleet) -> Any:
    """A command; a departure is filled in from the fleet as it is."""
    if not isinstance(call, tuple):
        return call
    on, crew, driver = call
    record = record_on(state.means, crew, on) if isinstance(state, Opened) else None
    leader, vehicle = ("li.zq", "粤E·7K352") if record is None else (record.leader, record.vehicle)
    return SendOut(on=on, crew=crew, leader=leader, driver=driver, vehicle=vehicle)


@settings(max_examples=300, deadline=None)
@given(st.lists(CALLS, max_size=25))
def test_no_person_and_no_vehicle_is_in_two_crews_on_any_day_or_out_with_two(calls: list[Any]) -> None:
    """B8"""
    for state in states_after(calls):
        if not isinstance(state, Opened):
            continue
        for offset in range(-2, 6):
            on = DAY + timedelta(days=offset)
            works = records_on(state.means, on)
            assert max(Counter(one.vehicle for one in works).values(), default=0) <= 1
            assert max(Counter(p for one in works for p in set(people_of(one))).values(), default=0) <= 1
            out = [one for one in state.out if one.on == on]
            assert max(Counter(one.vehicle for one in out).values(), default=0) <= 1
            assert max(Counter(p for one in out for p in one.people).values(), default=0) <= 1


@settings(max_examples=300, deadline=None)
@given(st.lists(CALLS, max_size=25))
def test_who_goes_out_has_a_leader_at_work_and_a_driver_with_a_valid_licence(calls: list[Any]) -> None:
    """B8, B18"""
    for before, event in play(calls):
        if type(event).__name__ != "VehicleSentOut":
            continue
        means = before.means if isinstance(before, Opened) else policy_means(POLICY)
        record = record_on(means, event.crew, event.on)
        assert record is not None
        assert event.leader in at_work(means, record, event.on)
        assert event.driver in at_work(means, record, event.on)
        assert may_drive(means, event.driver, event.on)
        assert usual_driver(means, record, event.on) is not None


@settings(max_examples=200, deadline=None)
@given(st.lists(CALLS, max_size=25))
def test_the_row_of_the_fleet_says_who_works_as_its_rules_do(calls: list[Any]) -> None:
    """B8, X1"""
    state: Fleet = FLEET.initial
    codec = StateCodec(FLEET.states)
    told = play(calls)
    for before, event in told:
        state = FLEET.evolve(before, event)
        assert codec.load(codec.dump(state)) == state
    if isinstance(state, Opened):
        days = [date(2026, 3, 10) + timedelta(days=n) for n in range(10)]
        means = means_of(FLEETS.read(document_of(FLEETS, *(event for _, event in told))), POLICY)
        assert [crews_of_day(means, on) for on in days] == [crews_of_day(state.means, on) for on in days]
