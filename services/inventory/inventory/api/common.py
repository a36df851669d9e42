"""What several routes of the warehouse share: who may read, ids in addresses, ids made from a request."""

from typing import Annotated

from fastapi import Path

from runtime.commands import deterministic_id, fresh_id
from runtime.http import Asking

READS_GOODS = (
    "cs_specialist",
    "cs_supervisor",
    "install_assistant",
    "install_supervisor",
    "warehouse",
    "qc",
    "accountant",
    "procurement",
    "manager",
)
READS_LISTS = ("install_assistant", "install_supervisor", "cs_specialist", "warehouse", "qc", "manager")

ContractNoInPath = Annotated[str, Path(pattern=r"^[A-Z]{2}[0-9]{6,12}$", examples=["HT26030001"])]


def id_of_request(desk: Asking, *parts: str) -> str:
    """16 characters that a repeated request (same Idempotency-Key) gets again."""
    key = desk.request.headers.get("idempotency-key")
    made = deterministic_id(parts[0], desk.person.id, key, *parts[1:]) if key else fresh_id()
    return made.replace("-", "")[:16]
