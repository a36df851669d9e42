"""Events of the inventory service (仓库): stream `inventory.events`, keys `goods:<contract no>` and
`picklist:<depot>:<date>`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.fact import Customer, Fact, GoodsLine, Half, Value

Place = Literal["inbound", "loading", "delivery", "installation"]
"""Where damage was found: 入库, 装车, 送货, 安装 (D4)."""

Fault = Literal["carrier", "factory", "crew", "unknown"]
"""Whose fault: 承运, 工厂, 班组, 未明 (D2, D4)."""


class GoodsExpected(Fact):
    """待到货: what the warehouse will receive for a contract."""

    event: Literal["GoodsExpected"] = "GoodsExpected"
    contract_no: str
    customer: Customer
    lines: tuple[GoodsLine, ...]


class GoodsArrived(Fact):
    """到货 (A3, D2): pieces of one contract line lie in the warehouse."""

    event: Literal["GoodsArrived"] = "GoodsArrived"
    contract_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    waybill: str
    arrived_on: date


class DamageReported(Fact):
    """破损 (D4): pieces are out of what is available; a leftover ticket follows (C9)."""

    event: Literal["DamageReported"] = "DamageReported"
    damage_id: str
    contract_no: str
    customer: Customer
    line_no: int
    sku: str
    name: str
    quantity: int
    found: Place
    fault: Fault
    photos: tuple[str, ...]
    note: str


class GoodsIssued(Fact):
    """出库 (D8, B9): pieces left the warehouse for the customer, by list."""

    event: Literal["GoodsIssued"] = "GoodsIssued"
    contract_no: str
    list_no: str
    lines: tuple[GoodsLine, ...]


class PickStop(Value):
    """One stop of the warehouse's picking day."""

    job_id: str
    contract_no: str
    crew: str
    half: Half
    position: int
    lines: tuple[GoodsLine, ...]


class PickListIssued(Fact):
    """送、验清单 (B9, E5): the published plan reached the warehouse ("fax"); what must be ready, stop by stop."""

    event: Literal["PickListIssued"] = "PickListIssued"
    depot: str
    on: date
    version: int
    feedback_due: AwareDatetime
    stops: tuple[PickStop, ...]


class StopFeedback(Value):
    """备齐 or 缺货, for one stop (B6)."""

    job_id: str
    ready: bool
    note: str = ""


class MorningFeedbackGiven(Fact):
    """早上反馈 (B6): the warehouse confirms the day's deliveries, per stop."""

    event: Literal["MorningFeedbackGiven"] = "MorningFeedbackGiven"
    depot: str
    on: date
    due: AwareDatetime
    stops: tuple[StopFeedback, ...]


InventoryEvent = Annotated[
    GoodsExpected | GoodsArrived | DamageReported | GoodsIssued | PickListIssued | MorningFeedbackGiven,
    Field(discriminator="event"),
]

WIRE: dict[str, type[Fact]] = {
    "songda.inventory.GoodsExpected.v1": GoodsExpected,
    "songda.inventory.GoodsArrived.v1": GoodsArrived,
    "songda.inventory.DamageReported.v1": DamageReported,
    "songda.inventory.GoodsIssued.v1": GoodsIssued,
    "songda.inventory.PickListIssued.v1": PickListIssued,
    "songda.inventory.MorningFeedbackGiven.v1": MorningFeedbackGiven,
}
"""Wire name -> model."""

__all__ = [
    "WIRE",
    "DamageReported",
    "Fault",
    "GoodsArrived",
    "GoodsExpected",
    "GoodsIssued",
    "InventoryEvent",
    "MorningFeedbackGiven",
    "PickListIssued",
    "PickStop",
    "Place",
    "StopFeedback",
]
