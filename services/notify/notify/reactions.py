"""What the other services tell -> messages to customers (E1) and posts to the group (E2); one for each cause."""

from collections.abc import Mapping, Sequence
from datetime import date

from contracts.decision import Ask
from contracts.dispatch import DayPublished
from contracts.envelope import Meta
from contracts.fact import Customer, Fact
from contracts.inventory import DamageReported, MorningFeedbackGiven
from contracts.notify import Channel, MessageRequested
from contracts.order import ContractSigned, DelayNoticed
from contracts.policy import policy_book
from contracts.service_desk import LeftoverGoodsArrived, LeftoverOrderApproved
from notify.domain import texts
from notify.domain.message import GROUP_POST, RequestMessage, StartAttempt, message_id, message_key
from runtime.service import Reaction

GROUP = "品牌群"


def tell_of_order(event: Fact, meta: Meta) -> Sequence[Ask]:
    """Contract registered -> SMS 1 (A1). Delay -> the group (A4, E2)."""
    match event:
        case ContractSigned():
            words = {"contract_no": event.contract_no, "promised_on": texts.day_text(event.promised_on)}
            return (_sms(texts.CONTRACT_REGISTERED, event.customer, words, meta, meta.subject),)
        case DelayNoticed():
            return (_post(texts.delay_text(event), meta),)
        case _:
            return ()


def tell_of_goods(event: Fact, meta: Meta) -> Sequence[Ask]:
    """Damage -> the customer is told at once, SMS 10 (C9, D4). Morning feedback -> the group (B6)."""
    match event:
        case DamageReported():
            words = {"contract_no": event.contract_no, "product": event.name}
            return (_sms(texts.DAMAGE_FOUND, event.customer, words, meta, f"contract:{event.contract_no}"),)
        case MorningFeedbackGiven():
            return (_post(texts.feedback_text(event), meta),)
        case _:
            return ()


def tell_of_plan(event: Fact, meta: Meta) -> Sequence[Ask]:
    """The day's plan -> the group (B4, E2)."""
    return (_post(texts.plan_text(event), meta),) if isinstance(event, DayPublished) else ()


def tell_of_ticket(event: Fact, meta: Meta) -> Sequence[Ask]:
    """Leftover order approved -> SMS 5 (C9); its goods in -> SMS 6."""
    match event:
        case LeftoverOrderApproved():
            words = {"order_no": event.order_no, "expected_on": _expected(event.expected_on)}
            return (_sms(texts.LEFTOVER_ORDERED, event.customer, words, meta, meta.subject),)
        case LeftoverGoodsArrived():
            return (_sms(texts.LEFTOVER_GOODS_IN, event.customer, {"order_no": event.order_no}, meta, meta.subject),)
        case _:
            return ()


def start_sending(event: Fact, meta: Meta) -> Sequence[Ask]:
    """A message was asked for -> its first attempt (E4)."""
    return (Ask(meta.subject, StartAttempt(attempt=1)),) if isinstance(event, MessageRequested) else ()


def _expected(day: date | None) -> str:
    return "近期" if day is None else texts.day_text(day)


def _sms(template: int, customer: Customer, words: Mapping[str, str], meta: Meta, subject: str) -> Ask:
    text = texts.render(policy_book().at(meta.time).templates[template], {"name": customer.name, **words})
    return _ask("sms", template, customer.phone, text, meta=meta, subject=subject)


def _post(text: str, meta: Meta) -> Ask:
    return _ask("group", GROUP_POST, GROUP, text, meta=meta, subject=meta.subject)


def _ask(channel: Channel, template: int, to: str, text: str, *, meta: Meta, subject: str) -> Ask:
    known_as = message_id(meta.id, template)
    command = RequestMessage(
        message_id=known_as,
        channel=channel,
        template=template,
        to=to,
        text=text,
        cause_id=meta.id,
        subject=subject,
    )
    return Ask(message_key(known_as), command)


REACTIONS = (
    Reaction(name="notify.tell_of_order", source="order", react=tell_of_order),
    Reaction(name="notify.tell_of_goods", source="inventory", react=tell_of_goods),
    Reaction(name="notify.tell_of_plan", source="dispatch", react=tell_of_plan),
    Reaction(name="notify.tell_of_ticket", source="service_desk", react=tell_of_ticket),
    Reaction(name="notify.start_sending", source="notify", react=start_sending),
)
