"""`songda contracts` and `songda lots`: what the system knows, by the public API, as a person."""

import json
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.table import Table

from songda.client import Client
from songda.local import local_settings
from songda.publish import generate
from songda.terminal import AsJson, AsPerson, err, out, to_the_end

contracts = typer.Typer(
    invoke_without_command=True, help="合同列表；generate 写出事件的说明 List contracts; generate schemas."
)
contracts.command("generate")(generate)


@contracts.callback()
def list_contracts(context: typer.Context, as_json: AsJson = False, person: AsPerson = "he.jx") -> None:
    """列出合同 List every contract: complete or not, since when, and what is missing (A3)."""
    if context.invoked_subcommand is None:
        to_the_end(lambda: _contracts(person, as_json=as_json))


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


def trace_lot(
    lot: Annotated[str, typer.Argument(help="批号 the lot, as on the boxes: C88")],
    sku: Annotated[str, typer.Option(help="只查这个型号 of this product alone")] = "",
    as_json: AsJson = False,
    person: AsPerson = "he.jx",
) -> None:
    """批号在谁家 Who has a lot at home, and where the rest of it lies (D13)."""
    to_the_end(lambda: _trace(lot, sku, person, as_json=as_json))


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
