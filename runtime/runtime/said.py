"""What was said of an aggregate, by whom and when: events that API and pages show as they are (DESIGN §4.1).

A row says how its aggregate stands; these are kept beside it, in the same document, so that both are of one moment.
Each is one text of JSON: nobody queries what was said, and a database writes one text faster than some fifty fields.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

import orjson
from pydantic import TypeAdapter

from contracts.envelope import Meta
from contracts.fact import Fact
from runtime.service import Facet, Stored

E = TypeVar("E", bound=Fact)

SAID = "said"


@dataclass(frozen=True, slots=True)
class Saying(Generic[E]):
    """One event, who said it, and when it was recorded (it says itself when it happened, X1)."""

    by: str
    event: E
    recorded: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one aggregate, in order."""

    sayings: tuple[Saying[Any], ...] = ()

    def all(self, *kinds: type[E]) -> list[Saying[E]]:
        """All of some kinds."""
        return [one for one in self.sayings if isinstance(one.event, kinds)]

    def last(self, *kinds: type[E], since: type[Fact] | None = None) -> Saying[E] | None:
        """The last of some kinds; with `since`, only if it was said after the last one of that kind."""
        for one in reversed(self.sayings):
            if isinstance(one.event, kinds):
                return cast(Saying[E], one)
            if since is not None and isinstance(one.event, since):
                return None
        return None

    def about(self, **values: Any) -> "Said":
        """What was said of one part of it: whose events have these values in these fields."""
        wanted = values.items()
        return Said(tuple(one for one in self.sayings if all(getattr(one.event, n, None) == v for n, v in wanted)))

    def told(self, *kinds: type[E], since: type[Fact] | None = None) -> E | None:
        """The same, without who."""
        one = self.last(*kinds, since=since)
        return None if one is None else one.event


def always(_: Any) -> bool:
    """Every event of its kind."""
    return True


class Heard(Stored):
    """Keeps events of some kinds beside a row, where they are worth it: all, or the last `kept`."""

    fields = (SAID,)

    def __init__(self, kinds: Sequence[type[Fact]], kept: int = 0, worth: Callable[[Any], bool] = always) -> None:
        self.kinds = tuple(kinds)
        self._kept = kept
        self._worth = worth
        self._by_name = {kind.__name__: kind for kind in kinds}

    @property
    def roots(self) -> tuple[Callable[..., Any], ...]:
        """How they are kept, and what is kept."""
        return (Heard, self._worth, *self.kinds)

    def facet(self, service: str, aggregate: str) -> Facet:
        """As the projector folds them."""
        return Facet(SAID, service, (aggregate,), self._fold, self)

    def _fold(self, known: Any, event: Fact, meta: Meta) -> Any:
        if not isinstance(event, self.kinds) or not self._worth(event):
            return known
        told = orjson.Fragment(event.__pydantic_serializer__.to_json(event))
        said = orjson.dumps({"by": meta.actor, "recorded": meta.time.isoformat(), "event": told}).decode()
        return [*(known or ()), said][-self._kept :]

    def dump(self, value: Any) -> dict[str, Any]:
        """They are kept as they lie there."""
        return {SAID: value}

    def load(self, document: dict[str, Any]) -> Any:
        """They are folded on as they lie there."""
        return document[SAID]

    @cached_property
    def _readers(self) -> Mapping[str, TypeAdapter[Any]]:
        return {name: TypeAdapter(kind) for name, kind in self._by_name.items()}

    def read(self, document: Mapping[str, Any]) -> Said:
        """What was said, of a row's document."""
        readers = self._readers
        found = map(orjson.loads, document.get(SAID) or ())
        return Said(
            tuple(
                Saying(one["by"], _event(readers, one["event"]), datetime.fromisoformat(one["recorded"]))
                for one in found
            )
        )

    def of(self, history: Iterable[Saying[Any]]) -> Said:
        """The same of a history."""
        heard = (one for one in history if isinstance(one.event, self.kinds) and self._worth(one.event))
        return Said(tuple(heard)[-self._kept :])


def _event(readers: Mapping[str, TypeAdapter[Any]], told: Mapping[str, Any]) -> Any:
    return readers[told["event"]].validate_python(told)
