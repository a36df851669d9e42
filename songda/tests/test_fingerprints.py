"""Fingerprints of our own read models and states (DESIGN §4.3): what changes them, what does not, and that nothing that
runs is left out."""

import ast
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from contracts.envelope import Meta, from_headers
from contracts.fact import Customer, Fact
from contracts.order import GoodsNoted
from contracts.publishing.recordings import recordings
from contracts.reading import read_event
from contracts.upcasters import contract_signed_v1
from order.contract.row import ContractRow, contract_row
from runtime import fingerprint
from runtime.fingerprint import Root
from runtime.reach import Code
from runtime.settings import Settings
from songda.system import system

SYSTEM = system(Settings())
ROWS = {projection.name: projection for projection in SYSTEM.all_projections()}
STATES = {(service.name, one.prefix): one for service in SYSTEM.services.values() for one in service.deciders}
GOLDEN = Path(__file__).parents[2] / "contracts" / "golden"
Edit = Callable[[str, ast.Module], bool]
"""Changes a module (its name and its tree); whether it did."""


def edited(edit: Edit) -> Code:
    """Our code, after something was done to each module."""

    def source(name: str) -> str | None:
        text = fingerprint.source(name)
        if text is None:
            return None
        tree = ast.parse(text)
        return ast.unparse(tree) if edit(name, tree) else text

    return Code(source)


def with_line(line: str, *roots: Root) -> Edit:
    """One more line at the beginning of functions or classes."""
    places = {fingerprint.place_of(root) for root in roots}

    def edit(module: str, tree: ast.Module) -> bool:
        definitions = [one for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)]
        meant = [one for one in definitions if (module, one.name) in places]
        for one in meant:
            one.body[:0] = ast.parse(line).body
        return bool(meant)

    return edit


def changed_by(edit: Edit) -> set[str]:
    """Read models and services whose rows or checkpoints an edit makes anew."""
    code = edited(edit)
    rows = {n for n, p in ROWS.items() if fingerprint.of_projection(p, code) != fingerprint.of_projection(p)}
    return rows | {
        f"states of {name}"
        for name, service in SYSTEM.services.items()
        if fingerprint.of_states(service.deciders, code) != fingerprint.of_states(service.deciders)
    }


def other_words(_: str, tree: ast.Module) -> bool:
    """Every docstring and every text of a refusal says something else, and lines stand elsewhere."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text)) as constant):
                constant.value = f"{text} And more."
            case ast.Call(func=ast.Name(id="Rejected")):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                        inner.value += "，"
    return True


def other_rules(module: str, tree: ast.Module) -> bool:
    """Every rule does something else first."""
    deciding = [one.decide for one in STATES.values() if "<" not in one.decide.__qualname__]
    assert deciding
    return with_line("print(ctx)", *deciding)(module, tree)


def test_a_comma_in_a_refusal_and_the_words_of_docstrings_and_comments_change_nothing() -> None:
    assert changed_by(other_words) == set()


def test_what_a_rule_does_changes_nothing() -> None:
    assert changed_by(other_rules) == set()


def test_an_index_changes_nothing() -> None:
    for projection in ROWS.values():
        indexed = replace(projection, indexes=(("one", "more"),))
        assert fingerprint.of_projection(indexed) == fingerprint.of_projection(projection)


@pytest.mark.parametrize("part", ["row", "folds"])
def test_what_names_and_folds_its_rows_changes_a_read_model(part: str) -> None:
    folds = {name: [facet.fold for facet in one.facets if facet.stored is None] for name, one in ROWS.items()}
    roots = (
        [fold for of_one in folds.values() for fold in of_one] if part == "folds" else [r.row for r in ROWS.values()]
    )
    assert changed_by(with_line("print()", *roots)) == {
        name for name, of_one in folds.items() if of_one or part == "row"
    }


def test_what_a_view_is_made_of_changes_its_rows_and_no_checkpoints() -> None:
    assert changed_by(with_line("print()", contract_row)) == {"contracts"}
    assert changed_by(with_line("more: int = 0", ContractRow)) == {"contracts"}


@pytest.mark.parametrize("part", ["evolve", "due", "states"])
def test_what_folds_keeps_and_wakes_a_state_changes_its_checkpoints(part: str) -> None:
    roots = [root for one in STATES.values() for root in (one.states if part == "states" else [getattr(one, part)])]
    code = edited(with_line("more: int = 0", *roots))
    for decider in STATES.values():
        assert fingerprint.of_states([decider], code) != fingerprint.of_states([decider]), decider.prefix


def test_a_class_in_another_package_changes_all_that_is_made_of_it_and_nothing_else() -> None:
    changed = changed_by(with_line("title: str = ''", Customer))
    assert changed >= {"contracts", "jobs", "tickets", "journal", "states of order"}
    assert not changed & {"stock", "fleet", "days", "messages"}


def test_an_events_field_changes_what_is_folded_of_it() -> None:
    changed = changed_by(with_line("lot: str = ''", GoodsNoted))
    assert changed >= {"contracts", "journal", "states of order"}
    assert not changed & {"goods", "jobs", "tickets", "states of inventory", "states of dispatch"}


def test_an_upcaster_changes_what_is_folded_of_its_event() -> None:
    changed = changed_by(with_line("print()", contract_signed_v1))
    assert changed >= {"contracts", "journal", "states of order"}
    assert not changed & {"goods", "jobs", "tickets", "states of inventory"}


BEYOND = {"pathlib", "importlib.resources", "os", "io", "time", "random", "uuid", "runtime.clock", "runtime.settings"}


def test_nothing_that_is_folded_hangs_on_files_settings_clocks_or_chance() -> None:
    """A fingerprint does not see them."""
    rows = [root for one in ROWS.values() for root in (one.row, *(root for f in one.facets for root in f.roots))]
    states = [root for one in STATES.values() for root in (one.evolve, one.due, *one.states)]
    found = fingerprint.reached([*rows, *states])
    assert {place for place in found if place[0] in BEYOND} == set()
    assert [place for place, text in found.items() if re.search(r"(?<![.\w])(open|eval|exec|__import__)\(", text)] == []


# --- nothing that runs is left out --------------------------------------------------------------------------------


@cache
def lives() -> tuple[tuple[Fact, Meta], ...]:
    """An event of every kind there is, as recorded: first as they came, then thrice in some other order."""
    told = [(read_event(r.headers, r.value), from_headers(r.headers)) for r in recordings(GOLDEN).values()]
    known = sorted(((e, m) for e, m in told if e is not None), key=lambda one: (one[1].subject, one[1].sequence))
    return (*known, *(one for seed in (1, 2, 3) for one in random.Random(seed).sample(known, len(known))))


@contextmanager
def watched(ran: set[tuple[str, str]]) -> Iterator[None]:
    """Notes which functions of ours run: module, and name at its top."""

    def note(frame: FrameType, event: str, _: Any) -> None:
        module = frame.f_globals["__name__"]
        made = frame.f_code.co_filename == "<string>"  # by `dataclass`, of what the class says
        if event == "call" and not made and module != __name__ and fingerprint.source(module) is not None:
            ran.add((module, frame.f_code.co_qualname.partition(".")[0]))

    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(None)


def left_out(roots: list[Root], ran: set[tuple[str, str]], mattered: set[type[Fact]]) -> set[tuple[str, str]]:
    """What ran, and events that changed something, but are not in the fingerprint."""
    known = fingerprint.reached(roots)
    return (ran | {fingerprint.place_of(event) for event in mattered}) - known.keys()


def meta_only(fold: Callable[..., Any], before: Any, event: Fact, meta: Meta) -> Any:
    """What the fold makes of an event of which it knows nothing but when it happened; None when it must know more."""
    with suppress(Exception):
        return fold(before, Fact(at=event.at), meta)
    return None


@pytest.mark.parametrize("name", ROWS)
def test_all_that_runs_when_rows_are_folded_is_in_their_fingerprint(name: str) -> None:
    projection = ROWS[name]
    rows: dict[tuple[str, str], Any] = {}
    ran: set[tuple[str, str]] = set()
    mattered: set[type[Fact]] = set()
    told = [(facet, event, meta) for event, meta in lives() for facet in projection.facets]
    for facet, event, meta in told:
        if meta.subject.partition(":")[0] not in facet.prefixes:
            continue
        with suppress(Exception), watched(ran):  # in such orders events do not always make sense
            row = (projection.row(meta.subject), facet.name)
            before = None if projection.per_event else rows.get(row)
            bare = meta_only(facet.fold, before, event, meta)
            rows[row] = facet.fold(before, event, meta)
            if rows[row] not in (before, bare):
                mattered.add(type(event))
    assert mattered
    ran = {place for place in ran if place[0] not in MACHINERY}
    assert left_out([projection.row, *(root for f in projection.facets for root in f.roots)], ran, mattered) == set()


MACHINERY = {"runtime.view", "runtime.aggregate"}
"""Calls `evolve`; what it lays out is `KEPT_AS`."""


@pytest.mark.parametrize("kind", STATES, ids=":".join)
def test_all_that_runs_when_states_are_folded_is_in_their_fingerprint(kind: tuple[str, str]) -> None:
    decider = STATES[kind]
    state = decider.initial
    ran: set[tuple[str, str]] = set()
    mattered: set[type[Fact]] = set()
    for event, meta in lives():
        if meta.subject.partition(":")[0] != decider.prefix:
            continue
        with suppress(Exception), watched(ran):
            before, state = state, decider.evolve(state, event)
            decider.due(state)
            if state != before:
                mattered.add(type(event))
    assert mattered
    assert left_out([decider.evolve, decider.due, *decider.states], ran, mattered) == set()


# --- the same everywhere, and at once ---------------------------------------------------------------------------------

PRINTED = """
import time
from runtime import fingerprint
from runtime.settings import Settings
from songda.system import system
projections = system(Settings()).all_projections()
began = time.process_time()
print(*(fingerprint.of_projection(one) for one in projections), time.process_time() - began)
"""


def test_another_process_in_another_folder_finds_the_same_at_once(tmp_path: Path) -> None:
    """Another order of sets and dictionaries, and nothing in memory yet."""
    command = [sys.executable, "-c", PRINTED]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    *found, seconds = done.stdout.split()
    assert found == [fingerprint.of_projection(one) for one in ROWS.values()]
    assert float(seconds) < 5.0  # of the processor; 0.7 on a machine that has nothing else to do
