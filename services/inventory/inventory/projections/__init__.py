"""Read models of the warehouse: one module per topic, each with its folds, views and `PROJECTIONS`."""

from inventory.goods.row import PIECES
from inventory.inbound.row import SLIPS
from inventory.loan_row import LOANS
from inventory.packing_rows import INSPECTIONS, PRINTED
from inventory.picklist_row import PICK_LISTS
from inventory.projections import counts, ledger
from inventory.projections.turnover import TURNOVER
from inventory.scrap_row import SCRAPS
from inventory.stock.moves import MOVES
from inventory.stock.row import STOCKED
from inventory.stock_list_row import STOCK_LISTS

PROJECTIONS = (
    PIECES.projection,
    PICK_LISTS.projection,
    STOCKED.projection,
    MOVES.projection,
    TURNOVER,
    SLIPS.projection,
    LOANS.projection,
    SCRAPS.projection,
    STOCK_LISTS.projection,
    *counts.PROJECTIONS,
    INSPECTIONS.projection,
    PRINTED.projection,
    *ledger.PROJECTIONS,
)
