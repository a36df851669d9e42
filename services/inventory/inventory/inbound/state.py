"""The situations of an inbound slip."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from company.depots import said_depot
from company.policy import Policy
from contracts import inventory_inbound as facts
from contracts.inventory_inbound import InboundEvent
from inventory.refusals import no
from inventory.stock.lots import zone_of
from runtime.agreeing import Proposals
from runtime.decision import Rejected

Decision = Sequence[InboundEvent] | Rejected


@dataclass(frozen=True, slots=True)
class NoSlip:
    """Nothing was issued."""


@dataclass(frozen=True, slots=True)
class Issued:
    """Goods may come; nothing was checked."""

    slip: facts.SlipIssued


@dataclass(frozen=True, slots=True)
class Voided:
    """作废."""

    slip: facts.SlipIssued
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OpenException:
    """An exception, and what of it lies in the pending zone. `none`: of its pieces, those that were none (D16); `lot`:
    of which its pieces are."""

    opened: facts.InboundExceptionOpened
    settled: facts.InboundExceptionSettled | None = None
    none: int = 0
    lot: str = ""

    @property
    def left(self) -> int:
        """Pieces that something is wrong with."""
        return self.opened.quantity - self.none

    @property
    def aside(self) -> int:
        """Of these, in the pending zone."""
        return min(self.left, self.opened.pieces_aside)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to settle it."""
        return self.settled is None and self.left > 0


@dataclass(frozen=True, slots=True)
class Part:
    """Pieces of a line's put-away that lie, or lay, in a bin."""

    line_no: int
    part: int
    quantity: int
    bin: str
    lot: str = ""


@dataclass(frozen=True, slots=True)
class WrongCheck:
    """A correction of the check: of these lines, as they ought to have been checked."""

    correction_no: str
    lines: tuple[facts.LineFound, ...]
    reason: str
    asked_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """Counted and signed; what was put away, and what is wrong; a correction that waits, and those that were made."""

    slip: facts.SlipIssued
    lines: tuple[facts.CheckedLine, ...]
    papers_due: datetime
    put_away: tuple[Part, ...] = ()
    exceptions: tuple[OpenException, ...] = ()
    papers: facts.PapersHandedOver | None = None
    overdue_told: bool = False
    corrections: Proposals[WrongCheck] = field(default_factory=Proposals)

    def done(self, line_no: int) -> tuple[int, int]:
        """Pieces of a line that were put away, and in how many parts."""
        parts = [one for one in self.put_away if one.line_no == line_no]
        return sum(one.quantity for one in parts), max((one.part for one in parts), default=0)

    def left(self) -> int:
        """Good pieces that still wait for a bin."""
        return sum(line.good - self.done(line.line_no)[0] for line in self.lines)

    def with_part(self, part: Part) -> "Checked":
        """With more pieces of a put-away in a bin."""
        same = [x for x in self.put_away if replace(x, quantity=part.quantity) == part]
        kept = tuple(x for x in self.put_away if x not in same)
        return replace(self, put_away=(*kept, replace(part, quantity=part.quantity + sum(x.quantity for x in same))))


Inbound = NoSlip | Issued | Voided | Checked
INITIAL: Inbound = NoSlip()
STATES = (NoSlip, Issued, Voided, Checked)


def is_unchecked(inbound: Inbound) -> bool:
    """Issued, and nothing was checked."""
    return isinstance(inbound, Issued)


def good_bin_flaw(policy: Policy, depot: str, bin_: str) -> Rejected | None:
    """Why good pieces cannot lie in a bin; None when they can (D2, D6)."""
    zone = zone_of(policy, depot, bin_)
    if zone is None:
        return no("bad_bin", depot=said_depot(policy, depot), bin=bin_ or "—")
    return no("bin_is_pending", bin=bin_) if zone.kind == "pending" else None
