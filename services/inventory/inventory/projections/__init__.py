"""Read models of the warehouse: one module per topic, each with its folds, views and `PROJECTIONS`."""

from inventory.projections import counts, goods, ledger, packing, papers, picklists, slips
from inventory.projections.turnover import TURNOVER
from inventory.stock.moves import MOVES
from inventory.stock.row import STOCKED

PROJECTIONS = (
    *goods.PROJECTIONS,
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
