"""卸货次序 (B19): cabinets, hardware, appliances, countertops; loading is the reverse.

Lists are printed in that order.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Order = Sequence[Sequence[str]]
"""Words of a category or name, kind by kind, as the policy lists them."""


def place_in_order(text: str, order: Order) -> int:
    """When pieces leave the vehicle. The later kinds are looked for first: a 橱柜台面 is a countertop. What no word
    names leaves after all others."""
    kinds = reversed(list(enumerate(order)))
    return next((place for place, words in kinds if any(word in text for word in words)), len(order))


def in_unloading_order(lines: Iterable[Any], text: Callable[[Any], str], order: Order) -> list[Any]:
    """Lines as they leave the vehicle; lines of one kind keep their order. `text`: a line's category and name."""
    return sorted(lines, key=lambda line: place_in_order(text(line), order))
