"""Which tickets a person may act on (RULES §1, C15, C18): a store its own contracts', a technician the own visits."""

from collections.abc import Mapping
from typing import Any, NoReturn

from company.roles import Role
from runtime.use_case import Asker
from service_desk.refusals import no
from service_desk.roles import HEARS_OF_CONDUCT

Json = dict[str, Any]


async def visible(asker: Asker, ticket_id: str) -> Json:
    """The ticket's row, if there is one and the person may see it; else 404."""
    row = await asker.row("tickets", ticket_id)
    if row is None:
        hide(asker)
    ticket = row["ticket"]
    if asker.role == Role.STORE:
        await own_contract(asker, ticket["contract_no"])
    theirs = asker.role != Role.TECHNICIAN or asker.actor in ticket["technicians"]
    if not theirs or not may_read(ticket, asker.role):
        hide(asker)
    return row


async def own_ticket(asker: Asker, ticket_id: str) -> None:
    """A store acts on its own contracts' tickets; a technician's own visits are known to the ticket itself."""
    if asker.role == Role.STORE:
        await visible(asker, ticket_id)


async def own_contract(asker: Asker, contract_no: str | None) -> None:
    """A store's ticket is about one of its own contracts; else 404."""
    contract = None if contract_no is None else await asker.row("contracts", contract_no)
    if contract is None or contract["row"]["store_code"] != asker.store:
        asker.refuse(no("unknown_contract", contract_no=contract_no), 404)


def may_read(ticket: Mapping[str, Any], role: str) -> bool:
    """Whether the role hears of this ticket at all (C15, C18)."""
    return role in HEARS_OF_CONDUCT or not ticket["conduct"]


def hide(asker: Asker) -> NoReturn:
    """Who may not see it hears that it is not there."""
    asker.refuse(no("unknown_ticket"), 404)
