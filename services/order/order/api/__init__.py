"""HTTP of the order service: what may be asked of a contract, as its use cases say; lists, files and customers."""

from order.api import contracts, customers, imports
from order.api.rights import ContractNoInPath, DelayInPath, own_contract
from order.contract.aggregate import CONTRACT
from runtime.route import Router
from runtime.routes import Address, routes

ADDRESS = Address(
    CONTRACT, "/contracts", "contract_no", ContractNoInPath, own_contract, values={"delay_id": DelayInPath}
)

router = Router(prefix="/api", tags=["order 合同"])
router.include_router(routes(ADDRESS))
for topic in (contracts, customers, imports):
    router.include_router(topic.router)
