"""Looks at the board that are shared by all who see the same, and never older than asked for."""

import asyncio

import pytest

from dashboards.board.shared import KEPT, SharedLooks


class Board:
    """Counts how often it was read."""

    def __init__(self, fails=0):
        self.read = 0
        self.fails = fails

    async def __call__(self):
        self.read += 1
        await asyncio.sleep(0)
        if self.read <= self.fails:
            raise OSError("no database")
        return self.read


async def test_all_who_look_at_the_same_moment_get_one_reading():
    """X8"""
    looks, board = SharedLooks(), Board()
    seen = await asyncio.gather(*(looks.look("day", 7, board) for _ in range(20)))
    assert (seen, board.read) == ([1] * 20, 1)


async def test_a_later_moment_and_another_kind_are_read_anew():
    looks, board = SharedLooks(), Board()
    seen = [await looks.look(*where, board) for where in (("day", 7), ("day", 8), ("week", 8), ("day", 8))]
    assert seen == [1, 2, 3, 2]


async def test_a_reader_who_leaves_takes_nothing_from_the_others():
    looks, board = SharedLooks(), Board()
    leaving = asyncio.create_task(looks.look("day", 7, board))
    await asyncio.sleep(0)
    staying = asyncio.create_task(looks.look("day", 7, board))
    leaving.cancel()
    assert (await staying, board.read) == (1, 1)


async def test_an_error_reaches_all_and_is_not_kept():
    looks, board = SharedLooks(), Board(fails=1)
    first = await asyncio.gather(*(looks.look("day", 7, board) for _ in range(3)), return_exceptions=True)
    assert ([type(one) for one in first], await looks.look("day", 7, board)) == ([OSError] * 3, 2)


@pytest.mark.parametrize("many", [KEPT * 2])
async def test_old_looks_are_let_go(many):
    looks, board = SharedLooks(), Board()
    for number in range(many):
        await looks.look(number, 7, board)
    assert len(looks._latest) == KEPT
