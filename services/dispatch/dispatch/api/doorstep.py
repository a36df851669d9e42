"""HTTP of what happens at the customer's: arrived, delivered, not deliverable, installed (B10, B12-B15, B22)."""

from dataclasses import replace

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.bounds import Happened
from dispatch.access import JobInPath, own_job
from dispatch.fields import Words
from dispatch.job.aggregate import JOB
from dispatch.job.handover import ArriveAtStop, CompleteDelivery, handed_over, pieces
from dispatch.job.row import JobRow
from dispatch.job.undeliverable import FailDelivery
from dispatch.run.aggregate import run_id
from dispatch.run.cash import CollectCash
from dispatch.run.route import EndStop, ReachStop
from dispatch.who import DELIVERS, LEADS
from runtime.decision import Rejected
from runtime.http import Answer, Caller, SignedIn
from runtime.refusal import yuan
from runtime.route import Router

router = Router()


class ArriveRequest(BaseModel):
    """到达. `order_reason` when it is not the next stop of the sheet (B12)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    order_reason: Words | None = None
    at: Happened | None = None


class DeliverRequest(CompleteDelivery):
    """签收, with the reason if the stop is out of the sheet's order (B12)."""

    order_reason: Words | None = None


@router.post("/jobs/{job}/arrival", summary="到达 Arrived at the customer's (B12, B13)")
async def arrive(job: JobInPath, caller: SignedIn, body: ArriveRequest | None = None) -> Answer:
    """The next stop of the sheet; another one with a reason only."""
    caller.allow(*DELIVERS)
    row = await own_job(caller, job, *LEADS)
    request = body or ArriveRequest()
    await _reach(caller, row, request.order_reason, request.at)
    return caller.answer(await caller.ask(JOB.key(job), ArriveAtStop(at=request.at), step="arrival"))


@router.post("/jobs/{job}/delivery", summary="签收 Delivered, signed, money collected (B13, B15, B16, B22)")
async def deliver(job: JobInPath, body: DeliverRequest, caller: SignedIn) -> Answer:
    """Books the cash on the vehicle first, then the signature. Should the signature be refused, the cash stays booked
    on this stop, once: repeating the request does not collect twice."""
    caller.allow(*DELIVERS)
    row = await own_job(caller, job, *LEADS)
    await caller.check_files(body)  # before the money is booked
    counted = handed_over(body.delivered, row.lines, pieces(row.on_vehicle or ()))
    if isinstance(counted, Rejected):
        caller.refuse(counted)
    await _reach(caller, row, body.order_reason, body.at)
    if body.cash_fen > 0 and row.on is not None and row.status != "done":
        cash = CollectCash(at=body.at, job_id=job, amount_fen=body.cash_fen, due_fen=row.amount_due_fen)
        collected = await caller.ask(_run_of(row), cash, step="cash")
        if collected.status != "accepted":
            return caller.answer(collected)
    signing = CompleteDelivery.model_validate(body.model_dump(exclude={"order_reason"}))
    signed = await caller.ask(JOB.key(job), signing, step="delivery")
    if signed.status == "rejected" and signed.rejected is not None and body.cash_fen > 0:
        caller.refuse(cash_kept(signed.rejected, body.cash_fen))
    if signed.status == "accepted" and row.on is not None:
        await caller.ask(_run_of(row), EndStop(at=body.at, job_id=job, outcome="done"), step="end")
    return caller.answer(signed)


@router.post("/jobs/{job}/failure", summary="未送成 Not deliverable (B14)")
async def fail(job: JobInPath, body: FailDelivery, caller: SignedIn) -> Answer:
    """Only with the office's consent do goods go back or into deposit."""
    caller.allow(*DELIVERS)
    row = await own_job(caller, job, *LEADS)
    failed = await caller.ask(JOB.key(job), body)
    if failed.status == "accepted" and row.on is not None:
        await caller.ask(_run_of(row), EndStop(at=body.at, job_id=job, outcome="failed"), step="end")
    return caller.answer(failed)


async def _reach(caller: Caller, row: JobRow, reason: str | None, at: AwareDatetime | None) -> None:
    """The run decides whether this stop is next (B12); what else stands against it, the job says."""
    if row.on is None or row.status not in {"pub", "way"}:
        return
    reached = await caller.ask(_run_of(row), ReachStop(at=at, job_id=row.job_id, reason=reason), step="reach")
    if reached.rejected is not None and reached.rejected.code == "out_of_order":
        caller.refuse(reached.rejected)


def _run_of(row: JobRow) -> str:
    if row.on is None or row.crew is None:
        raise ValueError(f"{row.job_id} is in no run")
    return run_id(row.on, row.crew)


def cash_kept(refused: Rejected, cash_fen: int) -> Rejected:
    """A signature that was refused after the cash was taken: say so, and that it is not taken twice."""
    return replace(
        refused,
        zh=f"{refused.zh}（已收 {yuan(cash_fen)} 记在车上，重交签收不会再收一次。）",
        en=f"{refused.en} ({yuan(cash_fen)} is booked on the vehicle; repeating does not collect it again.)",
        facts={**refused.facts, "cash_kept_fen": cash_fen},
    )
