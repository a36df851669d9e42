"""Which tickets a person may see and act on (RULES §1, C15, C18): a store its own contracts', a technician the own
visits; complaints about conduct are for those who answer for them."""

from typing import Any, NoReturn

from company.roles import Role
from runtime.typed_rows import ByName
from runtime.use_case import Asker
from service_desk.refusals import no
from service_desk.roles import HEARS_OF_CONDUCT
from service_desk.ticket.standing import Standing
from service_desk.warranty import SOLD, sold

Json = dict[str, Any]
ROWS = ByName("tickets", Standing)
"""Rows of tickets, for their use cases, which their view is made of."""


async def visible(asker: Asker, ticket_id: str) -> Standing:
    """How a ticket stands, if there is one and the person may see it; else 404."""
    ticket = await asker.view(ROWS).get(ticket_id)
    if ticket is None:
        hide(asker)
    await hide_unless_visible(asker, ticket)
    return ticket


async def hide_unless_visible(asker: Asker, ticket: Standing) -> None:
    """404 for who may not see it."""
    if asker.role == Role.STORE:
        await own_contract(asker, ticket.contract_no)
    if not _concerns(asker, ticket):
        hide(asker)


async def may_see(asker: Asker, ticket: Standing) -> bool:
    """Whether this person may see this ticket."""
    if not _concerns(asker, ticket):
        return False
    return asker.role != Role.STORE or await is_own_contract(asker, ticket.contract_no)


def _concerns(asker: Asker, ticket: Standing) -> bool:
    if ticket.conduct and asker.role not in HEARS_OF_CONDUCT:
        return False
    return asker.role != Role.TECHNICIAN or asker.actor in ticket.technicians


async def those_visible(asker: Asker, contract_no: str | None = None) -> Json:
    """The condition for rows of tickets that this person may see."""
    own: list[str] | None = None
    if asker.role == Role.STORE:
        own = await asker.view(SOLD).numbers({"row.store_code": asker.store})
    return ROWS.where(
        conduct=None if asker.role in HEARS_OF_CONDUCT else False,
        technicians=asker.actor if asker.role == Role.TECHNICIAN else None,
        contract_no=None if own is None else {"$in": [one for one in own if contract_no in (None, one)]},
    )


async def own_ticket(asker: Asker, ticket_id: str) -> None:
    """A store acts on its own contracts' tickets; a technician's own visits are known to the ticket itself."""
    if asker.role == Role.STORE:
        await visible(asker, ticket_id)


async def own_contract(asker: Asker, contract_no: str | None) -> None:
    """A store's ticket is about one of its own contracts; else 404."""
    if not await is_own_contract(asker, contract_no):
        asker.refuse(no("unknown_contract", contract_no=contract_no), 404)


async def is_own_contract(asker: Asker, contract_no: str | None) -> bool:
    """Whether it is a contract of the store that asks."""
    contract = await sold(asker, contract_no)
    return contract is not None and contract.store_code == asker.store


def hide(asker: Asker) -> NoReturn:
    """Who may not see it hears that it is not there."""
    asker.refuse(no("unknown_ticket"), 404)
