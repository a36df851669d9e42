"""Where a contract's pieces are: the situations of its goods."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from company.depots import MAIN
from contracts import inventory as facts
from contracts.fact import Customer, GoodsLine
from contracts.inventory import GoodsEvent
from inventory.goods.lots import ByLot
from inventory.refusals import no
from runtime.decision import Rejected
from runtime.use_case import Asker

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
DamageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
IN_WAREHOUSE: tuple[facts.Place, ...] = ("inbound", "loading")

Decision = Sequence[GoodsEvent] | Rejected


@dataclass(frozen=True, slots=True)
class Arrival:
    """What one door told of pieces that came with one waybill (or slip, or allocation): `told` pieces, of which
    `quantity` no other door had told of."""

    waybill: str
    quantity: int
    arrived_on: date
    lot: str = ""
    door: facts.ArrivalDoor | Literal[""] = ""
    carrier_waybill: str = ""
    told: int = 0

    @property
    def of(self) -> str:
        """The carrier's waybill that it tells of."""
        return self.carrier_waybill or self.waybill


@dataclass(frozen=True, slots=True)
class NotThere:
    """Pieces of a carrier's waybill that were told and are not there (D2, D16); `taken`: those that were booked."""

    waybill: str
    told: int
    taken: int
    by: Literal["check", "person"]
    correction_no: str
    named: str = ""


@dataclass(frozen=True, slots=True)
class Learned:
    """Pieces of a carrier's waybill of which another door said the lot, or another one (D13)."""

    waybill: str
    was: str
    lot: str
    quantity: int


@dataclass(frozen=True, slots=True)
class CorrectionWanted:
    """A correction by which stock falls, until a second person has decided (D16)."""

    correction_no: str
    line_no: int
    waybill: str
    booked: int
    right: int
    reason: str
    asked_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stock:
    """One line: what is expected (`line`, with the quantity sold) and where its pieces are."""

    line: GoodsLine
    arrivals: tuple[Arrival, ...] = ()
    damaged_here: int = 0
    damaged_outside: int = 0
    issued: int = 0
    returned: int = 0
    released: int = 0
    deposited: int = 0
    """Of those outside, in deposit (寄存, B14)."""
    not_owed: int = 0
    """Paid back (B15)."""
    not_there: tuple[NotThere, ...] = ()
    learned: tuple[Learned, ...] = ()
    lots_here: ByLot = field(default_factory=dict)
    """Of which lots the good pieces here are (D13) ..."""
    lots_outside: ByLot = field(default_factory=dict)
    """... and those that left: on the road or at the customer's."""

    @property
    def here(self) -> int:
        """Good pieces in the warehouse, for this contract."""
        arrived = sum(arrival.quantity for arrival in self.arrivals) - sum(one.taken for one in self.not_there)
        return arrived + self.returned - self.damaged_here - self.issued - self.released

    def booked(self, waybill: str) -> int:
        """Pieces of a carrier's waybill that arrived, whichever door told of them."""
        came = sum(arrival.quantity for arrival in self.arrivals if arrival.of == waybill)
        return came - sum(one.taken for one in self.not_there if one.waybill == waybill)

    def booked_lots(self, waybill: str) -> Counter[str]:
        """The lots of what arrived with a carrier's waybill, as they are known now (D13)."""
        lots: Counter[str] = Counter()
        for arrival in self.arrivals:
            if arrival.of == waybill:
                lots[arrival.lot] += arrival.quantity
        for one in self.learned:
            if one.waybill == waybill:
                lots.update({one.was: -one.quantity})
                lots.update({one.lot: one.quantity})
        return lots

    def said_lots(self, waybill: str, doors: Collection[str]) -> Counter[str]:
        """Pieces of a carrier's waybill by lot, as one of the doors says that tells of most of it (D13)."""
        told: Counter[tuple[str, str]] = Counter()
        for arrival in self.arrivals:
            if arrival.of == waybill and arrival.lot and arrival.door in doors:
                told[arrival.lot, arrival.door] += arrival.told or arrival.quantity
        return Counter({lot: max(told[lot, door] for door in doors) for lot, _ in told})

    def brought_by(self, number: str) -> int | None:
        """Pieces that a waybill, or a slip's voucher, brought by the books; None where nothing came by it."""
        came = [one for one in self.arrivals if number in {one.waybill, one.carrier_waybill}]
        if not came:
            return None
        carrier = self.carried_by(number)
        if number == carrier:
            return self.booked(carrier)
        gone = sum(one.taken for one in self.not_there if one.named == number)
        return min(sum(one.told or one.quantity for one in came) - gone, self.booked(carrier))

    def carried_by(self, number: str) -> str:
        """The carrier's waybill of what a waybill or a slip's voucher brought."""
        return next((one.of for one in self.arrivals if number in {one.waybill, one.carrier_waybill}), number)

    def came(self, waybill: str, *more: Arrival) -> int:
        """Pieces of a carrier's waybill that have come by all that is told (and `more`): as many as the door says that
        tells of most, its parts added up; but for what was checked by a slip, and for what was corrected."""
        told: Counter[str] = Counter()
        for arrival in (*self.arrivals, *more):
            if arrival.of == waybill:
                told["slip" if arrival.door == "slip" else arrival.door or "file"] += arrival.told or arrival.quantity
        unchecked = max(told["file"], told["warehouse"]) - self._not_there(waybill, "check")
        return max(0, max(told["slip"], unchecked) - self._not_there(waybill, "person"))

    def _not_there(self, waybill: str, by: Literal["check", "person"]) -> int:
        return sum(one.told for one in self.not_there if (one.waybill, one.by) == (waybill, by))

    @property
    def outside(self) -> int:
        """Good pieces that left: on the road or at the customer's."""
        return self.issued - self.returned - self.damaged_outside

    @property
    def away(self) -> int:
        """Pieces that left and did not come back, damaged or not."""
        return self.issued - self.returned

    @property
    def needed(self) -> int:
        """Pieces that the customer is to have."""
        return max(0, self.line.quantity - self.not_owed)

    def nobodys(self, pieces: int, *, fetched: bool) -> int:
        """Of pieces that come back, those that were paid back meanwhile, or are fetched as nobody's, amended away while
        they lay in deposit, and that nobody is owed (B14, B15, A6)."""
        most = pieces if fetched else min(pieces, self.not_owed)
        return min(most, max(0, self.here + self.outside - self.needed))

    @property
    def missing(self) -> int:
        """Pieces that the contract still needs."""
        return max(0, self.needed - self.here - self.outside)

    @property
    def short(self) -> int:
        """Of the missing pieces, those that had come and are broken or lost, or that the check did not find: the others
        are just waited for (D9)."""
        gone = sum(one.told for one in self.not_there if one.by == "check")
        return min(self.missing, self.damaged_here + self.damaged_outside + gone)

    @property
    def excess(self) -> int:
        """Pieces here beyond what the contract needs (D9)."""
        return min(self.here, max(0, self.here + self.outside - self.needed))


@dataclass(frozen=True, slots=True)
class Damage:
    """A damage report that was taken; `quantity`: of which so many pieces are damaged."""

    damage_id: str
    line_no: int
    quantity: int
    found: facts.Place
    lots: ByLot = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Issue:
    """A list by which goods left: pieces per line number; and those that it took up out of deposit (B14)."""

    list_no: str
    pieces: Mapping[int, int]
    taken_up: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Awaited:
    """Pieces on their way back (without lines: all that the last list took out). `broken`: reported as damaged."""

    return_no: str
    lines: tuple[GoodsLine, ...]
    returned_on: date
    reason: str
    broken: bool = False
    crew: str = ""
    is_nobodys: bool = False
    """They lay in deposit and are fetched because the contract does not need them (B14)."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """Free stock that was asked for and not answered yet."""

    allocation_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    exchange_lot: str = ""
    """For which lot the line is exchanged whole (D13)."""
    one_lot: bool = True


@dataclass(frozen=True, slots=True)
class Freed:
    """Excess that was released by hand, or given back for another lot (D9, D13)."""

    release_no: str
    line_no: int
    quantity: int
    reason: str
    lots: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unexpected:
    """Nobody has told the warehouse of this contract. Vouchers whose pieces came all the same are remembered, with the
    contract that they named."""

    settled: tuple[str, ...] = ()
    contract_no: str = ""


@dataclass(frozen=True, slots=True)
class _OfContract:
    """What the warehouse knows of a contract, whatever has become of it."""

    contract_no: str
    customer: Customer
    stock: tuple[Stock, ...]
    damages: tuple[Damage, ...] = ()
    issues: tuple[Issue, ...] = ()
    former: tuple[Stock, ...] = ()
    """Lines that the contract no longer has, with what happened to their pieces."""
    settled: tuple[str, ...] = ()
    """Vouchers of returns, releases, unclaimed pieces and allocations that were dealt with."""
    awaited: tuple[Awaited, ...] = ()
    asked: tuple[Allocation, ...] = ()
    corrections: tuple[CorrectionWanted, ...] = ()
    answered: tuple[Allocation, ...] = ()
    freed: tuple[Freed, ...] = ()
    depot: str = MAIN
    """Which delivers it: its pieces are here when they are there (D17)."""


@dataclass(frozen=True, slots=True)
class Expected(_OfContract):
    """The warehouse knows what belongs to the contract."""


@dataclass(frozen=True, slots=True)
class Cancelled(_OfContract):
    """The contract was cancelled (A6): what is here lies in free stock; what is outside may still come back."""


Known = Expected | Cancelled
Goods = Unexpected | Expected | Cancelled
INITIAL: Goods = Unexpected()
STATES = (Unexpected, Expected, Cancelled)


def stock_of(goods: Known, line_no: int) -> Stock | None:
    """One line's pieces; None when the contract has no such line."""
    return next((stock for stock in goods.stock if stock.line.line_no == line_no), None)


def check_contract(asker: Asker, number: str, said: str | None) -> None:
    """A request may name its contract; then it is the one in its address."""
    if said not in {None, number}:
        asker.refuse(no("other_contract", contract_no=number, said=said), 422)
