"""HTTP of count sheets as workbooks: out blind, in row by row (D7, X6)."""

import tempfile
from typing import Annotated, BinaryIO, cast

from fastapi import Request, Response, UploadFile
from pydantic import BaseModel, ValidationError

from inventory.api.common import CountInPath
from inventory.api.where import OWN_DEPOT
from inventory.count.aggregate import COUNT
from inventory.count.counting import CompareCount, CountPieces
from inventory.count.rows import count_of
from inventory.count_sheet_file import SheetRow, place_of, read_sheet
from inventory.count_workbook import write_sheet
from inventory.refusals import no
from inventory.who import COUNTS, READS_COUNTS
from runtime.file_refusals import Refused
from runtime.http import Caller, SignedIn
from runtime.route import Router
from runtime.uploads import RESPONSES, Piece, Uploads

router = Router()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNREADABLE = (
    "这一行有内容不合格式，请核对编码、库位、批号、清点人和时间",
    "Something in this row does not fit",
)


NOT_DECIDED = ("还没有处理完，请再导入一次", "Not decided yet; take the sheet in again")


class RowRefused(BaseModel):
    """A row that was not taken, and why."""

    row: int
    sku: str
    bin: str
    lot: str = ""
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
async def sheet_out(count_no: CountInPath, caller: SignedIn) -> Response:
    """The lines that wait for a figure, without any balance."""
    caller.allow(*READS_COUNTS)
    content = write_sheet(await count_of(caller, count_no))
    headers = {
        "Content-Disposition": f'attachment; filename="{count_no}.xlsx"',
    }
    return Response(content, media_type=XLSX, headers=headers)


@router.post(
    "/counts/{count_no}/sheet", summary="导入盘点表 Take a filled-in count sheet (D7, X6)", responses=RESPONSES
)
async def sheet_in(
    count_no: CountInPath, request: Request, caller: SignedIn, file: Annotated[UploadFile | None, "the workbook"] = None
) -> SheetTaken:
    """Row by row: what is taken, and what is refused with the reason. The same sheet again changes nothing."""
    await _may_take(caller, count_no)
    uploads: Uploads = request.app.state.uploads
    with tempfile.TemporaryFile() as raw:
        if file is None:
            if "form" in request.headers.get("content-type", ""):
                caller.refuse(no("one_file_please"), 422)
            async for piece in request.stream():
                raw.write(piece)
            file = UploadFile(cast("BinaryIO", raw))
        ((_, read),) = await uploads.read(caller, [file], read_sheet, Piece[SheetRow])
    taken, repeated, refused = 0, 0, [_unreadable(one) for one in read.refused]
    for row in read.rows:
        became = await _take(caller, count_no, row)
        if isinstance(became, RowRefused):
            refused.append(became)
        elif became:
            taken += 1
        else:
            repeated += 1
    return SheetTaken(taken=taken, repeated=repeated, refused=tuple(sorted(refused, key=lambda one: one.row)))


async def _may_take(caller: Caller, count_no: str) -> None:
    """Who counts there: keepers of that depot (D17)."""
    caller.allow(*COUNTS)
    await count_of(caller, count_no)
    await OWN_DEPOT(caller, caller.person, COUNT.key(count_no), CompareCount(cards=()))


async def _take(caller: Caller, count_no: str, row: SheetRow) -> RowRefused | bool:
    """Whether the row was new, or why it was not taken."""
    try:
        command = CountPieces(
            at=row.at,
            sku=row.sku,
            bin=row.bin,
            lot=row.lot,
            quantity=row.quantity,
            counted_by=(row.counted_by or "")[:40] or None,
        )
    except ValidationError:
        return _refused(row.row, (row.sku, row.bin, row.lot), "unreadable_row", UNREADABLE)
    outcome = await caller.ask(COUNT.key(count_no), command, step=f"row {row.row}")
    if outcome.rejected is not None:
        why = outcome.rejected
        return _refused(row.row, (row.sku, row.bin, row.lot), why.code, (why.zh, why.en))
    if outcome.status != "accepted":
        return _refused(row.row, (row.sku, row.bin, row.lot), "not_decided", NOT_DECIDED)
    return bool(outcome.events)


def _unreadable(row: Refused) -> RowRefused:
    return _refused(row.row, place_of(row.cells), "unreadable_row", (row.reason, row.reason_en))


def _refused(row: int, place: tuple[str, str, str], code: str, words: tuple[str, str]) -> RowRefused:
    sku, bin_, lot = place
    zh, en = words
    return RowRefused(row=row, sku=sku, bin=bin_, lot=lot, code=code, zh=zh, en=en)
