"""HTTP of the order service: what may be asked of a contract, as its use cases say; lists, files and customers."""

from order.api import contracts, customers, drafts, imports, products
from order.api.drafts import DraftInPath
from order.api.products import SkuInPath
from order.api.rights import ContractNoInPath, DelayInPath, own_contract
from order.contract.aggregate import CONTRACT
from order.draft.aggregate import DRAFT
from order.product.aggregate import PRODUCT
from runtime.route import Router
from runtime.routes import Address, routes

ADDRESS = Address(
    CONTRACT, "/contracts", "contract_no", ContractNoInPath, own_contract, values={"delay_id": DelayInPath}
)

router = Router(prefix="/api", tags=["order 合同"])
router.include_router(routes(ADDRESS))
router.include_router(routes(Address(PRODUCT, "/products", "sku", SkuInPath, whole=True)))
router.include_router(routes(Address(DRAFT, "/drafts", "draft_no", DraftInPath)))
for topic in (contracts, customers, drafts, imports, products):
    router.include_router(topic.router)
