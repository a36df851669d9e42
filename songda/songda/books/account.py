"""One contract's account: where its pieces and its money are, by what each holder of them says (A9, A12).

Folded from the contract's own events, the warehouse's about its goods, the bin cards' lots that are kept for it, and
the jobs that took pieces to the customer. It knows the events and none of the rules' code: a second bookkeeping.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts import dispatch_jobs as jobs
from contracts import dispatch_road as road
from contracts import inventory as goods
from contracts import order
from contracts.dispatch_corrections import DeliveryCorrected
from contracts.dispatch_pick_up import PickedUp
from contracts.dispatch_runs import CashCollected
from contracts.envelope import Meta
from contracts.fact import Fact, GoodsLine
from contracts.inventory_corrections import DamageTakenBack
from contracts.inventory_stock import StockMoved, StockShortReported
from contracts.job_ids import contract_of, is_delivery
from contracts.order_corrections import DamageNoteCorrected, DeliveryNoteCorrected
from dashboards.books.report import Book
from songda.books.finding import Difference

OneLine = goods.ArrivalCorrected | goods.DamageReported | goods.GoodsReturned | goods.IssueCorrected | DamageTakenBack
"""Events about pieces of one line."""
WithLots = OneLine | goods.GoodsIssued | goods.GoodsReleased
"""Events that name the lots of the pieces that they move (D13)."""
INSIDE = ("inbound", "loading")
"""Places of damage where the pieces had not left yet (D4)."""


@dataclass
class Pieces:
    """One line of the contract, of one product, counted by each holder."""

    # the contract
    sold: int = 0
    noted: int = 0
    """Arrived, less damaged inside and released, as the contract noted them."""
    delivered: int = 0
    refunded: int = 0
    # the warehouse
    expected: int = 0
    arrived: int = 0
    broken_inside: int = 0
    issued: int = 0
    returned: int = 0
    released: int = 0
    broken_back: int = 0
    """Broken at the door, and in the pending zone since."""
    # on the road
    departed: int = 0
    from_here: int = 0
    """Of the last departure, without what was taken up out of deposit."""
    signed: int = 0
    back: int = 0
    """Refused undamaged, or of a delivery that failed."""
    broken_at_door: int = 0
    deposited: int = 0

    def leave(self, quantity: int) -> None:
        """Pieces go to the customer: first those that lie in deposit (B14), which had departed before."""
        again = min(self.deposited, quantity)
        self.deposited -= again
        self.from_here = quantity - again
        self.departed += self.from_here

    @property
    def kept(self) -> int:
        """Good pieces that came and stayed the contract's, wherever they are now."""
        return self.arrived - self.broken_inside - self.released

    @property
    def here(self) -> int:
        """Good pieces in the warehouse."""
        return self.kept + self.returned - self.issued

    @property
    def away(self) -> int:
        """Pieces that left by list and are not back."""
        return self.issued - self.returned - self.broken_back

    @property
    def on_vehicle(self) -> int:
        """Pieces that left, and of which no crew and no customer has said more."""
        return self.departed - self.signed - self.back - self.broken_at_door

    @property
    def outside(self) -> int:
        """Pieces outside by what crews and customers say: on a vehicle, in deposit, at the customer's, broken there."""
        coming_back = max(0, self.back - self.returned)
        brought_back = max(0, self.returned - self.back)
        """By the customer, after delivery."""
        return self.on_vehicle + coming_back + self.delivered - brought_back + self.broken_at_door - self.broken_back


@dataclass
class Account:
    """A contract's pieces by line and product, and its money."""

    contract_no: str
    lines: defaultdict[tuple[int, str], Pieces] = field(default_factory=lambda: defaultdict(Pieces))
    skus: dict[int, str] = field(default_factory=dict)
    """Line number -> product, of lines that were removed too."""
    sold: bool = False
    cancelled: bool = False
    given_up: bool = False
    """The warehouse knows of the cancellation."""
    held: Counter[str] = field(default_factory=Counter)
    """Good pieces on the bin cards that are kept for it, by product."""
    lots_here: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Good pieces in the warehouse by product and lot (D13), as its own events name them; "": nobody said."""
    lots_held: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The same on the bin cards."""
    short: Counter[str] = field(default_factory=Counter)
    """Pieces that left although the warehouse did not know of them, reported as short (D9), by product."""
    unsaid: set[str] = field(default_factory=set)
    """Jobs on the road of which older events do not say what they took."""
    due_fen: int = 0
    paid_fen: int = 0
    for_pieces_fen: int = 0
    paid_back_fen: int = 0
    owed_said_fen: int | None = None
    """What the last event about money said is owed."""
    at_the_door: dict[str, int] = field(default_factory=dict)
    """Payment number of a crew's collection -> fen."""
    from_crews: dict[str, int] = field(default_factory=dict)
    """The same, as the contract noted them."""
    back_fen: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Number of a refund -> fen of it that go back, and as the contract said; events of old do not."""
    too_much_fen: dict[str, int] = field(default_factory=dict)
    """Number of a refund -> fen that went back beyond what was overpaid, or paid for a contract that is cancelled."""

    def fold(self, fact: Fact, meta: Meta) -> None:
        """The account after an event that concerns this contract; others are none of its business."""
        if isinstance(fact, CashCollected):
            self.at_the_door[f"cash-{meta.id}"] = fact.amount_fen
            return
        told = _TELLS.get(type(fact))
        if told is not None:
            told(self, fact)

    # --- the contract -------------------------------------------------------------------------------------------------

    def _signed(self, fact: order.ContractSigned) -> None:
        self.sold, self.due_fen = True, fact.amount_due_fen
        for line in fact.lines:
            self.skus[line.line_no] = line.sku
            self.lines[line.line_no, line.sku].sold = line.quantity

    def _amended(self, fact: order.ContractAmended) -> None:
        for line in (*fact.added, *fact.changed):
            self.skus[line.line_no] = line.sku
            self.lines[line.line_no, line.sku].sold = line.quantity
        for line_no in fact.removed:
            self._line(line_no).sold = 0
        if fact.amount_due_fen is not None:
            self.due_fen, self.owed_said_fen = fact.amount_due_fen, fact.owed_fen

    def _cancelled(self, _: order.ContractCancelled) -> None:
        self.cancelled = True

    def _noted(self, fact: order.GoodsNoted) -> None:
        self._line(fact.line_no).noted += fact.quantity

    def _damage_noted(self, fact: order.DamageNoted) -> None:
        if fact.in_warehouse:
            self._line(fact.line_no).noted -= fact.quantity

    def _release_noted(self, fact: order.GoodsReleaseNoted) -> None:
        for piece in fact.lines:
            self._line(piece.line_no).noted -= piece.quantity

    def _delivery_noted(self, fact: order.DeliveryNoted) -> None:
        for pieces, quantity in self._of(fact.delivered):
            pieces.delivered += quantity
            if not is_delivery(fact.job_id):  # a receipt typed in: out of deposit, if anything lay there
                fetched = min(pieces.deposited, quantity)
                pieces.deposited -= fetched
                pieces.signed += fetched

    def _delivery_note_corrected(self, fact: DeliveryNoteCorrected) -> None:
        for lines, sign in ((fact.delivered, 1), (fact.was_delivered, -1)):
            for pieces, quantity in self._of(lines):
                pieces.delivered += sign * quantity

    def _damage_note_corrected(self, fact: DamageNoteCorrected) -> None:
        if fact.in_warehouse:
            self._line(fact.line_no).noted += fact.quantity

    def _paid(self, fact: order.PaymentNoted) -> None:
        self.paid_fen += fact.amount_fen
        self.owed_said_fen = fact.owed_fen
        if fact.payment_id.startswith(order.OF_CREWS):
            self.from_crews[fact.payment_id] = self.from_crews.get(fact.payment_id, 0) + fact.amount_fen

    def _refunded(self, fact: order.ReturnRefunded) -> None:
        owed = 0 if self.cancelled or not fact.quantity else max(0, self.balance_fen)
        back = max(0, fact.refund_fen - owed)
        self.paid_back_fen += back
        if fact.paid_back_fen is not None:
            self.back_fen[fact.refund_id] = (back, fact.paid_back_fen)
        if not fact.quantity:
            left = self.paid_fen - self.paid_back_fen if self.cancelled else -self.balance_fen
            if left < 0:
                self.too_much_fen[fact.refund_id] = -left
        else:
            self.for_pieces_fen += fact.refund_fen
            self._line(fact.line_no).refunded += fact.quantity
        self.owed_said_fen = fact.owed_fen

    @property
    def balance_fen(self) -> int:
        """What is owed; below 0, what was overpaid."""
        return self.due_fen - self.for_pieces_fen - self.paid_fen + self.paid_back_fen

    # --- the warehouse ------------------------------------------------------------------------------------------------

    def _expected(self, fact: goods.GoodsExpected) -> None:
        for piece in fact.lines:
            self.lines[piece.line_no, piece.sku].expected = piece.quantity

    def _expectation_changed(self, fact: goods.GoodsExpectationChanged) -> None:
        for pieces in self.lines.values():
            pieces.expected = 0
        for piece in fact.lines:
            self.lines[piece.line_no, piece.sku].expected = piece.quantity

    def _arrived(self, fact: goods.GoodsArrived) -> None:
        self.lines[fact.line_no, fact.sku].arrived += fact.quantity
        self.lots_here[fact.sku, fact.lot] += fact.quantity

    def _lot_learned(self, fact: goods.ArrivalConfirmed) -> None:
        for one in fact.was:
            self.lots_here[fact.sku, one.lot] -= one.quantity
            self.lots_here[fact.sku, fact.lot] += one.quantity

    def _arrival_corrected(self, fact: goods.ArrivalCorrected) -> None:
        self.lines[fact.line_no, fact.sku].arrived -= fact.quantity
        self._lots_gone(fact, fact)

    def _damaged(self, fact: goods.DamageReported) -> None:
        if fact.found in INSIDE:
            self.lines[fact.line_no, fact.sku].broken_inside += fact.quantity
            self._lots_gone(fact, fact)

    def _not_damaged(self, fact: DamageTakenBack) -> None:
        if fact.found in INSIDE:
            self.lines[fact.line_no, fact.sku].broken_inside -= fact.quantity
            self._lots_back(fact)

    def _issued(self, fact: goods.GoodsIssued) -> None:
        for piece in fact.lines:
            self.lines[piece.line_no, piece.sku].issued += piece.quantity
            self._lots_gone(fact, piece)

    def _issue_corrected(self, fact: goods.IssueCorrected) -> None:
        self.lines[fact.line_no, fact.sku].issued -= fact.quantity
        self._lots_back(fact)

    def _load_corrected(self, fact: road.LoadCorrected) -> None:
        for pieces, quantity in self._of(fact.stayed):
            never_left = min(quantity, pieces.from_here)
            pieces.from_here -= never_left
            pieces.departed -= never_left
            pieces.deposited += quantity - never_left

    def _returned(self, fact: goods.GoodsReturned) -> None:
        pieces = self.lines[fact.line_no, fact.sku]
        if fact.broken:
            pieces.broken_back += fact.quantity
        else:
            pieces.returned += fact.quantity
            self._lots_back(fact)

    def _return_awaited(self, fact: goods.GoodsReturnAwaited) -> None:
        """Pieces in deposit that nobody is owed are to be fetched back (B14)."""
        for piece in fact.lines if fact.out_of_deposit else ():
            pieces = self.lines[piece.line_no, piece.sku]
            pieces.deposited -= piece.quantity
            pieces.back += piece.quantity

    def _released(self, fact: goods.GoodsReleased) -> None:
        self.given_up = self.given_up or fact.closed
        for piece in fact.lines:
            self.lines[piece.line_no, piece.sku].released += piece.quantity
            self._lots_gone(fact, piece)

    def _lots_gone(self, fact: WithLots, piece: GoodsLine | OneLine) -> None:
        self.lots_here.subtract(_by_lot(fact, piece))

    def _lots_back(self, fact: goods.GoodsReturned | goods.IssueCorrected | DamageTakenBack) -> None:
        self.lots_here.update(_by_lot(fact, fact))

    def _short(self, fact: StockShortReported) -> None:
        if fact.adjustment_id:  # of a count: nothing left by it
            return
        self.short[fact.sku] += fact.wanted - fact.available

    def _moved(self, fact: StockMoved) -> None:
        for lots, sign in ((fact.taken, -1), (fact.put, 1)):
            for lot in lots:
                if lot.held_for == self.contract_no and not lot.pending:
                    self.held[fact.sku] += sign * lot.quantity
                    self.lots_held[fact.sku, lot.lot] += sign * lot.quantity

    # --- on the road --------------------------------------------------------------------------------------------------

    def _departed(self, fact: jobs.DeliveryDeparted) -> None:
        if not fact.lines:
            self.unsaid.add(fact.job_id)
        for pieces, quantity in self._of(fact.lines):
            pieces.leave(quantity)

    def _completed(self, fact: jobs.DeliveryCompleted) -> None:
        unsaid = self._is_unsaid(fact.job_id)
        for lines, counts in ((fact.delivered, "signed"), (fact.refused, "back"), (fact.damaged, "broken_at_door")):
            for pieces, quantity in self._of(lines):
                setattr(pieces, counts, getattr(pieces, counts) + quantity)
                pieces.departed += quantity if unsaid else 0

    def _picked_up(self, fact: PickedUp) -> None:
        for pieces, quantity in self._of(fact.delivered):
            pieces.leave(quantity)
            pieces.signed += quantity

    def _delivery_corrected(self, fact: DeliveryCorrected) -> None:
        for sign, taken, back, broken in (
            (1, fact.delivered, fact.refused, fact.damaged),
            (-1, fact.was_delivered, fact.was_refused, fact.was_damaged),
        ):
            for lines, counts in ((taken, "signed"), (back, "back"), (broken, "broken_at_door")):
                for pieces, quantity in self._of(lines):
                    setattr(pieces, counts, getattr(pieces, counts) + sign * quantity)
                    pieces.departed += sign * quantity if fact.picked_up else 0

    def _failed(self, fact: jobs.DeliveryFailed) -> None:
        unsaid = self._is_unsaid(fact.job_id)
        for pieces, quantity in self._of(fact.lines):
            pieces.departed += quantity if unsaid else 0
            if fact.goods == "returned":
                pieces.back += quantity
            else:
                pieces.deposited += quantity

    def _is_unsaid(self, job_id: str) -> bool:
        was = job_id in self.unsaid
        self.unsaid.discard(job_id)
        return was

    def _of(self, lines: Iterable[GoodsLine]) -> Iterator[tuple[Pieces, int]]:
        return ((self._line(piece.line_no), piece.quantity) for piece in lines)

    def _line(self, line_no: int) -> Pieces:
        return self.lines[line_no, self.skus.get(line_no, "")]

    # --- what does not add up -----------------------------------------------------------------------------------------

    def differences(self) -> Iterator[Difference]:
        """Where two holders do not agree, now."""
        for (line_no, sku), pieces in sorted(self.lines.items()):
            yield from self._of_line(f"{self.contract_no}/{line_no} {sku}", pieces)
        here: Counter[str] = Counter()
        for (_, sku), pieces in self.lines.items():
            here[sku] += pieces.here
        yield from self._of_the_road()
        for sku in sorted({*here, *self.held}):
            lying, held = ("在库", "here", here[sku]), ("存卡保留", "held on the card", self.held[sku])
            yield from _apart("pieces", f"{self.contract_no} {sku}", lying, held)
            if here[sku] == self.held[sku]:
                yield from self._of_lots(sku)
        yield from self._of_money()

    def _of_lots(self, sku: str) -> Iterator[Difference]:
        """Lot by lot, of as many pieces (D13). Events of before the lots took pieces and did not say of which."""
        lots = sorted({lot for of, lot in (*self.lots_here, *self.lots_held) if of == sku})
        if min((self.lots_here[sku, lot] for lot in lots), default=0) < 0:
            return
        for lot in lots:
            lying, held = self.lots_here[sku, lot], self.lots_held[sku, lot]
            where = f"{self.contract_no} {sku} {lot}".rstrip()
            yield from _apart("pieces", where, ("在库", "here", lying), ("存卡保留", "held on the card", held))

    def _of_line(self, where: str, pieces: Pieces) -> Iterator[Difference]:
        if self.sold and not self.cancelled:
            expected = ("仓库应到", "expected by the warehouse", pieces.expected)
            yield from _apart("pieces", where, ("合同", "sold", pieces.sold), expected)
        kept = ("仓库有过", "kept by the warehouse", pieces.kept)
        yield from _apart("pieces", where, ("合同记得", "noted by the contract", pieces.noted), kept)
        owed = pieces.sold - pieces.refunded - pieces.delivered
        over = pieces.sold and not self.cancelled and owed < 0
        for is_wrong, zh, en, figure in (
            (pieces.here < 0, "在库", "here", pieces.here),
            (pieces.away < 0, "在外", "away", pieces.away),
            (over, "未交", "owed", owed),
        ):
            if is_wrong:
                yield Difference("pieces", where, en, f"{zh} {figure}，不能少于 0", f"{figure} {en}, below 0")

    def _of_the_road(self) -> Iterator[Difference]:
        """What left by list against what crews and customers say, but for what was reported as short."""
        if self.unsaid:
            return
        more: Counter[str] = Counter()
        for (_, sku), pieces in self.lines.items():
            more[sku] += pieces.outside - pieces.away
        for (line_no, sku), pieces in sorted(self.lines.items()):
            if pieces.on_vehicle < 0 and not self.short[sku]:
                where, n = f"{self.contract_no}/{line_no} {sku}", -pieces.on_vehicle
                yield Difference(
                    "pieces", where, "unloaded", f"交了没有出库的 {n} 件", f"{n} handed over that never left"
                )
            if self.short[sku] and more[sku] == self.short[sku]:
                continue
            outside = ("车上和客户处", "on the road or with the customer", pieces.outside)
            away = ("出库未回", "issued and not back", pieces.away)
            yield from _apart("pieces", f"{self.contract_no}/{line_no} {sku}", away, outside)

    def _of_money(self) -> Iterator[Difference]:
        if self.owed_said_fen is not None and not self.cancelled:
            owed = ("应收（分）", "fen owed", max(0, self.balance_fen))
            yield from _apart("money", self.contract_no, owed, ("合同说", "said", self.owed_said_fen))
        for number, (back, said) in sorted(self.back_fen.items()):
            goes_back = ("退回（分）", "fen go back", back)
            yield from _apart("money", f"{self.contract_no} {number}", goes_back, ("合同说", "said", said))
        for number, fen in sorted(self.too_much_fen.items()):
            where = f"{self.contract_no} {number}"
            yield Difference("money", where, "paid back too much", f"多退 {fen} 分", f"{fen} fen paid back too much")
        for number in sorted({*self.at_the_door, *self.from_crews}):
            door = ("上门收款（分）", "fen collected at the door", self.at_the_door.get(number, 0))
            noted = ("合同入账", "noted by the contract", self.from_crews.get(number, 0))
            yield from _apart("money", f"{self.contract_no} {number}", door, noted)


def _by_lot(fact: WithLots, piece: GoodsLine | OneLine) -> Counter[tuple[str, str]]:
    """Pieces of a line that an event is about, by product and lot; what it does not name is of no lot."""
    found: Counter[tuple[str, str]] = Counter()
    for one in fact.lots:
        if one.line_no == piece.line_no:
            found[piece.sku, one.lot] += one.quantity
    found[piece.sku, ""] += piece.quantity - found.total()
    return found


Figure = tuple[str, str, int]
"""What a holder says: its name, zh and en, and the number."""


def _apart(book: Book, where: str, one: Figure, other: Figure) -> Iterator[Difference]:
    if one[2] != other[2]:
        zh = f"{one[0]} {one[2]}，{other[0]} {other[2]}"
        yield Difference(book, where, f"{one[1]}, {other[1]}", zh, f"{one[2]} {one[1]}, {other[2]} {other[1]}")


_TELLS: Mapping[type[Fact], Callable[[Account, Any], None]] = {
    order.ContractSigned: Account._signed,
    order.ContractAmended: Account._amended,
    order.ContractCancelled: Account._cancelled,
    order.GoodsNoted: Account._noted,
    order.DamageNoted: Account._damage_noted,
    order.GoodsReleaseNoted: Account._release_noted,
    order.DeliveryNoted: Account._delivery_noted,
    DeliveryNoteCorrected: Account._delivery_note_corrected,
    DamageNoteCorrected: Account._damage_note_corrected,
    order.PaymentNoted: Account._paid,
    order.ReturnRefunded: Account._refunded,
    goods.GoodsExpected: Account._expected,
    goods.GoodsExpectationChanged: Account._expectation_changed,
    goods.GoodsArrived: Account._arrived,
    goods.ArrivalConfirmed: Account._lot_learned,
    goods.ArrivalCorrected: Account._arrival_corrected,
    goods.DamageReported: Account._damaged,
    DamageTakenBack: Account._not_damaged,
    goods.GoodsIssued: Account._issued,
    goods.IssueCorrected: Account._issue_corrected,
    goods.GoodsReturned: Account._returned,
    goods.GoodsReturnAwaited: Account._return_awaited,
    goods.GoodsReleased: Account._released,
    StockShortReported: Account._short,
    StockMoved: Account._moved,
    jobs.DeliveryDeparted: Account._departed,
    road.LoadCorrected: Account._load_corrected,
    jobs.DeliveryCompleted: Account._completed,
    DeliveryCorrected: Account._delivery_corrected,
    jobs.DeliveryFailed: Account._failed,
    PickedUp: Account._picked_up,
}
OF_ACCOUNTS = (*_TELLS, CashCollected)
"""Events that move an account."""


def contracts_of(fact: Fact, meta: Meta) -> Iterable[str]:
    """Numbers of the contracts that an event of `OF_ACCOUNTS` concerns."""
    match fact:
        case StockMoved():
            holders = {lot.held_for for lot in (*fact.taken, *fact.put)} - {None}
            return sorted(holder for holder in holders if holder is not None and ":" not in holder)
        case StockShortReported():
            return (meta.subject.partition(":")[2],) if meta.subject.startswith("goods:") else ()
        case jobs.DeliveryDeparted():
            return _delivered_of(meta.subject.removeprefix("job:"))
        case CashCollected():
            number = contract_of(fact.job_id)
            return (number,) if number is not None and fact.amount_fen > 0 else ()
        case jobs.DeliveryCompleted() | jobs.DeliveryFailed() | DeliveryCorrected() | road.LoadCorrected() | PickedUp():
            return (fact.contract_no,) if meta.subject.startswith("job:D-") else ()
        case _:
            return (meta.subject.partition(":")[2],)


def _delivered_of(job_id: str) -> tuple[str, ...]:
    number = contract_of(job_id)
    return (number,) if number is not None and is_delivery(job_id) else ()
