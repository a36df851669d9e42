"""The promised date (承诺日期): a later one needs the customer's consent; a warning when it passes (A8)."""

from datetime import date, datetime
from functools import lru_cache
from typing import Literal, assert_never

from contracts.bounds import CivilDay
from contracts.decision import Command, Context, Timer
from contracts.order import ConsentHow, DeliveryPostponed, PromiseBroken
from order.domain.care_words import promise_not_later
from order.domain.contract_words import already_delivered, contract_over, unknown_contract
from order.domain.deciding import Decision
from order.domain.situations import (
    Cancelled,
    Complete,
    Contract,
    Fulfilled,
    Open,
    Unsigned,
    Waiting,
    all_delivered,
)
from order.domain.terms import is_late, promise_due
from order.domain.texts import ContractNo, Text


class PostponeDelivery(Command):
    """客户同意改期 (A8). `at`: when the customer consented."""

    command: Literal["PostponeDelivery"] = "PostponeDelivery"
    contract_no: ContractNo
    promised_on: CivilDay
    consented_by: Text
    consented_how: ConsentHow
    reason: Text


class WarnOfPromise(Command):
    """承诺日期已过 (A8)."""

    command: Literal["WarnOfPromise"] = "WarnOfPromise"
    promised_on: CivilDay


def postpone(command: PostponeDelivery, contract: Contract, ctx: Context) -> Decision:
    """The customer consented to a later date.

    Rules: A8, X1 (judged by when he consented). Consent that came only after the promised time is recorded too, so
    that the new date counts, but marked as late: the promise was broken. The same date again is no event.
    Refuses: unknown_contract, contract_cancelled, contract_fulfilled, already_delivered, promise_not_later.
    """
    at = command.at or ctx.now
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A8")
        case Cancelled() | Fulfilled():
            return contract_over(contract, "A8")
        case Waiting() | Complete() if command.promised_on == contract.terms.promised_on:
            return ()
        case Waiting() | Complete() if all_delivered(contract.lines):
            return already_delivered(command.contract_no, "A8")
        case Waiting() | Complete() if command.promised_on < contract.terms.promised_on:
            return promise_not_later(contract.terms.promised_on, command.promised_on)
        case Waiting() | Complete():
            return (
                DeliveryPostponed(
                    at=at,
                    contract_no=command.contract_no,
                    store_code=contract.terms.store_code,
                    customer=contract.terms.customer,
                    promised_before=contract.terms.promised_on,
                    promised_on=command.promised_on,
                    promise_due=promise_due(command.promised_on, ctx),
                    consented_by=command.consented_by,
                    consented_how=command.consented_how,
                    reason=command.reason,
                    late=is_late(contract.terms.promised_on, at),
                ),
            )
    assert_never(contract)


def warn(command: WarnOfPromise, contract: Contract, ctx: Context) -> Decision:  # noqa: ARG001 - one signature
    """The promised time passed without delivery and without consent to a later one.

    Rules: A8. Delivered, postponed or warned of meanwhile: no event.
    """
    match contract:
        case Unsigned() | Cancelled() | Fulfilled():
            return ()
        case Waiting() | Complete():
            due = warning_due(contract)
            if due is None or contract.terms.promised_on != command.promised_on:
                return ()
            return (
                PromiseBroken(
                    at=due,
                    contract_no=contract.terms.contract_no,
                    store_code=contract.terms.store_code,
                    customer=contract.terms.customer,
                    promised_on=contract.terms.promised_on,
                    due=due,
                ),
            )
    assert_never(contract)


def warning_due(contract: Open) -> datetime | None:
    """When the warning falls due; None when there is none to give (any more)."""
    course = contract.course
    if course.promise_due is None or course.promise_broken or all_delivered(contract.lines):
        return None
    return course.promise_due


@lru_cache(maxsize=1024)
def warning(promised_on: date, due: datetime) -> Timer:
    """The timer of a promised day, the same for all contracts of that day."""
    return Timer("promise", due, WarnOfPromise(promised_on=promised_on))
