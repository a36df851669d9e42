"""Whose contract it is: a store works with its own ones only (C18)."""

from typing import Annotated

from fastapi import Path

from order.contract.heard import CONTRACT_FILES, ContractFile
from order.refusals import no
from order.who import STORE
from runtime.http import Caller

ContractNoInPath = Annotated[str, Path(pattern=r"^[A-Z]{2}[0-9]{6,12}$", examples=["HT26030001"])]
DelayInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,60}$", examples=["H1"])]


async def own_contract(caller: Caller, contract_no: str) -> None:
    """A store may change its own contracts only; whose a contract is says the list."""
    if caller.role in STORE:
        await readable_contract(caller, contract_no)


async def readable_contract(caller: Caller, contract_no: str) -> ContractFile:
    """A contract with what was said of it; 404 where there is none, or it is another store's."""
    found = await caller.view(CONTRACT_FILES).get(contract_no)
    if found is None or (caller.role in STORE and found.row.store_code != caller.store):
        caller.refuse(no("unknown_or_not_yours", contract_no=contract_no), 404)
    return found
