"""One contract: its lines and why they are not complete (A3), and who may ask for what (A4-A8). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.fact import ContractLine

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
"""What the page offers to whom; the service decides. What is not offered is absent (UI: no dead buttons)."""


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


def line_state(line: Json) -> LineState:
    """What is missing of a line, and why, from what was told last."""
    shipment, delay = line.get("shipment") or {}, line.get("delay") or {}
    missing = line["missing"]
    return LineState(
        line=line,
        sold={name: line[name] for name in ContractLine.model_fields},
        here=max(0, line["quantity"] - missing),
        damaged=line["damaged"] + line["damaged_outside"],
        missing=missing,
        excess=line["excess"],
        why=_why(line, shipment, delay) if missing else "",
        eta=delay.get("eta") or shipment.get("eta"),
        waybill=shipment.get("waybill") or delay.get("waybill") or "",
    )


def _why(line: Json, shipment: Json, delay: Json) -> str:
    if line["damaged"] >= line["missing"]:
        return "damaged"
    if delay:
        return "delayed"
    if shipment:
        return "on_the_way"
    return "partly_arrived" if line["received"] else "not_shipped"


def may(role: str) -> frozenset[str]:
    """What a role may ask for on a contract's page."""
    return frozenset(act for act, roles in MAY.items() if role in roles)
