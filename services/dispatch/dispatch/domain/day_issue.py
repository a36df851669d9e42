"""Publishing the day plan (B4): the first edition, and each later one with what is different, why, and who is told."""

from datetime import datetime
from typing import Literal, assert_never

from company.context import Context
from contracts.dispatch_days import DayAdjusted, DayPublished, PlanAdjustment, PlanOverdue, Slot
from dispatch.domain import plan_refusals as no
from dispatch.domain.day_state import Day, Decision, Drafted, Published, Unopened, differs_from_issue, in_order
from runtime.decision import Command

AGAIN = "再次发布 published again"
"""Why an edition is told when nobody gave a reason (goods or window of a stop were corrected)."""


class PublishDay(Command):
    """发布 (B4): the plan is final; warehouse and group get it."""

    command: Literal["PublishDay"] = "PublishDay"


class ReissueDay(Command):
    """The clock: an adjusted plan goes out again (B4)."""

    command: Literal["ReissueDay"] = "ReissueDay"


class MarkPlanOverdue(Command):
    """The clock: it is 17:00 and the plan is not out (K4)."""

    command: Literal["MarkPlanOverdue"] = "MarkPlanOverdue"


def publish(command: PublishDay, day: Day, ctx: Context) -> Decision:
    """Make the plan final, or its next version after adjustments. Rules: B4.

    Only slots that their jobs took are in it. Refuses: nothing_planned. An unchanged plan is no event. A later edition
    says what is different and is told to everybody who had the plan.
    """
    at = command.at or ctx.now
    match day:
        case Unopened():
            return no.nothing_planned()
        case Drafted():
            stops = in_order(day.plan)
            if not stops:
                return no.nothing_planned()
            return (_edition(day, stops, 1, at),)
        case Published():
            if not differs_from_issue(day):
                return ()
            stops = in_order(day.plan)
            published = _edition(day, stops, day.edition + 1, at)
            return (published, _adjusted(day, stops, published))
    assert_never(day)


def reissue(command: ReissueDay, day: Day, ctx: Context) -> Decision:
    """An adjusted plan goes out by itself when nobody published it (B4). Not while a job is on its way to its slot."""
    if not isinstance(day, Published) or not is_to_be_reissued(day):
        return ()
    if day.reissue_due is None or ctx.now < day.reissue_due:
        return ()
    return publish(PublishDay(at=command.at), day, ctx)


def is_to_be_reissued(day: Published) -> bool:
    """Whether warehouse and group have an old plan, and the new one is settled."""
    return all(held.confirmed for held in day.plan.held) and differs_from_issue(day)


def mark_overdue(command: MarkPlanOverdue, day: Day, ctx: Context) -> Decision:
    """17:00 has passed and the plan is not out (K4). Published in time or told already: nothing."""
    match day:
        case Drafted(overdue=False) if ctx.now >= day.plan.plan_due:
            return (PlanOverdue(at=command.at or ctx.now, depot=day.plan.depot, on=day.plan.on, due=day.plan.plan_due),)
        case Unopened() | Drafted() | Published():
            return ()
    assert_never(day)


def told_of(day: Published, stops: tuple[Slot, ...]) -> tuple[str, ...]:
    """Everybody who had the plan or has a part in it now: warehouse, group, and the leaders of crews with stops."""
    crews = {slot.crew for slot in (*day.issued, *stops)}
    leaders = [crew.leader for crew in (*day.issued_crews, *day.plan.crews) if crew.crew in crews]
    return ("warehouse", "group", *dict.fromkeys(leader for leader in leaders if leader is not None))


def _edition(day: Drafted | Published, stops: tuple[Slot, ...], version: int, at: datetime) -> DayPublished:
    plan = day.plan
    return DayPublished(
        at=at,
        depot=plan.depot,
        on=plan.on,
        version=version,
        due=plan.plan_due,
        stops=stops,
        crews=plan.crews,
    )


def _adjusted(day: Published, stops: tuple[Slot, ...], published: DayPublished) -> DayAdjusted:
    before = {slot.job_id: slot for slot in day.issued}
    after = {slot.job_id: slot for slot in stops}
    return DayAdjusted(
        at=published.at,
        depot=published.depot,
        on=published.on,
        version=published.version,
        reason="；".join(day.reasons) or AGAIN,
        changes=tuple(
            PlanAdjustment(
                job_id=job,
                contract_no=(after.get(job) or before[job]).contract_no,
                before=before.get(job),
                after=after.get(job),
            )
            for job in dict.fromkeys([*before, *after])
            if before.get(job) != after.get(job)
        ),
        told=told_of(day, stops),
    )
