"""What a verification of the books came to, as programs read it (`songda verify books --json`)."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict

from contracts.described import Described

Book = Literal["pieces", "money", "card", "cash", "transfer"]
"""件数, 货款, 存卡, 车上现金, 调拨."""


class _Told(Described):
    model_config = ConfigDict(frozen=True)


class SinceEvent(_Told):
    """The first event after which it was so, and is so until now."""

    type: str
    subject: str
    sequence: int
    at: datetime
    id: str


class BookFinding(_Told):
    """Two holders say different things about a contract's line, a card or a run, `where`."""

    book: Book
    where: str
    what: str
    """Names the two figures."""
    zh: str
    en: str
    since: SinceEvent


class BooksReport(_Told):
    """What the streams came to. `settled`: false when people or processes were still at it."""

    settled: bool
    events: int
    contracts: int
    cards: int
    unreadable: int
    """Records that no book could take."""
    findings: tuple[BookFinding, ...]


class BooksView(_Told):
    """The last verification, and how it stands with the next."""

    checked_at: datetime | None
    report: BooksReport | None
    """None: not verified yet."""
    running: bool
    failed_at: datetime | None
    """The last one gave no answer."""
