"""Inventory 仓库, put together."""

from typing import Any

from inventory.api import router
from inventory.count.aggregate import COUNT
from inventory.count.file import COUNTS
from inventory.count_plan import COUNT_PLAN
from inventory.count_plan_row import PLANS
from inventory.goods.aggregate import GOODS
from inventory.goods.row import PIECES
from inventory.inbound.aggregate import INBOUND
from inventory.inbound.row import SLIPS
from inventory.labels import LABELS
from inventory.ledger import LEDGER
from inventory.loan import LOAN
from inventory.loan_row import LOANS
from inventory.lot_book import LOT_BOOK
from inventory.lot_book_row import LOTS
from inventory.packing_rows import INSPECTIONS, PRINTED
from inventory.picklist import PICK_LIST
from inventory.picklist_row import PICK_LISTS
from inventory.quality import QUALITY
from inventory.reactions import REACTIONS
from inventory.scrap import SCRAP
from inventory.scrap_row import SCRAPS
from inventory.stock.aggregate import STOCK
from inventory.stock.moves import MOVES
from inventory.stock.row import STOCKED
from inventory.stock_list import STOCK_LIST
from inventory.stock_list_row import STOCK_LISTS
from inventory.transfer.aggregate import TRANSFER
from inventory.transfer.row import TRANSFERS
from inventory.turnover import TURNOVER
from inventory.voucher.register import VOUCHERS
from inventory.voucher.series import SERIES
from runtime.aggregate import Aggregate
from runtime.offers import offering_of
from runtime.service import Service
from runtime.view import View

VIEWS: tuple[View[Any, Any, Any], ...] = (
    PIECES,
    PICK_LISTS,
    STOCKED,
    SLIPS,
    LOANS,
    SCRAPS,
    STOCK_LISTS,
    COUNTS,
    PLANS,
    INSPECTIONS,
    PRINTED,
    LOTS,
    TRANSFERS,
)

OFFERED: tuple[Aggregate[Any, Any], ...] = (INBOUND, LOAN, SCRAP, STOCK_LIST, COUNT, STOCK, TRANSFER)
"""Of which a page offers what may be asked next."""

SERVICE = Service(
    name="inventory",
    deciders=(
        *(GOODS, PICK_LIST, STOCK, INBOUND, LOAN, SCRAP, STOCK_LIST, COUNT, COUNT_PLAN, QUALITY, LABELS, LOT_BOOK),
        SERIES,
        TRANSFER,
    ),
    reactions=REACTIONS,
    projections=(
        *(view.projection for view in VIEWS),
        MOVES.projection,
        LEDGER.projection,
        VOUCHERS.projection,
        TURNOVER,
    ),
    router=router,
    offers={kind.name: offering_of(kind) for kind in OFFERED},
)
