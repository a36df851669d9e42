"""Quality of one sku (质量): its tickets are counted, and a major problem is reported to the departments (C14)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from company.context import Context
from contracts.bounds import ManyLines, Moment, OneLine, OptionalId
from contracts.service_desk import QualityEvent
from contracts.service_desk_care import MajorQualityReported, QualityCaseCounted, QualityCaseWithdrawn
from contracts.spelling import OptionalSku
from runtime.aggregate import Aggregate
from runtime.decision import Command
from runtime.use_case import UseCase
from runtime.view import File, Instant, Row, View


class CountCase(Command):
    """一张工单计入 (C14)."""

    command: Literal["CountCase"] = "CountCase"
    sku: OptionalSku
    ticket_id: OptionalId
    product: OneLine
    problem: ManyLines
    safety: bool = False
    received_at: Moment


class WithdrawCase(Command):
    """一张工单不计 (C14): a duplicate, or opened in error."""

    command: Literal["WithdrawCase"] = "WithdrawCase"
    sku: OptionalSku
    ticket_id: OptionalId
    reason: ManyLines = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket that counts."""

    ticket_id: str
    received_at: datetime
    withdrawn: bool = False
    reported: bool = False


@dataclass(frozen=True, slots=True)
class Quality:
    """What is known of a sku; `reported_at`: when a major problem was reported last."""

    cases: tuple[Case, ...] = ()
    sku: str = ""
    product: str = ""
    reported_at: datetime | None = None


def count_case(command: CountCase, quality: Quality, ctx: Context) -> tuple[QualityEvent, ...]:
    """One more ticket of the sku (C14): danger is reported at once; else as soon as the policy's number of tickets,
    none of them reported before, came in within its days, whatever the order in which they are told (X1)."""
    at = command.at or ctx.now
    if any(case.ticket_id == command.ticket_id for case in quality.cases):
        return ()
    counted = QualityCaseCounted(
        at=at,
        sku=command.sku,
        ticket_id=command.ticket_id,
        product=command.product,
        problem=command.problem,
        safety=command.safety,
        received_at=command.received_at,
    )
    together = (command.ticket_id,) if command.safety else _together(evolve(quality, counted), command, ctx)
    if not together:
        return (counted,)
    reported = MajorQualityReported(
        at=at,
        sku=command.sku,
        product=command.product,
        cause="safety" if command.safety else "frequency",
        ticket_ids=together,
        days=ctx.policy.major_quality_days,
        told=ctx.policy.major_quality_told,
    )
    return (counted, reported)


def _together(quality: Quality, command: CountCase, ctx: Context) -> tuple[str, ...]:
    """The tickets that make a major problem: those of some span of the policy's days in which the new one lies."""
    span = timedelta(days=ctx.policy.major_quality_days)
    open_cases = sorted(
        (case for case in quality.cases if not case.withdrawn and not case.reported),
        key=lambda case: (case.received_at, case.ticket_id),
    )
    best: tuple[str, ...] = ()
    for first in open_cases:
        if not first.received_at <= command.received_at <= first.received_at + span:
            continue
        inside = tuple(
            case.ticket_id for case in open_cases if first.received_at <= case.received_at <= first.received_at + span
        )
        best = max(best, inside, key=len)
    return best if len(best) >= ctx.policy.major_quality_tickets else ()


def withdraw_case(command: WithdrawCase, quality: Quality, ctx: Context) -> tuple[QualityEvent, ...]:
    """A ticket does not count after all (C14); what was reported stays reported."""
    if not any(case.ticket_id == command.ticket_id and not case.withdrawn for case in quality.cases):
        return ()
    return (
        QualityCaseWithdrawn(
            at=command.at or ctx.now, sku=command.sku, ticket_id=command.ticket_id, reason=command.reason
        ),
    )


def evolve(quality: Quality, event: QualityEvent) -> Quality:
    """What is known after an event."""
    match event:
        case QualityCaseCounted():
            cases = (*quality.cases, Case(event.ticket_id, event.received_at))
            return replace(quality, cases=cases, sku=event.sku, product=event.product)
        case QualityCaseWithdrawn():
            cases = tuple(
                replace(case, withdrawn=True) if case.ticket_id == event.ticket_id else case for case in quality.cases
            )
            return replace(quality, cases=cases)
        case MajorQualityReported():
            cases = tuple(
                replace(case, reported=True) if case.ticket_id in event.ticket_ids else case for case in quality.cases
            )
            return replace(quality, cases=cases, reported_at=event.at)
    assert_never(event)


QUALITY = Aggregate[Quality, QualityEvent](
    "quality",
    Quality(),
    (Quality,),
    evolve,
    (UseCase(CountCase, count_case), UseCase(WithdrawCase, withdraw_case)),
)
"""Nothing is refused: what is told again changes nothing."""


class QualityStanding(Row):
    """What is known of a sku; `withdrawn`: tickets that do not count after all."""

    sku: str
    product: str
    withdrawn: tuple[str, ...]
    reported_at: Instant | None


class CaseRow(Row):
    """A ticket that counts, unless it was withdrawn."""

    ticket_id: str
    at: Instant
    problem: str
    safety: bool
    withdrawn: bool


class Report(Row):
    """重大质量问题: what was reported to the departments."""

    at: Instant
    cause: Literal["safety", "frequency"]
    ticket_ids: tuple[str, ...]
    days: int
    told: tuple[str, ...]


class QualityRow(Row):
    """The quality of a sku: its tickets, and what was reported."""

    sku: str
    product: str
    tickets: tuple[CaseRow, ...]
    reports: tuple[Report, ...]
    reported_at: Instant | None


def standing(quality: Quality) -> QualityStanding | None:
    """The view."""
    if not quality.cases:
        return None
    withdrawn = tuple(case.ticket_id for case in quality.cases if case.withdrawn)
    return QualityStanding(
        sku=quality.sku, product=quality.product, withdrawn=withdrawn, reported_at=quality.reported_at
    )


QUALITIES = View(
    "quality",
    "service_desk",
    QUALITY,
    QualityStanding,
    standing,
    indexes=(("row.reported_at",),),
    said=(QualityCaseCounted, MajorQualityReported),
)


def quality_row(quality: File[QualityStanding]) -> QualityRow:
    """What was reported of a sku."""
    row, said = quality.row, quality.said
    return QualityRow(
        **row.model_dump(exclude={"withdrawn"}),
        tickets=tuple(_case(one.event, row) for one in said.all(QualityCaseCounted)),
        reports=tuple(_report(one.event) for one in said.all(MajorQualityReported)),
    )


def _case(told: QualityCaseCounted, row: QualityStanding) -> CaseRow:
    withdrawn = told.ticket_id in row.withdrawn
    named = {name: getattr(told, name) for name in ("ticket_id", "problem", "safety")}
    return CaseRow(**named, at=told.received_at, withdrawn=withdrawn)


def _report(told: MajorQualityReported) -> Report:
    return Report(**{name: getattr(told, name) for name in Report.model_fields})
