"""呆滞报废申请 Scrap application: applied for, approved by another, executed before a witness (D10).

One aggregate per application, `scrap:BF260401001`. The pieces are set apart when it is made, so that nobody issues
them meanwhile; refused or withdrawn, they are free again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, assert_never, get_args

from pydantic import Field

from company.context import Context
from contracts import inventory_stock as facts
from contracts.bounds import HowMany, MoneyFen, OptionalId
from contracts.inventory_stock import ScrapEvent
from contracts.spelling import Sku
from inventory.depots import depot_flaw
from inventory.fields import Note, PaperNo, Photos, Text, dated
from inventory.papers import own_paper, refused
from inventory.refusals import no
from inventory.who import ACCOUNTS, APPLIES, KEEPER, STANDS_BY
from inventory.wrong_issue import Corrections, Issued, after, right, use_cases
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected, said_again
from runtime.second import Second
from runtime.use_case import Asker, Born, UseCase

EVENTS: tuple[type[ScrapEvent], ...] = get_args(ScrapEvent)

# --- commands -----------------------------------------------------------------------------------------------------


class ApplyScrap(Command):
    """呆滞报废申请 Apply to scrap (D10)

    Pieces of the pending zone or of free stock; they are set apart at once. Without `application_no` one is made.
    Answers the number in `body.application_no`.
    """

    command: Literal["ApplyScrap"] = "ApplyScrap"
    application_no: PaperNo
    depot: OptionalId = "main"
    sku: Sku
    name: Text
    quantity: Annotated[int, Field(ge=1, le=999_999)]
    bin: Text | None = None
    pending: bool = False
    reason: Text
    photos: Photos = ()
    value_fen: Annotated[MoneyFen, Field(ge=0)] | None = None


class NoteScrapGoods(Command):
    """The stock's answer: the pieces are set apart, or there are too few."""

    command: Literal["NoteScrapGoods"] = "NoteScrapGoods"
    held: bool
    available: HowMany = 0


class ApproveScrap(Command):
    """批准报废 Approve (D10)

    By the manager or the accountant, never by the applicant.
    """

    command: Literal["ApproveScrap"] = "ApproveScrap"
    note: Note = ""


class RefuseScrap(Command):
    """不批、撤回 Refuse or withdraw (D10)

    The pieces are free again. Who does not approve withdraws the own application only.
    """

    command: Literal["RefuseScrap"] = "RefuseScrap"
    reason: Text


class ExecuteScrap(Command):
    """执行报废 Execute (D10)

    The pieces are destroyed or sold: approved, before a witness, with photos. The witness signs as `second` (B23).
    """

    command: Literal["ExecuteScrap"] = "ExecuteScrap"
    witness: Text | None = None
    photos: Photos = ()
    proceeds_fen: Annotated[MoneyFen, Field(ge=0)] = 0


# --- states -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoApplication:
    """Nobody applied."""


@dataclass(frozen=True, slots=True)
class Applied:
    """Applied for; `held` once the stock set the pieces apart."""

    applied: facts.ScrapApplied
    held: bool = False


@dataclass(frozen=True, slots=True)
class Approved:
    """May be executed."""

    applied: facts.ScrapApplied
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """Refused or withdrawn (the pieces were short), or executed."""

    applied: facts.ScrapApplied
    how: Literal["refused", "short", "executed"]
    said: str = ""
    """Why it was refused; or before whom it was executed, and for how much."""
    corrections: Corrections = field(default_factory=Corrections)
    """Of what left by it (D16)."""

    @property
    def executed(self) -> bool:
        """Whether the pieces are gone."""
        return self.how == "executed"


Known = Applied | Approved | Ended
Scrap = NoApplication | Applied | Approved | Ended
INITIAL: Scrap = NoApplication()
Decision = Sequence[ScrapEvent] | Rejected

# --- rules --------------------------------------------------------------------------------------------------------


def apply_scrap(command: ApplyScrap, scrap: Scrap, ctx: Context) -> Decision:
    """Pieces of free stock or of the pending zone are to be scrapped.

    Rules: D10. The same again is no event. Refuses: unknown_depot (D17), scrap_contradicts.
    """
    at = command.at or ctx.now
    applied = facts.ScrapApplied(
        at=at,
        application_no=command.application_no,
        depot=command.depot,
        sku=command.sku,
        name=command.name,
        quantity=command.quantity,
        bin=command.bin,
        pending=command.pending,
        reason=command.reason,
        photos=command.photos,
        applied_by=ctx.by,
        value_fen=command.value_fen,
    )
    match scrap:
        case NoApplication():
            return depot_flaw(ctx.policy, command.depot) or (applied,)
        case Applied(applied=known) if known.model_copy(update={"at": at, "applied_by": ctx.by}) == applied:
            return ()
        case Applied() | Approved() | Ended():
            return no("scrap_contradicts", application_no=command.application_no)
    assert_never(scrap)


def note_goods(command: NoteScrapGoods, scrap: Known, ctx: Context) -> Decision:
    """The stock set the pieces apart; or has too few, and the application is off.

    Rules: D10, D8.
    """
    match scrap:
        case Approved() | Ended() | Applied(held=True):
            return ()
        case Applied(applied=applied) if command.held:
            return (facts.ScrapGoodsHeld(at=command.at or ctx.now, application_no=applied.application_no),)
        case Applied(applied=applied):
            reason = f"可报废的只有 {command.available} 件"
            at = command.at or ctx.now
            return (refused(facts.ScrapRefused, applied, held=False, short=True, reason=reason, by="system", at=at),)
    assert_never(scrap)


def approve_scrap(command: ApproveScrap, scrap: Known, ctx: Context) -> Decision:
    """Another person than the applicant agrees, once the pieces are set apart.

    Rules: D10. Refuses: unknown_scrap, scrap_ended, scrap_not_held, own_application.
    """
    match scrap:
        case Ended():
            return no("scrap_ended", application_no=scrap.applied.application_no)
        case Approved():
            return said_again(scrap.note, command.note)
        case Applied(applied=applied) if not scrap.held:
            return no("scrap_not_held", application_no=applied.application_no)
        case Applied(applied=applied) if applied.applied_by == ctx.by:
            return no("own_application")
        case Applied(applied=applied):
            return (
                facts.ScrapApproved(
                    at=command.at or ctx.now,
                    application_no=applied.application_no,
                    approved_by=ctx.by,
                    note=command.note,
                ),
            )
    assert_never(scrap)


def refuse_scrap(command: RefuseScrap, scrap: Known, ctx: Context) -> Decision:
    """Not approved, or withdrawn before it was executed: the pieces are free again.

    Rules: D10. Refuses: unknown_scrap, scrap_ended (executed), scrap_not_held (the stock has not answered yet).
    """
    match scrap:
        case Ended() if scrap.executed:
            return no("scrap_ended", application_no=scrap.applied.application_no)
        case Ended(how="short"):
            return ()
        case Ended():
            return said_again(scrap.said, command.reason)
        case Applied(applied=applied) if not scrap.held:
            return no("scrap_not_held", application_no=applied.application_no)
        case Applied() | Approved():
            at = command.at or ctx.now
            return (refused(facts.ScrapRefused, scrap.applied, held=True, reason=command.reason, by=ctx.by, at=at),)
    assert_never(scrap)


def execute_scrap(command: ExecuteScrap, scrap: Known, ctx: Context) -> Decision:
    """The pieces are gone: only approved, and before a witness.

    Rules: D10, B23. Refuses: unknown_scrap, scrap_ended (refused), scrap_not_approved, applicant_is_witness.
    """
    witness = ctx.second.id if ctx.second is not None else command.witness or ctx.by
    match scrap:
        case Ended():
            if scrap.executed:
                return said_again(scrap.said, _executed(witness, command.proceeds_fen))
            return no("scrap_ended", application_no=scrap.applied.application_no)
        case Applied(applied=applied):
            return no("scrap_not_approved", application_no=applied.application_no)
        case Approved(applied=applied) if witness == applied.applied_by:
            return no("applicant_is_witness", witness=witness)
        case Approved(applied=applied):
            return (
                facts.ScrapExecuted(
                    at=command.at or ctx.now,
                    application_no=applied.application_no,
                    depot=applied.depot,
                    sku=applied.sku,
                    name=applied.name,
                    quantity=applied.quantity,
                    executed_by=ctx.by,
                    witness=witness,
                    photos=command.photos,
                    proceeds_fen=command.proceeds_fen,
                ),
            )
    assert_never(scrap)


def _executed(witness: str, proceeds_fen: int) -> str:
    return f"见证人 {witness}，收入 {proceeds_fen / 100:.2f} 元"


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(scrap: Scrap, event: ScrapEvent) -> Scrap:
    """The application after an event."""
    match event:
        case facts.ScrapApplied():
            return Applied(event)
        case facts.ScrapGoodsHeld():
            return replace(scrap, held=True) if isinstance(scrap, Applied) else scrap
        case facts.ScrapApproved():
            return Approved(scrap.applied, event.note) if isinstance(scrap, Applied) else scrap
        case facts.ScrapRefused():
            how: Literal["refused", "short"] = "short" if event.short else "refused"
            return scrap if isinstance(scrap, NoApplication) else Ended(scrap.applied, how, event.reason)
        case facts.ScrapExecuted():
            said = _executed(event.witness, event.proceeds_fen)
            return scrap if isinstance(scrap, NoApplication) else Ended(scrap.applied, "executed", said)
        case facts.PaperCorrectionAsked() | facts.PaperCorrectionRefused() | facts.PaperCorrected():
            if not isinstance(scrap, Ended):
                return scrap
            return replace(scrap, corrections=after(scrap.corrections, event))
    assert_never(event)


# --- use cases, and where a page offers them -------------------------------------------------------------------------


def issued_of(scrap: Scrap) -> Issued | None:
    """What left by it, as it is right."""
    if not isinstance(scrap, Ended) or not scrap.executed:
        return None
    applied = scrap.applied
    was = right(scrap.corrections, 1, applied.quantity)
    line = facts.LeftPieces(line_no=1, sku=applied.sku, name=applied.name, was=was, right=was, pending=applied.pending)
    return Issued("scrap", applied.application_no, applied.depot, (line,), scrap.corrections)


def awaits_approval(scrap: Scrap) -> bool:
    """The pieces are set apart, and nobody agreed yet."""
    return isinstance(scrap, Applied) and scrap.held


def is_held(scrap: Scrap) -> bool:
    """The pieces are set apart and still there."""
    return awaits_approval(scrap) or isinstance(scrap, Approved)


def is_approved(scrap: Scrap) -> bool:
    """May be executed."""
    return isinstance(scrap, Approved)


def at_the_door(case: UseCase[Any, Any, ScrapEvent], command: Any, scrap: Scrap, ctx: Context) -> Decision:
    """Whatever is asked of an application, somebody must have made it."""
    if isinstance(scrap, NoApplication) and not isinstance(command, ApplyScrap):
        return () if case.path is None else no("unknown_scrap")
    return case.rule(command, scrap, ctx)


async def own_application(asker: Asker, number: str, body: RefuseScrap) -> RefuseScrap:
    """Who does not approve withdraws the own application only."""
    if asker.role not in ACCOUNTS:
        await own_paper(asker, "scraps", number, EVENTS, "D10")
    return body


SCRAP = Aggregate[Scrap, ScrapEvent](
    "scrap",
    INITIAL,
    (NoApplication, Applied, Approved, Ended),
    evolve,
    (
        UseCase(
            ApplyScrap,
            apply_scrap,
            APPLIES,
            "",
            body="ScrapWanted",
            born=Born("application_no", made=dated("BF")),
            status=201,
        ),
        UseCase(NoteScrapGoods, note_goods),
        UseCase(ApproveScrap, approve_scrap, ACCOUNTS, "approval", bare=False, status=201, wanted=awaits_approval),
        UseCase(
            RefuseScrap,
            refuse_scrap,
            ACCOUNTS | APPLIES,
            "refusal",
            prepare=own_application,
            status=201,
            wanted=is_held,
        ),
        UseCase(
            ExecuteScrap,
            execute_scrap,
            KEEPER,
            "execution",
            status=201,
            wanted=is_approved,
            second=Second(STANDS_BY),
            signers=("witness",),
        ),
        *use_cases("scraps", issued_of),
    ),
    door=at_the_door,
)
