"""Garbage collection in processes that hold much and make few cycles.

A worker keeps tens of thousands of aggregates, a projector as many rows: immutable values without cycles, which
reference counting frees. Python's defaults (a young collection every 700 objects) would walk them again and again:
measured, about a third of the CPU of a worker. Cycles (exceptions with their frames, tasks) are still collected, only
less often; they take a few MiB in between.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = (50_000, 20, 20)


def set_up_collector() -> None:
    """Call once per process, when everything is imported: what exists by now is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


@contextmanager
def importing() -> Iterator[None]:
    """Around the imports of a whole system: all that they make stays, and to look for garbage in it again and again
    takes a quarter of the CPU of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
