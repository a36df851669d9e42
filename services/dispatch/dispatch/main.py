"""Dispatch 调度, wired together."""

from dispatch.api import router
from dispatch.day.aggregate import DAY
from dispatch.day.row import DAYS
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.row import FLEETS
from dispatch.job.aggregate import JOB
from dispatch.job.row import JOBS
from dispatch.plan_changes import PLAN_CHANGES
from dispatch.reactions import REACTIONS
from dispatch.run.aggregate import RUN
from dispatch.run.row import RUNS
from runtime.service import Service

SERVICE = Service(
    name="dispatch",
    deciders=(JOB, DAY, RUN, FLEET),
    reactions=REACTIONS,
    projections=(JOBS.projection, DAYS.projection, RUNS.projection, PLAN_CHANGES, FLEETS.projection),
    router=router,
)
