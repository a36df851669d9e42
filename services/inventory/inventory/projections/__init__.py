"""Read models of the warehouse: one module per topic, each with its folds, views and `PROJECTIONS`."""

from inventory.projections import goods, picklists

PROJECTIONS = (*goods.PROJECTIONS, *picklists.PROJECTIONS)
