"""The contracts of the sample week as a backlog: which are complete on which day, where they go, how much they are."""

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from company.policy import Policy
from contracts.dispatch_days import Slot
from contracts.fact import ContractLine
from dispatch.day.change import crews_of
from dispatch.day.places import half_window
from dispatch.day.proposal import Candidate, Routes, driven_m, first_come, laid_out, problem_of
from dispatch.day.state import Plan
from dispatch.job.terms import volume_of
from dispatch.route_solver import solve_routes

WEEK = Path(__file__).resolve().parents[3] / "tests" / "data" / "week"


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract that is delivered in one stop."""

    number: str
    district: str
    promised_on: date
    complete_on: date
    volume_l: int


@dataclass(frozen=True, slots=True)
class DayDriven:
    """What one day drives: the same stops as proposed, and as they came."""

    on: date
    stops: int
    proposed_m: int
    first_come_m: int


def week_contracts(policy: Policy) -> list[Contract]:
    """All contracts of the week that became complete."""
    complete = json.loads((WEEK / "truth.json").read_text(encoding="utf-8"))["complete_on"]
    lines: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (WEEK / "contracts.csv").open(encoding="utf-8-sig", newline="") as table:
        for row in csv.DictReader(table):
            lines[row["合同号"]].append(row)
    return [
        Contract(
            number,
            rows[0]["区域"],
            date.fromisoformat(rows[0]["承诺日期"]),
            date.fromisoformat(complete[number]),
            volume_of([_line(row) for row in rows], policy),
        )
        for number, rows in lines.items()
        if number in complete
    ]


def drive_the_week(policy: Policy) -> list[DayDriven]:
    """Day by day: what is complete is proposed for the next day, in as many stops as its crews take."""
    waiting = sorted(week_contracts(policy), key=lambda one: one.complete_on)
    districts = {f"D-{one.number}": one.district for one in waiting}
    on, driven = waiting[0].complete_on, []
    while waiting:
        on += timedelta(days=1)
        there = [one for one in waiting if one.complete_on < on]
        candidates = [candidate(one, on, policy) for one in there]
        plan = Plan("main", on, crews_of(policy), half_window(on, "am", policy).starts, (), 0)
        slots = proposed(plan, candidates, districts, policy)
        gone = {slot.job_id for slot in slots}
        came = first_come(plan, [one for one in candidates if one.slot.job_id in gone], policy)
        assert {slot.job_id for slot in came} == gone
        driven.append(DayDriven(on, len(slots), driven_m(slots, districts, policy), driven_m(came, districts, policy)))
        waiting = [one for one in waiting if f"D-{one.number}" not in gone]
        assert gone or not there, f"nothing of {[one.number for one in there]} fits on {on}"
    return driven


def proposed(plan: Plan, candidates: list[Candidate], districts: dict[str, str], policy: Policy) -> tuple[Slot, ...]:
    """The deliveries that the solver gives a place."""
    problem = problem_of(plan, "delivery", candidates, districts, policy)
    routes: Routes = solve_routes(problem)
    return laid_out(plan, problem, routes, candidates, policy)


def candidate(one: Contract, on: date, policy: Policy) -> Candidate:
    """A contract as something to be placed."""
    slot = Slot(
        job_id=f"D-{one.number}",
        kind="delivery",
        contract_no=one.number,
        crew="",
        half="am",
        position=1,
        window=half_window(on, "am", policy),
        volume_l=one.volume_l,
        lines=(),
    )
    return Candidate(slot, one.district, None, one.promised_on, (one.complete_on.isoformat(), one.number))


def _line(row: dict[str, str]) -> ContractLine:
    return ContractLine(
        line_no=int(row["行号"]),
        sku=row["型号"],
        name=row["品名"],
        spec=row["规格"],
        category=row["类别"],
        quantity=int(row["数量"]),
        unit_price_fen=0,
        to_install=row["需安装"] == "是",
    )
