"""`songda import …`: the company's files, by the public API, as a person."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from songda.client import Client
from songda.local import local_settings
from songda.terminal import AsJson, AsPerson, err, out, to_the_end

importing = typer.Typer(no_args_is_help=True, help="导入公司的文件 Import the company's files.")


@importing.command("contracts")
def import_contracts(
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX")], as_json: AsJson = False, person: AsPerson = "liang.my"
) -> None:
    """导入合同文件 Import a contracts file (A1): row by row what was taken, repeated and refused."""
    to_the_end(lambda: _import("contracts", [file], person, as_json=as_json))


@importing.command("logistics")
def import_logistics(
    files: Annotated[list[Path], typer.Argument(help="CSV 或 XLSX，可多个")],
    as_json: AsJson = False,
    person: AsPerson = "he.jx",
) -> None:
    """导入物流文件 Import logistics files (A2), in the order given."""
    to_the_end(lambda: _import("logistics", files, person, as_json=as_json))


@importing.command("products")
def import_products(
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX")], as_json: AsJson = False, person: AsPerson = "liang.my"
) -> None:
    """导入商品档案 Import a products file (D15): units, boxes, lots; before the contracts that are sold by them."""
    to_the_end(lambda: _import("products", [file], person, as_json=as_json))


@importing.command("waiting")
def waiting(as_json: AsJson = False, person: AsPerson = "liang.my") -> None:
    """待补合同 Contracts that wait for refused rows (A13): which rows, and what is wrong with them."""
    to_the_end(lambda: _waiting(person, as_json=as_json))


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
