"""Delays (延期): noticed, posted to the group in time, explained by a call; the store's errors handed over (A4, A5)."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, assert_never

from company.context import Context
from contracts import order as facts
from contracts.bounds import CivilDay, Nth, OneLine, OptionalId
from order.contract.fields import ContractNo, Note, Text
from order.contract.state import (
    Call,
    Cancelled,
    Course,
    Decision,
    Delay,
    FollowedUp,
    Fulfilled,
    Known,
    delay_of,
    line_of,
    over,
    unknown_line,
    with_delay,
)
from order.refusals import no
from order.who import CARES, OFFICE, STORE
from runtime.decision import Command, Rejected, Timer, said_again
from runtime.refusal import Term
from runtime.use_case import UseCase

FAULTS = {
    "factory": Term("工厂", "the factory's", "factory"),
    "logistics": Term("物流", "the carrier's", "logistics"),
    "store": Term("门店", "the store's", "store"),
}


class ReportDelay(Command):
    """登记延期 Register a delay (A4, A5)

    By hand: of one line, or (`line_no` 0) of the whole contract, and whose fault it is; the store's own contract error,
    too. The group is owed a post, the customer a call.
    """

    command: Literal["ReportDelay"] = "ReportDelay"
    contract_no: ContractNo
    line_no: Nth = 0
    fault: facts.DelayFault
    eta: CivilDay | None = None
    reason: Text


class NotePost(Command):
    """延期已发群 Delay posted (A4, K1)

    By hand, where the robot did not do it. `delay_id` None: all delays that the group had not been told of.
    """

    command: Literal["NotePost"] = "NotePost"
    contract_no: OptionalId
    delay_id: OptionalId | None = None
    note: Note = ""


class RemindPost(Command):
    """未按时发群 (K1)."""

    command: Literal["RemindPost"] = "RemindPost"
    delay_id: OptionalId


class ExplainDelay(Command):
    """延期说明电话 Explanation call (A4)

    Reached or not; explained once the customer was reached. `at`: when it was made. `delay_id` None: about all delays
    that had not been explained.
    """

    command: Literal["ExplainDelay"] = "ExplainDelay"
    contract_no: OptionalId
    delay_id: OptionalId | None = None
    result: facts.CallResult
    note: Note = ""
    called_by: OneLine | None = None


class HandOver(Command):
    """移交门店 Hand over to the store (A5)

    The store's own error, after the first explanation.
    """

    command: Literal["HandOver"] = "HandOver"
    contract_no: ContractNo
    delay_id: Text
    reason: Text


class AcceptError(Command):
    """门店接收 The store accepts (A5)

    By the store itself.
    """

    command: Literal["AcceptError"] = "AcceptError"
    contract_no: ContractNo
    delay_id: Text
    note: Note = ""


class FollowUp(Command):
    """门店跟进 The store follows up (A5)

    By the store itself: what it did; `settled`: nothing is left to do.
    """

    command: Literal["FollowUp"] = "FollowUp"
    contract_no: ContractNo
    delay_id: Text
    note: Text
    settled: bool = False


class Noted(Command):
    """A note, if there is anything to say."""

    note: Note = ""


def report_delay(command: ReportDelay, contract: Known, ctx: Context) -> Decision:
    """A person says that goods come later, and whose fault it is; the store's own contract error is one, too.

    Rules: A4, A5, K1. The same again is no event. Refuses: unknown_line, contract_cancelled, contract_fulfilled.
    """
    if isinstance(contract, Cancelled | Fulfilled):
        return over(contract, "A4")
    line = line_of(contract, command.line_no)
    if line is None and command.line_no != 0:
        return unknown_line(contract, command.line_no, "A4")
    said = (command.line_no, command.fault, command.eta, command.reason)
    if any((known.line_no, known.fault, known.eta, known.reason) == said for known in contract.course.delays):
        return ()
    at = command.at or ctx.now
    by_hand = sum(known.delay_id.startswith("H") for known in contract.course.delays)
    return (
        facts.DelayNoticed(
            at=at,
            contract_no=command.contract_no,
            line_no=command.line_no,
            sku="" if line is None else line.sold.sku,
            waybill="",
            carrier="",
            eta=command.eta,
            reason=command.reason,
            customer=contract.terms.customer,
            fault=command.fault,
            delay_id=f"H{by_hand + 1}",
            name="" if line is None else line.sold.name,
            post_due=at + timedelta(minutes=ctx.policy.delay_post_minutes),
            store_code=contract.terms.store_code,
        ),
    )


def note_post(command: NotePost, contract: Known, ctx: Context) -> Decision:
    """The group was told. Late is late, but told.

    Rules: A4, K1, X7. Told already is no event; what the robot told is. Refuses: unknown_delay, no_delay,
    said_otherwise (another note).
    """
    one = None if command.delay_id is None else delay_of(contract, command.delay_id)
    if one is not None and one.posted and ctx.by != "system":
        return said_again(one.post_note, command.note)

    def posted(delay: Delay, at: datetime) -> facts.OrderEvent | None:
        if delay.posted:
            return None
        return facts.DelayPosted(
            at=at, contract_no=command.contract_no, delay_id=delay.delay_id, due=delay.post_due, note=command.note
        )

    return _on_delays(command.delay_id, contract, posted, command.at or ctx.now)


def remind_post(command: RemindPost, contract: Known, ctx: Context) -> Decision:  # noqa: ARG001 - one signature
    """The time in which the group was to be told has passed.

    Rules: K1. Told meanwhile, or over: no event.
    """
    delay = delay_of(contract, command.delay_id)
    if isinstance(contract, Cancelled | Fulfilled) or delay is None or not _is_to_be_reminded(delay):
        return ()
    assert delay.post_due is not None
    return (
        facts.DelayPostOverdue(
            at=delay.post_due,
            contract_no=contract.terms.contract_no,
            delay_id=delay.delay_id,
            due=delay.post_due,
        ),
    )


def explain_delay(command: ExplainDelay, contract: Known, ctx: Context) -> Decision:
    """Somebody called the customer about a delay; what came of the call is recorded, reached or not.

    Rules: A4, X7. A delay that was explained stays explained, and a further call about it is kept. The same call again
    is no event. Refuses: unknown_delay, no_delay.
    """
    unexplained = [delay for delay in contract.course.delays if not delay.is_explained()]
    about = unexplained or contract.course.delays[-1:]

    def explained(delay: Delay, at: datetime) -> facts.OrderEvent | None:
        is_meant = command.delay_id is not None or delay in about
        if not is_meant or Call(command.result, at, command.note) in delay.calls:
            return None
        return facts.DelayExplained(
            at=at,
            contract_no=command.contract_no,
            delay_id=delay.delay_id,
            result=command.result,
            note=command.note,
            called_by=command.called_by or ctx.by,
        )

    return _on_delays(command.delay_id, contract, explained, command.at or ctx.now)


def hand_over(command: HandOver, contract: Known, ctx: Context) -> Decision:
    """The store follows its own error up from here on; the customer has had a first explanation.

    Rules: A5, X7. Handed over already is no event. Refuses: unknown_delay, contract_cancelled, contract_fulfilled,
    not_the_stores_error, not_explained_yet, said_otherwise (another reason).
    """
    delay = delay_of(contract, command.delay_id)
    if delay is None:
        return _unknown_delay(contract, command.delay_id)
    if delay.handed_over:
        return said_again(delay.handed_reason, command.reason)
    if isinstance(contract, Cancelled | Fulfilled):
        return over(contract, "A5")
    if delay.fault != "store":
        return no("not_the_stores_error", delay_id=delay.delay_id, fault=FAULTS[delay.fault])
    if not delay.is_explained():
        return no("not_explained_yet", delay_id=delay.delay_id)
    return (
        facts.StoreErrorHandedOver(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            delay_id=delay.delay_id,
            store_code=contract.terms.store_code,
            customer=contract.terms.customer,
            reason=command.reason,
            handed_by=ctx.by,
        ),
    )


def accept_error(command: AcceptError, contract: Known, ctx: Context) -> Decision:
    """The store takes its error over.

    Rules: A5, X7. Accepted already is no event. Refuses: unknown_delay, not_handed_over, said_otherwise (another note).
    """
    delay = delay_of(contract, command.delay_id)
    if delay is None:
        return _unknown_delay(contract, command.delay_id)
    if delay.accepted:
        return said_again(delay.accepted_note, command.note)
    if not delay.handed_over:
        return no("not_handed_over", delay_id=delay.delay_id)
    return (
        facts.StoreErrorAccepted(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            delay_id=delay.delay_id,
            store_code=contract.terms.store_code,
            accepted_by=ctx.by,
            note=command.note,
        ),
    )


def follow_up(command: FollowUp, contract: Known, ctx: Context) -> Decision:
    """The store says what it did about its error.

    Rules: A5, X7. The same again is no event. Refuses: unknown_delay, not_accepted_yet, delay_settled (another note).
    """
    at = command.at or ctx.now
    delay = delay_of(contract, command.delay_id)
    if delay is None:
        return _unknown_delay(contract, command.delay_id)
    if delay.settled:
        is_same = any(known.note == command.note for known in delay.followed_up)
        return () if is_same else no("delay_settled", delay_id=delay.delay_id)
    if FollowedUp(command.note, at) in delay.followed_up and not command.settled:
        return ()
    if not delay.accepted:
        return no("not_accepted_yet", delay_id=delay.delay_id)
    return (
        facts.StoreErrorFollowedUp(
            at=at,
            contract_no=command.contract_no,
            delay_id=delay.delay_id,
            store_code=contract.terms.store_code,
            followed_by=ctx.by,
            note=command.note,
            settled=command.settled,
        ),
    )


def posts_due(course: Course) -> Iterable[Timer]:
    """What is still owed to the group (K1)."""
    return [
        Timer(f"post/{delay.delay_id}", delay.post_due, RemindPost(delay_id=delay.delay_id))
        for delay in course.delays
        if delay.post_due is not None and _is_to_be_reminded(delay)
    ]


def _is_to_be_reminded(delay: Delay) -> bool:
    return delay.owes_post() and not delay.overdue


def _unknown_delay(contract: Known, delay_id: str) -> Rejected:
    return no("unknown_delay", contract_no=contract.terms.contract_no, delay_id=delay_id)


def _on_delays(
    delay_id: str | None, contract: Known, said: Callable[[Delay, datetime], facts.OrderEvent | None], at: datetime
) -> Decision:
    """One delay, or all of them, and what is said of each; None says nothing new."""
    if delay_id is None:
        delays = contract.course.delays
        if not delays:
            return no("no_delay", contract_no=contract.terms.contract_no)
    else:
        one = delay_of(contract, delay_id)
        if one is None:
            return _unknown_delay(contract, delay_id)
        delays = (one,)
    return tuple(event for delay in delays if (event := said(delay, at)) is not None)


Event = (
    facts.DelayPosted
    | facts.DelayPostOverdue
    | facts.DelayExplained
    | facts.StoreErrorHandedOver
    | facts.StoreErrorAccepted
    | facts.StoreErrorFollowedUp
)


def evolve(contract: Known, event: Event) -> Known:
    """The contract after something was done about one of its delays."""
    return with_delay(contract, event.delay_id, lambda delay: _after(delay, event))


def _after(delay: Delay, event: Event) -> Delay:
    match event:
        case facts.DelayPosted():
            return replace(delay, posted=True, post_note=event.note)
        case facts.DelayPostOverdue():
            return replace(delay, overdue=True)
        case facts.DelayExplained():
            return replace(delay, calls=(*delay.calls, Call(event.result, event.at, event.note)))
        case facts.StoreErrorHandedOver():
            return replace(delay, handed_over=True, handed_reason=event.reason)
        case facts.StoreErrorAccepted():
            return replace(delay, accepted=True, accepted_note=event.note)
        case facts.StoreErrorFollowedUp():
            done = FollowedUp(event.note, event.at)
            return replace(delay, followed_up=(*delay.followed_up, done), settled=event.settled)
    assert_never(event)


_OF_ONE = "delays/{delay_id}"

USE_CASES: tuple[UseCase[Any, Any, facts.OrderEvent], ...] = (
    UseCase(ReportDelay, report_delay, CARES, "delays", body="DelayReport", status=201, cites="A4"),
    UseCase(NotePost, note_post, OFFICE, f"{_OF_ONE}/post", body=Noted, bare=False, cites="A4"),
    UseCase(RemindPost, remind_post),
    UseCase(
        ExplainDelay,
        explain_delay,
        CARES,
        f"{_OF_ONE}/calls",
        body="CallReport",
        unsaid=("called_by",),
        cites="A4",
    ),
    UseCase(HandOver, hand_over, OFFICE, f"{_OF_ONE}/handover", body="Given", cites="A4"),
    UseCase(AcceptError, accept_error, STORE, f"{_OF_ONE}/acceptance", body=Noted, bare=False, cites="A4"),
    UseCase(FollowUp, follow_up, STORE, f"{_OF_ONE}/follow-ups", body="Followed", cites="A4"),
)
