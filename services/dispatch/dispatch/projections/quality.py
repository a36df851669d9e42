"""What QC has passed of each contract (B21), as inventory tells it: looked at before a run departs."""

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_packing import PassedGoodsGone, QualityFailed, QualityPassed
from dispatch.projections.rows import Json
from runtime.service import Facet, Projection, key_of


def fold_quality(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """`passed`: pieces per line number (as text) that lie in the warehouse and may be loaded; what left counts off."""
    row = {"passed": {}, **(facet or {}), "version": meta.sequence}
    if isinstance(event, QualityPassed | QualityFailed | PassedGoodsGone):
        return {**row, "passed": {str(line.line_no): line.quantity for line in event.totals}}
    return row


QUALITY = Projection(
    name="passed_goods",
    row=key_of,
    facets=(Facet(name="quality", service="inventory", prefixes=("qc",), fold=fold_quality),),
)
