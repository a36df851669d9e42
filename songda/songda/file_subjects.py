"""Whose contracts, jobs and tickets are: who, besides office and warehouse, may see their photos and papers (C18)."""

from collections.abc import Mapping

from pydantic import BaseModel

from company.crew_of_day import STOPS, works_on
from company.roles import Role
from contracts.job_ids import delivery_of, installation_of
from dispatch.who import CREW
from runtime.files_http import SubjectRule
from runtime.http import Caller
from runtime.typed_rows import ByName


class Sold(BaseModel):
    """A contract's row, as far as we ask for it."""

    store_code: str
    part: int = 1


class Visited(BaseModel):
    """A ticket's row, as far as we ask for it."""

    technicians: tuple[str, ...]
    contract_no: str | None


SOLD, VISITED = ByName("contracts", Sold), ByName("tickets", Visited)
SEES_ALL = frozenset(Role) - CREW - {Role.STORE}
"""Who sees the files of everything."""


async def contract_of(caller: Caller, contract_no: str) -> bool:
    """A contract is its store's, and the crews' that have its delivery or installation."""
    contract = await caller.view(SOLD).get(contract_no)
    if caller.person.role == Role.STORE:
        return contract is not None and contract.store_code == caller.person.store
    parts = range(1, 1 + (1 if contract is None else contract.part))
    for job in (of(contract_no, part) for part in parts for of in (delivery_of, installation_of)):
        if await job_of(caller, job):
            return True
    return False


async def job_of(caller: Caller, job: str) -> bool:
    """A job is its crew's, as the crew is made up on the day of the job."""
    if caller.person.role not in CREW:
        return False
    stop = await caller.view(STOPS).get(job)
    return stop is not None and await works_on(caller, stop.on, stop.crew)


async def ticket_of(caller: Caller, ticket_id: str) -> bool:
    """A ticket is the technicians' who visit, and the store's that sold the contract."""
    ticket = await caller.view(VISITED).get(ticket_id)
    if ticket is None:
        return False
    if caller.person.role in CREW:
        return caller.person.id in ticket.technicians
    return ticket.contract_no is not None and await contract_of(caller, ticket.contract_no)


SUBJECTS: Mapping[str, SubjectRule] = {"contract": contract_of, "job": job_of, "ticket": ticket_of}
