"""Registering a contract, changing it until it is loaded, cancelling it until it is delivered (A1, A6)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts import order as facts
from contracts.bounds import CivilDay, Nth, OneLine
from contracts.civil_time import civil_day, end_of_day
from contracts.fact import ContractLine, Customer, GoodsLine, Measure
from contracts.spelling import StoreCode
from order.contract.as_sold import ToldLine, changed, in_pieces, resized
from order.contract.fields import MAX_FEN, MAX_LINES, MAX_PIECES, MAX_TEXT, ContractNo, SoldLine, Text
from order.contract.fulfilment import outcome, rest_owed
from order.contract.goods import complete_on, completeness, owed_pieces, said
from order.contract.state import (
    Cancelled,
    Complete,
    Contract,
    Decision,
    Fulfilled,
    Known,
    Line,
    Lines,
    Open,
    Terms,
    Unsigned,
    Waiting,
    all_delivered,
    any_delivered,
    over,
    owed_fen,
    unknown_line,
)
from order.refusals import no
from order.who import AMENDS, REGISTERS, STORE
from runtime.decision import Command, Rejected, said_again
from runtime.refusal import Term
from runtime.use_case import Asker, Born, UseCase

NewLines = Annotated[tuple[SoldLine, ...], Field(max_length=MAX_LINES)]
ToldLines = Annotated[tuple[ToldLine, ...], Field(max_length=MAX_LINES)]
DueFen = Annotated[int, Field(ge=0, le=MAX_FEN)]


class RegisterContract(Command):
    """登记合同 Register a contract (A1)

    Enters the contract into the customer file; SMS 1 follows. The same again changes nothing.
    """

    command: Literal["RegisterContract"] = "RegisterContract"
    contract_no: ContractNo
    store_code: StoreCode
    store_name: OneLine
    signed_on: CivilDay
    customer: Customer
    promised_on: CivilDay
    amount_due_fen: DueFen
    lines: Annotated[tuple[SoldLine, ...], Field(min_length=1, max_length=MAX_LINES)]


class AddLines(Command):
    """补充合同行 (A6): lines that belong to a contract already known."""

    command: Literal["AddLines"] = "AddLines"
    contract_no: ContractNo
    lines: Annotated[tuple[SoldLine, ...], Field(min_length=1, max_length=MAX_LINES)]
    reason: Text


class _Amends(Command):
    """What an amendment says besides lines."""

    reason: Text
    remove: Annotated[tuple[Nth, ...], Field(max_length=MAX_LINES)] = ()
    customer: Customer | None = None
    promised_on: CivilDay | None = None
    amount_due_fen: DueFen | None = None


class AmendContract(_Amends):
    """变更合同: lines in base pieces."""

    command: Literal["AmendContract"] = "AmendContract"
    contract_no: ContractNo
    add: NewLines = ()
    change: NewLines = ()


class Amendment(_Amends):
    """变更合同 Amend a contract (A6)

    Lines, customer, an earlier promised date, the amount; until its goods are loaded, with the reason. What is left out
    stays as it is. `add`: new lines, in the unit of their sale as at the registration (D14); `change`: lines as they
    are to be; `remove`: line numbers. Of what the customer has nothing changes.
    """

    add: ToldLines = ()
    change: ToldLines = ()


class CancelContract(Command):
    """取消合同 Cancel a contract (A6)

    Until the customer has goods of it, with the reason; slots, goods and tickets are released.
    """

    command: Literal["CancelContract"] = "CancelContract"
    contract_no: ContractNo
    reason: Text


class ContractTold(RegisterContract):
    """登记合同 Register a contract (A1)

    Enters the contract into the customer file; SMS 1 follows. The same again changes nothing. What is sold in boxes or
    ㎡ becomes pieces by the product file (D14).
    """

    lines: Annotated[tuple[ToldLine, ...], Field(min_length=1, max_length=MAX_LINES)]


async def as_told(asker: Asker, _: str, body: ContractTold) -> RegisterContract:
    """In pieces (D14). A store registers its own contracts only (C18)."""
    if asker.role in STORE and asker.store != body.store_code:
        asker.refuse(no("not_your_store", store=asker.store), 403)
    lines = await in_pieces(asker, body.lines)
    return RegisterContract.model_validate({**dict(body), "lines": lines})


async def amendment_of(asker: Asker, contract_no: str, body: Amendment) -> AmendContract:
    """In pieces, as the product file counts them: a new line knows its boxes and lots as one of the first day (D13,
    D14)."""
    lines = {"add": await in_pieces(asker, body.add), "change": await changed(asker, contract_no, body.change)}
    return AmendContract.model_validate({**dict(body), **lines, "contract_no": contract_no})


def register(command: RegisterContract, contract: Contract, ctx: Context) -> Decision:
    """Enter a contract into the customer file.

    Rules: A1. The same again, or part of it, is no event. Refuses: bad_line, bad_customer, bad_dates, future_signing,
    contract_contradicts (its terms differ), contract_has_other_lines (a known contract gets lines by AddLines).
    """
    if isinstance(contract, Unsigned):
        flaw = (
            _line_flaw(command.lines)
            or _customer_flaw(command.customer)
            or _dates_flaw(command.signed_on, command.promised_on)
            or _signed_flaw(command.signed_on, civil_day(ctx.now))
        )
        return (_signing(command, ctx),) if flaw is None else flaw
    terms = _terms_of(command)
    if contract.terms != terms:
        differing = "、".join(contract.terms.differing(terms))
        return no("contract_contradicts", contract_no=command.contract_no, differing=differing)
    known = {line.sold.line_no: line.sold for line in contract.lines}
    others = "、".join(str(line.line_no) for line in command.lines if not is_same(known.get(line.line_no), line))
    return no("contract_has_other_lines", contract_no=command.contract_no, lines=others) if others else ()


def _signing(command: RegisterContract, ctx: Context) -> facts.ContractSigned:
    return facts.ContractSigned(
        at=command.at or ctx.now,
        contract_no=command.contract_no,
        store_code=command.store_code,
        store_name=command.store_name,
        signed_on=command.signed_on,
        customer=command.customer,
        promised_on=command.promised_on,
        amount_due_fen=command.amount_due_fen,
        lines=tuple(sorted(command.lines, key=lambda line: line.line_no)),
        promise_due=end_of_day(command.promised_on),
    )


def _terms_of(said: RegisterContract | facts.ContractSigned) -> Terms:
    return Terms(
        said.contract_no,
        said.store_code,
        said.store_name,
        said.signed_on,
        said.customer,
        said.promised_on,
        said.amount_due_fen,
    )


def add_lines(command: AddLines, contract: Known, ctx: Context) -> Decision:
    """Add lines to a known contract, with the reason: what a contracts file does that has more than is registered.

    Rules: A6, A3 (a complete contract is so no longer). Lines that are there already are no event.
    Refuses: line_contradicts, and see `amend`.
    """
    if (flaw := _line_flaw(command.lines)) is not None:
        return flaw
    known = {line.sold.line_no: line.sold for line in contract.lines}
    for line in command.lines:
        if not is_same(known.get(line.line_no, line), line):
            return _line_contradicts(command.contract_no, known[line.line_no], line)
    new = tuple(line for line in command.lines if line.line_no not in known)
    amendment = AmendContract(at=command.at, contract_no=command.contract_no, reason=command.reason, add=new)
    return amend(amendment, contract, ctx) if new else ()


def amend(command: AmendContract, contract: Known, ctx: Context) -> Decision:
    """Change a contract that is not loaded yet, with the reason; of one that was delivered in part, what is owed still.

    Rules: A6, A3 (completeness follows the lines), A8 (a later date needs the customer's consent: `postpone`), A10
    (the rest of a partial delivery is loaded on its own; nothing left of it: its delivery is not needed). What is so
    already is no event. Refuses: contract_cancelled, contract_fulfilled, already_loaded, already_delivered, bad_line,
    bad_customer, bad_dates, unknown_line, line_was_removed, line_sku_fixed, no_line_left, too_many_lines,
    later_needs_consent, less_than_refunded (pieces that were paid back stay written on their line, A9, B15),
    line_delivered and less_than_delivered (what the customer has stays as he signed for it, A9).
    """
    if _holds(command, contract):
        return ()
    if isinstance(contract, Cancelled | Fulfilled):
        return over(contract, "A6")
    if any_delivered(contract) and all_delivered(contract.lines):
        return no("already_delivered", rule="A6", contract_no=command.contract_no)
    if contract.course.loaded:
        return no("already_loaded", contract_no=command.contract_no)
    flaw = _flaw(command, contract)
    return flaw if flaw is not None else _amended(command, contract, ctx)


def cancel(command: CancelContract, contract: Known, ctx: Context) -> Decision:
    """Cancel a contract of which the customer has nothing yet, with the reason.

    Rules: A6, X7. Cancelled already is no event. Refuses: already_delivered, contract_fulfilled, said_otherwise
    (cancelled for another reason).
    """
    match contract:
        case Cancelled():
            return said_again(contract.reason, command.reason)
        case Fulfilled():
            return over(contract, "A6")
        case Waiting() | Complete() if any_delivered(contract):
            return no("already_delivered", rule="A6", contract_no=command.contract_no)
        case Waiting() | Complete():
            return (
                facts.ContractCancelled(
                    at=command.at or ctx.now,
                    contract_no=command.contract_no,
                    store_code=contract.terms.store_code,
                    customer=contract.terms.customer,
                    lines=tuple(line.sold for line in contract.lines),
                    paid_fen=contract.course.paid_fen,
                    reason=command.reason,
                    unexplained=tuple(delay.delay_id for delay in contract.course.delays if not delay.is_explained()),
                    part=contract.course.part,
                ),
            )
    assert_never(contract)


def _amended_lines(lines: Lines, added: Iterable[ContractLine], changed: Iterable[ContractLine]) -> Lines:
    """Lines after an amendment, without looking at those that were removed; in order of their numbers."""
    new = {line.line_no: line for line in changed}
    kept = tuple(replace(line, sold=new.get(line.sold.line_no, line.sold)) for line in lines)
    return tuple(sorted((*kept, *map(Line, added)), key=lambda line: line.sold.line_no))


def _amended(command: AmendContract, contract: Open, ctx: Context) -> Decision:
    """The amendment, and what it means for completeness; who knows the contract as complete is told of all of it."""
    at = command.at or ctx.now
    known = {line.sold.line_no: line.sold for line in contract.lines}
    added = tuple(line for line in command.add if not is_same(known.get(line.line_no), line))
    changed = tuple(
        line.model_copy(update={"measure": _measure_of(line, known[line.line_no])})
        for line in command.change
        if not is_same(known[line.line_no], line)
    )
    removed = tuple(line_no for line_no in command.remove if line_no in known)
    left = tuple(line for line in contract.lines if line.sold.line_no not in removed)
    lines = _amended_lines(left, added, changed)
    terms = _terms(command, contract.terms)
    moved = terms.promised_on != contract.terms.promised_on
    owes_other = terms.amount_due_fen != contract.terms.amount_due_fen
    event = facts.ContractAmended(
        at=at,
        contract_no=command.contract_no,
        added=added,
        reason=command.reason,
        changed=changed,
        removed=removed,
        lines=tuple(line.sold for line in lines),
        customer=terms.customer if terms.customer != contract.terms.customer else None,
        promised_on=terms.promised_on if moved else None,
        promise_due=end_of_day(terms.promised_on) if moved else None,
        amount_due_fen=terms.amount_due_fen if owes_other else None,
        owed_fen=owed_fen(terms, contract.course) if owes_other else None,
        part=contract.course.part,
        fewer=_fewer(contract, lines),
    )
    after = evolve(contract, event)
    on = complete_on(lines)
    if on is not None and isinstance(after, Complete) and owed_pieces(lines):
        news = said(after, on, at, ctx, command.reason)
    else:
        news = completeness(after, lines, at, ctx, command.reason)
    rest = rest_owed(after, at, command.reason)
    return (event, *rest, *news, *outcome(after, lines, after.course, at, ctx.policy))


def _measure_of(line: ContractLine, before: ContractLine) -> Measure | None:
    """How a changed line is sold: as before, of another number of pieces (D14)."""
    if line.measure not in {None, before.measure} or before.measure is None:
        return line.measure
    return before.measure if line.quantity == before.quantity else resized(before.measure, line.quantity)


def _fewer(contract: Open, lines: Lines) -> tuple[GoodsLine, ...]:
    """Lines of which less is owed than before, each with what is owed still (A9)."""
    owed = {line.sold.line_no: line.owed() for line in lines}
    return tuple(
        GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=owed.get(line.line_no, 0))
        for line, before in ((one.sold, one.owed()) for one in contract.lines)
        if owed.get(line.line_no, 0) < before
    )


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
        all(is_same(known.get(line.line_no), line) for line in (*command.add, *command.change))
        and all(line_no in dropped for line_no in command.remove)
        and _terms(command, contract.terms) == contract.terms
    )


def _flaw(command: AmendContract, contract: Open) -> Rejected | None:
    """What is wrong with an amendment of an open contract."""
    number = command.contract_no
    known = {line.sold.line_no: line.sold for line in contract.lines}
    dropped = {line.sold.line_no for line in contract.dropped}
    if (flaw := _line_flaw((*command.add, *command.change))) is not None:
        return flaw
    if command.customer is not None and (flaw := _customer_flaw(command.customer)) is not None:
        return flaw
    for line in command.add:
        if line.line_no in dropped:
            return no("line_was_removed", contract_no=number, line_no=line.line_no)
        if not is_same(known.get(line.line_no, line), line):
            return _line_contradicts(number, known[line.line_no], line)
    for line in command.change:
        if line.line_no not in known or line.line_no in command.remove:
            return unknown_line(contract, line.line_no, "A6")
        if line.sku != (sku := known[line.line_no].sku):
            return no("line_sku_fixed", contract_no=number, line_no=line.line_no, sku=sku)
    if (flaw := _below_refunded(command, contract) or _delivered_flaw(command, contract)) is not None:
        return flaw
    for line_no in command.remove:
        if line_no not in known and line_no not in dropped:
            return unknown_line(contract, line_no, "A6")
    after = (known.keys() - set(command.remove)) | {line.line_no for line in command.add}
    if not after:
        return no("no_line_left", contract_no=number)
    if len(after) > MAX_LINES:
        return no("too_many_lines", contract_no=number, most=MAX_LINES)
    if command.promised_on is not None:
        if (flaw := _dates_flaw(contract.terms.signed_on, command.promised_on)) is not None:
            return flaw
        if command.promised_on > (promised_on := contract.terms.promised_on):
            return no("later_needs_consent", promised_on=promised_on, wanted=command.promised_on)
    return None


def _below_refunded(command: AmendContract, contract: Open) -> Rejected | None:
    """Fewer pieces than were paid back: ordered is never less than refunded (A9)."""
    wanted = {line.line_no: line.quantity for line in command.change} | dict.fromkeys(command.remove, 0)
    for line in contract.lines:
        if line.refunded > wanted.get(line.sold.line_no, line.refunded):
            return no(
                "less_than_refunded",
                line_no=line.sold.line_no,
                name=Term.of(line.sold.name),
                refunded=line.refunded,
                wanted=wanted[line.sold.line_no],
            )
    return None


def _delivered_flaw(command: AmendContract, contract: Open) -> Rejected | None:
    """What the customer has signed for stays as it was sold: of such a line only the pieces change that are owed still
    (A9, A10)."""
    wanted = {line.line_no: line for line in command.change}
    for line in contract.lines:
        number, told = line.sold.line_no, wanted.get(line.sold.line_no)
        if not line.delivered or (number not in command.remove and (told is None or is_same(line.sold, told))):
            continue
        name, has = Term.of(line.sold.name), line.delivered
        if told is None or not line.owed() or not is_same(line.sold, _of_quantity(told, line.sold.quantity)):
            return no("line_delivered", line_no=number, name=name, delivered=has, owed=line.owed())
        if told.quantity < (least := has + line.refunded):
            return no("less_than_delivered", line_no=number, name=name, delivered=has, least=least)
    return None


def _of_quantity(line: ContractLine, quantity: int) -> ContractLine:
    return line.model_copy(update={"quantity": quantity})


def is_same(known: ContractLine | None, told: ContractLine) -> bool:
    """Whether a line is sold already as it is told, whatever was known of its product then (D14)."""
    return known is not None and known.model_copy(update={"measure": told.measure}) == told


def _line_contradicts(contract_no: str, known: ContractLine, told: ContractLine) -> Rejected:
    names = {
        "sku": "型号",
        "name": "品名",
        "spec": "规格",
        "category": "类别",
        "quantity": "数量",
        "unit_price_fen": "单价",
        "to_install": "需安装",
    }
    differing = "、".join(zh for name, zh in names.items() if getattr(known, name) != getattr(told, name))
    return no("line_contradicts", contract_no=contract_no, line_no=told.line_no, differing=differing)


def _customer_flaw(customer: Customer) -> Rejected | None:
    """What is wrong with a contract's customer (A1)."""
    for field, text in (
        (Term("客户姓名", "customer name"), customer.name),
        (Term("电话", "phone"), customer.phone),
        (Term("地址", "address"), customer.address),
        (Term("区域", "district"), customer.district),
    ):
        if not text.strip() or len(text) > MAX_TEXT:
            return no("bad_customer", field=field, most=Term.of(MAX_TEXT))
    return None


def _dates_flaw(signed_on: date, promised_on: date) -> Rejected | None:
    return no("bad_dates", promised_on=promised_on, signed_on=signed_on) if promised_on < signed_on else None


def _signed_flaw(signed_on: date, today: date) -> Rejected | None:
    """Nothing is signed tomorrow."""
    return None if signed_on <= today else no("future_signing", signed_on=signed_on, today=today)


def _line_flaw(lines: Iterable[ContractLine]) -> Rejected | None:
    """The first line that is no line of a contract (A1): number, quantity, price, texts; a number twice."""
    return next(_line_flaws(lines), None)


def _line_flaws(lines: Iterable[ContractLine]) -> Iterator[Rejected]:
    seen: set[int] = set()
    for line in lines:
        number, texts = line.line_no, (line.sku, line.name, line.spec, line.category)
        if number in seen:
            yield no("line_twice", line_no=number)
        elif not 1 <= number <= MAX_PIECES:
            yield no("line_number", line_no=number, most=Term.of(MAX_PIECES))
        elif not 1 <= line.quantity <= MAX_PIECES:
            yield no("line_quantity", line_no=number, most=Term.of(MAX_PIECES))
        elif not 0 <= line.unit_price_fen <= MAX_FEN:
            yield no("line_price", line_no=number)
        elif not (line.sku.strip() and line.name.strip() and line.category.strip()):
            yield no("line_lacks_text", line_no=number)
        elif max(map(len, texts)) > MAX_TEXT:
            yield no("line_text_too_long", line_no=number, most=Term.of(MAX_TEXT))
        seen.add(number)


Event = facts.ContractAmended | facts.ContractCancelled


def signed(event: facts.ContractSigned) -> Waiting:
    """A contract as it begins."""
    lines = tuple(Line(line) for line in event.lines)
    return Waiting(_terms_of(event), lines)


def evolve(contract: Known, event: Event) -> Known:
    """The contract after its terms changed."""
    match event:
        case facts.ContractCancelled():
            return Cancelled(contract.terms, contract.lines, contract.dropped, contract.course, event.reason)
        case facts.ContractAmended():
            gone = tuple(line for line in contract.lines if line.sold.line_no in event.removed)
            left = tuple(line for line in contract.lines if line.sold.line_no not in event.removed)
            terms, course = contract.terms, contract.course
            if event.promised_on is not None:
                course = replace(course, promise_broken=False)
            changed = replace(
                terms,
                customer=event.customer or terms.customer,
                promised_on=event.promised_on or terms.promised_on,
                amount_due_fen=terms.amount_due_fen if event.amount_due_fen is None else event.amount_due_fen,
            )
            return replace(
                contract,
                terms=changed,
                lines=_amended_lines(left, event.added, event.changed),
                dropped=(*contract.dropped, *gone),
                course=course,
            )
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, facts.OrderEvent], ...] = (
    UseCase(
        RegisterContract,
        register,
        REGISTERS,
        "",
        body=ContractTold,
        born=Born("contract_no"),
        prepare=as_told,
        status=201,
    ),
    UseCase(AddLines, add_lines, cites="A6"),
    UseCase(AmendContract, amend, AMENDS, "amendments", body=Amendment, prepare=amendment_of, cites="A6"),
    UseCase(CancelContract, cancel, AMENDS, "cancellation", body="Cancellation", cites="A6"),
)
