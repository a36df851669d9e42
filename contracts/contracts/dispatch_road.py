"""Events of the day on the road (当天): the supervisor's list, stops reached and left, pieces refused, the close of the
crew's day. Part of stream `dispatch.events`, keys `run:<date>:<crew>` and `job:<job>`."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from contracts.bounds import HowMany, ManyLines
from contracts.fact import Customer, Fact, GoodsLine, Value, Window

StopOutcome = Literal["done", "failed"]
"""签收, 未送成."""


class DeliveryListIssued(Fact, wire="songda.dispatch.DeliveryListIssued.v1"):
    """送、验清单开出 (B9): by the supervisor, for the run's edition of the plan. Goods leave on it only."""

    event: Literal["DeliveryListIssued"] = "DeliveryListIssued"
    on: date
    crew: str
    list_no: str
    edition: int
    issued_by: str


class StopReached(Fact, wire="songda.dispatch.StopReached.v1"):
    """到站 (B12): the run's next stop. `number` counts from 1 in the order in which they were reached."""

    event: Literal["StopReached"] = "StopReached"
    on: date
    crew: str
    job_id: str
    number: int


class StopOrderChanged(Fact, wire="songda.dispatch.StopOrderChanged.v1"):
    """改变送货顺序 (B12): another stop than the next one of the dispatch sheet, with the reason."""

    event: Literal["StopOrderChanged"] = "StopOrderChanged"
    on: date
    crew: str
    leader: str
    job_id: str
    instead_of: str
    reason: str


class StopEnded(Fact, wire="songda.dispatch.StopEnded.v1"):
    """本站结束: signed for, or not deliverable; the run counts it (B17)."""

    event: Literal["StopEnded"] = "StopEnded"
    on: date
    crew: str
    job_id: str
    outcome: StopOutcome


class StopArrived(Fact, wire="songda.dispatch.StopArrived.v1"):
    """到达 (B13, K8): the crew is at the customer's. On the job's stream."""

    event: Literal["StopArrived"] = "StopArrived"
    job_id: str
    on: date
    crew: str
    leader: str
    window: Window


class PiecesRefused(Fact, wire="songda.dispatch.PiecesRefused.v1"):
    """拒收 (B13, B15): written down at the door with photos. Undamaged pieces come back and are returned or replaced;
    damaged ones are a damage report (D4). One event for each of the two."""

    event: Literal["PiecesRefused"] = "PiecesRefused"
    job_id: str
    contract_no: str
    customer: Customer
    crew: str
    leader: str
    lines: tuple[GoodsLine, ...]
    damaged: bool
    reason: str
    photos: tuple[str, ...]


class LoadCorrected(Fact, wire="songda.dispatch.LoadCorrected.v1"):
    """装车点数更正 (B11, D16): pieces that were counted at the vehicle never left. On the job's stream."""

    event: Literal["LoadCorrected"] = "LoadCorrected"
    job_id: str
    contract_no: str
    crew: str
    leader: str
    lines: tuple[GoodsLine, ...]
    """What is really on the vehicle."""
    stayed: tuple[GoodsLine, ...]
    """What is in the warehouse still."""
    bin: str
    """Where it lies; empty: the receiving zone."""
    reason: str
    corrected_by: str


class StopUndeliverable(Fact, wire="songda.dispatch.StopUndeliverable.v1"):
    """送不成，报办公室 (B14): the customer was called; the office is asked what becomes of the goods."""

    event: Literal["StopUndeliverable"] = "StopUndeliverable"
    job_id: str
    contract_no: str
    crew: str
    leader: str
    cause: str
    customer_reached: bool
    photos: tuple[str, ...] = ()


class FailureConsented(Fact, wire="songda.dispatch.FailureConsented.v1"):
    """办公室同意 (B14): the goods may go back or into deposit."""

    event: Literal["FailureConsented"] = "FailureConsented"
    job_id: str
    contract_no: str
    goods: Literal["returned", "deposited"]
    consent_by: str
    note: str


class RunClosed(Fact, wire="songda.dispatch.RunClosed.v1"):
    """日清日结 (B16, K11): collected = paid in, or the difference is explained."""

    event: Literal["RunClosed"] = "RunClosed"
    on: date
    crew: str
    leader: str
    vehicle: str
    collected_fen: int
    handed_in_fen: int
    difference_fen: int
    """Collected minus paid in."""
    explanation: str | None
    closed_by: str
    due: AwareDatetime


class CashOverdue(Fact, wire="songda.dispatch.CashOverdue.v1"):
    """当日现金未交清 (K11)."""

    event: Literal["CashOverdue"] = "CashOverdue"
    on: date
    crew: str
    leader: str
    on_vehicle_fen: int
    due: AwareDatetime


class VehicleCheck(Value):
    """车辆检查 (B17): lights, brakes, tyres, oil and water, clean, tools; `note` says what is wrong."""

    lights: bool
    brakes: bool
    tyres: bool
    fluids: bool
    clean: bool
    tools: bool
    odometer_km: HowMany | None = None
    note: ManyLines = ""


class DayReported(Fact, wire="songda.dispatch.DayReported.v1"):
    """送货日报表 (B17, K12): stops, done and failed, cash, vehicle check, parking."""

    event: Literal["DayReported"] = "DayReported"
    on: date
    crew: str
    leader: str
    vehicle: str
    driver: str
    stops: int
    done: int
    failed: int
    collected_fen: int
    handed_in_fen: int
    vehicle_check: VehicleCheck
    parking: str
    note: str
    reported_by: str
    due: AwareDatetime


class DayReportOverdue(Fact, wire="songda.dispatch.DayReportOverdue.v1"):
    """当日未交日报 (K12)."""

    event: Literal["DayReportOverdue"] = "DayReportOverdue"
    on: date
    crew: str
    leader: str
    due: AwareDatetime
