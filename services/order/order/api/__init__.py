"""HTTP of the order service, one module per topic."""

from fastapi import APIRouter

from order.api import care, contracts, customers, fulfilment, imports

router = APIRouter(prefix="/api", tags=["order 合同"])
for topic in (contracts, care, fulfilment, customers, imports):
    router.include_router(topic.router)
