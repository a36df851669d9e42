"""One contract: its lines and why they are not complete (A3), and who may ask for what (A4-A8). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.fact import ContractLine
from order.contract.row import LineRow

Json = Mapping[str, Any]

MAY: Mapping[str, frozenset[str]] = {
    "amend": frozenset({"store", "cs_specialist", "cs_supervisor", "install_supervisor"}),
    "cancel": frozenset({"store", "cs_specialist", "cs_supervisor", "install_supervisor"}),
    "postpone": frozenset({"store", "cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor"}),
    "delay": frozenset({"store", "cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor"}),
    "post": frozenset({"cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor"}),
    "call": frozenset({"store", "cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor"}),
    "hand_over": frozenset({"cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor"}),
    "store": frozenset({"store"}),
    "pay": frozenset({"accountant"}),
    "deliver": frozenset({"cs_specialist", "install_supervisor", "install_assistant"}),
    "refund": frozenset({"accountant", "cs_supervisor", "manager"}),
    "damage": frozenset({"warehouse"}),
}
"""What the page offers to whom; the service decides. What is not offered is absent: there are no dead buttons."""


@dataclass(frozen=True, slots=True)
class LineState:
    """A line: what was `sold`, pieces in the warehouse or with the customer (`here`), damaged, missing.

    `why`: "" (nothing is missing), damaged, delayed, on_the_way, partly_arrived or not_shipped; `eta` where told.
    """

    line: Json
    sold: Json
    here: int
    damaged: int
    missing: int
    excess: int
    why: str
    eta: str | None
    waybill: str


def line_state(line: LineRow) -> LineState:
    """What is missing of a line, and why."""
    told, shown = (line.shipment, line.delay), line.model_dump(mode="json")
    return LineState(
        line=shown,
        sold={name: shown[name] for name in ContractLine.model_fields},
        here=max(0, line.quantity - line.missing),
        damaged=line.damaged + line.damaged_outside,
        missing=line.missing,
        excess=line.excess,
        why="" if line.why is None else line.why.code,
        eta=None if line.why is None or line.why.eta is None else line.why.eta.isoformat(),
        waybill=next((one.waybill for one in told if one is not None and one.waybill), ""),
    )


def may(role: str) -> frozenset[str]:
    """What a role may ask for on a contract's page."""
    return frozenset(act for act, roles in MAY.items() if role in roles)
