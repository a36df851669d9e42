"""Waiting until everything asked so far has run its course: commands decided, reactions asked, read models written.

Positions are read from Kafka's consumer groups, as any operator would. A chain of reactions is followed until a look at
the streams' ends finds nothing new behind what has been waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiokafka import TopicPartition

from runtime import kafka
from runtime.projector import projector_group
from runtime.service import Service
from runtime.settings import Settings

Groups = Mapping[str, tuple[str, ...]]
"""Consumer group -> topics it reads."""
Look = tuple[dict[TopicPartition, int], dict[str, int]]
"""Ends of partitions, and what each group has yet to take."""


def groups_of(settings: Settings, services: Mapping[str, Service], projected: tuple[str, ...]) -> Groups:
    """Every consumer group of the system, with its topics."""
    groups: dict[str, tuple[str, ...]] = {}
    for name, service in services.items():
        groups[f"songda.{name}.commands"] = (f"{name}.commands",)
        if service.reactions:
            groups[f"songda.{name}.reactions"] = tuple(sorted({f"{r.source}.events" for r in service.reactions}))
        if service.effects:
            groups[f"songda.{name}.effects"] = tuple(sorted({f"{e.source}.events" for e in service.effects}))
    if projected:
        groups[projector_group(settings.mongo_database)] = projected
    return groups


async def lag(settings: Settings, groups: Groups) -> dict[str, int]:
    """Records that each group has yet to take."""
    _, behind = await _look(settings, groups)
    return behind


async def _look(settings: Settings, groups: Groups) -> Look:
    tps = [TopicPartition(t, p) for t in {t for ts in groups.values() for t in ts} for p in range(settings.partitions)]
    ends = await kafka.high_watermarks(settings, tps)
    taken: dict[str, dict[TopicPartition, int]] = {}
    admin = kafka.administrator(settings)
    await admin.start()
    try:
        offsets = await asyncio.gather(*(admin.list_consumer_group_offsets(group) for group in groups))
        for group, found in zip(groups, offsets, strict=True):
            taken[group] = {tp: max(0, place.offset) for tp, place in found.items()}
    finally:
        await admin.close()
    last = await _ends_of_records(settings, groups, taken, ends)
    behind = {
        group: sum(max(0, last[tp] - taken[group].get(tp, 0)) for tp in tps if tp.topic in topics)
        for group, topics in groups.items()
    }
    return ends, behind


async def _ends_of_records(
    settings: Settings,
    groups: Groups,
    taken: Mapping[str, Mapping[TopicPartition, int]],
    ends: Mapping[TopicPartition, int],
) -> dict[TopicPartition, int]:
    """Offset after the last committed record of each partition. The end itself will not do: commit markers lie there
    too, and no consumer group ever counts those as taken (RISKS A12)."""
    slowest = {tp: min(taken[g].get(tp, 0) for g, topics in groups.items() if tp.topic in topics) for tp in ends}
    last = dict(slowest)
    spans = {tp: (slowest[tp], end) for tp, end in ends.items()}
    async for tp, records in kafka.read_between(settings, spans):
        last[tp] = records[-1].offset + 1
    return last


class _Looks:
    """One look at a time, for all who wait: each costs connections, and anybody who has signed in may wait."""

    def __init__(self, settings: Settings, groups: Groups) -> None:
        self._settings, self._groups = settings, groups
        self._under_way: asyncio.Task[Look] | None = None

    async def look(self) -> Look:
        """What the look that is under way finds, else a new one. It may have begun before who asks came: what they look
        for shows in the next one, and two that find the same ends are asked for."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(_look(self._settings, self._groups))
            self._under_way.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(self._under_way)


def settler(settings: Settings, groups: Groups) -> Callable[[float], Awaitable[bool]]:
    """A function that waits until all groups have caught up and nothing new came; False when time ran out."""
    looks = _Looks(settings, groups)

    async def settled(seconds: float) -> bool:
        deadline = asyncio.get_running_loop().time() + seconds
        before: dict[TopicPartition, int] | None = None
        while asyncio.get_running_loop().time() < deadline:
            ends, behind = await looks.look()
            if not any(behind.values()):
                if ends == before:
                    return True
                before = ends
            else:
                before = None
            await asyncio.sleep(0.1)
        return False

    return settled
