"""The pick list's row: a day's 送、验清单 and the morning feedback; and who said it when (B6, B9)."""

from datetime import date

from contracts import inventory as facts
from contracts.inventory import PickStop
from inventory.picklist import PICK_LIST, Answered, NoList, PickList
from runtime.view import File, Instant, Row, View


class PickStopRow(PickStop):
    """A stop of the list; `ready` is null until the feedback."""

    ready: bool | None = None
    note: str | None = None


class PickListRow(Row):
    """A day's list, in the `edition` of the plan that it is of."""

    depot: str
    on: date
    edition: int
    issued_at: Instant
    feedback_at: Instant | None
    """When the list as it stands was answered last."""
    feedback_due: Instant
    stops: tuple[PickStopRow, ...]
    version: int = 0


def picklist_row(picklist: PickList) -> PickListRow | None:
    """The view."""
    if isinstance(picklist, NoList):
        return None
    answered = picklist if isinstance(picklist, Answered) else None
    answers = {} if answered is None else {one.job_id: one for one in answered.answers}
    return PickListRow(
        depot=picklist.depot,
        on=picklist.on,
        edition=picklist.version,
        issued_at=picklist.issued_at,
        feedback_at=None if answered is None else answered.answered_at,
        feedback_due=picklist.feedback_due,
        stops=tuple(_stop(stop, answers.get(stop.job_id)) for stop in picklist.stops),
    )


def _stop(stop: PickStop, answer: facts.StopFeedback | None) -> PickStopRow:
    said = {} if answer is None else answer.model_dump(include={"ready", "note"})
    return PickStopRow(**dict(stop), **said)


PICK_LISTS = View(
    "picklists",
    "inventory",
    PICK_LIST,
    PickListRow,
    picklist_row,
    indexes=(("row.on",),),
    said=(facts.MorningFeedbackGiven,),
    said_kept=1,
)


def answered_by(pick_list: File[PickListRow]) -> str | None:
    """Who answered the list as it stands last."""
    feedback = pick_list.said.last(facts.MorningFeedbackGiven)
    return None if pick_list.row.feedback_at is None or feedback is None else feedback.by
