"""`songda rebuild`: progress on screen, the verdict in words, an exit code that a script can trust."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from runtime.folds import ReadModel
from runtime.mongo import connect
from runtime.rebuild import Verdict, discard, promote, rebuild, verify
from runtime.service import Projection
from runtime.settings import Settings
from songda.system import system

out = Console()


async def rebuild_models(settings: Settings, name: str, *, verify: bool, switch: bool) -> int:
    """Rebuild one read model or all; 0 when every one came out (and, if verified, equal), else 1."""
    known = {projection.name: projection for projection in system(settings).all_projections()}
    if name != "all" and name not in known:
        out.print(f"[red]没有读模型 {name}。There is no read model {name}; there are {', '.join(sorted(known))}.[/red]")
        return 1
    chosen = list(known.values()) if name == "all" else [known[name]]
    good = [await _one(settings, projection, check=verify, switch=switch) for projection in chosen]
    return 0 if all(good) else 1


async def _one(settings: Settings, projection: Projection, *, check: bool, switch: bool) -> bool:
    database = connect(settings)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=out) as progress:
            bar = progress.add_task(projection.name, total=None)
            model = await rebuild(
                settings, database, projection, lambda done, total: progress.update(bar, completed=done, total=total)
            )
        if check:
            live = ReadModel(database, projection, settings)
            await live.open()
            verdict = await verify(live, model)
            _say(projection.name, verdict)
            if verdict.difference is not None:
                out.print(
                    f"  留下 {model.collection.name} 供查看，在用的没有动。Kept for inspection; nothing was switched."
                )
                return False
        if switch:
            previous = await promote(database, projection, model)
            out.print(
                f"  {projection.name}: 切换到 {model.collection.name}" + (f"（之前 {previous}）" if previous else "")
            )
        else:
            await discard(model)
        return True
    finally:
        database.client.close()


def _say(name: str, verdict: Verdict) -> None:
    if verdict.difference is None:
        ahead = f"，{verdict.ahead} 个正在更新、未比" if verdict.ahead else ""
        out.print(f"  {name}: [green]一致[/green] equal, {verdict.compared} facets{ahead}")
        return
    d = verdict.difference
    out.print(f"  {name}: [red]不一致[/red] first difference: row {d.row}, facet {d.facet}: {d.live} ≠ {d.rebuilt}")


__all__ = ["rebuild_models"]
