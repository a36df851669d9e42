"""What planners ask for, several places at once, and what they are told (B4, B8)."""

from collections import Counter
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from contracts.bounds import Happened, Nth, Words
from contracts.dispatch_days import Slot
from contracts.fact import Half, Window
from dispatch.day.change import Spot
from dispatch.day.places import RULES_OF_CLASHES, Clash
from dispatch.free_places import FreePlace
from dispatch.plan_changes import ChangeView

JobName = Annotated[str, StringConstraints(pattern=r"^[DIV]-[^\s/]{1,120}$")]
ChangeId = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\s/]+$")]


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class MoveRequest(_Request):
    """Where one job is to go on that day; null = out of the plan."""

    job_id: JobName
    to: Spot | None


class ChangeRequest(_Request):
    """Several places at once, all of them or none. `change_id`: yours, or made for you. `expected_version`: the day's
    version on your page. `force_reason`: why a supervisor accepts too much for a half-day (B8)."""

    kind: Literal["place", "release", "move", "absence", "proposal"] = "move"
    moves: tuple[MoveRequest, ...] = Field(min_length=1, max_length=200)
    reason: Words | None = None
    force_reason: Words | None = None
    change_id: ChangeId | None = None
    expected_version: Nth | None = Field(default=None, ge=0)
    at: Happened | None = None

    @field_validator("moves")
    @classmethod
    def _each_job_once(cls, moves: tuple[MoveRequest, ...]) -> tuple[MoveRequest, ...]:
        twice = [job for job, times in Counter(move.job_id for move in moves).items() if times > 1]
        if twice:
            raise ValueError(f"{'、'.join(twice)}：一次变更里同一单只能写一次 a job stands once in a change")
        return moves


class SwapRequest(_Request):
    """Two jobs of one day that change places."""

    one: JobName
    other: JobName
    reason: Words | None = None
    force_reason: Words | None = None
    expected_version: Nth | None = Field(default=None, ge=0)
    at: Happened | None = None


class TurnRequest(_Request):
    """A change to be taken back, or to be done again."""

    change_id: ChangeId
    reason: Words | None = None
    expected_version: Nth | None = Field(default=None, ge=0)
    at: Happened | None = None


class ChangeList(BaseModel):
    """What was changed on a day, newest first."""

    rows: list[ChangeView]
    version: int


class FreePlaceView(BaseModel):
    """A free place. `rebook`: the customer agreed to another day and has to be called first (B1)."""

    on: date
    crew: str
    half: Half
    position: int
    window: Window
    spread: bool
    rebook: bool


class FreePlaceList(BaseModel):
    """The next free places for a job."""

    places: list[FreePlaceView]


class ClashView(BaseModel):
    """One reason against a place. `soft`: a supervisor may force it (B8)."""

    job_id: str
    name: str
    soft: bool
    rule: str
    zh: str
    en: str
    facts: dict[str, Any]


class CheckView(BaseModel):
    """What would come of a change. `forcible`: nothing but soft clashes stands against it."""

    fits: bool
    forcible: bool
    clashes: list[ClashView]
    places: dict[str, FreePlaceView | None]
    """For each job that does not fit: the nearest place of the day that does."""
    version: int


def place_view(place: FreePlace) -> FreePlaceView:
    """A free place as it is shown."""
    return free_place_view(place.on, place.slot, rebook=place.rebook)


def free_place_view(on: date, slot: Slot, *, rebook: bool = False) -> FreePlaceView:
    """A slot as a free place."""
    return FreePlaceView(
        on=on,
        crew=slot.crew,
        half=slot.half,
        position=slot.position,
        window=slot.window,
        spread=slot.spread,
        rebook=rebook,
    )


def clash_view(clash: Clash) -> ClashView:
    """A clash as it is shown."""
    return ClashView(
        job_id=clash.job_id,
        name=clash.name,
        soft=clash.is_soft,
        rule=RULES_OF_CLASHES.get(clash.name, "B8"),
        zh=clash.zh,
        en=clash.en,
        facts=dict(clash.facts),
    )
