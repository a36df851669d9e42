"""Rows of runs (出车).

Times are ISO text in UTC, days ISO dates, money fen, volume litres. `version` is the aggregate's, for If-Match.
"""

from contracts.dispatch import (
    CashCollected,
    CashHandedIn,
    RunDeparted,
    RunLoaded,
    RunPlanned,
)
from contracts.envelope import Meta
from contracts.fact import Fact
from dispatch.projections.rows import Json, after_colon
from runtime.service import Facet, Projection


def fold_run(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """One crew's day: sheet, count, signatures, departure, cash (B9, B11, B16). `status`: plan, loaded, way."""
    seen = {"version": meta.sequence}
    row: Json = {
        "status": "plan",
        "counted": None,
        "leader_signed": None,
        "warehouse_signed": None,
        "settlement": None,
        "loaded_at": None,
        "departed_at": None,
        "list_no": None,
        "collected": [],
        "handed_in": [],
        "on_vehicle_fen": 0,
        **(facet or {}),
        **seen,
    }
    match event:
        case RunPlanned():
            sheet = event.model_dump(mode="json", include={"on", "crew", "leader", "vehicle", "stops"})
            return {**row, **sheet, "edition": event.version, "status": "plan", "counted": None, "loaded_at": None}
        case RunLoaded():
            loaded = event.model_dump(
                mode="json", include={"counted", "leader_signed", "warehouse_signed", "settlement"}
            )
            return {**row, **loaded, "status": "loaded", "loaded_at": event.at.isoformat()}
        case RunDeparted():
            return {**row, "status": "way", "departed_at": event.at.isoformat(), "list_no": event.list_no}
        case CashCollected():
            one = {"at": event.at.isoformat(), "job_id": event.job_id, "amount_fen": event.amount_fen}
            return {**row, "collected": [*row["collected"], one], "on_vehicle_fen": event.on_vehicle_fen}
        case CashHandedIn():
            one = {"at": event.at.isoformat(), "received_by": event.received_by, "amount_fen": event.amount_fen}
            return {**row, "handed_in": [*row["handed_in"], one], "on_vehicle_fen": event.on_vehicle_fen}
        case _:
            return row


RUNS = Projection(
    name="runs",
    version=1,
    row=after_colon,
    facets=(Facet(name="run", service="dispatch", prefixes=("run",), fold=fold_run),),
    indexes=(("run.on",),),
)
