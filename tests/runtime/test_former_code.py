"""Rows are those of the code that folded them: changed code makes its own, from the stream, and the former stay a while
(DESIGN §4.3)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from harness.load import contract_numbers, planned, register
from harness.stage import Stage
from harness.waiting import eventually

from contracts.envelope import Meta
from contracts.fact import Fact
from order.contract.row import CONTRACTS
from runtime.clock import utc_now
from runtime.folds import ReadModel
from runtime.former import drop_former, drop_former_rows
from runtime.projector import Projector
from runtime.rebuild import promote, rebuild
from runtime.rows import POSITIONS, Rows, first_collection
from runtime.service import Projection
from songda.rebuilding import list_collections

pytestmark = pytest.mark.kafka

NUMBERS = contract_numbers(4)
BY = "liang.my"


HEARD = CONTRACTS.projection.facets[1]


def fold_shouting(facet: list[str] | None, event: Fact, meta: Meta) -> list[str] | None:
    """As tomorrow's code might."""
    folded: list[str] | None = HEARD.fold(facet, event, meta)
    return [one.replace(f'"{BY}"', f'"{BY}!"') for one in folded] if folded and facet is None else folded


def with_fold_shouting(projection: Projection) -> Projection:
    row, heard = projection.facets
    return replace(projection, facets=(row, replace(heard, fold=fold_shouting, stored=None)))


@asynccontextmanager
async def projecting(stage: Stage, projection: Projection) -> AsyncIterator[Rows]:
    """A projector of one read model, caught up."""
    projector = Projector(stage.settings, [projection], stage.database)
    task = asyncio.create_task(projector.run())
    await eventually(lambda: projector.not_ready is None, "the projector is ready")
    try:
        yield Rows(stage.database, projection)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def written(stage: Stage, collection: str, days: int | None) -> str:
    """A collection that was written last so many days ago; None: by code that did not say."""
    at = {} if days is None else {"at": utc_now() - timedelta(days=days)}
    await stage.database[collection].insert_one({"_id": POSITIONS, **at})
    return collection


async def collections(stage: Stage) -> set[str]:
    return set(await stage.database.list_collection_names())


async def test_a_changed_fold_makes_its_rows_anew_when_it_starts_and_the_former_can_go_on(stage: Stage) -> None:
    await stage.worker()
    callers = await stage.callers()
    today = stage.system.all_projections()[0]
    tomorrow = with_fold_shouting(today)

    async def registered_by(rows: Rows) -> list[str]:
        return [CONTRACTS.heard.read(row).sayings[0].by for row in await rows.find()]

    for number in NUMBERS[:3]:
        await callers.ask(planned(number, register(number), stage.random))
    async with projecting(stage, today) as rows:
        assert await registered_by(rows) == [BY] * 3
    await callers.ask(planned(NUMBERS[3], register(NUMBERS[3]), stage.random))
    async with projecting(stage, tomorrow) as rows:
        assert await registered_by(rows) == [f"{BY}!"] * 4
    assert await registered_by(Rows(stage.database, today)) == [BY] * 3
    async with projecting(stage, today) as rows:
        assert await registered_by(rows) == [BY] * 4


async def test_a_rebuilt_collection_serves_the_code_that_rebuilt_it_and_no_other(stage: Stage) -> None:
    today = stage.system.all_projections()[0]
    tomorrow = with_fold_shouting(today)
    model = await rebuild(stage.settings, stage.database, tomorrow, lambda done, total: None)
    assert await promote(stage.database, tomorrow, model) == first_collection(tomorrow)
    assert (await Rows(stage.database, tomorrow).collection()).name == model.collection.name
    assert (await Rows(stage.database, today).collection()).name == first_collection(today)


async def test_a_new_index_needs_no_rebuild(stage: Stage) -> None:
    today = stage.system.all_projections()[0]
    model = ReadModel(stage.database, today, stage.settings)
    await model.open()
    await model.collection.insert_one({"_id": NUMBERS[0]})
    other = ReadModel(stage.database, replace(today, indexes=(("order.carrier",),)), stage.settings)
    await other.open()
    assert other.collection.name == model.collection.name
    assert "order.carrier_1" in await other.collection.index_information()
    assert await other.collection.count_documents({"_id": NUMBERS[0]}) == 1


async def test_what_former_code_left_goes_after_a_week_but_for_the_newest(stage: Stage) -> None:
    """What serves stays however old; so does what belongs to another read model, and what nobody of ours named."""
    contracts = stage.system.all_projections()[0]
    name = f"rows_{contracts.name}"
    serves = await written(stage, first_collection(contracts), 90)
    kept = [
        await written(stage, f"{name}_0123456789", 2),
        await written(stage, f"{name}_0123456789_20261130120000000001", 6),
        await written(stage, f"{name}_more_0123456789", 90),
        await written(stage, "somebody_elses", None),
    ]
    gone = [
        await written(stage, f"{name}_abcdef0123", 8),
        await written(stage, f"{name}_v2", None),
        await written(stage, f"{name}_20261130120000000001", None),
    ]
    assert sorted(await drop_former_rows(stage.database, [contracts])) == sorted(gone)
    assert await collections(stage) - {"projections"} == {serves, *kept}
    assert await drop_former(stage.database, name, POSITIONS, serves, kept=timedelta(0)) == [kept[1]]


async def test_the_only_one_before_is_kept_for_going_back(stage: Stage) -> None:
    contracts = stage.system.all_projections()[0]
    before = await written(stage, f"rows_{contracts.name}_0123456789", 900)
    assert await drop_former_rows(stage.database, [contracts]) == []
    assert before in await collections(stage)


async def test_the_command_lists_them_and_drops_them_at_once(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    newest = await written(stage, "rows_contracts_0123456789", 1)
    older = await written(stage, "rows_contracts_abcdef0123", 2)
    assert await list_collections(stage.settings, "contracts", drop=False) == 0
    assert {newest, older} <= await collections(stage)
    assert await list_collections(stage.settings, "contracts", drop=True) == 0
    assert f"已删除 dropped {older}" in capsys.readouterr().out
    assert {newest, older} & await collections(stage) == {newest}
    assert await list_collections(stage.settings, "nothing", drop=True) == 1
