"""A second bookkeeping of contracts, from `order.events` alone: complete exactly when nothing is missing (A3)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from contracts.order import (
    CompletenessLost,
    ContractAmended,
    ContractCancelled,
    ContractFulfilled,
    ContractSigned,
    DamageNoted,
    DeliveryNoted,
    GoodsCompleted,
    GoodsNoted,
    GoodsReleaseNoted,
    ReturnRefunded,
)
from harness.goods_books import GoodsBooks
from harness.streams import Happened


@dataclass
class ContractBook:
    """One contract: what was sold, line by line, and what it counts as kept for it."""

    sold: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Line number -> product and pieces."""
    kept: dict[int, int] = field(default_factory=dict)
    """Line number, removed ones included -> pieces that came, less damaged (before they left) and released ones."""
    at_door: dict[int, int] = field(default_factory=dict)
    """Line number -> pieces that were broken when they were delivered."""
    settled: dict[int, int] = field(default_factory=dict)
    """Line number -> pieces that were refunded."""
    delivered: dict[int, int] = field(default_factory=dict)
    complete: bool = False
    cancelled: bool = False
    fulfilled: bool = False

    def missing(self) -> dict[int, int]:
        """Line number -> pieces that lack."""
        return self.lacking(self.kept)

    def lacking(self, kept: dict[int, int]) -> dict[int, int]:
        """The same, if so many were kept."""
        lack = {no: pieces - kept.get(no, 0) + self.at_door.get(no, 0) for no, pieces in self.needed().items()}
        return {no: pieces for no, pieces in lack.items() if pieces > 0}

    def is_short(self, kept: dict[int, int]) -> bool:
        """Whether a line of which something is owed lacks pieces, if so many were kept."""
        return bool(self.lacking(kept).keys() & self.owed())

    def needed(self) -> dict[int, int]:
        """Line number -> pieces that the customer is to have."""
        return {no: quantity - self.settled.get(no, 0) for no, (_, quantity) in self.sold.items()}

    def owed(self) -> set[int]:
        """Lines of which the customer is still to have something."""
        return {no for no, needed in self.needed().items() if needed > self.delivered.get(no, 0)}


class ContractBooks:
    """All contracts. `wrong` says where completeness was not what the lines said, decision by decision."""

    def __init__(self, events: Iterable[Happened]) -> None:
        self.contracts: dict[str, ContractBook] = {}
        self.wrong: list[str] = []
        of_contracts = sorted(
            (event for event in events if event.kind == "contract"),
            key=lambda event: (event.meta.subject, event.meta.sequence),
        )
        for (subject, _), decision in groupby(of_contracts, key=lambda event: (event.meta.subject, event.cause)):
            no = subject.partition(":")[2]
            book = self.contracts.setdefault(no, ContractBook())
            names = []
            for event in decision:
                self._fold(book, event)
                names.append(type(event.fact).__name__)
            is_open = not book.cancelled and not book.fulfilled and bool(book.owed())
            if is_open and book.complete == book.is_short(book.kept):
                self.wrong.append(f"{no} after {names}: complete is {book.complete}, {book.kept} of {book.needed()}")

    def _fold(self, book: ContractBook, event: Happened) -> None:
        fact = event.fact
        match fact:
            case ContractSigned():
                book.sold = {line.line_no: (line.sku, line.quantity) for line in fact.lines}
            case ContractAmended():
                book.sold = {line.line_no: (line.sku, line.quantity) for line in fact.lines}
            case GoodsNoted():
                book.kept[fact.line_no] = book.kept.get(fact.line_no, 0) + fact.quantity
            case DamageNoted(in_warehouse=True):
                book.kept[fact.line_no] = book.kept.get(fact.line_no, 0) - fact.quantity
            case GoodsReleaseNoted():
                for line in fact.lines:
                    book.kept[line.line_no] = book.kept.get(line.line_no, 0) - line.quantity
            case DeliveryNoted():
                for line in fact.delivered:
                    book.delivered[line.line_no] = book.delivered.get(line.line_no, 0) + line.quantity
                for line in fact.damaged:
                    book.at_door[line.line_no] = book.at_door.get(line.line_no, 0) + line.quantity
            case ReturnRefunded() if fact.quantity:
                book.settled[fact.line_no] = book.settled.get(fact.line_no, 0) + fact.quantity
            case GoodsCompleted():
                book.complete = True
            case CompletenessLost():
                book.complete = False
            case ContractCancelled():
                book.cancelled = True
            case ContractFulfilled():
                book.fulfilled = True
            case _:
                pass

    def agree_with(self, goods: GoodsBooks) -> list[str]:
        """Contract and warehouse say the same: lines, pieces, cancellation; and completeness is what lies there."""
        wrong = []
        for no, book in self.contracts.items():
            lines = goods.lines[no]
            expected = {line_no: (sku, lines[line_no, sku].expected) for line_no, sku in goods.current[no].items()}
            if book.cancelled != (no in goods.cancelled):
                wrong.append(f"{no}: cancelled {book.cancelled}, in the warehouse {no in goods.cancelled}")
            if not book.cancelled and book.sold != expected:
                wrong.append(f"{no}: sold {book.sold}, the warehouse expects {expected}")
            there: dict[int, int] = {}
            for (line_no, _), pieces in lines.items():
                there[line_no] = there.get(line_no, 0) + pieces.kept
            noted = book.kept
            wrong += [
                f"{no}/{line_no}: {there.get(line_no, 0)} kept in the warehouse, {noted.get(line_no, 0)} by contract"
                for line_no in sorted({*there, *noted})
                if there.get(line_no, 0) != noted.get(line_no, 0)
            ]
            is_open = not book.cancelled and not book.fulfilled and bool(book.owed())
            if is_open and book.complete == book.is_short(there):
                wrong.append(f"{no}: complete is {book.complete}, but {there} of {book.sold} are there or left")
        return wrong
