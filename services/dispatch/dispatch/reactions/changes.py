"""What dispatch does when contracts and visits change: cancelled, postponed, amended, paid (A6, A8). Pure."""

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.order import ContractAmended, ContractCancelled, DeliveryPostponed, PaymentNoted, ReturnRefunded
from contracts.service_desk_visits import VisitCancelled, VisitMoved
from dispatch.job.aggregate import JOB
from dispatch.job.terms import AmendJob, CancelJob, MovePromise, delivery_of, installation_of, visit_of
from runtime.decision import Ask

Asks = tuple[Ask, ...]


def cancel_jobs(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001 - the shape that every reaction has
    """合同取消 (A6) -> delivery and installation are no more, and their slots are free."""
    if not isinstance(event, ContractCancelled):
        return ()
    cancelled = CancelJob(at=event.at, reason=event.reason)
    return tuple(Ask(JOB.key(job(event.contract_no)), cancelled) for job in (delivery_of, installation_of))


def move_promise(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """客户同意改期 (A8) -> the delivery is promised for the new day."""
    if not isinstance(event, DeliveryPostponed):
        return ()
    moved = MovePromise(at=event.at, promised_on=event.promised_on, reason=event.reason)
    return (Ask(JOB.key(delivery_of(event.contract_no)), moved),)


def amend_jobs(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """合同变更 (A6) -> crews go to the new address and collect the new amount; a new promise binds the plan."""
    if not isinstance(event, ContractAmended):
        return ()
    delivery = JOB.key(delivery_of(event.contract_no))
    asks: list[Ask] = []
    owed = event.amount_due_fen if event.owed_fen is None else event.owed_fen
    if event.customer is not None or owed is not None:
        amended = AmendJob(at=event.at, reason=event.reason, customer=event.customer, amount_due_fen=owed)
        asks.append(Ask(delivery, amended))
    if event.customer is not None:
        moved = AmendJob(at=event.at, reason=event.reason, customer=event.customer)
        asks.append(Ask(JOB.key(installation_of(event.contract_no)), moved))
    if event.promised_on is not None:
        asks.append(Ask(delivery, MovePromise(at=event.at, promised_on=event.promised_on, reason=event.reason)))
    return tuple(asks)


def note_payment(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """收款、退款 (A7, B13, B15) -> the crew collects only what is still owed."""
    match event:
        case PaymentNoted():
            why = "已收款 paid"
        case ReturnRefunded():
            why = "已退款 refunded"
        case _:
            return ()
    owed = AmendJob(at=event.at, reason=why, amount_due_fen=event.owed_fen)
    return (Ask(JOB.key(delivery_of(event.contract_no)), owed),)


def cancel_visit(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """取消上门 (C10) -> the visit's slot is free."""
    if not isinstance(event, VisitCancelled):
        return ()
    job = JOB.key(visit_of(event.ticket_id, event.visit_no))
    return (Ask(job, CancelJob(at=event.at, reason=event.reason or "取消上门 cancelled")),)


def move_visit(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """改约上门 (C3, C10) -> the visit is promised for its new window."""
    if not isinstance(event, VisitMoved):
        return ()
    moved = MovePromise(at=event.at, promised_on=event.on, reason=event.reason, due_at=event.window.ends)
    return (Ask(JOB.key(visit_of(event.ticket_id, event.visit_no)), moved),)
