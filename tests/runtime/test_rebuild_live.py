"""A read model is rebuilt beside the one in service and switched in, while events flow."""

import asyncio
from collections.abc import Callable

import pytest
from harness.amid import amid, rest
from harness.load import contract_numbers, life_of, planned, register
from harness.stage import Stage
from harness.waiting import eventually

from runtime.folds import ReadModel, Spans
from runtime.projector import Projector
from runtime.rebuild import promote, rebuild, verify
from runtime.rows import Rows

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_a_rebuilt_model_switched_in_amid_events_misses_none(stage: Stage) -> None:
    """DESIGN §4: twice, so that the second switch is from one rebuilt collection to another."""
    for role in ("worker", "projector"):
        await stage.application(role, role).start().ready()
    projection = stage.system.all_projections()[0]
    callers = await stage.callers()
    load = asyncio.create_task(callers.live([life_of(number, stage.random) for number in contract_numbers(200)]))
    served = []
    for answers in (200, 700):
        await amid(load, stage, answers)
        model = await rebuild(stage.settings, stage.database, projection, lambda done, total: None)
        live = ReadModel(stage.database, projection, stage.settings)
        await live.open()
        verdict = await verify(live, model)
        assert verdict.difference is None
        await promote(stage.database, projection, model)
        assert not load.done()
        served.append(model.collection.name)
    await rest(load, stage)
    await stage.check()
    assert await stage.live_equals_rebuilt() == 200
    rows = Rows(stage.database, projection)
    assert (await rows.collection()).name == served[-1]
    assert await rows.count() == 200


async def test_a_rebuilt_model_is_filled_up_also_when_no_event_comes(stage: Stage) -> None:
    """A switch to a collection that lacks the last events is noticed without a new one."""
    await stage.worker()
    projector = stage.application("projector", "projector").start()
    await projector.ready()
    projection = stage.system.all_projections()[0]
    callers = await stage.callers()
    await callers.live([life_of(number, stage.random) for number in contract_numbers(10)])
    model = await rebuild(stage.settings, stage.database, projection, lambda done, total: None)
    await callers.live([life_of(number, stage.random) for number in contract_numbers(10, first=11)])
    assert await stage.live_equals_rebuilt() == 20
    await promote(stage.database, projection, model)
    rows = Rows(stage.database, projection)

    async def all_there() -> bool:
        return (await rows.collection()).name == model.collection.name and await rows.count() == 20

    await eventually(all_there, "the switched model holds all rows")
    assert await stage.live_equals_rebuilt() == 20


async def test_no_event_is_looked_for_where_only_commit_markers_lie(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN 6: each transaction ends with a marker, which takes an offset; a connection of its own to look at each
    would cost every model more than the event does."""
    gaps: list[str] = []
    read_up = ReadModel.read_up

    async def counted(model: ReadModel, spans: Spans, progress: Callable[[int], None] | None = None) -> set[str]:
        gaps.extend(f"{tp.topic}/{tp.partition}" for tp, (start, end) in spans.items() if start < end)
        return await read_up(model, spans, progress)

    monkeypatch.setattr(ReadModel, "read_up", counted)
    await stage.worker()
    callers = await stage.callers()
    projection = stage.system.all_projections()[0]
    rows = Rows(stage.database, projection)
    projector = Projector(stage.settings, [projection], stage.database)
    task = asyncio.create_task(projector.run())
    numbers = contract_numbers(30)
    try:
        await eventually(lambda: projector.not_ready is None, "the projector is ready")
        for count, number in enumerate(numbers, 1):
            await callers.ask(planned(number, register(number), stage.random))

            async def shown(so_many: int = count) -> bool:
                return await rows.count() == so_many

            await eventually(shown, f"{number} is shown")
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert len(gaps) <= stage.settings.partitions * len({facet.service for facet in projection.facets}), gaps
    assert await stage.live_equals_rebuilt() == len(numbers)
