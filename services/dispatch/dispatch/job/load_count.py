"""装车点数更正 The count at the vehicle was wrong: pieces of a stop that left by the count never left (B11, D16)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from company.context import Context
from company.roles import Role
from contracts import dispatch_road as road
from contracts.bounds import Few, OneLine, Words
from contracts.dispatch import JobEvent
from contracts.dispatch_door import CountedLine
from contracts.fact import GoodsLine
from dispatch.fields import happened
from dispatch.job.handover import pieces
from dispatch.job.state import Decision, OnTheWay, Opened
from dispatch.refusals import no
from runtime.decision import Command
from runtime.use_case import UseCase

KEEPER = frozenset({Role.WAREHOUSE})
"""Who has the pieces in hand, and answers for them from then on."""


class CorrectLoad(Command):
    """更正装车点数 Correct the count at the vehicle (B11, D16)

    By the warehouse, which has the pieces: how many of each named line really left, fewer than were counted. Stock
    rises, so nobody else is asked; what left uncounted needs a list of its own.
    """

    command: Literal["CorrectLoad"] = "CorrectLoad"
    lines: Annotated[tuple[CountedLine, ...], Few(1_000), Field(min_length=1)]
    reason: Words
    bin: OneLine = ""


def correct_load(command: CorrectLoad, job: Opened, ctx: Context) -> Decision:
    """Pieces that were counted at the vehicle are still in the warehouse: they never were on the road.

    Rules: B11, D16, A9 (the crew accounts for what really left). As it is already: no event.
    Refuses: load_not_on_the_road, load_line_twice, load_only_less.
    """
    if not isinstance(job, OnTheWay):
        return no("load_not_on_the_road", job_id=job.work.job_id)
    return _corrected(command, job, ctx)


def _corrected(command: CorrectLoad, job: OnTheWay, ctx: Context) -> Decision:
    said = {line.line_no: line.quantity for line in command.lines}
    if len(said) < len(command.lines):
        return no("load_line_twice", job_id=job.work.job_id)
    loaded = pieces(job.loaded)
    for line_no, really in said.items():
        if really > loaded[line_no]:
            return no("load_only_less", line_no=line_no, counted=loaded[line_no], wanted=really)
    stayed = tuple(
        line.model_copy(update={"quantity": line.quantity - said[line.line_no]})
        for line in job.loaded
        if line.line_no in said and said[line.line_no] < line.quantity
    )
    if not stayed:
        return ()
    return (
        road.LoadCorrected(
            at=happened(command, ctx),
            job_id=job.work.job_id,
            contract_no=job.work.contract_no,
            crew=job.place.crew,
            leader=job.leader,
            lines=_left(job.loaded, stayed),
            stayed=stayed,
            bin=command.bin,
            reason=command.reason,
            corrected_by=ctx.by,
        ),
    )


def _left(loaded: Iterable[GoodsLine], stayed: Iterable[GoodsLine]) -> tuple[GoodsLine, ...]:
    gone = pieces(stayed)
    lines = (line.model_copy(update={"quantity": line.quantity - gone[line.line_no]}) for line in loaded)
    return tuple(line for line in lines if line.quantity)


Event = road.LoadCorrected


def evolve(job: Opened, event: Event) -> Opened:
    """The job with what is really on the vehicle; nothing at all is known to be nothing, and is no count that lacks."""
    nothing = (line.model_copy(update={"quantity": 0}) for line in event.stayed)
    return replace(job, loaded=event.lines or tuple(nothing)) if isinstance(job, OnTheWay) else job


USE_CASES: tuple[UseCase[Any, Any, JobEvent], ...] = (
    UseCase(CorrectLoad, correct_load, KEEPER, "load-correction", status=201),
)
