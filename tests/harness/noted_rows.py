"""Read models for tests of what cannot be folded: rows of the reasons that were noted, and a projector that keeps them.

The folds look at `BROKEN` as a service's code would be changed: what is in it raises, until it is mended.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.order import DelayNoticed
from harness.stage import Stage
from harness.waiting import eventually
from runtime import metrics
from runtime.folds import ReadModel
from runtime.mongo import Document
from runtime.parking import Parked
from runtime.projector import Projector
from runtime.rebuild import Verdict, discard, rebuild, verify
from runtime.rows import Rows
from runtime.service import Facet, Projection, key_of

BROKEN: set[str] = set()
"""Reasons for which the folds of `frail` and of the journal raise."""

HUGE = "a number that no database has"


def reasons(facet: list[Any] | None, event: Fact, meta: Meta) -> list[Any]:
    """All reasons so far, of any event."""
    assert isinstance(event, DelayNoticed)
    return [*(facet or []), event.reason]


def frail_reasons(facet: list[Any] | None, event: Fact, meta: Meta) -> list[Any]:
    """The same, by code that has bugs."""
    noted = reasons(facet, event, meta)
    if noted[-1] in BROKEN - {HUGE}:
        raise KeyError(noted[-1])
    return [1 << 70 if reason == HUGE and HUGE in BROKEN else reason for reason in noted]


@dataclass
class Noted:
    """Three read models over the stage's order stream: one that has bugs, one that has none, and a journal."""

    stage: Stage

    def __post_init__(self) -> None:
        name = self.stage.order
        facet = {"name": "order", "service": name, "prefixes": ("contract",)}
        self.frail = Projection(f"frail_{name}", key_of, (Facet(**facet, fold=frail_reasons),))
        self.sound = Projection(f"sound_{name}", key_of, (Facet(**facet, fold=reasons),))
        self.journal = Projection(f"journal_{name}", key_of, (Facet(**facet, fold=frail_reasons),), per_event=True)
        self.all = (self.frail, self.sound, self.journal)

    @asynccontextmanager
    async def projector(self) -> AsyncIterator[Projector]:
        """A process that keeps them, until the block ends."""
        made = Projector(self.stage.settings, self.all, self.stage.database)
        task = asyncio.create_task(made.run())

        def ready() -> bool:
            if task.done():
                task.result()
            return made.not_ready is None

        try:
            await eventually(ready, "the projector is ready")
            yield made
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def rows(self, projection: Projection) -> dict[str, Any]:
        """What each row of a read model holds."""
        return {row["_id"]: row["order"] for row in await Rows(self.stage.database, projection).find()}

    async def until_rows(self, projection: Projection, expected: Mapping[str, Any]) -> None:
        """Wait until a read model holds these rows and no others."""

        async def look() -> Any:
            return await self.rows(projection) == expected

        await eventually(look, f"{projection.name} holds {expected}")

    async def parked(self, projection: Projection) -> dict[str, Parked]:
        """What waits there, as the database says."""
        return {one.subject: one for one in await Rows(self.stage.database, projection).parked()}

    async def until_parked(self, projection: Projection, *subjects: str) -> dict[str, Parked]:
        """Wait until these wait there and no others."""

        async def look() -> dict[str, Parked] | bool:
            found = await self.parked(projection)
            return set(found) == set(subjects) and (found or True)

        found = await eventually(look, f"parked in {projection.name}: {subjects}")
        return found if isinstance(found, dict) else {}

    async def verdict(self, projection: Projection) -> Verdict:
        """The live model compared with one rebuilt from nothing."""
        rebuilt = await self.rebuilt(projection)
        live = ReadModel(self.stage.database, projection, self.stage.settings)
        await live.open()
        found = await verify(live, rebuilt)
        await discard(rebuilt)
        return found

    async def rebuilt(self, projection: Projection) -> ReadModel:
        """A model rebuilt from nothing."""
        return await rebuild(self.stage.settings, self.stage.database, projection, lambda done, total: None)

    async def positions(self, projection: Projection) -> Document:
        """The document beside the rows."""
        found = await (await Rows(self.stage.database, projection).collection()).find_one({"_id": "#positions"})
        assert found is not None
        return found


def gauge(reader: str) -> float:
    """What Prometheus is told of a reader."""
    return float(metrics.PARKED.labels(reader)._value.get())
