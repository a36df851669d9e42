"""What falls due is done once, also when the owner is another one by then."""

from datetime import datetime, timedelta

import pytest
from harness.alarm import SetAlarm
from harness.load import Planned
from harness.stage import Stage
from harness.topics import committed
from harness.waiting import eventually

from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

RANG = "songda.dispatch.InstallationOverdue.v1"


async def test_alarms_ring_once_though_the_owner_is_killed_before_and_after(stage: Stage) -> None:
    """DESIGN 3: the state says what is due; room for few aggregates, so most timers come out of checkpoints."""
    worker = stage.application("worker", "worker", aggregates_in_memory=5, checkpoint_seconds=0.2).start()
    await worker.ready()
    stage.oracle.foreign_causes = True
    callers = await stage.callers(service=stage.alarm)
    soon = utc_now() + timedelta(seconds=8)
    await callers.live([[_alarm(stage, number, soon)] for number in range(30)])
    worker.kill()
    worker.start()
    await eventually(lambda: _rang(stage, 30), "all alarms ring", every=0.5)
    worker.kill()
    worker.start()
    await worker.ready()
    await callers.live([[_alarm(stage, 99, utc_now())]])  # past already: it rings at once, behind all others
    await eventually(lambda: _rang(stage, 31), "the last alarm rings", every=0.5)
    report = await stage.oracle.check(stage.address, stage.alarm)
    assert report.events == 2 * 31


def _alarm(stage: Stage, number: int, due: datetime) -> Planned:
    name = f"A{number}"
    return Planned(f"set-{name}-{stage.alarm}", f"alarm:{name}", SetAlarm(name=name, due=due))


async def _rang(stage: Stage, count: int) -> bool:
    events = await committed(stage.address, f"{stage.alarm}.events")
    return sum(event.headers["ce_type"] == RANG for event in events) >= count
