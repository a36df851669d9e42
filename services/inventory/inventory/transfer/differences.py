"""Where both counts of a transfer differ: somebody explains it, a second person settles it, the books follow (D17)."""

from typing import Any, Literal

from company.context import Context
from contracts import inventory_transfers as facts
from contracts.bounds import Nth
from contracts.inventory_transfers import TransferEvent
from contracts.spelling import Lot
from inventory.fields import Reason
from inventory.refusals import no
from inventory.transfer.state import Decision, Differs, Done, Known, Open, Transfer
from inventory.who import EXPLAINS, SETTLES
from runtime.agreeing import to_agree
from runtime.decision import Command
from runtime.use_case import UseCase

CAUSES: dict[facts.Difference, tuple[facts.Cause, ...]] = {
    "lacking": ("never_left", "came_late", "lost"),
    "over": ("uncounted", "found"),
}
"""What can have become of pieces that lack, and where those came from that are over."""


class OfDifference(Command):
    """Which one: a line and lot of which pieces are lacking, or over."""

    line_no: Nth
    lot: Lot = ""
    kind: facts.Difference


class ExplainDifference(OfDifference):
    """差异说明 Explain a difference (D17)

    What became of the pieces, and who answers for it; a second person decides.
    """

    command: Literal["ExplainDifference"] = "ExplainDifference"
    cause: facts.Cause
    answers: facts.Answers
    reason: Reason


class SettleDifference(OfDifference):
    """同意差异处理 Settle a difference (D17)

    By another person than who explained it: the books follow.
    """

    command: Literal["SettleDifference"] = "SettleDifference"


class RefuseExplanation(OfDifference):
    """不同意差异说明 Refuse an explanation (D17)

    The difference is open again.
    """

    command: Literal["RefuseExplanation"] = "RefuseExplanation"
    reason: Reason


def explain(command: ExplainDifference, transfer: Known, ctx: Context) -> Decision:
    """Somebody says what became of the pieces.

    Rules: D17, X7. The same again is no event. Refuses: unknown_transfer, no_such_difference, cause_does_not_fit,
    explanation_waits.
    """
    one = _open(command, transfer)
    if one is None:
        return _not_open(command, transfer)
    if command.cause not in CAUSES[command.kind]:
        return no("cause_does_not_fit", line_no=command.line_no)
    explained = facts.TransferDifferenceExplained(
        at=command.at or ctx.now,
        transfer_no=transfer.asked.transfer_no,
        line_no=command.line_no,
        lot=command.lot,
        kind=command.kind,
        cause=command.cause,
        answers=command.answers,
        reason=command.reason,
        explained_by=ctx.by,
    )
    if one.explained is None:
        return (explained,)
    same = one.explained.model_copy(update={"at": explained.at}) == explained
    return () if same else no("explanation_waits", line_no=command.line_no, by=one.explained.explained_by)


def settle(command: SettleDifference, transfer: Known, ctx: Context) -> Decision:
    """A second person agrees to what became of the pieces.

    Rules: D17, D16, B23. Refuses: unknown_transfer, no_such_difference, transfer_unexplained, own_explanation.
    """
    one = _open(command, transfer)
    if one is None or not isinstance(transfer, Differs):
        return _not_open(command, transfer)
    number = transfer.asked.transfer_no
    unknown, own = no("transfer_unexplained", line_no=command.line_no), no("own_explanation", transfer_no=number)
    told = to_agree(one.explained, ctx.by, unknown, own)
    if not isinstance(told, facts.TransferDifferenceExplained):
        return told
    line = next(line for line in transfer.asked.lines if line.line_no == command.line_no)
    return (
        facts.TransferDifferenceSettled(
            at=command.at or ctx.now,
            transfer_no=number,
            line_no=line.line_no,
            sku=line.sku,
            name=line.name,
            lot=command.lot,
            kind=command.kind,
            quantity=one.difference.quantity,
            contract_no=line.contract_no,
            contract_line_no=line.contract_line_no,
            cause=told.cause,
            answers=told.answers,
            from_depot=transfer.asked.from_depot,
            depot=transfer.to_depot,
            reason=told.reason,
            explained_by=told.explained_by,
            settled_by=ctx.by,
        ),
    )


def refuse(command: RefuseExplanation, transfer: Known, ctx: Context) -> Decision:
    """The explanation does not convince: the difference is open again.

    Rules: D17. Refuses: unknown_transfer, no_such_difference, transfer_unexplained.
    """
    one = _open(command, transfer)
    if one is None:
        return _not_open(command, transfer)
    if one.explained is None:
        return no("transfer_unexplained", line_no=command.line_no)
    return (
        facts.TransferExplanationRefused(
            at=command.at or ctx.now,
            transfer_no=transfer.asked.transfer_no,
            line_no=command.line_no,
            lot=command.lot,
            kind=command.kind,
            reason=command.reason,
            refused_by=ctx.by,
        ),
    )


def _key(one: OfDifference | facts.TransferDifference | facts.TransferDifferenceSettled) -> tuple[int, str, str]:
    return (one.line_no, one.lot, one.kind)


def _open(command: OfDifference, transfer: Known) -> Open | None:
    if not isinstance(transfer, Differs):
        return None
    return next((one for one in transfer.open if _key(one.difference) == _key(command)), None)


def _not_open(command: OfDifference, transfer: Known) -> Decision:
    """Settled already: nothing new to a second person who agrees; else there is no such difference."""
    settled = transfer.settled if isinstance(transfer, Differs | Done) else ()
    if isinstance(command, SettleDifference) and any(_key(one) == _key(command) for one in settled):
        return ()
    return no("no_such_difference", transfer_no=transfer.asked.transfer_no, line_no=command.line_no)


def has_unexplained(transfer: Transfer) -> bool:
    """Pieces of which nobody said what became of them."""
    return isinstance(transfer, Differs) and any(one.explained is None for one in transfer.open)


def has_explained(transfer: Transfer) -> bool:
    """An explanation waits for a second person."""
    return isinstance(transfer, Differs) and any(one.explained is not None for one in transfer.open)


USE_CASES: tuple[UseCase[Any, Any, TransferEvent], ...] = (
    UseCase(ExplainDifference, explain, EXPLAINS, "explanations", status=201, wanted=has_unexplained),
    UseCase(SettleDifference, settle, SETTLES, "settlements", status=201, wanted=has_explained),
    UseCase(RefuseExplanation, refuse, SETTLES, "refusals", status=201, wanted=has_explained),
)
