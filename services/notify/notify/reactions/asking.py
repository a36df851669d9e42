"""How reactions ask for a message or a call."""

from collections.abc import Mapping
from datetime import date, datetime

from company.depots import MAIN, depot_name
from company.policy import policy_book
from company.roles import Role
from contracts.civil_time import civil_day, end_of_day
from contracts.envelope import Meta
from contracts.fact import Customer
from contracts.notify import CallPurpose, Word
from contracts.spelling import takes_texts
from notify import texts
from notify.call import CALL, DropCall, RequestCall, call_id
from notify.message.aggregate import MESSAGE
from notify.message.request import GROUP_POST, RequestMessage, message_id
from notify.message.state import FAX
from notify.quiet_hours import after_quiet_hours
from runtime.decision import Ask

GROUP = "品牌群"
INSTEAD_OF_SMS = "sms/"
"""How the occasion of a call begins that says what a message would have said; its template and reference follow."""
CALLED_ANYWAY = {texts.DELAY_EXPLAINED, texts.DAMAGE_FOUND}
"""Messages beside which the same customer is called about the same thing (A4, D4)."""


def sms(
    template: int,
    customer: Customer,
    words: Mapping[str, str],
    *,
    meta: Meta,
    subject: str,
    cause: str = "",
    duty: str = "",
    due: datetime | None = None,
    ref: str = "",
    last_day: date | None = None,
) -> tuple[Ask, ...]:
    """A message to a customer; a call with the same words to one whose numbers get none (E3).

    `cause`: what makes it one message, where that is not the event alone; `ref`: its cause's own number, so that the
    cause's service knows which of its duties the message fulfils; `last_day`: the day that it speaks of, after which
    nobody is told."""
    policy = policy_book().at(meta.time)
    filled = {"name": customer.name, **words}
    known_as = message_id(cause or meta.id, template)
    text = texts.render(policy.templates[template], filled)
    number = next(filter(takes_texts, (customer.phone, customer.second_phone)), "")
    if not number:
        if template in CALLED_ANYWAY or template in policy.optional_templates:
            return ()
        day_ends = end_of_day(civil_day(after_quiet_hours(meta.time, policy)))
        return (
            call(
                "follow_up",
                subject,
                text,
                meta=meta,
                due=due or (day_ends if last_day is None else min(day_ends, end_of_day(last_day))),
                role=Role.CS_SPECIALIST,
                customer=customer,
                occasion=f"{INSTEAD_OF_SMS}{template}/{ref or known_as}",
                duty=duty,
            ),
        )
    command = RequestMessage(
        message_id=known_as,
        channel="sms",
        template=template,
        to=number,
        text=text,
        cause_id=meta.id,
        subject=subject,
        ref=ref,
        words=tuple(Word(name=name, value=value) for name, value in filled.items()),
        urgent=template in policy.urgent_templates,
        optional=template in policy.optional_templates,
        duty=duty,
        due=due,
        last_day=last_day,
    )
    return (Ask(MESSAGE.key(known_as), command),)


def post(text: str, topic: str, *, meta: Meta, subject: str = "", ref: str = "", last_day: date | None = None) -> Ask:
    """A post to the group."""
    known_as = message_id(meta.id, GROUP_POST)
    return _told(text, topic, GROUP, known_as, meta=meta, subject=subject, ref=ref, last_day=last_day)


def fax(text: str, depot: str, *, meta: Meta, ref: str, on: date) -> Ask:
    """A schedule to the warehouse (E5)."""
    known_as, policy = message_id(f"{meta.id}/{FAX}", GROUP_POST), policy_book().at(meta.time)
    to = f"仓库 {depot if depot == MAIN else depot_name(policy, depot)}"
    return _told(text, FAX, to, known_as, meta=meta, subject="", ref=ref, last_day=on)


def _told(
    text: str, topic: str, to: str, known_as: str, *, meta: Meta, subject: str, ref: str, last_day: date | None
) -> Ask:
    command = RequestMessage(
        message_id=known_as,
        channel="group",
        template=GROUP_POST,
        to=to,
        text=text,
        cause_id=meta.id,
        subject=subject or meta.subject,
        topic=topic,
        ref=ref,
        last_day=last_day,
    )
    return Ask(MESSAGE.key(known_as), command)


def call(
    purpose: CallPurpose,
    subject: str,
    script: str,
    *,
    meta: Meta,
    due: datetime,
    role: str,
    customer: Customer | None,
    occasion: str = "",
    owner: str | None = None,
    duty: str = "",
    again: bool = False,
) -> Ask:
    """A call that somebody of `role` owes by `due`. Customer None: the one who is known from before."""
    known_as = call_id(purpose, subject, occasion)
    command = RequestCall(
        call_id=known_as,
        purpose=purpose,
        subject=subject,
        occasion=occasion,
        customer=customer,
        due=due,
        owner_role=role,
        owner=owner or None,
        script=script,
        cause_id=meta.id,
        duty=duty,
        again=again,
    )
    return Ask(CALL.key(known_as), command)


def fulfilled(purpose: CallPurpose, subject: str, meta: Meta, occasion: str = "") -> Ask:
    """That call is not needed: what it was for has been done, as the event says."""
    note = meta.type.split(".")[2] if meta.type.count(".") > 1 else meta.type
    return Ask(CALL.key(call_id(purpose, subject, occasion)), DropCall(reason="fulfilled", note=note))


def fell_away(purpose: CallPurpose, subject: str, note: str, occasion: str = "") -> Ask:
    """That call is not needed any more."""
    return Ask(CALL.key(call_id(purpose, subject, occasion)), DropCall(reason="fell_away", note=note))
