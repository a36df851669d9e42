"""HTTP of dispatch: book, plan, publish, load, depart, deliver, install; and what is planned."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from contracts.decision import Rejected
from contracts.fact import JobKind
from contracts.policy import Policy, policy_book
from dispatch.domain.booking import BookInstallation
from dispatch.domain.day import DEPOT, PublishDay, day_id
from dispatch.domain.delivery_rules import handed_over
from dispatch.domain.handover import CompleteDelivery, CompleteInstallation, FailDelivery
from dispatch.domain.job import job_id
from dispatch.domain.job_refusals import unknown_job
from dispatch.domain.run import CollectCash, DepartRun, HandInCash, LoadRun, run_id
from dispatch.domain.run_refusals import not_planned
from dispatch.domain.stop import DepartStop
from dispatch.domain.words import yuan
from dispatch.planning import ReleaseRequest, SlotRequest, contract_lines, give_slot, take_slot_back
from dispatch.views import DayView, JobList, JobView, RunView, day_view, job_view, run_view
from runtime.clock import utc_now
from runtime.http import Answer, Asking, Desk, Refusal

router = APIRouter(prefix="/api", tags=["dispatch 调度"])

BOOKS = ("install_assistant", "install_supervisor", "cs_specialist")
PLANS = ("install_assistant", "install_supervisor")
PLANS_VISITS = (*PLANS, "cs_supervisor")
DELIVERS = ("crew_leader", "install_supervisor")
INSTALLS = ("crew_leader", "technician", "install_supervisor")
LOADS = ("warehouse", "crew_leader", "install_supervisor")
TAKES_CASH = ("accountant", "crew_leader", "install_supervisor")
CREW_ROLES = ("crew_leader", "crew", "technician")
READS = (
    "cs_specialist",
    "cs_supervisor",
    "install_assistant",
    "install_supervisor",
    "warehouse",
    "qc",
    "accountant",
    "manager",
    *CREW_ROLES,
)
"""A crew sees its own stops only; stores see their contracts, not the plan (RULES §1)."""

JobInPath = Annotated[str, Path(pattern=r"^[DIV]-[^\s/]{1,120}$", examples=["D-HT26030001"])]
CrewInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,8}$", examples=["S1"])]
DayInPath = Annotated[date, Path(examples=["2026-03-13"])]


@router.post("/jobs/{job}/booking", summary="预约 Book a day with the customer (B1, B2)")
async def book(job: JobInPath, body: BookInstallation, desk: Desk) -> Answer:
    """The call with its checklist. All ready: give `on`. Any "no": give `call_back_on`, and the job waits."""
    desk.allow(*BOOKS)
    return desk.answer(await desk.ask(job_id(job), body))


@router.post("/jobs/{job}/slot", summary="排进班组 Give a job a place in a day plan (B8)")
async def slot(job: JobInPath, body: SlotRequest, desk: Desk) -> Answer:
    """Reserves in the day, lets the job take it, and confirms; a refusal at any step leaves things as they were."""
    desk.allow(*PLANS_VISITS)
    row = await _job(desk, job)
    if row["kind"] != "visit":
        desk.allow(*PLANS)
    return await give_slot(desk, row, body, _policy())


@router.post("/jobs/{job}/slot/release", summary="退回待排 Take a job out of its slot (B4)")
async def release(job: JobInPath, body: ReleaseRequest, desk: Desk) -> Answer:
    """With a reason; refused once the goods have left."""
    desk.allow(*PLANS_VISITS)
    row = await _job(desk, job)
    if row["kind"] != "visit":
        desk.allow(*PLANS)
    return await take_slot_back(desk, row, body)


@router.post("/days/{on}/publish", summary="发布安排表 Publish the day plan (B4)")
async def publish(on: DayInPath, desk: Desk, body: PublishDay | None = None) -> Answer:
    """Final for warehouse and group; after adjustments, the next edition."""
    desk.allow(*PLANS)
    return desk.answer(await desk.ask(day_id(on), body or PublishDay()))


@router.get("/days/{on}", summary="安排表 The day plan (B4, B8)")
async def day(on: DayInPath, desk: Desk) -> DayView:
    """Crews, slots, edition, adjustments. A crew sees its own stops only."""
    desk.allow(*READS)
    row = await desk.rows("days").get(f"{DEPOT}:{on.isoformat()}")
    view = day_view(None if row is None else row["day"], on, _policy())
    if desk.person.role not in CREW_ROLES:
        return view
    own = desk.person.crew
    return view.model_copy(
        update={
            "crews": [crew for crew in view.crews if crew.crew == own],
            "slots": [one for one in view.slots if one.crew == own],
            "adjustments": [],
        }
    )


@router.get("/runs/{on}/{crew}", summary="出车任务 One crew's day (B11, B16)")
async def run(on: DayInPath, crew: CrewInPath, desk: Desk) -> RunView:
    """The sorting sheet, what was counted, and the cash for those who handle it."""
    desk.allow(*READS)
    _own_crew(desk, crew, *CREW_ROLES)
    return run_view(await _run(desk, on, crew), desk.person.role)


@router.post("/runs/{on}/{crew}/load", summary="装车清点 Count at the vehicle, both sign (B9, B11)")
async def load(on: DayInPath, crew: CrewInPath, body: LoadRun, desk: Desk) -> Answer:
    """Line by line; differences need a settlement with the warehouse."""
    desk.allow(*LOADS)
    _own_crew(desk, crew, "crew_leader")
    return desk.answer(await desk.ask(run_id(on, crew), body))


@router.post("/runs/{on}/{crew}/depart", summary="出车 Depart (B8, B9, B11)")
async def depart(on: DayInPath, crew: CrewInPath, desk: Desk, body: DepartRun | None = None) -> Answer:
    """Only loaded and signed, only with a leader; each loaded stop is on the way then."""
    desk.allow(*DELIVERS)
    _own_crew(desk, crew, "crew_leader")
    departed = await desk.ask(run_id(on, crew), body or DepartRun())
    row = await desk.rows("runs").get(f"{on.isoformat()}:{crew}")
    if departed.status == "accepted" and row is not None and row["run"]["version"] >= departed.version - 1:
        sheet = row["run"]
        at = None if body is None else body.at
        left = DepartStop(at=at, on=on, crew=crew, vehicle=sheet["vehicle"], leader=sheet["leader"] or "")
        loaded = [stop["job_id"] for stop in sheet["counted"] or () if any(line["quantity"] for line in stop["lines"])]
        await asyncio.gather(*(desk.ask(job_id(stop), left, step=f"depart/{stop}") for stop in loaded))
    return desk.answer(departed)


@router.post("/runs/{on}/{crew}/cash-in", summary="交款 Hand in cash (B16)")
async def cash_in(on: DayInPath, crew: CrewInPath, body: HandInCash, desk: Desk) -> Answer:
    """Money leaves the vehicle, received by somebody else than the leader. Send an Idempotency-Key."""
    desk.allow(*TAKES_CASH)
    _own_crew(desk, crew, "crew_leader")
    return desk.answer(await desk.ask(run_id(on, crew), body))


@router.post("/jobs/{job}/delivery", summary="签收 Delivered, signed, money collected (B13, B16, B22)")
async def deliver(job: JobInPath, body: CompleteDelivery, desk: Desk) -> Answer:
    """Books the cash on the vehicle first, then the signature. Should the signature be refused, the cash stays booked
    on this stop, once: repeating the request does not collect twice."""
    desk.allow(*DELIVERS)
    row = await _job(desk, job)
    _own_crew(desk, row["crew"], "crew_leader")
    counted = handed_over(body.delivered, contract_lines(row))
    if isinstance(counted, Rejected):
        desk.refuse(counted)
    if body.cash_fen > 0 and row["on"] is not None and row["status"] != "done":
        cash = CollectCash(at=body.at, job_id=job, amount_fen=body.cash_fen, due_fen=row["amount_due_fen"])
        collected = await desk.ask(run_id(date.fromisoformat(row["on"]), row["crew"]), cash, step="cash")
        if collected.status != "accepted":
            return desk.answer(collected)
    signed = await desk.ask(job_id(job), body, step="delivery")
    if signed.rejected is not None and body.cash_fen > 0:
        desk.refuse(_cash_kept(signed.rejected, body.cash_fen))
    return desk.answer(signed)


@router.post("/jobs/{job}/failure", summary="未送成 Not deliverable (B14)")
async def fail(job: JobInPath, body: FailDelivery, desk: Desk) -> Answer:
    """Only with the office's consent do goods go back or into deposit."""
    desk.allow(*DELIVERS)
    row = await _job(desk, job)
    _own_crew(desk, row["crew"], "crew_leader")
    return desk.answer(await desk.ask(job_id(job), body))


@router.post("/jobs/{job}/installation", summary="安装完成 Installed and accepted (B10)")
async def install(job: JobInPath, body: CompleteInstallation, desk: Desk) -> Answer:
    """Once it has a slot with an installation crew."""
    desk.allow(*INSTALLS)
    row = await desk.rows("jobs").get(job)
    if row is not None:
        _own_crew(desk, row["job"]["crew"], "crew_leader", "technician")
    return desk.answer(await desk.ask(job_id(job), body))


@router.get("/jobs", summary="派工单 Jobs")
async def jobs(
    desk: Desk,
    *,
    status: Annotated[Literal["plan", "pub", "way", "done", "fail"] | None, Query()] = None,
    kind: Annotated[JobKind | None, Query()] = None,
    on: Annotated[date | None, Query(description="有班组的日子 day of the slot")] = None,
    unscheduled: Annotated[bool, Query(description="只看待排 only those without a slot")] = False,
    contract_no: Annotated[str | None, Query(max_length=20)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> JobList:
    """By promised day. A crew sees its own stops only; customers are masked by role (C18)."""
    desk.allow(*READS)
    query: dict[str, Any] = {}
    if status is not None:
        query["job.status"] = status
    if kind is not None:
        query["job.kind"] = kind
    if on is not None:
        query["job.on"] = on.isoformat()
    if unscheduled:
        query |= {"job.on": None, "job.status": status or "plan"}
    if contract_no is not None:
        query["job.contract_no"] = contract_no
    if desk.person.role in CREW_ROLES:
        query["job.crew"] = desk.person.crew
    rows = desk.rows("jobs")
    found = await rows.find(query, sort=[("job.promised_on", 1), ("_id", 1)], limit=limit, skip=offset)
    return JobList(
        total=await rows.count(query),
        limit=limit,
        offset=offset,
        rows=[job_view(row["job"], desk.person.role) for row in found],
    )


@router.get("/jobs/{job}", summary="一张派工单 One job")
async def one_job(job: JobInPath, desk: Desk) -> JobView:
    """With customer, goods, slot, and what came of it."""
    desk.allow(*READS)
    row = await _job(desk, job)
    _own_crew(desk, row["crew"], *CREW_ROLES)
    return job_view(row, desk.person.role)


async def _job(desk: Asking, job: str) -> dict[str, Any]:
    """A job's row, or 404."""
    row = await desk.rows("jobs").get(job)
    if row is None:
        raise Refusal(404, unknown_job())
    facet: dict[str, Any] = row["job"]
    return facet


async def _run(desk: Asking, on: date, crew: str) -> dict[str, Any]:
    """A run's row, or 404."""
    row = await desk.rows("runs").get(f"{on.isoformat()}:{crew}")
    if row is None:
        raise Refusal(404, not_planned())
    facet: dict[str, Any] = row["run"]
    return facet


def _own_crew(desk: Asking, crew: str | None, *roles: str) -> None:
    """People of these roles only touch, and see, what their own crew has; others get 403."""
    if desk.person.role in roles and desk.person.crew != crew:
        desk.refuse(
            Rejected(
                "not_your_crew",
                "C18",
                "这不是您班组的单。请联系安装主管。",
                "This is not your crew's. Ask the installation supervisor.",
                {"crew": crew, "your_crew": desk.person.crew},
            ),
            403,
        )


def _policy() -> Policy:
    return policy_book().at(utc_now())


def _cash_kept(no: Rejected, cash_fen: int) -> Rejected:
    """A signature that was refused after the cash was taken: say so, and that it is not taken twice."""
    return replace(
        no,
        zh=f"{no.zh}（已收 {yuan(cash_fen)} 记在车上，重交签收不会再收一次。）",
        en=f"{no.en} ({yuan(cash_fen)} is booked on the vehicle; repeating does not collect it again.)",
        facts={**no.facts, "cash_kept_fen": cash_fen},
    )
