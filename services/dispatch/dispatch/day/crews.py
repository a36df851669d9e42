"""Who works on one day (B8): a crew that is sick or on leave gets no more stops; other people or another vehicle."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, Field

from company.context import Context
from company.crew_of_day import means_now
from company.fleet_crews import crews_of_day
from company.policy import policy_book
from contracts import dispatch_days as facts
from contracts.bounds import CivilDay, Few, Happened, OneLine, OptionalId, Words
from contracts.dispatch import DayEvent
from contracts.fact import Half
from dispatch.day.change import opened, reissue_due
from dispatch.day.places import Clash, by_job, clash_facts, overlap, share_people_or_vehicle
from dispatch.day.state import Absence, Day, Decision, Drafted, Plan, Published, Unopened, because
from dispatch.fields import DEPOT
from dispatch.refusals import no
from dispatch.who import PLANS, SUPERVISOR
from dispatch.words import joined
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import Asker, Nothing, UseCase


class MarkCrewAbsent(Command):
    """缺勤: a crew is not there on this day, or on one half of it."""

    command: Literal["MarkCrewAbsent"] = "MarkCrewAbsent"
    depot: OptionalId = DEPOT
    on: CivilDay
    crew: OptionalId
    half: Half | None = None
    reason: Words
    crews: Annotated[tuple[facts.CrewOfDay, ...], Few(1_000)] | None = None


class AbsenceRequest(BaseModel):
    """班组缺勤 A crew is not there on a day (B8)

    It gets no more stops; those it has stay until they are redistributed.
    """

    model_config = Command.model_config

    crew: str = Field(min_length=1, max_length=8)
    half: Half | None = None
    reason: Words
    at: Happened | None = None


class EndCrewAbsence(Command):
    """恢复出勤 The crew is there after all

    Not absent changes nothing.
    """

    command: Literal["EndCrewAbsence"] = "EndCrewAbsence"
    depot: OptionalId = DEPOT
    crew: OptionalId


class TakePersonOff(Command):
    """请假: somebody does not work on this day."""

    command: Literal["TakePersonOff"] = "TakePersonOff"
    person_id: OptionalId
    name: OneLine = ""
    reason: Words


class SetCrewOfDay(Command):
    """当天换人换车: the crew works with other people or another vehicle on this day."""

    command: Literal["SetCrewOfDay"] = "SetCrewOfDay"
    depot: OptionalId = DEPOT
    on: CivilDay
    crew: facts.CrewOfDay
    reason: Words
    crews: Annotated[tuple[facts.CrewOfDay, ...], Few(1_000)] | None = None


class FollowCrews(Command):
    """定班组: the fleet has set crews that work on this day too."""

    command: Literal["FollowCrews"] = "FollowCrews"
    crews: Annotated[tuple[facts.CrewOfDay, ...], Few(1_000)]
    reason: Words


class NoteDeparture(Command):
    """出车 (B11): the crew has left; nobody is given a place with it any more."""

    command: Literal["NoteDeparture"] = "NoteDeparture"
    crew: OptionalId


def mark_absent(command: MarkCrewAbsent, day: Day, ctx: Context) -> Decision:
    """The crew gets no more stops on that day. Rules: B8. Its stops stay until they are given to others, so that they
    can be looked at first. Said again is no event. Refuses: unknown_crew."""
    at = command.at or ctx.now
    opening, today = opened(command, day, at, ctx)
    plan = today.plan
    if command.crew not in {crew.crew for crew in plan.crews}:
        return no("unknown_crew", crew=command.crew, crews=Term.of("、".join(crew.crew for crew in plan.crews)))
    known = next((one for one in plan.absences if one.crew == command.crew), None)
    if known is not None and (known.half, known.reason) == (command.half, command.reason):
        return ()
    absent = facts.CrewAbsent(
        at=at, depot=plan.depot, on=plan.on, crew=command.crew, half=command.half, reason=command.reason
    )
    return (*opening, absent)


async def with_crews(asker: Asker, number: str, body: AbsenceRequest) -> MarkCrewAbsent:
    """Who works on the day, whatever the depot, so that it is opened with them."""
    on = date.fromisoformat(number)
    crews = crews_of_day(await means_now(asker, policy_book().at(asker.now)), on)
    return MarkCrewAbsent(**dict(body), on=on, crews=crews)


def end_absence(command: EndCrewAbsence, day: Day, ctx: Context) -> Decision:
    """The crew is there after all. Not absent is no event."""
    if isinstance(day, Unopened) or all(one.crew != command.crew for one in day.plan.absences):
        return ()
    return (facts.CrewReturned(at=command.at or ctx.now, depot=day.plan.depot, on=day.plan.on, crew=command.crew),)


def take_off(command: TakePersonOff, day: Day, ctx: Context) -> Decision:
    """Crews of a day that is planned already go on without him; a crew that nobody is left in is absent. Rules: B8.

    A crew whose leader is away keeps its stops, but cannot depart until it has another one. Not in a crew: no event.
    """
    if isinstance(day, Unopened):
        return ()
    at, plan = command.at or ctx.now, day.plan
    events: list[facts.CrewOfDayChanged | facts.CrewAbsent] = []
    for crew in plan.crews:
        left = without(crew, command.person_id, command.name)
        if left == crew:
            continue
        events.append(
            facts.CrewOfDayChanged(
                at=at,
                depot=plan.depot,
                on=plan.on,
                crew=left,
                reason=command.reason,
                reissue_due=reissue_due(ctx) if isinstance(day, Published) else None,
            )
        )
        if left.leader is None and not left.members:
            events.append(
                facts.CrewAbsent(at=at, depot=plan.depot, on=plan.on, crew=crew.crew, half=None, reason=command.reason)
            )
    return tuple(events)


def without(crew: facts.CrewOfDay, person_id: str, name: str) -> facts.CrewOfDay:
    """The crew without one of its people; leaders are known by id, members by name."""
    members = tuple(member for member in crew.members if member not in {person_id, name})
    if crew.leader == person_id:
        return crew.model_copy(update={"members": members, "leader": None, "leader_name": None})
    return crew.model_copy(update={"members": members})


def set_crew(command: SetCrewOfDay, day: Day, ctx: Context) -> Decision:
    """Other people or another vehicle for one crew of the day. Rules: B8 (nobody at two places: refused with every
    clash). The same again is no event. Refuses: unknown_crew, crew_busy."""
    at = command.at or ctx.now
    opening, today = opened(command, day, at, ctx)
    changed = with_crews_changed((command.crew,), today, command.reason, at, ctx)
    return changed if isinstance(changed, Rejected) or not changed else (*opening, *changed)


def follow_crews(command: FollowCrews, day: Day, ctx: Context) -> Decision:
    """A day that is planned already goes on with the crews that the fleet has set: all of them, or none. Rules: B8.
    A day that nobody planned opens with them: no event. Refuses as `set_crew` does."""
    if isinstance(day, Unopened):
        return ()
    return with_crews_changed(command.crews, day, command.reason, command.at or ctx.now, ctx)


def with_crews_changed(
    wanted: tuple[facts.CrewOfDay, ...], day: Drafted | Published, reason: str, at: datetime, ctx: Context
) -> Decision:
    """The day with these crews as they are wanted; judged together, so that two may swap people."""
    plan = day.plan
    known = {crew.crew: crew for crew in plan.crews}
    unknown = next((one.crew for one in wanted if one.crew not in known), None)
    if unknown is not None:
        return no("unknown_crew", crew=unknown, crews=Term.of("、".join(known)))
    fresh = tuple(one for one in wanted if known[one.crew] != one)
    after = replace(plan, crews=tuple({**known, **{one.crew: one for one in fresh}}.values()))
    busy = tuple(clash for one in fresh for clash in at_two_places(one, after))
    if busy:
        return no("crew_busy", rule="B8", found=joined(by_job(busy)), **clash_facts(busy))
    return tuple(
        facts.CrewOfDayChanged(
            at=at,
            depot=plan.depot,
            on=plan.on,
            crew=one,
            reason=reason,
            reissue_due=reissue_due(ctx) if isinstance(day, Published) else None,
        )
        for one in fresh
    )


def at_two_places(wanted: facts.CrewOfDay, plan: Plan) -> tuple[Clash, ...]:
    """Every pair of stops that these people, or this vehicle, would have at the same time."""
    bound = {crew.crew for crew in plan.crews if crew.crew != wanted.crew and share_people_or_vehicle(crew, wanted)}
    slots = [held.slot for held in plan.held]
    return tuple(
        Clash(
            "window_taken",
            f"与 {other.crew} 的 {other.job_id} 同时",
            f"at the same time as {other.job_id} of {other.crew}",
            {"window_taken_by": other.job_id, "window_taken_crew": other.crew},
            mine.job_id,
        )
        for mine in slots
        if mine.crew == wanted.crew
        for other in slots
        if other.crew in bound and overlap(mine.window, other.window)
    )


def note_departure(command: NoteDeparture, day: Day, ctx: Context) -> Decision:
    """The crew has left. Rules: B11. Said again, or of a day that nobody planned, is no event."""
    if isinstance(day, Unopened) or command.crew in day.plan.departed:
        return ()
    return (facts.CrewDeparted(at=command.at or ctx.now, depot=day.plan.depot, on=day.plan.on, crew=command.crew),)


Event = facts.CrewAbsent | facts.CrewReturned | facts.CrewDeparted | facts.CrewOfDayChanged


def evolve(day: Drafted | Published, event: Event) -> Day:
    """The day with those who work on it."""
    plan = day.plan
    match event:
        case facts.CrewAbsent():
            absence = Absence(event.crew, event.half, event.reason)
            others = tuple(one for one in plan.absences if one.crew != event.crew)
            return replace(day, plan=replace(plan, absences=(*others, absence)))
        case facts.CrewReturned():
            left = tuple(one for one in plan.absences if one.crew != event.crew)
            return replace(day, plan=replace(plan, absences=left))
        case facts.CrewDeparted():
            return replace(day, plan=replace(plan, departed=(*plan.departed, event.crew)))
        case facts.CrewOfDayChanged():
            crews = tuple(event.crew if crew.crew == event.crew.crew else crew for crew in plan.crews)
            return because(replace(day, plan=replace(plan, crews=crews)), event.reason, event.reissue_due)
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, DayEvent], ...] = (
    UseCase(MarkCrewAbsent, mark_absent, PLANS, "absences", body=AbsenceRequest, query=("depot",), prepare=with_crews),
    UseCase(EndCrewAbsence, end_absence, PLANS, "absences/{crew}/end", body=Nothing, query=("depot",)),
    UseCase(TakePersonOff, take_off),
    UseCase(SetCrewOfDay, set_crew, SUPERVISOR),
    UseCase(FollowCrews, follow_crews),
    UseCase(NoteDeparture, note_departure),
)
