"""Events of the order service (合同): stream `order.events`, key `contract:<contract no>`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from contracts.fact import ContractLine, Customer, Fact


class ContractSigned(Fact):
    """合同登记 (A1): the customer enters the customer file; SMS 1 follows. Version 2 (see upcasters)."""

    event: Literal["ContractSigned"] = "ContractSigned"
    contract_no: str
    store_code: str
    store_name: str
    signed_on: date
    customer: Customer
    promised_on: date
    amount_due_fen: int
    lines: tuple[ContractLine, ...]


class ContractAmended(Fact):
    """合同变更 (A6): lines were added, with the reason."""

    event: Literal["ContractAmended"] = "ContractAmended"
    contract_no: str
    added: tuple[ContractLine, ...]
    reason: str


class ShipmentAnnounced(Fact):
    """已发货 (A2): the logistics file says that goods are on their way."""

    event: Literal["ShipmentAnnounced"] = "ShipmentAnnounced"
    contract_no: str
    line_no: int
    sku: str
    quantity: int
    waybill: str
    carrier: str
    eta: date | None


class DelayNoticed(Fact):
    """延期 (A2, A4): the logistics file says that goods come later."""

    event: Literal["DelayNoticed"] = "DelayNoticed"
    contract_no: str
    line_no: int
    sku: str
    waybill: str
    carrier: str
    eta: date | None
    reason: str


class ArrivalReported(Fact):
    """已到仓 (A2): the logistics file stands for the warehouse's receipt on its actual-arrival date."""

    event: Literal["ArrivalReported"] = "ArrivalReported"
    contract_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    waybill: str
    carrier: str
    arrived_on: date


class GoodsNoted(Fact):
    """到货入合同 (A3): what the warehouse received for a line, as the contract sees it."""

    event: Literal["GoodsNoted"] = "GoodsNoted"
    contract_no: str
    line_no: int
    quantity: int
    arrived_on: date
    waybill: str


class DamageNoted(Fact):
    """破损入合同 (D4, A3): pieces of a line that do not count any more, as the contract sees it."""

    event: Literal["DamageNoted"] = "DamageNoted"
    contract_no: str
    line_no: int
    damage_id: str
    quantity: int
    in_warehouse: bool
    """True when they were damaged before they left: only then completeness is touched."""


class GoodsCompleted(Fact):
    """货齐 (A3): every line's full quantity lies in the warehouse, undamaged, since `complete_on`.

    Carries all that booking and dispatch need. A later event with another day corrects an earlier one (X1).
    """

    event: Literal["GoodsCompleted"] = "GoodsCompleted"
    contract_no: str
    store_code: str
    customer: Customer
    promised_on: date
    amount_due_fen: int
    lines: tuple[ContractLine, ...]
    complete_on: date


class CompletenessLost(Fact):
    """不再货齐 (A3, D4, A6): a line lacks pieces again, by damage or because the contract was amended."""

    event: Literal["CompletenessLost"] = "CompletenessLost"
    contract_no: str
    line_no: int
    quantity: int
    reason: str


OrderEvent = Annotated[
    ContractSigned
    | ContractAmended
    | ShipmentAnnounced
    | DelayNoticed
    | ArrivalReported
    | GoodsNoted
    | DamageNoted
    | GoodsCompleted
    | CompletenessLost,
    Field(discriminator="event"),
]

WIRE: dict[str, type[Fact]] = {
    "songda.order.ContractSigned.v2": ContractSigned,
    "songda.order.ContractAmended.v1": ContractAmended,
    "songda.order.ShipmentAnnounced.v1": ShipmentAnnounced,
    "songda.order.DelayNoticed.v1": DelayNoticed,
    "songda.order.ArrivalReported.v1": ArrivalReported,
    "songda.order.GoodsNoted.v1": GoodsNoted,
    "songda.order.DamageNoted.v1": DamageNoted,
    "songda.order.GoodsCompleted.v1": GoodsCompleted,
    "songda.order.CompletenessLost.v1": CompletenessLost,
}
"""Wire name -> model. Written out, never derived; a shape changes by a new version, an upcaster and a golden file."""

__all__ = [
    "WIRE",
    "ArrivalReported",
    "CompletenessLost",
    "ContractAmended",
    "ContractSigned",
    "DamageNoted",
    "DelayNoticed",
    "GoodsCompleted",
    "GoodsNoted",
    "OrderEvent",
    "ShipmentAnnounced",
]
