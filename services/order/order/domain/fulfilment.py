"""From loading to fulfilment (完结): loaded, delivered, installed, accepted, paid; and the warranty (质保, A7)."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Literal, assert_never

from pydantic import Field

from contracts.bounds import Few, HowMany, Nth, OneLine, OptionalId
from contracts.decision import Command, Context
from contracts.fact import GoodsLine
from contracts.order import (
    ContractFulfilled,
    DeliveryFailureNoted,
    DeliveryNoted,
    InstallationNoted,
    LoadingNoted,
    PaymentMethod,
    PaymentNoted,
    ReturnRefunded,
    Warranty,
    WarrantyStarted,
)
from contracts.policy import Policy, civil_day
from order.domain.care_words import more_than_owed, more_than_sold, nothing_handed_over, refund_too_large
from order.domain.contract_words import contract_over, unknown_contract, unknown_line
from order.domain.deciding import Decision
from order.domain.goods import said
from order.domain.situations import (
    Cancelled,
    Complete,
    Contract,
    Course,
    Failure,
    Fulfilled,
    Known,
    Line,
    Lines,
    Unsigned,
    Waiting,
    all_delivered,
    changed_line,
    changed_pieces,
    line_of,
    owed_fen,
)
from order.domain.texts import MAX_FEN, ContractNo, Note, PaperNo, Text


class NoteLoading(Command):
    """装车入合同 (A6, B11)."""

    command: Literal["NoteLoading"] = "NoteLoading"
    contract_no: OptionalId
    run: OptionalId


class NoteFailedDelivery(Command):
    """未送成入合同 (B14)."""

    command: Literal["NoteFailedDelivery"] = "NoteFailedDelivery"
    contract_no: OptionalId
    job_id: OptionalId
    cause: OneLine
    goods: Literal["returned", "deposited"]


class NoteDelivery(Command):
    """签收入合同 (A7, B13). `job_id`: the job, or the number of the receipt (签收单)."""

    command: Literal["NoteDelivery"] = "NoteDelivery"
    contract_no: ContractNo
    job_id: PaperNo
    delivered: Annotated[tuple[GoodsLine, ...], Few(1_000)]
    refused: Annotated[tuple[GoodsLine, ...], Few(1_000)] = ()
    signed_by: Note


class NoteInstallation(Command):
    """安装验收入合同 (A7, B10). `job_id`: the job, or the number of the acceptance form (服务验收单)."""

    command: Literal["NoteInstallation"] = "NoteInstallation"
    contract_no: ContractNo
    job_id: PaperNo
    accepted_by: Text


class NotePayment(Command):
    """收款入合同 (A7, B13)."""

    command: Literal["NotePayment"] = "NotePayment"
    contract_no: ContractNo
    payment_id: PaperNo
    amount_fen: Annotated[int, Field(gt=0, le=MAX_FEN)]
    method: PaymentMethod
    received_by: Note = ""
    note: Note = ""


class RefundReturn(Command):
    """退款 (B15): for pieces that the customer does not take; of a cancelled contract, money alone (`line_no` 0)."""

    command: Literal["RefundReturn"] = "RefundReturn"
    contract_no: ContractNo
    refund_id: PaperNo
    line_no: Nth = 0
    quantity: Annotated[HowMany, Field(ge=0)] = 0
    refund_fen: Annotated[int, Field(ge=0, le=MAX_FEN)]
    reason: Text


def note_loading(command: NoteLoading, contract: Contract, ctx: Context) -> Decision:
    """The goods are loaded: the contract stays as it is from here on.

    Rules: A6, B11, X1. Loaded already, or told only after the goods were back: no event. Refuses: unknown_contract.
    """
    at = command.at or ctx.now
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "B11")
        case Cancelled() | Fulfilled():
            return ()
        case Waiting() | Complete() if contract.course.loaded or _is_over(contract.course, at):
            return ()
        case Waiting() | Complete():
            return (LoadingNoted(at=at, contract_no=command.contract_no, run=command.run),)
    assert_never(contract)


def note_failed_delivery(command: NoteFailedDelivery, contract: Contract, ctx: Context) -> Decision:
    """A delivery failed: goods that came back may be loaded again another day, and the contract amended until then.

    Rules: B14, A6. Once per job and time. Refuses: unknown_contract.
    """
    at = command.at or ctx.now
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "B14")
        case Waiting() | Complete() | Cancelled() | Fulfilled():
            if Failure(command.job_id, at) in contract.course.failures:
                return ()
            return (
                DeliveryFailureNoted(
                    at=at,
                    contract_no=command.contract_no,
                    job_id=command.job_id,
                    cause=command.cause,
                    goods=command.goods,
                ),
            )
    assert_never(contract)


def note_delivery(command: NoteDelivery, contract: Contract, ctx: Context) -> Decision:
    """The customer has pieces of the contract, and signed for them.

    Rules: A7, B13. Once per job or receipt. What a crew delivered is a fact whatever became of the contract; by hand,
    no more than was sold is taken. Refuses: unknown_contract, unknown_line, nothing_handed_over, more_than_sold,
    contract_cancelled.
    """
    at = command.at or ctx.now
    by_hand = ctx.by != "system"
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A7")
        case Waiting() | Complete() | Cancelled() | Fulfilled() if command.job_id in contract.course.deliveries:
            return ()
        case Cancelled() if by_hand:
            return contract_over(contract, "A7")
        case Waiting() | Complete() | Cancelled() | Fulfilled():
            on = civil_day(at)
            for piece in command.delivered:
                line = line_of(contract, piece.line_no)
                if line is None:
                    return unknown_line(command.contract_no, piece.line_no, "A7")
                if by_hand and line.delivered + piece.quantity > line.needed():
                    return more_than_sold(line.sold, line.needed() - line.delivered, piece.quantity)
            if by_hand and not any(piece.quantity for piece in command.delivered):
                return nothing_handed_over()
            lines = changed_pieces(contract.lines, command.delivered, lambda line, n: with_delivery(line, n, on))
            noted = DeliveryNoted(
                at=at,
                contract_no=command.contract_no,
                job_id=command.job_id,
                delivered=command.delivered,
                refused=command.refused,
                signed_by=command.signed_by,
                delivered_on=on,
            )
            return (noted, *outcome(contract, lines, contract.course, at, ctx.policy))
    assert_never(contract)


def note_installation(command: NoteInstallation, contract: Contract, ctx: Context) -> Decision:
    """Installed, and accepted by the customer.

    Rules: A7, B10. Once per job or form. Refuses: unknown_contract, contract_cancelled.
    """
    at = command.at or ctx.now
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A7")
        case Waiting() | Complete() | Cancelled() | Fulfilled() if command.job_id in contract.course.installations:
            return ()
        case Cancelled() if ctx.by != "system":
            return contract_over(contract, "A7")
        case Waiting() | Complete() | Cancelled() | Fulfilled():
            on = civil_day(at)
            noted = InstallationNoted(
                at=at,
                contract_no=command.contract_no,
                job_id=command.job_id,
                accepted_by=command.accepted_by,
                installed_on=on,
            )
            course = replace(contract.course, installed_on=max(on, contract.course.installed_on or on))
            return (noted, *outcome(contract, contract.lines, course, at, ctx.policy))
    assert_never(contract)


def note_payment(command: NotePayment, contract: Contract, ctx: Context) -> Decision:
    """Money came in. Before loading, who is to collect the rest at the door is told of what is left.

    Rules: A7, B13. Once per payment. By hand, no more than is owed is taken. Refuses: unknown_contract, more_than_owed,
    contract_cancelled.
    """
    at = command.at or ctx.now
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A7")
        case Waiting() | Complete() | Cancelled() | Fulfilled() if command.payment_id in contract.course.payments:
            return ()
        case Cancelled() if ctx.by != "system":
            return contract_over(contract, "A7")
        case Waiting() | Complete() | Cancelled() | Fulfilled():
            owed = owed_fen(contract.terms, contract.course)
            if ctx.by != "system" and command.amount_fen > owed:
                return more_than_owed(owed, command.amount_fen)
            course = with_payment(contract.course, command.amount_fen, civil_day(at))
            noted = PaymentNoted(
                at=at,
                contract_no=command.contract_no,
                payment_id=command.payment_id,
                amount_fen=command.amount_fen,
                method=command.method,
                received_by=command.received_by or ctx.by,
                owed_fen=owed_fen(contract.terms, course),
                note=command.note,
            )
            if isinstance(contract, Complete) and not contract.course.loaded and not contract.course.deliveries:
                return (noted, *said(replace(contract, course=course), contract.on, at, ctx, "收款"))
            return (noted, *outcome(contract, contract.lines, course, at, ctx.policy))
    assert_never(contract)


def refund(command: RefundReturn, contract: Contract, ctx: Context) -> Decision:
    """Pieces that the customer does not take are paid back instead of replaced: the contract owes them no longer.

    Rules: B15, A6 (a cancelled contract's money goes back). Once per refund. Refuses: unknown_contract, unknown_line,
    more_than_sold, refund_too_large, contract_fulfilled (then it is a return by ticket).
    """
    at = command.at or ctx.now
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "B15")
        case Waiting() | Complete() | Cancelled() | Fulfilled() if command.refund_id in contract.course.refunds:
            return ()
        case Fulfilled():
            return contract_over(contract, "B15")
        case Cancelled():
            most = contract.course.paid_fen - contract.course.refunded_fen
            if command.refund_fen > most:
                return refund_too_large(most, command.refund_fen)
            return (_refunded(command.model_copy(update={"line_no": 0, "quantity": 0}), 0, at),)
        case Waiting() | Complete():
            line = next((line for line in contract.lines if line.sold.line_no == command.line_no), None)
            if line is None:
                return unknown_line(command.contract_no, command.line_no, "B15")
            if not 0 < command.quantity <= line.needed() - line.delivered:
                return more_than_sold(line.sold, line.needed() - line.delivered, command.quantity)
            if command.refund_fen > (most := line.sold.unit_price_fen * command.quantity):
                return refund_too_large(most, command.refund_fen)
            course = replace(contract.course, refunded_fen=contract.course.refunded_fen + command.refund_fen)
            noted = _refunded(command, owed_fen(contract.terms, course), at)
            lines = changed_line(contract.lines, command.line_no, lambda line: with_refund(line, command.quantity))
            return (noted, *outcome(contract, lines, course, at, ctx.policy))
    assert_never(contract)


def outcome(
    contract: Known, lines: Lines, course: Course, at: datetime, policy: Policy
) -> tuple[WarrantyStarted | ContractFulfilled, ...]:
    """What the new state means (A7): warranties that start with acceptance, and whether all is done.

    Accepted is what was installed and signed for; where nothing is to be installed, what was delivered and signed for.
    """
    match contract:
        case Cancelled() | Fulfilled():
            return ()
        case Waiting() | Complete():
            delivered_on = max((line.delivered_on for line in lines if line.delivered_on is not None), default=None)
            installs = any(line.sold.to_install and line.needed() for line in lines)
            accepted_on = course.installed_on if installs else delivered_on
            if accepted_on is None or delivered_on is None:
                return ()
            warranties = tuple(
                _warranty(line, max(accepted_on, line.delivered_on), policy)
                for line in lines
                if line.delivered_on is not None and 0 < line.needed() <= line.delivered and not line.warranted
            )
            terms = contract.terms
            started = WarrantyStarted(
                at=at, contract_no=terms.contract_no, customer=terms.customer, warranties=warranties
            )
            done = all_delivered(lines) and owed_fen(terms, course) == 0
            fulfilled = ContractFulfilled(
                at=at,
                contract_no=terms.contract_no,
                store_code=terms.store_code,
                customer=terms.customer,
                fulfilled_on=max(delivered_on, accepted_on, course.paid_on or delivered_on),
            )
            return (*((started,) if warranties else ()), *((fulfilled,) if done else ()))
    assert_never(contract)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def with_delivery(line: Line, pieces: int, on: date) -> Line:
    """The line with pieces that the customer has."""
    return replace(line, delivered=line.delivered + pieces, delivered_on=max(on, line.delivered_on or on))


def with_refund(line: Line, pieces: int) -> Line:
    """The line with pieces that are owed no longer."""
    return replace(line, refunded=line.refunded + pieces)


def with_payment(course: Course, amount_fen: int, on: date) -> Course:
    """The course with money paid."""
    return replace(course, paid_fen=course.paid_fen + amount_fen, paid_on=max(on, course.paid_on or on))


def _refunded(command: RefundReturn, owed: int, at: datetime) -> ReturnRefunded:
    return ReturnRefunded(
        at=at,
        contract_no=command.contract_no,
        refund_id=command.refund_id,
        line_no=command.line_no,
        quantity=command.quantity,
        refund_fen=command.refund_fen,
        owed_fen=owed,
        reason=command.reason,
    )


def _is_over(course: Course, at: datetime) -> bool:
    return course.back_at is not None and at <= course.back_at


def _warranty(line: Line, starts_on: date, policy: Policy) -> Warranty:
    sold = line.sold
    months = policy.warranty_months.get(sold.category, policy.warranty_months_default)
    return Warranty(
        line_no=sold.line_no,
        sku=sold.sku,
        name=sold.name,
        category=sold.category,
        quantity=line.needed(),
        starts_on=starts_on,
        ends_on=months_after(starts_on, months),
    )
