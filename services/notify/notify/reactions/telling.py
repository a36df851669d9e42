"""What the other services tell -> SMS to customers (E1), posts to the group (E2), the fax (E5); one for each cause."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from company.policy import policy_book
from contracts.civil_time import civil_day, end_of_day
from contracts.dispatch_days import DayAdjusted, DayPublished
from contracts.dispatch_jobs import InstallationBooked, StopPublished
from contracts.envelope import Meta
from contracts.fact import Customer, Fact, Window
from contracts.inventory import DamageReported, MorningFeedbackGiven
from contracts.order import ContractCancelled, ContractSigned, DelayNoticed
from contracts.service_desk_care import MajorQualityReported
from contracts.service_desk_duties import DutyEscalated
from contracts.service_desk_tickets import (
    LeftoverGoodsArrived,
    LeftoverGoodsDamaged,
    LeftoverOrderApproved,
    TicketClosed,
)
from contracts.service_desk_visits import VisitBooked, VisitMoved
from notify import texts
from notify.quiet_hours import after_quiet_hours
from notify.reactions.asking import fax, post, sms
from runtime.decision import Ask

RatingLink = Callable[[str], str]
"""Ticket id -> the address where its customer rates it."""


def tell_of_order(event: Fact, meta: Meta) -> Sequence[Ask]:
    """Contract registered -> SMS 1 (A1). Delay -> the group (A4, E2) and SMS 9. Cancelled -> the group."""
    match event:
        case ContractSigned():
            words = {"contract_no": event.contract_no, "promised_on": texts.day_text(event.promised_on)}
            return (sms(texts.CONTRACT_REGISTERED, event.customer, words, meta=meta, subject=meta.subject),)
        case DelayNoticed():
            return _delay(event, meta)
        case ContractCancelled():
            return (post(texts.cancellation_text(event), "cancellation", meta=meta),)
        case _:
            return ()


def _delay(event: DelayNoticed, meta: Meta) -> tuple[Ask, ...]:
    posted = post(texts.delay_text(event), "delay", meta=meta, ref=event.delay_id)
    if event.customer is None:
        return (posted,)
    words = {"contract_no": event.contract_no, "eta": texts.eta_text(event.eta)}
    # several lines of a contract may be late by one file: the customer hears of it once
    once = f"delay/{event.contract_no}/{event.eta}/{civil_day(event.at)}"
    told = sms(texts.DELAY_EXPLAINED, event.customer, words, meta=meta, subject=meta.subject, cause=once)
    return (posted, told)


def tell_of_goods(event: Fact, meta: Meta) -> Sequence[Ask]:
    """Damage -> the customer is told at once, SMS 10 (C9, D4). Morning feedback -> the group (B6)."""
    match event:
        case DamageReported():
            words = {"contract_no": event.contract_no, "product": event.name}
            subject = f"contract:{event.contract_no}"
            return (sms(texts.DAMAGE_FOUND, event.customer, words, meta=meta, subject=subject),)
        case MorningFeedbackGiven():
            return (post(texts.feedback_text(event), "feedback", meta=meta),)
        case _:
            return ()


def tell_of_plan(event: Fact, meta: Meta) -> Sequence[Ask]:
    """The day's plan -> the group (B4, E2) and the warehouse (E5); booked -> SMS 2, published -> SMS 3 or 4."""
    match event:
        case DayPublished():
            faxed = fax(texts.fax_text(event), event.depot, meta=meta, ref=str(event.version))
            if event.version > 1:  # DayAdjusted comes with it and tells the group what is different
                return (faxed,)
            return (post(texts.plan_text(event), "plan", meta=meta, ref=str(event.version)), faxed)
        case DayAdjusted():
            return (post(texts.adjustment_text(event), "adjustment", meta=meta, ref=str(event.version)),)
        case InstallationBooked() if event.kind == "delivery" and _ahead(event.on, meta):
            return _appointment(texts.DELIVERY_BOOKED, event, meta, cause=meta.id)
        case StopPublished() if event.kind in {"delivery", "installation"} and _ahead(event.on, meta):
            template = texts.DELIVERY_TOMORROW if event.kind == "delivery" else texts.INSTALLATION_TOMORROW
            # a plan that is published again tells only those whose day or half-day is another
            return _appointment(template, event, meta, cause=f"{event.job_id}/{event.on}/{event.half}")
        case _:
            return ()


def _ahead(on: date, meta: Meta) -> bool:
    """Whether the day is not over when this becomes known: nobody is told to stay at home last week."""
    return civil_day(meta.time) <= on


def _appointment(template: int, event: InstallationBooked | StopPublished, meta: Meta, cause: str) -> tuple[Ask, ...]:
    if event.customer is None:
        return ()
    contract_no = event.contract_no or event.job_id[2:]
    words = {"contract_no": contract_no, "on": texts.day_text(event.on), "half": texts.half_text(event.half)}
    return (sms(template, event.customer, words, meta=meta, subject=f"contract:{contract_no}", cause=cause),)


def tell_of_ticket(rating_link: RatingLink) -> Callable[[Fact, Meta], Sequence[Ask]]:
    """Leftover order approved -> SMS 5 (C9, K17), its goods in -> 6, damaged -> 10; a visit -> 7, closed -> 8.

    The group hears of what is overdue and goes up a level (X4), and of major quality problems (C14).
    """

    def tell(event: Fact, meta: Meta) -> Sequence[Ask]:
        match event:
            case LeftoverOrderApproved():
                expected = "近期" if event.expected_on is None else texts.day_text(event.expected_on)
                words = {"order_no": event.order_no, "expected_on": expected}
                due = event.watch.due if event.watch is not None else _same_day(event.at)
                return (
                    sms(
                        texts.LEFTOVER_ORDERED,
                        event.customer,
                        words,
                        meta=meta,
                        subject=meta.subject,
                        duty="K17",
                        due=due,
                        ref=event.order_no,
                    ),
                )
            case LeftoverGoodsArrived():
                words = {"order_no": event.order_no}
                return (sms(texts.LEFTOVER_GOODS_IN, event.customer, words, meta=meta, subject=meta.subject),)
            case LeftoverGoodsDamaged():
                words = {"contract_no": event.contract_no or event.order_no, "product": event.product}
                return (sms(texts.DAMAGE_FOUND, event.customer, words, meta=meta, subject=meta.subject),)
            case VisitBooked() | VisitMoved() if _ahead(event.on, meta):
                return (_visit(event.customer, event.ticket_id, event.on, event.window, meta),)
            case TicketClosed() if event.customer is not None:
                words = {"ticket_id": event.ticket_id, "link": rating_link(event.ticket_id)}
                return (sms(texts.THANKS, event.customer, words, meta=meta, subject=meta.subject),)
            case DutyEscalated():
                return (post(texts.escalation_text(event), "escalation", meta=meta, ref=event.duty),)
            case MajorQualityReported():
                return (post(texts.quality_text(event), "quality", meta=meta, ref=event.sku),)
            case _:
                return ()

    return tell


def _visit(customer: Customer, ticket_id: str, on: date, window: Window, meta: Meta) -> Ask:
    words = {"ticket_id": ticket_id, "on": texts.day_text(on), "window": texts.window_text(window)}
    return sms(texts.VISIT_BOOKED, customer, words, meta=meta, subject=meta.subject)


def _same_day(at: datetime) -> datetime:
    """K17: the end of the day; approved in quiet hours, of the day on which they end."""
    return end_of_day(civil_day(after_quiet_hours(at, policy_book().at(at))))
