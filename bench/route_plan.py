"""Proposed plans: kilometres beside first come, first served, on the sample week and on days of a hundred stops.

Straight lines between the centres of districts, and the policy's figure within one; the same stops on the same days.
"""

import random
import sys
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "services" / "dispatch" / "tests"))  # the sample week as a backlog

from week_backlog import drive_the_week, proposed  # type: ignore[import-not-found]

from bench.measuring import Section, figure, ratios
from company.policy import Policy, policy_book
from contracts.dispatch_days import CrewOfDay, Slot
from contracts.fact import Half
from dispatch.day.change import crews_of
from dispatch.day.places import half_window
from dispatch.day.proposal import Candidate, driven_m, first_come
from dispatch.day.state import Plan

WEEK_AT_MOST = 0.80
SECONDS_AT_MOST = 10.0
ON = date(2026, 3, 13)
CREWS, JOBS = 13, 140
"""A day of 104 places, and more jobs than places."""


def measure(rounds: int) -> Section:
    """Each round: the week, and one random day of a hundred stops (its own seed)."""
    policy = policy_book().revisions[0]
    week = [drive_the_week(policy) for _ in range(rounds)]
    days = [_large_day(policy, seed) for seed in range(rounds)]
    ours = [sum(day.proposed_m for day in one) / 1000 for one in week]
    theirs = [sum(day.first_come_m for day in one) / 1000 for one in week]
    stops = sum(day.stops for day in week[0])
    return Section(
        "routes",
        f"proposed plans: {stops} stops of the sample week; {JOBS} jobs for {CREWS * 8} places",
        (
            figure("week: kilometres as proposed", "km", ours),
            figure("week: kilometres first come, first served", "km", theirs),
            figure("week: proposed / first come", "x", ratios(ours, theirs), at_most=WEEK_AT_MOST),
            figure("large day: stops placed", "", [day[0] for day in days]),
            figure("large day: proposed / first come", "x", [day[1] / day[2] for day in days]),
            figure("large day: time to propose", "s", [day[3] for day in days], at_most=SECONDS_AT_MOST),
        ),
    )


def _large_day(policy: Policy, seed: int) -> tuple[int, float, float, float]:
    """Stops placed, metres as proposed and first come (the stops that both place), seconds."""
    chance = random.Random(seed)
    one = crews_of(policy)[0]
    crews = tuple(_another(one, number) for number in range(CREWS))
    plan = Plan("main", ON, crews, half_window(ON, "am", policy).starts, (), 0)
    jobs = [_job(number, chance, policy) for number in range(JOBS)]
    districts = {job.slot.job_id: job.district for job in jobs}
    began = time.perf_counter()
    slots = proposed(plan, jobs, districts, policy)
    seconds = time.perf_counter() - began
    chosen = {slot.job_id for slot in slots}
    came = first_come(plan, [job for job in jobs if job.slot.job_id in chosen], policy)
    per_stop = driven_m(slots, districts, policy) / len(slots), driven_m(came, districts, policy) / len(came)
    return len(slots), *per_stop, seconds


def _another(crew: CrewOfDay, number: int) -> CrewOfDay:
    mine = {"crew": f"S{number}", "vehicle": f"v{number}", "leader": f"l{number}", "members": ()}
    return crew.model_copy(update=mine)


def _job(number: int, chance: random.Random, policy: Policy) -> Candidate:
    half: Half | None = chance.choice([None, None, "am", "pm"])
    slot = Slot(
        job_id=f"D-{number}",
        kind="delivery",
        contract_no=str(number),
        crew="",
        half="am",
        position=1,
        window=half_window(ON, "am", policy),
        volume_l=chance.randint(200, 5_000),
        lines=(),
    )
    owed = ON + timedelta(days=chance.randint(-1, 12))
    return Candidate(slot, chance.choice([*policy.districts]), half, owed, (f"{chance.random():.6f}", slot.job_id))
