"""入库单 Inbound slip: from the accountant's issue to the papers' return (D1, D2, D3, D5, K18).

One aggregate per slip, `inbound:RK260309001`. Nothing enters without it. Checked against the delivery note, its good
pieces are put away bin by bin; what is wrong is an exception with its pieces in the pending zone until it is settled.
The rules lie by topic: `slip` (D1, D5), `check` (D2, D3), `put_away` (D2, D6), `correcting` (D16).
"""

from dataclasses import replace
from typing import Any, assert_never

from company.context import Context
from contracts import inventory_inbound as facts
from contracts.inventory_inbound import InboundEvent
from contracts.inventory_stock import StockExcessReported, StockShortReported
from inventory.inbound import check, correcting, put_away, slip
from inventory.inbound.state import (
    INITIAL,
    STATES,
    Checked,
    Decision,
    Inbound,
    Issued,
    NoSlip,
    OpenException,
    Part,
    Voided,
)
from inventory.refusals import no
from runtime.aggregate import Aggregate
from runtime.decision import Timer
from runtime.use_case import UseCase


def evolve(inbound: Inbound, event: InboundEvent) -> Inbound:
    """The slip after an event."""
    match event:
        case facts.SlipIssued():
            return Issued(event)
        case facts.InboundChecked():
            return Checked(inbound.slip, event.lines, event.papers_due) if isinstance(inbound, Issued) else inbound
        case facts.SlipCancelled():
            return Voided(inbound.slip, event.reason) if isinstance(inbound, Issued) else inbound
        case StockShortReported() | StockExcessReported():
            return inbound
        case _ if not isinstance(inbound, Checked):
            return inbound
        case facts.InboundExceptionOpened():
            return replace(inbound, exceptions=(*inbound.exceptions, OpenException(event, lot=event.lot)))
        case facts.InboundPutAway():
            return inbound.with_part(Part(event.line_no, event.part, event.quantity, event.bin, event.lot))
        case facts.InboundExceptionSettled():
            exceptions = tuple(
                replace(x, settled=event) if x.opened.exception_id == event.exception_id else x
                for x in inbound.exceptions
            )
            return replace(inbound, exceptions=exceptions)
        case facts.PapersHandedOver():
            return replace(inbound, papers=event)
        case facts.InboundPapersOverdue():
            return replace(inbound, overdue_told=True)
        case facts.CheckCorrectionAsked() | facts.CheckCorrectionRefused() | facts.CheckCorrected():
            return correcting.evolve(inbound, event)
        case facts.PutAwayMoved():
            return correcting.moved(inbound, event)
    assert_never(event)


def due(inbound: Inbound) -> tuple[Timer, ...]:
    """The papers (K18), until they are handed over or told as overdue."""
    if not isinstance(inbound, Checked) or inbound.papers is not None or inbound.overdue_told:
        return ()
    return (Timer("papers", inbound.papers_due, slip.NotePapersOverdue()),)


OF_WHAT_WAS_CHECKED = (
    put_away.PutAway
    | put_away.SettleException
    | slip.HandOverPapers
    | correcting.AskCheckCorrection
    | correcting.ApproveCheckCorrection
    | correcting.RefuseCheckCorrection
)


def at_the_door(case: UseCase[Any, Any, InboundEvent], command: Any, inbound: Inbound, ctx: Context) -> Decision:
    """Nothing enters without a slip; by a void one neither; nothing is put away before the check."""
    match inbound:
        case NoSlip() if not isinstance(command, slip.IssueSlip):
            return () if case.path is None else no("unknown_slip")
        case Voided() if isinstance(command, check.CheckSlip | OF_WHAT_WAS_CHECKED):
            return no("slip_cancelled", slip_no=inbound.slip.slip_no)
        case Issued() if isinstance(command, OF_WHAT_WAS_CHECKED):
            return no("not_checked", slip_no=inbound.slip.slip_no)
        case _:
            return case.rule(command, inbound, ctx)


INBOUND = Aggregate[Inbound, InboundEvent](
    "inbound",
    INITIAL,
    STATES,
    evolve,
    (*slip.USE_CASES, *check.USE_CASES, *put_away.USE_CASES, *correcting.USE_CASES),
    due,
    at_the_door,
)
