"""Duties with a clock (K, X4): each warns, runs out, and is told upwards while it stays undone.

Used by every aggregate of the desk that owes something: the rules hand in a `Watch`, events remember it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from company.policy import Policy
from contracts.bounds import OneLine, OptionalId
from contracts.civil_time import in_utc
from contracts.service_desk_duties import DutyEscalated, DutyOverdue, DutyWarned, Telling, Watch
from runtime.decision import Command, Timer
from runtime.view import Instant

DutyEvent = DutyWarned | DutyOverdue | DutyEscalated


class KeepWatch(Command):
    """A clock reached its next point (X4). Asked by the timer only."""

    command: Literal["KeepWatch"] = "KeepWatch"
    duty: OptionalId
    item: OneLine = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty that is still owed. `since`: where its clock began; `told`: how many levels know that it is overdue."""

    watch: Watch
    since: datetime
    warned: bool = False
    overdue: bool = False
    told: int = 0


class DutyRow(BaseModel):
    """A clock: who owes what by when; `held` while the ticket waits for a supplier; `told`: who knows of it."""

    model_config = ConfigDict(frozen=True)

    duty: str
    item: str
    owner_role: str
    owner: str | None
    since: Instant
    due: Instant
    warn_at: Instant | None
    provisional: bool
    state: Literal["running", "warned", "overdue", "held"]
    level: int
    told: tuple[str, ...]


def duty_row(duty: Duty, *, held: bool = False) -> DutyRow:
    """A clock as rows show it."""
    watch = duty.watch
    return DutyRow(
        duty=watch.duty,
        item=watch.item,
        owner_role=watch.owner_role,
        owner=watch.owner,
        since=in_utc(duty.since),
        due=in_utc(watch.due),
        warn_at=None if watch.warn_at is None else in_utc(watch.warn_at),
        provisional=watch.provisional,
        state="held" if held else "overdue" if duty.overdue else "warned" if duty.warned else "running",
        level=duty.told,
        told=tuple(telling.role for telling in watch.tells[: duty.told]),
    )


def told_roles(rows: Iterable[DutyRow]) -> tuple[str, ...]:
    """Who knows that one of them was overdue."""
    return tuple(sorted({role for one in rows for role in one.told}))


def tellings(owner_role: str, due: datetime, policy: Policy) -> tuple[Telling, ...]:
    """Who is told when a duty stays undone (X4): the owner's superior, then the manager; nobody twice."""
    told: list[Telling] = []
    for level, minutes in enumerate(policy.escalate_after_minutes):
        role = policy.superiors.get(owner_role) if level == 0 else policy.escalation_top
        if role is not None and role != owner_role and all(role != telling.role for telling in told):
            told.append(Telling(at=due + timedelta(minutes=minutes), role=role))
    return tuple(told)


def find(duties: Iterable[Duty], duty: str, item: str = "") -> Duty | None:
    """The duty that is owed under this name, if it is."""
    return next((one for one in duties if (one.watch.duty, one.watch.item) == (duty, item)), None)


def begun(duties: tuple[Duty, ...], watch: Watch | None, since: datetime) -> tuple[Duty, ...]:
    """With one more duty, in the place of an earlier one of the same name."""
    if watch is None:
        return duties
    return (*done(duties, watch.duty, watch.item), Duty(watch, since))


def moved(duties: tuple[Duty, ...], watches: Iterable[Watch]) -> tuple[Duty, ...]:
    """With clocks that were reckoned anew; each keeps where it began."""
    for watch in watches:
        known = find(duties, watch.duty, watch.item)
        if known is not None:
            duties = begun(duties, watch, known.since)
    return duties


def done(duties: tuple[Duty, ...], duty: str, item: str | None = "") -> tuple[Duty, ...]:
    """Without the duty; with `item` None, without all of its kind."""
    return tuple(one for one in duties if one.watch.duty != duty or (item is not None and one.watch.item != item))


def remembered(duties: tuple[Duty, ...], event: DutyEvent) -> tuple[Duty, ...]:
    """After a clock passed one of its points."""
    return tuple(
        _after(one, event) if (one.watch.duty, one.watch.item) == (event.duty, event.item) else one for one in duties
    )


def _after(duty: Duty, event: DutyEvent) -> Duty:
    match event:
        case DutyWarned():
            return replace(duty, warned=True)
        case DutyOverdue():
            return replace(duty, overdue=True)
        case DutyEscalated():
            return replace(duty, told=event.level)


def keep_watch(subject: str, duty: Duty | None, now: datetime) -> tuple[DutyEvent, ...]:
    """What a duty's clock says by `now` (X4): it warns while there is time, runs out once, and is told level by level.

    A clock that ran out happened when it ran out; the telling happens now.
    """
    if duty is None:
        return ()
    watch, events = duty.watch, list[DutyEvent]()
    named = {
        "subject": subject,
        "duty": watch.duty,
        "item": watch.item,
        "owner_role": watch.owner_role,
        "owner": watch.owner,
        "due": watch.due,
    }
    if watch.warn_at is not None and not duty.warned and watch.warn_at <= now < watch.due:
        events.append(DutyWarned.model_validate({"at": now, **named}))
    if not duty.overdue and watch.due <= now:
        events.append(DutyOverdue.model_validate({"at": watch.due, **named}))
    for level, telling in enumerate(watch.tells, start=1):
        if level > duty.told and telling.at <= now:
            events.append(DutyEscalated.model_validate({"at": now, **named, "level": level, "told": telling.role}))
    return tuple(events)


def timers(duties: Iterable[Duty]) -> tuple[Timer, ...]:
    """When each duty's clock reaches its next point; none once all who are to be told know."""
    found = ((one, _next_point(one)) for one in duties)
    return tuple(
        Timer(f"{one.watch.duty}:{one.watch.item}", at, KeepWatch(duty=one.watch.duty, item=one.watch.item))
        for one, at in found
        if at is not None
    )


def _next_point(duty: Duty) -> datetime | None:
    watch = duty.watch
    if watch.warn_at is not None and not duty.warned and not duty.overdue and watch.warn_at < watch.due:
        return watch.warn_at
    if not duty.overdue:
        return watch.due
    return watch.tells[duty.told].at if duty.told < len(watch.tells) else None
