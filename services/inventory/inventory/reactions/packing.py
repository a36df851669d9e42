"""QC and the contract's goods tell each other, on the warehouse's own stream (B21, D4)."""

from collections.abc import Sequence
from typing import Literal

from contracts.envelope import Meta
from contracts.fact import GoodsLine
from contracts.inventory import DamageReported, GoodsIssued, GoodsReleased
from contracts.inventory_packing import QualityFailed
from inventory.goods.aggregate import GOODS
from inventory.goods.damage import ReportDamage
from inventory.goods.state import IN_WAREHOUSE
from inventory.quality import QUALITY, NoteGone
from runtime.decision import Ask
from runtime.reaction import On, Reaction, on_each

OF_QC = "Q-"
"""Damage reports that QC made itself begin so: their pieces are counted off already."""


def report_failed(event: QualityFailed) -> Sequence[Ask]:
    """QC failed pieces -> a damage report, by which they go to the pending zone (B21, D4)."""
    command = ReportDamage(
        at=event.at,
        contract_no=event.contract_no,
        damage_id=event.damage_id,
        line_no=event.line_no,
        quantity=event.quantity,
        found="loading",
        fault="factory" if event.cause in {"colour", "size", "function"} else "unknown",
        photos=event.photos,
        note=f"质检不合格（{event.cause}）{event.note}"[:500],
    )
    return (Ask(GOODS.key(event.contract_no), command),)


def count_off(event: GoodsIssued | GoodsReleased | DamageReported, meta: Meta) -> Sequence[Ask]:
    """Pieces of a contract left, were damaged here, or were released -> they are passed no more (B21)."""
    why: Literal["issued", "damaged", "released"]
    match event:
        case GoodsIssued():
            why, lines = "issued", event.lines
        case GoodsReleased():
            why, lines = "released", event.lines
        case DamageReported() if event.found in IN_WAREHOUSE and not event.damage_id.startswith(OF_QC):
            piece = GoodsLine(line_no=event.line_no, sku=event.sku, name=event.name, quantity=event.quantity)
            why, lines = "damaged", (piece,)
        case _:
            return ()
    command = NoteGone(at=event.at, contract_no=event.contract_no, cause_id=meta.id, why=why, lines=lines)
    return (Ask(QUALITY.key(event.contract_no), command),)


REACTIONS = (
    Reaction("inventory.report_failed_quality", (On(QualityFailed, report_failed),)),
    Reaction("inventory.count_off_passed_goods", on_each(count_off, GoodsIssued, GoodsReleased, DamageReported)),
)
