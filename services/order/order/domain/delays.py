"""Delays (延期): noticed, posted to the group in time, explained by a call; the store's errors handed over (A4, A5)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Literal, assert_never

from contracts.bounds import CivilDay, Nth, OneLine, OptionalId
from contracts.decision import Command, Context, Rejected, Timer
from contracts.order import (
    CallResult,
    DelayExplained,
    DelayFault,
    DelayNoticed,
    DelayPosted,
    DelayPostOverdue,
    OrderEvent,
    StoreErrorAccepted,
    StoreErrorFollowedUp,
    StoreErrorHandedOver,
)
from order.domain.care_words import (
    no_open_delay,
    not_accepted_yet,
    not_explained_yet,
    not_handed_over,
    not_the_stores_error,
    unknown_delay,
)
from order.domain.contract_words import contract_over, unknown_contract, unknown_line
from order.domain.deciding import Decision
from order.domain.situations import (
    Call,
    Cancelled,
    Complete,
    Contract,
    Course,
    Delay,
    FollowedUp,
    Fulfilled,
    Known,
    Unsigned,
    Waiting,
    delay_of,
    line_of,
)
from order.domain.texts import ContractNo, Note, Text


class ReportDelay(Command):
    """登记延期 (A4, A5), by hand: of one line, or (`line_no` 0) of the whole contract."""

    command: Literal["ReportDelay"] = "ReportDelay"
    contract_no: ContractNo
    line_no: Nth = 0
    fault: DelayFault
    eta: CivilDay | None = None
    reason: Text


class NotePost(Command):
    """已发群 (A4). `delay_id` None: all delays of the contract that the group had not been told of."""

    command: Literal["NotePost"] = "NotePost"
    contract_no: OptionalId
    delay_id: OptionalId | None = None
    note: Note = ""


class RemindPost(Command):
    """未按时发群 (K1)."""

    command: Literal["RemindPost"] = "RemindPost"
    delay_id: OptionalId


class ExplainDelay(Command):
    """致电说明 (A4). `delay_id` None: the call was about all delays that had not been explained."""

    command: Literal["ExplainDelay"] = "ExplainDelay"
    contract_no: OptionalId
    delay_id: OptionalId | None = None
    result: CallResult
    note: Note = ""
    called_by: OneLine | None = None


class HandOver(Command):
    """移交门店 (A5)."""

    command: Literal["HandOver"] = "HandOver"
    contract_no: ContractNo
    delay_id: Text
    reason: Text


class AcceptError(Command):
    """门店接收 (A5)."""

    command: Literal["AcceptError"] = "AcceptError"
    contract_no: ContractNo
    delay_id: Text
    note: Note = ""


class FollowUp(Command):
    """门店跟进 (A5); `settled`: nothing is left to do."""

    command: Literal["FollowUp"] = "FollowUp"
    contract_no: ContractNo
    delay_id: Text
    note: Text
    settled: bool = False


def report(command: ReportDelay, contract: Contract, ctx: Context) -> Decision:
    """A person says that goods come later, and whose fault it is; the store's own contract error is one, too.

    Rules: A4, A5, K1. The same again is no event. Refuses: unknown_contract, unknown_line, contract_cancelled,
    contract_fulfilled.
    """
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A4")
        case Cancelled() | Fulfilled():
            return contract_over(contract, "A4")
        case Waiting() | Complete():
            line = line_of(contract, command.line_no)
            if line is None and command.line_no != 0:
                return unknown_line(command.contract_no, command.line_no, "A4")
            said = (command.line_no, command.fault, command.eta, command.reason)
            if any((known.line_no, known.fault, known.eta, known.reason) == said for known in contract.course.delays):
                return ()
            at = command.at or ctx.now
            by_hand = sum(known.delay_id.startswith("H") for known in contract.course.delays)
            return (
                DelayNoticed(
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
    assert_never(contract)


def note_post(command: NotePost, contract: Contract, ctx: Context) -> Decision:
    """The group was told. Late is late, but told.

    Rules: A4, K1. Told already is no event. Refuses: unknown_contract, unknown_delay.
    """

    def posted(delay: Delay, at: datetime) -> OrderEvent | None:
        if delay.posted:
            return None
        return DelayPosted(
            at=at, contract_no=command.contract_no, delay_id=delay.delay_id, due=delay.post_due, note=command.note
        )

    return _on_delays(command.contract_no, command.delay_id, contract, posted, command.at or ctx.now)


def remind_post(command: RemindPost, contract: Contract, ctx: Context) -> Decision:  # noqa: ARG001 - one signature
    """The time in which the group was to be told has passed.

    Rules: K1. Told meanwhile, or over: no event.
    """
    match contract:
        case Unsigned() | Cancelled() | Fulfilled():
            return ()
        case Waiting() | Complete():
            delay = delay_of(contract, command.delay_id)
            if delay is None or not _owes_post(delay) or delay.post_due is None:
                return ()
            return (
                DelayPostOverdue(
                    at=delay.post_due,
                    contract_no=contract.terms.contract_no,
                    delay_id=delay.delay_id,
                    due=delay.post_due,
                ),
            )
    assert_never(contract)


def explain(command: ExplainDelay, contract: Contract, ctx: Context) -> Decision:
    """Somebody called the customer about a delay; what came of the call is recorded, reached or not.

    Rules: A4. A delay that was explained stays explained; the same call again is no event.
    Refuses: unknown_contract, unknown_delay.
    """

    def explained(delay: Delay, at: datetime) -> OrderEvent | None:
        if delay.is_explained() or Call(command.result, at) in delay.calls:
            return None
        return DelayExplained(
            at=at,
            contract_no=command.contract_no,
            delay_id=delay.delay_id,
            result=command.result,
            note=command.note,
            called_by=command.called_by or ctx.by,
        )

    return _on_delays(command.contract_no, command.delay_id, contract, explained, command.at or ctx.now)


def hand_over(command: HandOver, contract: Contract, ctx: Context) -> Decision:
    """The store follows its own error up from here on; the customer has had a first explanation.

    Rules: A5. Handed over already is no event. Refuses: unknown_contract, unknown_delay, contract_cancelled,
    contract_fulfilled, not_the_stores_error, not_explained_yet.
    """
    match found := _delay(command.contract_no, command.delay_id, contract):
        case Rejected():
            return found
        case (_, delay) if delay.handed_over:
            return ()
        case (known, _) if isinstance(known, Cancelled | Fulfilled):
            return contract_over(known, "A5")
        case (_, delay) if delay.fault != "store":
            return not_the_stores_error(delay.delay_id, delay.fault)
        case (_, delay) if not delay.is_explained():
            return not_explained_yet(delay.delay_id)
        case (known, delay):
            return (
                StoreErrorHandedOver(
                    at=command.at or ctx.now,
                    contract_no=command.contract_no,
                    delay_id=delay.delay_id,
                    store_code=known.terms.store_code,
                    customer=known.terms.customer,
                    reason=command.reason,
                    handed_by=ctx.by,
                ),
            )
    assert_never(found)


def accept(command: AcceptError, contract: Contract, ctx: Context) -> Decision:
    """The store takes its error over.

    Rules: A5. Accepted already is no event. Refuses: unknown_contract, unknown_delay, not_handed_over.
    """
    match found := _delay(command.contract_no, command.delay_id, contract):
        case Rejected():
            return found
        case (_, delay) if delay.accepted:
            return ()
        case (_, delay) if not delay.handed_over:
            return not_handed_over(delay.delay_id)
        case (known, delay):
            return (
                StoreErrorAccepted(
                    at=command.at or ctx.now,
                    contract_no=command.contract_no,
                    delay_id=delay.delay_id,
                    store_code=known.terms.store_code,
                    accepted_by=ctx.by,
                    note=command.note,
                ),
            )
    assert_never(found)


def follow_up(command: FollowUp, contract: Contract, ctx: Context) -> Decision:
    """The store says what it did about its error.

    Rules: A5. Settled already, or the same again, is no event.
    Refuses: unknown_contract, unknown_delay, not_accepted_yet.
    """
    at = command.at or ctx.now
    match found := _delay(command.contract_no, command.delay_id, contract):
        case Rejected():
            return found
        case (_, delay) if delay.settled or FollowedUp(command.note, at) in delay.followed_up:
            return ()
        case (_, delay) if not delay.accepted:
            return not_accepted_yet(delay.delay_id)
        case (known, delay):
            return (
                StoreErrorFollowedUp(
                    at=at,
                    contract_no=command.contract_no,
                    delay_id=delay.delay_id,
                    store_code=known.terms.store_code,
                    followed_by=ctx.by,
                    note=command.note,
                    settled=command.settled,
                ),
            )
    assert_never(found)


def posts_due(course: Course) -> Iterable[Timer]:
    """What is still owed to the group (K1)."""
    return [
        Timer(f"post/{delay.delay_id}", delay.post_due, RemindPost(delay_id=delay.delay_id))
        for delay in course.delays
        if delay.post_due is not None and _owes_post(delay)
    ]


def _owes_post(delay: Delay) -> bool:
    return delay.post_due is not None and not delay.posted and not delay.overdue


def _delay(contract_no: str, delay_id: str, contract: Contract) -> tuple[Known, Delay] | Rejected:
    if isinstance(contract, Unsigned):
        return unknown_contract(contract_no, "A4")
    delay = delay_of(contract, delay_id)
    return unknown_delay(contract_no, delay_id) if delay is None else (contract, delay)


def _on_delays(
    contract_no: str,
    delay_id: str | None,
    contract: Contract,
    said: Callable[[Delay, datetime], OrderEvent | None],
    at: datetime,
) -> Decision:
    """One delay, or all of them, and what is said of each; None says nothing new."""
    if delay_id is not None:
        found = _delay(contract_no, delay_id, contract)
        if isinstance(found, Rejected):
            return found
        event = said(found[1], at)
        return () if event is None else (event,)
    if isinstance(contract, Unsigned):
        return unknown_contract(contract_no, "A4")
    if not contract.course.delays:
        return no_open_delay(contract_no)
    return tuple(event for delay in contract.course.delays if (event := said(delay, at)) is not None)
