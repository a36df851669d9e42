"""Service hours (服务时间) and the reply clock: when the desk is open (C1), and by when a reply is owed (C2)."""

from datetime import UTC, date, datetime, timedelta

from contracts.policy import Policy, Shift, civil, civil_day

SATURDAY = 5
LOOK_AHEAD_DAYS = 366
"""How far the next opening is searched for. Hours that do not open within a year are a mistake in the policy."""


def is_working_day(day: date, policy: Policy) -> bool:
    """工作日 (C1): Monday to Friday without public holidays; make-up days (调休上班) count on any weekday."""
    if day in policy.makeup_days:
        return True
    return day.weekday() < SATURDAY and day not in policy.holidays


def shifts_of(day: date, policy: Policy) -> tuple[Shift, ...]:
    """The spans of civil time in which the desk is open on `day`, earliest first (C1)."""
    shifts = policy.service_hours_working if is_working_day(day, policy) else policy.service_hours_other
    return tuple(sorted(shifts, key=lambda shift: shift.opens))


def next_opening(moment: datetime, policy: Policy) -> datetime:
    """`moment` itself while the desk is open, else when it next opens (UTC). A shift's closing minute is outside.

    Raises ValueError when the policy has no service hours within a year.
    """
    today = civil_day(moment)
    for ahead in range(LOOK_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        for shift in shifts_of(day, policy):
            if moment < civil(day, shift.closes):
                return max(moment.astimezone(UTC), civil(day, shift.opens))
    raise ValueError(f"policy {policy.revision} has no service hours within a year after {today}")


def reply_due(received: datetime, policy: Policy) -> datetime:
    """By when a request received at `received` is answered (C2, K13), UTC.

    Civil hours: once started the clock runs through nights and holidays. Where the policy says so, it starts at the
    next opening instead of at the receipt.
    """
    start = next_opening(received, policy) if policy.reply_start == "opening" else received.astimezone(UTC)
    return start + timedelta(hours=policy.reply_within_hours)
