"""Rows of what was changed on a day plan (排程变更记录): who, when, what, from where to where (B4, X1).

Places are without goods: what a stop carries is on the day itself.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from contracts.dispatch_days import PlanChanged, Slot, SlotMove
from contracts.envelope import Meta
from contracts.fact import Fact, Half, Window
from runtime.service import Facet, Projection, key_of
from runtime.typed_rows import ROW, ByName
from runtime.view import Row, Typed

KEPT = 1_000
"""Changes of one day that are listed: ten for each stop of a day of a hundred stops; all of them stay events."""

State = Literal["standing", "undone", "reverted"]


class PlaceView(BaseModel):
    """A place of a day."""

    crew: str
    half: Half
    position: int
    window: Window
    volume_l: int = 0
    spread: bool = False
    forced: str | None = None


class MoveView(BaseModel):
    """One job's part in a change."""

    job_id: str
    contract_no: str
    before: PlaceView | None
    after: PlaceView | None


class ChangeView(BaseModel):
    """A change of the plan. `state`: standing, undone, or reverted (a job did not follow). `of`: what it took back."""

    change_id: str
    kind: str
    at: datetime
    by: str
    reason: str | None
    of: str | None
    state: State
    moves: list[MoveView]
    version: int


class DayChanges(Row):
    """The changes of a day, in the order in which they were made."""

    changes: tuple[ChangeView, ...] = ()
    version: int = 0


def fold_changes(row: DayChanges | None, event: Fact, meta: Meta) -> DayChanges:
    """Changes in the order in which they were made. `state`: standing, undone (taken back), reverted (put back because
    a job did not follow)."""
    known = () if row is None else row.changes
    if not isinstance(event, PlanChanged):
        return DayChanges(changes=known, version=meta.sequence)
    one = ChangeView(
        change_id=event.change_id,
        kind=event.kind,
        at=event.at,
        by=meta.actor,
        reason=event.reason,
        of=event.of,
        state="standing",
        moves=[_move(move) for move in event.moves],
        version=meta.sequence,
    )
    match event.kind:
        case "undo":
            known = _marked(known, event.of, "undone")
        case "redo":
            known = _marked(known, event.of, "standing")
        case "revert":
            known = _reverted(known, event.of)
        case _:
            pass
    return DayChanges(changes=(*known, one)[-KEPT:], version=meta.sequence)


def _move(move: SlotMove) -> MoveView:
    before, after = _place(move.before), _place(move.after)
    return MoveView(job_id=move.job_id, contract_no=move.contract_no, before=before, after=after)


def _place(slot: Slot | None) -> PlaceView | None:
    return None if slot is None else PlaceView.model_validate(slot.model_dump(include=set(PlaceView.model_fields)))


def _marked(changes: tuple[ChangeView, ...], change_id: str | None, state: State) -> tuple[ChangeView, ...]:
    return tuple(one.model_copy(update={"state": state}) if one.change_id == change_id else one for one in changes)


def _reverted(changes: tuple[ChangeView, ...], change_id: str | None) -> tuple[ChangeView, ...]:
    """A change that was put back; an undo or redo that was put back leaves its own change as it was before."""
    known = next((one for one in changes if one.change_id == change_id), None)
    marked = _marked(changes, change_id, "reverted")
    if known is None or known.kind not in {"undo", "redo"}:
        return marked
    return _marked(marked, known.of, "standing" if known.kind == "undo" else "undone")


CHANGES_OF_DAYS = ByName("plan_changes", DayChanges)
PLAN_CHANGES = Projection(
    name=CHANGES_OF_DAYS.name,
    row=key_of,
    facets=(Facet(ROW, "dispatch", ("day",), fold_changes, Typed(ROW, DayChanges, fold_changes)),),
)
