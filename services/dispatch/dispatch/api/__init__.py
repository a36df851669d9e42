"""HTTP of dispatch: book, plan, publish, load, depart, deliver, install; and what is planned. One module per topic."""

from dispatch.api import booking, calls, days, doorstep, fleet, jobs, plan, runs
from runtime.route import Router

router = Router(prefix="/api", tags=["dispatch 调度"])
for topic in (booking, calls, days, runs, doorstep, jobs, fleet, plan):
    router.include_router(topic.router)
