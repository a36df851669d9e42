"""HTTP of what happens at the customer's: delivered, not deliverable, installed (B10, B13, B14, B22)."""

from dataclasses import replace
from datetime import date

from fastapi import APIRouter

from contracts.decision import Rejected
from dispatch.api.rights import DELIVERS, INSTALLS, JobInPath, job_row, own_crew
from dispatch.domain.delivery_rules import handed_over
from dispatch.domain.handover import CompleteDelivery, CompleteInstallation
from dispatch.domain.job import job_id
from dispatch.domain.run import CollectCash, run_id
from dispatch.domain.undeliverable import FailDelivery
from dispatch.domain.words import yuan
from dispatch.planning import contract_lines
from runtime.http import Answer, Desk

router = APIRouter()


@router.post("/jobs/{job}/delivery", summary="签收 Delivered, signed, money collected (B13, B16, B22)")
async def deliver(job: JobInPath, body: CompleteDelivery, desk: Desk) -> Answer:
    """Books the cash on the vehicle first, then the signature. Should the signature be refused, the cash stays booked
    on this stop, once: repeating the request does not collect twice."""
    desk.allow(*DELIVERS)
    row = await job_row(desk, job)
    own_crew(desk, row["crew"], "crew_leader")
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
        desk.refuse(cash_kept(signed.rejected, body.cash_fen))
    return desk.answer(signed)


@router.post("/jobs/{job}/failure", summary="未送成 Not deliverable (B14)")
async def fail(job: JobInPath, body: FailDelivery, desk: Desk) -> Answer:
    """Only with the office's consent do goods go back or into deposit."""
    desk.allow(*DELIVERS)
    row = await job_row(desk, job)
    own_crew(desk, row["crew"], "crew_leader")
    return desk.answer(await desk.ask(job_id(job), body))


@router.post("/jobs/{job}/installation", summary="安装完成 Installed and accepted (B10)")
async def install(job: JobInPath, body: CompleteInstallation, desk: Desk) -> Answer:
    """Once it has a slot with an installation crew."""
    desk.allow(*INSTALLS)
    row = await desk.rows("jobs").get(job)
    if row is not None:
        own_crew(desk, row["job"]["crew"], "crew_leader", "technician")
    return desk.answer(await desk.ask(job_id(job), body))


def cash_kept(no: Rejected, cash_fen: int) -> Rejected:
    """A signature that was refused after the cash was taken: say so, and that it is not taken twice."""
    return replace(
        no,
        zh=f"{no.zh}（已收 {yuan(cash_fen)} 记在车上，重交签收不会再收一次。）",
        en=f"{no.en} ({yuan(cash_fen)} is booked on the vehicle; repeating does not collect it again.)",
        facts={**no.facts, "cash_kept_fen": cash_fen},
    )
