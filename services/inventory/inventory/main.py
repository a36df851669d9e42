"""Inventory 仓库, put together."""

from inventory.api import router
from inventory.count.aggregate import COUNT
from inventory.count_plan import COUNT_PLAN
from inventory.goods.aggregate import GOODS
from inventory.inbound.aggregate import INBOUND
from inventory.labels import LABELS
from inventory.loan import LOAN
from inventory.picklist import PICK_LIST
from inventory.projections import PROJECTIONS
from inventory.quality import QUALITY
from inventory.reactions import REACTIONS
from inventory.scrap import SCRAP
from inventory.stock.aggregate import STOCK
from inventory.stock_list import STOCK_LIST
from runtime.service import Service

SERVICE = Service(
    name="inventory",
    deciders=(GOODS, PICK_LIST, STOCK, INBOUND, LOAN, SCRAP, STOCK_LIST, COUNT, COUNT_PLAN, QUALITY, LABELS),
    reactions=REACTIONS,
    projections=PROJECTIONS,
    router=router,
)
