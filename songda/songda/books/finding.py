"""What does not add up."""

from dataclasses import asdict, dataclass

from contracts.envelope import Meta
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

    def since(self, event: SinceEvent) -> BookFinding:
        """With the event after which it has been so."""
        return BookFinding(**asdict(self), since=event)


def since(meta: Meta) -> SinceEvent:
    """An event, as a finding names it."""
    return SinceEvent(type=meta.type, subject=meta.subject, sequence=meta.sequence, at=meta.time, id=meta.id)
