"""呆滞报废申请 Scrap application: applied for, approved by another, executed before a witness (D10).

One aggregate per application, `scrap:BF260401001`. The pieces are set apart when it is made, so that nobody issues
them meanwhile; refused or withdrawn, they are free again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts.bounds import HowMany, MoneyFen, OptionalId
from contracts.inventory_stock import ScrapApplied, ScrapApproved, ScrapExecuted, ScrapGoodsHeld, ScrapRefused
from contracts.spelling import Sku
from inventory.domain.texts import Note, PaperNo, Photos, Text
from runtime.decision import Command, Rejected, Timer


def scrap_id(application_no: str) -> str:
    """Aggregate id of a scrap application."""
    return f"scrap:{application_no}"


# --- commands -----------------------------------------------------------------------------------------------------


class ApplyScrap(Command):
    """申请报废 (D10)."""

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
    """批准."""

    command: Literal["ApproveScrap"] = "ApproveScrap"
    note: Note = ""


class RefuseScrap(Command):
    """不批, or withdrawn."""

    command: Literal["RefuseScrap"] = "RefuseScrap"
    reason: Text


class ExecuteScrap(Command):
    """执行: the pieces are destroyed or sold, before a witness."""

    command: Literal["ExecuteScrap"] = "ExecuteScrap"
    witness: Text
    photos: Photos = ()
    proceeds_fen: Annotated[MoneyFen, Field(ge=0)] = 0


COMMANDS = ApplyScrap | NoteScrapGoods | ApproveScrap | RefuseScrap | ExecuteScrap
ScrapEvent = ScrapApplied | ScrapGoodsHeld | ScrapApproved | ScrapRefused | ScrapExecuted

# --- states -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoApplication:
    """Nobody applied."""


@dataclass(frozen=True, slots=True)
class Applied:
    """Applied for; `held` once the stock set the pieces apart."""

    applied: ScrapApplied
    held: bool = False


@dataclass(frozen=True, slots=True)
class Approved:
    """May be executed."""

    applied: ScrapApplied


@dataclass(frozen=True, slots=True)
class Ended:
    """Refused, withdrawn, or executed."""

    application_no: str
    executed: bool


Scrap = NoApplication | Applied | Approved | Ended
INITIAL: Scrap = NoApplication()
STATES = (NoApplication, Applied, Approved, Ended)
Decision = tuple[ScrapEvent, ...] | Rejected

# --- decisions ----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, scrap: Scrap, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb."""
    match command:
        case ApplyScrap():
            return apply(command, scrap, ctx)
        case NoteScrapGoods():
            return note_goods(command, scrap, ctx)
        case ApproveScrap():
            return approve(command, scrap, ctx)
        case RefuseScrap():
            return refuse(command, scrap, ctx)
        case ExecuteScrap():
            return execute(command, scrap, ctx)
    assert_never(command)


def apply(command: ApplyScrap, scrap: Scrap, ctx: Context) -> Decision:
    """Pieces of free stock or of the pending zone are to be scrapped.

    Rules: D10. The same again is no event. Refuses: scrap_contradicts.
    """
    at = command.at or ctx.now
    applied = ScrapApplied(
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
            return (applied,)
        case Applied(applied=known) if known.model_copy(update={"at": at, "applied_by": ctx.by}) == applied:
            return ()
        case Applied() | Approved() | Ended():
            return _no(
                "scrap_contradicts",
                f"报废申请 {command.application_no} 已经有了，内容不同。请用新的单号",
                f"Application {command.application_no} exists with other content. Use a new number",
            )
    assert_never(scrap)


def note_goods(command: NoteScrapGoods, scrap: Scrap, ctx: Context) -> Decision:
    """The stock set the pieces apart; or has too few, and the application is off.

    Rules: D10, D8.
    """
    match scrap:
        case NoApplication() | Approved() | Ended() | Applied(held=True):
            return ()
        case Applied(applied=applied) if command.held:
            return (ScrapGoodsHeld(at=command.at or ctx.now, application_no=applied.application_no),)
        case Applied(applied=applied):
            reason = f"可报废的只有 {command.available} 件"
            return (_refused(applied, held=False, short=True, reason=reason, by="system", at=command.at or ctx.now),)
    assert_never(scrap)


def approve(command: ApproveScrap, scrap: Scrap, ctx: Context) -> Decision:
    """Another person than the applicant agrees, once the pieces are set apart.

    Rules: D10. Refuses: unknown_scrap, scrap_ended, not_held, own_application.
    """
    match scrap:
        case NoApplication():
            return _unknown()
        case Ended():
            return _ended(scrap.application_no)
        case Approved():
            return ()
        case Applied(applied=applied) if not scrap.held:
            return _not_held(applied.application_no)
        case Applied(applied=applied) if applied.applied_by == ctx.by:
            return _no(
                "own_application",
                "不能批准自己的报废申请。请经理或会计审批",
                "You cannot approve your own application. Ask the manager or the accountant",
            )
        case Applied(applied=applied):
            return (
                ScrapApproved(
                    at=command.at or ctx.now,
                    application_no=applied.application_no,
                    approved_by=ctx.by,
                    note=command.note,
                ),
            )
    assert_never(scrap)


def refuse(command: RefuseScrap, scrap: Scrap, ctx: Context) -> Decision:
    """Not approved, or withdrawn before it was executed: the pieces are free again.

    Rules: D10. Refuses: unknown_scrap, scrap_ended (executed), not_held (the stock has not answered yet).
    """
    match scrap:
        case NoApplication():
            return _unknown()
        case Ended():
            return _ended(scrap.application_no) if scrap.executed else ()
        case Applied(applied=applied) if not scrap.held:
            return _not_held(applied.application_no)
        case Applied() | Approved():
            at = command.at or ctx.now
            return (_refused(scrap.applied, held=True, short=False, reason=command.reason, by=ctx.by, at=at),)
    assert_never(scrap)


def execute(command: ExecuteScrap, scrap: Scrap, ctx: Context) -> Decision:
    """The pieces are gone: only approved, and before a witness who is not the one who executes.

    Rules: D10. Refuses: unknown_scrap, scrap_ended (refused), scrap_not_approved.
    """
    match scrap:
        case NoApplication():
            return _unknown()
        case Ended():
            return () if scrap.executed else _ended(scrap.application_no)
        case Applied(applied=applied):
            return _no(
                "scrap_not_approved",
                f"报废申请 {applied.application_no} 还没有批准，不能执行",
                f"Application {applied.application_no} is not approved; nothing may be scrapped",
            )
        case Approved(applied=applied):
            return (
                ScrapExecuted(
                    at=command.at or ctx.now,
                    application_no=applied.application_no,
                    depot=applied.depot,
                    sku=applied.sku,
                    name=applied.name,
                    quantity=applied.quantity,
                    executed_by=ctx.by,
                    witness=command.witness,
                    photos=command.photos,
                    proceeds_fen=command.proceeds_fen,
                ),
            )
    assert_never(scrap)


def _refused(applied: ScrapApplied, *, held: bool, short: bool, reason: str, by: str, at: datetime) -> ScrapRefused:
    return ScrapRefused(
        at=at,
        application_no=applied.application_no,
        depot=applied.depot,
        sku=applied.sku,
        held=held,
        short=short,
        reason=reason,
        refused_by=by,
    )


def _no(code: str, zh: str, en: str) -> Rejected:
    return Rejected(code, "D10", zh, en)


def _unknown() -> Rejected:
    return _no("unknown_scrap", "没有这张报废申请。请核对单号", "There is no such application. Check the number")


def _not_held(application_no: str) -> Rejected:
    return _no(
        "not_held",
        f"报废申请 {application_no} 的货还没有封存。请稍候再试",
        f"The pieces of application {application_no} are not set apart yet. Try again in a moment",
    )


def _ended(application_no: str) -> Rejected:
    return _no("scrap_ended", f"报废申请 {application_no} 已经结束", f"Application {application_no} has ended")


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(scrap: Scrap, event: ScrapEvent) -> Scrap:
    """The application after an event."""
    match event:
        case ScrapApplied():
            return Applied(event)
        case ScrapGoodsHeld():
            return replace(scrap, held=True) if isinstance(scrap, Applied) else scrap
        case ScrapApproved():
            return Approved(scrap.applied) if isinstance(scrap, Applied) else scrap
        case ScrapRefused():
            return Ended(event.application_no, executed=False)
        case ScrapExecuted():
            return Ended(event.application_no, executed=True)
    assert_never(event)


def due(scrap: Scrap) -> tuple[Timer, ...]:  # noqa: ARG001 - every aggregate has the same three functions
    """Nothing of an application falls due by itself."""
    return ()
