"""What the warehouse tells -> what the contract notes (A3, D4)."""

from collections.abc import Sequence

from contracts.decision import Ask
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import DamageReported, GoodsArrived
from order.domain.contract import NoteDamage, NoteGoods, contract_id
from runtime.service import Reaction

IN_WAREHOUSE = ("inbound", "loading")
"""Places of damage (D4) where the goods had not left yet."""


def note_goods(event: Fact, meta: Meta) -> Sequence[Ask]:  # noqa: ARG001 - all reactions have one signature
    """Goods received -> the contract counts them, at the time they came."""
    if not isinstance(event, GoodsArrived):
        return ()
    command = NoteGoods(
        at=event.at,
        contract_no=event.contract_no,
        line_no=event.line_no,
        quantity=event.quantity,
        waybill=event.waybill,
        arrived_on=event.arrived_on,
    )
    return (Ask(contract_id(event.contract_no), command),)


def note_damage(event: Fact, meta: Meta) -> Sequence[Ask]:  # noqa: ARG001
    """Damage reported -> the contract counts those pieces no longer."""
    if not isinstance(event, DamageReported):
        return ()
    command = NoteDamage(
        at=event.at,
        contract_no=event.contract_no,
        line_no=event.line_no,
        damage_id=event.damage_id,
        quantity=event.quantity,
        in_warehouse=event.found in IN_WAREHOUSE,
    )
    return (Ask(contract_id(event.contract_no), command),)


REACTIONS = (
    Reaction(name="order.note_goods", source="inventory", react=note_goods),
    Reaction(name="order.note_damage", source="inventory", react=note_damage),
)
