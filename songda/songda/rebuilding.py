"""`songda rebuild`: progress on screen, the verdict in words, an exit code that a script can trust."""

from collections.abc import Iterable
from datetime import timedelta

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from contracts.civil_time import SHANGHAI
from runtime.errors import FoldBroken
from runtime.folds import ReadModel
from runtime.former import collections_of, drop_former_rows
from runtime.mongo import connect
from runtime.parking import Parked
from runtime.rebuild import Incomplete, Verdict, discard, promote, rebuild, verify
from runtime.rows import POSITIONS, first_collection, rows_only, serving
from runtime.service import Projection
from runtime.settings import Settings
from songda.system import system

out = Console()


async def rebuild_models(settings: Settings, name: str, *, verify: bool, switch: bool, with_parked: bool) -> int:
    """Rebuild one read model or all; 0 when every one came out whole (and, if verified, equal), else 1.

    One with aggregates parked is switched in only `with_parked`; else it is kept, and they are listed.
    """
    chosen = _chosen(settings, name)
    good = [
        await _one(settings, projection, check=verify, switch=switch, with_parked=with_parked) for projection in chosen
    ]
    return 0 if good and all(good) else 1


async def list_collections(settings: Settings, name: str, *, drop: bool) -> int:
    """Print the collections of one read model or all, by this code and by former code; if wanted, drop those that
    neither serve nor are the last one before. 1 when there is no such read model."""
    chosen = _chosen(settings, name)
    database = connect(settings)
    table = Table("读模型 read model", "集合 collection", "行 rows", "最后写入 written last", "")
    try:
        dropped = await drop_former_rows(database, chosen, kept=timedelta(0)) if drop else []
        for projection in chosen:
            serves = await serving(database, first_collection(projection))
            for one in await collections_of(database, f"rows_{projection.name}", POSITIONS):
                rows = await database[one.collection].count_documents(rows_only(None))
                at = one.at and one.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
                use = "在用 serves" if one.collection == serves else ""
                table.add_row(projection.name, one.collection, str(rows), at or "", use)
    finally:
        database.client.close()
    out.print(table)
    out.print(*(f"已删除 dropped {collection}" for collection in dropped), sep="\n")
    return 0 if chosen else 1


def _chosen(settings: Settings, name: str) -> list[Projection]:
    """The read models that are meant; none, and said so, when there is none of that name."""
    known = {projection.name: projection for projection in system(settings).all_projections()}
    if name != "all" and name not in known:
        out.print(f"[red]没有读模型 {name}。There is no read model {name}; there are {', '.join(sorted(known))}.[/red]")
        return []
    return list(known.values()) if name == "all" else [known[name]]


async def _one(settings: Settings, projection: Projection, *, check: bool, switch: bool, with_parked: bool) -> bool:
    database = connect(settings)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=out) as progress:
            bar = progress.add_task(projection.name, total=None)
            model = await rebuild(
                settings, database, projection, lambda done, total: progress.update(bar, completed=done, total=total)
            )
        _list(model.parked.values())
        if check:
            live = ReadModel(database, projection, settings)
            await live.open()
            verdict = await verify(live, model)
            _say(projection.name, verdict)
            if verdict.difference is not None:
                out.print(f"  {_kept(model)}")
                return False
        if switch:
            try:
                previous = await promote(database, projection, model, with_parked=with_parked)
            except Incomplete as error:
                out.print(
                    f"  [red]{projection.name}: 有 {len(error.parked)} 个搁置，没有切换。[/red]"
                    " Not switched: aggregates are parked (--with-parked 仍切换 switches all the same)."
                    f" {_kept(model)}"
                )
                return False
            out.print(f"  {projection.name}: 切换到 {model.collection.name}（之前 {previous}）")
            return True
        await discard(model)
        return not model.parked or with_parked
    except FoldBroken as error:
        why = f"{error}: {error.__cause__!r}"
        out.print(f"  [red]{projection.name}: 重建不了[/red] The fold is broken: {escape(why)}")
        return False
    finally:
        database.client.close()


def _kept(model: ReadModel) -> str:
    return f"留下 {model.collection.name} 供查看，在用的没有动。Kept for inspection; nothing was switched."


def _list(parked: Iterable[Parked]) -> None:
    for one in sorted(parked, key=lambda one: one.place):
        out.print(
            f"  搁置 parked: {one.subject} {one.kind} {one.type} #{one.sequence}"
            f" {one.topic}/{one.partition}@{one.offset}: {one.error}",
            style="yellow",
            markup=False,
            soft_wrap=True,
        )


def _say(name: str, verdict: Verdict) -> None:
    if verdict.difference is None:
        ahead = f"，{verdict.ahead} 个正在更新、未比" if verdict.ahead else ""
        apart = f"；{len(verdict.parked)} 个搁置、不比 parked, not compared" if verdict.parked else ""
        out.print(f"  {name}: [green]一致[/green] equal, {verdict.compared} facets{ahead}{apart}")
        return
    d = verdict.difference
    out.print(f"  {name}: [red]不一致[/red] first difference: row {d.row}, facet {d.facet}: {d.live} ≠ {d.rebuilt}")
