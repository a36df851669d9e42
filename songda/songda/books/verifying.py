"""All streams through the books: what does not add up, with the first event after which it is so (A9, A12)."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord, TopicPartition

from contracts.dispatch_runs import CashCollected, CashHandedIn
from contracts.envelope import BadEnvelope, Meta, from_headers, type_of
from contracts.fact import Fact
from contracts.inventory_stock import StockMoved
from contracts.inventory_transfers import NUMBERS
from contracts.reading import kind_of, read_event
from dashboards.books.report import BookFinding, BooksReport, SinceEvent
from runtime import kafka
from runtime.settings import Settings
from songda.books.account import OF_ACCOUNTS, Account, contracts_of
from songda.books.card import Card, VehicleCash
from songda.books.finding import Difference, since
from songda.books.transit import OF_TRANSFERS, Transit, transfers_of

Spans = Mapping[TopicPartition, tuple[int, int]]

READ = frozenset({*OF_ACCOUNTS, *OF_TRANSFERS, CashHandedIn})
"""All that the books are about; other events are passed over by their header."""

SERVICES = ("order", "inventory", "dispatch")
"""Whose streams hold them."""


@dataclass
class Books:
    """Every account, card, vehicle and transfer."""

    accounts: dict[str, Account] = field(default_factory=dict)
    cards: defaultdict[tuple[str, str], Card] = field(default_factory=lambda: defaultdict(Card))
    vehicles: defaultdict[str, VehicleCash] = field(default_factory=lambda: defaultdict(VehicleCash))
    transits: dict[str, Transit] = field(default_factory=dict)
    findings: list[BookFinding] = field(default_factory=list)
    """Of books of one aggregate: wrong after that very event."""
    events: int = 0

    def fold(self, fact: Fact, meta: Meta) -> None:
        """The books after an event. Each aggregate's own events come in order, those of several in any."""
        self.events += 1
        for number in contracts_of(fact, meta) if type(fact) in OF_ACCOUNTS else ():
            account = self.accounts.get(number)
            if account is None:
                account = self.accounts[number] = Account(number)
            account.fold(fact, meta)
        for number in transfers_of(fact):
            transit = self.transits.get(number)
            if transit is None:
                transit = self.transits[number] = Transit(number)
            transit.fold(fact, meta)
        for difference in self._of_one_aggregate(fact, meta):
            self.findings.append(difference.since(since(meta)))

    def _of_one_aggregate(self, fact: Fact, meta: Meta) -> Iterator[Difference]:
        match fact:
            case StockMoved():
                yield from self.cards[fact.depot, fact.sku].fold(fact)
            case CashCollected() | CashHandedIn():
                yield from self.vehicles[meta.subject].fold(fact)
            case _:
                pass

    def apart(self) -> dict[str, tuple[Difference, ...]]:
        """Contracts and transfers whose holders do not agree."""
        books: dict[str, Account | Transit] = {**self.accounts, **self.transits}
        found = ((number, tuple(book.differences())) for number, book in sorted(books.items()))
        return {number: differences for number, differences in found if differences}


def traced(number: str, story: Iterable[tuple[Fact, Meta]]) -> list[BookFinding]:
    """What is wrong with one contract or transfer at the end of its story, and since which event it has been so.

    The story is put into the order of time in which we heard of it; an aggregate's own events keep theirs.
    """
    book = Transit(number) if number.startswith(NUMBERS) else Account(number)
    begun = dict[tuple[str, str, str], SinceEvent]()
    last: tuple[Difference, ...] = ()
    for fact, meta in sorted(story, key=lambda told: (told[1].time, told[1].subject, told[1].sequence)):
        book.fold(fact, meta)
        last = tuple(book.differences())
        begun = {one.key: begun.get(one.key, since(meta)) for one in last}
    return [one.since(begun[one.key]) for one in last]


async def verify(
    settings: Settings, spans: Spans, progress: Callable[[int], None], *, settled: bool = True
) -> BooksReport:
    """Fold all that is committed; read it once more for those contracts that do not add up, if there are any.

    `settled`: whether nothing was under way when the streams were measured.
    """
    books, unreadable = Books(), 0
    async for told in _told(settings, spans):
        if told is None:
            unreadable += 1
        else:
            books.fold(*told)
            if books.events % 5_000 == 0:
                progress(books.events)
    wrong = books.apart()
    stories: dict[str, list[tuple[Fact, Meta]]] = {number: [] for number in wrong}
    if wrong:
        async for told in _told(settings, spans):
            for number in _whose(*told) if told is not None else ():
                if told is not None and number in stories:
                    stories[number].append(told)
    found = [finding for number, story in stories.items() for finding in traced(number, story)]
    return BooksReport(
        settled=settled,
        events=books.events,
        contracts=len(books.accounts),
        cards=len(books.cards),
        unreadable=unreadable,
        findings=(*books.findings, *found),
    )


def _whose(fact: Fact, meta: Meta) -> tuple[str, ...]:
    """Numbers of the contracts and transfers that an event concerns."""
    contracts = contracts_of(fact, meta) if type(fact) in OF_ACCOUNTS else ()
    return (*contracts, *transfers_of(fact))


async def _told(settings: Settings, spans: Spans) -> AsyncIterator[tuple[Fact, Meta] | None]:
    """Each event that the books are about; None for one of them that cannot be read."""
    async for _, records in kafka.read_between(settings, spans):
        for record in records:
            if _is_wanted(record):
                yield _read(record)


def _is_wanted(record: ConsumerRecord[bytes, bytes]) -> bool:
    """Whether the books are about it; records that are no events at all are nobody's business."""
    try:
        return kind_of(type_of(record.headers)) in READ
    except BadEnvelope:
        return False


def _read(record: ConsumerRecord[bytes, bytes]) -> tuple[Fact, Meta] | None:
    try:
        fact = read_event(record.headers, record.value or b"")
        return None if fact is None else (fact, from_headers(record.headers))
    except (ValueError, BadEnvelope):
        return None
