"""The desk's clocks (C1, C2): by when a reply, an answer, a follow-up, a form is owed, and when each warns (X4)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from company.business_calendar import service_calendar
from company.business_time import Interval, Pause, Terms, owed, warning, why
from company.policy import Policy
from contracts.civil_time import civil_day, end_of_day
from contracts.fact import Window
from contracts.service_desk_duties import Watch
from service_desk.duties import tellings

REPLY, ON_SITE, FORM, FOLLOW_UP, SMS, COMPLAINT, CALL_BACK = "K13", "K14", "K15", "K16", "K17", "K20", "C17"
"""The desk's duties by their rule ids."""

STAND_WHILE_WAITING = frozenset({REPLY, COMPLAINT})
"""C13: what waits for a supplier stands still; a visit that was agreed does not."""


def reply_watch(received: datetime, policy: Policy, pauses: Sequence[Pause] = ()) -> Watch:
    """A reply within the hours of the policy (C2, K13), in civil or service time, from receipt or next opening."""
    return _reckoned((REPLY, "", "cs_specialist"), received, policy, pauses)


def complaint_watch(since: datetime, level: int, role: str, policy: Policy, pauses: Sequence[Pause] = ()) -> Watch:
    """An answer to a complaint at its level (C12, K20), in civil time."""
    return _reckoned((COMPLAINT, str(level), role), since, policy, pauses)


def follow_up_watch(answered: datetime, answer_no: int, policy: Policy) -> Watch:
    """A call two hours after the advice (C6, K16)."""
    return _reckoned((FOLLOW_UP, str(answer_no), "cs_specialist"), answered, policy, ())


def visit_watch(window: Window, visit_no: int, technician: str, policy: Policy) -> Watch:
    """On site before the agreed window ends (C3, K14)."""
    warn_at = window.ends - timedelta(minutes=policy.visit_warn_minutes)
    return _by(ON_SITE, str(visit_no), "technician", window.ends, policy, owner=technician, warn_at=warn_at)


def form_watch(completed: datetime, visit_no: int, technician: str, policy: Policy) -> Watch:
    """The feedback form by the end of the next day (C9, K15)."""
    due = end_of_day(civil_day(completed) + timedelta(days=1))
    return _by(FORM, str(visit_no), "technician", due, policy, owner=technician)


def sms_watch(approved: datetime, order_no: str, policy: Policy) -> Watch:
    """SMS 5 on the same day (C9, K17)."""
    return _by(SMS, order_no, "cs_specialist", end_of_day(civil_day(approved)), policy)


def call_back_watch(due_on: date, policy: Policy) -> Watch:
    """A regular call-back by the end of its day (C17)."""
    return _by(CALL_BACK, "", "cs_specialist", end_of_day(due_on), policy)


def terms_of(duty: str, policy: Policy) -> Terms | None:
    """On which terms a clock runs; None for one that is due at a time of day."""
    hours = {
        REPLY: policy.reply_within_hours,
        COMPLAINT: policy.complaint_answer_hours,
        FOLLOW_UP: policy.follow_up_hours,
    }
    if duty not in hours:
        return None
    if duty == REPLY:
        return Terms(hours[duty] * 3600, policy.reply_clock, policy.reply_start)
    return Terms(hours[duty] * 3600, "civil", "receipt")


def why_due(duty: str, since: datetime, policy: Policy, pauses: Sequence[Pause]) -> tuple[Interval, ...]:
    """Why a clock is due when it is: the spans that it consumed, and those in which it stood (C1, C13)."""
    terms = terms_of(duty, policy)
    return () if terms is None else why(since, terms, service_calendar(policy), pauses)


def rewatched(watch: Watch, since: datetime, policy: Policy, pauses: Sequence[Pause]) -> Watch:
    """A clock reckoned anew after pauses (C13); those that do not stand stay as they are."""
    if watch.duty == REPLY:
        return reply_watch(since, policy, pauses)
    if watch.duty == COMPLAINT:
        return complaint_watch(since, int(watch.item), watch.owner_role, policy, pauses)
    return watch


def _reckoned(named: tuple[str, str, str], since: datetime, policy: Policy, pauses: Sequence[Pause]) -> Watch:
    """Duty, item and owner's role; since when."""
    duty, item, role = named
    terms, calendar = terms_of(duty, policy), service_calendar(policy)
    assert terms is not None, "only clocks that run are reckoned"
    deadline = owed(since, terms, calendar, pauses)
    assert deadline.due is not None, "pauses handed in have ended"
    warn_at = warning(since, terms, calendar, policy.warn_share_left, pauses)
    made = _by(duty, item, role, deadline.due, policy, warn_at=warn_at)
    return made.model_copy(update={"provisional": deadline.provisional})


def _by(
    duty: str,
    item: str,
    role: str,
    due: datetime,
    policy: Policy,
    *,
    owner: str | None = None,
    warn_at: datetime | None = None,
) -> Watch:
    return Watch(
        duty=duty,
        item=item,
        owner_role=role,
        owner=owner,
        due=due,
        warn_at=warn_at,
        tells=tellings(role, due, policy),
    )
