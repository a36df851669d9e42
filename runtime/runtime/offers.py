"""What a page offers of one aggregate: its use cases, as the rules' own gates answer for the state beside the row.

So page and rules cannot disagree, and no row is made anew when a gate changes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.aggregate import Aggregate
from runtime.forms import Form, forms_of
from runtime.states import StateCodec

Offers = Mapping[str, Sequence[str] | None]
"""Code -> the roles, where it is not for all who may."""


@dataclass(frozen=True, slots=True)
class Offering:
    """All forms of a kind of aggregate, and which of them make sense in a state, as it lies beside the row."""

    forms: tuple[Form, ...]
    offers: Callable[[bytes], Offers]

    def offered(self, state: bytes, role: str) -> tuple[Form, ...]:
        """What this role may sensibly ask now."""
        offers = self.offers(state)
        return tuple(form for form in self.forms if form.code in offers and role in (offers[form.code] or form.may))


def offering_of(aggregate: Aggregate[Any, Any], number: str = "") -> Offering:
    """Of an aggregate's use cases; `number`: the field with the aggregate's number in commands, if they say it."""
    codec = StateCodec(aggregate.states)
    return Offering(forms_of(aggregate, number), lambda state: aggregate.offers(codec.load(state)))
