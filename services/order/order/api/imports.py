"""HTTP of the company's files: contracts and logistics, row by row what was taken and what was not (A1, A2, X6)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import File, UploadFile
from fastapi.responses import StreamingResponse

from contracts.bounds import Few
from order.api.import_report import ImportReport, report_json
from order.files.contracts_file import ContractRow, read_contracts
from order.files.logistics_file import LogisticsRow, read_logistics
from order.files.products_file import ProductFileRow, read_products
from order.importing import Report, import_contracts, import_logistics, import_products
from order.product.row import known_products
from order.who import IMPORTS, PRODUCTS
from runtime.http import Caller, SignedIn
from runtime.route import Router
from runtime.uploads import RESPONSES, Piece, Uploads

router = Router()

Files = Annotated[list[UploadFile], Few(50), File(description="CSV (UTF-8 或 GB18030) 或 XLSX，可以多个；按顺序导入")]

LINES = "application/x-ndjson"
TELL_SECONDS = 0.25  # how often a person is told how far it is

FileProgress = Callable[[str | None, int, int], None]
"""Told (file, rows done, rows in all)."""


@router.post(
    "/imports/contracts",
    summary="导入合同清单 Import contracts files (A1)",
    response_model=ImportReport,
    responses=RESPONSES,
)
async def upload_contracts(caller: SignedIn, file: Files) -> StreamingResponse:
    """One row per contract line. A bad row never stops the others; the same file again takes nothing.

    With `Accept: application/x-ndjson` the answer tells how far it is, line by line, and ends with the report.
    """
    caller.allow(*IMPORTS)
    uploads: Uploads = caller.request.app.state.uploads
    files = await uploads.read(caller, file, read_contracts, Piece[ContractRow])

    async def work(progress: FileProgress) -> list[Report]:
        reports = []
        for number, (name, (rows, refused)) in enumerate(files):
            told = partial(progress, name)
            run = f"contracts/{number}"
            known = await known_products(caller, {row.sku for row in rows if row.unit})
            reports.append(
                await import_contracts(
                    rows, refused, caller.ask_all, products=known, filename=name, run=run, progress=told
                )
            )
        return reports

    return await _answer(caller, work)


@router.post(
    "/imports/logistics",
    summary="导入物流信息 Import logistics files (A2)",
    response_model=ImportReport,
    responses=RESPONSES,
)
async def upload_logistics(caller: SignedIn, file: Files) -> StreamingResponse:
    """已发货 announces, 延期 is a delay notice, 已到仓 stands for the receipt. The same file again takes nothing.

    With `Accept: application/x-ndjson` the answer tells how far it is, line by line, and ends with the report.
    """
    caller.allow(*IMPORTS)
    uploads: Uploads = caller.request.app.state.uploads
    files = await uploads.read(caller, file, read_logistics, Piece[LogisticsRow])

    async def work(progress: FileProgress) -> list[Report]:
        reports = []
        for number, (name, (rows, refused)) in enumerate(files):
            told = partial(progress, name)
            run = f"logistics/{number}"
            reports.append(await import_logistics(rows, refused, caller.ask_all, filename=name, run=run, progress=told))
        return reports

    return await _answer(caller, work)


@router.post(
    "/imports/products",
    summary="导入商品档案 Import products files (D15)",
    response_model=ImportReport,
    responses=RESPONSES,
)
async def upload_products(caller: SignedIn, file: Files) -> StreamingResponse:
    """One row per product, described as a whole; a row that says otherwise than before is the newer description.

    With `Accept: application/x-ndjson` the answer tells how far it is, line by line, and ends with the report.
    """
    caller.allow(*PRODUCTS)
    uploads: Uploads = caller.request.app.state.uploads
    files = await uploads.read(caller, file, read_products, Piece[ProductFileRow])

    async def work(progress: FileProgress) -> list[Report]:
        reports = []
        for number, (name, (rows, refused)) in enumerate(files):
            told = partial(progress, name)
            run = f"products/{number}"
            reports.append(await import_products(rows, refused, caller.ask_all, filename=name, run=run, progress=told))
        return reports

    return await _answer(caller, work)


async def _answer(
    caller: Caller, work: Callable[[FileProgress], Coroutine[Any, Any, list[Report]]]
) -> StreamingResponse:
    """The report, or what leads to it as well, for who asks to be told."""
    if LINES not in caller.request.headers.get("accept", ""):
        return StreamingResponse(report_json(await work(lambda *_: None)), media_type="application/json")
    return StreamingResponse(_told(work), media_type=LINES)


async def _told(work: Callable[[FileProgress], Coroutine[Any, Any, list[Report]]]) -> AsyncIterator[bytes]:
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
                yield orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)
        yield b'{"report":'
        async for piece in report_json(working.result()):
            yield piece
        yield b"}\n"
    finally:
        if not working.done():
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
