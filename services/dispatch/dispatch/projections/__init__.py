"""Read models of dispatch: one module per kind of row; each row folds one stream."""

from dispatch.day.row import DAYS
from dispatch.fleet.row import FLEETS
from dispatch.job.row import JOBS
from dispatch.projections.plan_changes import PLAN_CHANGES
from dispatch.run.row import RUNS

PROJECTIONS = (JOBS.projection, DAYS.projection, RUNS.projection, PLAN_CHANGES, FLEETS.projection)
