"""Stops reached in the order of the sheet, and left (B12)."""

from dataclasses import replace
from typing import Any, Literal, assert_never

from company.context import Context
from contracts import dispatch_road as road
from contracts.bounds import OptionalId, Words
from contracts.dispatch import RunEvent
from dispatch.fields import happened
from dispatch.refusals import no
from dispatch.run.state import Closed, Decision, Departed, Ended, Loaded, Planned, Run, Unplanned
from runtime.decision import Command
from runtime.use_case import UseCase


class ReachStop(Command):
    """到站 (B12): `reason` when it is not the next stop of the sheet."""

    command: Literal["ReachStop"] = "ReachStop"
    job_id: OptionalId
    reason: Words | None = None


class EndStop(Command):
    """本站结束: signed for, or not deliverable."""

    command: Literal["EndStop"] = "EndStop"
    job_id: OptionalId
    outcome: road.StopOutcome


def reach(command: ReachStop, run: Run, ctx: Context) -> Decision:
    """到站. Rules: B12. Another stop than the next one needs a reason. Reached or left already is no event."""
    at = happened(command, ctx)
    match run:
        case Unplanned() | Planned() | Loaded():
            return no("not_departed", rule="B12")
        case Closed():
            return ()
        case Departed():
            over = {*run.reached, *(one.job_id for one in run.ended)}
            if command.job_id in over:
                return ()
            if command.job_id not in {stop.job_id for stop in run.stops}:
                return no("not_on_this_run", job_id=command.job_id, crew=run.sheet.crew)
            following = next(job for job in run.open_stops if job not in over)
            sheet = run.sheet
            reached = road.StopReached(
                at=at, on=sheet.on, crew=sheet.crew, job_id=command.job_id, number=len(run.reached) + 1
            )
            if following == command.job_id:
                return (reached,)
            if command.reason is None:
                return no("out_of_order", job_id=command.job_id, next=following)
            changed = road.StopOrderChanged(
                at=at,
                on=sheet.on,
                crew=sheet.crew,
                leader=run.leader,
                job_id=command.job_id,
                instead_of=following,
                reason=command.reason,
            )
            return (changed, reached)
    assert_never(run)


def end_stop(command: EndStop, run: Run, ctx: Context) -> Decision:
    """本站结束. Of another run, or ended already, is no event."""
    at = happened(command, ctx)
    if not isinstance(run, Departed) or command.job_id not in run.open_stops:
        return ()
    return (
        road.StopEnded(at=at, on=run.sheet.on, crew=run.sheet.crew, job_id=command.job_id, outcome=command.outcome),
    )


Event = road.StopReached | road.StopOrderChanged | road.StopEnded


def evolve(run: Departed, event: Event) -> Departed:
    """The run after a stop was reached or left."""
    match event:
        case road.StopReached():
            return replace(run, reached=(*run.reached, event.job_id))
        case road.StopOrderChanged():
            return run
        case road.StopEnded():
            return replace(run, ended=(*run.ended, Ended(event.job_id, event.outcome)))
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, RunEvent], ...] = (
    UseCase(ReachStop, reach),
    UseCase(EndStop, end_stop),
)
