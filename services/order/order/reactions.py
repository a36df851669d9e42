"""What the other services tell -> what the contract notes (A3-A7, D4)."""

from collections.abc import Sequence

from contracts.dispatch_jobs import DeliveryCompleted, DeliveryDeparted, DeliveryFailed, InstallationCompleted
from contracts.dispatch_runs import CashCollected, RunLoaded
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import DamageReported, GoodsArrived, GoodsReleased, GoodsReturned
from contracts.notify import CallMade, MessageSent
from order.contract.aggregate import CONTRACT
from order.contract.delays import ExplainDelay, NotePost
from order.contract.fulfilment import NoteDelivery, NoteFailedDelivery, NoteInstallation, NoteLoading, NotePayment
from order.contract.goods import NoteDamage, NoteGoods, NoteRelease, NoteReturn
from runtime.decision import Ask
from runtime.service import Reaction

IN_WAREHOUSE = ("inbound", "loading")
"""Places of damage (D4) where the goods had not left yet."""

OF_CONTRACTS = ("D-", "I-")
"""Jobs of a contract, by the beginning of their id; visits (V-) belong to tickets."""


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
    return (Ask(CONTRACT.key(event.contract_no), command),)


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
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_release(event: Fact, meta: Meta) -> Sequence[Ask]:
    """Pieces released -> the contract counts them no longer (A6). Back in the warehouse -> it knows (B14, B15)."""
    match event:
        case GoodsReleased() if event.lines:
            released = NoteRelease(
                at=event.at,
                contract_no=event.contract_no,
                release_id=meta.id,
                lines=event.lines,
                reason=event.reason,
            )
            return (Ask(CONTRACT.key(event.contract_no), released),)
        case GoodsReturned():
            returned = NoteReturn(
                at=event.at,
                contract_no=event.contract_no,
                return_id=meta.id,
                line_no=event.line_no,
                quantity=event.quantity,
                returned_on=event.returned_on,
            )
            return (Ask(CONTRACT.key(event.contract_no), returned),)
        case _:
            return ()


def note_loading(event: Fact, meta: Meta) -> Sequence[Ask]:  # noqa: ARG001
    """A run is loaded, or a delivery on the road -> its contracts cannot be amended any more (A6)."""
    match event:
        case RunLoaded():
            run = f"{event.on.isoformat()}:{event.crew}"
            numbers = sorted({stop.contract_no for stop in event.counted if stop.job_id.startswith("D-")})
        case DeliveryDeparted() if event.job_id.startswith("D-"):
            run, numbers = event.job_id, [event.job_id.removeprefix("D-")]
        case _:
            return ()
    return tuple(Ask(CONTRACT.key(no), NoteLoading(at=event.at, contract_no=no, run=run)) for no in numbers)


def note_delivery(event: Fact, meta: Meta) -> Sequence[Ask]:  # noqa: ARG001
    """Delivered or not, installed -> the contract notes it (A7, B13, B14)."""
    match event:
        case DeliveryCompleted() if event.job_id.startswith("D-"):
            delivered = NoteDelivery(
                at=event.at,
                contract_no=event.contract_no,
                job_id=event.job_id,
                delivered=event.delivered,
                refused=event.refused,
                signed_by=event.signed_by,
            )
            return (Ask(CONTRACT.key(event.contract_no), delivered),)
        case DeliveryFailed() if event.job_id.startswith("D-"):
            failed = NoteFailedDelivery(
                at=event.at,
                contract_no=event.contract_no,
                job_id=event.job_id,
                cause=event.cause,
                goods=event.goods,
            )
            return (Ask(CONTRACT.key(event.contract_no), failed),)
        case InstallationCompleted() if event.job_id.startswith("I-"):
            installed = NoteInstallation(
                at=event.at,
                contract_no=event.contract_no,
                job_id=event.job_id,
                accepted_by=event.accepted_by or "客户",
            )
            return (Ask(CONTRACT.key(event.contract_no), installed),)
        case _:
            return ()


def note_payment(event: Fact, meta: Meta) -> Sequence[Ask]:
    """Money collected at the door -> paid on the contract (A7, B13)."""
    if not isinstance(event, CashCollected) or event.job_id[:2] not in OF_CONTRACTS or event.amount_fen <= 0:
        return ()
    number = event.job_id[2:]
    command = NotePayment(
        at=event.at,
        contract_no=number,
        payment_id=f"cash-{meta.id}",
        amount_fen=event.amount_fen,
        method="cash",
        received_by=meta.actor,
        note=event.crew,
    )
    return (Ask(CONTRACT.key(number), command),)


def note_message(event: Fact, meta: Meta) -> Sequence[Ask]:  # noqa: ARG001
    """A post about a delay went out -> the group knows it (A4, K1). A call about delays was made -> its result (A4)."""
    match event:
        case MessageSent(topic="delay") if event.subject.startswith("contract:"):
            number = event.subject.removeprefix("contract:")
            posted = NotePost(at=event.at, contract_no=number, delay_id=event.ref or None, note="品牌群")
            return (Ask(event.subject, posted),)
        case CallMade(purpose="delay_explained") if event.subject.startswith("contract:"):
            number = event.subject.removeprefix("contract:")
            explained = ExplainDelay(
                at=event.at, contract_no=number, result=event.result, note=event.note, called_by=event.called_by
            )
            return (Ask(event.subject, explained),)
        case _:
            return ()


REACTIONS = (
    Reaction(name="order.note_goods", source="inventory", react=note_goods),
    Reaction(name="order.note_damage", source="inventory", react=note_damage),
    Reaction(name="order.note_release", source="inventory", react=note_release),
    Reaction(name="order.note_loading", source="dispatch", react=note_loading),
    Reaction(name="order.note_delivery", source="dispatch", react=note_delivery),
    Reaction(name="order.note_payment", source="dispatch", react=note_payment),
    Reaction(name="order.note_message", source="notify", react=note_message),
)
