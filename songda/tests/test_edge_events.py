"""Nothing that was ever recorded stops a reader (X8): events with days and moments at both ends of the
calendar, from before there were bounds, go through every evolve, timer, reaction and fold."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts import envelope
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.publishing.recordings import recordings
from contracts.reading import read_event
from runtime.reaction import Reaction
from runtime.service import Decider
from runtime.settings import Settings
from songda.system import system

SYSTEM = system(Settings())
FOLDER = Path(__file__).parents[2] / "contracts" / "golden"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT.*")
EDGES = (
    ("0001-01-01", "0001-01-01T00:00:00+14:00"),
    ("0001-01-01", "0001-01-01T00:00:00Z"),
    ("9999-12-31", "9999-12-31T23:59:59.999999Z"),
    ("9999-12-31", "9999-12-31T23:59:59-14:00"),
)


def at_the_edge(value: Any, day: str, moment: str) -> Any:
    """The content of an event with all its days and moments replaced."""
    if isinstance(value, dict):
        return {name: at_the_edge(inner, day, moment) for name, inner in value.items()}
    if isinstance(value, list):
        return [at_the_edge(inner, day, moment) for inner in value]
    if isinstance(value, str) and DAY.fullmatch(value):
        return day
    return moment if isinstance(value, str) and MOMENT.fullmatch(value) else value


def recorded() -> dict[tuple[str, str], list[tuple[Meta, Fact, bytes, Any]]]:
    """By service and kind of aggregate: envelope, event, value and headers of each recorded version."""
    found = defaultdict(list)
    for one in recordings(FOLDER).values():
        meta, fact = envelope.from_headers(one.headers), read_event(one.headers, one.value)
        assert fact is not None
        found[meta.source.rpartition("/")[2], meta.subject.partition(":")[0]].append(
            (meta, fact, one.value, one.headers)
        )
    return found


RECORDED = recorded()


def at_each_edge(kind: tuple[str, str]) -> Iterator[tuple[str, Meta, Fact]]:
    """Each recorded event of a kind, at each edge."""
    for meta, _, value, headers in RECORDED[kind]:
        for day, moment in EDGES:
            edge = read_event(headers, json.dumps(at_the_edge(json.loads(value), day, moment)).encode())
            assert edge is not None
            yield f"{meta.type} {moment}", replace(meta, time=edge.at), edge


def after_all(kind: tuple[str, str], step: Callable[[Any, Fact, Meta], Any], start: Any) -> Any:
    """What a kind's recorded events come to, in any order: what does not fit after the others is left out."""
    made = start
    for meta, fact, _, _ in sorted(RECORDED[kind], key=lambda one: one[0].sequence):
        with suppress(KeyError, TypeError, AttributeError, StopIteration):
            made = step(made, fact, meta)
    return made


def taken(edge: str, step: Callable[[], Any]) -> None:
    """It may not fit after what was recorded; its day is no reason."""
    try:
        with suppress(KeyError, TypeError, AttributeError, StopIteration):
            step()
    except Exception as error:
        raise AssertionError(edge) from error


DECIDERS = [
    ((service.name, decider.prefix), decider) for service in SYSTEM.services.values() for decider in service.deciders
]
FACETS = [
    ((facet.service, prefix), projection.name, facet.fold, projection.per_event)
    for projection in SYSTEM.all_projections()
    for facet in projection.facets
    for prefix in facet.prefixes
    if (facet.service, prefix) in RECORDED
]
REACTIONS = [reaction for service in SYSTEM.services.values() for reaction in service.reactions]


@pytest.mark.parametrize(("kind", "decider"), DECIDERS, ids=["/".join(kind) for kind, _ in DECIDERS])
def test_states_and_timers_take_any_day(kind: tuple[str, str], decider: Decider) -> None:
    """X8"""
    state = after_all(kind, lambda made, fact, _: decider.evolve(made, fact), decider.initial)
    for edge, _, fact in at_each_edge(kind):
        for known in (decider.initial, state):
            taken(edge, lambda known=known, fact=fact: decider.due(decider.evolve(known, fact)))


@pytest.mark.parametrize(
    ("kind", "fold", "per_event"),
    [(kind, fold, per_event) for kind, _, fold, per_event in FACETS],
    ids=[f"{name}-{'/'.join(kind)}" for kind, name, _, _ in FACETS],
)
def test_read_models_take_any_day(kind: tuple[str, str], fold: Any, *, per_event: bool) -> None:
    """X8"""
    row = None if per_event else after_all(kind, fold, None)
    for edge, meta, fact in at_each_edge(kind):
        taken(edge, lambda meta=meta, fact=fact: fold(row, fact, meta))


@pytest.mark.parametrize("reaction", REACTIONS, ids=lambda reaction: reaction.name)
def test_reactions_take_any_day(reaction: Reaction) -> None:
    """X8"""
    for kind in RECORDED:
        if kind[0] == reaction.source:
            for edge, meta, fact in at_each_edge(kind):
                taken(edge, lambda meta=meta, fact=fact: reaction.react(fact, meta))
