"""Rows of jobs (派工单).

Times are ISO text in UTC, days ISO dates, money fen, volume litres. `version` is the aggregate's, for If-Match.
"""

from typing import assert_never

from contracts.dispatch_calls import (
    ArrivalCalled,
    ArrivalCallOverdue,
    HalfDayCallOverdue,
    HalfDayTold,
    HomeConfirmationOverdue,
    HomeConfirmed,
    InstallCallMade,
    InstallCallOverdue,
    JobAmended,
    JobCancelled,
    JobPromiseMoved,
    TroubleReported,
)
from contracts.dispatch_jobs import (
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
from contracts.dispatch_road import FailureConsented, PiecesRefused, StopArrived, StopUndeliverable
from contracts.envelope import Meta
from contracts.fact import Fact
from dispatch.projections.rows import Json
from runtime.service import Facet, Projection, key_of

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
    "home_due": None,
    "install_call_due": None,
    "half_day_due": None,
    "arrival_call_due": None,
}

ON_THE_DAY: Json = {"arrived_at": None, "undeliverable": None, "consent": None}
"""What belongs to one attempt to deliver: a new slot begins anew."""


def fold_job(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """One job. `status`: plan (待排 or draft), pub, way, done, fail, cancelled; `ready`: may be planned (B1, B2)."""
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
            "remarks": [],
            "call_back_on": None,
            "booked_on": None,
            "booked_half": None,
            "booked_at": None,
            "override_reason": None,
            "home": None,
            "half_call": None,
            "arrival_call": None,
            "install_call": None,
            "missed_calls": [],
            "trouble": [],
            "arrived_at": None,
            "undeliverable": None,
            "consent": None,
            "refused": [],
            "cancelled": None,
            "overdue": False,
            "ended_at": None,
            "outcome": None,
            **seen,
        }
    row = {**(facet or {}), **seen}
    if isinstance(event, TOLD):
        return {**row, **fold_told(row, event, meta)}
    match event:
        case JobCompletenessChanged():
            told = event.model_dump(mode="json", include={"complete_on", "lines", "volume_l", "amount_due_fen"})
            return {**row, "complete_on": None, **{key: value for key, value in told.items() if value is not None}}
        case InstallationBooked():
            return {
                **_arranged_anew(row),
                "ready": True,
                "missing": [],
                "remarks": [],
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
                "remarks": [one.model_dump() for one in event.remarks],
                "call_back_on": event.call_back_on.isoformat(),
                "booked_on": None,
                "booked_half": None,
                "booked_at": None,
            }
        case StopScheduled():
            slot = event.model_dump(mode="json", exclude={"event", "at", "job_id"})
            return {**row, **NO_SLOT, **ON_THE_DAY, **slot, "status": "plan"}
        case StopUnscheduled():
            return {**row, **NO_SLOT, "status": "plan"}
        case StopPublished():
            published = {"leader": event.leader, "edition": event.version}
            owed = event.model_dump(mode="json", include={"half_day_due", "arrival_call_due"})
            return {**row, **published, **owed, "status": "pub"}
        case StopConfirmedByWarehouse():
            return {**row, "warehouse_ready": event.ready, "warehouse_note": event.note}
        case DeliveryDeparted():
            leader = event.leader or row.get("leader")
            return {**row, "status": "way", "leader": leader, "vehicle": event.vehicle}
        case DeliveryCompleted():
            outcome = event.model_dump(
                mode="json",
                include={
                    "delivered",
                    "signed_by",
                    "signature_ref",
                    "taught_use",
                    "cash_fen",
                    "install_due",
                    "refused",
                    "damaged",
                    "photos",
                },
            )
            return {**row, "status": "done", "ended_at": event.at.isoformat(), "outcome": outcome}
        case DeliveryFailed():
            outcome = event.model_dump(
                mode="json", include={"cause", "goods", "consent_by", "customer_reached", "signature_ref", "photos"}
            )
            return {
                **row,
                "status": "fail" if row["cancelled"] is None else "cancelled",
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
        case JobCancelled():
            cancelled = {"at": event.at.isoformat(), "reason": event.reason, "on_the_road": event.on_the_road}
            if event.on_the_road:
                return {**row, "cancelled": cancelled}
            return {**row, **NO_SLOT, "status": "cancelled", "cancelled": cancelled, "ended_at": event.at.isoformat()}
        case JobPromiseMoved():
            due_at = row["due_at"] if event.due_at is None else event.due_at.isoformat()
            return {**row, "promised_on": event.promised_on.isoformat(), "due_at": due_at}
        case JobAmended():
            told = event.model_dump(mode="json", include={"customer", "amount_due_fen"})
            amended = {key: value for key, value in told.items() if value is not None}
            moved = {} if event.customer is None else {"district": event.customer.district}
            return {**row, **amended, **moved}
        case _:
            return row


TOLD = (
    HomeConfirmed
    | HomeConfirmationOverdue
    | HalfDayTold
    | HalfDayCallOverdue
    | ArrivalCalled
    | ArrivalCallOverdue
    | InstallCallMade
    | InstallCallOverdue
    | TroubleReported
    | StopArrived
    | StopUndeliverable
    | FailureConsented
    | PiecesRefused
)
"""What was said between booking and the end of the stop, and what happened at the door."""

CALLS = {
    HomeConfirmed: "home",
    HalfDayTold: "half_call",
    ArrivalCalled: "arrival_call",
    InstallCallMade: "install_call",
}
"""Event -> the row's field for the last call of its kind."""


def fold_told(row: Json, event: TOLD, meta: Meta) -> Json:
    """The fields that a call, or something at the door, changes. Calls are of the day `on`: compare it before use."""
    told = event.model_dump(mode="json", exclude={"event", "at", "job_id", "contract_no", "customer", "crew", "leader"})
    entry = {"at": event.at.isoformat(), "by": meta.actor, **told}
    match event:
        case HomeConfirmed() | HalfDayTold() | ArrivalCalled() | InstallCallMade():
            return {CALLS[type(event)]: entry}
        case HomeConfirmationOverdue() | HalfDayCallOverdue() | ArrivalCallOverdue() | InstallCallOverdue():
            return {"missed_calls": [*row["missed_calls"], {"what": type(event).__name__, **told}]}
        case TroubleReported():
            return {"trouble": [*row["trouble"], entry]}
        case StopArrived():
            return {"arrived_at": entry["at"]}
        case StopUndeliverable():
            return {"undeliverable": entry}
        case FailureConsented():
            return {"consent": entry}
        case PiecesRefused():
            return {"refused": [*row["refused"], entry]}
    assert_never(event)


def _arranged_anew(row: Json) -> Json:
    """A failed delivery that is talked about again is 待排, in no slot."""
    return {**row, **NO_SLOT, "status": "plan"} if row["status"] == "fail" else row


JOBS = Projection(
    name="jobs",
    row=key_of,
    facets=(Facet(name="job", service="dispatch", prefixes=("job",), fold=fold_job),),
    indexes=(
        ("job.status", "job.promised_on"),
        ("job.on",),
        ("job.contract_no",),
        ("job.call_back_on",),
        ("job.kind", "job.status"),
    ),
)
