"""A sampling profiler: where a process spends its CPU, a thousand times a second, at next to no cost of its own.

cProfile doubles the time of code made of many small calls, and merges the constructors of all dataclasses into one.
Only the main thread is sampled: that is where the event loop, all decoding and all rules run.
"""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_SECONDS = 0.001
_DEEPEST = 80


class Samples:
    """What was running when we looked: `own` the innermost function, `within` every function on the stack."""

    def __init__(self) -> None:
        self.count = 0
        self.own: Counter[str] = Counter()
        self.within: Counter[str] = Counter()

    def take(self, _: int, frame: FrameType | None) -> None:
        """One look; the signal handler."""
        self.count += 1
        if frame is not None:
            self.own[_name(frame)] += 1
        seen: set[str] = set()
        for _step in range(_DEEPEST):
            if frame is None:
                break
            seen.add(_name(frame))
            frame = frame.f_back
        self.within.update(seen)

    def report(self, most: int = 30) -> str:
        """Both orders, in per cent of all samples."""
        lines = [f"{self.count} samples of {_SECONDS * 1000:g} ms CPU"]
        for title, counter in (("with all it calls", self.within), ("itself", self.own)):
            lines.append(f"-- {title}")
            lines += [f"{n / max(1, self.count):6.1%}  {name}" for name, n in counter.most_common(most)]
        return "\n".join(lines)


def _name(frame: FrameType) -> str:
    code = frame.f_code
    owner = type(frame.f_locals.get("self")).__name__ if code.co_filename == "<string>" else Path(code.co_filename).stem
    return f"{owner}.{code.co_name}"


@contextmanager
def sampling(*, wanted: bool = True) -> Iterator[Samples]:
    """Sample the block's CPU; does nothing unless wanted."""
    samples = Samples()
    if not wanted:
        yield samples
        return
    before = signal.signal(signal.SIGPROF, samples.take)
    signal.setitimer(signal.ITIMER_PROF, _SECONDS, _SECONDS)
    try:
        yield samples
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
