"""One transfer between depots: what its papers say left and came, and what the bin cards of both depots say (D17)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_stock import StockMoved, StockShortReported
from contracts.inventory_transfers import NUMBERS, TransferDifferenceSettled, TransferReceived, TransferSent
from songda.books.finding import Difference

OF_TRANSFERS = (TransferSent, TransferReceived, TransferDifferenceSettled, StockMoved, StockShortReported)
"""Events that a transfer's book is about; those of cards, where they were made by its paper."""


@dataclass
class Transit:
    """A transfer's pieces by depot and product: what came there, less what left."""

    transfer_no: str
    said: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By both counts, and by what was agreed where they differed."""
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    """On the bin cards."""
    short: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Pieces that left, or were agreed to have left, although the card did not know of them (D9); by holder."""
    sent: set[int] = field(default_factory=set)
    """Lines of which something left."""

    def fold(self, fact: Fact, _: Meta) -> None:
        """The book after an event that concerns this transfer."""
        match fact:
            case TransferSent():
                skus = {line.line_no: line.sku for line in fact.lines}
                self.sent |= skus.keys()
                for one in fact.sent:
                    self.said[fact.from_depot, skus[one.line_no]] -= one.quantity
            case TransferReceived():
                for came in fact.counted:
                    self.said[fact.depot, came.sku] += came.good + came.damaged + came.over
            case TransferDifferenceSettled(cause="never_left"):
                self.said[fact.from_depot, fact.sku] += fact.quantity
            case TransferDifferenceSettled(cause="came_late"):
                self.said[fact.depot, fact.sku] += fact.quantity
            case TransferDifferenceSettled(cause="uncounted"):
                self.said[fact.from_depot, fact.sku] -= fact.quantity
            case StockMoved():
                self.moved[fact.depot, fact.sku] += fact.after - fact.before
            case StockShortReported():
                self.short[fact.depot, fact.sku, fact.needed_for or ""] += fact.wanted - fact.available
            case _:
                pass

    def differences(self) -> Iterator[Difference]:
        """Where papers and cards do not agree, now."""
        lacking: Counter[tuple[str, str]] = Counter()
        for (depot, sku, holder), pieces in self.short.items():
            line_no = holder.rpartition("/")[2]
            if not holder or int(line_no) in self.sent:  # else it was short when it was asked for: nothing left
                lacking[depot, sku] += pieces
        for depot, sku in sorted({*self.said, *self.moved}):
            said, moved = self.said[depot, sku], self.moved[depot, sku] - lacking[depot, sku]
            if said != moved:
                yield Difference(
                    "transfer",
                    f"{self.transfer_no} {depot} {sku}",
                    "by the papers, on the card",
                    f"调拨单 {said:+}，存卡 {moved:+}",
                    f"{said:+} by the papers, {moved:+} on the card",
                )


def transfers_of(fact: Fact) -> tuple[str, ...]:
    """The number of the transfer that an event of `OF_TRANSFERS` concerns, if it concerns one."""
    match fact:
        case TransferSent() | TransferReceived() | TransferDifferenceSettled():
            return (fact.transfer_no,)
        case StockMoved() | StockShortReported() if fact.voucher_no.startswith(NUMBERS):
            return (fact.voucher_no.partition("/")[0],)
        case _:
            return ()
