"""账、卡、物 Ledger, card and goods of one sku: whether the three agree, and after which move they part (D7).

- 账: what the vouchers say came and went: arrivals, put-aways, lists, returns, loans, scrappings, approved adjustments.
- 卡: the bin card, move by move.
- 物: what was counted, bin by bin.

Ledger and card are matched voucher by voucher: each line of the card needs an entry of the same voucher and quantity.
The first line without one, or the first entry without a line, is where they part. A decision that is made on the card
itself (sent back from the pending zone without an exception) is its own voucher. Card and goods part between the last
count at which a bin agreed and the first at which it did not: the moves between are named, and those that would explain
the difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ADJUSTS = ("adjusted", "lost")
"""Kinds of moves by which a count's adjustment is booked, under its number."""
OWN_VOUCHERS = ("sent_back",)
"""Kinds of moves that an accountant or supervisor may order on the card itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A voucher's pieces: positive came, negative left."""

    at: datetime
    voucher_no: str
    quantity: int
    what: str


@dataclass(frozen=True, slots=True)
class CountedBin:
    """A compared figure of a bin, of one lot or (null) of whatever lies there (D13).

    `move_no`: the last move that the comparison knew; `booked`: the adjustment's one."""

    count_no: str
    bin: str
    at: datetime
    book: int
    counted: int
    move_no: int
    booked: int | None
    lot: str | None = None

    @property
    def settled(self) -> int:
        """Pieces by which the card was made to follow what was counted."""
        return 0 if self.booked is None else self.counted - self.book


@dataclass(frozen=True, slots=True)
class CardLine:
    """A move of the card: its change of all pieces, of each bin, and of each lot in each bin (D13)."""

    move_no: int
    at: datetime
    kind: str
    voucher_no: str
    quantity: int
    bins: Mapping[str, int]
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def change_of(self, place: CountedBin) -> int:
        """Pieces of what was counted that came or left."""
        return self.bins.get(place.bin, 0) if place.lot is None else self.places.get((place.bin, place.lot), 0)


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two of the three part.

    `move_no`: the first line of the card that does not fit; null when an entry lacks its line, then `after_move` is the
    card's last line before it. `candidates`: moves among which a bin went wrong; `likely`: those whose quantity would
    explain the difference.
    """

    between: Literal["ledger_card", "card_goods"]
    at: datetime
    voucher_no: str
    move_no: int | None
    after_move: int
    difference: int
    bin: str | None = None
    candidates: tuple[int, ...] = ()
    likely: tuple[int, ...] = ()
    lot: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The three of a sku. `goods` is the card corrected by open differences; null when nothing was ever counted."""

    sku: str
    name: str
    ledger: int
    card: int
    goods: int | None
    partings: tuple[Parting, ...]

    @property
    def agrees(self) -> bool:
        """No two of them part."""
        return not self.partings


def agreement(
    sku: str, name: str, entries: Iterable[Entry], card: Sequence[CardLine], counted: Sequence[CountedBin]
) -> Agreement:
    """The report of one sku; `card` in the order of its numbers."""
    entries = tuple(entries)
    known = {entry.voucher_no for entry in entries}
    own = tuple(
        Entry(line.at, line.voucher_no, line.quantity, line.kind)
        for line in card
        if line.kind in OWN_VOUCHERS and line.voucher_no not in known
    )
    ledger = (*entries, *own)
    latest = _latest(counted)
    balance = sum(line.quantity for line in card)
    parted = _ledger_and_card(ledger, card)
    apart = {figure: _difference(figure, counted, card) for figure in latest}
    partings = ((parted,) if parted else ()) + tuple(
        _card_and_goods(figure, difference, counted, card) for figure, difference in apart.items() if difference
    )
    return Agreement(
        sku=sku,
        name=name,
        ledger=sum(entry.quantity for entry in ledger),
        card=balance,
        goods=balance + sum(apart.values()) if latest else None,
        partings=partings,
    )


def _ledger_and_card(ledger: Sequence[Entry], card: Sequence[CardLine]) -> Parting | None:
    unmatched: dict[tuple[str, int], list[Entry]] = {}
    for entry in sorted(ledger, key=lambda entry: entry.at):
        unmatched.setdefault((entry.voucher_no, entry.quantity), []).append(entry)
    extra: CardLine | None = None
    for line in card:
        if line.quantity == 0:  # pieces that lie elsewhere now, or for somebody else: no voucher counts them
            continue
        waiting = unmatched.get((line.voucher_no, line.quantity))
        if waiting:
            waiting.pop(0)
        elif extra is None:
            extra = line
    lacking = min((entry for left in unmatched.values() for entry in left), key=lambda entry: entry.at, default=None)
    difference = sum(entry.quantity for entry in ledger) - sum(line.quantity for line in card)
    if extra is not None and (lacking is None or extra.at <= lacking.at or extra.voucher_no == lacking.voucher_no):
        return Parting("ledger_card", extra.at, extra.voucher_no, extra.move_no, extra.move_no - 1, difference)
    if lacking is not None and lacking.quantity:
        after = max((line.move_no for line in card if line.at <= lacking.at), default=0)
        return Parting("ledger_card", lacking.at, lacking.voucher_no, None, after, difference)
    return None


def _difference(figure: CountedBin, counted: Sequence[CountedBin], card: Sequence[CardLine]) -> int:
    """Pieces that lay there more than the card says now of that moment, but for those by which it was made to follow.

    A move counts at the time when it happened (D6): one that is told after its count was adjusted makes them part.
    """
    lots = {x.lot for x in counted if (x.count_no, x.bin) == (figure.count_no, figure.bin) and x.lot is not None}
    book = 0
    for line in card:
        by_it = line.kind in ADJUSTS and line.voucher_no == figure.count_no
        if line.at > figure.at or by_it:
            continue
        book += line.change_of(figure)
        if figure.lot is None:  # a count that names lots there counts the others beside them (D13)
            book -= sum(line.places.get((figure.bin, lot), 0) for lot in lots if lot is not None)
    return figure.counted - book - figure.settled


def _card_and_goods(
    open_: CountedBin, difference: int, counted: Sequence[CountedBin], card: Sequence[CardLine]
) -> Parting:
    before = [
        x
        for x in counted
        if (x.bin, x.lot) == (open_.bin, open_.lot) and x.at < open_.at and not _difference(x, counted, card)
    ]
    after_move = max((max(x.move_no, x.booked or 0) for x in before), default=0)
    between = [line for line in card if after_move < line.move_no and line.at <= open_.at and line.change_of(open_)]
    # Recorded but not carried out (or recorded twice), or recorded with the wrong sign.
    likely = [line for line in between if difference in (-line.change_of(open_), -2 * line.change_of(open_))]
    return Parting(
        "card_goods",
        open_.at,
        open_.count_no,
        between[0].move_no if between else None,
        after_move,
        difference,
        open_.bin,
        tuple(line.move_no for line in between),
        tuple(line.move_no for line in likely),
        open_.lot,
    )


def _latest(counted: Iterable[CountedBin]) -> tuple[CountedBin, ...]:
    """The last figure of each bin and lot; one of whatever lies there takes the place of an earlier count's lots, and
    they of its."""
    found: dict[tuple[str, str | None], CountedBin] = {}
    for figure in sorted(counted, key=lambda figure: figure.at):
        for key, known in tuple(found.items()):
            if key[0] == figure.bin and known.count_no != figure.count_no and None in (known.lot, figure.lot):
                del found[key]
        found[figure.bin, figure.lot] = figure
    return tuple(found[place] for place in sorted(found, key=lambda place: (place[0], place[1] or "")))
