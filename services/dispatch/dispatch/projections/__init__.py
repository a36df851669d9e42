"""Read models of dispatch: one module per kind of row; each row folds one stream."""

from dispatch.projections.days import DAYS
from dispatch.projections.fleet import FLEET
from dispatch.projections.jobs import JOBS
from dispatch.projections.plan_changes import PLAN_CHANGES
from dispatch.projections.quality import QUALITY
from dispatch.projections.runs import RUNS

PROJECTIONS = (JOBS.projection, DAYS, RUNS, PLAN_CHANGES, FLEET, QUALITY)
