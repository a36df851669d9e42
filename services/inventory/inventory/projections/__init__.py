"""Read models of the warehouse: one module per topic, each with its folds, views and `PROJECTIONS`."""

from inventory.goods.row import PIECES
from inventory.projections import counts, ledger, packing, papers, picklists, slips
from inventory.projections.turnover import TURNOVER
from inventory.stock.moves import MOVES
from inventory.stock.row import STOCKED

PROJECTIONS = (
    PIECES.projection,
    *picklists.PROJECTIONS,
    STOCKED.projection,
    MOVES.projection,
    TURNOVER,
    *slips.PROJECTIONS,
    *papers.PROJECTIONS,
    *counts.PROJECTIONS,
    *packing.PROJECTIONS,
    *ledger.PROJECTIONS,
)
