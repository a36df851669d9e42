"""Rows of visit plans (C16), regular call-backs (C17), the quality of skus (C14) and the corrected calendar (C1)."""

from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.service_desk import CallBackEvent, QualityEvent, VisitPlanEvent
from contracts.service_desk_care import (
    CallBackDropped,
    CallBackPlanned,
    CustomerCalledBack,
    MajorQualityReported,
    QualityCaseCounted,
    QualityCaseWithdrawn,
    VisitPlanClosed,
    VisitPlanned,
    VisitRecorded,
)
from contracts.service_desk_duties import CalendarCorrected, DutyEscalated, DutyOverdue, DutyWarned
from runtime.service import Facet, Projection, key_of
from service_desk.duties import DutyEvent
from service_desk.projections import duties
from service_desk.projections.duties import iso

Json = dict[str, Any]


def fold_plan(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A visit plan: its customers, who was met, and what they said."""
    told, plan = cast(VisitPlanEvent, event), cast(Json, facet)
    match told:
        case VisitPlanned():
            return {
                **told.model_dump(mode="json", exclude={"event", "at", "calls"}),
                "planned_at": iso(told.at),
                "planned_by": meta.actor,
                "closed_at": None,
                "note": "",
                "calls": [{**call.model_dump(mode="json"), "record": None} for call in told.calls],
                "state": "open",
                "visited": 0,
                "count": len(told.calls),
            }
        case VisitRecorded():
            record = {
                **told.model_dump(mode="json", include={"visited_on", "met", "answers", "note", "complaint"}),
                "visited_by": told.visited_by,
                "at": iso(told.at),
            }
            calls = [{**call, "record": record} if call["call_no"] == told.call_no else call for call in plan["calls"]]
            visited = sum(call["record"] is not None and call["record"]["met"] for call in calls)
            return {**plan, "calls": calls, "visited": visited}
        case VisitPlanClosed():
            return {**plan, "closed_at": iso(told.at), "note": told.note, "state": "closed"}
    assert_never(told)


def fold_call_back(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A regular call-back: when it is due, and what the customer said."""
    told, call = cast(CallBackEvent | DutyEvent, event), cast(Json, facet)
    match told:
        case CallBackPlanned():
            planned = {
                **told.model_dump(mode="json", exclude={"event", "at", "watch"}),
                "due": iso(told.watch.due),
                "planned_at": iso(told.at),
                "state": "open",
                "tries": [],
                "satisfied": None,
                "note": "",
                "complaint": "",
                "done_at": None,
                "done_by": None,
                "late": False,
                "duties": [],
            }
            return duties.summed(duties.begun(planned, told.watch, since=iso(told.at)))
        case CustomerCalledBack():
            tried = {"at": iso(told.at), "by": meta.actor, "reached": told.reached, "note": told.note}
            tries = [*call["tries"], tried]
            if not told.reached:
                return {**call, "tries": tries}
            heard = {
                "tries": tries,
                "state": "done",
                "satisfied": told.satisfied,
                "note": told.note,
                "complaint": told.complaint,
                "done_at": iso(told.at),
                "done_by": meta.actor,
                "late": told.at > told.due,
                "duties": [],
            }
            return duties.summed({**call, **heard})
        case CallBackDropped():
            return duties.summed({**call, "state": "dropped", "note": told.reason, "duties": []})
        case DutyWarned() | DutyOverdue() | DutyEscalated():
            return duties.summed(duties.passed(call, told))
    assert_never(told)


def fold_quality(facet: Json | None, event: Fact, meta: Meta) -> Json:  # noqa: ARG001 - all folds have one signature
    """The quality of a sku: tickets that count, and what was reported."""
    told = cast(QualityEvent, event)
    quality: Json = facet or {"sku": told.sku, "product": "", "tickets": [], "reports": [], "reported_at": None}
    match told:
        case QualityCaseCounted():
            case_ = {
                "ticket_id": told.ticket_id,
                "at": iso(told.received_at),
                "problem": told.problem,
                "safety": told.safety,
                "withdrawn": False,
            }
            return {**quality, "product": told.product, "tickets": [*quality["tickets"], case_]}
        case QualityCaseWithdrawn():
            tickets = [
                {**one, "withdrawn": True} if one["ticket_id"] == told.ticket_id else one for one in quality["tickets"]
            ]
            return {**quality, "tickets": tickets}
        case MajorQualityReported():
            report = {
                "at": iso(told.at),
                "cause": told.cause,
                "ticket_ids": list(told.ticket_ids),
                "days": told.days,
                "told": list(told.told),
            }
            return {**quality, "reports": [*quality["reports"], report], "reported_at": iso(told.at)}
    assert_never(told)


def fold_calendar(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """The desk's calendar: the days that are corrected, and who corrected them when."""
    known: Json = facet or {"days": [], "history": []}
    if not isinstance(event, CalendarCorrected):
        return known  # a ticket was told
    days = [day.model_dump(mode="json") for day in event.all_days]
    entry = {"at": iso(event.at), "by": meta.actor, "days": [day.model_dump(mode="json") for day in event.days]}
    return {"days": days, "history": [*known["history"], entry]}


PROJECTIONS = (
    Projection(
        name="visit_plans",
        row=key_of,
        facets=(Facet(name="plan", service="service_desk", prefixes=("visitplan",), fold=fold_plan),),
        indexes=(("plan.state", "plan.starts_on"),),
    ),
    Projection(
        name="call_backs",
        row=key_of,
        facets=(Facet(name="callback", service="service_desk", prefixes=("callback",), fold=fold_call_back),),
        indexes=(("callback.state", "callback.due"), ("callback.contract_no",)),
    ),
    Projection(
        name="quality",
        row=key_of,
        facets=(Facet(name="quality", service="service_desk", prefixes=("quality",), fold=fold_quality),),
        indexes=(("quality.reported_at",),),
    ),
    Projection(
        name="desk_calendar",
        row=key_of,
        facets=(Facet(name="calendar", service="service_desk", prefixes=("calendar",), fold=fold_calendar),),
    ),
)
