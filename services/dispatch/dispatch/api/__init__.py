"""HTTP of dispatch: book, plan, publish, load, depart, deliver, install; and what is planned. One module per topic."""

from typing import Annotated

from fastapi import Path

from dispatch.access import OWN_DEPOT, CrewInPath, DayInPath, DepotInQuery, JobInPath, on_own_job, on_own_run
from dispatch.api import calls, days, doorstep, fleet, jobs, plan, runs
from dispatch.day.aggregate import DAY
from dispatch.fields import DEPOT
from dispatch.fleet.aggregate import FLEET
from dispatch.job.aggregate import JOB
from dispatch.run.aggregate import RUN
from runtime.route import Router
from runtime.routes import Address, routes

router = Router(prefix="/api", tags=["dispatch 调度"])
router.include_router(routes(Address(JOB, "/jobs", "job", JobInPath, on_own_job, guard=OWN_DEPOT)))
router.include_router(
    routes(
        Address(
            DAY,
            "/days",
            parts={"on": DayInPath},
            values={"crew": CrewInPath, "depot": DepotInQuery},
            begins="depot",
        )
    )
)
router.include_router(
    routes(Address(RUN, "/runs", parts={"on": DayInPath, "crew": CrewInPath}, access=on_own_run, guard=OWN_DEPOT))
)
router.include_router(
    routes(
        Address(
            FLEET,
            "/fleet",
            parts={},
            key=lambda _: DEPOT,
            values={"crew": CrewInPath, "leave_id": Annotated[str, Path(max_length=80)]},
        )
    )
)
for topic in (calls, days, runs, doorstep, jobs, fleet, plan):
    router.include_router(topic.router)
