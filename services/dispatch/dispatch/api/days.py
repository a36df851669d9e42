"""HTTP of the day plan: places for jobs, publishing, the day as it stands (B4, B8)."""

from company.crew_of_day import own_crew_on
from dispatch.access import DayInPath, DepotInQuery, JobInPath, job_row, policy_now
from dispatch.crews_today import crews_on
from dispatch.day.row import DAY_FILES
from dispatch.day.state import day_no
from dispatch.fields import DEPOT
from dispatch.planning import ReleaseRequest, SlotRequest, give_slot, take_slot_back
from dispatch.views import DayView, day_view
from dispatch.who import CREW, PLANS, PLANS_VISITS, READS
from runtime.http import Answer, SignedIn
from runtime.route import Router

router = Router()


@router.post("/jobs/{job}/slot", summary="排进班组 Give a job a place in a day plan (B8)")
async def slot(job: JobInPath, body: SlotRequest, caller: SignedIn) -> Answer:
    """Reserves in the day, lets the job take it, and confirms; a refusal at any step leaves things as they were."""
    caller.allow(*PLANS_VISITS)
    row = await job_row(caller, job)
    if row.kind != "visit":
        caller.allow(*PLANS)
    return await give_slot(caller, row, body, policy_now())


@router.post("/jobs/{job}/slot/release", summary="退回待排 Take a job out of its slot (B4)")
async def release(job: JobInPath, body: ReleaseRequest, caller: SignedIn) -> Answer:
    """With a reason; refused once the goods have left."""
    caller.allow(*PLANS_VISITS)
    row = await job_row(caller, job)
    if row.kind != "visit":
        caller.allow(*PLANS)
    return await take_slot_back(caller, row, body)


@router.get("/days/{on}", summary="安排表 The day plan (B4, B8)")
async def day(on: DayInPath, caller: SignedIn, depot: DepotInQuery = DEPOT) -> DayView:
    """A depot's crews, slots, edition, adjustments. A crew sees its own stops only."""
    caller.allow(*READS)
    known = await caller.view(DAY_FILES).get(day_no(on, depot))
    view = day_view(known, on, await crews_on(caller, on, policy_now(), depot), depot)
    if caller.person.role not in CREW:
        return view
    own = await own_crew_on(caller, on)
    return view.model_copy(
        update={
            "crews": [crew for crew in view.crews if crew.crew == own],
            "slots": [one for one in view.slots if one.crew == own],
            "adjustments": [],
        }
    )
