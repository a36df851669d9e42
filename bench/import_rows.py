"""6. Importing a contracts file over HTTP, rows per second, beside a worker that decides the same commands.

Two files of as many rows: contracts of three lines, as the company's are, and contracts of one line each, where every
row is a command of its own. The lists that answer over that many contracts are timed as well.
"""

from bench import load
from bench.http_latency import APART, songda_processes
from bench.measuring import Section, figure, in_child, ratios
from bench.scratch import as_given
from runtime import kafka
from runtime.settings import Settings
from songda.client import token_for

AIM = 0.5
LINES_OF_A_CONTRACT = (3, 1)


async def measure(settings: Settings, rounds: int, rows: int) -> Section:
    """Each round: a worker over prefilled registrations, then a file of either kind through API and worker."""
    decided: list[float] = []
    imported: dict[int, list[float]] = {lines: [] for lines in LINES_OF_A_CONTRACT}
    told: list[float] = []
    logs = settings.home / "logs"
    token = token_for(settings, "liang.my")
    first = 0
    for number in range(rounds):
        service = f"import{number}"
        await kafka.provision(settings, [service])
        await load.fill(settings, f"{service}.commands", load.registrations(rows))
        found = await in_child(
            "write_worker",
            logs / "bench-import-worker.log",
            settings=as_given(settings),
            service=service,
            commands=rows,
            profile=False,
        )
        decided.append(found["per_second"])
        async with songda_processes(settings, APART):
            for lines in LINES_OF_A_CONTRACT:
                got = await in_child(
                    "import_file",
                    logs / "bench-import.log",
                    settings=as_given(settings),
                    token=token,
                    contracts=rows // lines,
                    lines=lines,
                    first=first,
                )
                imported[lines].append(got["per_second"])
                told.append(got["told"])
                first += rows // lines
    three, one = (imported[lines] for lines in LINES_OF_A_CONTRACT)
    return Section(
        "import",
        f"import of {rows} contract rows over HTTP, API and worker in two processes",
        (
            figure("worker, the same commands prefilled", "commands/s", decided),
            figure("import, 3 lines a contract", "rows/s", three),
            figure("import, 1 line a contract", "rows/s", one),
            figure("import / worker, 3 lines", "ratio", ratios(three, decided), at_least=AIM),
            figure("import / worker, 1 line", "ratio", ratios(one, decided), at_least=AIM),
            figure("progress told", "times", told),
        ),
    )
