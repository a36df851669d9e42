"""Whose contracts, jobs and tickets are: who, besides office and warehouse, may see their photos and papers (C18)."""

from collections.abc import Mapping

from company.crew_of_day import works_at
from company.roles import Role
from dispatch.who import CREW
from runtime.files_http import SubjectRule
from runtime.http import Caller

SEES_ALL = frozenset(Role) - CREW - {Role.STORE}
"""Who sees the files of everything."""


async def contract_of(caller: Caller, contract_no: str) -> bool:
    """A contract is its store's, and the crews' that have its delivery or installation."""
    if caller.person.role == Role.STORE:
        row = await caller.rows("contracts").get(contract_no)
        return row is not None and row["row"]["store_code"] == caller.person.store
    return await job_of(caller, f"D-{contract_no}") or await job_of(caller, f"I-{contract_no}")


async def job_of(caller: Caller, job: str) -> bool:
    """A job is its crew's, as the crew is made up on the day of the job."""
    if caller.person.role not in CREW:
        return False
    document = await caller.rows("jobs").get(job)
    return document is not None and await works_at(caller, document)


async def ticket_of(caller: Caller, ticket_id: str) -> bool:
    """A ticket is the technicians' who visit, and the store's that sold the contract."""
    row = await caller.rows("tickets").get(ticket_id)
    if row is None:
        return False
    if caller.person.role in CREW:
        return caller.person.id in row["row"]["technicians"]
    contract_no = row["row"]["contract_no"]
    return contract_no is not None and await contract_of(caller, contract_no)


SUBJECTS: Mapping[str, SubjectRule] = {"contract": contract_of, "job": job_of, "ticket": ticket_of}
