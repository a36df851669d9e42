"""Read models of dispatch's own stream (pure folds): jobs, days and runs, as the API shows them.

Times are ISO text in UTC, days ISO dates, money fen, volume litres. `version` is the aggregate's, for If-Match.
"""

from typing import Any

from contracts.dispatch import (
    CashCollected,
    CashHandedIn,
    DayOpened,
    DayPublished,
    DeliveryCompleted,
    DeliveryDeparted,
    DeliveryFailed,
    InstallationBooked,
    InstallationCompleted,
    InstallationOverdue,
    JobCompletenessChanged,
    JobOpened,
    PlanOverdue,
    RunDeparted,
    RunLoaded,
    RunPlanned,
    SiteNotReady,
    SlotConfirmed,
    SlotReleased,
    SlotReserved,
    StopConfirmedByWarehouse,
    StopPublished,
    StopScheduled,
    StopUnscheduled,
    VisitDone,
)
from contracts.envelope import Meta
from contracts.fact import Fact
from runtime.service import Facet, Projection

Json = dict[str, Any]

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


def after_colon(aggregate_id: str) -> str:
    """The row's name: `job:D-HT26030001` -> `D-HT26030001`."""
    return aggregate_id.partition(":")[2]


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


def fold_day(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """One day plan: crews, slots in the order in which they were given, editions and adjustments (B4, B8)."""
    seen = {"version": meta.sequence}
    if isinstance(event, DayOpened):
        opened = event.model_dump(mode="json", exclude={"event", "at"})
        empty = {"slots": [], "edition": 0, "published_at": None, "changed": False, "adjustments": []}
        return {**opened, **empty, "overdue": False, **seen}
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
        case _:
            return row


def _others(row: Json, job: str) -> list[Json]:
    return [slot for slot in row["slots"] if slot["job_id"] != job]


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


JOBS = Projection(
    name="jobs",
    version=1,
    row=after_colon,
    facets=(Facet(name="job", service="dispatch", prefixes=("job",), fold=fold_job),),
    indexes=(("job.status", "job.promised_on"), ("job.on",), ("job.contract_no",)),
)
DAYS = Projection(
    name="days",
    version=1,
    row=after_colon,
    facets=(Facet(name="day", service="dispatch", prefixes=("day",), fold=fold_day),),
)
RUNS = Projection(
    name="runs",
    version=1,
    row=after_colon,
    facets=(Facet(name="run", service="dispatch", prefixes=("run",), fold=fold_run),),
    indexes=(("run.on",),),
)
PROJECTIONS = (JOBS, DAYS, RUNS)
