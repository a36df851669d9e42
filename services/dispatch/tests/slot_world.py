"""Days and jobs under everything that can go wrong: workers, streams, clock, a line that loses, delays and doubles.

The rules are the real ones. Dice say what goes wrong; hypothesis throws them.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from dispatch_cases import CUSTOMER, DAY, GOODS, LINES, NOW, READY, VOLUME

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta, to_headers
from dispatch.day.aggregate import day_id
from dispatch.day.change import ChangePlan, PlannedMove, Spot
from dispatch.day.slot import ReserveSlot
from dispatch.day.turn import UndoChange
from dispatch.job import state as job_state
from dispatch.job.booking import BookInstallation
from dispatch.job.stop import DepartStop, LeaveSlot, PublishStop
from dispatch.job.terms import CancelJob, ChangeCompleteness, OpenJob
from dispatch.main import SERVICE
from dispatch.slot_flow import SLOTS
from runtime.commands import Asked, Request
from runtime.decision import Rejected
from runtime.flow import Made
from runtime.outcome import Outcome

RULES = {decider.prefix: decider for decider in SERVICE.deciders}
HOLD = timedelta(minutes=policy_book().at(NOW).slot_hold_minutes)
DAYS = (DAY, date(2026, 3, 14))
JOBS = ("D-1", "D-2", "I-1")
NEVER = 10**9


class Turn:
    """Somebody else may come first."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class CutOff(Exception):
    """The process ended here."""


@dataclass
class Workers:
    """Decide, and tell the stream. A repeated id gets its first answer, with the facts (as by the gateway)."""

    now: datetime = NOW
    states: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    stream: list[Made] = field(default_factory=list)
    caused: dict[str, Outcome] = field(default_factory=dict)  # made facts: known for ever, by the stream
    remembered: dict[str, Outcome] = field(default_factory=dict)  # the others: known for a while
    decided: int = 0

    def state(self, aggregate_id: str) -> Any:
        """What the aggregate is now."""
        return self.states.get(aggregate_id, RULES[aggregate_id.partition(":")[0]].initial)

    def decide(self, asked: Asked) -> Outcome:
        """As a worker does."""
        request, name = asked.request, asked.aggregate_id
        known = self.caused.get(request.command_id) or self.remembered.get(request.command_id)
        if known is not None:
            return replace(known, repeated=True)
        self.decided += 1
        rules, version = RULES[name.partition(":")[0]], self.versions.get(name, 0)
        context = Context(self.now, request.actor, request.role, policy_book().at(self.now), version)
        facts = rules.decide(asked.command, self.state(name), context)
        if isinstance(facts, Rejected):
            refused = Outcome(request.command_id, name, "rejected", version, rejected=facts)
            return self.remembered.setdefault(request.command_id, refused)
        made = [(self._meta(asked, version + 1 + index, index, fact.wire), fact) for index, fact in enumerate(facts)]
        for meta, fact in made:
            self.states[name] = rules.evolve(self.state(name), fact)
            self.versions[name] = meta.sequence
        self.stream += made
        outcome = Outcome(
            request.command_id,
            name,
            "accepted",
            version + len(made),
            tuple(type(fact).__name__ for _, fact in made),
            facts=tuple((to_headers(meta), fact.model_dump_json().encode()) for meta, fact in made),
        )
        return (self.caused if made else self.remembered).setdefault(request.command_id, outcome)

    def _meta(self, asked: Asked, sequence: int, index: int, kind: str) -> Meta:
        request = asked.request
        return Meta(
            id=f"{request.command_id}.{index}",
            type=kind,
            source="/songda/dispatch",
            subject=asked.aggregate_id,
            time=self.now,
            sequence=sequence,
            causation_id=request.command_id,
            correlation_id=request.correlation_id,
            actor=request.actor,
            command_offset=0,
        )

    def tell(self, aggregate_id: str, command: Any, number: str = "") -> Outcome:
        """Somebody else asks for something."""
        return self.decide(by("he.jx", number or f"told-{self.decided}", aggregate_id, command))

    def fire(self, until: datetime) -> None:
        """The clock; what falls due happens."""
        self.now = until
        for name, state in list(self.states.items()):
            for timer in RULES[name.partition(":")[0]].due(state):
                if timer.at <= until:
                    self.tell(name, timer.command, f"{name}/{timer.name}")


def by(actor: str, number: str, aggregate_id: str, command: Any) -> Asked:
    """A command of somebody."""
    return Asked(aggregate_id, command, Request(number, NOW, actor, "install_assistant", number, tells=True))


@dataclass
class Line:
    """Between a driver and the workers; `chance()` says whether something goes wrong this time."""

    workers: Workers
    mail: list[Asked]
    chance: Callable[[], bool] = lambda: False
    left: int = NEVER
    trips: int = 0

    async def put_all(self, asked: Sequence[Asked]) -> list[Outcome]:
        """For the API: answers, as far as they come. The process may end before or after any command."""
        self.trips += 1
        answers = [await self._put(one) for one in asked]
        await Turn()
        return answers

    async def _put(self, asked: Asked) -> Outcome:
        await Turn()
        if self.left == 0:
            raise CutOff
        self.left -= 1
        pending = Outcome(asked.request.command_id, asked.aggregate_id, "pending")
        if self.chance():
            return pending  # lost: the broker never had it
        if self.chance():
            self.mail.append(asked)
            return pending
        if self.chance():
            self.mail.append(asked)
        answer = self.workers.decide(asked)
        return pending if self.chance() else answer

    def send(self, asked: Asked) -> None:
        """For the reactor: what the broker has acknowledged is decided, sooner or later, perhaps twice."""
        late = self.chance()
        if late or self.chance():
            self.mail.append(asked)
        if not late:
            self.workers.decide(asked)


async def react(workers: Workers, line: Line, place: list[int]) -> None:
    """The reactor: from the place it has committed, a few facts at a time; what it sent may be sent again."""
    while place[0] < len(workers.stream):
        end = min(place[0] + 3, len(workers.stream))
        for made in workers.stream[place[0] : end]:
            for asked in SLOTS.after(made):
                line.send(asked)
                await Turn()
        place[0] = max(end, place[0])


# --- what people ask, and what happens meanwhile -------------------------------------------------------------------


@dataclass(frozen=True)
class Give:
    """A planner drops one job on a place; the day itself chooses the stop."""

    job: str
    on: date
    crew: str
    half: Any
    position: int | None = None
    seen: int | None = None


@dataclass(frozen=True)
class Change:
    """Several places at once; None: out of the plan; a name: to that job's place."""

    moves: tuple[tuple[str, Spot | str | None], ...]


@dataclass(frozen=True)
class Back:
    """A planner takes the job out of its slot."""

    job: str


@dataclass(frozen=True)
class Undo:
    """A planner takes back what an earlier request of the same round did."""

    of: int


Wish = Give | Change | Back | Undo


def first_of(wish: Wish, number: str) -> Asked:
    """The first command of a request: all that the API has to make."""
    return by("he.jx", number, *_asked(wish, number))


def _asked(wish: Wish, number: str) -> tuple[str, Any]:
    match wish:
        case Give(job, on, crew, half, position, seen):
            place = {"on": on, "crew": crew, "half": half, "position": position, "adjustment_reason": "顺路"}
            return day_id(on), ReserveSlot(**_part(job), **place, change_id=number, seen=seen)
        case Change(moves):
            parts = tuple(
                PlannedMove(**_part(job), to=to if isinstance(to, Spot) else None, place_of=_name(to))
                for job, to in moves
            )
            return day_id(DAY), ChangePlan(on=DAY, change_id=number, kind="move", moves=parts, reason="顺路")
        case Back(job):
            return f"job:{job}", LeaveSlot(reason="客户改期")
        case Undo(of):
            return day_id(DAY), UndoChange(change_id=f"r/{of}", undo_id=number, reason="算了")


def _name(to: Spot | str | None) -> str | None:
    return to if isinstance(to, str) else None


def _part(job: str) -> dict[str, Any]:
    is_delivery = job[0] == "D"
    return {
        "job_id": job,
        "kind": "delivery" if is_delivery else "installation",
        "contract_no": job[2:],
        "volume_l": VOLUME if is_delivery else 0,
        "lines": GOODS if is_delivery else (),
    }


def a_round() -> Workers:
    """Two deliveries booked for the 13th, one installation."""
    workers = Workers()
    for job in JOBS:
        part = {name: value for name, value in _part(job).items() if name in {"job_id", "kind", "contract_no"}}
        workers.tell(f"job:{job}", OpenJob(**part, customer=CUSTOMER, lines=LINES, complete_on=date(2026, 3, 9)))
        if job[0] == "D":
            workers.tell(f"job:{job}", BookInstallation(checklist=READY, on=DAY))
    return workers


def happens(workers: Workers, what: str, job: str) -> None:
    """Something else happens meanwhile."""
    match what:
        case "incomplete":
            workers.tell(f"job:{job}", ChangeCompleteness(complete_on=None, reason="破损"))
        case "complete":
            workers.tell(f"job:{job}", ChangeCompleteness(complete_on=date(2026, 3, 9), reason="补齐"))
        case "rebook":
            workers.tell(f"job:{job}", BookInstallation(checklist=READY, on=DAYS[1]))
        case "cancel":
            workers.tell(f"job:{job}", CancelJob(reason="退单"))
        case "drive off":
            drive_off(workers, job)
        case _:
            workers.fire(workers.now + HOLD / 2)


def drive_off(workers: Workers, job: str) -> None:
    """The vehicle leaves, with a stop that its day has confirmed (B4, B11)."""
    place = job_state.place_of(workers.state(f"job:{job}"))
    held = [] if place is None else [one for one in held_on(workers, place.on) if one.slot.job_id == job]
    if place is not None and any(one.confirmed and one.reservation == place.day_version for one in held):
        stop = {"on": place.on, "crew": place.crew, "leader": "chen.gd"}
        workers.tell(f"job:{job}", PublishStop(**stop, half=place.half, position=place.position, version=1))
        workers.tell(f"job:{job}", DepartStop(**stop, vehicle="v"))


# --- what must hold ------------------------------------------------------------------------------------------------


def held_on(workers: Workers, on: date) -> list[Any]:
    """What a day holds."""
    day = workers.state(day_id(on))
    return list(day.plan.held) if hasattr(day, "plan") else []


def places(workers: Workers) -> dict[str, Any]:
    """Where each job believes that it is."""
    held = {job: job_state.place_of(workers.state(f"job:{job}")) for job in JOBS}
    return {job: (p.on, p.crew, p.half, p.position, p.window) for job, p in held.items() if p is not None}


def slots(workers: Workers) -> dict[str, Any]:
    """Where the days believe that each job is. No reservation may be left, and no job be in two days."""
    found: dict[str, Any] = {}
    for on in DAYS:
        for held in held_on(workers, on):
            slot = held.slot
            assert held.confirmed, f"{slot.job_id} is reserved for ever"
            if isinstance(workers.state(f"job:{slot.job_id}"), job_state.OnTheWay):
                continue
            assert slot.job_id not in found, f"{slot.job_id} is in two days"
            found[slot.job_id] = (on, slot.crew, slot.half, slot.position, slot.window)
    return found
