"""What the other services tell -> what the contract notes (A3-A8, D4)."""

from collections.abc import Sequence

from contracts.dispatch_corrections import DeliveryCorrected
from contracts.dispatch_jobs import (
    DeliveryCompleted,
    DeliveryDeparted,
    DeliveryFailed,
    InstallationBooked,
    InstallationCompleted,
)
from contracts.dispatch_pick_up import PickedUp, PickUpArranged
from contracts.dispatch_runs import CashCollected, RunLoaded
from contracts.envelope import Meta
from contracts.fact import GoodsLine
from contracts.inventory import (
    ArrivalConfirmed,
    ArrivalCorrected,
    DamageReported,
    GoodsArrived,
    GoodsReleased,
    GoodsReturned,
)
from contracts.inventory_corrections import DamageTakenBack
from contracts.job_ids import contract_of, is_delivery, is_installation, part_of
from contracts.notify import CallMade, MessageSent
from contracts.order import OF_CREWS
from order.contract.aggregate import CONTRACT
from order.contract.delays import ExplainDelay, NotePost
from order.contract.delivery_corrected import CorrectDelivery, TakeBackDamage
from order.contract.fulfilment import NoteDelivery, NoteFailedDelivery, NoteInstallation, NoteLoading
from order.contract.goods import NoteDamage, NoteGoods, NoteLot, NoteRelease, NoteReturn
from order.contract.money import NotePayment
from order.contract.promise import PostponeDelivery
from runtime.decision import Ask
from runtime.reaction import On, Reaction, on_each

Asks = Sequence[Ask]

IN_WAREHOUSE = ("inbound", "loading")
"""Places of damage (D4) where the goods had not left yet."""


def note_goods(event: GoodsArrived) -> Asks:
    """Goods received -> the contract counts them, at the time they came."""
    command = NoteGoods(
        at=event.at,
        contract_no=event.contract_no,
        line_no=event.line_no,
        quantity=event.quantity,
        waybill=event.waybill,
        arrived_on=event.arrived_on,
        lot=event.lot,
        told_by=event.told_by,
        depot=event.depot,
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_lot(event: ArrivalConfirmed, meta: Meta) -> Asks:
    """The check says of which lot pieces are that came before -> the contract counts them under it (D13)."""
    return tuple(
        Ask(
            CONTRACT.key(event.contract_no),
            NoteLot(
                at=event.at,
                contract_no=event.contract_no,
                note_id=f"{meta.id}/{number}",
                line_no=event.line_no,
                quantity=one.quantity,
                waybill=event.carrier_waybill or event.waybill,
                was=one.lot,
                lot=event.lot,
            ),
        )
        for number, one in enumerate(event.was, start=1)
    )


def note_damage(event: DamageReported) -> Asks:
    """Damage reported -> the contract counts those pieces no longer."""
    command = NoteDamage(
        at=event.at,
        contract_no=event.contract_no,
        line_no=event.line_no,
        damage_id=event.damage_id,
        quantity=event.quantity,
        in_warehouse=event.found in IN_WAREHOUSE,
        lots=event.lots,
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_release(event: GoodsReleased, meta: Meta) -> Asks:
    """Pieces released -> the contract counts them no longer (A6)."""
    if not event.lines:
        return ()
    command = NoteRelease(
        at=event.at,
        contract_no=event.contract_no,
        release_id=meta.id,
        lines=event.lines,
        reason=event.reason,
        lots=event.lots,
        to_depot=event.to_depot,
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_correction(event: ArrivalCorrected, meta: Meta) -> Asks:
    """Pieces that were told as come are not there -> the contract counts them no longer (D2, D16)."""
    if not event.quantity:
        return ()
    line = GoodsLine(line_no=event.line_no, sku=event.sku, name=event.name, quantity=event.quantity)
    command = NoteRelease(
        at=event.at,
        contract_no=event.contract_no,
        release_id=meta.id,
        lines=(line,),
        reason=event.reason,
        lots=event.lots,
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def take_back_damage(event: DamageTakenBack) -> Asks:
    """Damage that was none -> the contract counts those pieces again (D16)."""
    command = TakeBackDamage(
        at=event.at,
        contract_no=event.contract_no,
        line_no=event.line_no,
        damage_id=event.damage_id,
        left=event.left,
        reason=event.reason,
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_return(event: GoodsReturned, meta: Meta) -> Asks:
    """Back in the warehouse -> the contract knows, of good pieces (B14, B15) and of broken ones (D4)."""
    command = NoteReturn(
        at=event.at,
        contract_no=event.contract_no,
        return_id=meta.id,
        line_no=event.line_no,
        quantity=event.quantity,
        returned_on=event.returned_on,
        broken=event.broken,
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_consent(event: InstallationBooked | PickUpArranged) -> Asks:
    """Booked, or to be picked up, on a later day than was promised, with the customer's consent -> the promise moves
    (A8, A11)."""
    if event.consent is None:
        return ()
    command = PostponeDelivery(
        at=event.at, contract_no=event.contract_no, promised_on=event.on, **event.consent.model_dump()
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_loading(event: RunLoaded) -> Asks:
    """A run is loaded -> its contracts cannot be amended any more (A6)."""
    run = f"{event.on.isoformat()}:{event.crew}"
    loaded = sorted({(stop.contract_no, part_of(stop.job_id)) for stop in event.counted if is_delivery(stop.job_id)})
    return tuple(
        Ask(CONTRACT.key(no), NoteLoading(at=event.at, contract_no=no, run=run, part=part)) for no, part in loaded
    )


def note_departure(event: DeliveryDeparted) -> Asks:
    """A delivery is on the road -> its contract cannot be amended any more, however it was loaded (A6)."""
    number = contract_of(event.job_id)
    if number is None or not is_delivery(event.job_id):
        return ()
    loaded = NoteLoading(at=event.at, contract_no=number, run=event.job_id, part=part_of(event.job_id))
    return (Ask(CONTRACT.key(number), loaded),)


def note_delivery(event: DeliveryCompleted) -> Asks:
    """Delivered -> the contract notes it (A7, B13)."""
    if not is_delivery(event.job_id):
        return ()
    command = NoteDelivery(
        at=event.at,
        contract_no=event.contract_no,
        job_id=event.job_id,
        delivered=event.delivered,
        refused=event.refused,
        damaged=event.damaged,
        signed_by=event.signed_by,
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def correct_delivery(event: DeliveryCorrected) -> Asks:
    """What was signed for was typed wrong -> the contract follows (D16)."""
    command = CorrectDelivery(
        at=event.at,
        contract_no=event.contract_no,
        job_id=event.job_id,
        correction_no=event.correction_no,
        delivered=event.delivered,
        damaged=event.damaged,
        was_damaged=event.was_damaged,
        reason=event.reason,
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_pick_up(event: PickedUp) -> Asks:
    """Picked up -> the customer has it (A11)."""
    command = NoteDelivery(
        at=event.at,
        contract_no=event.contract_no,
        job_id=event.job_id,
        delivered=event.delivered,
        signed_by=event.collected_by,
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_failed_delivery(event: DeliveryFailed) -> Asks:
    """Not delivered -> the contract notes it (B14)."""
    if not is_delivery(event.job_id):
        return ()
    command = NoteFailedDelivery(
        at=event.at, contract_no=event.contract_no, job_id=event.job_id, cause=event.cause, goods=event.goods
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_installation(event: InstallationCompleted) -> Asks:
    """Installed -> the contract notes it (A7)."""
    if not is_installation(event.job_id):
        return ()
    command = NoteInstallation(
        at=event.at,
        contract_no=event.contract_no,
        job_id=event.job_id,
        accepted_by=event.accepted_by or "客户",
    )
    return (Ask(CONTRACT.key(event.contract_no), command),)


def note_payment(event: CashCollected, meta: Meta) -> Asks:
    """Money collected at the door -> paid on the contract (A7, B13)."""
    number = contract_of(event.job_id)
    if number is None or event.amount_fen <= 0:
        return ()
    command = NotePayment(
        at=event.at,
        contract_no=number,
        payment_id=f"{OF_CREWS}{meta.id}",
        amount_fen=event.amount_fen,
        method="cash",
        received_by=meta.actor,
        note=event.crew,
    )
    return (Ask(CONTRACT.key(number), command),)


def note_post(event: MessageSent) -> Asks:
    """A post about a delay went out -> the group knows it (A4, K1)."""
    kind, _, number = event.subject.partition(":")
    if event.topic != "delay" or kind != CONTRACT.name:
        return ()
    return (Ask(event.subject, NotePost(at=event.at, contract_no=number, delay_id=event.ref or None, note="品牌群")),)


def note_call(event: CallMade) -> Asks:
    """A call about delays was made -> its result (A4)."""
    kind, _, number = event.subject.partition(":")
    if event.purpose != "delay_explained" or kind != CONTRACT.name:
        return ()
    command = ExplainDelay(
        at=event.at, contract_no=number, result=event.result, note=event.note, called_by=event.called_by
    )
    return (Ask(event.subject, command),)


REACTIONS = (
    Reaction("order.note_goods", (On(GoodsArrived, note_goods), On(ArrivalConfirmed, note_lot))),
    Reaction("order.note_damage", (On(DamageReported, note_damage),)),
    Reaction("order.note_release", (On(GoodsReleased, note_release), On(GoodsReturned, note_return))),
    Reaction("order.note_correction", (On(ArrivalCorrected, note_correction), On(DamageTakenBack, take_back_damage))),
    Reaction("order.note_consent", on_each(note_consent, InstallationBooked, PickUpArranged)),
    Reaction("order.note_loading", (On(RunLoaded, note_loading), On(DeliveryDeparted, note_departure))),
    Reaction(
        "order.note_delivery",
        (
            On(DeliveryCompleted, note_delivery),
            On(PickedUp, note_pick_up),
            On(DeliveryCorrected, correct_delivery),
            On(DeliveryFailed, note_failed_delivery),
            On(InstallationCompleted, note_installation),
        ),
    ),
    Reaction("order.note_payment", (On(CashCollected, note_payment),)),
    Reaction("order.note_message", (On(MessageSent, note_post), On(CallMade, note_call))),
)
