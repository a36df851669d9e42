"""合同 Contract: what was sold, what became of its goods, delays, promises and money, until it is fulfilled (完结).

One aggregate per contract number, `contract:HT26030001`. It waits for goods, is complete, cancelled or fulfilled. News
comes in parts, out of order and late, and the answer is the same whatever the order (A3, X1). The rules lie by topic:
`terms` (A1, A6), `logistics` (A2), `goods` (A3), `delays` (A4, A5), `promise` (A8), `fulfilment` (A7).
"""

from dataclasses import replace
from typing import assert_never

from contracts.decision import Context, Timer
from contracts.order import (
    ArrivalReported,
    CompletenessLost,
    ContractAmended,
    ContractCancelled,
    ContractFulfilled,
    ContractSigned,
    DamageNoted,
    DelayExplained,
    DelayNoticed,
    DelayPosted,
    DelayPostOverdue,
    DeliveryFailureNoted,
    DeliveryNoted,
    DeliveryPostponed,
    GoodsCompleted,
    GoodsNoted,
    GoodsReleaseNoted,
    GoodsReturnNoted,
    InstallationNoted,
    LoadingNoted,
    OrderEvent,
    PaymentNoted,
    PromiseBroken,
    ReturnRefunded,
    ShipmentAnnounced,
    StoreErrorAccepted,
    StoreErrorFollowedUp,
    StoreErrorHandedOver,
    WarrantyStarted,
)
from contracts.policy import civil_day
from order.domain import delays, fulfilment, goods, logistics, promise, terms
from order.domain.deciding import Decision
from order.domain.delays import AcceptError, ExplainDelay, FollowUp, HandOver, NotePost, RemindPost, ReportDelay
from order.domain.fulfilment import (
    NoteDelivery,
    NoteFailedDelivery,
    NoteInstallation,
    NoteLoading,
    NotePayment,
    RefundReturn,
)
from order.domain.goods import NoteDamage, NoteGoods, NoteRelease, NoteReturn
from order.domain.logistics import AnnounceShipment, NoticeDelay, ReportArrival
from order.domain.promise import PostponeDelivery, WarnOfPromise
from order.domain.situations import (
    INITIAL,
    STATES,
    Call,
    Cancelled,
    Complete,
    Contract,
    Course,
    Damage,
    Delay,
    Failure,
    FollowedUp,
    Fulfilled,
    Known,
    Line,
    Receipt,
    Terms,
    Told,
    Unsigned,
    Waiting,
    with_delay,
    with_line,
    with_pieces,
)
from order.domain.terms import AddLines, AmendContract, CancelContract, RegisterContract
from order.domain.texts import MAX_LINES

COMMANDS = (
    RegisterContract
    | AnnounceShipment
    | ReportArrival
    | NoteGoods
    | NoticeDelay
    | AddLines
    | NoteDamage
    | NoteRelease
    | NoteReturn
    | AmendContract
    | CancelContract
    | ReportDelay
    | NotePost
    | RemindPost
    | ExplainDelay
    | HandOver
    | AcceptError
    | FollowUp
    | PostponeDelivery
    | WarnOfPromise
    | NoteLoading
    | NoteFailedDelivery
    | NoteDelivery
    | NoteInstallation
    | NotePayment
    | RefundReturn
)


def contract_id(contract_no: str) -> str:
    """Aggregate id of a contract."""
    return f"contract:{contract_no}"


def decide(command: COMMANDS, contract: Contract, ctx: Context) -> Decision:  # noqa: C901 - a table
    """What follows from a command; see the function named by its verb. The ones that come in thousands stand first."""
    match command:
        case RegisterContract():
            return terms.register(command, contract, ctx)
        case AnnounceShipment():
            return logistics.announce(command, contract, ctx)
        case ReportArrival():
            return logistics.report_arrival(command, contract, ctx)
        case NoteGoods():
            return goods.note_goods(command, contract, ctx)
        case NoticeDelay():
            return logistics.notice_delay(command, contract, ctx)
        case AddLines():
            return terms.add_lines(command, contract, ctx)
        case NoteDamage():
            return goods.note_damage(command, contract, ctx)
        case NoteRelease():
            return goods.note_release(command, contract, ctx)
        case NoteReturn():
            return goods.note_return(command, contract, ctx)
        case AmendContract():
            return terms.amend(command, contract, ctx)
        case CancelContract():
            return terms.cancel(command, contract, ctx)
        case ReportDelay():
            return delays.report(command, contract, ctx)
        case NotePost():
            return delays.note_post(command, contract, ctx)
        case RemindPost():
            return delays.remind_post(command, contract, ctx)
        case ExplainDelay():
            return delays.explain(command, contract, ctx)
        case HandOver():
            return delays.hand_over(command, contract, ctx)
        case AcceptError():
            return delays.accept(command, contract, ctx)
        case FollowUp():
            return delays.follow_up(command, contract, ctx)
        case PostponeDelivery():
            return promise.postpone(command, contract, ctx)
        case WarnOfPromise():
            return promise.warn(command, contract, ctx)
        case NoteLoading():
            return fulfilment.note_loading(command, contract, ctx)
        case NoteFailedDelivery():
            return fulfilment.note_failed_delivery(command, contract, ctx)
        case NoteDelivery():
            return fulfilment.note_delivery(command, contract, ctx)
        case NoteInstallation():
            return fulfilment.note_installation(command, contract, ctx)
        case NotePayment():
            return fulfilment.note_payment(command, contract, ctx)
        case RefundReturn():
            return fulfilment.refund(command, contract, ctx)
    assert_never(command)


def due(contract: Contract) -> tuple[Timer, ...]:
    """What falls due by itself: posts of delays (K1), and the warning when the promised time passes (A8)."""
    match contract:
        case Unsigned() | Cancelled() | Fulfilled():
            return ()
        case Waiting() | Complete():
            at = promise.warning_due(contract)
            warning = () if at is None else (promise.warning(contract.terms.promised_on, at),)
            return (*warning, *delays.posts_due(contract.course)) if contract.course.delays else warning
    assert_never(contract)


def evolve(contract: Contract, event: OrderEvent) -> Contract:
    """The contract after an event."""
    if isinstance(event, ContractSigned):
        return _signed(event)
    return contract if isinstance(contract, Unsigned) else _evolved(contract, event)


def _signed(event: ContractSigned) -> Contract:
    signed = Terms(
        event.contract_no,
        event.store_code,
        event.store_name,
        event.signed_on,
        event.customer,
        event.promised_on,
        event.amount_due_fen,
    )
    return Waiting(signed, tuple(Line(line) for line in event.lines), course=Course(promise_due=event.promise_due))


def _evolved(contract: Known, event: OrderEvent) -> Contract:
    match event:
        case ContractSigned():
            return contract  # a contract is signed once
        case ShipmentAnnounced():
            return _told(contract, event.line_no, Told("announced", event.waybill, event.quantity, event.eta))
        case ArrivalReported():
            return _told(contract, event.line_no, Told("arrived", event.waybill, event.quantity, event.arrived_on))
        case GoodsNoted():
            receipt = Receipt(event.waybill, event.quantity, event.arrived_on)
            return with_line(contract, event.line_no, lambda line: goods.with_receipt(line, receipt))
        case DelayNoticed():
            return _delayed(contract, event)
        case GoodsCompleted():
            return Complete(contract.terms, contract.lines, event.complete_on, contract.dropped, contract.course)
        case CompletenessLost():
            return Waiting(contract.terms, contract.lines, contract.dropped, contract.course)
        case DamageNoted():
            damage = Damage(event.damage_id, event.quantity, event.in_warehouse)
            return with_line(contract, event.line_no, lambda line: goods.with_damage(line, damage))
        case GoodsReleaseNoted():
            releases = (*contract.course.releases, event.release_id)
            noted = _course(contract, replace(contract.course, releases=releases))
            return with_pieces(noted, event.lines, goods.with_release)
        case GoodsReturnNoted():
            return _course(contract, replace(contract.course, returns=(*contract.course.returns, event.return_id)))
        case ContractAmended():
            return _amended(contract, event)
        case ContractCancelled():
            return Cancelled(contract.terms, contract.lines, contract.dropped, contract.course)
        case DelayPosted() | DelayPostOverdue() | DelayExplained():
            return _course(contract, _cared_for(contract.course, event))
        case StoreErrorHandedOver() | StoreErrorAccepted() | StoreErrorFollowedUp():
            return _course(contract, _followed_up(contract.course, event))
        case DeliveryPostponed():
            course = replace(contract.course, promise_due=event.promise_due, promise_broken=False)
            return replace(contract, terms=replace(contract.terms, promised_on=event.promised_on), course=course)
        case PromiseBroken():
            return _course(contract, replace(contract.course, promise_broken=True))
        case LoadingNoted():
            return _course(contract, replace(contract.course, loaded=True))
        case DeliveryFailureNoted():
            course = replace(contract.course, failures=(*contract.course.failures, Failure(event.job_id, event.at)))
            back = event.goods == "returned"
            return _course(contract, replace(course, loaded=False, back_at=event.at) if back else course)
        case DeliveryNoted():
            deliveries, on = (*contract.course.deliveries, event.job_id), event.delivered_on
            noted = _course(contract, replace(contract.course, deliveries=deliveries))
            return with_pieces(noted, event.delivered, lambda line, n: fulfilment.with_delivery(line, n, on))
        case InstallationNoted():
            done = (*contract.course.installations, event.job_id)
            installed_on = max(event.installed_on, contract.course.installed_on or event.installed_on)
            return _course(contract, replace(contract.course, installations=done, installed_on=installed_on))
        case PaymentNoted():
            payments = (*contract.course.payments, event.payment_id)
            paid = fulfilment.with_payment(contract.course, event.amount_fen, civil_day(event.at))
            return _course(contract, replace(paid, payments=payments))
        case ReturnRefunded():
            refunds = (*contract.course.refunds, event.refund_id)
            paid_back = contract.course.refunded_fen + event.refund_fen
            changed = _course(contract, replace(contract.course, refunds=refunds, refunded_fen=paid_back))
            return with_line(changed, event.line_no, lambda line: fulfilment.with_refund(line, event.quantity))
        case WarrantyStarted():
            started = {warranty.line_no for warranty in event.warranties}
            lines = tuple(
                replace(line, warranted=True) if line.sold.line_no in started else line for line in contract.lines
            )
            return replace(contract, lines=lines)
        case ContractFulfilled():
            return Fulfilled(contract.terms, contract.lines, event.fulfilled_on, contract.dropped, contract.course)
    assert_never(event)


def _course(contract: Known, course: Course) -> Known:
    return replace(contract, course=course)


def _told(contract: Known, line_no: int, told: Told) -> Contract:
    return with_line(contract, line_no, lambda line: replace(line, told=(*line.told, told)))


def _delayed(contract: Known, event: DelayNoticed) -> Contract:
    """From the file, the row is remembered too, so that it counts once (A2)."""
    delay = Delay(
        event.delay_id or f"{event.line_no}-{event.waybill}",
        event.line_no,
        event.fault,
        event.eta,
        event.reason,
        event.post_due,
    )
    late = _course(contract, replace(contract.course, delays=(*contract.course.delays, delay)))
    return _told(late, event.line_no, Told("delayed", event.waybill, 0, event.eta)) if event.waybill else late


def _cared_for(course: Course, event: DelayPosted | DelayPostOverdue | DelayExplained) -> Course:
    match event:
        case DelayPosted():
            return with_delay(course, event.delay_id, lambda delay: replace(delay, posted=True))
        case DelayPostOverdue():
            return with_delay(course, event.delay_id, lambda delay: replace(delay, overdue=True))
        case DelayExplained():
            call = Call(event.result, event.at)
            return with_delay(course, event.delay_id, lambda delay: replace(delay, calls=(*delay.calls, call)))
    assert_never(event)


def _followed_up(course: Course, event: StoreErrorHandedOver | StoreErrorAccepted | StoreErrorFollowedUp) -> Course:
    match event:
        case StoreErrorHandedOver():
            return with_delay(course, event.delay_id, lambda delay: replace(delay, handed_over=True))
        case StoreErrorAccepted():
            return with_delay(course, event.delay_id, lambda delay: replace(delay, accepted=True))
        case StoreErrorFollowedUp():
            done = FollowedUp(event.note, event.at)
            return with_delay(
                course,
                event.delay_id,
                lambda delay: replace(delay, followed_up=(*delay.followed_up, done), settled=event.settled),
            )
    assert_never(event)


def _amended(contract: Known, event: ContractAmended) -> Contract:
    gone = tuple(line for line in contract.lines if line.sold.line_no in event.removed)
    left = tuple(line for line in contract.lines if line.sold.line_no not in event.removed)
    course = contract.course
    if event.promised_on is not None:
        course = replace(course, promise_due=event.promise_due, promise_broken=False)
    changed = replace(
        contract.terms,
        customer=event.customer or contract.terms.customer,
        promised_on=event.promised_on or contract.terms.promised_on,
        amount_due_fen=contract.terms.amount_due_fen if event.amount_due_fen is None else event.amount_due_fen,
    )
    return replace(
        contract,
        terms=changed,
        lines=terms.amended_lines(left, event.added, event.changed),
        dropped=(*contract.dropped, *gone),
        course=course,
    )


__all__ = [
    "COMMANDS",
    "INITIAL",
    "MAX_LINES",
    "STATES",
    "AcceptError",
    "AddLines",
    "AmendContract",
    "AnnounceShipment",
    "CancelContract",
    "Complete",
    "Contract",
    "ExplainDelay",
    "FollowUp",
    "HandOver",
    "NoteDamage",
    "NoteDelivery",
    "NoteFailedDelivery",
    "NoteGoods",
    "NoteInstallation",
    "NoteLoading",
    "NotePayment",
    "NotePost",
    "NoteRelease",
    "NoteReturn",
    "NoticeDelay",
    "PostponeDelivery",
    "RefundReturn",
    "RegisterContract",
    "RemindPost",
    "ReportArrival",
    "ReportDelay",
    "Unsigned",
    "WarnOfPromise",
    "contract_id",
    "decide",
    "due",
    "evolve",
]
