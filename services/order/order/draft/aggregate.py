"""待补合同 Draft (A13): the rows that a file has for one contract, while some of them cannot be taken.

One aggregate per contract number, `draft:HT26030001`; rows that do not say their number have one that begins with X. It
waits, visibly, until its rows are mended and registered, or nobody wants them. Nothing outside follows from it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts import order_drafts as facts
from contracts.bounds import OneLine
from order.contract.fields import Note, Text
from order.refusals import no
from order.who import IMPORTS
from runtime.aggregate import Aggregate, Decision
from runtime.decision import Command, Timer, said_again
from runtime.use_case import UseCase

DraftNo = Annotated[str, Field(pattern=r"^[A-Z0-9]{4,20}$", examples=["HT26030001"])]


class KeepDraft(Command):
    """待补: the rows of a contract as a file has them, or as somebody has mended them so far."""

    command: Literal["KeepDraft"] = "KeepDraft"
    draft_no: DraftNo
    file: OneLine
    rows: Annotated[tuple[facts.DraftRow, ...], Field(min_length=1, max_length=facts.MAX_ROWS)]
    note: Note = ""


class TakeDraft(Command):
    """已补齐: a contract with these rows was registered."""

    command: Literal["TakeDraft"] = "TakeDraft"
    draft_no: DraftNo
    contract_no: DraftNo


class DropDraft(Command):
    """待补合同不要了 Drop a contract that waits for its rows (A13)

    With the reason: none of its rows is registered.
    """

    command: Literal["DropDraft"] = "DropDraft"
    draft_no: DraftNo
    reason: Text


@dataclass(frozen=True, slots=True)
class NoDraft:
    """No file had such rows."""


@dataclass(frozen=True, slots=True)
class Kept:
    """待补."""

    draft_no: str
    file: str
    rows: tuple[facts.DraftRow, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """已补齐."""

    last: Kept
    contract_no: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """不要了."""

    last: Kept
    reason: str


Draft = NoDraft | Kept | Taken | Dropped


def keep(command: KeepDraft, draft: Draft, ctx: Context) -> Decision[facts.DraftEvent]:
    """Rules: A13. The same rows again are no event, also when they were taken or dropped meanwhile."""
    last = draft.last if isinstance(draft, Taken | Dropped) else draft
    if isinstance(last, Kept) and _said(last.rows) == _said(command.rows):
        return ()
    return (
        facts.DraftKept(
            at=command.at or ctx.now,
            draft_no=command.draft_no,
            file=command.file,
            rows=command.rows,
            note=command.note,
        ),
    )


def _said(rows: tuple[facts.DraftRow, ...]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """What rows say, wherever they stand: the same contract may lie in another place of the next file."""
    return tuple((row.cells, row.reason) for row in rows)


def take(command: TakeDraft, draft: Draft, ctx: Context) -> Decision[facts.DraftEvent]:
    """Rules: A13. Whatever does not wait is no event: most contracts never did."""
    if not isinstance(draft, Kept):
        return ()
    at = command.at or ctx.now
    return (facts.DraftTaken(at=at, draft_no=command.draft_no, contract_no=command.contract_no),)


def drop(command: DropDraft, draft: Draft, ctx: Context) -> Decision[facts.DraftEvent]:
    """Rules: A13, X7. Dropped already is no event. Refuses: unknown_draft, draft_taken, said_otherwise (for another
    reason)."""
    match draft:
        case NoDraft():
            return no("unknown_draft", draft_no=command.draft_no)
        case Taken():
            return no("draft_taken", draft_no=command.draft_no, contract_no=draft.contract_no)
        case Dropped():
            return said_again(draft.reason, command.reason)
        case Kept():
            return (facts.DraftDropped(at=command.at or ctx.now, draft_no=command.draft_no, reason=command.reason),)
    assert_never(draft)


def evolve(draft: Draft, event: facts.DraftEvent) -> Draft:
    """The draft after an event."""
    match event:
        case facts.DraftKept():
            return Kept(event.draft_no, event.file, event.rows, event.at)
        case facts.DraftTaken():
            return Taken(draft, event.contract_no) if isinstance(draft, Kept) else draft
        case facts.DraftDropped():
            return Dropped(draft, event.reason) if isinstance(draft, Kept) else draft
    assert_never(event)


def due(_: Draft) -> tuple[Timer, ...]:
    """Nothing falls due by itself."""
    return ()


USE_CASES: tuple[UseCase[Any, Draft, facts.DraftEvent], ...] = (
    UseCase(KeepDraft, keep, cites="A13"),
    UseCase(TakeDraft, take, cites="A13"),
    UseCase(DropDraft, drop, IMPORTS, "drop", cites="A13"),
)

DRAFT = Aggregate[Draft, facts.DraftEvent]("draft", NoDraft(), (NoDraft, Kept, Taken, Dropped), evolve, USE_CASES, due)
