"""The next free place for a job, with its depot's crews, over several days; the search itself is pure (B8, D17)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from company.policy import Policy
from contracts.dispatch_days import Slot
from contracts.fact import Half
from dispatch.crews_today import crews_on
from dispatch.day.places import Ground, half_window, places_that_fit
from dispatch.day.row import DAYS, plan_of
from dispatch.day.state import Plan, day_no
from dispatch.job.row import JobRow
from runtime.decision import Detail
from runtime.http import Caller


@dataclass(frozen=True, slots=True)
class FreePlace:
    """A place that fits. `rebook`: the customer agreed to another day and has to be called first (B1)."""

    on: date
    slot: Slot
    rebook: bool


def free_places(
    wanted: Slot, agreed_on: date | None, agreed_half: Half | None, plans: Iterable[Plan], policy: Policy
) -> Iterator[FreePlace]:
    """Every place of every day where the job fits, day by day; on the agreed day in the agreed half (A8, B8)."""
    for plan in plans:
        others = tuple(held.slot for held in plan.held if held.slot.job_id != wanted.job_id)
        ground = Ground(plan.on, plan.crews, others, plan.absences, policy, plan.departed)
        rebook = agreed_on is not None and agreed_on != plan.on
        for slot in places_that_fit(wanted, ground, None if rebook else agreed_half):
            yield FreePlace(plan.on, slot, rebook)


async def next_places(
    caller: Caller, job: JobRow, policy: Policy, *, start: date, days: int, limit: int
) -> tuple[FreePlace, ...]:
    """The first `limit` places for a job from `start` on; the day that the customer agreed to comes first."""
    agreed = job.booked_on
    order = sorted((start + timedelta(days=n) for n in range(days)), key=lambda on: (on != agreed, on))
    plans = await plans_on(caller, order, policy, job.depot)
    found = free_places(slot_of_job(job, start, policy), agreed, job.booked_half, plans, policy)
    return tuple(place for place, _ in zip(found, range(limit), strict=False))


async def plans_on(caller: Caller, days: Sequence[date], policy: Policy, depot: str) -> list[Plan]:
    """The depot's plans of these days, as last seen; a day that nobody planned for is empty."""
    plans: list[Plan] = []
    for on in days:
        row = await caller.view(DAYS).get(day_no(on, depot))
        plans.append(plan_of(row, on, await crews_on(caller, on, policy, depot), depot))
    return plans


def slot_of_job(job: JobRow, on: date, policy: Policy) -> Slot:
    """A job as something to be placed; its crew and half are a wish (where it is now, or was agreed)."""
    half: Half = job.half or job.booked_half or "am"
    return Slot(
        job_id=job.job_id,
        kind=job.kind,
        contract_no=job.contract_no,
        crew=job.crew or "",
        half=half,
        position=1,
        window=half_window(on, half, policy),
        volume_l=job.volume_l,
        lines=(),
    )


def place_facts(places: Iterable[FreePlace]) -> dict[str, Detail]:
    """The first free place, as a refusal carries it."""
    first = next(iter(places), None)
    if first is None:
        return {"next_on": None}
    return {
        "next_on": first.on.isoformat(),
        "next_crew": first.slot.crew,
        "next_half": first.slot.half,
        "next_position": first.slot.position,
        "next_spread": first.slot.spread,
        "next_rebook": first.rebook,
    }
