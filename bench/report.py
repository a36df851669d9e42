"""The table people read and the file machines read."""

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.measuring import Figure, Section

PACKAGES = ("aiokafka", "faststream", "pydantic", "pydantic-core", "orjson", "motor", "pymongo", "fastapi", "uvloop")


def circumstances(quick: bool) -> dict[str, Any]:
    """Where and with what the figures were taken."""
    return {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "cores": os.cpu_count(),
        "cpu": _cpu_model(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_before": [round(value, 2) for value in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "servers": "Apache Kafka 4.4 (one KRaft node, 1 GiB heap), mongo-java-server, both on the same cores",
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def table_of(section: Section) -> Table:
    """One subject's figures: median, and the least and most of the rounds."""
    table = Table(title=section.title, title_justify="left", title_style="bold")
    table.add_column("figure", no_wrap=True, min_width=38)
    table.add_column("median", justify="right")
    table.add_column("min", justify="right")
    table.add_column("max", justify="right")
    table.add_column("unit")
    table.add_column("aim")
    for one in section.figures:
        table.add_row(
            one.name, _short(one.median), _short(min(one.rounds)), _short(max(one.rounds)), one.unit, _aim(one)
        )
    return table


def _aim(one: Figure) -> str:
    if one.met is None:
        return one.note
    return f"[green]{one.aim} met[/green]" if one.met else f"[red]{one.aim} missed[/red]"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}" if abs(value) >= 20 else f"{value:.2f}"


def write_results(folder: Path, about: dict[str, Any], sections: list[Section]) -> None:
    """`latest.json` and `latest.txt` (the table); profiles as `profile-<what>.txt`."""
    folder.mkdir(parents=True, exist_ok=True)
    body = {
        **about,
        "sections": [
            {"name": s.name, "title": s.title, "figures": [one.as_json() for one in s.figures]} for s in sections
        ],
    }
    (folder / "latest.json").write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    with (folder / "latest.txt").open("w", encoding="utf-8") as file:
        console = Console(file=file, width=110)
        console.print(_headline(about))
        for section in sections:
            console.print(table_of(section))
    for section in sections:
        for what, text in section.profiles:
            (folder / f"profile-{what.replace(' ', '-')}.txt").write_text(text + "\n", encoding="utf-8")


def _headline(about: dict[str, Any]) -> str:
    return (
        f"{about['taken_at']}  {about['cores']} cores, {about['cpu']}, {about['memory_gib']} GiB, "
        f"Python {about['python']}{', quick' if about['quick'] else ''}; load before {about['load_before']}"
    )
