"""Order 合同, put together."""

from order.api import router
from order.contract.aggregate import CONTRACT
from order.contract.row import CONTRACTS
from order.reactions import REACTIONS
from runtime.offers import offering_of
from runtime.service import Service

SERVICE = Service(
    name="order",
    deciders=(CONTRACT,),
    reactions=REACTIONS,
    projections=(CONTRACTS.projection,),
    router=router,
    offers={CONTRACT.name: offering_of(CONTRACT, "contract_no")},
)
