"""HTTP of count sheets as workbooks: out blind, in row by row (D7, X6)."""

from typing import Annotated

from fastapi import Request, Response, UploadFile
from pydantic import BaseModel

from contracts.decision import Rejected
from inventory.api.count_rows import COUNTS, READS_COUNTS, CountInPath, count_row
from inventory.count_workbook import SheetRefused, SheetRow, read_sheet, write_sheet
from inventory.domain.count import CountPieces, count_id
from inventory.projections.counts import count_view
from runtime.http import Asking, Desk, Refusal
from runtime.route import Router

router = Router()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_BYTES = 5 << 20


class RowRefused(BaseModel):
    """A row that was not taken, and why."""

    row: int
    sku: str
    bin: str
    code: str
    zh: str
    en: str


class SheetTaken(BaseModel):
    """What became of the rows: `taken` new figures, `repeated` ones that were known, and those refused."""

    taken: int
    repeated: int
    refused: tuple[RowRefused, ...]


@router.get(
    "/counts/{count_no}/sheet.xlsx",
    summary="导出盘点表 The count sheet as XLSX, blind (D7, X6)",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}}},
)
async def sheet_out(count_no: CountInPath, desk: Desk) -> Response:
    """The lines that wait for a figure, without any balance."""
    desk.allow(*READS_COUNTS)
    content = write_sheet(count_view(await count_row(desk, count_no)))
    headers = {
        "Content-Disposition": f'attachment; filename="{count_no}.xlsx"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=XLSX, headers=headers)


@router.post("/counts/{count_no}/sheet", summary="导入盘点表 Take a filled-in count sheet (D7, X6)")
async def sheet_in(
    count_no: CountInPath, request: Request, desk: Desk, file: Annotated[UploadFile | None, "the workbook"] = None
) -> SheetTaken:
    """Row by row: what is taken, and what is refused with the reason. The same sheet again changes nothing."""
    desk.allow(*COUNTS)
    await count_row(desk, count_no)
    content = await (file.read(MAX_BYTES + 1) if file is not None else request.body())
    if len(content) > MAX_BYTES:
        raise Refusal(
            413, Rejected("sheet_too_large", "X6", "盘点表超过 5 MiB", "The count sheet is larger than 5 MiB")
        )
    try:
        rows = read_sheet(content)
    except SheetRefused as no:
        raise Refusal(422, Rejected(no.code, "X6", no.zh, no.en)) from no
    taken, repeated, refused = 0, 0, []
    for row in rows:
        became = await _take(desk, count_no, row)
        if isinstance(became, RowRefused):
            refused.append(became)
        elif became:
            taken += 1
        else:
            repeated += 1
    return SheetTaken(taken=taken, repeated=repeated, refused=tuple(refused))


async def _take(desk: Asking, count_no: str, row: SheetRow) -> RowRefused | bool:
    """Whether the row was new, or why it was not taken."""
    if row.problem is not None:
        zh, en = row.problem
        return RowRefused(row=row.row, sku=row.sku, bin=row.bin, code="unreadable_row", zh=zh, en=en)
    command = CountPieces(
        at=row.at, sku=row.sku, bin=row.bin, quantity=row.quantity, counted_by=(row.counted_by or "")[:40] or None
    )
    outcome = await desk.ask(count_id(count_no), command, step=f"row {row.row}")
    if outcome.status == "rejected" and outcome.rejected is not None:
        why = outcome.rejected
        return RowRefused(row=row.row, sku=row.sku, bin=row.bin, code=why.code, zh=why.zh, en=why.en)
    if outcome.status != "accepted":
        return RowRefused(
            row=row.row,
            sku=row.sku,
            bin=row.bin,
            code="not_decided",
            zh="还没有处理完，请再导入一次",
            en="Not decided yet; take the sheet in again",
        )
    return bool(outcome.events)
