"""`python -m bench [--quick] [--only write,read,...] [--profile] [--rounds N] [--out FOLDER]`."""

import argparse
import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import FrameType

from rich.console import Console

from bench import (
    board_live,
    contract_lists,
    deadlines,
    http_latency,
    import_rows,
    lot_pages,
    memory_use,
    parked,
    read_side,
    route_plan,
    start_up,
    verified,
    write_side,
)
from bench.measuring import Section
from bench.report import circumstances, table_of, write_results
from bench.scratch import scratch_stack
from runtime.settings import Settings

ALL = (
    "write",
    "read",
    "http",
    "memory",
    "start",
    "deadlines",
    "board",
    "import",
    "lists",
    "routes",
    "parked",
    "books",
    "lots",
)
RESULTS = Path(__file__).parent / "results"


def subjects(quick: bool, rounds: int, profile: bool) -> dict[str, Callable[[Settings], Awaitable[Section]]]:
    """What can be measured, by name; quick ones are smaller by about ten."""
    return {
        "write": lambda s: write_side.measure(s, rounds, 1_000 if quick else 10_000, profile=profile),
        "books": lambda s: verified.measure(s, 2_000 if quick else 62_500),
        "read": lambda s: read_side.measure(s, rounds, 1_000 if quick else 10_000, profile=profile),
        "http": lambda s: http_latency.measure(s, rounds, 3.0 if quick else 15.0),
        "memory": lambda s: memory_use.measure(
            s, rounds, (1_000, 5_000, 20_000) if quick else (1_000, 10_000, 100_000)
        ),
        "deadlines": lambda _: asyncio.to_thread(deadlines.measure, rounds, 500 if quick else 5_000),
        "board": lambda s: board_live.measure(s, 200, 20, 20 if quick else 100),
        "import": lambda s: import_rows.measure(s, rounds, 1_000 if quick else 10_000),
        "lists": lambda s: contract_lists.measure(s, rounds, 20_000 if quick else 100_000),
        "lots": lambda s: lot_pages.measure(s, 2_000 if quick else 20_000, 100_000 if quick else 1_000_000),
        "routes": lambda _: asyncio.to_thread(route_plan.measure, rounds),
        "parked": lambda s: parked.measure(s, 1_000 if quick else 10_000, 50),
        "start": lambda s: start_up.measure(s, rounds, (10_000,) if quick else (10_000, 100_000)),
    }


async def run(only: list[str], *, quick: bool, rounds: int, profile: bool, out: Path | None) -> int:
    """Measure on a stack of its own; print each table as soon as it is there."""
    console = Console(width=max(100, Console().width))
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # topics that are still coming up are no news here
    about = circumstances(quick)
    chosen = subjects(quick, rounds, profile)
    sections = []
    async with scratch_stack() as settings:
        for name in only:
            with console.status(f"{name} …"):
                section = await chosen[name](settings)
            sections.append(section)
            console.print(table_of(section))
            for what, text in section.profiles:
                console.print(f"[bold]{what}[/bold]")
                console.print(text, markup=False, highlight=False)
    if out is not None:
        write_results(out, about, sections)
        console.print(f"{out / 'latest.json'}, {out / 'latest.txt'}", highlight=False)
    return 0


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="bench", description="Figures, each beside its raw limit; see README.md")
    parser.add_argument("--quick", action="store_true", help="a few minutes; figures are rough and not kept")
    parser.add_argument("--only", default=",".join(ALL), help=f"comma-separated: {', '.join(ALL)}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="one more round under a sampling profiler (write, read)")
    parser.add_argument("--out", type=Path, help="folder for the results; a full run keeps them in bench/results")
    given = parser.parse_args()
    only = given.only.split(",")
    if unknown := set(only) - set(ALL):
        parser.error(f"no such subject: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    whole = not given.quick and only == list(ALL)
    out = given.out or (RESULTS if whole else None)
    signal.signal(signal.SIGTERM, _as_interrupt)  # the stack must not outlive us
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it otherwise
    raise SystemExit(asyncio.run(run(only, quick=given.quick, rounds=given.rounds, profile=given.profile, out=out)))


def _as_interrupt(_: int, __: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    main()
