"""Assessment 考核: who did what was owed, on time, and the proof. Pure; `now` comes in.

Duties K2, K4, K8, K9 and K13 of a month, judged by when things happened (X1): met, late, missed, open. Every figure
opens to its duties and each duty to its events. People see their own, superiors their people, managers all (K21).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from company.masking import ROLES_THAT_SEE_CUSTOMERS, mask_name
from contracts.civil_time import civil_day
from dashboards.assessment.rows import Owed, Owing
from dashboards.board.view import Shown

State = Literal["met", "late", "missed", "open"]
"""按时, 迟, 漏, 未到期."""
STATES: tuple[State, ...] = ("met", "late", "missed", "open")

RULES = ("K2", "K4", "K8", "K9", "K13")
"""Duties that the streams of today can prove."""

SUPERIOR_OF: Mapping[str, frozenset[str]] = {
    "install_supervisor": frozenset({"install_assistant", "crew_leader", "crew"}),
    "cs_supervisor": frozenset({"cs_specialist", "technician"}),
}
"""RULES §1: whose people a supervisor sees; a manager sees all."""


class Known(Protocol):
    """A person of the company, as far as this page needs one."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...


class Proof(Shown):
    """One event behind a duty: when it happened and when it was recorded, by whom."""

    event_id: str
    event: str
    type: str
    sequence: int
    happened: datetime
    recorded: datetime
    by: str
    by_name: str


class Duty(Shown):
    """One thing owed: rule, owner, subject, due, done, and the events that prove both."""

    key: str
    """Names it in links: `<aggregate id>/<rule>.<n>`."""
    aggregate_id: str
    rule: str
    owner: str
    """Person id; `role:<role>` where nobody is named."""
    owner_name: str
    """Empty where nobody is named."""
    role: str
    customer: str | None
    """The family name alone for those who do not call or visit customers (C18)."""
    subject: str
    due: datetime
    done: datetime | None
    state: State
    late_minutes: int | None
    failed: bool
    corrected: bool
    """Told only after it was due, so that a figure seen before has changed (X1)."""
    evidence: tuple[Proof, ...]


class Count(Shown):
    """How many duties ended how. `rate` is met of all that are judged, in tenths of a percent; null when none is."""

    owed: int = 0
    met: int = 0
    late: int = 0
    missed: int = 0
    open: int = 0
    corrected: int = 0
    rate: int | None = None


class PersonLine(Shown):
    """One person's month."""

    person: str
    name: str
    role: str
    count: Count


class RuleLine(Shown):
    """One duty's month, for the person chosen or for all that the viewer may see."""

    rule: str
    count: Count


class DayLine(Shown):
    """One civil day's duties, by the day they were due."""

    on: str
    count: Count


class KpiView(Shown):
    """考核 of a month as it is known at `now`."""

    month: str
    now: datetime
    person: str | None
    duty: str | None
    state: State | None
    people: tuple[PersonLine, ...]
    chosen: PersonLine | None
    rules: tuple[RuleLine, ...]
    days: tuple[DayLine, ...]
    total: Count
    duties: tuple[Duty, ...] = Field(description="Of the person and duty chosen, by due time")
    duties_more: int
    """How many more there are than are listed."""


GOAL = 950
"""Where the mark on the bars lies, in tenths of a percent. Only a line to look at: no grade is made of it."""

LISTED = 300
"""Duties listed at once: a month of one person and duty, with room; the figures count all."""


def state_of(duty: Owed, now: datetime) -> State:
    """Judged by when it happened: done by then is met, done after is late, not done is missed once it is due."""
    if duty.failed:
        return "missed"
    if duty.done is not None:
        return "met" if duty.done <= duty.due else "late"
    return "missed" if now > duty.due else "open"


def may_see(viewer: Known, owner: str, role: str) -> bool:
    """K21, RULES §1: own duties, those of one's people, all for a manager."""
    return viewer.role == "manager" or viewer.id == owner or role in SUPERIOR_OF.get(viewer.role, frozenset())


def all_duties(owing: Iterable[Owing], now: datetime, viewer: Known, people: Mapping[str, Known]) -> list[Duty]:
    """Stored duties, judged. One without a named owner belongs to whoever alone holds its role."""
    alone = _sole_holders(people)
    return [
        _judged(f"{one.aggregate}/{duty.rule}.{number}", duty, now, viewer=viewer, people=people, alone=alone)
        for one in owing
        for number, duty in enumerate(one.duties)
    ]


def kpi_view(
    owing: Iterable[Owing],
    *,
    month: str,
    now: datetime,
    viewer: Known,
    people: Mapping[str, Known],
    person: str | None = None,
    duty: str | None = None,
    state: State | None = None,
) -> KpiView:
    """Duties -> what the page shows for `month` (`2026-03`), a person, a duty and a state where chosen.

    Months are civil and by due time. Whoever may see only one person gets that person chosen.
    """
    seen = [
        one
        for one in all_duties(owing, now, viewer, people)
        if civil_day(one.due).strftime("%Y-%m") == month and may_see(viewer, one.owner, one.role)
    ]
    lines = _people(seen)
    if person is None and viewer.role not in SUPERIOR_OF and viewer.role != "manager":
        person = viewer.id
    of_person = [one for one in seen if person is None or one.owner == person]
    listed = sorted(
        (one for one in of_person if duty in {None, one.rule} and state in {None, one.state}),
        key=lambda one: (one.due, one.key),
    )
    return KpiView(
        month=month,
        now=now,
        person=person,
        duty=duty,
        state=state,
        people=lines,
        chosen=next((line for line in lines if line.person == person), None),
        rules=tuple(
            RuleLine(rule=rule, count=count_of([one for one in of_person if one.rule == rule]))
            for rule in RULES
            if any(one.rule == rule for one in of_person)
        ),
        days=_days(of_person),
        total=count_of(of_person),
        duties=tuple(listed[:LISTED]),
        duties_more=max(0, len(listed) - LISTED),
    )


def count_of(duties: Sequence[Duty]) -> Count:
    """Figures over duties."""
    by_state = {state: sum(one.state == state for one in duties) for state in STATES}
    judged = len(duties) - by_state["open"]
    return Count(
        owed=len(duties),
        corrected=sum(one.corrected for one in duties),
        rate=None if judged == 0 else round(1000 * by_state["met"] / judged),
        **by_state,
    )


def _people(duties: Sequence[Duty]) -> tuple[PersonLine, ...]:
    owners = {one.owner: one for one in duties}
    lines = [
        PersonLine(
            person=owner,
            name=one.owner_name,
            role=one.role,
            count=count_of([other for other in duties if other.owner == owner]),
        )
        for owner, one in owners.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.role, line.person)))


def _days(duties: Sequence[Duty]) -> tuple[DayLine, ...]:
    by_day: dict[str, list[Duty]] = {}
    for one in duties:
        by_day.setdefault(civil_day(one.due).isoformat(), []).append(one)
    return tuple(DayLine(on=on, count=count_of(by_day[on])) for on in sorted(by_day))


def _sole_holders(people: Mapping[str, Known]) -> Mapping[str, str]:
    roles = [person.role for person in people.values()]
    return {person.role: person.id for person in people.values() if roles.count(person.role) == 1}


def _judged(
    key: str,
    duty: Owed,
    now: datetime,
    *,
    viewer: Known,
    people: Mapping[str, Known],
    alone: Mapping[str, str],
) -> Duty:
    customer = duty.customer
    if customer is not None and viewer.role not in ROLES_THAT_SEE_CUSTOMERS:
        customer = mask_name(customer)
    owner = duty.owner or alone.get(duty.role) or f"role:{duty.role}"
    state, done = state_of(duty, now), duty.done
    return Duty(
        key=key,
        aggregate_id=key.rpartition("/")[0],
        rule=duty.rule,
        owner=owner,
        owner_name=people[owner].name if owner in people else "" if owner.startswith("role:") else owner,
        role=people[owner].role if owner in people else duty.role,
        customer=customer,
        subject=duty.subject,
        due=duty.due,
        done=done,
        state=state,
        late_minutes=int((done - duty.due).total_seconds() // 60) if state == "late" and done else None,
        failed=duty.failed,
        corrected=duty.corrected,
        evidence=tuple(
            Proof(**dict(proof), by_name=people[proof.by].name if proof.by in people else "") for proof in duty.evidence
        ),
    )
