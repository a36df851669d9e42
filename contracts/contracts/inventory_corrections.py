"""Events of the warehouse when what was signed for at the customer's is corrected (D16): keys `goods:<contract no>`."""

from typing import Literal

from contracts.fact import Fact, GoodsLine, LineLot, Value


class AwaitedLess(Value):
    """Pieces of a return that do not come back after all."""

    return_no: str
    lines: tuple[GoodsLine, ...]


class HandoverCorrected(Fact, wire="songda.inventory.HandoverCorrected.v1"):
    """送达更正入仓 (D16): what a crew was said to bring back, and does not. More of it is a `GoodsReturnAwaited`."""

    event: Literal["HandoverCorrected"] = "HandoverCorrected"
    contract_no: str
    job_id: str
    correction_no: str
    not_back: tuple[AwaitedLess, ...]
    reason: str


class HandoverCorrectionDeclined(Fact, wire="songda.inventory.HandoverCorrectionDeclined.v1"):
    """送达更正收不回 (D3, D16): the warehouse has received, or does not know outside, what the correction moves."""

    event: Literal["HandoverCorrectionDeclined"] = "HandoverCorrectionDeclined"
    contract_no: str
    job_id: str
    correction_no: str
    line_no: int
    name: str
    why: Literal["received", "not_outside"]


class DamageTakenBack(Fact, wire="songda.inventory.DamageTakenBack.v1"):
    """破损收回 (D4, D16): pieces that were reported as damaged are not. Nobody outside is told of any."""

    event: Literal["DamageTakenBack"] = "DamageTakenBack"
    contract_no: str
    damage_id: str
    line_no: int
    sku: str
    name: str
    quantity: int
    left: int
    """Pieces of the report that are damaged all the same."""
    found: str
    """Where it was found, as the report says."""
    correction_no: str
    reason: str
    lots: tuple[LineLot, ...] = ()
    """Of which lots the pieces are; what is not named is of no lot."""
