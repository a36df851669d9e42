"""Changing several places of a day in one go: the day decides all or nothing, its jobs follow, or all is put back.

1 what the rows show already is refused at once; 2 the day decides; 3 each job takes or leaves its slot; 4 if one does
not, the day puts the whole change back; 5 the slots are confirmed. Cut off after 2, dispatch's reactions finish the
work; a slot that is not taken in time puts the change back.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from contracts.dispatch_days import Slot
from dispatch.day.aggregate import day_id
from dispatch.day.change import ChangePlan, PlannedMove, fit, wanted_moves
from dispatch.day.places import Ground, places_that_fit
from dispatch.day.slot import ConfirmSlot
from dispatch.day.turn import RedoChange, RevertChange, UndoChange
from dispatch.fields import DEPOT
from dispatch.job.aggregate import JOB
from dispatch.job.row import JobRow
from dispatch.job.stop import LeaveSlot, TakeSlot
from dispatch.planning import lost_the_race, new_change_id
from dispatch.planning_office import (
    Office,
    cannot_follow,
    change_row,
    early_clashes,
    jobs_of,
    newer_page,
    planned_moves,
    refuse_early,
    spot_of,
    will_tell,
)
from dispatch.planning_requests import (
    ChangeRequest,
    ChangeView,
    CheckView,
    MoveRequest,
    MoveView,
    SwapRequest,
    TurnRequest,
    clash_view,
    free_place_view,
)
from dispatch.refusals import no
from runtime.decision import Rejected
from runtime.http import Answer
from runtime.outcome import Outcome

Json = dict[str, Any]

ATTEMPTS = 3
"""How often a change is worked out anew when others plan the same day at the same moment."""

CONFIRMED_AT_ONCE = 8
"""How many slots are asked for at the same time; the day decides them one after the other anyway."""


@dataclass(frozen=True, slots=True)
class Following:
    """What jobs are to do once the day has decided: take these slots, or leave theirs."""

    change_id: str
    moves: tuple[tuple[str, Slot | None], ...]
    reason: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A change as a planner wants it; `moves` says what that means on the day as it is now."""

    kind: Literal["place", "release", "move", "swap", "absence", "proposal"]
    change_id: str
    moves: Callable[[Office], tuple[MoveRequest, ...]]
    request: ChangeRequest | SwapRequest


async def change_plan(office: Office, request: ChangeRequest) -> Answer:
    """Several places at once, all of them or none (B8)."""
    change_id = request.change_id or new_change_id(office.desk, "change")
    return await _decide(office, Wish(request.kind, change_id, lambda _: request.moves, request))


async def swap(office: Office, request: SwapRequest) -> Answer:
    """Two jobs change places: crew, half-day, stop and window (B8). Both or neither."""

    def places(now: Office) -> tuple[MoveRequest, ...]:
        held = {slot.slot.job_id: slot.slot for slot in now.plan.held}
        missing = [job for job in (request.one, request.other) if job not in held]
        if missing or request.one == request.other:
            now.desk.refuse(no("changed_since", jobs="、".join(missing or [request.one])))
        pair = ((request.one, held[request.other]), (request.other, held[request.one]))
        return tuple(MoveRequest(job_id=job, to=spot_of(slot)) for job, slot in pair)

    return await _decide(office, Wish("swap", new_change_id(office.desk, "swap"), places, request))


async def _decide(office: Office, wish: Wish) -> Answer:
    """Steps 1 and 2; once more on a newer page when somebody else was faster."""
    attempt = 0
    while True:
        wanted = wish.moves(office)
        jobs = await jobs_of(office.desk, [move.job_id for move in wanted])
        await refuse_early(office, wanted, jobs)
        planned = planned_moves(office, wanted, jobs)
        decided = await _ask(office, wish, planned, attempt)
        attempt += 1
        faster = attempt < ATTEMPTS and _somebody_was_faster(decided, wanted)
        newer = await newer_page(office) if faster else None
        if newer is None:
            break
        office = newer
    moves = tuple(wanted_moves(planned, office.plan, office.policy))
    return await follow(office, decided, Following(wish.change_id, moves, wish.request.reason, wish.request.at))


async def _ask(office: Office, wish: Wish, planned: tuple[PlannedMove, ...], attempt: int) -> Outcome:
    request = wish.request
    command = ChangePlan(
        at=request.at,
        on=office.on,
        change_id=wish.change_id,
        kind=wish.kind,
        moves=planned,
        reason=request.reason,
        force_reason=request.force_reason,
        crews=office.crews,
    )
    step, version = f"change/{attempt}", request.expected_version
    return await office.desk.ask(day_id(office.on), command, step=step, expected_version=version)


def _somebody_was_faster(decided: Outcome, wanted: Iterable[MoveRequest]) -> bool:
    """Whether only the page was old: a job was elsewhere, or the next free place had just been taken."""
    refused = decided.rejected
    if refused is None:
        return False
    spots = [move.to for move in wanted if move.to is not None]
    left_open = all(spot.position is None for spot in spots)
    named_window = any(spot.window is not None for spot in spots)
    return refused.code == "changed_since" or (left_open and lost_the_race(refused, named_window=named_window))


async def take_back(office: Office, request: TurnRequest) -> Answer:
    """撤销: by anybody who plans, also days later; undoing an undo does the change again (B4)."""
    known = await change_row(office, request.change_id, request.expected_version)
    if known.kind == "undo":
        return await _turn(office, request, await change_row(office, known.of), undoing=False)
    if known.kind == "redo":
        known = await change_row(office, known.of)
    return await _turn(office, request, known, undoing=True)


async def do_again(office: Office, request: TurnRequest) -> Answer:
    """重做: what was taken back is done again, exactly (B4)."""
    known = await change_row(office, request.change_id, request.expected_version)
    if known.kind in {"undo", "redo"}:
        known = await change_row(office, known.of)
    return await _turn(office, request, known, undoing=False)


async def _turn(office: Office, request: TurnRequest, known: ChangeView, *, undoing: bool) -> Answer:
    step = "undo" if undoing else "redo"
    jobs = await jobs_of(office.desk, [move.job_id for move in known.moves])
    moves = tuple((move.job_id, _slot(move, jobs[move.job_id], undoing=undoing)) for move in known.moves)
    wanted = tuple(MoveRequest(job_id=job, to=None if slot is None else spot_of(slot)) for job, slot in moves)
    await refuse_early(office, wanted, jobs)
    turn_id = new_change_id(office.desk, step)
    change_id = known.change_id
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
        version=office.version,
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
        "published": office.is_published,
        "will_tell": will_tell(office.plan) if office.is_published else [],
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
            return await office.desk.ask(JOB.key(job), command, step=f"take/{job}")

    async def leave(job: str) -> Outcome:
        async with asked:
            command = LeaveSlot(
                at=following.at,
                reason=following.reason or "退回待排 back to the backlog",
                on=office.on,
                day_version=decided.version,
            )
            return await office.desk.ask(JOB.key(job), command, step=f"leave/{job}")

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


def _place_body(job: str, slot: Slot | None) -> Json:
    if slot is None:
        return {"job_id": job, "crew": None}
    return {"job_id": job, **slot.model_dump(mode="json", include={"crew", "half", "position", "window", "spread"})}


def _slot(move: MoveView, job: JobRow, *, undoing: bool) -> Slot | None:
    """Where a change of the history had a job, or leaves it when it is undone."""
    place = move.before if undoing else move.after
    if place is None:
        return None
    return Slot(job_id=move.job_id, kind=job.kind, contract_no=move.contract_no, lines=(), **place.model_dump())
