"""The examples beside the tests are importable by their name."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from httpx import AsyncClient

sys.path.insert(0, str(Path(__file__).parent))

if TYPE_CHECKING:
    from inventory_world import World


@pytest.fixture
def world() -> "World":
    from stock_api import world_of_stock

    return world_of_stock()


@pytest.fixture
async def client(world: "World") -> AsyncIterator[AsyncClient]:
    from stock_api import asking

    async with asking(world) as client:
        yield client
