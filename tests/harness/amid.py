"""Striking at a moment that is defined by progress, not by the clock."""

import asyncio

from harness.stage import Stage
from harness.waiting import eventually

AHEAD = 60
"""Commands that may be asked for past the moment of the strike, until the next one: load that the fault meets."""


async def amid(load: "asyncio.Task[None]", stage: Stage, answers: int) -> None:
    """Wait until that many commands are answered. The load goes on, but not far: it is still there when we strike."""
    stage.pace.allow(answers + AHEAD)

    def so_far() -> bool:
        if load.done():
            load.result()
            raise AssertionError(f"the load was over before {answers} answers: give it more to do")
        return stage.oracle.answers >= answers

    await eventually(so_far, f"{answers} answers", every=0.01)


async def rest(load: "asyncio.Task[None]", stage: Stage) -> None:
    """The load to its end, at full speed."""
    stage.pace.allow(None)
    await load
