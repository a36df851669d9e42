"""The promised date (承诺日期): a later one needs the customer's consent; a warning when it passes (A8)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal, assert_never

from company.context import Context
from contracts import order as facts
from contracts.bounds import CivilDay
from contracts.civil_time import civil_day, end_of_day
from order.contract.fields import ContractNo, Text
from order.contract.state import Cancelled, Decision, Fulfilled, Known, Open, all_delivered, over
from order.refusals import no
from order.who import CARES
from runtime.decision import Command, Timer, said_again
from runtime.use_case import UseCase

HOW: Mapping[facts.ConsentHow, str] = {"phone": "电话", "in_person": "当面", "writing": "书面", "message": "信息"}


class PostponeDelivery(Command):
    """客户同意改期 Consent to a later date (A8)

    With who consented, and how. `at`: when the customer consented; after the promised time it is recorded as late.
    """

    command: Literal["PostponeDelivery"] = "PostponeDelivery"
    contract_no: ContractNo
    promised_on: CivilDay
    consented_by: Text
    consented_how: facts.ConsentHow
    reason: Text


class WarnOfPromise(Command):
    """承诺日期已过 (A8)."""

    command: Literal["WarnOfPromise"] = "WarnOfPromise"
    promised_on: CivilDay


def postpone(command: PostponeDelivery, contract: Known, ctx: Context) -> Decision:
    """The customer consented to a later date.

    Rules: A8, X1 (judged by when he consented). Consent that came only after the promised time is recorded too, so
    that the new date counts, but marked as late: the promise was broken. The same consent again is no event (X7).
    Refuses: contract_cancelled, contract_fulfilled, already_delivered, promise_not_later, said_otherwise (consented to
    that day before, by somebody else or in another way).
    """
    at, promised_on = command.at or ctx.now, contract.terms.promised_on
    if isinstance(contract, Cancelled | Fulfilled):
        return over(contract, "A8")
    if command.promised_on == promised_on:
        consent = contract.course.consent
        if consent is None or consent[0] != promised_on or ctx.by == "system":
            return ()
        return said_again(consent[1], _consented(command))
    if all_delivered(contract.lines):
        return no("already_delivered", rule="A8", contract_no=command.contract_no)
    if command.promised_on < promised_on:
        return no("promise_not_later", promised_on=promised_on, wanted=command.promised_on)
    return (
        facts.DeliveryPostponed(
            at=at,
            contract_no=command.contract_no,
            store_code=contract.terms.store_code,
            customer=contract.terms.customer,
            promised_before=promised_on,
            promised_on=command.promised_on,
            promise_due=end_of_day(command.promised_on),
            consented_by=command.consented_by,
            consented_how=command.consented_how,
            reason=command.reason,
            late=civil_day(at) > promised_on,
            part=contract.course.part,
        ),
    )


def _consented(said: PostponeDelivery | facts.DeliveryPostponed) -> str:
    return f"{said.consented_by}，{HOW[said.consented_how]}：{said.reason}"


def warn(command: WarnOfPromise, contract: Known, ctx: Context) -> Decision:  # noqa: ARG001 - one signature
    """The promised time passed without delivery and without consent to a later one.

    Rules: A8. Delivered, postponed or warned of meanwhile, or over: no event.
    """
    if isinstance(contract, Cancelled | Fulfilled):
        return ()
    due = warning_due(contract)
    if due is None or contract.terms.promised_on != command.promised_on:
        return ()
    return (
        facts.PromiseBroken(
            at=due,
            contract_no=contract.terms.contract_no,
            store_code=contract.terms.store_code,
            customer=contract.terms.customer,
            promised_on=contract.terms.promised_on,
            due=due,
        ),
    )


def warning_due(contract: Open) -> datetime | None:
    """When the warning falls due (A8): the end of the promised day, also of one that was over when it was registered;
    None when there is none to give (any more)."""
    if contract.course.promise_broken or all_delivered(contract.lines):
        return None
    return end_of_day(contract.terms.promised_on)


@lru_cache(maxsize=1024)
def warning(promised_on: date, due: datetime) -> Timer:
    """The timer of a promised day, the same for all contracts of that day."""
    return Timer("promise", due, WarnOfPromise(promised_on=promised_on))


Event = facts.DeliveryPostponed | facts.PromiseBroken


def evolve(contract: Known, event: Event) -> Known:
    """The contract after a promise was broken, or another one given."""
    match event:
        case facts.DeliveryPostponed():
            course = replace(contract.course, promise_broken=False, consent=(event.promised_on, _consented(event)))
            return replace(contract, terms=replace(contract.terms, promised_on=event.promised_on), course=course)
        case facts.PromiseBroken():
            return replace(contract, course=replace(contract.course, promise_broken=True))
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, facts.OrderEvent], ...] = (
    UseCase(PostponeDelivery, postpone, CARES, "postponements", body="Consent", status=201, cites="A8"),
    UseCase(WarnOfPromise, warn),
)
