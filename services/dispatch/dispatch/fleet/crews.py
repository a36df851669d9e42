"""Crews by the day (B8): who leads, who comes along, with which vehicle, from a day on or for some days."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.depots import MAIN, depot_of, said_depot, said_depots
from company.fleet_crews import (
    Dissolved,
    Means,
    begin,
    crews_of_day,
    depot_of_crew,
    people_of,
    record_on,
    records_on,
    turning_days,
)
from company.policy import Policy
from contracts import dispatch_fleet as facts
from contracts.bounds import CivilDay, FarDay, Few, OneLine, OptionalId, Words
from contracts.civil_time import civil_day
from contracts.dispatch import FleetEvent
from dispatch.fields import PLANNED_AHEAD, happened
from dispatch.fleet.state import Decision, Opened
from dispatch.refusals import no
from dispatch.who import DELIVERS, SUPERVISOR
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import UseCase


class SetCrews(Command):
    """定班组 (B8): one crew, or several at once (to swap people); from a day on, or for the days given."""

    command: Literal["SetCrews"] = "SetCrews"
    crews: Annotated[tuple[facts.FleetCrew, ...], Few(1_000)] = Field(min_length=1)
    reason: Words


class ChangeMembers(Command):
    """当天换人 (B8): the leader changes who comes along, for one day."""

    command: Literal["ChangeMembers"] = "ChangeMembers"
    crew: OptionalId
    on: CivilDay
    members: Annotated[tuple[OneLine, ...], Few(1_000)]
    reason: Words


class DissolveCrew(Command):
    """撤班组 Dissolve a crew from a day on (B8)

    It works until the day before.
    """

    command: Literal["DissolveCrew"] = "DissolveCrew"
    crew: OptionalId
    effective_from: FarDay
    reason: Words


def set_crews(command: SetCrews, fleet: Opened, ctx: Context) -> Decision:
    """定班组. Rules: B8. Refuses who or what is not on file, who or what would be in two crews on some day,
    and a crew of another depot (D17)."""
    at = happened(command, ctx)
    means = fleet.means
    for crew in command.crews:
        refused = unfit(crew, means) or of_no_depot(crew, means, ctx.policy)
        if refused is not None:
            return refused
    fresh = tuple(crew for crew in command.crews if not is_in_force(crew, means))
    if not fresh:
        return ()
    changed = replace(means, crews=(*means.crews, *fresh))
    clash = shared(changed, min(begin(crew) for crew in fresh))
    if clash is not None:
        return clash
    days = days_of(fresh, changed, civil_day(ctx.now))
    return tuple(
        facts.CrewSet(at=at, crew=crew, reason=command.reason, days=() if number else days)
        for number, crew in enumerate(fresh)
    )


def days_of(fresh: tuple[facts.FleetCrew, ...], means: Means, today: date) -> tuple[facts.CrewsOnDays, ...]:
    """How crews work from today on, where these records are in force, as far as anybody plans."""
    found: list[facts.CrewsOnDays] = []
    for on in (today + timedelta(days=n) for n in range(PLANNED_AHEAD)):
        in_force = {one.crew for one in fresh if record_on(means, one.crew, on) == one}
        crews = tuple(crew for crew in crews_of_day(means, on) if crew.crew in in_force)
        if found and found[-1].crews == crews and found[-1].ends_on == on - timedelta(days=1):
            found[-1] = found[-1].model_copy(update={"ends_on": on})
        elif crews:
            found.append(facts.CrewsOnDays(starts_on=on, ends_on=on, crews=crews))
    return tuple(found)


def unfit(crew: facts.FleetCrew, means: Means) -> Rejected | None:
    """What is wrong with a crew by itself."""
    if crew.effective_from is None or (crew.effective_to is not None and crew.effective_to < crew.effective_from):
        return no("begin_missing", crew=crew.crew)
    twice = [one for one, times in Counter(people_of(crew)).items() if times > 1]
    if twice:
        return no("named_twice", person_id=twice[0], crew=crew.crew)
    strangers = [one for one in people_of(crew) if means.person(one) is None]
    if strangers:
        return no("unknown_person", person_id=strangers[0])
    return no("unknown_vehicle", vehicle=crew.vehicle) if means.vehicle(crew.vehicle) is None else None


def of_no_depot(crew: facts.FleetCrew, means: Means, policy: Policy) -> Rejected | None:
    """Why a crew cannot start from a depot (D17): there is none of that name, or the crew is another one's. It stays
    one's for good, so that no day of the other has it."""
    if depot_of(policy, crew.depot) is None:
        return no("unknown_depot", depot=crew.depot, depots=said_depots(policy))
    known = depot_of_crew(means, crew.crew)
    if known in {None, crew.depot}:
        return None
    return no("crew_stays", crew=crew.crew, depot=said_depot(policy, known or MAIN))


def is_in_force(crew: facts.FleetCrew, means: Means) -> bool:
    """Whether the crew's last record says the same already."""
    last = next((one for one in reversed(means.crews) if one.crew == crew.crew), None)
    return last == crew


def shared(means: Means, since: date) -> Rejected | None:
    """The first person or vehicle that is in two crews on some day from `since` on (B8)."""
    for on in turning_days(means, since):
        holders: dict[str, list[str]] = {}
        for record in records_on(means, on):
            for what in (*dict.fromkeys(people_of(record)), record.vehicle):
                holders.setdefault(what, []).append(record.crew)
        for what, crews in holders.items():
            if len(crews) > 1:
                return no(
                    "in_two_crews", what=what, crews=Term("、".join(crews), " and ".join(crews), ",".join(crews)), on=on
                )
    return None


def change_members(command: ChangeMembers, fleet: Opened, ctx: Context) -> Decision:
    """当天换人 (B8): leader, vehicle and the rest stay as they are that day."""
    record = record_on(fleet.means, command.crew, command.on)
    if record is None:
        return no("no_such_crew", crew=command.crew, on=command.on)
    if record.members == command.members:
        return ()
    crews = (members_for_the_day(record, command),)
    return set_crews(SetCrews(at=command.at, crews=crews, reason=command.reason), fleet, ctx)


def members_for_the_day(record: facts.FleetCrew, command: ChangeMembers) -> facts.FleetCrew:
    """The crew as it works on that one day."""
    return record.model_copy(
        update={"members": command.members, "effective_from": command.on, "effective_to": command.on}
    )


def dissolve(command: DissolveCrew, fleet: Opened, ctx: Context) -> Decision:
    """撤班组. One that does not work then is no event. Refuses: unknown_crew (nobody ever set it up)."""
    at = happened(command, ctx)
    known = {one.crew for one in fleet.means.crews} | {one.crew for one in fleet.means.dissolved}
    if command.crew not in known:
        return no("no_such_crew", crew=command.crew, on=command.effective_from)
    works = any(
        record_on(fleet.means, command.crew, on) is not None for on in turning_days(fleet.means, command.effective_from)
    )
    if not works:
        return ()
    return (
        facts.CrewDissolved(at=at, crew=command.crew, effective_from=command.effective_from, reason=command.reason),
    )


Event = facts.CrewSet | facts.CrewDissolved


def evolve(fleet: Opened, event: Event) -> Opened:
    """Crews after a change."""
    means = fleet.means
    match event:
        case facts.CrewSet():
            return replace(fleet, means=replace(means, crews=(*means.crews, event.crew)))
        case facts.CrewDissolved():
            kept = tuple(one for one in means.crews if one.crew != event.crew or begin(one) < event.effective_from)
            depot = depot_of_crew(means, event.crew) or MAIN
            ended = (*means.dissolved, Dissolved(event.crew, event.effective_from, depot))
            return replace(fleet, means=replace(means, crews=kept, dissolved=ended))
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, FleetEvent], ...] = (
    UseCase(SetCrews, set_crews, SUPERVISOR),
    UseCase(ChangeMembers, change_members, DELIVERS),
    UseCase(DissolveCrew, dissolve, SUPERVISOR, "crews/{crew}/dissolution", body="DissolveRequest"),
)
