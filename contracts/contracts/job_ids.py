"""Ids of jobs (单), said once: `D-HT26030001` is a contract's delivery, `I-…` its installation, `V-<ticket>-<n>` a
visit.

What a delivery left owed has a delivery of its own (A10): `D-HT26030001-2`, and what is installed of it is
`I-HT26030001-2`. A contract's number has no hyphen.
"""

import re

DELIVERY, INSTALLATION, VISIT = "D-", "I-", "V-"
_OF_CONTRACT = re.compile(r"(?P<kind>[DI]-)(?P<contract_no>.+?)(?:-(?P<part>[2-9]|[1-9][0-9]{1,2}))?")


def delivery_of(contract_no: str, part: int = 1) -> str:
    """The delivery job of a contract; of its rest, with the number of the part (A10)."""
    return _of(DELIVERY, contract_no, part)


def installation_of(contract_no: str, part: int = 1) -> str:
    """The installation job of what that delivery brought (B10)."""
    return _of(INSTALLATION, contract_no, part)


def visit_of(ticket_id: str, visit_no: int) -> str:
    """The job of a ticket's visit."""
    return f"{VISIT}{ticket_id}-{visit_no}"


def contract_of(job_id: str) -> str | None:
    """The contract of a delivery or installation; None for a visit, and for what is no job."""
    found = _OF_CONTRACT.fullmatch(job_id)
    return None if found is None else found["contract_no"]


def part_of(job_id: str) -> int:
    """Which of the contract's deliveries it is, or installs (A10): 1 for the first."""
    found = _OF_CONTRACT.fullmatch(job_id)
    return 1 if found is None or found["part"] is None else int(found["part"])


def is_delivery(job_id: str) -> bool:
    """Whether it is a contract's delivery, whichever part of it."""
    return job_id.startswith(DELIVERY)


def is_installation(job_id: str) -> bool:
    """Whether it is a contract's installation, whichever part of it."""
    return job_id.startswith(INSTALLATION)


def _of(kind: str, contract_no: str, part: int) -> str:
    return f"{kind}{contract_no}" if part == 1 else f"{kind}{contract_no}-{part}"
