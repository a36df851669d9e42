"""Printed forms of dispatch: 送货安排表 (B4), 送货调度表 (B12), 签收单 (B13), 送货日报表 (B17).

Phone numbers are whole on the leader's sheet alone (C18); cash is for leader, accountant and manager (RULES §1).
"""

from dataclasses import dataclass

from company.crew_of_day import own_crew_on, works_on
from company.masking import ROLES_THAT_SEE_MONEY, customer_for, phone_masked
from company.policy import policy_book
from company.roles import Role
from company.unloading import in_unloading_order
from contracts.dispatch_calls import ArrivalCalled
from contracts.dispatch_jobs import DeliveryCompleted
from contracts.dispatch_pick_up import PickedUp, PickUpArranged, PickUpListIssued
from contracts.dispatch_road import PiecesRefused, StopEnded
from contracts.dispatch_runs import CashCollected, RunStop
from contracts.fact import ContractLine, Customer
from dashboards.board.reading import read_board
from dashboards.depots import depots_for
from dashboards.forms.form import Content, Form
from dashboards.forms.goods_said import GoodsSaid, goods_said
from dashboards.nav import STAFF
from dashboards.seat import Seat
from dispatch.job.aggregate import JOB
from dispatch.job.row import JOB_FILES, JobFile
from dispatch.run.row import RUN_FILES, RunFile
from dispatch.who import CREW, DELIVERS, LEADS, SEES_CASH, SEES_PICK_UPS
from inventory.voucher.register import number_of
from order.contract.row import CONTRACTS

OFFICE = frozenset(
    {
        Role.INSTALL_ASSISTANT,
        Role.INSTALL_SUPERVISOR,
        Role.CS_SPECIALIST,
        Role.CS_SUPERVISOR,
        Role.WAREHOUSE,
        Role.MANAGER,
    }
)
"""Who prints the papers of a day besides those on the road."""
WHOLE_PHONES = DELIVERS
"""Who prints the leader's sheet."""


def _goods(job: JobFile, seat: Seat) -> tuple[ContractLine, ...]:
    """A stop's lines as they are unloaded (B19)."""
    order = policy_book().at(seat.now).unloading_order
    return in_unloading_order(job.row.lines, lambda line: line.category, order)


def _customer(job: JobFile, seat: Seat) -> Customer:
    return customer_for(seat.person.role, job.row.customer)


async def _said(job: JobFile, seat: Seat) -> GoodsSaid:
    """Of which lots the stop's goods are: those that lie here, until they have left."""
    left = job.row.on_vehicle is not None or job.outcome is not None
    return await goods_said(seat, job.row.contract_no, (line.sku for line in job.row.lines), left=left)


async def _schedule(seat: Seat, subject: str) -> Content | None:
    """A day's plan, crew by crew."""
    on = seat.day_of(subject)
    if on is None:
        return None
    depots = depots_for(seat.caller, seat.now)
    view = await read_board(seat.caller, on, seat.now, depots.shown)
    lanes = [lane for lane in view.lanes if any(cell.cards for cell in lane.cells)]
    if not lanes:
        return None
    money = seat.person.role in ROLES_THAT_SEE_MONEY
    return {"view": view, "lanes": lanes, "on": on, "money": money, "depots": depots}


@dataclass(frozen=True, slots=True)
class _Stop:
    """A stop of a run's sheet, with what became of it."""

    planned: RunStop
    job: JobFile
    customer: Customer
    goods: tuple[ContractLine, ...]
    called: ArrivalCalled | None
    ended: StopEnded | None
    collected_fen: int


async def _run(seat: Seat, subject: str) -> tuple[RunFile, list[_Stop]] | None:
    """A run and its stops in the order of the sheet; a leader's own crew only."""
    day, _, crew = subject.partition("/")
    on = seat.day_of(day)
    if on is None or (seat.person.role in CREW and await own_crew_on(seat.caller, on) != crew):
        return None
    run = await seat.caller.view(RUN_FILES).get(f"{on.isoformat()}:{crew}")
    if run is None:
        return None
    row, said = run.row, run.said
    jobs = await seat.caller.view(JOB_FILES).get_many([stop.job_id for stop in row.in_order])
    stops = []
    for stop in row.in_order:
        if (job := jobs.get(stop.job_id)) is None:
            continue
        customer, here = _customer(job, seat), said.about(job_id=stop.job_id)
        if seat.person.role not in WHOLE_PHONES:
            customer = phone_masked(customer)
        collected = sum(one.event.amount_fen for one in here.all(CashCollected))
        called = job.said.told(ArrivalCalled)
        stops.append(_Stop(stop, job, customer, _goods(job, seat), called, here.told(StopEnded), collected))
    return run, stops


async def _dispatch_sheet(seat: Seat, subject: str) -> Content | None:
    found = await _run(seat, subject)
    if found is None:
        return None
    run, stops = found
    return {
        "run": run.row,
        "depots": depots_for(seat.caller, seat.now),
        "file": run,
        "stops": stops,
        "money": seat.person.role in ROLES_THAT_SEE_MONEY,
    }


async def _day_report(seat: Seat, subject: str) -> Content | None:
    found = await _run(seat, subject)
    if found is None:
        return None
    run, stops = found
    return {
        "run": run.row,
        "number": await number_of(seat.caller, "RB", f"run:{run.row.on.isoformat()}:{run.row.crew}"),
        "file": run,
        "stops": stops,
        "cash": seat.person.role in SEES_CASH,
    }


async def _receipt(seat: Seat, subject: str) -> Content | None:
    """One stop's receipt, empty before the delivery and filled in after it."""
    job = await seat.caller.view(JOB_FILES).get(subject)
    if job is None or job.row.kind != "delivery":
        return None
    if seat.person.role in CREW and not await works_on(seat.caller, job.row.on, job.row.crew):
        return None
    if seat.person.role == "store":
        contract = await seat.caller.view(CONTRACTS).get(job.row.contract_no)
        if contract is None or contract.store_code != seat.person.store:
            return None
    outcome = job.outcome if isinstance(job.outcome, DeliveryCompleted) else None
    counted = {} if outcome is None else {line.line_no: line.quantity for line in outcome.delivered}
    refused = [(line, one.event.reason) for one in job.said.all(PiecesRefused) for line in one.event.lines]
    return {
        "job": job.row,
        "number": await number_of(seat.caller, "QS", JOB.key(subject)),
        "customer": _customer(job, seat),
        "lines": [
            {
                **line.model_dump(),
                "delivered": counted.get(line.line_no),
                "refused": [(one.quantity, reason) for one, reason in refused if one.line_no == line.line_no],
            }
            for line in _goods(job, seat)
        ],
        "said": await _said(job, seat),
        "outcome": outcome,
        "money": seat.person.role in ROLES_THAT_SEE_MONEY or seat.person.role in LEADS,
    }


async def _pick_up(seat: Seat, subject: str) -> Content | None:
    """The list by which a customer collects goods (A11), empty before and filled in after it."""
    job = await seat.caller.view(JOB_FILES).get(subject)
    arranged = None if job is None else job.said.told(PickUpArranged)
    if job is None or arranged is None:
        return None
    issued = job.said.told(PickUpListIssued, since=PickUpArranged)
    outcome = job.outcome if isinstance(job.outcome, PickedUp) else None
    return {
        "job": job.row,
        "number": await number_of(seat.caller, "ZT", JOB.key(subject)),
        "on": arranged.on,
        "list_no": outcome.list_no if outcome is not None else None if issued is None else issued.list_no,
        "customer": _customer(job, seat),
        "outcome": outcome,
        "counted": {} if outcome is None else {line.line_no: line.quantity for line in outcome.delivered},
        "said": await _said(job, seat),
    }


FORMS = (
    Form(name="schedule", template="form_schedule.html", roles=OFFICE | CREW, read=_schedule),
    Form(
        name="dispatch-sheet",
        template="form_dispatch_sheet.html",
        roles=OFFICE | LEADS,
        read=_dispatch_sheet,
    ),
    Form(name="receipt", template="form_receipt.html", roles=STAFF | LEADS, read=_receipt),
    Form(name="pick-up", template="form_pick_up.html", roles=SEES_PICK_UPS, read=_pick_up),
    Form(
        name="day-report",
        template="form_day_report.html",
        roles=OFFICE | LEADS | {Role.ACCOUNTANT},
        read=_day_report,
    ),
)
