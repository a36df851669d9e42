"""Events of a run (出车): one crew's day on the road, as loaded and with its cash.

Part of stream `dispatch.events`, key `run:<date>:<crew>`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from contracts.bounds import Few, Nth, OptionalId
from contracts.dispatch_door import Signing
from contracts.fact import Fact, GoodsLine, Half, Value


class RunStop(Value):
    """What the sorting sheet (分领单) says of one stop."""

    job_id: OptionalId
    contract_no: OptionalId
    half: Half
    position: Nth
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]


class RunPlanned(Fact, wire="songda.dispatch.RunPlanned.v1"):
    """出车任务 (B4): the crew's stops of the day, as published."""

    event: Literal["RunPlanned"] = "RunPlanned"
    on: date
    crew: str
    leader: str | None
    vehicle: str
    version: int
    stops: tuple[RunStop, ...]
    depot: str = "main"
    """Where it starts from (D17)."""


class RunLoaded(Fact, wire="songda.dispatch.RunLoaded.v1"):
    """装车清点 (B11): counted line by line with the sorter, both signed; differences settled with the warehouse."""

    event: Literal["RunLoaded"] = "RunLoaded"
    on: date
    crew: str
    counted: tuple[RunStop, ...]
    leader_signed: str
    warehouse_signed: str
    settlement: str | None


class RunDeparted(Fact, wire="songda.dispatch.RunDeparted.v1"):
    """出车 (B11)."""

    event: Literal["RunDeparted"] = "RunDeparted"
    on: date
    crew: str
    leader: str
    vehicle: str
    job_ids: tuple[str, ...]
    list_no: str
    stops: tuple[RunStop, ...]
    driver: str = ""
    """Who drives, with a valid licence (B18)."""
    left_behind: tuple[str, ...] = ()
    """Jobs of the sheet that were settled not to go (B11): they are to be planned anew."""
    depot: str = "main"
    """Where it left from (D17)."""


class DepartureDeclined(Fact, wire="songda.dispatch.DepartureDeclined.v1"):
    """不能出车 (B8, B9, B11, B21): the fleet has let the vehicle go, the run does not depart, so that it comes back in.
    Code and words are those of a refusal."""

    event: Literal["DepartureDeclined"] = "DepartureDeclined"
    on: date
    crew: str
    code: str
    rule: str
    zh: str
    en: str
    facts: dict[str, str | int | bool | None] = Field(default_factory=dict)
    """Figures of the refusal: text, numbers, ISO dates."""


class CashCollected(Fact, wire="songda.dispatch.CashCollected.v1"):
    """收款 (B13, B16)."""

    event: Literal["CashCollected"] = "CashCollected"
    on: date
    crew: str
    job_id: str
    amount_fen: int
    on_vehicle_fen: int
    """Cash on the vehicle after this collection."""
    signing: Signing | None = None
    """What the customer signs for with the money: the job is asked for it. Null where the money was taken alone."""


class CashHandedIn(Fact, wire="songda.dispatch.CashHandedIn.v1"):
    """交款 (B16): money left the vehicle."""

    event: Literal["CashHandedIn"] = "CashHandedIn"
    on: date
    crew: str
    amount_fen: int
    on_vehicle_fen: int
    received_by: str
    receipt_no: str = ""
    """Number of the receipt: the same receipt counts once."""
    witness: str | None = None
    """The second person of a large deposit (B16)."""
