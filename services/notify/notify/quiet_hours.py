"""When a message may go out (E4): quiet hours, the customer's own limit, and how long a failed attempt waits."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from company.policy import Policy
from contracts.civil_time import civil, days_later, in_shanghai

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def after_quiet_hours(moment: datetime, policy: Policy) -> datetime:
    """The moment itself, or the end of the quiet hours that it lies in; no quiet hours when both ends are the same."""
    local = in_shanghai(moment)
    clock = local.time()
    if policy.quiet_from <= policy.quiet_until:  # within one day
        quiet = policy.quiet_from <= clock < policy.quiet_until
        return civil(local.date(), policy.quiet_until) if quiet else moment
    if clock >= policy.quiet_from:
        return civil(days_later(local.date(), 1), policy.quiet_until)
    return civil(local.date(), policy.quiet_until) if clock < policy.quiet_until else moment


def within_limits(recent: Sequence[datetime], now: datetime, policy: Policy) -> datetime:
    """The earliest moment at which a customer who got messages at `recent` (ascending) may get one more."""
    earliest = now
    for most, span in ((policy.sms_per_customer_hour, HOUR), (policy.sms_per_customer_day, DAY)):
        if len(recent) >= most:
            earliest = max(earliest, recent[-most] + span)
    return earliest


def backed_off(minutes: int, times: int, key: str, policy: Policy) -> timedelta:
    """`minutes` doubled `times` times, and up to `policy.retry_jitter_percent` more.

    The jitter comes from `key` alone, so a decision stays pure: messages that failed together are tried apart.
    """
    seconds = minutes * 60 * 2**times
    fraction = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    return timedelta(seconds=seconds + int(seconds * policy.retry_jitter_percent / 100 * fraction))
