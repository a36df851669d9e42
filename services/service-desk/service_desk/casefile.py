"""A contract's casefile (合同卷宗): its tickets and repairs, so that repeat repairs are found (C8), and open tickets
fall away with a cancelled contract (A6). Fed by reactions; it only remembers and compares."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from company.context import Context
from contracts.bounds import ManyLines, Moment, Nth, OneLine, OptionalId
from contracts.service_desk import CasefileEvent
from contracts.service_desk_care import OpenTicketsListed, RepairFiled, RepeatRepairSeen, TicketFiled, TicketUnfiled
from contracts.service_desk_tickets import TicketKind
from contracts.spelling import OptionalSku
from runtime.aggregate import Aggregate
from runtime.decision import Command
from runtime.use_case import UseCase
from service_desk.ticket.part import counts_as_repeat

COMES_BACK = frozenset({"installation", "repair", "maintenance", "parts"})
"""Kinds of a problem with the product itself, which can come back (C8)."""


class FileTicket(Command):
    """工单归卷; also when it is reopened."""

    command: Literal["FileTicket"] = "FileTicket"
    contract_no: OptionalId
    ticket_id: OptionalId
    kind: TicketKind
    sku: OptionalSku = ""
    product: OneLine
    problem: ManyLines
    fault_code: OneLine = ""
    received_at: Moment


class FileRepair(Command):
    """维修归卷."""

    command: Literal["FileRepair"] = "FileRepair"
    contract_no: OptionalId
    ticket_id: OptionalId
    visit_no: Nth
    technician: OneLine


class UnfileTicket(Command):
    """工单离卷: closed or cancelled."""

    command: Literal["UnfileTicket"] = "UnfileTicket"
    contract_no: OptionalId
    ticket_id: OptionalId
    reason: Literal["closed", "cancelled"]


class RefileTicket(Command):
    """工单重新受理: it is open again."""

    command: Literal["RefileTicket"] = "RefileTicket"
    contract_no: OptionalId
    ticket_id: OptionalId


class ListOpenTickets(Command):
    """合同取消 (A6): which tickets are open?"""

    command: Literal["ListOpenTickets"] = "ListOpenTickets"
    contract_no: OptionalId
    reason: ManyLines = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """A visit that repaired."""

    visit_no: int
    technician: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Filed:
    """A ticket in the casefile."""

    ticket_id: str
    kind: TicketKind
    sku: str
    product: str
    problem: str
    fault_code: str
    received_at: datetime
    open: bool = True
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class Casefile:
    """All of a contract. `seen`: tickets that are known to repeat an earlier one, with that one; `cancelled_at`: when
    the contract was cancelled, and why."""

    tickets: tuple[Filed, ...] = ()
    seen: tuple[tuple[str, str], ...] = ()
    cancelled_at: datetime | None = None
    cancelled_because: str = ""


def file_ticket(command: FileTicket, casefile: Casefile, ctx: Context) -> tuple[CasefileEvent, ...]:
    """A ticket belongs to the contract. Seen with it: that it repeats what was repaired before (C8); that it came in
    before the contract was cancelled, and is heard of after that (A6)."""
    at = command.at or ctx.now
    known = _filed(casefile, command.ticket_id)
    if known is not None and known.open and known.sku == command.sku and known.product == command.product:
        return ()
    filed = TicketFiled(
        at=at,
        contract_no=command.contract_no,
        ticket_id=command.ticket_id,
        kind=command.kind,
        sku=command.sku,
        product=command.product,
        problem=command.problem,
        fault_code=command.fault_code,
        received_at=command.received_at,
    )
    new = _with_filed(casefile, filed)
    repeats = _repeats(new, command.contract_no, at, ctx)
    cancelled = casefile.cancelled_at
    if cancelled is None or command.received_at > cancelled or known is not None:
        return (filed, *repeats)
    listed = OpenTicketsListed(
        at=at,
        contract_no=command.contract_no,
        ticket_ids=(command.ticket_id,),
        reason=casefile.cancelled_because,
    )
    return (filed, *repeats, listed)


def file_repair(command: FileRepair, casefile: Casefile, ctx: Context) -> tuple[CasefileEvent, ...]:
    """A visit repaired. Told late, it may show that a ticket which came in meanwhile is a repeat (C8, X1)."""
    at = command.at or ctx.now
    known = _filed(casefile, command.ticket_id)
    if known is None or any(repair.visit_no == command.visit_no for repair in known.repairs):
        return ()
    filed = RepairFiled(
        at=at,
        contract_no=command.contract_no,
        ticket_id=command.ticket_id,
        visit_no=command.visit_no,
        technician=command.technician,
        repaired_at=at,
    )
    return (filed, *_repeats(_with_repair(casefile, filed), command.contract_no, at, ctx))


def unfile_ticket(command: UnfileTicket, casefile: Casefile, ctx: Context) -> tuple[CasefileEvent, ...]:
    """A ticket is not open any more; what it repaired stays on file."""
    known = _filed(casefile, command.ticket_id)
    if known is None or not known.open:
        return ()
    unfiled = TicketUnfiled(
        at=command.at or ctx.now, contract_no=command.contract_no, ticket_id=command.ticket_id, reason=command.reason
    )
    return (unfiled,)


def refile_ticket(command: RefileTicket, casefile: Casefile, ctx: Context) -> tuple[CasefileEvent, ...]:
    """A ticket is open again."""
    known = _filed(casefile, command.ticket_id)
    if known is None or known.open:
        return ()
    return (
        TicketFiled(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            ticket_id=known.ticket_id,
            kind=known.kind,
            sku=known.sku,
            product=known.product,
            problem=known.problem,
            fault_code=known.fault_code,
            received_at=known.received_at,
        ),
    )


def list_open_tickets(command: ListOpenTickets, casefile: Casefile, ctx: Context) -> tuple[CasefileEvent, ...]:
    """The contract is cancelled: its open tickets are asked, one by one, whether they fall away (A6)."""
    if casefile.cancelled_at is not None:
        return ()
    open_ones = tuple(filed.ticket_id for filed in casefile.tickets if filed.open)
    listed = OpenTicketsListed(
        at=command.at or ctx.now, contract_no=command.contract_no, ticket_ids=open_ones, reason=command.reason
    )
    return (listed,)


def _repeats(casefile: Casefile, contract_no: str, at: datetime, ctx: Context) -> tuple[RepeatRepairSeen, ...]:
    """Tickets that repeat an earlier repair, as far as nobody has seen it yet: the latest repair before each counts."""
    found = []
    for later in casefile.tickets:
        if any(ticket_id == later.ticket_id for ticket_id, _ in casefile.seen):
            continue
        earlier = _latest_before(casefile, later, ctx.policy.repeat_repair_days)
        if earlier is not None:
            filed, repair = earlier
            found.append(
                RepeatRepairSeen(
                    at=max(at, later.received_at),
                    contract_no=contract_no,
                    ticket_id=later.ticket_id,
                    earlier_ticket=filed.ticket_id,
                    earlier_visit_no=repair.visit_no,
                    earlier_visit_technician=repair.technician,
                    repaired_at=repair.at,
                    days=ctx.policy.repeat_repair_days,
                )
            )
    return tuple(found)


def _latest_before(casefile: Casefile, later: Filed, days: int) -> tuple[Filed, Repair] | None:
    repairs = [
        (filed, repair)
        for filed in casefile.tickets
        if filed.ticket_id != later.ticket_id and is_same_problem(filed, later)
        for repair in filed.repairs
        if counts_as_repeat(repair.at, later.received_at, days)
    ]
    return max(repairs, key=lambda pair: (pair[1].at, pair[0].ticket_id), default=None)


def is_same_problem(one: Filed, other: Filed) -> bool:
    """The same problem on the same product (C8): by sku and fault code where both have them, else by their words."""
    if not {one.kind, other.kind} <= COMES_BACK:
        return False
    same_product = one.sku == other.sku if one.sku and other.sku else _plain(one.product) == _plain(other.product)
    if one.fault_code and other.fault_code:
        return same_product and one.fault_code == other.fault_code
    return same_product and _plain(one.problem) == _plain(other.problem)


def _plain(text: str) -> str:
    """Words without case, spaces and marks."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def evolve(casefile: Casefile, event: CasefileEvent) -> Casefile:
    """The casefile after an event."""
    match event:
        case TicketFiled():
            return _with_filed(casefile, event)
        case RepairFiled():
            return _with_repair(casefile, event)
        case TicketUnfiled():
            return _changed(casefile, event.ticket_id, open_=False)
        case RepeatRepairSeen():
            return replace(casefile, seen=(*casefile.seen, (event.ticket_id, event.earlier_ticket)))
        case OpenTicketsListed():
            if casefile.cancelled_at is not None:
                return casefile
            return replace(casefile, cancelled_at=event.at, cancelled_because=event.reason)
    assert_never(event)


def _filed(casefile: Casefile, ticket_id: str) -> Filed | None:
    return next((filed for filed in casefile.tickets if filed.ticket_id == ticket_id), None)


def _with_filed(casefile: Casefile, event: TicketFiled) -> Casefile:
    known = _filed(casefile, event.ticket_id)
    filed = Filed(
        ticket_id=event.ticket_id,
        kind=event.kind,
        sku=event.sku,
        product=event.product,
        problem=event.problem,
        fault_code=event.fault_code,
        received_at=event.received_at,
        repairs=() if known is None else known.repairs,
    )
    others = tuple(other for other in casefile.tickets if other.ticket_id != event.ticket_id)
    return replace(casefile, tickets=(*others, filed))


def _with_repair(casefile: Casefile, event: RepairFiled) -> Casefile:
    known = _filed(casefile, event.ticket_id)
    if known is None:
        return casefile
    repairs = (*known.repairs, Repair(event.visit_no, event.technician, event.repaired_at))
    return _changed(casefile, event.ticket_id, repairs=repairs)


def _changed(
    casefile: Casefile, ticket_id: str, *, open_: bool | None = None, repairs: tuple[Repair, ...] | None = None
) -> Casefile:
    tickets = tuple(
        replace(
            filed,
            open=filed.open if open_ is None else open_,
            repairs=filed.repairs if repairs is None else repairs,
        )
        if filed.ticket_id == ticket_id
        else filed
        for filed in casefile.tickets
    )
    return replace(casefile, tickets=tickets)


CASEFILE = Aggregate[Casefile, CasefileEvent](
    "casefile",
    Casefile(),
    (Casefile,),
    evolve,
    (
        UseCase(FileTicket, file_ticket),
        UseCase(FileRepair, file_repair),
        UseCase(UnfileTicket, unfile_ticket),
        UseCase(RefileTicket, refile_ticket),
        UseCase(ListOpenTickets, list_open_tickets),
    ),
)
"""Nothing is refused: what is told again changes nothing."""
