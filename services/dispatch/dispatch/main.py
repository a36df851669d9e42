"""Dispatch 调度, wired together."""

from dispatch.api import router
from dispatch.domain import day, fleet, fleet_state, job, job_state, job_story, run, run_state
from dispatch.projections import PROJECTIONS
from dispatch.reactions import REACTIONS
from runtime.service import Decider, Service

SERVICE = Service(
    name="dispatch",
    deciders=(
        Decider("job", job_state.INITIAL, job_state.STATES, job.COMMANDS, job.decide, job_story.evolve, job.due),
        Decider("day", day.INITIAL, day.STATES, day.COMMANDS, day.decide, day.evolve, day.due),
        Decider("run", run_state.INITIAL, run_state.STATES, run.COMMANDS, run.decide, run_state.evolve, run.due),
        Decider(
            "fleet",
            fleet_state.INITIAL,
            fleet_state.STATES,
            fleet.COMMANDS,
            fleet.decide,
            fleet_state.evolve,
            fleet.due,
        ),
    ),
    reactions=REACTIONS,
    projections=PROJECTIONS,
    router=router,
)
