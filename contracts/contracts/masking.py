"""Who may read a customer's name, phone and address (C18), and what the others see instead."""

from collections.abc import Mapping
from typing import Any

ROLES_THAT_SEE_CUSTOMERS = frozenset(
    {
        "store",
        "cs_specialist",
        "cs_supervisor",
        "install_assistant",
        "install_supervisor",
        "crew_leader",
        "technician",
    }
)
"""Those who call or visit customers. Everybody else works with the contract number."""

PHONE_HEAD, PHONE_TAIL = 3, 4  # 138****1234


def mask_phone(phone: str) -> str:
    """138****1234; a number too short to keep anything is hidden whole."""
    if len(phone) <= PHONE_HEAD + PHONE_TAIL:
        return "*" * len(phone)
    return f"{phone[:PHONE_HEAD]}****{phone[-PHONE_TAIL:]}"


def mask_name(name: str) -> str:
    """马*: the family name alone, so that two rows can still be told apart."""
    return f"{name[:1]}{'*' * (len(name) - 1)}" if len(name) > 1 else "*"


def customer_for(role: str, customer: Mapping[str, Any]) -> dict[str, Any]:
    """A customer as `role` may see it; the district stays, the address goes."""
    if role in ROLES_THAT_SEE_CUSTOMERS:
        return dict(customer)
    return {
        **customer,
        "name": mask_name(str(customer["name"])),
        "phone": mask_phone(str(customer["phone"])),
        "address": "****",
    }


__all__ = ["ROLES_THAT_SEE_CUSTOMERS", "customer_for", "mask_name", "mask_phone"]
