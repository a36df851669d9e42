"""Striking at a moment that is defined by progress, not by the clock."""

import asyncio

from harness.stage import Stage
from harness.waiting import eventually


async def amid(load: "asyncio.Task[None]", stage: Stage, answers: int, *, within: float = 90.0) -> None:
    """Wait until that many commands are answered, with the load still going."""

    def so_far() -> bool:
        if load.done():
            load.result()
            raise AssertionError(f"the load was over before {answers} answers: give it more to do")
        return stage.oracle.answers >= answers

    await eventually(so_far, f"{answers} answers", within=within, every=0.01)
