"""Publishing the day plan (B4): the first edition, and each later one with what is different, why, and who is told."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, assert_never

from company.context import Context
from company.reasons import PUBLISHED_AGAIN
from contracts import dispatch_days as facts
from contracts.bounds import OptionalId
from contracts.dispatch import DayEvent
from dispatch.day.state import Day, Decision, Drafted, Published, Unopened, differs_from_issue, in_order
from dispatch.fields import DEPOT
from dispatch.refusals import no
from dispatch.who import PLANS
from runtime.decision import Command, Timer
from runtime.use_case import UseCase


class PublishDay(Command):
    """发布安排表 Publish the day plan (B4)

    Final for warehouse and group; after adjustments, the next edition.
    """

    command: Literal["PublishDay"] = "PublishDay"
    depot: OptionalId = DEPOT


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
            return no("nothing_planned")
        case Drafted():
            stops = in_order(day.plan)
            if not stops:
                return no("nothing_planned")
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
            return (
                facts.PlanOverdue(
                    at=command.at or ctx.now, depot=day.plan.depot, on=day.plan.on, due=day.plan.plan_due
                ),
            )
        case Unopened() | Drafted() | Published():
            return ()
    assert_never(day)


def told_of(day: Published, stops: tuple[facts.Slot, ...]) -> tuple[str, ...]:
    """Everybody who had the plan or has a part in it now: warehouse, group, and the leaders of crews with stops."""
    crews = {slot.crew for slot in (*day.issued, *stops)}
    leaders = [crew.leader for crew in (*day.issued_crews, *day.plan.crews) if crew.crew in crews]
    return ("warehouse", "group", *dict.fromkeys(leader for leader in leaders if leader is not None))


def _edition(day: Drafted | Published, stops: tuple[facts.Slot, ...], version: int, at: datetime) -> facts.DayPublished:
    plan = day.plan
    return facts.DayPublished(
        at=at,
        depot=plan.depot,
        on=plan.on,
        version=version,
        due=plan.plan_due,
        stops=stops,
        crews=plan.crews,
    )


def _adjusted(day: Published, stops: tuple[facts.Slot, ...], published: facts.DayPublished) -> facts.DayAdjusted:
    before = {slot.job_id: slot for slot in day.issued}
    after = {slot.job_id: slot for slot in stops}
    return facts.DayAdjusted(
        at=published.at,
        depot=published.depot,
        on=published.on,
        version=published.version,
        reason="；".join(day.reasons) or PUBLISHED_AGAIN,
        changes=tuple(
            facts.PlanAdjustment(
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


Event = facts.DayPublished | facts.DayAdjusted | facts.PlanOverdue


def evolve(day: Drafted | Published, event: Event) -> Day:
    """The day after an edition came out, or did not."""
    match event:
        case facts.DayPublished():
            return Published(
                day.plan,
                event.version,
                event.stops,
                event.crews,
                reasons=(),
                reissue_due=None,
                published_at=event.at,
                told=day.told if isinstance(day, Published) else (),
                overdue=day.overdue,
            )
        case facts.DayAdjusted():
            return replace(day, told=event.told) if isinstance(day, Published) else day
        case facts.PlanOverdue():
            return Drafted(day.plan, overdue=True) if isinstance(day, Drafted) else day
    assert_never(event)


def timers(day: Drafted | Published) -> tuple[Timer, ...]:
    """The plan is owed by 17:00 the day before (K4); an adjusted one goes out again (B4)."""
    if isinstance(day, Drafted):
        return () if day.overdue else (Timer("plan_overdue", day.plan.plan_due, MarkPlanOverdue()),)
    if day.reissue_due is not None and is_to_be_reissued(day):
        return (Timer(f"reissue:{day.edition}", day.reissue_due, ReissueDay()),)
    return ()


USE_CASES: tuple[UseCase[Any, Any, DayEvent], ...] = (
    UseCase(PublishDay, publish, PLANS, "publish", query=("depot",)),
    UseCase(ReissueDay, reissue),
    UseCase(MarkPlanOverdue, mark_overdue),
)
