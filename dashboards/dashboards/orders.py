"""Order desk: rows -> what the list and the sheet show. Pure; the day comes in.

Rules shown: A1 (registered), A3 (complete or not), A4, A5 (delays), A7 (fulfilled), A8 (promised day).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.masking import ROLES_THAT_SEE_CUSTOMERS, ROLES_THAT_SEE_MONEY, mask_name

UNDELIVERED = frozenset({"open", "complete", "loaded"})
WARN_DAYS = 3
"""A promise this near is shown as pressing."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A contract in the list. `risk`: "" , "near" or "over" its promised day (A8); `days` to or since it."""

    contract_no: str
    name: str
    district: str
    phone: str
    store_code: str
    store_name: str
    signed_on: str
    promised_on: str
    lines: int
    stage: str
    complete_on: str | None
    delay: str
    owed_fen: int | None
    risk: str
    days: int


def seen_name(role: str, name: str) -> str:
    """A customer's name for those who call or visit; the family name alone for the others (C18)."""
    return name if role in ROLES_THAT_SEE_CUSTOMERS else mask_name(name)


def order_line(row: dict[str, Any], role: str, today: date) -> OrderLine:
    """A row as this role sees it today."""
    order = row["order"]
    days = (date.fromisoformat(order["promised_on"]) - today).days
    waits = order["stage"] in UNDELIVERED
    return OrderLine(
        contract_no=order["contract_no"],
        name=seen_name(role, order["name"]),
        district=order["district"],
        phone=order["phone"],
        store_code=order["store_code"],
        store_name=order["store_name"],
        signed_on=order["signed_on"],
        promised_on=order["promised_on"],
        lines=order["lines"],
        stage=order["stage"],
        complete_on=order["complete_on"],
        delay="" if order["stage"] in {"cancelled", "fulfilled"} else order["delay"],
        owed_fen=order["owed_fen"] if role in ROLES_THAT_SEE_MONEY else None,
        risk="over" if waits and days < 0 else "near" if waits and days <= WARN_DAYS else "",
        days=abs(days),
    )
