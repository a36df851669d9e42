"""HTTP of the company's files: contracts and logistics, row by row what was taken and what was not (A1, A2, X6)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Annotated, Any

from fastapi import File, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from order.api.rights import IMPORTS
from order.files.contracts_file import ContractRow, read_contracts
from order.files.logistics_file import LogisticsRow, read_logistics
from order.importing import Report, import_contracts, import_logistics, refusal_json
from runtime.file_refusals import Refused
from runtime.http import Asking, Desk
from runtime.route import Router
from runtime.uploads import RESPONSES, Piece, Uploads

router = Router()

Files = Annotated[list[UploadFile], File(description="CSV (UTF-8 或 GB18030) 或 XLSX，可以多个；按顺序导入")]

LINES = "application/x-ndjson"
TELL_SECONDS = 0.25  # how often a person is told how far it is

FileProgress = Callable[[str | None, int, int], None]
"""Told (file, rows done, rows in all)."""


class RefusedRow(BaseModel):
    """A row that was not taken; `row` as a person sees it in the sheet (header = 1)."""

    row: int
    reason: str
    reason_en: str
    rule: str
    file: str | None = None


class FileReport(BaseModel):
    """What became of one file's rows: taken + repeated + refused = data rows."""

    file: str | None
    taken: int
    repeated: int
    refused: list[RefusedRow]


class ImportReport(BaseModel):
    """What became of all rows, and file by file."""

    taken: int
    repeated: int
    refused: list[RefusedRow]
    files: list[FileReport]


@router.post(
    "/imports/contracts",
    summary="导入合同清单 Import contracts files (A1)",
    response_model=ImportReport,
    responses=RESPONSES,
)
async def upload_contracts(desk: Desk, file: Files) -> ImportReport | StreamingResponse:
    """One row per contract line. A bad row never stops the others; the same file again takes nothing.

    With `Accept: application/x-ndjson` the answer tells how far it is, line by line, and ends with the report.
    """
    desk.allow(*IMPORTS)
    uploads: Uploads = desk.request.app.state.uploads
    files = await uploads.read(desk, file, read_contracts, Piece[ContractRow])

    async def work(progress: FileProgress) -> ImportReport:
        reports = []
        for number, (name, (rows, refused)) in enumerate(files):
            told = partial(progress, name)
            run = f"contracts/{number}"
            reports.append(await import_contracts(rows, refused, desk.ask_all, filename=name, run=run, progress=told))
        return _import_report(reports)

    return await _answer(desk, work)


@router.post(
    "/imports/logistics",
    summary="导入物流信息 Import logistics files (A2)",
    response_model=ImportReport,
    responses=RESPONSES,
)
async def upload_logistics(desk: Desk, file: Files) -> ImportReport | StreamingResponse:
    """已发货 announces, 延期 is a delay notice, 已到仓 stands for the receipt. The same file again takes nothing.

    With `Accept: application/x-ndjson` the answer tells how far it is, line by line, and ends with the report.
    """
    desk.allow(*IMPORTS)
    uploads: Uploads = desk.request.app.state.uploads
    files = await uploads.read(desk, file, read_logistics, Piece[LogisticsRow])

    async def work(progress: FileProgress) -> ImportReport:
        reports = []
        for number, (name, (rows, refused)) in enumerate(files):
            told = partial(progress, name)
            run = f"logistics/{number}"
            reports.append(await import_logistics(rows, refused, desk.ask_all, filename=name, run=run, progress=told))
        return _import_report(reports)

    return await _answer(desk, work)


async def _answer(
    desk: Asking, work: Callable[[FileProgress], Coroutine[Any, Any, ImportReport]]
) -> ImportReport | StreamingResponse:
    """The report, or what leads to it as well, for who asks to be told."""
    if LINES not in desk.request.headers.get("accept", ""):
        return await work(lambda _name, _done, _total: None)
    return StreamingResponse(_told(work), media_type=LINES)


async def _told(work: Callable[[FileProgress], Coroutine[Any, Any, ImportReport]]) -> AsyncIterator[str]:
    """How far it is, at most every `TELL_SECONDS`, then the report. Who hangs up ends the import: again is safe."""
    latest: dict[str, Any] = {}

    def progress(name: str | None, done: int, total: int) -> None:
        latest.update(file=name, done=done, total=total)

    working = asyncio.create_task(work(progress))
    try:
        said: dict[str, Any] = {}
        while not working.done():
            await asyncio.wait({working}, timeout=TELL_SECONDS)
            if latest != said:
                said = dict(latest)
                yield json.dumps(said, ensure_ascii=False) + "\n"
        yield json.dumps({"report": working.result().model_dump()}, ensure_ascii=False) + "\n"
    finally:
        if not working.done():
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working


def _import_report(reports: list[Report]) -> ImportReport:
    def rows(refused: list[Refused], file: str | None) -> list[RefusedRow]:
        return [RefusedRow(**refusal_json(refusal), file=file) for refusal in refused]

    files = [
        FileReport(file=r.filename, taken=r.taken, repeated=r.repeated, refused=rows(r.refused, r.filename))
        for r in reports
    ]
    return ImportReport(
        taken=sum(file.taken for file in files),
        repeated=sum(file.repeated for file in files),
        refused=[row for file in files for row in file.refused],
        files=files,
    )
