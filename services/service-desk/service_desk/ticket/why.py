"""Why a ticket's deadline is what it is (C1, C2, C13): what its clock consumed, and what stood still."""

from dataclasses import dataclass
from datetime import datetime

from company.business_time import Interval, Pause, Terms
from company.policy import Policy
from service_desk.calendar import corrected
from service_desk.clocks import STAND_WHILE_WAITING, terms_of, why_due
from service_desk.duties import DutyRow
from service_desk.ticket.standing import Standing


@dataclass(frozen=True, slots=True)
class Reasons:
    """`terms` is null where it is due at a time of day; then there are no spans. `calendar`: the policy's revision."""

    terms: Terms | None
    spans: tuple[Interval, ...]
    calendar: str

    @property
    def used_minutes(self) -> int:
        """Of the target."""
        return sum(one.seconds for one in self.spans if one.kind == "used") // 60

    @property
    def paused_minutes(self) -> int:
        """In which the clock stood."""
        return sum(one.seconds for one in self.spans if one.kind == "paused") // 60


def reasons(ticket: Standing, clock: DutyRow, policy: Policy, now: datetime) -> Reasons:
    """By the rules in force when the clock began, and the days that the ticket was told of; a wait that still lasts
    counts up to `now`."""
    ours = corrected(policy, ticket.corrections)
    stands = clock.duty in STAND_WHILE_WAITING
    pauses = [Pause(one.since, one.until or max(now, one.since), one.supplier) for one in ticket.waits if stands]
    return Reasons(terms_of(clock.duty, ours), why_due(clock.duty, clock.since, ours, pauses), policy.revision)
