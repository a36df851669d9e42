"""Old shapes of events -> today's shapes. Pure; old records are never edited.

`UPCASTERS[old wire name]` turns the old JSON object into the next version's, and names that version; chains are walked
until a wire name of today is reached.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


def contract_signed_v1(old: Json) -> Json:
    """ContractSigned v1 -> v2: the customer was flat, the amount due was yuan text, lines were not marked 需安装.

    What v1 did not know is filled with what was true then: everything but tiles was installed by us.
    """
    customer = {name: old[f"customer_{name}"] for name in ("name", "phone", "address", "district")}
    kept = {key: value for key, value in old.items() if not key.startswith("customer_") and key != "amount_due"}
    lines = [{**line, "to_install": line["category"] != "陶瓷"} for line in old["lines"]]
    return {**kept, "customer": customer, "amount_due_fen": int(Decimal(old["amount_due"]) * 100), "lines": lines}


UPCASTERS: Mapping[str, tuple[str, Callable[[Json], Json]]] = {
    "songda.order.ContractSigned.v1": ("songda.order.ContractSigned.v2", contract_signed_v1),
}


def upcast(wire_name: str, old: Json) -> tuple[str, Json]:
    """Walk the chain from `wire_name` to its newest version; returns that name and the content in its shape."""
    while wire_name in UPCASTERS:
        wire_name, step = UPCASTERS[wire_name]
        old = step(old)
    return wire_name, old
