"""Order 合同, put together."""

from order.api import router
from order.contract.aggregate import CONTRACT
from order.contract.row import CONTRACTS
from order.draft.aggregate import DRAFT
from order.draft.row import DRAFTS
from order.product.aggregate import PRODUCT
from order.product.row import PRODUCTS
from order.reactions import REACTIONS
from runtime.offers import offering_of
from runtime.service import Service

SERVICE = Service(
    name="order",
    deciders=(CONTRACT, PRODUCT, DRAFT),
    reactions=REACTIONS,
    projections=(CONTRACTS.projection, PRODUCTS.projection, DRAFTS.projection),
    router=router,
    offers={CONTRACT.name: offering_of(CONTRACT, "contract_no")},
)
