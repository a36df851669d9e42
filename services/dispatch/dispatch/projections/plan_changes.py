"""Rows of what was changed on a day plan (排程变更记录): who, when, what, from where to where (B4, X1).

Places are without goods: what a stop carries is on the day itself.
"""

from typing import Any

from contracts.dispatch_days import PlanChanged, Slot, SlotMove
from contracts.envelope import Meta
from contracts.fact import Fact
from dispatch.projections.rows import Json
from runtime.service import Facet, Projection, key_of

KEPT = 1_000
"""Changes of one day that are listed: ten for each stop of a day of a hundred stops; all of them stay events."""


def fold_changes(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """Changes in the order in which they were made. `state`: standing, undone (taken back), reverted (put back because
    a job did not follow)."""
    row: Json = {"changes": [], **(facet or {}), "version": meta.sequence}
    if not isinstance(event, PlanChanged):
        return row
    one = {
        "change_id": event.change_id,
        "kind": event.kind,
        "at": event.at.isoformat(),
        "by": meta.actor,
        "reason": event.reason,
        "of": event.of,
        "state": "standing",
        "moves": [_move(move) for move in event.moves],
        "version": meta.sequence,
    }
    known = row["changes"]
    match event.kind:
        case "undo":
            known = _marked(known, event.of, "undone")
        case "redo":
            known = _marked(known, event.of, "standing")
        case "revert":
            known = _reverted(known, event.of)
        case _:
            pass
    return {**row, "changes": [*known, one][-KEPT:]}


def _move(move: SlotMove) -> Json:
    return {
        "job_id": move.job_id,
        "contract_no": move.contract_no,
        "before": _place(move.before),
        "after": _place(move.after),
    }


def _place(slot: Slot | None) -> Json | None:
    shown: Any = {"crew", "half", "position", "window", "volume_l", "spread", "forced"}
    return None if slot is None else slot.model_dump(mode="json", include=shown)


def _marked(changes: list[Json], change_id: str | None, state: str) -> list[Json]:
    return [{**one, "state": state} if one["change_id"] == change_id else one for one in changes]


def _reverted(changes: list[Json], change_id: str | None) -> list[Json]:
    """A change that was put back; an undo or redo that was put back leaves its own change as it was before."""
    known = next((one for one in changes if one["change_id"] == change_id), None)
    marked = _marked(changes, change_id, "reverted")
    if known is None or known["kind"] not in {"undo", "redo"}:
        return marked
    return _marked(marked, known["of"], "standing" if known["kind"] == "undo" else "undone")


PLAN_CHANGES = Projection(
    name="plan_changes",
    row=key_of,
    facets=(Facet(name="plan", service="dispatch", prefixes=("day",), fold=fold_changes),),
)
