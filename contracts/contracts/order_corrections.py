"""Events of a contract when what was signed for is corrected (送达更正, D16): keys `contract:<contract no>`."""

from datetime import date
from typing import Literal

from contracts.fact import Customer, Fact, GoodsLine


class DeliveryNoteCorrected(Fact, wire="songda.order.DeliveryNoteCorrected.v1"):
    """签收更正入合同 (A7, D16): what the customer has of a delivery, and what was broken there, whole, as it is right.
    Warranties of pieces that he does not have are no more."""

    event: Literal["DeliveryNoteCorrected"] = "DeliveryNoteCorrected"
    contract_no: str
    job_id: str
    correction_no: str
    delivered: tuple[GoodsLine, ...]
    damaged: tuple[GoodsLine, ...]
    was_delivered: tuple[GoodsLine, ...]
    was_damaged: tuple[GoodsLine, ...]
    reason: str


class DamageNoteCorrected(Fact, wire="songda.order.DamageNoteCorrected.v1"):
    """破损收回入合同 (D4, D16): of a damage report, `quantity` pieces are not damaged; `left` are."""

    event: Literal["DamageNoteCorrected"] = "DamageNoteCorrected"
    contract_no: str
    line_no: int
    damage_id: str
    quantity: int
    left: int
    in_warehouse: bool
    reason: str


class FulfilmentTakenBack(Fact, wire="songda.order.FulfilmentTakenBack.v1"):
    """完结收回 (A7, D16): the contract was not fulfilled: something is owed still."""

    event: Literal["FulfilmentTakenBack"] = "FulfilmentTakenBack"
    contract_no: str
    store_code: str
    customer: Customer
    fulfilled_on: date
    """The day that is taken back."""
    correction_no: str
    reason: str
