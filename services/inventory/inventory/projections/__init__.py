"""Read models of the warehouse: one module per topic, each with its folds, views and `PROJECTIONS`."""

from inventory.projections import goods, picklists, stock

PROJECTIONS = (*goods.PROJECTIONS, *picklists.PROJECTIONS, *stock.PROJECTIONS)
