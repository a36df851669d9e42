"""What QC passed of a contract, as the gate before the departure sees it."""

from datetime import UTC, datetime
from typing import Any

from contracts.envelope import Meta
from contracts.fact import GoodsLine
from contracts.inventory_packing import PassedGoodsGone, QualityFailed, QualityPassed
from dispatch.projections.quality import fold_quality

NOW = datetime(2026, 3, 12, 8, 40, tzinfo=UTC)


def line(quantity: int) -> GoodsLine:
    return GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=quantity)


def meta(sequence: int) -> Meta:
    return Meta(
        id=f"e{sequence}",
        type="",
        source="/songda/inventory",
        subject="qc:HT26030001",
        time=NOW,
        sequence=sequence,
        causation_id="",
        correlation_id="",
        actor="lu.qc",
        command_offset=0,
    )


def test_pieces_that_failed_or_left_are_passed_no_more() -> None:
    """B21: what comes later is to be inspected anew."""
    told: dict[str, Any] = {"at": NOW, "contract_no": "HT26030001"}
    events = [
        QualityPassed(**told, lines=(line(3),), totals=(line(3),), inspected_by="lu.qc"),
        QualityFailed(
            **told,
            inspection_id="i2",
            damage_id="Q-i2",
            line_no=1,
            sku="WC-100",
            name="连体坐便器",
            quantity=1,
            cause="scratched",
            totals=(line(2),),
            inspected_by="lu.qc",
        ),
        PassedGoodsGone(**told, cause_id="e9", why="issued", lines=(line(2),), totals=(line(0),)),
    ]
    facet, passed = None, []
    for sequence, event in enumerate(events, start=1):
        facet = fold_quality(facet, event, meta(sequence))
        passed.append(facet["passed"])
    assert passed == [{"1": 3}, {"1": 2}, {"1": 0}]
