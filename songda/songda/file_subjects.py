"""Whose contracts, jobs and tickets are: who, besides office and warehouse, may see their photos and papers (C18)."""

from collections.abc import Mapping

from company.crew_of_day import works_at
from company.roles import Role
from dispatch.who import CREW
from runtime.files_http import SubjectRule
from runtime.http import Asking

SEES_ALL = frozenset(Role) - CREW - {Role.STORE}
"""Who sees the files of everything."""


async def contract_of(desk: Asking, contract_no: str) -> bool:
    """A contract is its store's, and the crews' that have its delivery or installation."""
    if desk.person.role == Role.STORE:
        row = await desk.rows("contracts").get(contract_no)
        return row is not None and row["row"]["store_code"] == desk.person.store
    return await job_of(desk, f"D-{contract_no}") or await job_of(desk, f"I-{contract_no}")


async def job_of(desk: Asking, job: str) -> bool:
    """A job is its crew's, as the crew is made up on the day of the job."""
    if desk.person.role not in CREW:
        return False
    document = await desk.rows("jobs").get(job)
    return document is not None and await works_at(desk, document)


async def ticket_of(desk: Asking, ticket_id: str) -> bool:
    """A ticket is the technicians' who visit, and the store's that sold the contract."""
    row = await desk.rows("tickets").get(ticket_id)
    if row is None:
        return False
    if desk.person.role in CREW:
        return desk.person.id in row["row"]["technicians"]
    contract_no = row["row"]["contract_no"]
    return contract_no is not None and await contract_of(desk, contract_no)


SUBJECTS: Mapping[str, SubjectRule] = {"contract": contract_of, "job": job_of, "ticket": ticket_of}
