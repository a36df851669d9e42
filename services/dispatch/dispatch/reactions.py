"""What dispatch does about the facts of others, and about its own (pure). The names are stored: they never change."""

from contracts.decision import Ask
from contracts.dispatch import (
    DayPublished,
    DeliveryCompleted,
    RunDeparted,
    RunStop,
    SlotReleased,
    StopScheduled,
    StopUnscheduled,
)
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import MorningFeedbackGiven
from contracts.order import CompletenessLost, GoodsCompleted
from contracts.service_desk import VisitBooked, VisitCompleted
from dispatch.domain.day import MOVED, ConfirmSlot, ReleaseSlot, day_id
from dispatch.domain.delivery_rules import delivered_lines
from dispatch.domain.handover import FinishVisit
from dispatch.domain.job import (
    ChangeCompleteness,
    OpenJob,
    delivery_of,
    installation_of,
    job_id,
    visit_of,
)
from dispatch.domain.run import PlanRun, run_id
from dispatch.domain.stop import ConfirmByWarehouse, DepartStop, LeaveSlot, PublishStop
from runtime.service import Reaction

Asks = tuple[Ask, ...]


def open_delivery(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001 - the shape that every reaction has
    """货齐 (A3) -> the delivery is 待排; completed on another day, or amended -> the job learns it."""
    if not isinstance(event, GoodsCompleted):
        return ()
    job = delivery_of(event.contract_no)
    opened = OpenJob(
        at=event.at,
        job_id=job,
        kind="delivery",
        contract_no=event.contract_no,
        customer=event.customer,
        lines=event.lines,
        amount_due_fen=event.amount_due_fen,
        promised_on=event.promised_on,
        complete_on=event.complete_on,
    )
    return (Ask(job_id(job), opened),)


def lose_completeness(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """不再货齐 (A3, D4) -> the delivery cannot be booked or planned."""
    if not isinstance(event, CompletenessLost):
        return ()
    changed = ChangeCompleteness(at=event.at, complete_on=None, reason=event.reason)
    return (Ask(job_id(delivery_of(event.contract_no)), changed),)


def publish_stops(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """安排表发布 (B4) -> each of its stops is published."""
    if not isinstance(event, DayPublished):
        return ()
    leaders = {crew.crew: crew.leader or "" for crew in event.crews}
    return tuple(
        Ask(
            job_id(stop.job_id),
            PublishStop(
                at=event.at,
                on=event.on,
                half=stop.half,
                crew=stop.crew,
                position=stop.position,
                leader=leaders[stop.crew],
                version=event.version,
            ),
        )
        for stop in event.stops
    )


def plan_runs(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """安排表发布 (B4) -> each delivery crew gets its sorting sheet, also one that has become empty."""
    if not isinstance(event, DayPublished):
        return ()
    return tuple(
        Ask(
            run_id(event.on, crew.crew),
            PlanRun(
                at=event.at,
                on=event.on,
                crew=crew.crew,
                leader=crew.leader,
                vehicle=crew.vehicle,
                version=event.version,
                stops=tuple(
                    RunStop(
                        job_id=stop.job_id,
                        contract_no=stop.contract_no,
                        half=stop.half,
                        position=stop.position,
                        lines=stop.lines,
                    )
                    for stop in event.stops
                    if stop.crew == crew.crew
                ),
            ),
        )
        for crew in event.crews
        if crew.kind == "delivery"
    )


def depart_stops(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """出车 (B11) -> each stop that was loaded is on the way."""
    if not isinstance(event, RunDeparted):
        return ()
    departed = DepartStop(at=event.at, on=event.on, crew=event.crew, vehicle=event.vehicle, leader=event.leader)
    return tuple(Ask(job_id(job), departed) for job in event.job_ids)


def open_installation(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """签收 (B10) -> what was delivered and is to be installed is owed within two days."""
    if not isinstance(event, DeliveryCompleted) or event.install_due is None:
        return ()
    job = installation_of(event.contract_no)
    opened = OpenJob(
        at=event.at,
        job_id=job,
        kind="installation",
        contract_no=event.contract_no,
        customer=event.customer,
        lines=tuple(line for line in delivered_lines(event.delivered, event.lines) if line.to_install),
        due_at=event.install_due,
    )
    return (Ask(job_id(job), opened),)


def confirm_slot(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """已排 (B8) -> the slot stays, even if whoever planned it was cut off in between."""
    if not isinstance(event, StopScheduled):
        return ()
    confirmed = ConfirmSlot(at=event.at, job_id=event.job_id, reservation=event.day_version)
    return (Ask(day_id(event.on, event.depot), confirmed),)


def release_slot(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """退回待排 (B8) -> the slot that the job left is free, unless it was given to the job anew."""
    if not isinstance(event, StopUnscheduled) or event.on is None:
        return ()
    released = ReleaseSlot(at=event.at, job_id=event.job_id, reason=event.reason, reservation=event.day_version)
    return (Ask(day_id(event.on, event.depot), released),)


def leave_released_slot(event: Fact, meta: Meta) -> Asks:
    """释放占位 (B8) -> a job that took it too late, or anew while it was being released, is 待排 again."""
    if not isinstance(event, SlotReleased) or event.reason == MOVED:
        return ()
    leaving = LeaveSlot(at=event.at, reason=event.reason, on=event.on, day_version=meta.sequence)
    return (Ask(job_id(event.job_id), leaving),)


def confirm_stops(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """早上反馈 (B6) -> each stop knows whether its goods are ready."""
    if not isinstance(event, MorningFeedbackGiven):
        return ()
    return tuple(
        Ask(job_id(stop.job_id), ConfirmByWarehouse(at=event.at, on=event.on, ready=stop.ready, note=stop.note))
        for stop in event.stops
    )


def open_visit(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """上门预约 (C3, C9) -> the visit is to be placed on the board, in the customer's window."""
    if not isinstance(event, VisitBooked):
        return ()
    job = visit_of(event.ticket_id, event.visit_no)
    opened = OpenJob(
        at=event.at,
        job_id=job,
        kind="visit",
        contract_no=event.contract_no or "",
        ticket_id=event.ticket_id,
        customer=event.customer,
        lines=(),
        promised_on=event.on,
        due_at=event.window.ends,
        summary=event.problem,
    )
    return (Ask(job_id(job), opened),)


def finish_visit(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """上门完成 (C9-C11) -> the visit's job is over; what came of it is the ticket's story."""
    if not isinstance(event, VisitCompleted):
        return ()
    return (Ask(job_id(visit_of(event.ticket_id, event.visit_no)), FinishVisit(at=event.at, note=event.outcome)),)


REACTIONS = (
    Reaction(name="dispatch.open_delivery", source="order", react=open_delivery),
    Reaction(name="dispatch.lose_completeness", source="order", react=lose_completeness),
    Reaction(name="dispatch.publish_stops", source="dispatch", react=publish_stops),
    Reaction(name="dispatch.plan_runs", source="dispatch", react=plan_runs),
    Reaction(name="dispatch.depart_stops", source="dispatch", react=depart_stops),
    Reaction(name="dispatch.open_installation", source="dispatch", react=open_installation),
    Reaction(name="dispatch.confirm_slot", source="dispatch", react=confirm_slot),
    Reaction(name="dispatch.release_slot", source="dispatch", react=release_slot),
    Reaction(name="dispatch.leave_released_slot", source="dispatch", react=leave_released_slot),
    Reaction(name="dispatch.confirm_stops", source="inventory", react=confirm_stops),
    Reaction(name="dispatch.open_visit", source="service_desk", react=open_visit),
    Reaction(name="dispatch.finish_visit", source="service_desk", react=finish_visit),
)
"""All reactions, in the order in which one event's wishes are sent."""
