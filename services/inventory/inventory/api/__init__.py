"""HTTP of the inventory service, one module per topic."""

from inventory.api import (
    agreement,
    count_sheets,
    counts,
    goods,
    labels,
    lots,
    papers,
    picklists,
    quality,
    slips,
    stock,
    vouchers,
)
from runtime.route import Router

router = Router(prefix="/api", tags=["inventory 仓库"])
for _topic in (
    goods,
    picklists,
    stock,
    slips,
    papers,
    vouchers,
    counts,
    count_sheets,
    quality,
    labels,
    lots,
    agreement,
):
    router.include_router(_topic.router)
