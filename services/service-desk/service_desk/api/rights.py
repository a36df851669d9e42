"""Who may ask what of which ticket (RULES 1, C15, C18)."""

from collections.abc import Mapping
from typing import Annotated, Any, NoReturn

from fastapi import Path
from pydantic import BaseModel

from runtime.commands import deterministic_id, fresh_id
from runtime.http import Answer, Asking
from service_desk.domain import refusals
from service_desk.domain.situations import SUPERVISORS
from service_desk.domain.ticket import ticket_key
from service_desk.projections.views import HEARS_OF_CONDUCT, may_read

OFFICE = ("cs_specialist", "cs_supervisor")
SUPERVISING = tuple(sorted(SUPERVISORS))
OPENS = (*OFFICE, "store", "manager")
NOTES_GOODS = (*OFFICE, "warehouse", "install_assistant")
AT_THE_CUSTOMERS = ("technician", *OFFICE)
WORKS = ("technician", *OFFICE, "install_supervisor")
READS = (
    *OFFICE,
    "store",
    "install_assistant",
    "install_supervisor",
    "technician",
    "warehouse",
    "procurement",
    "manager",
)

TicketId = Annotated[str, Path(pattern=r"^[^\s:/]{1,80}$", examples=["T-D001"])]
Json = dict[str, Any]


async def tell(
    desk: Asking, ticket_id: str, command: BaseModel, *roles: str, body: Mapping[str, Any] | None = None
) -> Answer:
    """Put a command to a ticket, for these roles; a store only to its own contracts' (a technician's own visits are
    known to the ticket itself)."""
    desk.allow(*roles)
    if desk.person.role == "store":
        await visible(desk, ticket_id)
    return desk.answer(await desk.ask(ticket_key(ticket_id), command), body)


async def visible(desk: Asking, ticket_id: str) -> Json:
    """The ticket's row, if there is one and the person may see it; else 404."""
    row = await desk.rows("tickets").get(ticket_id)
    if row is None:
        hide(desk)
    ticket = row["ticket"]
    if desk.person.role == "store":
        await own_contract(desk, ticket["contract_no"])
    theirs = desk.person.role != "technician" or desk.person.id in ticket["technicians"]
    if not theirs or not may_read(ticket, desk.person.role):
        hide(desk)
    return row


async def own_contract(desk: Asking, contract_no: str | None) -> None:
    """A store's ticket is about one of its own contracts; else 404."""
    contract = None if contract_no is None else await desk.rows("contracts").get(contract_no)
    if contract is None or contract["order"]["store_code"] != desk.person.store:
        desk.refuse(refusals.not_your_stores(contract_no), 404)


def hide(desk: Asking) -> NoReturn:
    """Who may not see it hears that it is not there."""
    desk.refuse(refusals.unknown_ticket(), 404)


def new_number(desk: Asking, letter: str, what: str) -> str:
    """A number nobody had; the same for a request that is sent again with its `Idempotency-Key`."""
    key = desk.request.headers.get("idempotency-key")
    whole = deterministic_id(what, desk.person.id, key) if key else fresh_id()
    return f"{letter}-{whole.replace('-', '')[:12].upper()}"


__all__ = [
    "AT_THE_CUSTOMERS",
    "HEARS_OF_CONDUCT",
    "NOTES_GOODS",
    "OFFICE",
    "OPENS",
    "READS",
    "SUPERVISING",
    "WORKS",
    "TicketId",
    "hide",
    "new_number",
    "own_contract",
    "tell",
    "visible",
]
