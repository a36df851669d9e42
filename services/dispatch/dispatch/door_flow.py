"""What happens at the customer's, between run and job (B12-B17); said once.

run: 到站 StopReached ────> job: arrive
run: 收款 CashCollected ──> job: complete the delivery that was signed with the money ──┐
job: 签收 DeliveryCompleted, 未送成 DeliveryFailed ──> run: end the stop <──────────────┘
"""

from contracts.civil_time import civil_day
from contracts.dispatch_jobs import DeliveryCompleted, DeliveryFailed
from contracts.dispatch_road import StopReached
from contracts.dispatch_runs import CashCollected
from dispatch.job.aggregate import JOB
from dispatch.job.handover import ArriveAtStop, CompleteDelivery
from dispatch.run.aggregate import run_id
from dispatch.run.route import EndStop
from runtime.decision import Ask
from runtime.flow import Flow, step
from runtime.reaction import On

Asks = tuple[Ask, ...]


def arrive_at_stop(event: StopReached) -> Asks:
    """到站 (B12, B13) -> the job knows that its crew is there."""
    return (Ask(JOB.key(event.job_id), ArriveAtStop(at=event.at)),)


def sign_for_delivery(event: CashCollected) -> Asks:
    """收款 (B13) -> the job is signed for, as it was with the money; refused, the money stays booked on the stop."""
    if event.signing is None:
        return ()
    signed = CompleteDelivery(at=event.at, cash_fen=event.amount_fen, **dict(event.signing))
    return (Ask(JOB.key(event.job_id), signed),)


def end_stop(event: DeliveryCompleted | DeliveryFailed) -> Asks:
    """签收, 未送成 (B17) -> the run counts the stop."""
    outcome = EndStop(
        at=event.at, job_id=event.job_id, outcome="done" if isinstance(event, DeliveryCompleted) else "failed"
    )
    return (Ask(run_id(civil_day(event.window_ends), event.crew), outcome),)


DOOR = Flow(
    (
        step("dispatch.arrive_at_stop", On(StopReached, arrive_at_stop)),
        step("dispatch.sign_for_delivery", On(CashCollected, sign_for_delivery)),
        step("dispatch.end_stop", On(DeliveryCompleted, end_stop), On(DeliveryFailed, end_stop)),
    )
)
"""The reactor runs it, the API walks it. The names are stored: they never change."""
