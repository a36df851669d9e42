"""Who may do what with contracts, and whose contract it is (RULES §1, C18)."""

from typing import Annotated, Any

from fastapi import Path

from contracts.decision import Rejected
from runtime.http import Asking, Refusal

STORE = "store"
REGISTERS = ("cs_specialist", "store")
IMPORTS = ("cs_specialist", "install_assistant", "install_supervisor")
AMENDS = ("store", "cs_specialist", "cs_supervisor", "install_supervisor")
CARES = ("store", "cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor")
OFFICE = ("cs_specialist", "cs_supervisor", "install_assistant", "install_supervisor")
REFUNDS = ("accountant", "cs_supervisor", "manager")
READS = (
    "store",
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
"""Crews and technicians see their own stops and tickets, not the contracts (RULES §1)."""

ContractNoInPath = Annotated[str, Path(pattern=r"^[A-Z]{2}[0-9]{6,12}$", examples=["HT26030001"])]
DelayInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,60}$", examples=["H1"])]


def own_store(desk: Asking, store_code: str) -> None:
    """A store works with its own contracts only."""
    if desk.person.role == STORE and desk.person.store != store_code:
        raise Refusal(
            403,
            Rejected(
                "not_your_store",
                "C18",
                f"您只能处理本店（{desk.person.store}）的合同",
                f"You may work with contracts of your own store ({desk.person.store}) only",
                {"store": desk.person.store},
            ),
        )


async def own_contract(desk: Asking, contract_no: str) -> None:
    """A store may change its own contracts only; whose a contract is says the list."""
    if desk.person.role == STORE:
        await readable_contract(desk, contract_no)


async def readable_contract(desk: Asking, contract_no: str) -> dict[str, Any]:
    """A contract's row; 404 where there is none, or it is another store's."""
    row: dict[str, Any] | None = await desk.rows("contracts").get(contract_no)
    if row is None or (desk.person.role == STORE and row["order"]["store_code"] != desk.person.store):
        raise Refusal(
            404,
            Rejected(
                "unknown_contract",
                "",
                f"没有合同 {contract_no}，或者不是您门店的合同。请核对合同号",
                f"There is no contract {contract_no}, or it is not your store's. Check the number",
                {"contract_no": contract_no},
            ),
        )
    return row
