"""Order desk: rows -> what the list and the sheet show. Pure; the day comes in.

Rules shown: A1 (registered), A3 (complete or not), A4, A5 (delays), A7 (fulfilled), A8 (promised day).
"""

from dataclasses import dataclass
from datetime import date

from company.masking import ROLES_THAT_SEE_CUSTOMERS, ROLES_THAT_SEE_MONEY, mask_name, mask_phone
from order.contract.row import ContractRow

UNDELIVERED = frozenset({"waiting", "complete", "loaded", "partly_delivered"})
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
    ended: bool
    complete_on: str | None
    delay: str
    owed_fen: int | None
    risk: str
    days: int


def seen_name(role: str, name: str) -> str:
    """A customer's name for those who call or visit; the family name alone for the others (C18)."""
    return name if role in ROLES_THAT_SEE_CUSTOMERS else mask_name(name)


def order_line(row: ContractRow, role: str, today: date) -> OrderLine:
    """A row as this role sees it today."""
    days = (row.promised_on - today).days
    waits = row.stage in UNDELIVERED
    return OrderLine(
        contract_no=row.contract_no,
        name=seen_name(role, row.customer.name),
        district=row.customer.district,
        phone=mask_phone(row.customer.phone),
        store_code=row.store_code,
        store_name=row.store_name,
        signed_on=row.signed_on.isoformat(),
        promised_on=row.promised_on.isoformat(),
        lines=len(row.lines),
        stage=row.stage,
        ended=row.ended,
        complete_on=None if row.complete_on is None else row.complete_on.isoformat(),
        delay=row.delay or "",
        owed_fen=row.owed_fen if role in ROLES_THAT_SEE_MONEY else None,
        risk="over" if waits and days < 0 else "near" if waits and days <= WARN_DAYS else "",
        days=abs(days),
    )
