"""Who may read a customer's name, phone and address (C18), and what the others see instead."""

from typing import Any, TypeVar

from pydantic import BaseModel

from company.roles import Role
from contracts.fact import Customer

M = TypeVar("M", bound=BaseModel)

ROLES_THAT_SEE_CUSTOMERS = frozenset(
    {
        Role.STORE,
        Role.CS_SPECIALIST,
        Role.CS_SUPERVISOR,
        Role.INSTALL_ASSISTANT,
        Role.INSTALL_SUPERVISOR,
        Role.CREW_LEADER,
        Role.TECHNICIAN,
    }
)
"""Those who call or visit customers. Everybody else works with the contract number."""

ROLES_THAT_SEE_MONEY = frozenset(
    {Role.STORE, Role.CS_SPECIALIST, Role.CS_SUPERVISOR, Role.ACCOUNTANT, Role.INSTALL_SUPERVISOR, Role.MANAGER}
)
"""Those who work with what a contract costs and what is paid. The others work with its goods (RULES §1)."""

PHONE_HEAD, PHONE_TAIL = 3, 4  # 138****1234


def mask_phone(phone: str) -> str:
    """138****1234; a number too short to keep anything is hidden whole."""
    if len(phone) <= PHONE_HEAD + PHONE_TAIL:
        return "*" * len(phone)
    return f"{phone[:PHONE_HEAD]}****{phone[-PHONE_TAIL:]}"


def mask_name(name: str) -> str:
    """马*: the family name alone, so that two rows can still be told apart."""
    return f"{name[:1]}{'*' * (len(name) - 1)}" if len(name) > 1 else "*"


def customer_for(role: str, customer: Customer) -> Customer:
    """A customer as `role` may see it; the district stays, the address goes."""
    if role in ROLES_THAT_SEE_CUSTOMERS:
        return customer
    hidden = {"name": mask_name(customer.name), "address": "****"}
    return phone_masked(customer).model_copy(update=hidden)


def phone_masked(customer: Customer) -> Customer:
    """The same with masked phone numbers, whoever looks."""
    hidden = {"phone": mask_phone(customer.phone), "second_phone": mask_phone(customer.second_phone)}
    return customer.model_copy(update=hidden)


def amounts_for(role: str, shown: M) -> M:
    """The same with every amount (a field that ends in `_fen`) None for a role that does not see money."""
    if role in ROLES_THAT_SEE_MONEY:
        return shown
    hidden = {name: None if name.endswith("_fen") else _inside(role, value) for name, value in shown}
    return shown.model_copy(update=hidden)


def _inside(role: str, value: Any) -> Any:
    if isinstance(value, BaseModel):
        return amounts_for(role, value)
    return [_inside(role, one) for one in value] if isinstance(value, list) else value
