"""What was said of a contract, by whom and when: events that its page and its API show as they are.

The row says how a contract stands; this is kept beside it, in the same document, so that both are of one moment.
"""

from collections.abc import Callable, Mapping
from typing import Any

from contracts import order as facts
from contracts.fact import Fact
from order.contract.row import CONTRACTS, ContractRow, DelayRow, LineRow, state_of
from runtime.said import Said

Json = dict[str, Any]


def whole(document: Mapping[str, Any]) -> Json:
    """All that is known of a contract, as pages show it: how it stands, and what was heard."""
    row, heard = CONTRACTS.whole(document)
    return {
        **row.model_dump(mode="json", exclude={"search", "tags"}),
        "state": state_of(row),
        "lines": [line_json(line, heard) for line in row.lines],
        "removed_lines": [line_json(line, heard) for line in row.removed_lines],
        **listed(row, heard),
    }


def line_json(line: LineRow, heard: Said) -> Json:
    """A line as the API shows it: pieces that came back are told one by one, its delay in short."""
    back = (said.event for said in heard.all(facts.GoodsReturnNoted))
    return {
        **line.model_dump(mode="json", exclude={"why"}),
        "delay": line.delay
        and line.delay.model_dump(mode="json", include={"delay_id", "waybill", "eta", "reason", "fault"}),
        "returned": sum(event.quantity for event in back if event.line_no == line.line_no),
    }


def listed(row: ContractRow, heard: Said) -> Json:
    """What the API and the page list of a contract, besides how it stands."""
    signed, installed = heard.last(facts.ContractSigned), heard.told(facts.InstallationNoted)
    return {
        "payments": _all(heard, facts.PaymentNoted, _payment),
        "refunds": _all(heard, facts.ReturnRefunded, _refund),
        "delays": [_delay(delay, heard) for delay in row.delays],
        "postponements": _all(heard, facts.DeliveryPostponed, _postponement),
        "amendments": _all(heard, facts.ContractAmended, _amendment),
        "deliveries": _all(heard, facts.DeliveryNoted, _delivery),
        "failures": _all(heard, facts.DeliveryFailureNoted, _failure),
        "accepted_by": None if installed is None else installed.accepted_by,
        "cancelled": next(iter(_all(heard, facts.ContractCancelled, _cancellation)), None),
        "registered_at": None if signed is None else signed.event.at.isoformat(),
        "registered_by": None if signed is None else signed.by,
    }


def _all(heard: Said, kind: type[Any], told: Callable[[Any, str], Json]) -> list[Json]:
    """All events of one kind, in order, as they are told."""
    return [told(one.event, one.by) for one in heard.all(kind)]


def _when(event: Fact, by: str) -> Json:
    return {"at": event.at.isoformat(), "by": by}


def _payment(event: facts.PaymentNoted, by: str) -> Json:
    told = event.model_dump(mode="json", include={"payment_id", "amount_fen", "method", "received_by", "note"})
    return {**_when(event, by), **told}


def _refund(event: facts.ReturnRefunded, by: str) -> Json:
    told = event.model_dump(mode="json", include={"refund_id", "line_no", "quantity", "refund_fen", "reason"})
    return {**_when(event, by), **told}


def _postponement(event: facts.DeliveryPostponed, by: str) -> Json:
    return {
        **_when(event, by),
        "from": event.promised_before.isoformat(),
        "to": event.promised_on.isoformat(),
        "consented_by": event.consented_by,
        "consented_how": event.consented_how,
        "reason": event.reason,
        "late": event.late,
    }


def _amendment(event: facts.ContractAmended, by: str) -> Json:
    changed = [name for name in ("customer", "promised_on", "amount_due_fen") if getattr(event, name) is not None]
    return {
        **_when(event, by),
        "reason": event.reason,
        "added": [line.line_no for line in event.added],
        "changed": sorted(line.line_no for line in event.changed),
        "removed": list(event.removed),
        "terms": changed,
    }


def _delivery(event: facts.DeliveryNoted, _: str) -> Json:
    told = event.model_dump(mode="json", include={"job_id", "delivered", "refused", "signed_by"})
    return {"at": event.at.isoformat(), **told}


def _failure(event: facts.DeliveryFailureNoted, _: str) -> Json:
    return {"at": event.at.isoformat(), "job_id": event.job_id, "cause": event.cause, "goods": event.goods}


def _cancellation(event: facts.ContractCancelled, by: str) -> Json:
    return {**_when(event, by), "reason": event.reason, "refund_fen": event.paid_fen}


def _delay(delay: DelayRow, heard: Said) -> Json:
    """A delay with what was done about it, step by step."""
    told: Json = {
        **delay.model_dump(mode="json", exclude={"posted", "step", "post_due"}),
        "post_due": None if delay.post_due is None else delay.post_due.isoformat(),
        "noticed_at": "",
        "noticed_by": "",
        "posted_at": None,
        "calls": [],
        "handed_over": None,
        "accepted": None,
        "follow_ups": [],
    }
    for said in heard.sayings:
        event, when = said.event, _when(said.event, said.by)
        match event:
            case facts.DelayNoticed() if delay.delay_id == (event.delay_id or f"{event.line_no}-{event.waybill}"):
                told |= {"noticed_at": when["at"], "noticed_by": said.by, "name": event.name}
            case facts.DelayPosted(delay_id=delay.delay_id):
                told |= {"posted_at": when["at"]}
            case facts.DelayExplained(delay_id=delay.delay_id):
                call = event.model_dump(mode="json", include={"result", "note", "called_by"})
                told["calls"].append({"at": when["at"], **call})
            case facts.StoreErrorHandedOver(delay_id=delay.delay_id):
                told |= {"handed_over": {**when, "reason": event.reason}}
            case facts.StoreErrorAccepted(delay_id=delay.delay_id):
                told |= {"accepted": {**when, "note": event.note}}
            case facts.StoreErrorFollowedUp(delay_id=delay.delay_id):
                told["follow_ups"].append({**when, "note": event.note})
            case _:
                pass
    return told
