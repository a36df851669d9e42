"""What a contract can be, and what is known of it: its terms, its lines piece by piece, and its course so far."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from company.depots import MAIN
from contracts.fact import ContractLine, Customer, GoodsLine
from contracts.job_ids import is_delivery
from contracts.order import CallResult, DelayFault, OrderEvent
from order.contract.statements import Accepted, Handover, Moved, Payment, Pieces, Refund
from order.refusals import no
from runtime.decision import Rejected

Decision = tuple[OrderEvent, ...] | Rejected
"""What a command leads to."""

Status = Literal["announced", "delayed", "arrived"]


@dataclass(frozen=True, slots=True)
class Told:
    """What the logistics file said of one waybill; `on`: the day it named (expected or actual arrival)."""

    status: Status
    waybill: str
    quantity: int
    on: date | None
    carrier: str = field(default="", compare=False)
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Pieces that came into the warehouse with one waybill, of one lot."""

    waybill: str
    quantity: int
    arrived_on: date
    released: int = 0
    """Of them, given up for this contract (A6)."""
    lot: str = ""
    """批号 (D13); "" where nobody said it."""
    told_by: str = ""
    """The door by which the warehouse heard of it."""
    told_lot: str | None = None
    """The lot that was told first, where the check found another one."""

    @property
    def key(self) -> tuple[str, str, str, date]:
        """What tells one receipt of a line from another: parts of a waybill come on days of their own."""
        lot = self.lot if self.told_lot is None else self.told_lot
        return (self.waybill, lot, self.told_by, self.arrived_on)

    @property
    def kept(self) -> int:
        """Pieces that are the contract's still."""
        return self.quantity - self.released


@dataclass(frozen=True, slots=True)
class Damage:
    """Pieces that do not count any more."""

    damage_id: str
    quantity: int
    in_warehouse: bool
    lots: tuple[tuple[str, int], ...] = field(default=(), compare=False)
    """Pieces by lot, as far as anybody said (D13)."""

    def of_lot(self, lot: str) -> int:
        """Pieces that are off a lot: those said to be of it, and those of which nobody said the lot."""
        return self.quantity - sum(quantity for other, quantity in self.lots if other != lot)


@dataclass(frozen=True, slots=True)
class Warranty:
    """质保 of pieces of a line (A7): those of one delivery."""

    starts_on: date
    ends_on: date
    quantity: int


@dataclass(frozen=True, slots=True)
class Line:
    """A contract line and what became of it, in pieces."""

    sold: ContractLine
    told: tuple[Told, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    damages: tuple[Damage, ...] = ()
    delivered: int = 0
    delivered_on: date | None = None
    refunded: int = 0
    """Paid back: not owed any more (B15)."""
    at_door: int = 0
    """Broken at the door, and not taken (D4)."""
    broken_back: int = 0
    """Of what was reported as damaged outside, pieces that lie in the warehouse again (D3)."""
    warranties: tuple[Warranty, ...] = ()
    """Of what each delivery brought (A10)."""
    lots_agreed_on: date | None = None
    """The customer consented to several lots (D13) ..."""
    lots_agreed_by: str = ""
    """Who consented, and how."""
    lots_agreed: tuple[str, ...] = ()
    """... and these they are: of another one he is asked again."""
    lots_noted: tuple[str, ...] = ()
    """What was noted of its lots after they came, by number."""

    def reached_on(self) -> date | None:
        """The day by which all its pieces lay in the warehouse, undamaged (A3): of one lot, where it comes in lots, or
        of several to which the customer consented (D13)."""
        if not self.receipts:
            return None
        if not self.by_lot():
            return self._reached_on(self.receipts)
        since = self._one_lot_since()
        agreed = self._agreed_lots_since()
        if since is not None or agreed is None or self.lots_agreed_on is None:
            return since
        return max(agreed, self.lots_agreed_on)

    def asks_consent_since(self) -> date | None:
        """The day since which all its pieces are here, but of several lots to which the customer has not consented: he
        is to be asked (D13)."""
        if not self.by_lot() or self._one_lot_since() is not None or self._agreed_lots_since() is not None:
            return None
        return self._reached_on(self.receipts)

    def by_lot(self) -> bool:
        """Whether the product comes in lots of one shade (D13)."""
        return self.sold.measure is not None and self.sold.measure.by_lot

    def damaged_at(self) -> tuple[int, int]:
        """Damaged pieces by where they are now, as the warehouse counts them: in it, and outside (D4, D3)."""
        inside = sum(damage.quantity for damage in self.damages if damage.in_warehouse)
        outside = sum(damage.quantity for damage in self.damages if not damage.in_warehouse)
        back = min(outside, self.broken_back)
        return inside + back, outside - back

    def lots(self) -> dict[str, list[Receipt]]:
        """What came, by lot."""
        found: dict[str, list[Receipt]] = {}
        for receipt in self.receipts:
            found.setdefault(receipt.lot, []).append(receipt)
        return found

    def lacking(self) -> int:
        """Pieces that are missing (A3), whatever their lot."""
        return lacking(self.needed(), self.kept(), self._damaged())

    def _one_lot_since(self) -> date | None:
        """The first day on which one lot was enough."""
        days = (self._reached_on(receipts, lot) for lot, receipts in self.lots().items())
        return min((day for day in days if day is not None), default=None)

    def _agreed_lots_since(self) -> date | None:
        """The day by which the lots to which the customer consented were enough."""
        return self._reached_on((one for one in self.receipts if one.lot in self.lots_agreed), *self.lots_agreed)

    def _reached_on(self, receipts: Iterable[Receipt], *lots: str) -> date | None:
        """Of which lot a damaged piece was, somebody said; else it is taken off each of them."""
        damaged = self._damaged()
        if lots:
            inside = [damage for damage in self.damages if damage.in_warehouse]
            damaged = self.at_door + sum(min(damage.quantity, sum(map(damage.of_lot, lots))) for damage in inside)
        return reached_on(self.needed(), ((one.arrived_on, one.kept) for one in receipts), damaged)

    def needed(self) -> int:
        """Pieces that the customer is to have (A7)."""
        return max(0, self.sold.quantity - self.refunded)

    def owed(self) -> int:
        """Pieces that the customer is still to have (A9)."""
        return max(0, self.needed() - self.delivered)

    def kept(self) -> int:
        """Pieces that came and stayed the contract's, wherever and however they are now."""
        return sum(receipt.kept for receipt in self.receipts)

    def deliverable(self) -> int:
        """Of what is owed, good pieces that are here (A3)."""
        return max(0, min(self.owed(), self.kept() - self._damaged() - self.delivered))

    def to_come(self) -> int:
        """Of what is owed, pieces that never came: broken ones are owed by a damage report already (D4)."""
        return max(0, self.owed() - max(0, self.kept() - self.delivered))

    @property
    def per_box(self) -> int:
        """Pieces in a box; 1 where it is not packed in boxes (D14)."""
        return 1 if self.sold.measure is None else self.sold.measure.per_box

    def broken_and_owed(self) -> int:
        """Of what is owed, pieces that came and broke (D4)."""
        return min(self.owed(), self._damaged())

    @property
    def warranty(self) -> Warranty | None:
        """The one that ends last (A7)."""
        return max(self.warranties, key=lambda one: one.ends_on, default=None)

    def _damaged(self) -> int:
        """Pieces that came and cannot be delivered: broken in the warehouse or at the door."""
        return self.at_door + sum(damage.quantity for damage in self.damages if damage.in_warehouse)


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
class Call:
    """One call about a delay (A4)."""

    result: CallResult
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """What the store did about its error, once (A5)."""

    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """A delivery that failed (B14)."""

    job_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delay:
    """延期 and what was done about it (A4, A5)."""

    delay_id: str
    line_no: int
    fault: DelayFault
    eta: date | None
    reason: str
    post_due: datetime | None
    waybill: str = ""
    """Of the logistics file's row that told of it."""
    posted: bool = False
    post_note: str = ""
    overdue: bool = False
    calls: tuple[Call, ...] = ()
    handed_over: bool = False
    handed_reason: str = ""
    accepted: bool = False
    accepted_note: str = ""
    followed_up: tuple[FollowedUp, ...] = ()
    settled: bool = False

    def is_explained(self) -> bool:
        """Whether the customer was reached."""
        return any(call.result == "reached" for call in self.calls)

    def owes_post(self) -> bool:
        """Whether the group is owed a post of it, late or not (K1)."""
        return self.post_due is not None and not self.posted


@dataclass(frozen=True, slots=True)
class Rest:
    """What is to be delivered as which part (A10); the first one is the whole contract."""

    part: int
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Course:
    """How it went with the contract so far, besides its goods. Ids tell the facts that were noted already."""

    promise_broken: bool = False
    consent: tuple[date, str] | None = None
    """To which later day the customer consented last (A8), and who did, how and why, in words."""
    delays: tuple[Delay, ...] = ()
    loaded: bool = False
    back_at: datetime | None = None
    """When the goods last came back undelivered: a loading before that is over."""
    failures: tuple[Failure, ...] = ()
    deliveries: tuple[Handover, ...] = ()
    rest: Rest | None = None
    """What they left owed, as was told last (A10)."""
    ready: Rest | None = None
    """What was told last to be complete and to be delivered, by which part (A3)."""
    installations: tuple[Accepted, ...] = ()
    installed_on: date | None = None
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    releases: tuple[Moved, ...] = ()
    returns: tuple[Moved, ...] = ()
    corrections: tuple[str, ...] = ()
    """Numbers of corrections of deliveries (D16)."""
    depot: str = MAIN
    """From which depot it is delivered, as the warehouse said last (D17)."""

    @property
    def part(self) -> int:
        """Which delivery comes next, or is under way (A10): each that ended with a signature is over."""
        return 1 + sum(is_delivery(handover.number) for handover in self.deliveries)

    @property
    def paid_fen(self) -> int:
        """All that came in."""
        return sum(payment.amount_fen for payment in self.payments)

    @property
    def paid_on(self) -> date | None:
        """The day of the last payment."""
        return max((payment.on for payment in self.payments), default=None)

    @property
    def refunded_fen(self) -> int:
        """All that was refunded: what is owed no longer, and what was paid back."""
        return sum(refund.refund_fen for refund in self.refunds)

    @property
    def paid_back_fen(self) -> int:
        """What the customer had paid and got back."""
        return sum(refund.paid_back_fen for refund in self.refunds)


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Nobody has told us of this contract."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """待货: at least one line lacks pieces."""

    terms: Terms
    lines: tuple[Line, ...]
    dropped: tuple[Line, ...] = ()
    """Lines that were removed by an amendment: goods of them may still come in."""
    course: Course = Course()


@dataclass(frozen=True, slots=True)
class Complete:
    """货齐 since `on`."""

    terms: Terms
    lines: tuple[Line, ...]
    on: date
    dropped: tuple[Line, ...] = ()
    course: Course = Course()


@dataclass(frozen=True, slots=True)
class Cancelled:
    """已取消 (A6)."""

    terms: Terms
    lines: tuple[Line, ...]
    dropped: tuple[Line, ...] = ()
    course: Course = Course()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """已完结 (A7): delivered, installed, accepted and paid."""

    terms: Terms
    lines: tuple[Line, ...]
    on: date
    dropped: tuple[Line, ...] = ()
    course: Course = Course()
    complete_on: date | None = None


Open = Waiting | Complete
Known = Waiting | Complete | Cancelled | Fulfilled
Contract = Unsigned | Waiting | Complete | Cancelled | Fulfilled
Lines = tuple[Line, ...]
INITIAL: Contract = Unsigned()
STATES = (Unsigned, Waiting, Complete, Cancelled, Fulfilled)


def over(contract: Cancelled | Fulfilled, rule: str) -> Rejected:
    """Cancelled or fulfilled: nothing is changed any more (A6, A7)."""
    number = contract.terms.contract_no
    if isinstance(contract, Cancelled):
        return no("contract_cancelled", rule=rule, contract_no=number)
    return no("contract_fulfilled", rule=rule, contract_no=number, fulfilled_on=contract.on)


def unknown_line(contract: Known, line_no: int, rule: str) -> Rejected:
    """The contract has no such line."""
    return no("unknown_line", rule=rule, contract_no=contract.terms.contract_no, line_no=line_no)


def reached_on(quantity: int, receipts: Iterable[tuple[date, int]], damaged: int) -> date | None:
    """The earliest day by which the pieces received, less the damaged ones, reach `quantity`; None if they do not (A3).

    Damage takes away from the earliest pieces, so that a replacement moves the day to its own arrival.
    """
    pieces = -damaged
    for day, received in sorted(receipts):
        pieces += received
        if pieces >= quantity:
            return day
    return None


def lacking(quantity: int, received: int, damaged: int) -> int:
    """Pieces that are still missing, never negative (A3)."""
    return max(0, quantity - (received - damaged))


def line_of(contract: Known, line_no: int) -> Line | None:
    """A line by its number, also one that was removed."""
    for line in contract.lines:
        if line.sold.line_no == line_no:
            return line
    return next((line for line in contract.dropped if line.sold.line_no == line_no), None)


def delay_of(contract: Known, delay_id: str) -> Delay | None:
    """A delay by its id."""
    return next((delay for delay in contract.course.delays if delay.delay_id == delay_id), None)


def owed_fen(terms: Terms, course: Course) -> int:
    """What the customer is still to pay (A12)."""
    return max(0, _balance_fen(terms, course))


def to_pay_fen(contract: Known) -> int:
    """What the customer is still to pay as it stands (A12): nothing for a contract that was cancelled (A6)."""
    return 0 if isinstance(contract, Cancelled) else owed_fen(contract.terms, contract.course)


def overpaid_fen(contract: Known) -> int:
    """What the customer is to get back (A12): paid beyond what is due, or for a contract that was cancelled (A6)."""
    course = contract.course
    if isinstance(contract, Cancelled):
        return max(0, course.paid_fen - course.paid_back_fen)
    return max(0, -_balance_fen(contract.terms, course))


def _balance_fen(terms: Terms, course: Course) -> int:
    """Due, less the pieces that were refunded, less what was paid and not paid back. Below 0: overpaid.

    What was paid before the contract was registered is not in `paid_fen`, and the amount due is what is left of it.
    """
    for_pieces = sum(refund.refund_fen for refund in course.refunds if refund.quantity)
    return terms.amount_due_fen - for_pieces - course.paid_fen + course.paid_back_fen


def all_delivered(lines: Lines) -> bool:
    """Whether the customer has every piece that he is to have."""
    return all(line.delivered >= line.needed() for line in lines)


def any_delivered(contract: Known) -> bool:
    """Whether the customer has anything of it."""
    return any(line.delivered for line in contract.lines)


def changed_line(lines: Lines, line_no: int, change: Callable[[Line], Line]) -> Lines:
    """The lines with one of them changed."""
    return tuple(change(line) if line.sold.line_no == line_no else line for line in lines)


def with_line(contract: Known, line_no: int, change: Callable[[Line], Line]) -> Known:
    """The contract with one of its lines changed, a removed one included."""
    if contract.dropped:
        contract = replace(contract, dropped=changed_line(contract.dropped, line_no, change))
    return replace(contract, lines=changed_line(contract.lines, line_no, change))


def changed_pieces(lines: Lines, pieces: Iterable[GoodsLine], change: Callable[[Line, int], Line]) -> Lines:
    """The lines with some pieces of several of them changed."""
    quantities = dict(counted(pieces))
    return tuple(
        change(line, quantities[line.sold.line_no]) if line.sold.line_no in quantities else line for line in lines
    )


def counted(pieces: Iterable[GoodsLine]) -> Pieces:
    """How many of each line."""
    quantities: dict[int, int] = {}
    for piece in pieces:
        quantities[piece.line_no] = quantities.get(piece.line_no, 0) + piece.quantity
    return tuple(sorted(quantities.items()))


def with_pieces(contract: Known, pieces: Iterable[GoodsLine], change: Callable[[Line, int], Line]) -> Known:
    """The contract with some pieces of several of its lines changed, removed ones included."""
    given = tuple(pieces)
    return replace(
        contract,
        lines=changed_pieces(contract.lines, given, change),
        dropped=changed_pieces(contract.dropped, given, change),
    )


def with_delay(contract: Known, delay_id: str, change: Callable[[Delay], Delay]) -> Known:
    """The contract with one delay changed."""
    delays = tuple(change(delay) if delay.delay_id == delay_id else delay for delay in contract.course.delays)
    return replace(contract, course=replace(contract.course, delays=delays))
