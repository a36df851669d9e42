"""One look at the board for all who see the same: twenty lookers-on cost one reading and one rendering per change.

A look is shared while the change feed stands where it stood when the look began, and the minute is the same (what a
card says of the time left changes by the minute). So nobody gets an older board than the change that he was told of.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

KEPT = 256
"""Looks that are kept: boards of days, by who sees what and in which language."""


@dataclass(slots=True)
class SharedLooks:
    """The latest look of each kind, under way or done. One for each application."""

    _latest: OrderedDict[Hashable, tuple[Hashable, asyncio.Task[Any]]] = field(default_factory=OrderedDict)

    async def look(self, kind: Hashable, moment: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """What `make` gives, made once for all who ask for this kind at this moment. Its error goes to all of them."""
        held = self._latest.get(kind)
        if held is None or held[0] != moment or (held[1].done() and held[1].exception() is not None):
            held = (moment, asyncio.create_task(_made(make)))
            self._latest[kind] = held
            self._latest.move_to_end(kind)
            while len(self._latest) > KEPT:
                self._latest.popitem(last=False)
        result: T = await asyncio.shield(held[1])  # one reader's leaving does not end it for the others
        return result


async def _made(make: Callable[[], Awaitable[T]]) -> T:
    return await make()
