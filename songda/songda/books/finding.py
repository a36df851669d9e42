"""What does not add up, and since which event."""

from dataclasses import asdict, dataclass
from datetime import datetime

from dashboards.books.report import Book, BookFinding, SinceEvent


@dataclass(frozen=True, slots=True)
class Difference:
    """Two holders say different things. `what` names the two figures, `where` the contract's line, card or run."""

    book: Book
    where: str
    what: str
    zh: str
    en: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The same difference after another event, whatever its figures are then."""
        return self.book, self.where, self.what


@dataclass(frozen=True, slots=True)
class Since:
    """The first event after which it was so, and is so until now."""

    type: str
    subject: str
    sequence: int
    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference with what it came from."""

    difference: Difference
    since: Since

    def told(self) -> BookFinding:
        """As pages and programs read it."""
        return BookFinding(**asdict(self.difference), since=SinceEvent(**asdict(self.since)))
