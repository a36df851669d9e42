"""Rows of jobs (派工单).

Times are ISO text in UTC, days ISO dates, money fen, volume litres. `version` is the aggregate's, for If-Match.
"""

from contracts.dispatch import (
    DeliveryCompleted,
    DeliveryDeparted,
    DeliveryFailed,
    InstallationBooked,
    InstallationCompleted,
    InstallationOverdue,
    JobCompletenessChanged,
    JobOpened,
    SiteNotReady,
    StopConfirmedByWarehouse,
    StopPublished,
    StopScheduled,
    StopUnscheduled,
    VisitDone,
)
from contracts.envelope import Meta
from contracts.fact import Fact
from dispatch.projections.rows import Json, after_colon
from runtime.service import Facet, Projection

NO_SLOT: Json = {
    "depot": None,
    "on": None,
    "half": None,
    "crew": None,
    "vehicle": None,
    "position": None,
    "window": None,
    "day_version": 0,
    "leader": None,
    "edition": None,
    "warehouse_ready": None,
    "warehouse_note": None,
}


def fold_job(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """One job. `status`: plan (待排 or draft), pub, way, done, fail; `ready`: may be planned (B1, B2)."""
    seen = {"version": meta.sequence}
    if isinstance(event, JobOpened):
        opened = event.model_dump(mode="json", exclude={"event", "at"})
        return {
            **opened,
            **NO_SLOT,
            "opened_at": event.at.isoformat(),
            "district": event.customer.district,
            "status": "plan",
            "ready": event.kind != "delivery",
            "missing": [],
            "call_back_on": None,
            "booked_on": None,
            "booked_half": None,
            "booked_at": None,
            "override_reason": None,
            "overdue": False,
            "ended_at": None,
            "outcome": None,
            **seen,
        }
    row = {**(facet or {}), **seen}
    match event:
        case JobCompletenessChanged():
            told = event.model_dump(mode="json", include={"complete_on", "lines", "volume_l", "amount_due_fen"})
            return {**row, "complete_on": None, **{key: value for key, value in told.items() if value is not None}}
        case InstallationBooked():
            return {
                **_arranged_anew(row),
                "ready": True,
                "missing": [],
                "call_back_on": None,
                "booked_on": event.on.isoformat(),
                "booked_half": event.half,
                "booked_at": event.at.isoformat(),
                "override_reason": event.override_reason,
            }
        case SiteNotReady():
            return {
                **_arranged_anew(row),
                "ready": False,
                "missing": list(event.missing),
                "call_back_on": event.call_back_on.isoformat(),
                "booked_on": None,
                "booked_half": None,
                "booked_at": None,
            }
        case StopScheduled():
            slot = event.model_dump(mode="json", exclude={"event", "at", "job_id"})
            return {**row, **NO_SLOT, **slot, "status": "plan"}
        case StopUnscheduled():
            return {**row, **NO_SLOT, "status": "plan"}
        case StopPublished():
            return {**row, "status": "pub", "leader": event.leader, "edition": event.version}
        case StopConfirmedByWarehouse():
            return {**row, "warehouse_ready": event.ready, "warehouse_note": event.note}
        case DeliveryDeparted():
            leader = event.leader or row.get("leader")
            return {**row, "status": "way", "leader": leader, "vehicle": event.vehicle}
        case DeliveryCompleted():
            outcome = event.model_dump(
                mode="json",
                include={"delivered", "signed_by", "signature_ref", "taught_use", "cash_fen", "install_due"},
            )
            return {**row, "status": "done", "ended_at": event.at.isoformat(), "outcome": outcome}
        case DeliveryFailed():
            outcome = event.model_dump(mode="json", include={"cause", "goods", "consent_by"})
            return {
                **row,
                "status": "fail",
                "ready": False,
                "booked_on": None,
                "booked_half": None,
                "booked_at": None,
                "ended_at": event.at.isoformat(),
                "outcome": outcome,
            }
        case InstallationCompleted():
            outcome = event.model_dump(mode="json", include={"accepted_by", "note"})
            return {
                **row,
                "status": "done",
                "leader": event.leader,
                "ended_at": event.at.isoformat(),
                "outcome": outcome,
            }
        case InstallationOverdue():
            return {**row, "overdue": True}
        case VisitDone():
            return {**row, "status": "done", "ended_at": event.at.isoformat(), "outcome": {"note": event.note}}
        case _:
            return row


def _arranged_anew(row: Json) -> Json:
    """A failed delivery that is talked about again is 待排, in no slot."""
    return {**row, **NO_SLOT, "status": "plan"} if row["status"] == "fail" else row


JOBS = Projection(
    name="jobs",
    version=1,
    row=after_colon,
    facets=(Facet(name="job", service="dispatch", prefixes=("job",), fold=fold_job),),
    indexes=(("job.status", "job.promised_on"), ("job.on",), ("job.contract_no",)),
)
