"""Changing several places of a day in one go: the day decides all or nothing, its jobs follow, or all is put back.

What the rows show already is refused at once; then the day is asked, and what follows is the flow of slots.
"""

from collections.abc import Sequence
from typing import Any, Literal

from contracts.dispatch_days import Slot
from dispatch.day.aggregate import day_id
from dispatch.day.change import ChangePlan, PlannedMove, Spot, fit, spot_of, wanted_moves
from dispatch.day.places import Ground, places_that_fit
from dispatch.day.state import slot_of
from dispatch.day.turn import RedoChange, UndoChange
from dispatch.plan_changes import ChangeView, MoveView
from dispatch.planning_office import (
    Office,
    change_row,
    early_clashes,
    has_come_about,
    is_settled,
    jobs_of,
    new_change_id,
    planned_move,
    refuse_early,
    will_tell,
)
from dispatch.planning_requests import (
    ChangeRequest,
    CheckView,
    MoveRequest,
    SwapRequest,
    TurnRequest,
    clash_view,
    free_place_view,
)
from dispatch.refusals import no
from dispatch.slot_flow import SLOTS, change_of
from runtime.decision import Command
from runtime.http import Answer

Json = dict[str, Any]


async def change_plan(office: Office, request: ChangeRequest) -> Answer:
    """Several places at once, all of them or none (B8)."""
    jobs = await jobs_of(office.caller, [move.job_id for move in request.moves])
    change_id = request.change_id or new_change_id(office.caller, "change")
    await refuse_early(office, request.moves, jobs, change_id)
    planned = tuple(planned_move(jobs[move.job_id], move.to) for move in request.moves)
    return await _change(office, request, request.kind, change_id, planned)


async def swap(office: Office, request: SwapRequest) -> Answer:
    """Two jobs change places: crew, half-day, stop and window (B8). Both or neither; places are as the day has them."""
    pairs = ((request.one, request.other), (request.other, request.one))
    jobs = await jobs_of(office.caller, [request.one, request.other])
    seen = [(job, spot_of(slot_of(office.plan, other))) for job, other in pairs]
    change_id = new_change_id(office.caller, "swap")
    wanted = [MoveRequest(job_id=job, to=spot) for job, spot in seen if spot is not None]
    await refuse_early(office, wanted, jobs, change_id)
    planned = tuple(planned_move(jobs[job], None, place_of=other) for job, other in pairs)
    return await _change(office, request, "swap", change_id, planned)


async def _change(
    office: Office,
    request: ChangeRequest | SwapRequest,
    kind: Literal["place", "release", "move", "swap", "absence", "proposal"],
    change_id: str,
    planned: tuple[PlannedMove, ...],
) -> Answer:
    command = ChangePlan(
        at=request.at,
        depot=office.depot,
        on=office.on,
        change_id=change_id,
        kind=kind,
        moves=planned,
        reason=request.reason,
        force_reason=request.force_reason,
        crews=office.crews,
    )
    return await _walked(office, request, command, change_id, [move.job_id for move in planned])


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
    jobs = await jobs_of(office.caller, [move.job_id for move in known.moves])
    wanted = tuple(MoveRequest(job_id=move.job_id, to=_spot(move, undoing=undoing)) for move in known.moves)
    turn_id, change_id = new_change_id(office.caller, "undo" if undoing else "redo"), known.change_id
    await refuse_early(office, wanted, jobs, turn_id)
    command = (
        UndoChange(at=request.at, change_id=change_id, undo_id=turn_id, reason=request.reason)
        if undoing
        else RedoChange(at=request.at, change_id=change_id, redo_id=turn_id, reason=request.reason)
    )
    return await _walked(office, request, command, turn_id, list(jobs))


async def _walked(
    office: Office,
    request: ChangeRequest | SwapRequest | TurnRequest,
    command: Command,
    change_id: str,
    names: Sequence[str],
) -> Answer:
    """The day decides all or nothing, its jobs follow, or all is put back; one answer for all."""
    caller = office.caller
    day = day_id(office.on, office.depot)
    way = await caller.walk(SLOTS, day, command, step="change", expected_version=request.expected_version)
    if way.first.status == "rejected":
        return caller.answer(way.first)
    if not has_come_about(caller, way):
        return caller.later(way)
    if (way.forgotten or not way.first.events) and not await is_settled(office, way, names):
        return caller.later(way)
    if way.forgotten and (await change_row(office, change_id, way.first.version)).state == "reverted":
        caller.refuse(no("slot_gone", job_id=names[0]))
    changed = change_of(way)
    slots = {name: slot_of(office.plan, name) for name in names}
    slots |= {} if changed is None else {move.job_id: move.after for move in changed.moves}
    body = {
        "change_id": change_id,
        "places": [_place_body(job, slot) for job, slot in slots.items()],
        "published": office.is_published,
        "will_tell": will_tell(office.plan) if office.is_published else [],
    }
    return caller.answer(way.first, body=body)


async def check(office: Office, request: ChangeRequest) -> CheckView:
    """What would come of a change: every clash, and for each job that does not fit a place that does."""
    jobs = await jobs_of(office.caller, [move.job_id for move in request.moves])
    plan = office.plan
    planned = [planned_move(jobs[move.job_id], move.to) for move in request.moves]
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
        ground = Ground(plan.on, plan.crews, others, plan.absences, office.policy, plan.departed)
        place = next(iter(places_that_fit(slot, ground, agreed[clash.job_id])), None)
        places[clash.job_id] = None if place is None else free_place_view(office.on, place)
    return CheckView(
        fits=not found,
        forcible=bool(found) and all(clash.is_soft for clash in found),
        clashes=[clash_view(clash) for clash in found],
        places=places,
        version=office.version,
    )


def _place_body(job: str, slot: Slot | None) -> Json:
    if slot is None:
        return {"job_id": job, "crew": None}
    return {"job_id": job, **slot.model_dump(mode="json", include={"crew", "half", "position", "window", "spread"})}


def _spot(move: MoveView, *, undoing: bool) -> Spot | None:
    """Where a change of the history had a job, or leaves it when it is undone."""
    place = move.before if undoing else move.after
    return None if place is None else Spot.model_validate(place.model_dump(include=set(Spot.model_fields)))
