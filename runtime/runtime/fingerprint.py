"""Fingerprints: ten hex digits that change with the code that folds something, and with nothing else.

They name the collections in which rows and checkpoints lie: what other code folded is never read, and what this code
folded is never made anew. They are the same on every machine: no path, no id, no order of a set is in them.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from contracts.reading import WIRE
from contracts.upcasters import UPCASTERS
from runtime.aggregate import Aggregate
from runtime.reach import Code, Place
from runtime.service import Decider, Projection
from runtime.states import StateCodec

Root = Callable[..., Any]

KEPT_AS = "2"
"""How the runtime lays out the documents of rows and checkpoints. Raise it when that changes: all are made anew."""


def of_projection(projection: Projection, code: Code | None = None) -> str:
    """Fingerprint of a read model: its folds and its row function with what they reach. Indexes are no part of it."""
    kept = [*((f.name, f.service, f.prefixes, projection.per_event) for f in projection.facets), *projection.texts]
    return fingerprint((projection.row, *(root for f in projection.facets for root in f.roots)), kept, code)


def of_states(deciders: Iterable[Decider | Aggregate[Any, Any]], code: Code | None = None) -> str:
    """Fingerprint of checkpoints: how states are folded and kept, and when they fall due (that is kept with them)."""
    kinds = {decider.prefix: decider for decider in deciders}
    roots: list[Root] = [StateCodec]
    for decider in kinds.values():
        roots += [decider.evolve, decider.due, *decider.states]
    return fingerprint(roots, [(prefix, repr(decider.initial)) for prefix, decider in sorted(kinds.items())], code)


def fingerprint(roots: Iterable[Root], also: object, code: Code | None = None) -> str:
    """Fingerprint of what functions and classes reach, and of `also`, as it prints.

    An event that is reached brings the upcasters that lead to it; a package that is not ours, its version.
    Raises `ValueError` for a function that has no name at the top of its module.
    """
    digest = hashlib.sha256(f"{KEPT_AS} {also} Python {sys.version_info[:2]}\n".encode())
    found = reached(roots, code)
    for (module, name), text in sorted(found.items()):
        digest.update(f"{module}:{name}\n{text}\n".encode())
    for package in sorted({module.partition(".")[0] for module, _ in found} & _others().keys()):
        digest.update(f"{package} {' '.join(map(version, sorted(_others()[package])))}\n".encode())
    return digest.hexdigest()[:10]


def reached(roots: Iterable[Root], code: Code | None = None) -> dict[Place, str]:
    """The places that functions and classes reach, with the upcasters of the events among them."""
    code = code or _installed()
    found = code.reached([place_of(root) for root in roots])
    return found | code.reached([place_of(step) for step in _upcasters_to(found)])


def place_of(root: Root) -> Place:
    """Where a function or class is defined. Raises `ValueError` for one without a name of its own there."""
    name: str = getattr(root, "__qualname__", "<nameless>")
    if "<" in name or source(root.__module__) is None:
        raise ValueError(f"{root!r} cannot be followed: it must be a function or class at the top of a module of ours")
    return root.__module__, name.partition(".")[0]


def _upcasters_to(found: Mapping[Place, str]) -> Iterator[Root]:
    """The steps from older shapes to an event that was found."""
    for name, (_, step) in UPCASTERS.items():
        newest = name
        while newest in UPCASTERS:
            newest, _ = UPCASTERS[newest]
        if place_of(WIRE[newest]) in found:
            yield step


@cache
def source(name: str) -> str | None:
    """Text of a module of ours; None for others', and for what is no module."""
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top in _others():
        return None
    try:
        spec = sys.modules[name].__spec__ if name in sys.modules else find_spec(name)
    except ModuleNotFoundError:  # `package.name`, where that is a name in a module
        return None
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).read_text(encoding="utf-8")


@cache
def _installed() -> Code:
    """The code of this process, read once."""
    return Code(source)


@cache
def _others() -> Mapping[str, list[str]]:
    """Packages that are not ours, with their distributions. Ours are in none of these, or in one that is called so."""
    found = packages_distributions()
    ours = {package for package, names in found.items() if any(name.startswith("songda") for name in names)}
    return {package: names for package, names in found.items() if package not in ours}
