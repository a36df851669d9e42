"""The command `songda`: the local stack, services as processes, imports, lists, inspection, rebuilds, documents."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import quote

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from notify.settings import BadSettings
from notify.texts import BadTemplate
from runtime.logs import set_up_logs
from songda.api_doc import api
from songda.away import AWAY, what_is_away
from songda.client import CallFailed, Client, token_for
from songda.demo.command import demo
from songda.environment import problems
from songda.history_page import events
from songda.local import local_settings
from songda.ops import ops
from songda.publish import generate
from songda.rules_doc import rules
from songda.stack import commands as stack
from songda.topics import topics
from songda.users import users
from songda.verify_books import verifying

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
importing = typer.Typer(no_args_is_help=True, help="导入公司的文件 Import the company's files.")
contracts = typer.Typer(
    invoke_without_command=True, help="合同列表；generate 写出事件的说明 List contracts; generate schemas."
)
docs = typer.Typer(no_args_is_help=True, help="生成文档 Generate documents.")
app.add_typer(importing, name="import")
app.add_typer(contracts, name="contracts")
app.add_typer(docs, name="docs")
app.add_typer(ops, name="ops")
app.add_typer(topics, name="topics")
app.add_typer(verifying, name="verify")
app.add_typer(users, name="users")
app.command()(demo)
for command in (stack.up, stack.down, stack.status, stack.wipe):
    app.command()(command)
app.command()(events)
contracts.command("generate")(generate)
docs.command("rules")(rules)
docs.command("api")(api)

out = Console()
err = Console(stderr=True)

AsPerson = Annotated[str, typer.Option("--as", help="以谁的身份 As which person (id).")]
AsJson = Annotated[bool, typer.Option("--json", help="机器可读 Machine-readable.")]


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
        _fail(f"没有 {what} 这个服务。There is no service {what}: {', '.join(whole.services)}, dashboards or all.")
    usual = {"all": ROLES, "dashboards": ("api", "projector")}.get(name, ("api", "worker", "reactor"))
    roles = tuple(r.value for r in role) if role else usual
    chosen = [name] if name in whole.services else list(whole.services)
    set_up_logs(settings.log_level, process=f"{what}:{'+'.join(roles)}")
    raise typer.Exit(serve(Process(settings, whole, chosen, roles)))


@app.command()
def token(person: Annotated[str, typer.Argument(help="人员编号 Person id, e.g. he.jx")]) -> None:
    """发一个令牌 Print a token for a program that acts as a person, good for 30 days. People have accounts."""
    _do(lambda: print(token_for(local_settings(), person)))


@importing.command("contracts")
def import_contracts(
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX")], as_json: AsJson = False, person: AsPerson = "liang.my"
) -> None:
    """导入合同文件 Import a contracts file (A1): row by row what was taken, repeated and refused."""
    _do(lambda: _import("contracts", [file], person, as_json=as_json))


@importing.command("logistics")
def import_logistics(
    files: Annotated[list[Path], typer.Argument(help="CSV 或 XLSX，可多个")],
    as_json: AsJson = False,
    person: AsPerson = "he.jx",
) -> None:
    """导入物流文件 Import logistics files (A2), in the order given."""
    _do(lambda: _import("logistics", files, person, as_json=as_json))


@importing.command("products")
def import_products(
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX")], as_json: AsJson = False, person: AsPerson = "liang.my"
) -> None:
    """导入商品档案 Import a products file (D15): units, boxes, lots; before the contracts that are sold by them."""
    _do(lambda: _import("products", [file], person, as_json=as_json))


@importing.command("waiting")
def waiting(as_json: AsJson = False, person: AsPerson = "liang.my") -> None:
    """待补合同 Contracts that wait for refused rows (A13): which rows, and what is wrong with them."""
    _do(lambda: _waiting(person, as_json=as_json))


def _waiting(person: str, *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = []
    with Client(local_settings(), person) as client:
        client.get("/api/settled")
        page = client.get("/api/drafts", limit=200)
        rows += page["rows"]
        while page["next"] is not None:
            page = client.get("/api/drafts", limit=200, after=page["next"])
            rows += page["rows"]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    for contract in rows:
        out.print(f"{contract['draft_no']}  {contract['file']}  {len(contract['rows'])} 行", highlight=False)
        for row in contract["rows"]:
            if row["reason"]:
                out.print(f"  第 {row['row']} 行：{row['reason']} ({row['rule']})", highlight=False, markup=False)
    out.print(f"{len(rows)} 份合同待补")


def _import(kind: str, files: list[Path], person: str, *, as_json: bool) -> None:
    """Upload file by file, wait until all of it has run its course, print the report."""
    total: dict[str, Any] = {"taken": 0, "repeated": 0, "waiting_rows": 0}
    total |= {name: [] for name in ("refused", "waiting", "went_on", "waits_still", "files")}
    with Client(local_settings(), person) as client:
        for file in files:
            with _bar(file.name) as progress:
                report = client.upload(f"/api/imports/{kind}", file, progress)
            if not as_json:
                err.print(f"{file.name}: 收 {report['taken']}，重复 {report['repeated']}，拒 {len(report['refused'])}")
            for name in total:
                total[name] += report[name]
        with err.status("等待结果写到列表 waiting for read models …"):
            settled = client.get("/api/settled")["settled"]
    if as_json:
        print(json.dumps(total, ensure_ascii=False))
    else:
        for row in total["refused"]:
            where = f"{row['file']} " if len(files) > 1 else ""
            out.print(f"[red]拒[/red] {where}第 {row['row']} 行：{row['reason']} ({row['rule']})", highlight=False)
        for waits in total["waiting"]:
            wrong = "、".join(map(str, waits["refused"])) or "—"
            out.print(f"[yellow]待补[/yellow] {waits['draft_no']}：第 {wrong} 行要改，整份没有登记", highlight=False)
        if total["waiting"]:
            out.print("到「待补合同」页 /orders/waiting 改好再送，或改好文件再导 Mend them there, or in the file (A13)")
        if on := total["went_on"]:
            out.print(f"商品已知，{len(on)} 份待补合同已登记 registered, their products are known: {'、'.join(on)}")
        if still := total["waits_still"]:
            out.print(f"{len(still)} 份还要改别的 wait for something else: {'、'.join(still)}")
        for told in total["files"]:
            if left := told["ignored_columns"]:
                out.print(
                    f"{told['file']}：略过的列 columns left out: {'、'.join(left)}", highlight=False, markup=False
                )
            if left := told["ignored_rows"]:
                out.print(f"{told['file']}：略过的合计行 rows of sums left out: {left}", highlight=False, markup=False)
        out.print(f"共收 {total['taken']}，重复 {total['repeated']}，拒 {len(total['refused'])}")
    if not settled:
        err.print("[yellow]已收下，但列表还没有全部更新。Taken, but the lists are still catching up.[/yellow]")


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """How far an import is: rows done of rows in all, how long it took and still takes."""
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        task = shown.add_task(name, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


@contracts.callback()
def list_contracts(context: typer.Context, as_json: AsJson = False, person: AsPerson = "he.jx") -> None:
    """列出合同 List every contract: complete or not, since when, and what is missing (A3)."""
    if context.invoked_subcommand is None:
        _do(lambda: _contracts(person, as_json=as_json))


def _contracts(person: str, *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = []
    with Client(local_settings(), person) as client:
        client.get("/api/settled")
        page = client.get("/api/contracts", limit=500)
        rows += page["rows"]
        while page["next"] is not None:
            page = client.get("/api/contracts", limit=500, after=page["next"])
            rows += page["rows"]
        if client.lacks:
            err.print(f"[yellow]有数据暂未更新，下面可能不全。Not all is up to date: {client.lacks}[/yellow]")
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("合同", "货齐", "货齐日", "还缺")
    for row in rows:
        missing = "、".join(f"{m['name']}×{m['missing']}" for m in row["missing"])
        table.add_row(row["contract_no"], "是" if row["complete"] else "否", row["complete_on"] or "", missing)
    out.print(table)
    out.print(f"{len(rows)} 份合同，{sum(r['complete'] for r in rows)} 份货齐")


@app.command("lots")
def trace_lot(
    lot: Annotated[str, typer.Argument(help="批号 the lot, as on the boxes: C88")],
    sku: Annotated[str, typer.Option(help="只查这个型号 of this product alone")] = "",
    as_json: AsJson = False,
    person: AsPerson = "he.jx",
) -> None:
    """批号在谁家 Who has a lot at home, and where the rest of it lies (D13)."""
    _do(lambda: _trace(lot, sku, person, as_json=as_json))


def _trace(lot: str, sku: str, person: str, *, as_json: bool) -> None:
    with Client(local_settings(), person) as client:
        page = client.get(f"/api/lots/{quote(lot)}", sku=sku, limit=1_000)
        found, stock, between = page["rows"], page["stock"], page["between"]
        while page["next"] is not None:
            page = client.get(f"/api/lots/{quote(lot)}", sku=sku, limit=1_000, skip=page["next"])
            found += page["rows"]
    if as_json:
        shown = {"lot": page["lot"], "rows": found, "stock": stock, "between": between}
        print(json.dumps(shown, ensure_ascii=False))
        return
    table = Table("合同", "客户", "型号", "品名", "数量")
    for row in found:
        customer = row["customer"] or {}
        who = " ".join(customer.get(name, "") for name in ("name", "phone", "address"))
        table.add_row(row["holder"], who, row["sku"], row["name"], str(row["quantity"]))
    out.print(table)
    for one in between:
        way = f"{one['from_depot']} → {one['to_depot']}"
        out.print(
            f"调拨 {one['transfer_no']}  {way}  {one['carrier']}  {one['sku']} ×{one['quantity']}", highlight=False
        )
    lying, moving = (sum(one["quantity"] for one in places) for places in (stock, between))
    out.print(f"{page['lot']}：{len(found)} 行，已出库 {page['pieces']}，在库 {lying}，调拨在途 {moving}")


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


def _do(action: Any) -> None:
    """Carry out a command; what the system refuses or cannot do is one clear line and exit code 1."""
    try:
        action()
    except CallFailed as error:
        _fail(str(error))


def _fail(text: str) -> NoReturn:
    err.print(f"[red]{text}[/red]", highlight=False)
    raise typer.Exit(1)


def main() -> None:
    """Entry point. What the environment or a file that it names gets wrong, and servers that are away, are one line
    each and exit code 1. What a command prints is its answer alone: logs go to stderr."""
    if wrong := problems(os.environ):
        _end(wrong)
    set_up_logs("error")  # `run` has its own level
    try:
        app(prog_name="songda", args=sys.argv[1:])
    except (BadSettings, BadTemplate) as error:
        _end([str(error)])
    except AWAY as error:
        _end([what_is_away(error)])


def _end(lines: list[str]) -> NoReturn:
    for line in lines:
        err.print(f"[red]{escape(line)}[/red]", highlight=False, soft_wrap=True)
    sys.exit(1)
