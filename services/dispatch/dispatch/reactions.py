"""What dispatch does about the facts of others, and about its own (pure). Names are stored: they never change."""

from datetime import date, timedelta

from company.reasons import PAID, REFUNDED, VISIT_CANCELLED
from contracts.dispatch_corrections import DeliveryCorrected
from contracts.dispatch_days import DayPublished
from contracts.dispatch_fleet import LeaveNoted
from contracts.dispatch_jobs import DeliveryCompleted
from contracts.dispatch_pick_up import PickedUp
from contracts.dispatch_road import RunClosed
from contracts.dispatch_runs import RunStop
from contracts.inventory import MorningFeedbackGiven
from contracts.inventory_corrections import HandoverCorrectionDeclined
from contracts.job_ids import delivery_of, installation_of, part_of, visit_of
from contracts.notify import CallMade
from contracts.order import (
    CompletenessLost,
    ContractAmended,
    ContractCancelled,
    DeliveryPostponed,
    GoodsCompleted,
    PaymentNoted,
    RestOwed,
    ReturnRefunded,
)
from contracts.service_desk_visits import VisitBooked, VisitCancelled, VisitCompleted, VisitMoved
from dispatch.crews_flow import CREWS
from dispatch.day.aggregate import day_id
from dispatch.day.crews import TakePersonOff
from dispatch.departure_flow import DEPARTURE
from dispatch.door_flow import DOOR
from dispatch.fields import DEPOT, PLANNED_AHEAD
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.trips import ReturnVehicle
from dispatch.job.aggregate import JOB
from dispatch.job.calls import CallBeforeArrival, CallBeforeInstallation, ConfirmHome, TellHalfDay
from dispatch.job.correction import ReverseDeliveryCorrection
from dispatch.job.handover import FinishVisit, delivered_lines
from dispatch.job.installing import CorrectInstallation
from dispatch.job.stop import ConfirmByWarehouse, PublishStop
from dispatch.job.terms import (
    AmendJob,
    CancelJob,
    ChangeCompleteness,
    LimitLine,
    MovePromise,
    OpenJob,
)
from dispatch.run.aggregate import run_id
from dispatch.run.loading import PlanRun
from dispatch.slot_flow import SLOTS
from runtime.decision import Ask, Command
from runtime.reaction import On, Reaction, on_each

Asks = tuple[Ask, ...]


def open_delivery(event: GoodsCompleted) -> Asks:
    """货齐 (A3) -> the delivery is 待排; completed on another day, or amended -> the job learns it. The rest of a
    contract has a job of its own (A10)."""
    job = delivery_of(event.contract_no, event.part)
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
        depot=event.depot,
    )
    return (Ask(JOB.key(job), opened),)


def lose_completeness(event: CompletenessLost) -> Asks:
    """不再货齐 (A3, D4) -> the delivery cannot be booked or planned."""
    changed = ChangeCompleteness(at=event.at, complete_on=None, reason=event.reason, depot=event.depot)
    return (Ask(JOB.key(delivery_of(event.contract_no, event.part)), changed),)


def settle_rest(event: RestOwed) -> Asks:
    """余件结清 (A10, B15) -> nothing is owed any more: its delivery is not needed."""
    if event.lines:
        return ()
    return (
        Ask(
            JOB.key(delivery_of(event.contract_no, event.part)),
            CancelJob(at=event.at, reason=event.reason, settled=True),
        ),
    )


def confirm_stops(event: MorningFeedbackGiven) -> Asks:
    """早上反馈 (B6) -> each stop knows whether its goods are ready."""
    return tuple(
        Ask(JOB.key(stop.job_id), ConfirmByWarehouse(at=event.at, on=event.on, ready=stop.ready, note=stop.note))
        for stop in event.stops
    )


def open_installation(event: DeliveryCompleted | PickedUp) -> Asks:
    """签收、自提 (B10, A11) -> what was delivered and is to be installed is owed within two days."""
    if event.install_due is None:
        return ()
    job = installation_of(event.contract_no, part_of(event.job_id))
    opened = OpenJob(
        at=event.at,
        job_id=job,
        kind="installation",
        contract_no=event.contract_no,
        customer=event.customer,
        lines=tuple(line for line in delivered_lines(event.delivered, event.lines) if line.to_install),
        due_at=event.install_due,
        depot=event.depot,
    )
    return (Ask(JOB.key(job), opened),)


def correct_installation(event: DeliveryCorrected) -> Asks:
    """送达更正 (B10, D16) -> what is to be installed is what was really delivered."""
    job = installation_of(event.contract_no, part_of(event.job_id))
    lines = tuple(line for line in delivered_lines(event.delivered, event.lines) if line.to_install)
    opens = OpenJob(
        at=event.at,
        job_id=job,
        kind="installation",
        contract_no=event.contract_no,
        customer=event.customer,
        lines=lines,
        due_at=event.install_due,
        depot=event.depot,
    )
    return (Ask(JOB.key(job), CorrectInstallation(at=event.at, opens=opens, reason=event.reason)),)


def reverse_correction(event: HandoverCorrectionDeclined) -> Asks:
    """The warehouse has received what a correction moves -> the delivery is as it was typed (D3, D16)."""
    why = "仓库已收到" if event.why == "received" else "仓库账上不在外"
    reason = f"第 {event.line_no} 行 {event.name}：{why}，更正作废"
    command = ReverseDeliveryCorrection(at=event.at, correction_no=event.correction_no, reason=reason)
    return (Ask(JOB.key(event.job_id), command),)


def open_visit(event: VisitBooked) -> Asks:
    """上门预约 (C3, C9) -> the visit is to be placed on the board, in the customer's window."""
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


def finish_visit(event: VisitCompleted) -> Asks:
    """上门完成 (C9-C11) -> the visit's job is over; what came of it is the ticket's story."""
    return (Ask(JOB.key(visit_of(event.ticket_id, event.visit_no)), FinishVisit(at=event.at, note=event.outcome)),)


def publish_stops(event: DayPublished) -> Asks:
    """安排表发布 (B4) -> each of its stops is published."""
    leaders = {crew.crew: crew.leader or "" for crew in event.crews}
    return tuple(
        Ask(
            JOB.key(stop.job_id),
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


def plan_runs(event: DayPublished) -> Asks:
    """安排表发布 (B4) -> each delivery crew gets its sorting sheet, also one that has become empty."""
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
                depot=event.depot,
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


def take_off(event: LeaveNoted) -> Asks:
    """请假 (B8) -> days that are planned already go on without him."""
    days = min((event.ends_on - event.starts_on).days + 1, PLANNED_AHEAD)
    reason = f"{'病假' if event.kind == 'sickness' else '请假'} {event.note}".strip()
    off = TakePersonOff(at=event.at, person_id=event.person_id, name=event.name, reason=reason)
    return tuple(
        Ask(day_id(event.starts_on + timedelta(days=n), depot), off) for depot in event.depots for n in range(days)
    )


def return_vehicle(event: RunClosed) -> Asks:
    """日清日结 (B8) -> leader, driver and vehicle are free again."""
    return (Ask(FLEET.key(DEPOT), ReturnVehicle(at=event.at, on=event.on, crew=event.crew)),)


def cancel_jobs(event: ContractCancelled) -> Asks:
    """合同取消 (A6) -> delivery and installation are no more, and their slots are free."""
    cancelled = CancelJob(at=event.at, reason=event.reason)
    jobs = (delivery_of(event.contract_no, event.part), *installations(event))
    return tuple(Ask(JOB.key(job), cancelled) for job in jobs)


def installations(event: ContractCancelled | ContractAmended) -> tuple[str, ...]:
    """The installations that a contract may have: of each of its deliveries (A10)."""
    return tuple(installation_of(event.contract_no, part) for part in range(1, event.part + 1))


def move_promise(event: DeliveryPostponed) -> Asks:
    """客户同意改期 (A8) -> the delivery is promised for the new day."""
    moved = MovePromise(at=event.at, promised_on=event.promised_on, reason=event.reason)
    return (Ask(JOB.key(delivery_of(event.contract_no, event.part)), moved),)


def amend_jobs(event: ContractAmended) -> Asks:
    """合同变更 (A6) -> crews go to the new address, collect the new amount and bring no more than is owed (A9); a new
    promise binds the plan."""
    delivery = JOB.key(delivery_of(event.contract_no, event.part))
    asks = [
        Ask(delivery, LimitLine(at=event.at, line_no=one.line_no, owed=one.quantity, reason=event.reason))
        for one in event.fewer
    ]
    owed = event.amount_due_fen if event.owed_fen is None else event.owed_fen
    if event.customer is not None or owed is not None:
        amended = AmendJob(at=event.at, reason=event.reason, customer=event.customer, amount_due_fen=owed)
        asks.append(Ask(delivery, amended))
    if event.customer is not None:
        moved = AmendJob(at=event.at, reason=event.reason, customer=event.customer)
        asks += (Ask(JOB.key(job), moved) for job in installations(event))
    if event.promised_on is not None:
        asks.append(Ask(delivery, MovePromise(at=event.at, promised_on=event.promised_on, reason=event.reason)))
    return tuple(asks)


def note_payment(event: PaymentNoted | ReturnRefunded) -> Asks:
    """收款、退款 (A7, B13, B15) -> the crew collects only what is still owed, and brings no more."""
    why = PAID if isinstance(event, PaymentNoted) else REFUNDED
    owed = AmendJob(at=event.at, reason=why, amount_due_fen=event.owed_fen)
    job = JOB.key(delivery_of(event.contract_no, event.part))
    if isinstance(event, PaymentNoted) or event.line_owed is None:
        return (Ask(job, owed),)
    fewer = LimitLine(at=event.at, line_no=event.line_no, owed=event.line_owed, reason=event.reason)
    return (Ask(job, owed), Ask(job, fewer))


def cancel_visit(event: VisitCancelled) -> Asks:
    """取消上门 (C10) -> the visit's slot is free."""
    job = JOB.key(visit_of(event.ticket_id, event.visit_no))
    return (Ask(job, CancelJob(at=event.at, reason=event.reason or VISIT_CANCELLED)),)


def move_visit(event: VisitMoved) -> Asks:
    """改约上门 (C3, C10) -> the visit is promised for its new window."""
    moved = MovePromise(at=event.at, promised_on=event.on, reason=event.reason, due_at=event.window.ends)
    return (Ask(JOB.key(visit_of(event.ticket_id, event.visit_no)), moved),)


def count_call(event: CallMade) -> Asks:
    """已致电 (E3) -> home confirmed, half-day told, called ahead, called before the installation (B3, B5, B10)."""
    if not event.subject.startswith("job:"):
        return ()
    command = command_of(event)
    return () if command is None else (Ask(event.subject, command),)


def command_of(event: CallMade) -> Command | None:
    """The call as dispatch knows it; None for calls that are none of its business."""
    on = day_of(event.occasion)
    match event.purpose:
        case "home_confirmation":
            return ConfirmHome(at=event.at, result=event.result, note=event.note, on=on, called_by=event.called_by)
        case "half_day":
            return TellHalfDay(at=event.at, result=event.result, note=event.note, on=on, called_by=event.called_by)
        case "arrival":
            return CallBeforeArrival(
                at=event.at, result=event.result, note=event.note, on=on, called_by=event.called_by
            )
        case "install_call":
            return CallBeforeInstallation(
                at=event.at, result=event.result, note=event.note, on=on, called_by=event.called_by
            )
        case _:
            return None


def day_of(occasion: str) -> date | None:
    """The day that a call was about, if it was about one."""
    try:
        return date.fromisoformat(occasion[:10])
    except ValueError:
        return None


REACTIONS = (
    Reaction("dispatch.open_delivery", (On(GoodsCompleted, open_delivery),)),
    Reaction("dispatch.lose_completeness", (On(CompletenessLost, lose_completeness),)),
    Reaction("dispatch.settle_rest", (On(RestOwed, settle_rest),)),
    Reaction("dispatch.publish_stops", (On(DayPublished, publish_stops),)),
    Reaction("dispatch.plan_runs", (On(DayPublished, plan_runs),)),
    Reaction("dispatch.open_installation", on_each(open_installation, DeliveryCompleted, PickedUp)),
    Reaction("dispatch.correct_installation", (On(DeliveryCorrected, correct_installation),)),
    Reaction("dispatch.reverse_correction", (On(HandoverCorrectionDeclined, reverse_correction),)),
    *DEPARTURE.steps,
    *SLOTS.steps,
    Reaction("dispatch.confirm_stops", (On(MorningFeedbackGiven, confirm_stops),)),
    Reaction("dispatch.open_visit", (On(VisitBooked, open_visit),)),
    Reaction("dispatch.finish_visit", (On(VisitCompleted, finish_visit),)),
    Reaction("dispatch.cancel_jobs", (On(ContractCancelled, cancel_jobs),)),
    Reaction("dispatch.move_promise", (On(DeliveryPostponed, move_promise),)),
    Reaction("dispatch.amend_jobs", (On(ContractAmended, amend_jobs),)),
    Reaction("dispatch.note_payment", on_each(note_payment, PaymentNoted, ReturnRefunded)),
    *DOOR.steps,
    *CREWS.steps,
    Reaction("dispatch.return_vehicle", (On(RunClosed, return_vehicle),)),
    Reaction("dispatch.count_call", (On(CallMade, count_call),)),
    Reaction("dispatch.cancel_visit", (On(VisitCancelled, cancel_visit),)),
    Reaction("dispatch.move_visit", (On(VisitMoved, move_visit),)),
    Reaction("dispatch.take_off", (On(LeaveNoted, take_off),)),
)
"""All reactions, in the order in which one event's wishes are sent."""
