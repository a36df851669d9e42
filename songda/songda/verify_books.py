"""`songda verify books`: whether each piece and each fen is in one place, on screen or as JSON; exit
code 1 when one is not, 2 when nobody could tell."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from contracts.civil_time import SHANGHAI
from runtime.clock import utc_now
from runtime.collecting import set_up_collector
from runtime.errors import NotReady
from runtime.settings import Settings
from runtime.settling import groups_of, settler
from songda.local import local_settings
from songda.streams import event_spans

if TYPE_CHECKING:  # what the command needs it loads itself: others must not wait for it
    from dashboards.books.report import BooksReport

verifying = typer.Typer(no_args_is_help=True, help="核对 Verify what must add up.")
out = Console()
err = Console(stderr=True)

PATIENCE = 60.0
"""Seconds that are given to what is under way: between two holders, news takes a moment."""


@verifying.command("books")
def books(
    as_json: Annotated[bool, typer.Option("--json", help="机器可读 Machine-readable.")] = False,
) -> None:
    """核对账 Read all streams: each piece and fen in exactly one place, or named, with since when (A9, A12)."""
    try:
        report = asyncio.run(_verified(local_settings(), quiet=as_json))
    except NotReady as error:
        err.print(str(error), markup=False)
        raise typer.Exit(2) from error
    if as_json:
        print(report.model_dump_json())
    else:
        _show(report)
    raise typer.Exit(1 if report.findings or report.unreadable else 0)


async def _verified(settings: Settings, *, quiet: bool) -> "BooksReport":
    from songda.books.verifying import SERVICES, verify
    from songda.system import system

    set_up_collector()
    groups = groups_of(settings, system(settings).services, ())
    settled = await settler(settings, groups)(PATIENCE)
    spans = await event_spans(settings, SERVICES)
    with err.status("核对中 verifying …") as status:

        def progress(events: int) -> None:
            if not quiet:
                status.update(f"核对中 verifying … {events:,} 件事 events")

        return await verify(settings, spans, progress, settled=settled)


def _show(report: "BooksReport") -> None:
    from dashboards.words import Words

    words = Words("zh", utc_now())
    for one in report.findings:
        event = one.since
        at = event.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        book = words(f"books.book.{one.book}")
        out.print(f"[red]{book}[/red] {escape(one.where)}：{one.zh} · {one.en}", highlight=False)
        out.print(
            f"  自 since {at} {event.type} {escape(event.subject)} #{event.sequence}", style="dim", highlight=False
        )
    if not report.settled:
        err.print("[yellow]还有事在途，可能一会儿就对上。Something is still under way; it may add up soon.[/yellow]")
    if report.unreadable:
        err.print(f"[red]{report.unreadable} 条事件读不了。events could not be read.[/red]")
    counted = f"{report.events:,} 件事，{report.contracts:,} 份合同，{report.cards:,} 张存卡"
    if report.findings:
        out.print(f"[red]{len(report.findings)} 处对不上[/red]（{counted}）。{len(report.findings)} do not add up.")
    elif not report.unreadable:
        out.print(f"[green]账都对得上[/green]（{counted}）。All books add up.")
