"""HTTP of one crew's day on the road: count, departure, cash (B8, B9, B11, B16)."""

import asyncio

from fastapi import APIRouter

from dispatch.api.rights import (
    CREW_ROLES,
    DELIVERS,
    LOADS,
    READS,
    TAKES_CASH,
    CrewInPath,
    DayInPath,
    own_crew,
    run_row,
)
from dispatch.domain.job import job_id
from dispatch.domain.run import DepartRun, HandInCash, LoadRun, run_id
from dispatch.domain.stop import DepartStop
from dispatch.views import RunView, run_view
from runtime.http import Answer, Desk

router = APIRouter()


@router.get("/runs/{on}/{crew}", summary="出车任务 One crew's day (B11, B16)")
async def run(on: DayInPath, crew: CrewInPath, desk: Desk) -> RunView:
    """The sorting sheet, what was counted, and the cash for those who handle it."""
    desk.allow(*READS)
    own_crew(desk, crew, *CREW_ROLES)
    return run_view(await run_row(desk, on, crew), desk.person.role)


@router.post("/runs/{on}/{crew}/load", summary="装车清点 Count at the vehicle, both sign (B9, B11)")
async def load(on: DayInPath, crew: CrewInPath, body: LoadRun, desk: Desk) -> Answer:
    """Line by line; differences need a settlement with the warehouse."""
    desk.allow(*LOADS)
    own_crew(desk, crew, "crew_leader")
    return desk.answer(await desk.ask(run_id(on, crew), body))


@router.post("/runs/{on}/{crew}/depart", summary="出车 Depart (B8, B9, B11)")
async def depart(on: DayInPath, crew: CrewInPath, desk: Desk, body: DepartRun | None = None) -> Answer:
    """Only loaded and signed, only with a leader; each loaded stop is on the way then."""
    desk.allow(*DELIVERS)
    own_crew(desk, crew, "crew_leader")
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
    own_crew(desk, crew, "crew_leader")
    return desk.answer(await desk.ask(run_id(on, crew), body))
