"""What the dispatch board shows, as data: the page, its JSON and its stream are three renderings of these shapes."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.fact import Half, JobKind

Status = Literal["wait", "plan", "pub", "way", "site", "done", "fail", "cancel"]
"""待排, 草排, 已发布, 在途, 完成, 未送成."""

LightState = Literal["", "due", "met", "late"]
"""未到时, 将到期, 已办, 已超时."""


class Shown(BaseModel):
    """A value on a page: immutable, JSON-able."""

    model_config = ConfigDict(frozen=True)


class Say(Shown):
    """A sentence by its code, with figures; the message table words it in the reader's language."""

    code: str
    facts: Mapping[str, str | int] = Field(default_factory=dict)


class Risk(Shown):
    """将超时 (`warn`) or 已超时 (`late`), with the words and the figure."""

    level: Literal["warn", "late"]
    say: Say


class Span(Shown):
    """Time of day promised to the customer, UTC."""

    starts: datetime
    ends: datetime


class Place(Shown):
    """Where a card lies: day, crew, half-day, order of stops from 1."""

    on: date
    crew: str
    half: Half
    position: int


class Card(Shown):
    """One job on the board. `rev` grows with each change of the job."""

    job_id: str
    contract_no: str
    kind: JobKind
    status: Status
    rev: int
    seq: int | None = None
    name: str
    district: str
    address: str
    phone: str
    """Masked (C18)."""
    window: Span | None = None
    vehicle: str | None = None
    lines: int
    goods: str
    """What it is about in a few words; empty where the number of lines says enough."""
    volume_l: int
    amount_due_fen: int | None
    """To be collected; null for roles that may not see money."""
    promised_on: date | None
    wanted_on: date | None
    wanted_half: Half | None
    place: Place | None = None
    risk: Risk | None = None
    lacks: tuple[Say, ...] = ()
    """Why it cannot be scheduled yet (A3, B1, B2)."""
    held: bool = False
    """Reserved, and the job has not taken its slot yet (B8)."""
    movable: bool = False


class Light(Shown):
    """One duty of a lane: done, due, late or not yet."""

    code: str
    state: LightState
    done: int | None = None
    of: int | None = None


class Cell(Shown):
    """A crew's half-day: its stops in order, and how full it is (B8)."""

    half: Half
    stops: int
    stops_max: int
    volume_l: int
    volume_max_l: int | None
    cards: tuple[Card, ...]


class Lane(Shown):
    """班组: one crew's day."""

    crew: str
    name: str
    kind: JobKind
    leader_name: str | None
    members: tuple[str, ...]
    vehicle: str
    depot: str
    absent: str | None = None
    """Why the crew is not there that day, or that half-day (B8)."""
    lights: tuple[Light, ...]
    cells: tuple[Cell, Cell]


class Backlog(Shown):
    """待排: `ready` for this day, `later`, and what cannot be scheduled yet with what it lacks."""

    ready: tuple[Card, ...]
    later: tuple[Card, ...]
    blocked: tuple[Card, ...]
    blocked_more: int
    """How many more there are than are shown."""


class Mark(Shown):
    """One cut-off of the working day on the rhythm bar; minutes count from midnight, civil time."""

    code: str
    minute: int
    until: int | None = None
    """End of a band, else null."""
    state: LightState
    say: Say | None = None


class Totals(Shown):
    """The day in one line."""

    deliveries: int
    visits: int
    amount_fen: int | None
    done: int
    busy: int
    failed: int


class BoardView(Shown):
    """派工板 of a day and one depot, or all of them, as it is known at `now`."""

    depot: str
    """Empty: all depots, to be looked at only (D17)."""
    on: date
    today: date
    now: datetime
    state: Literal["draft", "published"]
    overdue: bool
    """17:00 of the day before has passed without a plan (K4)."""
    plan_due: datetime
    published_at: datetime | None
    version: int
    adjustments: int
    totals: Totals
    lanes: tuple[Lane, ...]
    backlog: Backlog
    rhythm_on: date
    """The day whose cut-offs the rhythm bar shows."""
    rhythm: tuple[Mark, ...]
    republish: bool
    """Published, and changed since (B4)."""
    open_points: tuple[Say, ...]
    """What is not settled before publishing; empty when all is well (B4)."""
    may_write: bool
