"""Read models of the warehouse: one module per topic, each with its folds, views and `PROJECTIONS`."""

from inventory.projections import cards, counts, goods, ledger, packing, papers, picklists, slips, stock

PROJECTIONS = (
    *goods.PROJECTIONS,
    *picklists.PROJECTIONS,
    *stock.PROJECTIONS,
    *cards.PROJECTIONS,
    *slips.PROJECTIONS,
    *papers.PROJECTIONS,
    *counts.PROJECTIONS,
    *packing.PROJECTIONS,
    *ledger.PROJECTIONS,
)
