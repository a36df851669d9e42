"""HTTP of the inventory service, one module per topic."""

from fastapi import APIRouter

from inventory.api import goods, picklists

router = APIRouter(prefix="/api", tags=["inventory 仓库"])
for _topic in (goods, picklists):
    router.include_router(_topic.router)
