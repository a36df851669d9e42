"""Row `contracts`: one contract as its own stream tells it."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import ContractLine, Customer, Fact, GoodsLine
from contracts.order import (
    ArrivalReported,
    CompletenessLost,
    ContractAmended,
    ContractCancelled,
    ContractFulfilled,
    ContractSigned,
    DamageNoted,
    DelayExplained,
    DelayNoticed,
    DelayPosted,
    DelayPostOverdue,
    DeliveryFailureNoted,
    DeliveryNoted,
    DeliveryPostponed,
    GoodsCompleted,
    GoodsNoted,
    GoodsReleaseNoted,
    GoodsReturnNoted,
    InstallationNoted,
    LoadingNoted,
    OrderEvent,
    PaymentNoted,
    PromiseBroken,
    ReturnRefunded,
    ShipmentAnnounced,
    StoreErrorAccepted,
    StoreErrorFollowedUp,
    StoreErrorHandedOver,
    WarrantyStarted,
)
from order.contract.state import lacking
from order.standing import with_standing
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]


def fold_order(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A contract's facet after one more event of its own stream.

    `lines[]`: what was sold, with pieces `received`, `damaged` (in the warehouse), `damaged_outside`, `released`,
    `returned`, `delivered`, `refunded`, `missing`, `excess` (D9), the last `shipment` and `delay` told and the
    `warranty`; `delays[]` with what was done about each (A4, A5); `state`, `todo` and `tags` see `standing`.
    """
    told = cast(OrderEvent, event)
    if isinstance(told, ContractSigned):
        return with_standing(_signed(told, meta))
    match told:
        case ShipmentAnnounced() | ArrivalReported() | GoodsReturnNoted():
            return _folded(cast(Json, facet), told, meta)  # they change nothing of where the contract stands
        case _:
            return with_standing(_folded(cast(Json, facet), told, meta))


def _signed(event: ContractSigned, meta: Meta) -> Json:
    return {
        "contract_no": event.contract_no,
        "store_code": event.store_code,
        "store_name": event.store_name,
        "signed_on": event.signed_on.isoformat(),
        **_customer(event.contract_no, event.customer),
        "promised_on": event.promised_on.isoformat(),
        "promise_broken": False,
        "postponements": [],
        "amount_due_fen": event.amount_due_fen,
        "paid_fen": 0,
        "refunded_fen": 0,
        "owed_fen": event.amount_due_fen,
        "payments": [],
        "refunds": [],
        "lines": [_line(line) for line in event.lines],
        "removed_lines": [],
        "complete": False,
        "complete_on": None,
        "delayed": False,
        "delays": [],
        "loaded": False,
        "deliveries": [],
        "failures": [],
        "delivered_on": None,
        "installed_on": None,
        "accepted_by": None,
        "fulfilled_on": None,
        "cancelled": None,
        "amendments": [],
        "registered_at": event.at.isoformat(),
        "registered_by": meta.actor,
    }


def _customer(contract_no: str, customer: Customer) -> Json:
    """The customer, and by what the contract is found: number, name, phone and its last four digits."""
    phone = "".join(filter(str.isdigit, customer.phone))
    words = {contract_no, contract_no[2:], customer.name.upper(), phone, phone[-4:]}
    return {"customer": customer.model_dump(), "phone": phone, "search": sorted(words - {""})}


def _folded(facet: Json, event: OrderEvent, meta: Meta) -> Json:
    match event:
        case ContractSigned():
            return facet  # a contract is signed once; the first one is folded above
        case ShipmentAnnounced():
            shipment = {
                "waybill": event.waybill,
                "carrier": event.carrier,
                "quantity": event.quantity,
                "eta": _iso(event.eta),
            }
            return _on_line(facet, event.line_no, lambda line: {**line, "shipment": shipment})
        case ArrivalReported():
            return facet  # what the warehouse makes of it comes back as GoodsNoted
        case GoodsNoted():
            return _on_line(facet, event.line_no, lambda line: _counted(line, {"received": event.quantity}))
        case GoodsCompleted():
            return {**facet, "complete": True, "complete_on": event.complete_on.isoformat()}
        case CompletenessLost():
            return {**facet, "complete": False, "complete_on": None}
        case DelayNoticed() | DelayPosted() | DelayPostOverdue() | DelayExplained():
            return _delay(facet, event, meta)
        case StoreErrorHandedOver() | StoreErrorAccepted() | StoreErrorFollowedUp():
            return _store_error(facet, event, meta)
        case DamageNoted():
            place = "damaged" if event.in_warehouse else "damaged_outside"
            return _on_line(facet, event.line_no, lambda line: _counted(line, {place: event.quantity}))
        case GoodsReleaseNoted():
            return _on_pieces(facet, event.lines, "released")
        case GoodsReturnNoted():
            return _on_line(facet, event.line_no, lambda line: _counted(line, {"returned": event.quantity}))
        case ContractAmended():
            return _amended(facet, event, meta)
        case ContractCancelled():
            by_whom = {**_when(event, meta), "reason": event.reason, "refund_fen": event.paid_fen}
            return {**facet, "cancelled": by_whom}
        case DeliveryPostponed() | PromiseBroken():
            return _promise(facet, event, meta)
        case LoadingNoted():
            return {**facet, "loaded": True}
        case DeliveryFailureNoted() | DeliveryNoted() | InstallationNoted():
            return _handed_over(facet, event)
        case PaymentNoted() | ReturnRefunded():
            return _money(facet, event, meta)
        case WarrantyStarted():
            started = {one.line_no: one for one in event.warranties}
            terms = {
                line_no: {"starts_on": one.starts_on.isoformat(), "ends_on": one.ends_on.isoformat()}
                for line_no, one in started.items()
            }
            lines = [{**line, "warranty": terms.get(line["line_no"], line["warranty"])} for line in facet["lines"]]
            return {**facet, "lines": lines}
        case ContractFulfilled():
            return {**facet, "fulfilled_on": event.fulfilled_on.isoformat()}
    assert_never(event)


def _delay(facet: Json, event: DelayNoticed | DelayPosted | DelayPostOverdue | DelayExplained, meta: Meta) -> Json:
    match event:
        case DelayNoticed():
            delay = {
                "delay_id": event.delay_id or f"{event.line_no}-{event.waybill}",
                "line_no": event.line_no,
                "name": event.name,
                "fault": event.fault,
                "waybill": event.waybill,
                "eta": _iso(event.eta),
                "reason": event.reason,
                "noticed_at": event.at.isoformat(),
                "noticed_by": meta.actor,
                "post_due": None if event.post_due is None else event.post_due.isoformat(),
                "posted_at": None,
                "post_overdue": False,
                "calls": [],
                "explained": False,
                "handed_over": None,
                "accepted": None,
                "follow_ups": [],
                "settled": False,
            }
            late = {**facet, "delayed": True, "delays": [*facet["delays"], delay]}
            short = {name: delay[name] for name in ("delay_id", "waybill", "eta", "reason", "fault")}
            return _on_line(late, event.line_no, lambda line: {**line, "delay": short})
        case DelayPosted():
            return _on_delay(facet, event.delay_id, lambda delay: {**delay, "posted_at": event.at.isoformat()})
        case DelayPostOverdue():
            return _on_delay(facet, event.delay_id, lambda delay: {**delay, "post_overdue": True})
        case DelayExplained():
            call = {
                "at": event.at.isoformat(),
                "result": event.result,
                "note": event.note,
                "called_by": event.called_by,
            }
            return _on_delay(
                facet,
                event.delay_id,
                lambda delay: {
                    **delay,
                    "calls": [*delay["calls"], call],
                    "explained": delay["explained"] or event.result == "reached",
                },
            )
    assert_never(event)


def _store_error(
    facet: Json, event: StoreErrorHandedOver | StoreErrorAccepted | StoreErrorFollowedUp, meta: Meta
) -> Json:
    when = _when(event, meta)
    match event:
        case StoreErrorHandedOver():
            given = {**when, "reason": event.reason}
            return _on_delay(facet, event.delay_id, lambda delay: {**delay, "handed_over": given})
        case StoreErrorAccepted():
            taken = {**when, "note": event.note}
            return _on_delay(facet, event.delay_id, lambda delay: {**delay, "accepted": taken})
        case StoreErrorFollowedUp():
            done = {**when, "note": event.note}
            return _on_delay(
                facet,
                event.delay_id,
                lambda delay: {**delay, "follow_ups": [*delay["follow_ups"], done], "settled": event.settled},
            )
    assert_never(event)


def _amended(facet: Json, event: ContractAmended, meta: Meta) -> Json:
    changed = {line.line_no: line for line in event.changed}
    kept = [
        _counted({**line, **changed[line["line_no"]].model_dump()}, {}) if line["line_no"] in changed else line
        for line in facet["lines"]
        if line["line_no"] not in event.removed
    ]
    terms = {
        "promised_on": None if event.promised_on is None else event.promised_on.isoformat(),
        "amount_due_fen": event.amount_due_fen,
    }
    told = {name: value for name, value in terms.items() if value is not None}
    amendment = {
        **_when(event, meta),
        "reason": event.reason,
        "added": [line.line_no for line in event.added],
        "changed": sorted(changed),
        "removed": list(event.removed),
        "terms": [*(("customer",) if event.customer is not None else ()), *told],
    }
    after = {
        **facet,
        **told,
        **({} if event.customer is None else _customer(event.contract_no, event.customer)),
        "lines": sorted((*kept, *(_line(line) for line in event.added)), key=lambda line: int(line["line_no"])),
        "removed_lines": [
            *facet["removed_lines"],
            *(line for line in facet["lines"] if line["line_no"] in event.removed),
        ],
        "amendments": [*facet["amendments"], amendment],
    }
    if event.promised_on is not None:
        after["promise_broken"] = False
    after["owed_fen"] = max(0, after["amount_due_fen"] - after["refunded_fen"] - after["paid_fen"])
    return after


def _promise(facet: Json, event: DeliveryPostponed | PromiseBroken, meta: Meta) -> Json:
    match event:
        case PromiseBroken():
            return {**facet, "promise_broken": True}
        case DeliveryPostponed():
            consent = {
                **_when(event, meta),
                "from": event.promised_before.isoformat(),
                "to": event.promised_on.isoformat(),
                "consented_by": event.consented_by,
                "consented_how": event.consented_how,
                "reason": event.reason,
                "late": event.late,
            }
            return {
                **facet,
                "promised_on": event.promised_on.isoformat(),
                "promise_broken": False,
                "postponements": [*facet["postponements"], consent],
            }
    assert_never(event)


def _handed_over(facet: Json, event: DeliveryFailureNoted | DeliveryNoted | InstallationNoted) -> Json:
    match event:
        case DeliveryFailureNoted():
            failure = {"at": event.at.isoformat(), "job_id": event.job_id, "cause": event.cause, "goods": event.goods}
            loaded = facet["loaded"] and event.goods != "returned"
            return {**facet, "loaded": loaded, "failures": [*facet["failures"], failure]}
        case DeliveryNoted():
            delivery = {
                "at": event.at.isoformat(),
                "job_id": event.job_id,
                "delivered": [piece.model_dump() for piece in event.delivered],
                "refused": [piece.model_dump() for piece in event.refused],
                "signed_by": event.signed_by,
            }
            on = max(event.delivered_on.isoformat(), facet["delivered_on"] or "")
            noted = {**facet, "deliveries": [*facet["deliveries"], delivery], "delivered_on": on}
            return _on_pieces(noted, event.delivered, "delivered")
        case InstallationNoted():
            on = max(event.installed_on.isoformat(), facet["installed_on"] or "")
            return {**facet, "installed_on": on, "accepted_by": event.accepted_by}
    assert_never(event)


def _money(facet: Json, event: PaymentNoted | ReturnRefunded, meta: Meta) -> Json:
    match event:
        case PaymentNoted():
            payment = {
                **_when(event, meta),
                "payment_id": event.payment_id,
                "amount_fen": event.amount_fen,
                "method": event.method,
                "received_by": event.received_by,
                "note": event.note,
            }
            return {
                **facet,
                "paid_fen": facet["paid_fen"] + event.amount_fen,
                "owed_fen": event.owed_fen,
                "payments": [*facet["payments"], payment],
            }
        case ReturnRefunded():
            refund = {
                **_when(event, meta),
                "refund_id": event.refund_id,
                "line_no": event.line_no,
                "quantity": event.quantity,
                "refund_fen": event.refund_fen,
                "reason": event.reason,
            }
            paid_back = {
                **facet,
                "refunded_fen": facet["refunded_fen"] + event.refund_fen,
                "owed_fen": event.owed_fen,
                "refunds": [*facet["refunds"], refund],
            }
            return _on_line(paid_back, event.line_no, lambda line: _counted(line, {"refunded": event.quantity}))
    assert_never(event)


def _line(line: ContractLine) -> Json:
    return {
        **line.model_dump(),
        "received": 0,
        "damaged": 0,
        "damaged_outside": 0,
        "released": 0,
        "returned": 0,
        "delivered": 0,
        "refunded": 0,
        "missing": line.quantity,
        "excess": 0,
        "shipment": None,
        "delay": None,
        "warranty": None,
    }


def _when(event: Fact, meta: Meta) -> Json:
    return {"at": event.at.isoformat(), "by": meta.actor}


def _on_line(facet: Json, line_no: int, change: Callable[[Json], Json]) -> Json:
    after = {**facet, "lines": [change(line) if line["line_no"] == line_no else line for line in facet["lines"]]}
    if facet["removed_lines"]:
        after["removed_lines"] = [
            change(line) if line["line_no"] == line_no else line for line in facet["removed_lines"]
        ]
    return after


def _on_pieces(facet: Json, pieces: tuple[GoodsLine, ...], what: str) -> Json:
    for piece in pieces:
        more = {what: piece.quantity}
        facet = _on_line(facet, piece.line_no, partial(_counted, pieces=more))
    return facet


def _on_delay(facet: Json, delay_id: str, change: Callable[[Json], Json]) -> Json:
    delays = [change(delay) if delay["delay_id"] == delay_id else delay for delay in facet["delays"]]
    return {**facet, "delays": delays}


def _counted(line: Json, pieces: Mapping[str, int]) -> Json:
    """The line with more pieces of some kinds, and what that means for those missing and those too many."""
    now = {**line, **{what: line[what] + more for what, more in pieces.items()}}
    kept = now["received"] - now["released"]
    good = kept - now["damaged"] - now["damaged_outside"]
    return {
        **now,
        "missing": lacking(now["quantity"], kept, now["damaged"]),
        "excess": max(0, good - now["quantity"]),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


PROJECTIONS = (
    Projection(
        name="contracts",
        row=key_of,
        facets=(Facet(name="order", service="order", prefixes=("contract",), fold=fold_order),),
        indexes=(
            ("order.tags", "_id"),
            ("order.store_code", "_id"),
            ("order.promised_on", "_id"),
            ("order.store_code", "order.promised_on", "_id"),
            ("order.search", "_id"),
            ("order.phone", "_id"),
        ),
    ),
)
