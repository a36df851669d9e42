"""The situations of an inbound slip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from company.depots import said_depot
from company.policy import Policy
from contracts import inventory_inbound as facts
from contracts.inventory_inbound import InboundEvent
from inventory.refusals import no
from inventory.stock.lots import zone_of
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
    """An exception, and what of it lies in the pending zone."""

    opened: facts.InboundExceptionOpened
    settled: facts.InboundExceptionSettled | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Counted and signed; `put_away` pieces and number of put-aways per line."""

    slip: facts.SlipIssued
    lines: tuple[facts.CheckedLine, ...]
    papers_due: datetime
    put_away: tuple[tuple[int, int, int], ...] = ()
    """(line number, pieces, parts)."""
    exceptions: tuple[OpenException, ...] = ()
    papers: facts.PapersHandedOver | None = None
    overdue_told: bool = False

    def done(self, line_no: int) -> tuple[int, int]:
        """Pieces of a line that were put away, and in how many parts."""
        return next(((pieces, parts) for number, pieces, parts in self.put_away if number == line_no), (0, 0))

    def left(self) -> int:
        """Good pieces that still wait for a bin."""
        return sum(line.good - self.done(line.line_no)[0] for line in self.lines)


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
