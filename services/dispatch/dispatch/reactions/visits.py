"""What dispatch does about service visits: on the board when booked, off it when done (C3, C9-C11). Pure."""

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.service_desk_visits import VisitBooked, VisitCompleted
from dispatch.job.aggregate import JOB
from dispatch.job.handover import FinishVisit
from dispatch.job.terms import OpenJob, visit_of
from runtime.decision import Ask

Asks = tuple[Ask, ...]


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
    return (Ask(JOB.key(job), opened),)


def finish_visit(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """上门完成 (C9-C11) -> the visit's job is over; what came of it is the ticket's story."""
    if not isinstance(event, VisitCompleted):
        return ()
    return (Ask(JOB.key(visit_of(event.ticket_id, event.visit_no)), FinishVisit(at=event.at, note=event.outcome)),)
