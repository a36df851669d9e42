"""货 Goods of one contract: what is expected, what came, what was damaged, what left (D2, D4, D8).

One aggregate per contract number, `goods:HT26030001`. For every line the pieces in the warehouse are
arrived - damaged there - issued, and never below zero; the pieces outside are issued - damaged outside.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal, assert_never

from pydantic import Field, StringConstraints

from contracts.decision import Command, Context, Rejected, Timer
from contracts.fact import Customer, GoodsLine
from contracts.inventory import (
    DamageReported,
    Fault,
    GoodsArrived,
    GoodsExpected,
    GoodsIssued,
    Place,
)
from inventory.domain.goods_words import (
    arrival_contradicts,
    bad_quantity,
    damage_contradicts,
    issue_names_line_twice,
    list_contradicts,
    not_enough_here,
    not_enough_outside,
    nothing_to_issue,
    sku_differs,
    unknown_contract,
    unknown_line,
)

MAX_PIECES = 999_999  # pieces of one line; more is a slip of the keyboard
IN_WAREHOUSE: tuple[Place, ...] = ("inbound", "loading")

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


def goods_id(contract_no: str) -> str:
    """Aggregate id of a contract's goods."""
    return f"goods:{contract_no}"


# --- commands -----------------------------------------------------------------------------------------------------


class ExpectGoods(Command):
    """待到货: a contract was signed, or got more lines. `customer` may be left out when it is known."""

    command: Literal["ExpectGoods"] = "ExpectGoods"
    contract_no: str
    customer: Customer | None
    lines: tuple[GoodsLine, ...]


class ReceiveGoods(Command):
    """收货 (D2, A2). `told_by`: the company's logistics file, or the warehouse by hand."""

    command: Literal["ReceiveGoods"] = "ReceiveGoods"
    contract_no: str
    line_no: int
    sku: Code
    quantity: int
    waybill: Code
    arrived_on: date
    told_by: Literal["file", "warehouse"]


class ReportDamage(Command):
    """报破损 (D4)."""

    command: Literal["ReportDamage"] = "ReportDamage"
    contract_no: str
    damage_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
    line_no: int
    quantity: int
    found: Place
    fault: Fault = "unknown"
    photos: Annotated[tuple[Annotated[str, StringConstraints(max_length=300)], ...], Field(max_length=20)] = ()
    note: Note = ""


class IssueGoods(Command):
    """出库 (D8, B9), by list."""

    command: Literal["IssueGoods"] = "IssueGoods"
    contract_no: str
    list_no: Code
    lines: tuple[GoodsLine, ...]


COMMANDS = ExpectGoods | ReceiveGoods | ReportDamage | IssueGoods
GoodsEvent = GoodsExpected | GoodsArrived | DamageReported | GoodsIssued

# --- states -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrival:
    """Pieces that came with one waybill."""

    waybill: str
    quantity: int
    arrived_on: date


@dataclass(frozen=True, slots=True)
class Stock:
    """One line: what is expected (`line`, with the quantity sold) and where its pieces are."""

    line: GoodsLine
    arrivals: tuple[Arrival, ...] = ()
    damaged_here: int = 0
    damaged_outside: int = 0
    issued: int = 0

    @property
    def here(self) -> int:
        """Good pieces in the warehouse."""
        return sum(arrival.quantity for arrival in self.arrivals) - self.damaged_here - self.issued

    @property
    def outside(self) -> int:
        """Good pieces that left: on the road or at the customer's."""
        return self.issued - self.damaged_outside


@dataclass(frozen=True, slots=True)
class Damage:
    """A damage report that was taken."""

    damage_id: str
    line_no: int
    quantity: int
    found: Place


@dataclass(frozen=True, slots=True)
class Issue:
    """A list by which goods left: pieces per line number."""

    list_no: str
    pieces: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Unexpected:
    """Nobody has told the warehouse of this contract."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The warehouse knows what belongs to the contract."""

    contract_no: str
    customer: Customer
    stock: tuple[Stock, ...]
    damages: tuple[Damage, ...] = ()
    issues: tuple[Issue, ...] = ()


Goods = Unexpected | Expected
INITIAL: Goods = Unexpected()
STATES = (Unexpected, Expected)
Decision = tuple[GoodsEvent, ...] | Rejected

# --- decisions ----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, goods: Goods, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb."""
    match command:
        case ExpectGoods():
            return expect(command, goods, ctx)
        case ReceiveGoods():
            return receive(command, goods, ctx)
        case ReportDamage():
            return report_damage(command, goods, ctx)
        case IssueGoods():
            return issue(command, goods, ctx)
    assert_never(command)


def expect(command: ExpectGoods, goods: Goods, ctx: Context) -> Decision:
    """Expect a contract's lines. Lines that are expected already are no event; only the new ones are told.

    Refuses: unknown_contract (more lines for a contract whose customer nobody told).
    """
    match goods:
        case Unexpected():
            customer, lines = command.customer, command.lines
        case Expected():
            known = {stock.line.line_no for stock in goods.stock}
            customer, lines = goods.customer, tuple(line for line in command.lines if line.line_no not in known)
        case _:
            assert_never(goods)
    if customer is None:
        return unknown_contract(command.contract_no)
    if not lines:
        return ()
    return (
        GoodsExpected(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            customer=customer,
            lines=lines,
        ),
    )


def receive(command: ReceiveGoods, goods: Goods, ctx: Context) -> Decision:
    """Pieces of a line lie in the warehouse. More than expected is taken: the goods are there (D9).

    Rules: A3, D2; A2 (by policy, a row of the file is no receipt where everything is checked by hand: then no event).
    Once per line and waybill. Refuses: unknown_contract, unknown_line, sku_differs, bad_quantity, arrival_contradicts.
    """
    if command.told_by == "file" and not ctx.policy.arrival_rows_receive:
        return ()
    match goods:
        case Unexpected():
            return unknown_contract(command.contract_no)
        case Expected():
            stock = _stock(goods, command.line_no)
            if stock is None:
                return unknown_line(command.contract_no, command.line_no)
            if stock.line.sku != command.sku:
                return sku_differs(command.contract_no, stock.line, command.sku)
            arrival = Arrival(command.waybill, command.quantity, command.arrived_on)
            for known in stock.arrivals:
                if known.waybill == arrival.waybill:
                    return (
                        ()
                        if known == arrival
                        else arrival_contradicts(command.line_no, known.quantity, arrival.waybill)
                    )
            if not 1 <= command.quantity <= MAX_PIECES:
                return bad_quantity(command.quantity, MAX_PIECES)
            return (
                GoodsArrived(
                    at=command.at or ctx.now,
                    contract_no=command.contract_no,
                    line_no=command.line_no,
                    sku=stock.line.sku,
                    name=stock.line.name,
                    quantity=command.quantity,
                    waybill=command.waybill,
                    arrived_on=command.arrived_on,
                ),
            )
    assert_never(goods)


def report_damage(command: ReportDamage, goods: Goods, ctx: Context) -> Decision:
    """Pieces are damaged and count no longer: those in the warehouse, or those that left, by where it was found.

    Rules: D4. Once per damage report. Refuses: unknown_contract, unknown_line, bad_quantity, damage_contradicts,
    not_enough_here, not_enough_outside.
    """
    match goods:
        case Unexpected():
            return unknown_contract(command.contract_no)
        case Expected():
            damage = Damage(command.damage_id, command.line_no, command.quantity, command.found)
            for known in goods.damages:
                if known.damage_id == damage.damage_id:
                    return () if known == damage else damage_contradicts(command.damage_id)
            stock = _stock(goods, command.line_no)
            if stock is None:
                return unknown_line(command.contract_no, command.line_no)
            if not 1 <= command.quantity <= MAX_PIECES:
                return bad_quantity(command.quantity, MAX_PIECES)
            if command.found in IN_WAREHOUSE and command.quantity > stock.here:
                return not_enough_here("D4", stock.line, stock.here, command.quantity)
            if command.found not in IN_WAREHOUSE and command.quantity > stock.outside:
                return not_enough_outside(stock.line, stock.outside, command.quantity)
            return (
                DamageReported(
                    at=command.at or ctx.now,
                    damage_id=command.damage_id,
                    contract_no=command.contract_no,
                    customer=goods.customer,
                    line_no=command.line_no,
                    sku=stock.line.sku,
                    name=stock.line.name,
                    quantity=command.quantity,
                    found=command.found,
                    fault=command.fault,
                    photos=command.photos,
                    note=command.note,
                ),
            )
    assert_never(goods)


def issue(command: IssueGoods, goods: Goods, ctx: Context) -> Decision:
    """Pieces leave the warehouse by list, all of it or nothing of it.

    Rules: D8 (never below zero), B9. Once per list. Refuses: unknown_contract, unknown_line, nothing_to_issue,
    issue_names_line_twice, not_enough_here, list_contradicts.
    """
    pieces = {line.line_no: line.quantity for line in command.lines if line.quantity}
    match goods:
        case Unexpected():
            return unknown_contract(command.contract_no)
        case Expected():
            for known in goods.issues:
                if known.list_no == command.list_no:
                    return () if known.pieces == pieces else list_contradicts(command.list_no)
            if not pieces:
                return nothing_to_issue(command.contract_no)
            if len({line.line_no for line in command.lines}) < len(command.lines):
                return issue_names_line_twice(command.list_no)
            for line_no, quantity in pieces.items():
                stock = _stock(goods, line_no)
                if stock is None:
                    return unknown_line(command.contract_no, line_no)
                if not 0 <= quantity <= stock.here:
                    return not_enough_here("D8", stock.line, stock.here, quantity)
            return (
                GoodsIssued(
                    at=command.at or ctx.now,
                    contract_no=command.contract_no,
                    list_no=command.list_no,
                    lines=tuple(line for line in command.lines if line.quantity),
                ),
            )
    assert_never(goods)


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(goods: Goods, event: GoodsEvent) -> Goods:
    """The goods after an event."""
    match event:
        case GoodsExpected():
            more = tuple(Stock(line) for line in event.lines)
            if isinstance(goods, Expected):
                return replace(goods, stock=(*goods.stock, *more))
            return Expected(event.contract_no, event.customer, more)
        case GoodsArrived():
            arrival = Arrival(event.waybill, event.quantity, event.arrived_on)
            return _on_line(goods, event.line_no, lambda stock: replace(stock, arrivals=(*stock.arrivals, arrival)))
        case DamageReported():
            damage = Damage(event.damage_id, event.line_no, event.quantity, event.found)
            noted = replace(goods, damages=(*goods.damages, damage)) if isinstance(goods, Expected) else goods
            return _on_line(noted, event.line_no, lambda stock: _damaged(stock, event))
        case GoodsIssued():
            return _issued(goods, event)
    assert_never(event)


def due(goods: Goods) -> tuple[Timer, ...]:  # noqa: ARG001 - every aggregate has the same three functions
    """Nothing of a contract's goods falls due by itself yet."""
    return ()


def _stock(goods: Expected, line_no: int) -> Stock | None:
    return next((stock for stock in goods.stock if stock.line.line_no == line_no), None)


def _on_line(goods: Goods, line_no: int, change: Callable[[Stock], Stock]) -> Goods:
    if isinstance(goods, Unexpected):
        return goods
    return replace(goods, stock=tuple(change(x) if x.line.line_no == line_no else x for x in goods.stock))


def _damaged(stock: Stock, event: DamageReported) -> Stock:
    if event.found in IN_WAREHOUSE:
        return replace(stock, damaged_here=stock.damaged_here + event.quantity)
    return replace(stock, damaged_outside=stock.damaged_outside + event.quantity)


def _issued(goods: Goods, event: GoodsIssued) -> Goods:
    if isinstance(goods, Unexpected):
        return goods
    pieces = {line.line_no: line.quantity for line in event.lines}
    stock = tuple(replace(x, issued=x.issued + pieces.get(x.line.line_no, 0)) for x in goods.stock)
    return replace(goods, stock=stock, issues=(*goods.issues, Issue(event.list_no, pieces)))
