"""The lines of a contract for its page: what is here of each, and why the rest is not (A3). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.fact import ContractLine
from order.contract.row import LineRow

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LineState:
    """A line: what was `sold`, pieces in the warehouse or with the customer (`here`), damaged, missing.

    `why`: "" (nothing is missing), damaged, delayed, on_the_way, partly_arrived or not_shipped; `eta` where told.
    """

    line: LineRow
    sold: Json
    here: int
    damaged: int
    missing: int
    excess: int
    why: str
    eta: date | None
    waybill: str


def line_state(line: LineRow) -> LineState:
    """What is missing of a line, and why."""
    told = (line.shipment, line.delay)
    return LineState(
        line=line,
        sold=line.model_dump(mode="json", include=set(ContractLine.model_fields)),
        here=max(0, line.quantity - line.missing),
        damaged=line.damaged + line.damaged_outside,
        missing=line.missing,
        excess=line.excess,
        why="" if line.why is None else line.why.code,
        eta=None if line.why is None else line.why.eta,
        waybill=next((one.waybill for one in told if one is not None and one.waybill), ""),
    )
