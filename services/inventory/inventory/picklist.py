"""送、验清单 Pick list of a day: what the warehouse must have ready, and its morning feedback (B4, B6, B9, E5).

One aggregate per depot and day, `picklist:main:2026-03-13`. Each published version of the plan replaces the list
before; feedback answers every stop of the list as it stands, and may be corrected.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts import inventory as facts
from contracts.bounds import CivilDay, Few, Moment, Nth, OptionalId
from contracts.civil_time import civil
from contracts.inventory import PickListEvent
from inventory.refusals import no
from inventory.who import KEEPER
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected, Timer
from runtime.refusal import Term
from runtime.use_case import UseCase


def number_of(depot: str, on: date) -> str:
    """A day's list, as its aggregate and its row are named."""
    return f"{depot}:{on.isoformat()}"


# --- commands -----------------------------------------------------------------------------------------------------


class IssuePickList(Command):
    """传仓库 (B4, E5): the plan of a day was published."""

    command: Literal["IssuePickList"] = "IssuePickList"
    depot: OptionalId
    on: CivilDay
    version: Nth
    stops: Annotated[tuple[facts.PickStop, ...], Few(1_000)]


class GiveFeedback(Command):
    """早上反馈 Morning feedback (B6)

    备齐 or 缺货 for every stop of the list. Other answers later correct the earlier ones.
    """

    command: Literal["GiveFeedback"] = "GiveFeedback"
    depot: OptionalId = "main"
    stops: Annotated[tuple[facts.StopFeedback, ...], Field(max_length=1000)]


class NoteFeedbackOverdue(Command):
    """8:30 已过 (K7): put by the timer."""

    command: Literal["NoteFeedbackOverdue"] = "NoteFeedbackOverdue"
    due: Moment


# --- states -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoList:
    """No plan has reached the warehouse."""


@dataclass(frozen=True, slots=True)
class Issued:
    """The list is there; feedback is owed by `feedback_due`."""

    depot: str
    on: date
    version: int
    feedback_due: datetime
    stops: tuple[facts.PickStop, ...]
    issued_at: datetime
    judged: bool = False
    """K7 is settled for this day: told late, answered once before, or the list itself came after the time."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Feedback was given for this version."""

    depot: str
    on: date
    version: int
    feedback_due: datetime
    stops: tuple[facts.PickStop, ...]
    issued_at: datetime
    answers: tuple[facts.StopFeedback, ...]
    answered_at: datetime


PickList = NoList | Issued | Answered
INITIAL: PickList = NoList()
Decision = tuple[PickListEvent, ...] | Rejected

# --- rules --------------------------------------------------------------------------------------------------------


def issue_pick_list(command: IssuePickList, picklist: PickList, ctx: Context) -> Decision:
    """The published plan reaches the warehouse. An older version, the same again, or a first plan without stops is
    no event.

    Rules: B4, B9, E5; feedback is owed at `policy.feedback_due` of the day (B6, K7).
    """
    if not command.stops if isinstance(picklist, NoList) else command.version <= picklist.version:
        return ()
    return (
        facts.PickListIssued(
            at=command.at or ctx.now,
            depot=command.depot,
            on=command.on,
            version=command.version,
            feedback_due=civil(command.on, ctx.policy.feedback_due),
            stops=command.stops,
        ),
    )


def give_feedback(command: GiveFeedback, picklist: PickList, ctx: Context) -> Decision:
    """The warehouse says stop by stop whether the goods are ready. Other answers later correct the earlier ones.

    Rules: B6. The same answers again are no event. Refuses: no_list, stop_twice, unknown_stop, stops_open.
    """
    if isinstance(picklist, NoList):
        return no("no_list_to_answer")
    answers = {answer.job_id: answer for answer in command.stops}
    listed = [stop.job_id for stop in picklist.stops]
    unknown = [job_id for job_id in answers if job_id not in listed]
    open_stops = [stop.contract_no for stop in picklist.stops if stop.job_id not in answers]
    if len(answers) < len(command.stops):
        return no("stop_twice")
    if unknown:
        return no("unknown_stop", stops=Term("、".join(unknown), ", ".join(unknown)))
    if open_stops:
        return no("stops_open", open=len(open_stops), stops=Term("、".join(open_stops), ", ".join(open_stops)))
    in_order = tuple(answers[job_id] for job_id in listed)
    if isinstance(picklist, Answered) and picklist.answers == in_order:
        return ()
    return (
        facts.MorningFeedbackGiven(
            at=command.at or ctx.now,
            depot=picklist.depot,
            on=picklist.on,
            due=picklist.feedback_due,
            stops=in_order,
        ),
    )


def note_overdue(command: NoteFeedbackOverdue, picklist: PickList, _: Context) -> Decision:
    """The warehouse has not answered by half past eight. Answered meanwhile, told already, nothing to fetch: no event.

    Rules: B6, K7.
    """
    match picklist:
        case Issued(judged=False, stops=stops, feedback_due=due) if stops and due == command.due:
            return (facts.FeedbackOverdue(at=due, depot=picklist.depot, on=picklist.on, due=due),)
        case NoList() | Issued() | Answered():
            return ()
    assert_never(picklist)


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(picklist: PickList, event: PickListEvent) -> PickList:
    """The pick list after an event."""
    match event:
        case facts.PickListIssued():
            settled = isinstance(picklist, Answered) or (isinstance(picklist, Issued) and picklist.judged)
            judged = settled or event.at >= event.feedback_due
            return Issued(event.depot, event.on, event.version, event.feedback_due, event.stops, event.at, judged)
        case facts.FeedbackOverdue():
            return replace(picklist, judged=True) if isinstance(picklist, Issued) else picklist
        case facts.MorningFeedbackGiven():
            if isinstance(picklist, NoList):
                return picklist
            return Answered(
                picklist.depot,
                picklist.on,
                picklist.version,
                picklist.feedback_due,
                picklist.stops,
                picklist.issued_at,
                event.stops,
                event.at,
            )
    assert_never(event)


def due(picklist: PickList) -> tuple[Timer, ...]:
    """The feedback of a list with stops falls due on its morning (K7)."""
    match picklist:
        case Issued(judged=False, stops=stops, feedback_due=moment) if stops:
            return (Timer("feedback_due", moment, NoteFeedbackOverdue(due=moment)),)
        case NoList() | Issued() | Answered():
            return ()
    assert_never(picklist)


USE_CASES: tuple[UseCase[Any, Any, PickListEvent], ...] = (
    UseCase(IssuePickList, issue_pick_list),
    UseCase(GiveFeedback, give_feedback, KEEPER, "feedback", body="GiveFeedback", query=("depot",), status=201),
    UseCase(NoteFeedbackOverdue, note_overdue),
)
PICK_LIST = Aggregate[PickList, PickListEvent]("picklist", INITIAL, (NoList, Issued, Answered), evolve, USE_CASES, due)
