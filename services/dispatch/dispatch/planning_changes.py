"""Changing several places of a day in one go: the day decides all or nothing, its jobs follow, or all is put back.

1 what the rows show already is refused at once; 2 the day decides; 3 each job takes or leaves its slot; 4 if one does
not, the day puts the whole change back; 5 the slots are confirmed. Cut off after 2, dispatch's reactions finish the
work; a slot that is not taken in time puts the change back.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contracts.decision import Rejected
from contracts.dispatch import CrewOfDay, Slot
from contracts.policy import Policy
from dispatch.crews_today import crews_on
from dispatch.domain import plan_refusals as no
from dispatch.domain.day import DEPOT, ConfirmSlot, Plan, day_id
from dispatch.domain.day_change import ChangePlan, PlannedMove, Spot, fit, wanted_moves
from dispatch.domain.day_turn import RedoChange, RevertChange, UndoChange
from dispatch.domain.job import job_id
from dispatch.domain.job_refusals import (
    already_departed,
    not_booked,
    not_complete,
    other_day_agreed,
    site_not_ready,
    unknown_job,
)
from dispatch.domain.run_refusals import plan_too_late
from dispatch.domain.slot_rules import Clash, Ground, places_that_fit
from dispatch.domain.stop import LeaveSlot, TakeSlot
from dispatch.domain.words import day_zh
from dispatch.planning import goods_of, new_change_id
from dispatch.planning_requests import (
    ChangeRequest,
    CheckView,
    MoveRequest,
    SwapRequest,
    TurnRequest,
    clash_view,
    free_place_view,
)
from dispatch.views import DayView, day_view, plan_of
from runtime.http import Answer, Asking, Refusal
from runtime.outcome import Outcome

Json = dict[str, Any]

CONFIRMED_AT_ONCE = 8
"""How many slots are asked for at the same time; the day decides them one after the other anyway."""


@dataclass(frozen=True, slots=True)
class Office:
    """One request about one day: who asks, and the day as last seen."""

    desk: Asking
    on: date
    policy: Policy
    crews: tuple[CrewOfDay, ...]
    view: DayView

    @property
    def plan(self) -> Plan:
        """The day as its rules see it."""
        return plan_of(self.view)


@dataclass(frozen=True, slots=True)
class Following:
    """What jobs are to do once the day has decided: take these slots, or leave theirs."""

    change_id: str
    moves: tuple[tuple[str, Slot | None], ...]
    reason: str | None
    at: datetime | None


async def open_office(desk: Asking, on: date, policy: Policy) -> Office:
    """The day as last seen."""
    row = await desk.rows("days").get(f"{DEPOT}:{on.isoformat()}")
    crews = await crews_on(desk, on, policy)
    return Office(desk, on, policy, crews, day_view(None if row is None else row["day"], on, crews))


async def change_plan(office: Office, request: ChangeRequest) -> Answer:
    """Several places at once, all of them or none (B8)."""
    jobs = await jobs_of(office.desk, [move.job_id for move in request.moves])
    await refuse_early(office, request.moves, jobs)
    change_id = request.change_id or new_change_id(office.desk, "change")
    planned = planned_moves(office, request.moves, jobs)
    command = ChangePlan(
        at=request.at,
        on=office.on,
        change_id=change_id,
        kind=request.kind,
        moves=planned,
        reason=request.reason,
        force_reason=request.force_reason,
        crews=office.crews,
    )
    decided = await office.desk.ask(
        day_id(office.on), command, step="change", expected_version=request.expected_version
    )
    moves = tuple(wanted_moves(planned, office.plan, office.policy))
    return await follow(office, decided, Following(change_id, moves, request.reason, request.at))


async def swap(office: Office, request: SwapRequest) -> Answer:
    """Two jobs change places: crew, half-day, stop and window (B8). Both or neither."""
    plan = office.plan
    held = {slot.slot.job_id: slot.slot for slot in plan.held}
    missing = [job for job in (request.one, request.other) if job not in held]
    if missing or request.one == request.other:
        office.desk.refuse(no.changed_since(missing or [request.one]))
    pair = ((request.one, held[request.other]), (request.other, held[request.one]))
    moves = tuple(MoveRequest(job_id=job, to=spot_of(slot)) for job, slot in pair)
    jobs = await jobs_of(office.desk, [move.job_id for move in moves])
    await refuse_early(office, moves, jobs)
    change_id = new_change_id(office.desk, "swap")
    planned = planned_moves(office, moves, jobs)
    command = ChangePlan(
        at=request.at,
        on=office.on,
        change_id=change_id,
        kind="swap",
        moves=planned,
        reason=request.reason,
        force_reason=request.force_reason,
        crews=office.crews,
    )
    decided = await office.desk.ask(day_id(office.on), command, step="swap", expected_version=request.expected_version)
    wanted = tuple(wanted_moves(planned, plan, office.policy))
    return await follow(office, decided, Following(change_id, wanted, request.reason, request.at))


async def take_back(office: Office, request: TurnRequest) -> Answer:
    """撤销: by anybody who plans, also days later; undoing an undo does the change again (B4)."""
    known = await change_row(office, request.change_id)
    if known["kind"] == "undo":
        return await _turn(office, request, await change_row(office, known["of"]), undoing=False)
    if known["kind"] == "redo":
        known = await change_row(office, known["of"])
    return await _turn(office, request, known, undoing=True)


async def do_again(office: Office, request: TurnRequest) -> Answer:
    """重做: what was taken back is done again, exactly (B4)."""
    known = await change_row(office, request.change_id)
    if known["kind"] in {"undo", "redo"}:
        known = await change_row(office, known["of"])
    return await _turn(office, request, known, undoing=False)


async def _turn(office: Office, request: TurnRequest, known: Json, *, undoing: bool) -> Answer:
    side = "before" if undoing else "after"
    step = "undo" if undoing else "redo"
    jobs = await jobs_of(office.desk, [move["job_id"] for move in known["moves"]])
    moves = tuple((move["job_id"], _slot(move, move[side], jobs[move["job_id"]])) for move in known["moves"])
    wanted = tuple(MoveRequest(job_id=job, to=None if slot is None else spot_of(slot)) for job, slot in moves)
    await refuse_early(office, wanted, jobs)
    turn_id = new_change_id(office.desk, step)
    change_id = known["change_id"]
    command = (
        UndoChange(at=request.at, change_id=change_id, undo_id=turn_id, reason=request.reason)
        if undoing
        else RedoChange(at=request.at, change_id=change_id, redo_id=turn_id, reason=request.reason)
    )
    decided = await office.desk.ask(day_id(office.on), command, step=step, expected_version=request.expected_version)
    reason = request.reason or ("撤销 undone" if undoing else "重做 done again")
    return await follow(office, decided, Following(turn_id, moves, reason, request.at))


async def check(office: Office, request: ChangeRequest) -> CheckView:
    """What would come of a change: every clash, and for each job that does not fit a place that does."""
    jobs = await jobs_of(office.desk, [move.job_id for move in request.moves])
    plan = office.plan
    planned = planned_moves(office, request.moves, jobs)
    moves = tuple(wanted_moves(planned, plan, office.policy))
    agreed = {move.job_id: move.agreed_half for move in planned}
    found = [*(await early_clashes(office, request.moves, jobs)), *fit(moves, plan, office.policy, agreed)[0]]
    slots = dict(moves)
    places: Json = {}
    for clash in found:
        slot = slots.get(clash.job_id)
        if slot is None:
            continue
        others = tuple(held.slot for held in plan.held if held.slot.job_id != clash.job_id)
        ground = Ground(plan.on, plan.crews, others, plan.absences, office.policy)
        place = next(iter(places_that_fit(slot, ground, agreed[clash.job_id])), None)
        places[clash.job_id] = None if place is None else free_place_view(office.on, place)
    return CheckView(
        fits=not found,
        forcible=bool(found) and all(clash.is_soft for clash in found),
        clashes=[clash_view(clash) for clash in found],
        places=places,
        version=office.view.version,
    )


# --- the steps -----------------------------------------------------------------------------------------------------


async def follow(office: Office, decided: Outcome, following: Following) -> Answer:
    """Steps 3 to 5: the jobs follow the day; if one does not, the day puts everything back."""
    desk = office.desk
    if decided.status != "accepted":
        return desk.answer(decided)
    if decided.events and not decided.repeated:  # asked once more: dispatch's reactions have it in hand
        refused = await _jobs_follow(office, decided, following)
        against = [refusal for refusal in refused if refusal[1].code != "overtaken"]
        if against:
            departed = tuple(job for job, refusal in against if refusal.code == "already_departed")
            put_back = RevertChange(at=following.at, change_id=following.change_id, departed=departed)
            await desk.ask(day_id(office.on), put_back, step="revert")
            desk.refuse(cannot_follow(against))
    body = {
        "change_id": following.change_id,
        "places": [_place_body(job, slot) for job, slot in following.moves],
        "published": office.view.edition > 0,
        "will_tell": will_tell(office.view) if office.view.edition > 0 else [],
    }
    return desk.answer(decided, body=body)


async def _jobs_follow(office: Office, decided: Outcome, following: Following) -> list[tuple[str, Rejected]]:
    """Each job takes its slot, which is then confirmed, or leaves it; who refused, and why."""
    taken = [(job, slot) for job, slot in following.moves if slot is not None]
    last = decided.version - (len(decided.events) - 1 - _last_reserved(decided.events))
    first = last - len(taken) + 1
    asked = asyncio.Semaphore(CONFIRMED_AT_ONCE)

    async def take(job: str, slot: Slot, version: int) -> Outcome:
        async with asked:
            command = TakeSlot(
                at=following.at,
                depot=DEPOT,
                on=office.on,
                half=slot.half,
                crew=slot.crew,
                vehicle=next((crew.vehicle for crew in office.crews if crew.crew == slot.crew), ""),
                position=slot.position,
                window=slot.window,
                volume_l=slot.volume_l,
                day_version=version,
                reason=following.reason,
            )
            return await office.desk.ask(job_id(job), command, step=f"take/{job}")

    async def leave(job: str) -> Outcome:
        async with asked:
            command = LeaveSlot(
                at=following.at,
                reason=following.reason or "退回待排 back to the backlog",
                on=office.on,
                day_version=decided.version,
            )
            return await office.desk.ask(job_id(job), command, step=f"leave/{job}")

    async def confirm(job: str, version: int) -> Outcome:
        async with asked:
            command = ConfirmSlot(at=following.at, job_id=job, reservation=version)
            return await office.desk.ask(day_id(office.on), command, step=f"confirm/{job}")

    leaving = [job for job, slot in following.moves if slot is None]
    versions = {job: first + n for n, (job, _) in enumerate(taken)}
    told = await asyncio.gather(
        *(take(job, slot, versions[job]) for job, slot in taken), *(leave(job) for job in leaving)
    )
    names = [*(job for job, _ in taken), *leaving]
    refused = [(job, one.rejected) for job, one in zip(names, told, strict=True) if one.rejected is not None]
    if not refused:
        await asyncio.gather(*(confirm(job, version) for job, version in versions.items()))
    return refused


def _last_reserved(events: Sequence[str]) -> int:
    """Index of the last reservation among a command's events; of the last event if there is none."""
    places = [n for n, name in enumerate(events) if name == "SlotReserved"]
    return places[-1] if places else len(events) - 1


async def jobs_of(desk: Asking, names: Iterable[str]) -> dict[str, Json]:
    """The jobs' rows by name; 404 for one that is not known."""
    found: dict[str, Json] = {}
    for name in names:
        row = await desk.rows("jobs").get(name)
        if row is None:
            raise Refusal(404, unknown_job())
        found[name] = row["job"]
    return found


async def refuse_early(office: Office, moves: Iterable[MoveRequest], jobs: dict[str, Json]) -> None:
    """What the rows show already: a job that left, that is not ready, that was promised for another day."""
    found = await early_refusals(office, moves, jobs)
    if found:
        office.desk.refuse(cannot_follow(found))


async def early_refusals(
    office: Office, moves: Iterable[MoveRequest], jobs: dict[str, Json]
) -> list[tuple[str, Rejected]]:
    """Every job that would not follow, as far as its row shows, and every crew that has left already."""
    found: list[tuple[str, Rejected]] = []
    gone: dict[str, bool] = {}
    for move in moves:
        refused = refused_place(jobs[move.job_id], office.on, taken_out=move.to is None)
        if refused is not None:
            found.append((move.job_id, refused))
        if move.to is None:
            continue
        crew = move.to.crew
        if crew not in gone:
            run = await office.desk.rows("runs").get(f"{office.on.isoformat()}:{crew}")
            gone[crew] = run is not None and run["run"]["status"] == "way"
        if gone[crew]:
            found.append((move.job_id, plan_too_late(crew, office.on)))
    return found


async def early_clashes(office: Office, moves: Iterable[MoveRequest], jobs: dict[str, Json]) -> list[Clash]:
    """The same as clashes, for looking before doing."""
    refused = await early_refusals(office, moves, jobs)
    return [Clash(one.code, one.zh, one.en, dict(one.facts), job) for job, one in refused]


def refused_place(job: Json, on: date, *, taken_out: bool) -> Rejected | None:
    """Why a job will not follow a change of day `on`, as far as its row shows (A3, B1, B2)."""
    name, booked = job["job_id"], job["booked_on"]
    if job["status"] not in {"plan", "pub"}:
        return already_departed(name)
    if taken_out:
        return None
    if job["on"] is not None and job["on"] != on.isoformat():
        return on_another_day(name, date.fromisoformat(job["on"]), on)
    if job["missing"]:
        back = None if job["call_back_on"] is None else date.fromisoformat(job["call_back_on"])
        return site_not_ready(tuple(job["missing"]), back)
    if job["kind"] == "delivery" and booked is None:
        return not_booked(name)
    if job["kind"] == "delivery" and job["complete_on"] is None and job["override_reason"] is None:
        return not_complete(job["contract_no"])
    if booked is not None and booked != on.isoformat():
        return other_day_agreed(name, date.fromisoformat(booked), on)
    return None


def planned_moves(office: Office, moves: Iterable[MoveRequest], jobs: dict[str, Json]) -> tuple[PlannedMove, ...]:
    """The moves as the day is asked for them: with goods, and only from where the planner saw the job."""
    plan = office.plan
    held = {one.slot.job_id: one.reservation for one in plan.held}
    planned = [
        PlannedMove(
            job_id=move.job_id,
            kind=jobs[move.job_id]["kind"],
            contract_no=jobs[move.job_id]["contract_no"],
            volume_l=jobs[move.job_id]["volume_l"],
            lines=goods_of(jobs[move.job_id]),
            agreed_half=jobs[move.job_id]["booked_half"],
            to=move.to,
            reservation=held.get(move.job_id, 0),
        )
        for move in moves
    ]
    slots = dict(wanted_moves(planned, plan, office.policy))
    return tuple(
        one if one.to is None else one.model_copy(update={"to": spot_of(slots[one.job_id])}) for one in planned
    )


def spot_of(slot: Slot | None) -> Spot | None:
    """A slot as a place that is asked for."""
    if slot is None:
        return None
    return Spot(crew=slot.crew, half=slot.half, position=slot.position, window=slot.window, spread=slot.spread)


async def change_row(office: Office, change_id: str | None) -> Json:
    """A change of the day, or 404."""
    row = await office.desk.rows("plan_changes").get(f"{DEPOT}:{office.on.isoformat()}")
    changes: list[Json] = [] if row is None else row["plan"]["changes"]
    known = next((change for change in changes if change["change_id"] == change_id), None)
    if known is None:
        raise Refusal(404, no.unknown_change(change_id or ""))
    return known


def will_tell(view: DayView) -> list[str]:
    """Who is told of a change of a published plan: warehouse, group, and the leaders who have the plan (B4)."""
    crews = {slot.crew for slot in view.slots}
    leaders = [crew.leader for crew in view.crews if crew.crew in crews and crew.leader is not None]
    return ["warehouse", "group", *dict.fromkeys(leaders)]


def on_another_day(job: str, there: date, on: date) -> Rejected:
    """B8: several places are changed within one day; a job comes from another day by itself."""
    return Rejected(
        "on_another_day",
        "B8",
        f"{job} 现在排在 {day_zh(there)}，不能和 {day_zh(on)} 的单一起动。请单独改到 {day_zh(on)}。",
        f"{job} is planned for {there}, so it cannot be moved together with jobs of {on}. Move it by itself.",
        {"job_id": job, "on": there.isoformat()},
    )


def cannot_follow(refused: Sequence[tuple[str, Rejected]]) -> Rejected:
    """Jobs that refuse their part: the one reason as it is, several together. Nothing is changed."""
    if len(refused) == 1:
        return refused[0][1]
    found = tuple(Clash(one.code, one.zh, one.en, {}, job) for job, one in refused)
    return Rejected(
        "jobs_refuse",
        refused[0][1].rule,
        f"一站都没有动：{' '.join(f'{clash.job_id}：{clash.zh}' for clash in found)}",
        f"Nothing was moved. {' '.join(f'{clash.job_id}: {clash.en}' for clash in found)}",
        no.clash_facts(found),
    )


def _place_body(job: str, slot: Slot | None) -> Json:
    if slot is None:
        return {"job_id": job, "crew": None}
    return {"job_id": job, **slot.model_dump(mode="json", include={"crew", "half", "position", "window", "spread"})}


def _slot(move: Json, place: Json | None, job: Json) -> Slot | None:
    """A place of the history, as the slot that the day remembers."""
    if place is None:
        return None
    return Slot.model_validate(
        {"job_id": move["job_id"], "kind": job["kind"], "contract_no": move["contract_no"], "lines": (), **place}
    )
