"""Row `contracts`: how a contract stands (`row`, a view of its state), and what was heard of it."""

from order.contract.heard import fold_heard
from order.contract.row import CONTRACTS
from runtime.service import Facet, Projection, key_of

PROJECTIONS = (
    Projection(
        name=CONTRACTS.name,
        row=key_of,
        facets=(CONTRACTS.facet, Facet(name="heard", service="order", prefixes=("contract",), fold=fold_heard)),
        indexes=(
            ("row.tags", "_id"),
            ("row.stage", "_id"),
            ("row.stage", "row.promised_on", "_id"),
            ("row.ended", "_id"),
            ("row.ended", "row.promised_on", "_id"),
            ("row.store_code", "_id"),
            ("row.store_code", "row.ended", "_id"),
            ("row.store_code", "row.stage", "_id"),
            ("row.store_code", "row.promised_on", "_id"),
            ("row.promised_on", "_id"),
            ("row.delay", "_id"),
            ("row.search", "_id"),
            ("row.phone", "_id"),
            ("row.skus", "_id"),
        ),
    ),
)
