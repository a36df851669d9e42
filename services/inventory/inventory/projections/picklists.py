"""Rows `picklists`: one day's list and its feedback, from its own stream alone."""

from collections.abc import Mapping
from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import FeedbackOverdue, MorningFeedbackGiven, PickListIssued
from inventory.picklist import PickListEvent
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]


def fold_picklist(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A day's pick list after one more event; `ready` and `note` of a stop are None until the feedback (B6)."""
    told = cast(PickListEvent, event)
    match told:
        case PickListIssued():
            return {
                "depot": told.depot,
                "on": told.on.isoformat(),
                "version": told.version,
                "issued_at": told.at.isoformat(),
                "feedback_due": told.feedback_due.isoformat(),
                "feedback_at": None,
                "feedback_by": None,
                "feedback_overdue": bool(facet and facet["feedback_overdue"]),
                "stops": [{**stop.model_dump(), "ready": None, "note": None} for stop in told.stops],
            }
        case MorningFeedbackGiven():
            answers = {answer.job_id: answer for answer in told.stops}
            before = cast(Json, facet)
            stops = [
                {**stop, "ready": answers[stop["job_id"]].ready, "note": answers[stop["job_id"]].note}
                if stop["job_id"] in answers
                else stop
                for stop in before["stops"]
            ]
            return {**before, "feedback_at": told.at.isoformat(), "feedback_by": meta.actor, "stops": stops}
        case FeedbackOverdue():
            return {**cast(Json, facet), "feedback_overdue": True}
    assert_never(told)


def picklist_view(document: Mapping[str, Any]) -> Json:
    """A day's pick list; `version` is the plan's, `aggregate_version` what `If-Match` may name."""
    return {**document["picklist"], "aggregate_version": document["_pos"]["picklist"]["seq"]}


PROJECTIONS = (
    Projection(
        name="picklists",
        row=key_of,
        facets=(Facet(name="picklist", service="inventory", prefixes=("picklist",), fold=fold_picklist),),
        indexes=(("picklist.on",),),
    ),
)
