"""合同 Contract: what was sold, what the logistics file tells of it, and the day on which it is complete (货齐).

One aggregate per contract number, `contract:HT26030001`. A contract waits for goods or is complete; goods come in
parts, out of order, late and damaged, and the answer is the same whatever order the news comes in (A3, X1).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Annotated, Literal, assert_never

from pydantic import Field, StringConstraints

from contracts.decision import Command, Context, Rejected, Timer
from contracts.fact import ContractLine, Customer
from contracts.order import (
    ArrivalReported,
    CompletenessLost,
    ContractAmended,
    ContractSigned,
    DamageNoted,
    DelayNoticed,
    GoodsCompleted,
    GoodsNoted,
    OrderEvent,
    ShipmentAnnounced,
)
from contracts.policy import civil
from order.domain.completeness_rules import lacking, reached_on
from order.domain.contract_words import (
    bad_quantity,
    contract_contradicts,
    contract_has_other_lines,
    damage_contradicts,
    line_contradicts,
    line_flaw,
    receipt_contradicts,
    row_contradicts,
    sku_differs,
    terms_flaw,
    too_many_lines,
    unknown_contract,
    unknown_line,
)

MAX_LINES = 500  # lines of one contract; its event must stay far below what a Kafka record may hold
MAX_PIECES = 999_999  # pieces of one line or row; more is a slip of the keyboard
MAX_FEN = 100_000_000_000  # one milliard yuan, as in the files

ContractNo = Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{6,12}$", examples=["HT26030001"])]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Waybill = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{3,39}$", examples=["YD4814463648"])]


def contract_id(contract_no: str) -> str:
    """Aggregate id of a contract."""
    return f"contract:{contract_no}"


# --- commands -----------------------------------------------------------------------------------------------------


class RegisterContract(Command):
    """登记合同 (A1)."""

    command: Literal["RegisterContract"] = "RegisterContract"
    contract_no: ContractNo
    store_code: Annotated[str, Field(pattern=r"^[A-Z]{1,3}[0-9]{1,6}$", examples=["S02"])]
    store_name: Note
    signed_on: date
    customer: Customer
    promised_on: date
    amount_due_fen: Annotated[int, Field(ge=0, le=MAX_FEN)]
    lines: Annotated[tuple[ContractLine, ...], Field(min_length=1, max_length=MAX_LINES)]


class AddLines(Command):
    """补充合同行 (A6): lines that belong to a contract already known."""

    command: Literal["AddLines"] = "AddLines"
    contract_no: ContractNo
    lines: Annotated[tuple[ContractLine, ...], Field(min_length=1, max_length=MAX_LINES)]
    reason: Text


class AnnounceShipment(Command):
    """已发货 (A2)."""

    command: Literal["AnnounceShipment"] = "AnnounceShipment"
    contract_no: ContractNo
    line_no: int
    sku: Text
    quantity: int
    waybill: Waybill
    carrier: Note
    eta: date | None = None


class NoticeDelay(Command):
    """延期 (A2, A4)."""

    command: Literal["NoticeDelay"] = "NoticeDelay"
    contract_no: ContractNo
    line_no: int
    sku: Text
    waybill: Waybill
    carrier: Note
    eta: date | None = None
    reason: Note = ""


class ReportArrival(Command):
    """已到仓 (A2)."""

    command: Literal["ReportArrival"] = "ReportArrival"
    contract_no: ContractNo
    line_no: int
    sku: Text
    quantity: int
    waybill: Waybill
    carrier: Note
    arrived_on: date


class NoteGoods(Command):
    """到货入合同 (A3): the warehouse has received pieces."""

    command: Literal["NoteGoods"] = "NoteGoods"
    contract_no: str
    line_no: int
    quantity: int
    waybill: str
    arrived_on: date


class NoteDamage(Command):
    """破损入合同 (D4, A3): the warehouse has been told of damage."""

    command: Literal["NoteDamage"] = "NoteDamage"
    contract_no: str
    line_no: int
    damage_id: str
    quantity: int
    in_warehouse: bool


COMMANDS = RegisterContract | AddLines | AnnounceShipment | NoticeDelay | ReportArrival | NoteGoods | NoteDamage
FileRow = AnnounceShipment | NoticeDelay | ReportArrival

# --- states -------------------------------------------------------------------------------------------------------

Status = Literal["announced", "delayed", "arrived"]


@dataclass(frozen=True, slots=True)
class Told:
    """What the logistics file said of one waybill; `on`: the day it named (expected or actual arrival)."""

    status: Status
    waybill: str
    quantity: int
    on: date | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Pieces that came into the warehouse with one waybill."""

    waybill: str
    quantity: int
    arrived_on: date


@dataclass(frozen=True, slots=True)
class Damage:
    """Pieces that do not count any more."""

    damage_id: str
    quantity: int
    in_warehouse: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A contract line and what became of it."""

    sold: ContractLine
    told: tuple[Told, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    damages: tuple[Damage, ...] = ()

    def reached_on(self) -> date | None:
        """The day by which all its pieces lay in the warehouse, undamaged."""
        return reached_on(self.sold.quantity, ((r.arrived_on, r.quantity) for r in self.receipts), self._damaged())

    def lacking(self) -> int:
        """Pieces that are missing."""
        return lacking(self.sold.quantity, sum(receipt.quantity for receipt in self.receipts), self._damaged())

    def _damaged(self) -> int:
        return sum(damage.quantity for damage in self.damages if damage.in_warehouse)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the contract says besides its lines."""

    contract_no: str
    store_code: str
    store_name: str
    signed_on: date
    customer: Customer
    promised_on: date
    amount_due_fen: int

    def differing(self, other: "Terms") -> tuple[str, ...]:
        """Which of them another version of the contract says otherwise, in words."""
        pairs = (
            ("门店", (self.store_code, self.store_name), (other.store_code, other.store_name)),
            ("签订日期", self.signed_on, other.signed_on),
            ("客户", self.customer, other.customer),
            ("承诺日期", self.promised_on, other.promised_on),
            ("未付金额", self.amount_due_fen, other.amount_due_fen),
        )
        return tuple(name for name, one, another in pairs if one != another)


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Nobody has told us of this contract."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """待货: at least one line lacks pieces."""

    terms: Terms
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Complete:
    """货齐 since `on`."""

    terms: Terms
    lines: tuple[Line, ...]
    on: date


Signed = Waiting | Complete
Contract = Unsigned | Waiting | Complete
INITIAL: Contract = Unsigned()
STATES = (Unsigned, Waiting, Complete)
Decision = tuple[OrderEvent, ...] | Rejected

# --- decisions ----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, contract: Contract, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb."""
    match command:
        case RegisterContract():
            return register(command, contract, ctx)
        case AddLines():
            return add_lines(command, contract, ctx)
        case AnnounceShipment():
            return announce(command, contract, ctx)
        case NoticeDelay():
            return notice_delay(command, contract, ctx)
        case ReportArrival():
            return report_arrival(command, contract, ctx)
        case NoteGoods():
            return note_goods(command, contract, ctx)
        case NoteDamage():
            return note_damage(command, contract, ctx)
    assert_never(command)


def register(command: RegisterContract, contract: Contract, ctx: Context) -> Decision:
    """Enter a contract into the customer file.

    Rules: A1. The same again, or part of it, is no event. Refuses: bad_line, bad_customer, bad_dates,
    contract_contradicts (its terms differ), contract_has_other_lines (a known contract gets lines by AddLines).
    """
    flaw = line_flaw(command.lines, MAX_PIECES, MAX_FEN) or terms_flaw(
        command.customer, command.signed_on, command.promised_on
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
                ),
            )
        case Waiting() | Complete() if contract.terms != terms:
            return contract_contradicts(command.contract_no, contract.terms.differing(terms))
        case Waiting() | Complete():
            known = {line.sold.line_no: line.sold for line in contract.lines}
            others = [line.line_no for line in command.lines if known.get(line.line_no) != line]
            return contract_has_other_lines(command.contract_no, others) if others else ()
    assert_never(contract)


def add_lines(command: AddLines, contract: Contract, ctx: Context) -> Decision:
    """Add lines to a known contract, with the reason.

    Rules: A6, A3 (a complete contract is so no longer). Lines that are there already are no event.
    Refuses: unknown_contract, bad_line, line_contradicts, too_many_lines.
    """
    flaw = line_flaw(command.lines, MAX_PIECES, MAX_FEN)
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A6")
        case Waiting() | Complete() if flaw is not None:
            return flaw
        case Waiting() | Complete():
            known = {line.sold.line_no: line.sold for line in contract.lines}
            for line in command.lines:
                if known.get(line.line_no, line) != line:
                    return line_contradicts(command.contract_no, known[line.line_no], line)
            added = tuple(line for line in command.lines if line.line_no not in known)
            if not added:
                return ()
            if len(known) + len(added) > MAX_LINES:
                return too_many_lines(command.contract_no, MAX_LINES)
            amended = ContractAmended(
                at=command.at or ctx.now, contract_no=command.contract_no, added=added, reason=command.reason
            )
            lines = (*contract.lines, *(Line(line) for line in added))
            return (amended, *_completeness(contract, lines, command.at or ctx.now, ctx, "合同增加了行"))
    assert_never(contract)


def announce(command: AnnounceShipment, contract: Contract, ctx: Context) -> Decision:
    """The file says that goods are on their way.

    Rules: A2 (once per line, waybill and status). Refuses: see `_told`.
    """
    told = Told("announced", command.waybill, command.quantity, command.eta)
    line = _told(command, contract, told, least=1)
    if line is None or isinstance(line, Rejected):
        return line or ()
    return (
        ShipmentAnnounced(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            line_no=command.line_no,
            sku=command.sku,
            quantity=command.quantity,
            waybill=command.waybill,
            carrier=command.carrier,
            eta=command.eta,
        ),
    )


def notice_delay(command: NoticeDelay, contract: Contract, ctx: Context) -> Decision:
    """The file says that goods come later.

    Rules: A2, A4 (once per line, waybill and status). Refuses: see `_told`.
    """
    line = _told(command, contract, Told("delayed", command.waybill, 0, command.eta), least=0)
    if line is None or isinstance(line, Rejected):
        return line or ()
    return (
        DelayNoticed(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            line_no=command.line_no,
            sku=command.sku,
            waybill=command.waybill,
            carrier=command.carrier,
            eta=command.eta,
            reason=command.reason,
        ),
    )


def report_arrival(command: ReportArrival, contract: Contract, ctx: Context) -> Decision:
    """The file says that goods lie in the warehouse. More than was sold is taken too: the goods are there (D9).

    Rules: A2 (once per line, waybill and status). Refuses: see `_told`.
    """
    line = _told(command, contract, Told("arrived", command.waybill, command.quantity, command.arrived_on), least=1)
    if line is None or isinstance(line, Rejected):
        return line or ()
    return (
        ArrivalReported(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            line_no=command.line_no,
            sku=command.sku,
            name=line.sold.name,
            quantity=command.quantity,
            waybill=command.waybill,
            carrier=command.carrier,
            arrived_on=command.arrived_on,
        ),
    )


def note_goods(command: NoteGoods, contract: Contract, ctx: Context) -> Decision:
    """The warehouse received pieces: does that make the contract complete, or on another day than thought?

    Rules: A3, X1. Once per line and waybill. Refuses: unknown_contract, unknown_line, receipt_contradicts.
    """
    at = command.at or ctx.now
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A3")
        case Waiting() | Complete():
            line = _line(contract, command.line_no)
            if line is None:
                return unknown_line(command.contract_no, command.line_no, "A3")
            receipt = Receipt(command.waybill, command.quantity, command.arrived_on)
            for known in line.receipts:
                if known.waybill == receipt.waybill:
                    return () if known == receipt else receipt_contradicts(command.line_no, command.waybill)
            noted = GoodsNoted(
                at=at,
                contract_no=command.contract_no,
                line_no=command.line_no,
                quantity=command.quantity,
                arrived_on=command.arrived_on,
                waybill=command.waybill,
            )
            lines = _with_receipt(contract.lines, command.line_no, receipt)
            return (noted, *_completeness(contract, lines, at, ctx, "到货有变"))
    assert_never(contract)


def note_damage(command: NoteDamage, contract: Contract, ctx: Context) -> Decision:
    """Pieces were found damaged: does the contract lack them now?

    Rules: D4, A3. What is damaged after it left the warehouse takes nothing from completeness: it had been complete.
    Once per damage report. Refuses: unknown_contract, unknown_line, damage_contradicts.
    """
    at = command.at or ctx.now
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "D4")
        case Waiting() | Complete():
            line = _line(contract, command.line_no)
            if line is None:
                return unknown_line(command.contract_no, command.line_no, "D4")
            damage = Damage(command.damage_id, command.quantity, command.in_warehouse)
            for known in line.damages:
                if known.damage_id == damage.damage_id:
                    return () if known == damage else damage_contradicts(command.damage_id)
            noted = DamageNoted(
                at=at,
                contract_no=command.contract_no,
                line_no=command.line_no,
                damage_id=command.damage_id,
                quantity=command.quantity,
                in_warehouse=command.in_warehouse,
            )
            lines = _with_damage(contract.lines, command.line_no, damage)
            return (noted, *_completeness(contract, lines, at, ctx, "破损"))
    assert_never(contract)


def _told(command: FileRow, contract: Contract, told: Told, *, least: int) -> Line | Rejected | None:
    """The line that a row of the logistics file tells of, or None when it was told before (A2).

    Refuses: unknown_contract, unknown_line, sku_differs, bad_quantity, row_contradicts.
    """
    match contract:
        case Unsigned():
            return unknown_contract(command.contract_no, "A2")
        case Waiting() | Complete():
            line = _line(contract, command.line_no)
            if line is None:
                return unknown_line(command.contract_no, command.line_no, "A2")
            if line.sold.sku != command.sku:
                return sku_differs(command.contract_no, line.sold, command.sku)
            if not least <= told.quantity <= MAX_PIECES:
                return bad_quantity(told.quantity, least, MAX_PIECES)
            for known in line.told:
                if (known.status, known.waybill) == (told.status, told.waybill):
                    return None if known == told else row_contradicts(command.line_no, told.waybill)
            return line
    assert_never(contract)


def _completeness(
    contract: Signed, lines: tuple[Line, ...], at: datetime, ctx: Context, reason: str
) -> tuple[GoodsCompleted | CompletenessLost, ...]:
    """What the new state of the lines means for completeness (A3): gained, lost, moved to another day, or nothing."""
    days = [line.reached_on() for line in lines]
    reached = [day for day in days if day is not None]
    was_on = contract.on if isinstance(contract, Complete) else None
    on = max(reached) if len(reached) == len(days) else None
    if on == was_on:
        return ()
    terms = contract.terms
    if on is None:
        short = lines[days.index(None)]
        return (
            CompletenessLost(
                at=at,
                contract_no=terms.contract_no,
                line_no=short.sold.line_no,
                quantity=short.lacking(),
                reason=reason,
            ),
        )
    return (
        GoodsCompleted(
            at=max(at, min(civil(on, time()), ctx.now)),  # news of an earlier part can come last
            contract_no=terms.contract_no,
            store_code=terms.store_code,
            customer=terms.customer,
            promised_on=terms.promised_on,
            amount_due_fen=terms.amount_due_fen,
            lines=tuple(line.sold for line in lines),
            complete_on=on,
        ),
    )


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(contract: Contract, event: OrderEvent) -> Contract:
    """The contract after an event."""
    match event:
        case ContractSigned():
            terms = Terms(
                event.contract_no,
                event.store_code,
                event.store_name,
                event.signed_on,
                event.customer,
                event.promised_on,
                event.amount_due_fen,
            )
            return Waiting(terms, tuple(Line(line) for line in event.lines))
        case ContractAmended():
            return _with_lines(contract, lambda lines: (*lines, *(Line(line) for line in event.added)))
        case ShipmentAnnounced():
            announced = Told("announced", event.waybill, event.quantity, event.eta)
            return _with_lines(contract, lambda lines: _with_told(lines, event.line_no, announced))
        case DelayNoticed():
            delayed = Told("delayed", event.waybill, 0, event.eta)
            return _with_lines(contract, lambda lines: _with_told(lines, event.line_no, delayed))
        case ArrivalReported():
            arrived = Told("arrived", event.waybill, event.quantity, event.arrived_on)
            return _with_lines(contract, lambda lines: _with_told(lines, event.line_no, arrived))
        case GoodsNoted():
            receipt = Receipt(event.waybill, event.quantity, event.arrived_on)
            return _with_lines(contract, lambda lines: _with_receipt(lines, event.line_no, receipt))
        case DamageNoted():
            damage = Damage(event.damage_id, event.quantity, event.in_warehouse)
            return _with_lines(contract, lambda lines: _with_damage(lines, event.line_no, damage))
        case GoodsCompleted():
            return contract if isinstance(contract, Unsigned) else _complete(contract, event.complete_on)
        case CompletenessLost():
            return contract if isinstance(contract, Unsigned) else Waiting(contract.terms, contract.lines)
    assert_never(event)


def due(contract: Contract) -> tuple[Timer, ...]:  # noqa: ARG001 - every aggregate has the same three functions
    """Nothing of a contract falls due by itself yet."""
    return ()


Lines = tuple[Line, ...]


def _complete(contract: Signed, on: date) -> Complete:
    return Complete(contract.terms, contract.lines, on)


def _line(contract: Signed, line_no: int) -> Line | None:
    return next((line for line in contract.lines if line.sold.line_no == line_no), None)


def _with_lines(contract: Contract, change: Callable[[Lines], Lines]) -> Contract:
    return contract if isinstance(contract, Unsigned) else replace(contract, lines=change(contract.lines))


def _with_told(lines: Lines, line_no: int, told: Told) -> Lines:
    return tuple(replace(x, told=(*x.told, told)) if x.sold.line_no == line_no else x for x in lines)


def _with_receipt(lines: Lines, line_no: int, receipt: Receipt) -> Lines:
    return tuple(replace(x, receipts=(*x.receipts, receipt)) if x.sold.line_no == line_no else x for x in lines)


def _with_damage(lines: Lines, line_no: int, damage: Damage) -> Lines:
    return tuple(replace(x, damages=(*x.damages, damage)) if x.sold.line_no == line_no else x for x in lines)
