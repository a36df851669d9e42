"""HTTP of booking: the call to the customer, with its checklist and the day (B1, B2)."""

from dispatch.api.rights import BOOKS, JobInPath
from dispatch.domain.booking import BookInstallation
from dispatch.domain.job import job_id
from runtime.http import Answer, Desk
from runtime.route import Router

router = Router()


@router.post("/jobs/{job}/booking", summary="预约 Book a day with the customer (B1, B2)")
async def book(job: JobInPath, body: BookInstallation, desk: Desk) -> Answer:
    """The call with its checklist. All ready: give `on`. Any "no": give `call_back_on`, and the job waits."""
    desk.allow(*BOOKS)
    return desk.answer(await desk.ask(job_id(job), body))
