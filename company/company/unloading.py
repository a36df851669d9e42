"""卸货顺序 (B19): in which order pieces leave the vehicle, and so in which order they are loaded and listed. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

_T = TypeVar("_T")


def unloading_rank(category: str, order: Sequence[Sequence[str]]) -> int:
    """Place of a category: 0 is unloaded first; what `order` does not name comes after all that it names (B19)."""
    return next((place for place, group in enumerate(order) if category in group), len(order))


def in_unloading_order(
    pieces: Iterable[_T], category: Callable[[_T], str], order: Sequence[Sequence[str]]
) -> tuple[_T, ...]:
    """The pieces as they are unloaded: 柜体、五金、电器、台面, then all others; equals stay as they came (B19)."""
    return tuple(sorted(pieces, key=lambda piece: unloading_rank(category(piece), order)))


def in_loading_order(
    pieces: Iterable[_T], category: Callable[[_T], str], order: Sequence[Sequence[str]]
) -> tuple[_T, ...]:
    """The reverse: what is unloaded last goes in first (B19)."""
    return tuple(reversed(in_unloading_order(pieces, category, order)))
