"""The command `songda`: the local stack, services as processes, imports, lists, inspection, rebuilds, documents."""

import asyncio
import json
import os
import sys
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup
from typer.main import get_command, get_group

from songda.environment import problems
from songda.local import local_settings
from songda.terminal import AsJson, err, fail, out, to_the_end

ELSEWHERE = {
    "import": "songda.importing:importing",
    "contracts": "songda.listing:contracts",
    "lots": "songda.listing:trace_lot",
    "docs": "songda.documents:docs",
    "demo": "songda.demo.command:demo",
    **{name: f"songda.stack.commands:{name}" for name in ("up", "down", "status", "wipe")},
    "events": "songda.history_page:events",
    "ops": "songda.ops:ops",
    "topics": "songda.topics:topics",
    "users": "songda.users:users",
    "verify": "songda.verify_books:verifying",
}
"""Commands that stand in modules of their own, each imported when it is given: the others start sooner."""


class OnDemand(TyperGroup):
    """Its commands, and those of `ELSEWHERE`."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names, as the help shows them."""
        return [*super().list_commands(ctx), *ELSEWHERE]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, _, name = ELSEWHERE[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(cmd_name)(found)
        return get_command(alone)


app = typer.Typer(
    cls=OnDemand, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)


class Role(StrEnum):
    """What a process does."""

    api = "api"
    worker = "worker"
    reactor = "reactor"
    projector = "projector"


@app.command()
def run(
    what: Annotated[
        str, typer.Argument(help="all | order | inventory | dispatch | service-desk | notify | dashboards")
    ],
    role: Annotated[list[Role] | None, typer.Option(help="只跑这些角色 Only these roles (repeatable).")] = None,
    port: Annotated[
        int | None, typer.Option(help="HTTP port of this process (health, and the API for role api).")
    ] = None,
) -> None:
    """Run services in this process, in the foreground: all in one, or one each (DESIGN §10)."""
    from runtime.collecting import importing

    with importing():
        from runtime.app import ROLES, Process, serve
        from songda.system import system

    settings = local_settings(**({} if port is None else {"http_port": port}))
    whole = system(settings)
    name = what.replace("-", "_")
    if name not in {*whole.services, "all", "dashboards"}:
        fail(f"没有 {what} 这个服务。There is no service {what}: {', '.join(whole.services)}, dashboards or all.")
    usual = {"all": ROLES, "dashboards": ("api", "projector")}.get(name, ("api", "worker", "reactor"))
    roles = tuple(r.value for r in role) if role else usual
    chosen = [name] if name in whole.services else list(whole.services)
    from runtime.logs import set_up_logs

    set_up_logs(settings.log_level, process=f"{what}:{'+'.join(roles)}")
    raise typer.Exit(serve(Process(settings, whole, chosen, roles)))


@app.command()
def token(person: Annotated[str, typer.Argument(help="人员编号 Person id, e.g. he.jx")]) -> None:
    """发一个令牌 Print a token for a program that acts as a person, good for 30 days. People have accounts."""
    from songda.client import token_for

    to_the_end(lambda: print(token_for(local_settings(), person)))


@app.command()
def rebuild(
    projection: Annotated[str, typer.Argument(help="读模型的名字，或 all")],
    *,
    verify: Annotated[bool, typer.Option(help="与在用的逐行比对 Compare with the one in service.")] = False,
    keep_live: Annotated[bool, typer.Option("--dry-run", help="只比对，不切换 Do not switch.")] = False,
    as_list: Annotated[bool, typer.Option("--list", help="只列出它的集合 Only list its collections.")] = False,
    drop: Annotated[
        bool, typer.Option("--drop-former", help="删除旧代码的集合 Drop what former code left, but the last.")
    ] = False,
    with_parked: Annotated[
        bool, typer.Option("--with-parked", help="有搁置的也切换 Switch although aggregates are parked.")
    ] = False,
) -> None:
    """从头重建读模型 Rebuild a read model from offset 0 into a fresh collection, prove it equal, switch (DESIGN §4)."""
    from songda.rebuilding import list_collections, rebuild_models

    if as_list or drop:
        raise typer.Exit(asyncio.run(list_collections(local_settings(), projection, drop=drop)))
    rebuilding = rebuild_models(
        local_settings(), projection, verify=verify, switch=not keep_live, with_parked=with_parked
    )
    raise typer.Exit(asyncio.run(rebuilding))


@app.command()
def lag(as_json: AsJson = False) -> None:
    """各消费组还差多少 How far behind each consumer group is."""
    from runtime.settling import groups_of
    from runtime.settling import lag as look
    from songda.system import system

    settings = local_settings()
    whole = system(settings)
    projected = tuple(sorted({f"{f.service}.events" for p in whole.all_projections() for f in p.facets}))
    behind = asyncio.run(look(settings, groups_of(settings, whole.services, projected)))
    if as_json:
        print(json.dumps(behind))
        return
    table = Table("consumer group", "behind")
    for group, records in sorted(behind.items()):
        table.add_row(group, str(records))
    out.print(table)


def main() -> None:
    """Entry point. What the environment or a file that it names gets wrong, and servers that are away, are one line
    each and exit code 1. What a command prints is its answer alone: logs go to stderr."""
    if wrong := problems(os.environ):
        _end(wrong)
    from runtime.logs import set_up_logs

    set_up_logs("error")  # `run` has its own level
    try:
        app(prog_name="songda", args=sys.argv[1:])
    except Exception as error:
        from songda.away import in_one_line

        if (said := in_one_line(error)) is None:
            raise
        _end([said])


def _end(lines: list[str]) -> NoReturn:
    for line in lines:
        err.print(f"[red]{escape(line)}[/red]", highlight=False, soft_wrap=True)
    sys.exit(1)
