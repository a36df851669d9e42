"""What dispatch does about goods: complete or not, delivered, ready in the morning (A3, B6, B10). Pure."""

from contracts.dispatch_jobs import DeliveryCompleted
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import MorningFeedbackGiven
from contracts.order import CompletenessLost, GoodsCompleted
from dispatch.job.aggregate import JOB
from dispatch.job.handover import delivered_lines
from dispatch.job.stop import ConfirmByWarehouse
from dispatch.job.terms import ChangeCompleteness, OpenJob, delivery_of, installation_of
from runtime.decision import Ask

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
    return (Ask(JOB.key(job), opened),)


def lose_completeness(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """不再货齐 (A3, D4) -> the delivery cannot be booked or planned."""
    if not isinstance(event, CompletenessLost):
        return ()
    changed = ChangeCompleteness(at=event.at, complete_on=None, reason=event.reason)
    return (Ask(JOB.key(delivery_of(event.contract_no)), changed),)


def confirm_stops(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """早上反馈 (B6) -> each stop knows whether its goods are ready."""
    if not isinstance(event, MorningFeedbackGiven):
        return ()
    return tuple(
        Ask(JOB.key(stop.job_id), ConfirmByWarehouse(at=event.at, on=event.on, ready=stop.ready, note=stop.note))
        for stop in event.stops
    )


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
    return (Ask(JOB.key(job), opened),)
