"""卸货次序 (B19): cabinets, hardware, appliances, countertops; loading is the reverse.

Lists are printed in that order.
"""

from collections.abc import Callable, Iterable
from typing import Any

CABINETS, HARDWARE, APPLIANCES, COUNTERTOPS = range(4)

_BY_WORD = (
    (COUNTERTOPS, ("台面", "石英石", "岩板")),
    (APPLIANCES, ("电器", "卫浴", "洁具", "烟机", "灶", "热水器", "淋浴", "坐便", "浴缸")),
    (HARDWARE, ("五金", "拉篮", "龙头", "花洒", "铰链")),
)


def place_in_order(category: str) -> int:
    """When pieces of a category leave the vehicle. What no word of the list names travels with the cabinets: it is
    big and goes in last."""
    return next((place for place, words in _BY_WORD if any(word in category for word in words)), CABINETS)


def in_unloading_order(lines: Iterable[Any], category: Callable[[Any], str]) -> list[Any]:
    """Lines as they leave the vehicle; lines of one kind keep their order."""
    return sorted(lines, key=lambda line: place_in_order(category(line)))
