"""Rows of runs (出车).

Times are ISO text in UTC, days ISO dates, money fen, volume litres. `version` is the aggregate's, for If-Match.
"""

from contracts.dispatch_road import (
    CashOverdue,
    DayReported,
    DayReportOverdue,
    DeliveryListIssued,
    RunClosed,
    StopEnded,
    StopOrderChanged,
    StopReached,
)
from contracts.dispatch_runs import CashCollected, CashHandedIn, RunDeparted, RunLoaded, RunPlanned
from contracts.envelope import Meta
from contracts.fact import Fact
from dispatch.projections.rows import Json
from runtime.service import Facet, Projection, key_of


def fold_run(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """One crew's day: sheet, count, signatures, departure, cash (B9, B11, B16). `status`: plan, loaded, way, closed."""
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
        "list_by": None,
        "driver": None,
        "left_behind": [],
        "reached": [],
        "order_changes": [],
        "ended": [],
        "closed": None,
        "report": None,
        "cash_overdue": False,
        "report_overdue": False,
        "collected": [],
        "handed_in": [],
        "on_vehicle_fen": 0,
        **(facet or {}),
        **seen,
    }
    match event:
        case RunPlanned():
            sheet = event.model_dump(mode="json", include={"on", "crew", "leader", "vehicle", "stops"})
            anew = {"counted": None, "loaded_at": None, "list_no": None, "list_by": None}
            return {**row, **sheet, **anew, "edition": event.version, "status": "plan"}
        case DeliveryListIssued():
            return {**row, "list_no": event.list_no, "list_by": event.issued_by}
        case RunLoaded():
            loaded = event.model_dump(
                mode="json", include={"counted", "leader_signed", "warehouse_signed", "settlement"}
            )
            return {**row, **loaded, "status": "loaded", "loaded_at": event.at.isoformat()}
        case RunDeparted():
            gone = event.model_dump(mode="json", include={"leader", "driver", "vehicle", "list_no", "left_behind"})
            return {**row, **gone, "status": "way", "departed_at": event.at.isoformat()}
        case StopReached():
            one = {"at": event.at.isoformat(), "job_id": event.job_id, "number": event.number}
            return {**row, "reached": [*row["reached"], one]}
        case StopOrderChanged():
            told = event.model_dump(mode="json", include={"job_id", "instead_of", "reason"})
            return {**row, "order_changes": [*row["order_changes"], {"at": event.at.isoformat(), **told}]}
        case StopEnded():
            over = {"at": event.at.isoformat(), "job_id": event.job_id, "outcome": event.outcome}
            return {**row, "ended": [*row["ended"], over]}
        case CashCollected():
            one = {"at": event.at.isoformat(), "job_id": event.job_id, "amount_fen": event.amount_fen}
            return {**row, "collected": [*row["collected"], one], "on_vehicle_fen": event.on_vehicle_fen}
        case CashHandedIn():
            paid = event.model_dump(mode="json", include={"received_by", "amount_fen", "receipt_no", "witness"})
            handed_in = [*row["handed_in"], {"at": event.at.isoformat(), **paid}]
            return {**row, "handed_in": handed_in, "on_vehicle_fen": event.on_vehicle_fen}
        case RunClosed():
            cash = {"collected_fen", "handed_in_fen", "difference_fen", "explanation", "closed_by"}
            closed = event.model_dump(mode="json", include=cash)
            return {**row, "status": "closed", "closed": {"at": event.at.isoformat(), **closed}}
        case DayReported():
            filed = event.model_dump(mode="json", exclude={"event", "at", "on", "crew"})
            return {**row, "report": {"at": event.at.isoformat(), **filed}}
        case CashOverdue():
            return {**row, "cash_overdue": True}
        case DayReportOverdue():
            return {**row, "report_overdue": True}
        case _:
            return row


RUNS = Projection(
    name="runs",
    row=key_of,
    facets=(Facet(name="run", service="dispatch", prefixes=("run",), fold=fold_run),),
    indexes=(("run.on",),),
)
