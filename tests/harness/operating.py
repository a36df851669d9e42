"""An operator at a terminal of this machine: `songda ops` and `songda rebuild` against a test's own stage."""

import asyncio
import gc
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest
from typer.testing import CliRunner

import songda.main
import songda.ops
import songda.rebuilding
import songda.system
from harness.stage import Stage
from runtime.service import Projection


class Operator:
    """Somebody with a terminal."""

    def __init__(self) -> None:
        self._runner = CliRunner()

    async def says(self, *words: str) -> tuple[int, str]:
        """Exit code and all that was printed, on one line."""
        done = await asyncio.to_thread(self._runner.invoke, songda.main.app, words, env={"COLUMNS": "400"})
        return done.exit_code, " ".join(done.output.split())


@contextmanager
def operating(stage: Stage, projections: Sequence[Projection], patch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """Somebody whose commands know this stage, and of read models these alone."""
    system = replace(stage.system, services={}, projections=tuple(projections))
    patch.setattr(songda.system, "system", lambda _: system)
    patch.setattr(songda.rebuilding, "system", lambda _: system)
    patch.setattr(songda.ops, "local_settings", lambda: stage.settings)
    patch.setattr(songda.main, "local_settings", lambda: stage.settings)
    yield Operator()
    # A command ends its own loop; a connection that aiokafka was still closing then is told of when it is collected:
    # here, where it comes from, and not in whatever test follows.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
