"""送、验清单 Pick list of a day: what the warehouse must have ready, and its morning feedback (B4, B6, B9, E5).

One aggregate per depot and day, `picklist:main:2026-03-13`. Each published version of the plan replaces the list
before; feedback answers every stop of the list as it stands, and may be corrected.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts.bounds import CivilDay, Few, Moment, Nth, OptionalId
from contracts.civil_time import civil
from contracts.inventory import FeedbackOverdue, MorningFeedbackGiven, PickListIssued, PickStop, StopFeedback
from runtime.decision import Command, Rejected, Timer


def picklist_id(depot: str, on: date) -> str:
    """Aggregate id of a day's pick list."""
    return f"picklist:{depot}:{on.isoformat()}"


# --- commands -----------------------------------------------------------------------------------------------------


class IssuePickList(Command):
    """传仓库 (B4, E5): the plan of a day was published."""

    command: Literal["IssuePickList"] = "IssuePickList"
    depot: OptionalId
    on: CivilDay
    version: Nth
    stops: Annotated[tuple[PickStop, ...], Few(1_000)]


class GiveFeedback(Command):
    """早上反馈 (B6): 备齐 or 缺货, stop by stop."""

    command: Literal["GiveFeedback"] = "GiveFeedback"
    stops: Annotated[tuple[StopFeedback, ...], Field(max_length=1000)]


class NoteFeedbackOverdue(Command):
    """8:30 已过 (K7): put by the timer."""

    command: Literal["NoteFeedbackOverdue"] = "NoteFeedbackOverdue"
    due: Moment


COMMANDS = IssuePickList | GiveFeedback | NoteFeedbackOverdue
PickListEvent = PickListIssued | MorningFeedbackGiven | FeedbackOverdue

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
    stops: tuple[PickStop, ...]
    judged: bool = False
    """K7 is settled for this day: told late, answered once before, or the list itself came after the time."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Feedback was given for this version."""

    depot: str
    on: date
    version: int
    feedback_due: datetime
    stops: tuple[PickStop, ...]
    answers: tuple[StopFeedback, ...]


PickList = NoList | Issued | Answered
INITIAL: PickList = NoList()
STATES = (NoList, Issued, Answered)
Decision = tuple[PickListEvent, ...] | Rejected

# --- decisions ----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, picklist: PickList, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb."""
    match command:
        case IssuePickList():
            return issue(command, picklist, ctx)
        case GiveFeedback():
            return give_feedback(command, picklist, ctx)
        case NoteFeedbackOverdue():
            return note_overdue(command, picklist)
    assert_never(command)


def issue(command: IssuePickList, picklist: PickList, ctx: Context) -> Decision:
    """The published plan reaches the warehouse. An older version, the same again, or a first plan without stops is
    no event.

    Rules: B4, B9, E5; feedback is owed at `policy.feedback_due` of the day (B6, K7).
    """
    match picklist:
        case NoList() if not command.stops:
            return ()
        case Issued() | Answered() if command.version <= picklist.version:
            return ()
        case NoList() | Issued() | Answered():
            return (
                PickListIssued(
                    at=command.at or ctx.now,
                    depot=command.depot,
                    on=command.on,
                    version=command.version,
                    feedback_due=civil(command.on, ctx.policy.feedback_due),
                    stops=command.stops,
                ),
            )
    assert_never(picklist)


def give_feedback(command: GiveFeedback, picklist: PickList, ctx: Context) -> Decision:
    """The warehouse says stop by stop whether the goods are ready. Other answers later correct the earlier ones.

    Rules: B6. The same answers again are no event. Refuses: no_list, stop_twice, unknown_stop, stops_open.
    """
    match picklist:
        case NoList():
            return _no(
                "no_list",
                "这一天的送货安排表还没有发到仓库，不能反馈。请先让安装助理发布",
                "The plan of this day has not reached the warehouse. Ask the assistant to publish it first",
            )
        case Issued() | Answered():
            answers = {answer.job_id: answer for answer in command.stops}
            listed = [stop.job_id for stop in picklist.stops]
            unknown = [job_id for job_id in answers if job_id not in listed]
            open_stops = [stop for stop in picklist.stops if stop.job_id not in answers]
            if len(answers) < len(command.stops):
                return _no("stop_twice", "同一站填了两次，请各填一次", "A stop is answered twice; answer each once")
            if unknown:
                return _no(
                    "unknown_stop",
                    f"清单上没有 {'、'.join(unknown)}。清单可能有新版本，请刷新后再填",
                    f"The list has no {', '.join(unknown)}. There may be a new version; reload and try again",
                )
            if open_stops:
                contracts = [stop.contract_no for stop in open_stops]
                return _no(
                    "stops_open",
                    f"还有 {len(contracts)} 站没有填：{'、'.join(contracts)}。每一站都要填备齐或缺货",
                    f"{len(contracts)} stops are open: {', '.join(contracts)}. Say ready or short for each",
                )
            in_order = tuple(answers[job_id] for job_id in listed)
            if isinstance(picklist, Answered) and picklist.answers == in_order:
                return ()
            return (
                MorningFeedbackGiven(
                    at=command.at or ctx.now,
                    depot=picklist.depot,
                    on=picklist.on,
                    due=picklist.feedback_due,
                    stops=in_order,
                ),
            )
    assert_never(picklist)


def note_overdue(command: NoteFeedbackOverdue, picklist: PickList) -> Decision:
    """The warehouse has not answered by half past eight. Answered meanwhile, told already, nothing to fetch: no event.

    Rules: B6, K7.
    """
    match picklist:
        case Issued(judged=False, stops=stops, feedback_due=due) if stops and due == command.due:
            return (FeedbackOverdue(at=due, depot=picklist.depot, on=picklist.on, due=due),)
        case NoList() | Issued() | Answered():
            return ()
    assert_never(picklist)


def _no(code: str, zh: str, en: str) -> Rejected:
    return Rejected(code, "B6", zh, en)


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(picklist: PickList, event: PickListEvent) -> PickList:
    """The pick list after an event."""
    match event:
        case PickListIssued():
            settled = isinstance(picklist, Answered) or (isinstance(picklist, Issued) and picklist.judged)
            judged = settled or event.at >= event.feedback_due
            return Issued(event.depot, event.on, event.version, event.feedback_due, event.stops, judged)
        case FeedbackOverdue():
            return replace(picklist, judged=True) if isinstance(picklist, Issued) else picklist
        case MorningFeedbackGiven():
            if isinstance(picklist, NoList):
                return picklist
            return Answered(
                picklist.depot, picklist.on, picklist.version, picklist.feedback_due, picklist.stops, event.stops
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
