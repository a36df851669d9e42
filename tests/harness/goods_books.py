"""A second bookkeeping of the warehouse, from `inventory.events` alone: what every event must leave true, and what must
be true at the end (rules D4-D8, A6). It knows the events, and none of the rules' code."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contracts.dispatch_jobs import DeliveryCompleted, DeliveryDeparted, DeliveryFailed
from contracts.fact import Fact, GoodsLine
from contracts.inventory import (
    AllocationAsked,
    AllocationRefused,
    ArrivalCorrected,
    DamageReported,
    GoodsArrived,
    GoodsExpectationChanged,
    GoodsExpected,
    GoodsIssued,
    GoodsReleased,
    GoodsReturnAwaited,
    GoodsReturned,
    GoodsUnclaimed,
    IssueCorrected,
)
from contracts.inventory_corrections import DamageTakenBack
from contracts.inventory_counts import CountAdjusted
from contracts.inventory_inbound import InboundExceptionOpened, InboundExceptionSettled, InboundPutAway
from contracts.inventory_stock import HeldPiecesMissed, Lot, StockMoved, StockShortReported
from harness.streams import Happened

INSIDE = ("inbound", "loading")
"""Where damage is found before the pieces leave (D4)."""
BY_HAND = ("moved", "set_aside", "settled", "sent_back")
"""Moves that people ask of a card directly; all others follow from another event."""


@dataclass
class Pieces:
    """Pieces of one line of one contract, of one product."""

    expected: int = 0
    arrived: int = 0
    broken_here: int = 0
    broken_outside: int = 0
    issued: int = 0
    returned: int = 0
    coming: int = 0
    """On their way back, not received yet (D3)."""
    broken_back: int = 0
    """Broken at the door, in the pending zone since."""
    released: int = 0

    @property
    def here(self) -> int:
        """Good ones in the warehouse."""
        return self.arrived + self.returned - self.broken_here - self.issued - self.released

    @property
    def away(self) -> int:
        """Those that left and did not come back."""
        return self.issued - self.returned

    @property
    def kept(self) -> int:
        """Those that lie undamaged in the warehouse or have left for the customer (A3)."""
        return self.here + self.away + self.broken_back


@dataclass
class CardBook:
    """The bin card of one product."""

    last: int = 0
    balance: int = 0
    places: Counter[tuple[str, str | None, bool]] = field(default_factory=Counter)

    def held(self, holder: str) -> int:
        """Good pieces that are kept for somebody."""
        return sum(n for (_, who, pending), n in self.places.items() if who == holder and not pending)


Move = tuple[str, str, int]
"""Product, kind, pieces."""


class GoodsBooks:
    """All books. `wrong` says what did not hold, event by event."""

    def __init__(self, events: Iterable[Happened]) -> None:
        self.lines: dict[str, dict[tuple[int, str], Pieces]] = defaultdict(lambda: defaultdict(Pieces))
        self.current: dict[str, dict[int, str]] = defaultdict(dict)
        """Contract -> its line numbers -> product."""
        self.cancelled: set[str] = set()
        self.cards: dict[str, CardBook] = defaultdict(CardBook)
        self.wrong: list[str] = []
        self.owed: dict[str, Move] = {}
        """Cause -> the move that the card must make for it, once."""
        self.asked: dict[str, Move] = {}
        """The same for free stock that may turn out to be short."""
        self.adjustments: dict[str, int] = {}
        self.moves: dict[str, list[Move]] = defaultdict(list)
        self.missed: Counter[str] = Counter()
        self.short: Counter[str] = Counter()
        for event in events:
            match event.kind:
                case "goods":
                    self._goods(event)
                case "stock":
                    self._card(event)
                case _:
                    self._paper(event)

    # --- contracts' goods -----------------------------------------------------------------------------------------

    def _corrected(self, no: str, cause: str, fact: ArrivalCorrected | IssueCorrected) -> None:
        """What did not come, or did not leave (D16)."""
        line = self.lines[no][fact.line_no, fact.sku]
        if isinstance(fact, ArrivalCorrected):
            line.arrived -= fact.quantity
        else:
            line.issued -= fact.quantity
        if fact.quantity:
            self.owed[cause] = (fact.sku, "adjusted", fact.quantity)

    def _goods(self, event: Happened) -> None:
        fact, no, cause = event.fact, event.meta.subject.partition(":")[2], event.meta.id
        lines = self.lines[no]
        match fact:
            case GoodsExpected():
                for one in fact.lines:
                    self.current[no][one.line_no] = one.sku
                    lines[one.line_no, one.sku].expected = one.quantity
            case GoodsExpectationChanged():
                self._changed(no, fact)
            case GoodsArrived():
                lines[fact.line_no, fact.sku].arrived += fact.quantity
                if not fact.from_stock:
                    self.owed[cause] = (fact.sku, "received", fact.quantity)
            case ArrivalCorrected() | IssueCorrected():
                self._corrected(no, cause, fact)
            case GoodsUnclaimed():
                kind = "returned" if fact.why == "never_left" else "received"
                self.owed[cause] = (fact.sku, kind, fact.quantity)
            case GoodsReturnAwaited(broken=False):
                for one in fact.lines:
                    lines[one.line_no, one.sku].coming += one.quantity
            case GoodsReturned():
                if not fact.broken:
                    came = lines[fact.line_no, fact.sku]
                    came.coming = max(0, came.coming - fact.quantity)
                lines[fact.line_no, fact.sku].returned += fact.quantity
                if fact.broken:
                    lines[fact.line_no, fact.sku].broken_back += fact.quantity
                    lines[fact.line_no, fact.sku].broken_here += fact.quantity
                    lines[fact.line_no, fact.sku].broken_outside -= fact.quantity
                self.owed[cause] = (fact.sku, "returned", fact.quantity)
            case DamageTakenBack() if fact.found in INSIDE:
                lines[fact.line_no, fact.sku].broken_here -= fact.quantity
            case DamageReported() if fact.found in INSIDE:
                lines[fact.line_no, fact.sku].broken_here += fact.quantity
                self.owed[cause] = (fact.sku, "lost" if fact.lost else "set_aside", fact.quantity)
            case DamageReported():
                lines[fact.line_no, fact.sku].broken_outside += fact.quantity
            case GoodsIssued():
                for one in fact.lines:
                    lines[one.line_no, one.sku].issued += one.quantity
                self._owe_each(cause, "issued", fact.lines)
            case GoodsReleased():
                for one in fact.lines:
                    lines[one.line_no, one.sku].released += one.quantity
                self._owe_each(cause, "released", fact.lines)
                if fact.closed:
                    self.cancelled.add(no)
                    self._expect_none_here(no, "its cancellation")
            case AllocationAsked():
                self.asked[cause] = (fact.sku, "held", fact.quantity)
            case AllocationRefused() if fact.held:
                self.owed[cause] = (fact.sku, "released", fact.held)
            case _:
                pass
        for (line_no, sku), pieces in lines.items():
            if min(pieces.here, pieces.away, pieces.away - pieces.broken_outside) < 0:
                self.wrong.append(f"{no}/{line_no} {sku} falls below zero by {type(fact).__name__}: {pieces}")

    def _changed(self, no: str, fact: GoodsExpectationChanged) -> None:
        """After an amendment nothing is kept that the contract does not want any more (A6)."""
        after = {(one.line_no, one.sku): one.quantity for one in fact.lines}
        for key, pieces in self.lines[no].items():
            wanted = after.get(key, 0)
            if wanted < pieces.expected and pieces.here and pieces.kept - pieces.broken_outside > wanted:
                self.wrong.append(f"{no} {key}: {pieces} are kept after an amendment to {wanted}")
            pieces.expected = wanted
        for key, wanted in after.items():
            self.lines[no][key].expected = wanted
        self.current[no] = dict(after.keys())

    def _expect_none_here(self, no: str, when: str) -> None:
        kept = {key: pieces.here for key, pieces in self.lines[no].items() if pieces.here}
        if kept:
            self.wrong.append(f"{no} keeps {kept} after {when}")

    def _owe_each(self, cause: str, kind: str, lines: Iterable[GoodsLine]) -> None:
        for one in lines:
            self.owed[f"{cause}/{one.line_no}"] = (one.sku, kind, one.quantity)

    # --- cards ----------------------------------------------------------------------------------------------------

    def _card(self, event: Happened) -> None:
        fact = event.fact
        if isinstance(fact, HeldPiecesMissed):
            self.missed[fact.cause_id] += fact.quantity
        if isinstance(fact, StockShortReported):
            self.short[fact.voucher_no] += 1
        if not isinstance(fact, StockMoved):
            return
        card, where = self.cards[fact.sku], f"{fact.sku} move {fact.move_no} ({fact.kind})"
        if (fact.move_no, fact.before) != (card.last + 1, card.balance):
            self.wrong.append(f"{where} follows {card.last} with {card.balance}, and says before {fact.before}")
        for lots, sign in ((fact.taken, -1), (fact.put, 1)):
            for lot in lots:
                card.places[lot.bin, lot.held_for, lot.pending] += sign * lot.quantity
        below = {place: n for place, n in card.places.items() if n < 0}
        if below:
            self.wrong.append(f"{where} takes what does not lie there: {below}")
        card.places = +card.places
        card.last, card.balance = fact.move_no, fact.after
        if card.balance != sum(card.places.values()):
            self.wrong.append(f"{where}: balance {card.balance}, but the places hold {sum(card.places.values())}")
        held = sum(n for (_, who, _), n in card.places.items() if who is not None)
        if held > card.balance:
            self.wrong.append(f"{where}: {held} held of {card.balance} on hand")
        self.moves[fact.cause_id].append((fact.sku, fact.kind, fact.quantity))

    def lots(self, sku: str) -> set[tuple[str, str | None, bool, int]]:
        """Where the pieces of a product are now."""
        return {(*place, n) for place, n in self.cards[sku].places.items()}

    # --- papers ---------------------------------------------------------------------------------------------------

    def _paper(self, event: Happened) -> None:
        fact, cause = event.fact, event.meta.id
        match fact:
            case InboundPutAway(contract_no=None):
                self.owed[cause] = (fact.sku, "received", fact.quantity)
            case InboundExceptionOpened() if fact.pieces_aside and fact.contract_no is None:
                self.owed[cause] = (fact.sku, "received", fact.pieces_aside)
            case InboundExceptionSettled(outcome="accepted"):
                self.asked[cause] = (fact.sku, "settled", fact.quantity)
            case InboundExceptionSettled(outcome="returned_to_supplier"):
                self.asked[cause] = (fact.sku, "sent_back", fact.quantity)
            case CountAdjusted():
                self.adjustments[fact.adjustment_id] = fact.quantity
            case _:
                pass

    # --- at the end -----------------------------------------------------------------------------------------------

    def moved_once_for_each_cause(self, by_hand: int) -> list[str]:
        """Every fact has moved its card, once, by its pieces; and nothing else has (`by_hand`: moves people asked)."""
        wrong = [
            f"{cause} owes {move}, and made {self.moves.get(cause)}"
            for cause, move in self.owed.items()
            if self.moves.get(cause) != [move]
        ]
        wrong += [
            f"{cause} may make {move}, and made {self.moves[cause]}"
            for cause, move in self.asked.items()
            if self.moves.get(cause, [move]) != [move]
        ]
        wrong += [
            f"adjustment {cause} of {quantity} made {self.moves.get(cause)}, missed {self.missed[cause]}"
            for cause, quantity in self.adjustments.items()
            if not self._adjusted(cause, quantity)
        ]
        others = self.moves.keys() - self.owed.keys() - self.asked.keys() - self.adjustments.keys()
        strange = [
            f"{cause}: {self.moves[cause]}"
            for cause in others
            if len(self.moves[cause]) > 1 or self.moves[cause][0][1] not in BY_HAND
        ]
        if len(others) != by_hand:
            wrong.append(f"people were granted {by_hand} moves, the cards have {len(others)}")
        return [*wrong, *(f"nobody asked for {one}" for one in strange)]

    def _adjusted(self, cause: str, quantity: int) -> bool:
        moves = self.moves.get(cause, [])
        moved = sum(pieces for _, kind, pieces in moves if kind == "adjusted")
        found = moved + self.missed[cause]
        return len(moves) <= 1 and (found == abs(quantity) or (found < abs(quantity) and quantity < 0))

    def cards_follow_goods(self) -> list[str]:
        """For every contract and product, what is held on the card is what the contract's goods say lies here."""
        wrong = []
        holders = {who for card in self.cards.values() for _, who, _ in card.places if who and ":" not in who}
        for no in sorted({*self.lines, *holders}):
            here: Counter[str] = Counter()
            for (_, sku), pieces in self.lines.get(no, {}).items():
                here[sku] += pieces.here
            wrong += [
                f"{no} {sku}: {here[sku]} here by its goods, {self.cards[sku].held(no)} held on the card"
                for sku in sorted({*here, *self.cards})
                if self.cards[sku].held(no) != here[sku]
            ]
        return wrong

    def nothing_kept_in_vain(self) -> list[str]:
        """Cancelled contracts hold nothing, nor do lines that were removed (A6)."""
        wrong = []
        for no, lines in self.lines.items():
            current = self.current[no].items()
            over = {key: x.here for key, x in lines.items() if x.here and (no in self.cancelled or key not in current)}
            if over:
                wrong.append(f"{no} ({'cancelled' if no in self.cancelled else 'amended'}) still keeps {over}")
        return wrong

    def failed_deliveries_are_back(self, dispatched: Iterable[Happened]) -> list[str]:
        """Of a contract whose last delivery failed, all goods are in the warehouse again or on their way there, but
        for broken ones (B14, D3)."""
        last: dict[str, Fact] = {}
        for event in dispatched:
            if isinstance(event.fact, DeliveryDeparted | DeliveryCompleted | DeliveryFailed):
                last[event.meta.subject.partition("-")[2]] = event.fact
        failed = [no for no, fact in last.items() if isinstance(fact, DeliveryFailed) and fact.goods == "returned"]
        return [
            f"{no} {key}: {pieces.away} are away though they were brought back"
            for no in failed
            for key, pieces in self.lines[no].items()
            if pieces.away > pieces.broken_outside + pieces.coming
        ]

    def every_piece_is_accounted_for(self) -> list[str]:
        """What came, less what went for good, lies on the cards (D6)."""
        gone = {"issued", "lost", "sent_back", "scrapped", "lent"}
        came = {"received", "returned", "lent_back"}
        wrong = []
        for sku, card in self.cards.items():
            moves = [move for moves in self.moves.values() for move in moves if move[0] == sku]
            plain = sum(n for _, kind, n in moves if kind in came) - sum(n for _, kind, n in moves if kind in gone)
            adjusted = sum(
                n if self.adjustments[cause] > 0 else -n
                for cause, moves in self.moves.items()
                for which, kind, n in moves
                if which == sku and kind == "adjusted"
            )
            if plain + adjusted != card.balance:
                wrong.append(f"{sku}: {plain} came and stayed, {adjusted:+d} adjusted, {card.balance} on the card")
        return wrong


def same_lots(row: Iterable[Mapping[str, object]]) -> set[tuple[object, ...]]:
    """Lots of a row, to be held against those of the books."""
    lots = (Lot.model_validate(lot) for lot in row)
    return {(lot.bin, lot.held_for, lot.pending, lot.quantity) for lot in lots}
