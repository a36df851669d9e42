"""The row of a scrap application (呆滞报废申请): how it stands, and what was said of it (D10)."""

from dataclasses import dataclass
from typing import Any, Literal, assert_never

from contracts import inventory_stock as facts
from inventory.papers import WrongIssueRow, history, left_by, wrong_row
from inventory.scrap import EVENTS, SCRAP, Applied, Approved, Ended, Known, NoApplication, Scrap, issued_of
from runtime.said import Said
from runtime.view import Instant, Row, View, Whole

Status = Literal["applied", "held", "approved", "executed", "refused", "short"]


class ScrapRow(Row):
    """An application to scrap pieces."""

    application_no: str
    depot: str
    sku: str
    name: str
    quantity: int
    bin: str | None
    pending: bool
    reason: str
    photos: tuple[str, ...]
    applied_by: str
    value_fen: int | None
    state: Status
    applied_at: Instant
    left: int | None = None
    """Pieces that left by it, as it is right (D16)."""
    wrong: WrongIssueRow | None = None
    correcting: bool = False
    version: int = 0


def scrap_row(scrap: Scrap) -> ScrapRow | None:
    """The view."""
    if isinstance(scrap, NoApplication):
        return None
    applied = scrap.applied
    return ScrapRow(
        **applied.model_dump(exclude={"event", "at"}),
        state=status_of(scrap),
        applied_at=applied.at,
        left=left_by(issued_of(scrap)),
        wrong=wrong_row(issued_of(scrap)),
        correcting=wrong_row(issued_of(scrap)) is not None,
    )


def status_of(scrap: Known) -> Status:
    """How far it is."""
    match scrap:
        case Applied():
            return "held" if scrap.held else "applied"
        case Approved():
            return "approved"
        case Ended():
            return scrap.how
    assert_never(scrap)


SCRAPS = View(
    "scraps",
    "inventory",
    SCRAP,
    ScrapRow,
    scrap_row,
    indexes=(("row.state", "row.applied_at"), ("row.sku",), ("row.applied_at",), ("row.correcting",)),
    said=EVENTS,
)


@dataclass(frozen=True, slots=True)
class ScrapFile:
    """An application with what was said of it."""

    row: ScrapRow
    said: Said

    @property
    def approved_by(self) -> str | None:
        """Who agreed."""
        approved = self.said.told(facts.ScrapApproved)
        return None if approved is None else approved.approved_by

    @property
    def executed(self) -> facts.ScrapExecuted | None:
        """That the pieces are gone."""
        return self.said.told(facts.ScrapExecuted)

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        gone = self.executed
        return {
            **self.row.shown(),
            "approved_by": self.approved_by,
            "executed_at": gone and gone.at.isoformat(),
            "witness": gone and gone.witness,
            "proceeds_fen": 0 if gone is None else gone.proceeds_fen,
            "history": history(self.said),
        }


SCRAP_FILES = Whole(SCRAPS, ScrapFile)
"""Reads applications with what was said of them."""
