"""Rows behind the dispatch board: jobs and days as dispatch tells them, contracts that wait for goods as order does.

A row folds one stream only; they meet in `board.py` when somebody looks. Phone numbers are masked before they are kept.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from company.masking import mask_phone
from contracts.dispatch_calls import (
    ArrivalCalled,
    HalfDayTold,
    HomeConfirmed,
    InstallCallMade,
    JobAmended,
    JobCancelled,
    JobPromiseMoved,
    TroubleReported,
)
from contracts.dispatch_days import (
    CrewAbsent,
    CrewOfDay,
    CrewOfDayChanged,
    CrewReturned,
    DayOpened,
    DayPublished,
    PlanOverdue,
    SlotConfirmed,
    SlotReleased,
    SlotReserved,
)
from contracts.dispatch_jobs import (
    DeliveryCompleted,
    DeliveryDeparted,
    DeliveryFailed,
    InstallationBooked,
    InstallationCompleted,
    InstallationOverdue,
    JobCompletenessChanged,
    JobOpened,
    SiteNotReady,
    StopConfirmedByWarehouse,
    StopPublished,
    StopScheduled,
    StopUnscheduled,
    VisitDone,
)
from contracts.dispatch_road import FailureConsented, StopArrived, StopUndeliverable
from contracts.envelope import Meta
from contracts.fact import ContractLine, Customer, Fact, Window
from contracts.order import (
    CompletenessLost,
    ContractAmended,
    ContractSigned,
    DamageNoted,
    DelayNoticed,
    GoodsCompleted,
    GoodsNoted,
    ShipmentAnnounced,
)
from dashboards.journal import moment_text
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]
"""A facet: what JSON can hold, never changed in place."""


def _iso(moment: datetime | date | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _customer(customer: Customer) -> Json:
    return {
        "name": customer.name,
        "phone": mask_phone(customer.phone),
        "address": customer.address,
        "district": customer.district,
    }


def _window(window: Window) -> Json:
    return {"starts": window.starts.isoformat(), "ends": window.ends.isoformat()}


def _goods(lines: tuple[ContractLine, ...]) -> list[Json]:
    return [{"name": line.name, "category": line.category, "quantity": line.quantity} for line in lines]


WAITING = "waiting"
"""Among a job's `boards`: it waits for a slot, on the board of every day."""


def _boards(row: Json, *, waits: bool) -> list[str]:
    """The days on whose boards the job ever was, and whether it waits: so that a board finds its jobs in one query."""
    days = sorted({*row.get("boards", ()), *([row["on"]] if row["on"] else [])} - {WAITING})
    return [*days, WAITING] if waits else days


def fold_job(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A job's card, with the boards that show it (see `fold_card`)."""
    row = fold_card(facet, event, meta)
    return {**row, "boards": _boards(row, waits=row["stage"] == "waiting")}


def _waiting(progress: str) -> Json:
    """What holds of a job in no slot."""
    nowhere = {"on": None, "slot": None, "published": None, "warehouse": None, "ended": None}
    return {"stage": "waiting", "progress": progress, **nowhere, **NOT_TOLD}


NOT_TOLD: Json = {"home": None, "half_told": None, "install_called": None, "arrival": None, "trouble": None}
"""What belongs to one slot: the calls made for it (B3, B5, B10) and trouble told (B7)."""


def _call(event: HomeConfirmed | HalfDayTold | InstallCallMade | ArrivalCalled) -> Json:
    return {"at": _iso(event.at), "result": event.result, "note": event.note}


def _over(meta: Meta) -> Json:
    """`over_since` is when that was recorded: until then the job is among the open ones of a board of the past (X2)."""
    return {"stage": "over", "over_since": moment_text(meta.time)}


def fold_card(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """One job's card: who, where, when, which vehicle, how far.

    `stage`: `waiting` (in no slot), `placed` (in a slot), `over`. `progress`: `open`, `not_ready`, `booked`, `plan`,
    `pub`, `way`, `site`, `done`, `fail`, `cancel`. `on` is the day of its slot, so that a day finds its cards;
    `failures` keeps the days on which it was not delivered, for it may be booked again.
    """
    row = {} if facet is None else facet
    rev = {"rev": meta.sequence}
    match event:
        case JobOpened():
            return {
                "job_id": event.job_id,
                "kind": event.kind,
                "contract_no": event.contract_no,
                "ticket_id": event.ticket_id,
                "customer": _customer(event.customer),
                "goods": _goods(event.lines),
                "volume_l": event.volume_l,
                "amount_due_fen": event.amount_due_fen,
                "promised_on": _iso(event.promised_on),
                "complete_on": _iso(event.complete_on),
                "due_at": _iso(event.due_at),
                "overdue": False,
                "summary": event.summary,
                "stage": "waiting",
                "progress": "open",
                "booked": None,
                "not_ready": None,
                "on": None,
                "slot": None,
                "published": None,
                "warehouse": None,
                "ended": None,
                "failures": [],
                "dues": {},
                **NOT_TOLD,
                "opened": moment_text(meta.time),
                "over_since": None,
                "boards": [WAITING],
                **rev,
            }
        case JobCompletenessChanged():
            amended: Json = {
                **({} if event.lines is None else {"goods": _goods(event.lines)}),
                **({} if event.volume_l is None else {"volume_l": event.volume_l}),
                **({} if event.amount_due_fen is None else {"amount_due_fen": event.amount_due_fen}),
            }
            return {**row, **amended, "complete_on": _iso(event.complete_on), **rev}
        case InstallationBooked():
            booked = {"on": _iso(event.on), "half": event.half, "override": event.override_reason is not None}
            again: Json = _waiting("booked") if row["progress"] == "fail" else {}
            progress = "booked" if row["slot"] is None else row["progress"]
            return {**row, "booked": booked, "not_ready": None, "progress": progress, **again, **rev}
        case SiteNotReady():
            waits: Json = {"missing": list(event.missing), "call_back_on": _iso(event.call_back_on)}
            return {**row, **_waiting("not_ready"), "booked": None, "not_ready": waits, **rev}
        case StopScheduled():
            slot = {
                "on": _iso(event.on),
                "half": event.half,
                "crew": event.crew,
                "vehicle": event.vehicle,
                "position": event.position,
                "window": _window(event.window),
            }
            dues: Json = {"home": _iso(event.home_due), "install_call": _iso(event.install_call_due)}
            placed: Json = {"stage": "placed", "progress": "plan", "on": slot["on"], "slot": slot, "dues": dues}
            return {**row, **NOT_TOLD, **placed, "published": None, "warehouse": None, "ended": None, **rev}
        case StopUnscheduled():
            return {**row, **_waiting("open" if row["booked"] is None else "booked"), **rev}
        case StopPublished():
            published = {"at": _iso(event.at), "version": event.version, "leader": event.leader}
            progress = "pub" if row["progress"] == "plan" else row["progress"]
            dues = {"half_day": _iso(event.half_day_due), "arrival_call": _iso(event.arrival_call_due)}
            return {**row, "published": published, "progress": progress, "dues": {**row["dues"], **dues}, **rev}
        case StopConfirmedByWarehouse():
            told = {"at": _iso(event.at), "ready": event.ready, "note": event.note}
            return {**row, "warehouse": told, **rev}
        case DeliveryDeparted():
            return {**row, "progress": "way", **rev}
        case StopArrived():
            return {**row, "progress": "site", **rev}
        case HomeConfirmed():
            return {**row, "home": {**_call(event), "at_home": event.at_home}, **rev}
        case HalfDayTold():
            return {**row, "half_told": _call(event), **rev}
        case InstallCallMade():
            return {**row, "install_called": _call(event), **rev}
        case ArrivalCalled():
            return {**row, "arrival": {**_call(event), "expected_at": _iso(event.expected_at)}, **rev}
        case TroubleReported():
            return {**row, "trouble": {"at": _iso(event.at), "cause": event.cause, "note": event.note}, **rev}
        case StopUndeliverable():
            asked = {"at": _iso(event.at), "cause": "undeliverable", "note": event.cause}
            return {**row, "trouble": asked, **rev}
        case FailureConsented():
            agreed = {"at": _iso(event.at), "cause": "consented", "note": event.note}
            return {**row, "trouble": agreed, **rev}
        case JobPromiseMoved():
            due: Json = {} if event.due_at is None else {"due_at": _iso(event.due_at)}
            return {**row, "promised_on": _iso(event.promised_on), **due, **rev}
        case JobAmended():
            customer: Json = {} if event.customer is None else {"customer": _customer(event.customer)}
            amount: Json = {} if event.amount_due_fen is None else {"amount_due_fen": event.amount_due_fen}
            return {**row, **customer, **amount, **rev}
        case JobCancelled():
            ended = {"at": _iso(event.at), "note": event.reason}
            return {**row, "progress": "cancel", "ended": ended, **_over(meta), **rev}
        case DeliveryCompleted() | InstallationCompleted() | VisitDone():
            done = {"progress": "done", "ended": {"at": _iso(event.at), "note": ""}}
            return {**row, **done, **_over(meta), **rev}
        case DeliveryFailed():
            ended = {"at": _iso(event.at), "note": event.cause}
            failures = [*row["failures"], {**ended, "on": row["on"]}]
            return {**row, "progress": "fail", "ended": ended, "failures": failures, **_over(meta), **rev}
        case InstallationOverdue():
            return {**row, "overdue": True, **rev}
        case _:  # a newer event, or one that the card does not show
            return {**row, **rev}


def _crew(crew: CrewOfDay) -> Json:
    return crew.model_dump(mode="json")


def _others(row: Json, job_id: str) -> list[Json]:
    return [slot for slot in row["slots"] if slot["job_id"] != job_id]


def fold_day(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """One depot's day: crews with people, vehicles and capacity (B8), the slots, and whether the plan is out (B4)."""
    row: Json = {"depot": "", "on": "", "crews": [], "plan_due": None, "slots": []} if facet is None else facet
    row = {"published": None, "overdue": False, "adjustments": [], "absences": [], **row, "rev": meta.sequence}
    match event:
        case DayOpened():
            return {
                **row,
                "depot": event.depot,
                "on": event.on.isoformat(),
                "crews": [_crew(crew) for crew in event.crews],
                "plan_due": _iso(event.plan_due),
            }
        case SlotReserved():
            slot = {
                "job_id": event.slot.job_id,
                "kind": event.slot.kind,
                "crew": event.slot.crew,
                "half": event.slot.half,
                "position": event.slot.position,
                "window": _window(event.slot.window),
                "volume_l": event.slot.volume_l,
                "expires_at": _iso(event.expires_at),
                "confirmed": False,
            }
            changed = {**row, "slots": [*_others(row, event.slot.job_id), slot]}
            if event.adjustment_reason is None:
                return changed
            told = {"at": _iso(event.at), "by": meta.actor, "job_id": event.slot.job_id}
            return {**changed, "adjustments": [*row["adjustments"], {**told, "reason": event.adjustment_reason}]}
        case SlotConfirmed():
            slots = [{**slot, "confirmed": True} if slot["job_id"] == event.job_id else slot for slot in row["slots"]]
            return {**row, "slots": slots}
        case SlotReleased():
            return {**row, "slots": _others(row, event.job_id)}
        case DayPublished():
            published = {"at": _iso(event.at), "version": event.version, "by": meta.actor}
            return {**row, "published": published, "crews": [_crew(crew) for crew in event.crews]}
        case PlanOverdue():
            return {**row, "overdue": True}
        case CrewAbsent():
            absence = {"crew": event.crew, "half": event.half, "reason": event.reason}
            return {**row, "absences": [*_present(row, event.crew), absence]}
        case CrewReturned():
            return {**row, "absences": _present(row, event.crew)}
        case CrewOfDayChanged():
            changed = _crew(event.crew)
            crews = [changed if crew["crew"] == event.crew.crew else crew for crew in row["crews"]]
            return {**row, "crews": crews}
        case _:
            return row


def _present(row: Json, crew: str) -> list[Json]:
    return [absence for absence in row["absences"] if absence["crew"] != crew]


def _eta(row: Json, line_no: int, eta: date | None, *, delayed: bool) -> Json:
    """The line as the latest notice tells it; a later plain shipment does not take a delay back."""
    lines = [
        {**line, "eta": _iso(eta) or line["eta"], "delayed": line["delayed"] or delayed}
        if line["line_no"] == line_no
        else line
        for line in row["lines"]
    ]
    return {**row, "lines": lines}


def _pieces(row: Json, line_no: int, quantity: int) -> Json:
    lines = [{**line, "here": line["here"] + quantity} if line["line_no"] == line_no else line for line in row["lines"]]
    return {**row, "lines": lines}


def _lines(lines: tuple[ContractLine, ...]) -> list[Json]:
    return [
        {
            "line_no": line.line_no,
            "name": line.name,
            "quantity": line.quantity,
            "here": 0,
            "eta": None,
            "delayed": False,
        }
        for line in lines
    ]


def fold_contract(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """One contract that is signed: what of it lies in the warehouse and what is awaited, until it is complete (A3)."""
    row: Json = {"lines": [], "complete_on": None} if facet is None else facet
    row = {**row, "rev": meta.sequence}
    match event:
        case ContractSigned():
            return {
                **row,
                "contract_no": event.contract_no,
                "store_code": event.store_code,
                "customer": _customer(event.customer),
                "promised_on": event.promised_on.isoformat(),
                "lines": _lines(event.lines),
                "signed": moment_text(meta.time),
                "complete_since": None,
            }
        case ContractAmended():
            return {**row, "lines": [*row["lines"], *_lines(event.added)], "complete_on": None}
        case ShipmentAnnounced():
            return _eta(row, event.line_no, event.eta, delayed=False)
        case DelayNoticed():
            return _eta(row, event.line_no, event.eta, delayed=True)
        case GoodsNoted():
            return _pieces(row, event.line_no, event.quantity)
        case DamageNoted() if event.in_warehouse:
            return _pieces(row, event.line_no, -event.quantity)
        case CompletenessLost():
            return {**row, "complete_on": None}
        case GoodsCompleted():
            return {**row, "complete_on": event.complete_on.isoformat(), "complete_since": moment_text(meta.time)}
        case _:
            return row


BOARD_JOBS = Projection(
    name="board_jobs",
    row=key_of,
    facets=(Facet(name="job", service="dispatch", prefixes=("job",), fold=fold_job),),
    indexes=(("job.boards",), ("job.stage", "job.promised_on"), ("job.contract_no",), ("job.over_since",)),
)
BOARD_DAYS = Projection(
    name="board_days",
    row=key_of,
    facets=(Facet(name="day", service="dispatch", prefixes=("day",), fold=fold_day),),
)
BOARD_CONTRACTS = Projection(
    name="board_contracts",
    row=key_of,
    facets=(Facet(name="order", service="order", prefixes=("contract",), fold=fold_contract),),
    indexes=(("order.complete_on", "order.promised_on"), ("order.store_code",), ("order.complete_since",)),
)
PROJECTIONS: tuple[Projection, ...] = (BOARD_JOBS, BOARD_DAYS, BOARD_CONTRACTS)


def facet_of(document: Mapping[str, Any] | None, name: str) -> Json | None:
    """The facet `name` of a stored row, or None where there is neither."""
    return None if document is None else document.get(name)
