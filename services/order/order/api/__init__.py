"""HTTP of the order service, one module per topic."""

from order.api import care, contracts, customers, fulfilment, imports
from runtime.route import Router

router = Router(prefix="/api", tags=["order 合同"])
for topic in (contracts, care, fulfilment, customers, imports):
    router.include_router(topic.router)
