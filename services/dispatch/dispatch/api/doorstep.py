"""HTTP of what happens at the customer's: arrived, delivered, not deliverable, installed (B10, B12-B15, B22)."""

from dataclasses import replace

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.bounds import Happened, Words
from contracts.dispatch_door import Signing
from dispatch.access import JobInPath, own_job
from dispatch.door_flow import DOOR
from dispatch.job.aggregate import JOB
from dispatch.job.handover import ArriveAtStop, CompleteDelivery, at_the_door, handed_over, pieces
from dispatch.job.row import JobRow
from dispatch.job.undeliverable import FailDelivery
from dispatch.run.aggregate import run_id
from dispatch.run.cash import CollectCash
from dispatch.run.route import ReachStop
from dispatch.who import DELIVERS, LEADS
from runtime.decision import Rejected
from runtime.flow import Way
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
    way = await _reach(caller, row, request.order_reason, request.at)
    told = None if way is None else way.told_by(JOB.key(job))
    return caller.answer(told or await caller.ask(JOB.key(job), ArriveAtStop(at=request.at), step="arrival"))


@router.post("/jobs/{job}/delivery", summary="签收 Delivered, signed, money collected (B13, B15, B16, B22)")
async def deliver(job: JobInPath, body: DeliverRequest, caller: SignedIn) -> Answer:
    """Books the cash on the vehicle first, then the signature. Should the signature be refused, the cash stays booked
    on this stop, once: repeating the request does not collect twice."""
    caller.allow(*DELIVERS)
    row = await own_job(caller, job, *LEADS)
    await caller.check_files(body)  # before the money is booked, as all that can be wrong with what was signed
    if row.on_vehicle is None:
        counted = handed_over(body.delivered, row.lines, pieces(()))
    else:
        counted = at_the_door(body, row.job_id, row.lines, row.on_vehicle)
    if isinstance(counted, Rejected):
        caller.refuse(counted)
    await _reach(caller, row, body.order_reason, body.at)
    signed = None
    if body.cash_fen > 0 and row.on is not None and row.status != "done":
        way = await caller.walk(DOOR, _run_of(row), money(body, row), step="cash")
        signed = way.told_by(JOB.key(job))
        if way.first.status != "accepted":
            return caller.answer(way.first)
        if signed is None and way.stuck is not None:
            return caller.later(way)
    if signed is None:  # no money, or it was taken before
        signing = CompleteDelivery.model_validate(body.model_dump(exclude={"order_reason"}))
        signed = (await caller.walk(DOOR, JOB.key(job), signing, step="delivery")).first
    if signed.status == "rejected" and signed.rejected is not None and body.cash_fen > 0:
        caller.refuse(cash_kept(signed.rejected, body.cash_fen))
    return caller.answer(signed)


@router.post("/jobs/{job}/failure", summary="未送成 Not deliverable (B14)")
async def fail(job: JobInPath, body: FailDelivery, caller: SignedIn) -> Answer:
    """Only with the office's consent do goods go back or into deposit."""
    caller.allow(*DELIVERS)
    await own_job(caller, job, *LEADS)
    return caller.answer((await caller.walk(DOOR, JOB.key(job), body)).first)


async def _reach(caller: Caller, row: JobRow, reason: str | None, at: AwareDatetime | None) -> Way | None:
    """The run decides whether this stop is next (B12); what else stands against it, the job says."""
    if row.on is None or row.status not in {"pub", "way"}:
        return None
    way = await caller.walk(DOOR, _run_of(row), ReachStop(at=at, job_id=row.job_id, reason=reason), step="reach")
    if way.first.rejected is not None and way.first.rejected.code == "out_of_order":
        caller.refuse(way.first.rejected)
    return way


def money(body: DeliverRequest, row: JobRow) -> CollectCash:
    """The cash, with what is signed for."""
    signing = Signing.model_validate(body.model_dump(include=set(Signing.model_fields)))
    return CollectCash(
        at=body.at, job_id=row.job_id, amount_fen=body.cash_fen, due_fen=row.amount_due_fen, signing=signing
    )


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
