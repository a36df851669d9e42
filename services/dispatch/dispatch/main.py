"""Dispatch 调度, wired together."""

from dispatch.api import router
from dispatch.day.aggregate import DAY
from dispatch.fleet.aggregate import FLEET
from dispatch.job.aggregate import JOB
from dispatch.projections import PROJECTIONS
from dispatch.reactions import REACTIONS
from dispatch.run.aggregate import RUN
from runtime.service import Service

SERVICE = Service(
    name="dispatch",
    deciders=(
        JOB,
        DAY,
        RUN,
        FLEET,
    ),
    reactions=REACTIONS,
    projections=PROJECTIONS,
    router=router,
)
