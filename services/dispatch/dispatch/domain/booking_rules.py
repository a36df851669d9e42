"""Arithmetic of booking (B1, B2, B10): checklist words, the earliest day, and until when something is owed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from company.business_calendar import service_calendar
from company.business_time import days_before
from company.policy import Policy
from contracts.civil_time import civil_day, days_later, end_of_day
from contracts.dispatch_jobs import Checklist
from contracts.fact import ContractLine, JobKind

CHECKLIST_ZH = {
    "switch_panels": "开关面板",
    "angle_valves": "角阀",
    "ceiling": "吊顶",
    "water_power": "水电",
    "gas": "燃气",
    "kitchen_cleared": "厨房清空",
}


def missing_on_site(checklist: Checklist) -> tuple[str, ...]:
    """The items of the checklist that are answered "no", by field name, in the order of the call (B2)."""
    return tuple(item for item in CHECKLIST_ZH if not getattr(checklist, item))


def earliest_day(called_at: datetime, policy: Policy) -> date:
    """The first day that may be agreed in a call at `called_at` (B1: calendar or working days, by the policy)."""
    called_on = civil_day(called_at)
    day = days_later(called_on, policy.booking_days_ahead)
    while last_booking_day(day, policy) < called_on:
        day += timedelta(days=1)
    return day


def last_booking_day(on: date, policy: Policy) -> date:
    """The last day on which a stop of `on` may be booked (B1)."""
    return days_before(on, policy.booking_days_ahead, service_calendar(policy), policy.booking_days_counting)


def booking_due(kind: JobKind, on: date, policy: Policy) -> datetime:
    """By when the booking was owed: 3 days before a delivery (K2); what is not bound by B1, by the day itself."""
    return end_of_day(last_booking_day(on, policy) if kind == "delivery" else on)


def install_due(delivered_on: date, lines: Iterable[ContractLine], policy: Policy) -> datetime | None:
    """Until when installation is owed (B10, K9): the end of the second day; None when nothing is installed."""
    if not any(line.to_install for line in lines):
        return None
    return end_of_day(days_later(delivered_on, policy.install_within_days))


def install_by(delivered_on: date, lines: Iterable[ContractLine], policy: Policy) -> date | None:
    """The last day of the installation, as the customer is told it (B3, B10); None when nothing is installed."""
    if not any(line.to_install for line in lines):
        return None
    return days_later(delivered_on, policy.install_within_days)


def volume_of(lines: Iterable[ContractLine], policy: Policy) -> int:
    """Litres that the goods take on a vehicle (B8)."""
    return sum(
        line.quantity * policy.litres_per_piece.get(line.category, policy.litres_per_piece_default) for line in lines
    )
