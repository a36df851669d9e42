"""The situations of an inbound slip, and how events change them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from contracts.inventory_inbound import (
    CheckedLine,
    InboundChecked,
    InboundExceptionOpened,
    InboundExceptionSettled,
    InboundPapersOverdue,
    InboundPutAway,
    PapersHandedOver,
    SlipCancelled,
    SlipIssued,
)
from contracts.inventory_stock import StockExcessReported, StockShortReported

InboundEvent = (
    SlipIssued
    | SlipCancelled
    | InboundChecked
    | InboundExceptionOpened
    | InboundPutAway
    | InboundExceptionSettled
    | PapersHandedOver
    | InboundPapersOverdue
    | StockShortReported
    | StockExcessReported
)


@dataclass(frozen=True, slots=True)
class NoSlip:
    """Nothing was issued."""


@dataclass(frozen=True, slots=True)
class Issued:
    """Goods may come; nothing was checked."""

    slip: SlipIssued


@dataclass(frozen=True, slots=True)
class Voided:
    """作废."""

    slip: SlipIssued


@dataclass(frozen=True, slots=True)
class OpenException:
    """An exception, and what of it lies in the pending zone."""

    opened: InboundExceptionOpened
    settled: InboundExceptionSettled | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """Counted and signed; `put_away` pieces and number of put-aways per line."""

    slip: SlipIssued
    lines: tuple[CheckedLine, ...]
    papers_due: datetime
    put_away: tuple[tuple[int, int, int], ...] = ()
    """(line number, pieces, parts)."""
    exceptions: tuple[OpenException, ...] = ()
    papers: PapersHandedOver | None = None
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


def evolve(inbound: Inbound, event: InboundEvent) -> Inbound:
    """The slip after an event."""
    if isinstance(event, SlipIssued):
        return Issued(event)
    if isinstance(event, InboundChecked):
        return Checked(inbound.slip, event.lines, event.papers_due) if isinstance(inbound, Issued) else inbound
    if isinstance(event, SlipCancelled):
        return Voided(inbound.slip) if isinstance(inbound, Issued) else inbound
    return _checked_after(inbound, event) if isinstance(inbound, Checked) else inbound


def _checked_after(
    inbound: Checked,
    event: InboundExceptionOpened
    | InboundPutAway
    | InboundExceptionSettled
    | PapersHandedOver
    | InboundPapersOverdue
    | StockShortReported
    | StockExcessReported,
) -> Checked:
    match event:
        case InboundExceptionOpened():
            return replace(inbound, exceptions=(*inbound.exceptions, OpenException(event)))
        case InboundPutAway():
            pieces, _ = inbound.done(event.line_no)
            others = tuple(entry for entry in inbound.put_away if entry[0] != event.line_no)
            return replace(inbound, put_away=(*others, (event.line_no, pieces + event.quantity, event.part)))
        case InboundExceptionSettled():
            exceptions = tuple(
                replace(x, settled=event) if x.opened.exception_id == event.exception_id else x
                for x in inbound.exceptions
            )
            return replace(inbound, exceptions=exceptions)
        case PapersHandedOver():
            return replace(inbound, papers=event)
        case InboundPapersOverdue():
            return replace(inbound, overdue_told=True)
        case StockShortReported() | StockExcessReported():
            return inbound
    assert_never(event)
