"""What the other services tell -> SMS to customers (E1), posts to the group (E2), the fax (E5); one for each cause."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from company.policy import policy_book
from contracts.civil_time import civil_day, end_of_day
from contracts.dispatch_days import DayAdjusted, DayPublished
from contracts.dispatch_jobs import InstallationBooked, StopPublished
from contracts.envelope import Meta
from contracts.inventory import DamageReported, MorningFeedbackGiven
from contracts.inventory_corrections import DamageTakenBack
from contracts.job_ids import contract_of
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
from notify.message.aggregate import MESSAGE
from notify.message.attempts import WithdrawMessage
from notify.message.request import message_id
from notify.quiet_hours import after_quiet_hours
from notify.reactions.asking import fax, post, sms
from runtime.decision import Ask
from runtime.reaction import On

Asks = tuple[Ask, ...]
RatingLink = Callable[[str], str]
"""Ticket id -> the address where its customer rates it."""


def contract_registered(event: ContractSigned, meta: Meta) -> Asks:
    """Contract registered -> SMS 1 (A1)."""
    words = {"contract_no": event.contract_no, "promised_on": texts.day_text(event.promised_on)}
    day = event.promised_on
    return sms(texts.CONTRACT_REGISTERED, event.customer, words, meta=meta, subject=meta.subject, last_day=day)


def delayed(event: DelayNoticed, meta: Meta) -> Asks:
    """Delay -> the group (A4, E2), and SMS 9; of an expected day that is over, the group alone, without the day."""
    posted = post(texts.delay_text(event, civil_day(meta.time)), "delay", meta=meta, ref=event.delay_id)
    if event.customer is None:
        return (posted,)
    words = {"contract_no": event.contract_no, "eta": texts.eta_text(event.eta, civil_day(meta.time))}
    # several lines of a contract may be late by one file: the customer hears of it once
    once = f"delay/{event.contract_no}/{event.eta}/{civil_day(event.at)}"
    told = sms(
        texts.DELAY_EXPLAINED,
        event.customer,
        words,
        meta=meta,
        subject=meta.subject,
        cause=once,
        last_day=event.eta,
    )
    return (posted, *told)


def cancelled(event: ContractCancelled, meta: Meta) -> Asks:
    """Contract cancelled -> the group (A6, E2)."""
    return (post(texts.cancellation_text(event), "cancellation", meta=meta),)


def damaged(event: DamageReported, meta: Meta) -> Asks:
    """Damage -> the customer is told at once, SMS 10 (C9, D4); what a count did not find is none (D16)."""
    if event.lost:
        return ()
    words = {"contract_no": event.contract_no, "product": event.name}
    subject, cause = f"contract:{event.contract_no}", _of_damage(event.damage_id)
    return sms(texts.DAMAGE_FOUND, event.customer, words, meta=meta, subject=subject, cause=cause)


def not_damaged(event: DamageTakenBack) -> Asks:
    """Damage that was none -> what nobody has been told of yet, nobody is (D16)."""
    if event.left:
        return ()
    known_as = message_id(_of_damage(event.damage_id), texts.DAMAGE_FOUND)
    return (Ask(MESSAGE.key(known_as), WithdrawMessage(reason=event.reason)),)


def _of_damage(damage_id: str) -> str:
    return f"damage/{damage_id}"


def fed_back(event: MorningFeedbackGiven, meta: Meta) -> Asks:
    """Morning feedback -> the group (B6)."""
    return (post(texts.feedback_text(event, policy_book().at(meta.time)), "feedback", meta=meta, last_day=event.on),)


def day_published(event: DayPublished, meta: Meta) -> Asks:
    """The day's plan -> the group (B4, E2) and the warehouse (E5)."""
    policy = policy_book().at(meta.time)
    faxed = fax(texts.fax_text(event, policy), event.depot, meta=meta, ref=str(event.version), on=event.on)
    if event.version > 1:  # DayAdjusted comes with it and tells the group what is different
        return (faxed,)
    return (post(texts.plan_text(event, policy), "plan", meta=meta, ref=str(event.version), last_day=event.on), faxed)


def day_adjusted(event: DayAdjusted, meta: Meta) -> Asks:
    """A plan that is different -> the group (B4)."""
    return (
        post(
            texts.adjustment_text(event, policy_book().at(meta.time)),
            "adjustment",
            meta=meta,
            ref=str(event.version),
            last_day=event.on,
        ),
    )


def delivery_booked(event: InstallationBooked, meta: Meta) -> Asks:
    """Delivery booked -> SMS 2 (B1)."""
    if event.kind != "delivery":
        return ()
    return _appointment(texts.DELIVERY_BOOKED, event, meta, cause=meta.id)


def stop_published(event: StopPublished, meta: Meta) -> Asks:
    """Published -> SMS 3 or 4 (B4, B5); again only to those whose day or half-day is another."""
    templates = {"delivery": texts.DELIVERY_TOMORROW, "installation": texts.INSTALLATION_TOMORROW}
    if event.kind not in templates:
        return ()
    return _appointment(templates[event.kind], event, meta, cause=f"{event.job_id}/{event.on}/{event.half}")


def _appointment(template: int, event: InstallationBooked | StopPublished, meta: Meta, cause: str) -> Asks:
    if event.customer is None:
        return ()
    contract_no = event.contract_no or contract_of(event.job_id) or ""
    words = {"contract_no": contract_no, "on": texts.day_text(event.on), "half": texts.half_text(event.half)}
    subject = f"contract:{contract_no}"
    return sms(template, event.customer, words, meta=meta, subject=subject, cause=cause, last_day=event.on)


def leftover_ordered(event: LeftoverOrderApproved, meta: Meta) -> Asks:
    """Leftover order approved -> SMS 5 (C9, K17)."""
    day = event.expected_on
    ahead = day is not None and day >= civil_day(meta.time)
    expected = texts.day_text(day) if day is not None and ahead else "近期"
    words = {"order_no": event.order_no, "expected_on": expected}
    due = event.watch.due if event.watch is not None else _same_day(event.at)
    return sms(
        texts.LEFTOVER_ORDERED,
        event.customer,
        words,
        meta=meta,
        subject=meta.subject,
        duty="K17",
        due=due,
        ref=event.order_no,
        last_day=day if ahead else None,
    )


def _same_day(at: datetime) -> datetime:
    """K17: the end of the day; approved in quiet hours, of the day on which they end."""
    return end_of_day(civil_day(after_quiet_hours(at, policy_book().at(at))))


def leftover_arrived(event: LeftoverGoodsArrived, meta: Meta) -> Asks:
    """Its goods in -> SMS 6 (C9)."""
    words = {"order_no": event.order_no}
    return sms(texts.LEFTOVER_GOODS_IN, event.customer, words, meta=meta, subject=meta.subject)


def leftover_damaged(event: LeftoverGoodsDamaged, meta: Meta) -> Asks:
    """Its goods damaged -> SMS 10 (C9)."""
    words = {"contract_no": event.contract_no or event.order_no, "product": event.product}
    return sms(texts.DAMAGE_FOUND, event.customer, words, meta=meta, subject=meta.subject)


def visit_booked(event: VisitBooked | VisitMoved, meta: Meta) -> Asks:
    """A visit -> SMS 7 (C3)."""
    window = texts.window_text(event.window)
    words = {"ticket_id": event.ticket_id, "on": texts.day_text(event.on), "window": window}
    return sms(texts.VISIT_BOOKED, event.customer, words, meta=meta, subject=meta.subject, last_day=event.on)


def thanks(rating_link: RatingLink) -> Callable[[TicketClosed, Meta], Asks]:
    """Ticket closed -> SMS 8, with the address where its customer rates it (C11)."""

    def tell(event: TicketClosed, meta: Meta) -> Asks:
        if event.customer is None:
            return ()
        words = {"ticket_id": event.ticket_id, "link": rating_link(event.ticket_id)}
        return sms(texts.THANKS, event.customer, words, meta=meta, subject=meta.subject)

    return tell


def escalated(event: DutyEscalated, meta: Meta) -> Asks:
    """What is overdue and goes up a level -> the group (X4)."""
    return (post(texts.escalation_text(event), "escalation", meta=meta, ref=event.duty),)


def quality_reported(event: MajorQualityReported, meta: Meta) -> Asks:
    """A major quality problem -> the group (C14)."""
    return (post(texts.quality_text(event), "quality", meta=meta, ref=event.sku),)


TELL_OF_ORDER = (
    On(ContractSigned, contract_registered),
    On(DelayNoticed, delayed),
    On(ContractCancelled, cancelled),
)
TELL_OF_GOODS = (On(DamageReported, damaged), On(DamageTakenBack, not_damaged), On(MorningFeedbackGiven, fed_back))
TELL_OF_PLAN = (
    On(DayPublished, day_published),
    On(DayAdjusted, day_adjusted),
    On(InstallationBooked, delivery_booked),
    On(StopPublished, stop_published),
)


def tell_of_ticket(rating_link: RatingLink) -> tuple[On[Any], ...]:
    """What the service desk tells."""
    return (
        On(LeftoverOrderApproved, leftover_ordered),
        On(LeftoverGoodsArrived, leftover_arrived),
        On(LeftoverGoodsDamaged, leftover_damaged),
        On(VisitBooked, visit_booked),
        On(VisitMoved, visit_booked),
        On(TicketClosed, thanks(rating_link)),
        On(DutyEscalated, escalated),
        On(MajorQualityReported, quality_reported),
    )
