"""Rows of day plans (送货安排表).

Times are ISO text in UTC, days ISO dates, money fen, volume litres. `version` is the aggregate's, for If-Match.
"""

from contracts.dispatch_days import (
    CrewAbsent,
    CrewOfDayChanged,
    CrewReturned,
    DayAdjusted,
    DayOpened,
    DayPublished,
    PlanOverdue,
    SlotConfirmed,
    SlotReleased,
    SlotReserved,
)
from contracts.envelope import Meta
from contracts.fact import Fact
from dispatch.projections.rows import Json
from runtime.service import Facet, Projection, key_of


def fold_day(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """One day plan: crews, slots in the order in which they were given, editions and adjustments (B4, B8)."""
    seen = {"version": meta.sequence}
    if isinstance(event, DayOpened):
        opened = event.model_dump(mode="json", exclude={"event", "at"})
        empty = {"slots": [], "edition": 0, "published_at": None, "changed": False, "adjustments": []}
        return {**opened, **empty, "absences": [], "told": [], "overdue": False, **seen}
    row = {**(facet or {}), **seen}
    published = bool(row.get("edition"))
    match event:
        case SlotReserved():
            slot = event.slot.model_dump(mode="json")
            held = {
                **slot,
                "confirmed": False,
                "expires_at": event.expires_at.isoformat(),
                "reservation": meta.sequence,
                "change_id": event.change_id,
            }
            row = {**row, "slots": [*_others(row, event.slot.job_id), held], "changed": published}
            if event.adjustment_reason is None:
                return row
            told = {
                "at": event.at.isoformat(),
                "by": meta.actor,
                "job_id": event.slot.job_id,
                "reason": event.adjustment_reason,
            }
            return {**row, "adjustments": [*row["adjustments"], told]}
        case SlotConfirmed():
            slots = [{**slot, "confirmed": True} if slot["job_id"] == event.job_id else slot for slot in row["slots"]]
            return {**row, "slots": slots, "changed": published}
        case SlotReleased():
            left = _others(row, event.job_id)
            return {**row, "slots": left, "changed": row["changed"] or (published and left != row["slots"])}
        case DayPublished():
            return {**row, "edition": event.version, "published_at": event.at.isoformat(), "changed": False}
        case PlanOverdue():
            return {**row, "overdue": True}
        case DayAdjusted():
            return {**row, "told": list(event.told)}
        case CrewAbsent():
            absence = event.model_dump(mode="json", include={"crew", "half", "reason"})
            return {**row, "absences": [*_present(row, event.crew), absence]}
        case CrewReturned():
            return {**row, "absences": _present(row, event.crew)}
        case CrewOfDayChanged():
            now = event.crew.model_dump(mode="json")
            crews = [now if crew["crew"] == event.crew.crew else crew for crew in row["crews"]]
            return {**row, "crews": crews, "changed": published}
        case _:
            return row


def _present(row: Json, crew: str) -> list[Json]:
    return [absence for absence in row["absences"] if absence["crew"] != crew]


def _others(row: Json, job: str) -> list[Json]:
    return [slot for slot in row["slots"] if slot["job_id"] != job]


DAYS = Projection(
    name="days",
    row=key_of,
    facets=(Facet(name="day", service="dispatch", prefixes=("day",), fold=fold_day),),
)
