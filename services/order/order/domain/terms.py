"""Registering a contract, changing it until it is loaded, cancelling it until it is delivered (A1, A6)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Literal, assert_never

from pydantic import Field

from contracts.bounds import CivilDay, Nth, OneLine
from contracts.decision import Command, Context, Rejected
from contracts.fact import ContractLine, Customer
from contracts.order import ContractAmended, ContractCancelled, ContractSigned
from contracts.policy import civil_day, end_of_day
from order.domain.contract_words import (
    already_delivered,
    already_loaded,
    contract_contradicts,
    contract_has_other_lines,
    contract_over,
    customer_flaw,
    dates_flaw,
    later_needs_consent,
    line_contradicts,
    line_flaw,
    line_sku_fixed,
    line_was_removed,
    no_line_left,
    too_many_lines,
    unknown_contract,
    unknown_line,
)
from order.domain.deciding import Decision
from order.domain.goods import complete_on, completeness, said
from order.domain.situations import (
    Cancelled,
    Complete,
    Contract,
    Fulfilled,
    Known,
    Line,
    Lines,
    Open,
    Terms,
    Unsigned,
    Waiting,
    any_delivered,
    owed_fen,
)
from order.domain.texts import MAX_FEN, MAX_LINES, MAX_PIECES, ContractNo, Text

NewLines = Annotated[tuple[ContractLine, ...], Field(max_length=MAX_LINES)]
DueFen = Annotated[int, Field(ge=0, le=MAX_FEN)]


class RegisterContract(Command):
    """登记合同 (A1)."""

    command: Literal["RegisterContract"] = "RegisterContract"
    contract_no: ContractNo
    store_code: Annotated[str, Field(pattern=r"^[A-Z]{1,3}[0-9]{1,6}$", examples=["S02"])]
    store_name: OneLine
    signed_on: CivilDay
    customer: Customer
    promised_on: CivilDay
    amount_due_fen: DueFen
    lines: Annotated[tuple[ContractLine, ...], Field(min_length=1, max_length=MAX_LINES)]


class AddLines(Command):
    """补充合同行 (A6): lines that belong to a contract already known."""

    command: Literal["AddLines"] = "AddLines"
    contract_no: ContractNo
    lines: Annotated[tuple[ContractLine, ...], Field(min_length=1, max_length=MAX_LINES)]
    reason: Text


class AmendContract(Command):
    """变更合同 (A6): what is left out stays as it is. `change`: lines as they are to be; `remove`: line numbers."""

    command: Literal["AmendContract"] = "AmendContract"
    contract_no: ContractNo
    reason: Text
    add: NewLines = ()
    change: NewLines = ()
    remove: Annotated[tuple[Nth, ...], Field(max_length=MAX_LINES)] = ()
    customer: Customer | None = None
    promised_on: CivilDay | None = None
    amount_due_fen: DueFen | None = None


class CancelContract(Command):
    """取消合同 (A6)."""

    command: Literal["CancelContract"] = "CancelContract"
    contract_no: ContractNo
    reason: Text


def register(command: RegisterContract, contract: Contract, ctx: Context) -> Decision:
    """Enter a contract into the customer file.

    Rules: A1. The same again, or part of it, is no event. Refuses: bad_line, bad_customer, bad_dates,
    contract_contradicts (its terms differ), contract_has_other_lines (a known contract gets lines by AddLines).
    """
    flaw = (
        line_flaw(command.lines, MAX_PIECES, MAX_FEN)
        or customer_flaw(command.customer)
        or dates_flaw(command.signed_on, command.promised_on)
    )
    terms = Terms(
        command.contract_no,
        command.store_code,
        command.store_name,
        command.signed_on,
        command.customer,
        command.promised_on,
        command.amount_due_fen,
    )
    match contract:
        case Unsigned() if flaw is not None:
            return flaw
        case Unsigned():
            return (
                ContractSigned(
                    at=command.at or ctx.now,
                    contract_no=command.contract_no,
                    store_code=command.store_code,
                    store_name=command.store_name,
                    signed_on=command.signed_on,
                    customer=command.customer,
                    promised_on=command.promised_on,
                    amount_due_fen=command.amount_due_fen,
                    lines=tuple(sorted(command.lines, key=lambda line: line.line_no)),
                    promise_due=promise_due(command.promised_on, ctx),
                ),
            )
        case Waiting() | Complete() | Cancelled() | Fulfilled() if contract.terms != terms:
            return contract_contradicts(command.contract_no, contract.terms.differing(terms))
        case Waiting() | Complete() | Cancelled() | Fulfilled():
            known = {line.sold.line_no: line.sold for line in contract.lines}
            others = [line.line_no for line in command.lines if known.get(line.line_no) != line]
            return contract_has_other_lines(command.contract_no, others) if others else ()
    assert_never(contract)


def add_lines(command: AddLines, contract: Contract, ctx: Context) -> Decision:
    """Add lines to a known contract, with the reason: what a contracts file does that has more than is registered.

    Rules: A6, A3 (a complete contract is so no longer). Lines that are there already are no event.
    Refuses: unknown_contract, line_contradicts, and see `amend`.
    """
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A6")
        case Waiting() | Complete() | Cancelled() | Fulfilled():
            if (flaw := line_flaw(command.lines, MAX_PIECES, MAX_FEN)) is not None:
                return flaw
            known = {line.sold.line_no: line.sold for line in contract.lines}
            for line in command.lines:
                if known.get(line.line_no, line) != line:
                    return line_contradicts(command.contract_no, known[line.line_no], line)
            new = tuple(line for line in command.lines if line.line_no not in known)
            amendment = AmendContract(at=command.at, contract_no=command.contract_no, reason=command.reason, add=new)
            return amend(amendment, contract, ctx) if new else ()
    assert_never(contract)


def amend(command: AmendContract, contract: Contract, ctx: Context) -> Decision:
    """Change a contract that is not loaded yet, with the reason.

    Rules: A6, A3 (completeness follows the lines), A8 (a later date needs the customer's consent: `postpone`). What is
    so already is no event. Refuses: unknown_contract, contract_cancelled, contract_fulfilled, already_loaded,
    already_delivered, bad_line, bad_customer, bad_dates, unknown_line, line_was_removed, line_sku_fixed,
    no_line_left, too_many_lines, later_needs_consent.
    """
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A6")
        case Cancelled() | Fulfilled():
            return () if _holds(command, contract) else contract_over(contract, "A6")
        case Waiting() | Complete() if _holds(command, contract):
            return ()
        case Waiting() | Complete() if contract.course.loaded:
            return already_loaded(command.contract_no)
        case Waiting() | Complete() if any_delivered(contract):
            return already_delivered(command.contract_no, "A6")
        case Waiting() | Complete():
            flaw = _flaw(command, contract)
            return flaw if flaw is not None else _amended(command, contract, ctx)
    assert_never(contract)


def cancel(command: CancelContract, contract: Contract, ctx: Context) -> Decision:
    """Cancel a contract of which the customer has nothing yet, with the reason.

    Rules: A6. Cancelled already is no event. Refuses: unknown_contract, already_delivered, contract_fulfilled.
    """
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A6")
        case Cancelled():
            return ()
        case Fulfilled():
            return contract_over(contract, "A6")
        case Waiting() | Complete() if any_delivered(contract):
            return already_delivered(command.contract_no, "A6")
        case Waiting() | Complete():
            return (
                ContractCancelled(
                    at=command.at or ctx.now,
                    contract_no=command.contract_no,
                    store_code=contract.terms.store_code,
                    customer=contract.terms.customer,
                    lines=tuple(line.sold for line in contract.lines),
                    paid_fen=contract.course.paid_fen,
                    reason=command.reason,
                    unexplained=tuple(delay.delay_id for delay in contract.course.delays if not delay.is_explained()),
                ),
            )
    assert_never(contract)


def promise_due(promised_on: date, ctx: Context) -> datetime | None:
    """When the promised time passes (A8); None when it has passed already: there is nothing left to warn of."""
    due = end_of_day(promised_on)
    return due if due > ctx.now else None


def amended_lines(lines: Lines, added: Iterable[ContractLine], changed: Iterable[ContractLine]) -> Lines:
    """Lines after an amendment, without looking at those that were removed; in order of their numbers."""
    new = {line.line_no: line for line in changed}
    kept = tuple(replace(line, sold=new.get(line.sold.line_no, line.sold)) for line in lines)
    return tuple(sorted((*kept, *map(Line, added)), key=lambda line: line.sold.line_no))


def _amended(command: AmendContract, contract: Open, ctx: Context) -> Decision:
    """The amendment, and what it means for completeness; who knows the contract as complete is told of all of it."""
    at = command.at or ctx.now
    known = {line.sold.line_no: line.sold for line in contract.lines}
    added = tuple(line for line in command.add if known.get(line.line_no) != line)
    changed = tuple(line for line in command.change if known[line.line_no] != line)
    removed = tuple(line_no for line_no in command.remove if line_no in known)
    left = tuple(line for line in contract.lines if line.sold.line_no not in removed)
    lines = amended_lines(left, added, changed)
    terms = _terms(command, contract.terms)
    moved = terms.promised_on != contract.terms.promised_on
    owes_other = terms.amount_due_fen != contract.terms.amount_due_fen
    event = ContractAmended(
        at=at,
        contract_no=command.contract_no,
        added=added,
        reason=command.reason,
        changed=changed,
        removed=removed,
        lines=tuple(line.sold for line in lines),
        customer=terms.customer if terms.customer != contract.terms.customer else None,
        promised_on=terms.promised_on if moved else None,
        promise_due=promise_due(terms.promised_on, ctx) if moved else None,
        amount_due_fen=terms.amount_due_fen if owes_other else None,
        owed_fen=owed_fen(terms, contract.course) if owes_other else None,
    )
    on = complete_on(lines)
    if on is not None and isinstance(contract, Complete):
        return (event, *said(replace(contract, terms=terms, lines=lines), on, at, ctx, command.reason))
    return (event, *completeness(replace(contract, terms=terms), lines, at, ctx, command.reason))


def _terms(command: AmendContract, terms: Terms) -> Terms:
    return replace(
        terms,
        customer=command.customer or terms.customer,
        promised_on=command.promised_on or terms.promised_on,
        amount_due_fen=terms.amount_due_fen if command.amount_due_fen is None else command.amount_due_fen,
    )


def _holds(command: AmendContract, contract: Known) -> bool:
    """Whether the contract is already as the command wants it."""
    known = {line.sold.line_no: line.sold for line in contract.lines}
    dropped = {line.sold.line_no for line in contract.dropped}
    return (
        all(known.get(line.line_no) == line for line in (*command.add, *command.change))
        and all(line_no in dropped for line_no in command.remove)
        and _terms(command, contract.terms) == contract.terms
    )


def _flaw(command: AmendContract, contract: Open) -> Rejected | None:
    """What is wrong with an amendment of an open contract."""
    no = command.contract_no
    known = {line.sold.line_no: line.sold for line in contract.lines}
    dropped = {line.sold.line_no for line in contract.dropped}
    if (flaw := line_flaw((*command.add, *command.change), MAX_PIECES, MAX_FEN)) is not None:
        return flaw
    if command.customer is not None and (flaw := customer_flaw(command.customer)) is not None:
        return flaw
    for line in command.add:
        if line.line_no in dropped:
            return line_was_removed(no, line.line_no)
        if known.get(line.line_no, line) != line:
            return line_contradicts(no, known[line.line_no], line)
    for line in command.change:
        if line.line_no not in known or line.line_no in command.remove:
            return unknown_line(no, line.line_no, "A6")
        if line.sku != known[line.line_no].sku:
            return line_sku_fixed(no, known[line.line_no])
    for line_no in command.remove:
        if line_no not in known and line_no not in dropped:
            return unknown_line(no, line_no, "A6")
    after = (known.keys() - set(command.remove)) | {line.line_no for line in command.add}
    if not after:
        return no_line_left(no)
    if len(after) > MAX_LINES:
        return too_many_lines(no, MAX_LINES)
    if command.promised_on is not None:
        if (flaw := dates_flaw(contract.terms.signed_on, command.promised_on)) is not None:
            return flaw
        if command.promised_on > contract.terms.promised_on:
            return later_needs_consent(contract.terms.promised_on, command.promised_on)
    return None


def is_late(promised_on: date, at: datetime) -> bool:
    """Whether the promised day had passed at that moment (A8)."""
    return civil_day(at) > promised_on
