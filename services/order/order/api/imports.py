"""HTTP of the company's files: contracts and logistics, row by row what was taken and what was not (A1, A2, X6)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Annotated, Any, TypedDict

import orjson
from fastapi import File, UploadFile
from fastapi.responses import StreamingResponse

from contracts.bounds import Few
from order.api.drafts import go_on
from order.api.import_report import ImportReport, report_json
from order.draft.row import waiting_drafts
from order.drafting import drafts_of
from order.files.contracts_file import ContractRow, read_contracts
from order.files.logistics_file import LogisticsRow, read_logistics
from order.files.products_file import ProductFileRow, read_products
from order.importing import (
    Progress,
    Report,
    import_contracts,
    import_logistics,
    import_products,
    product_command,
)
from order.product.aggregate import as_told
from order.product.row import known_products
from order.who import IMPORTS, PRODUCTS
from runtime.file_refusals import Ignored, Parsed, Refused
from runtime.http import Caller, SignedIn
from runtime.route import Router
from runtime.uploads import RESPONSES, Piece, R, Reader, Uploads

router = Router()

Files = Annotated[list[UploadFile], Few(50), File(description="CSV (UTF-8 或 GB18030) 或 XLSX，可以多个；按顺序导入")]

LINES = "application/x-ndjson"
TELL_SECONDS = 0.25  # how often a person is told how far it is

FileProgress = Callable[[str | None, int, int], None]
"""Told (file, rows done, rows in all)."""


class How(TypedDict):
    """What the import of one file is told besides its rows."""

    ignored: Ignored
    filename: str | None
    run: str
    progress: Progress


@router.post(
    "/imports/contracts",
    summary="导入合同清单 Import contracts files (A1)",
    response_model=ImportReport,
    responses=RESPONSES,
)
async def upload_contracts(caller: SignedIn, file: Files) -> StreamingResponse:
    """One row per contract line. A contract of which a row is refused waits with all its rows (`waiting`, A13); no bad
    row stops other contracts. The same file again takes nothing.

    With `Accept: application/x-ndjson` the answer tells how far it is, line by line, and ends with the report.
    """
    caller.allow(*IMPORTS)
    files = await _uploaded(caller, file, read_contracts, Piece[ContractRow])

    async def bring(rows: list[ContractRow], refused: list[Refused], how: How) -> Report:
        known = await known_products(caller, {row.sku for row in rows if row.unit})
        waiting = await waiting_drafts(caller, drafts_of(rows, refused))
        return await import_contracts(rows, refused, caller.ask_all, products=known, drafts=waiting, **how)

    return await _answer(caller, "contracts", files, bring)


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
    files = await _uploaded(caller, file, read_logistics, Piece[LogisticsRow])

    async def bring(rows: list[LogisticsRow], refused: list[Refused], how: How) -> Report:
        return await import_logistics(rows, refused, caller.ask_all, **how)

    return await _answer(caller, "logistics", files, bring)


@router.post(
    "/imports/products",
    summary="导入商品档案 Import products files (D15)",
    response_model=ImportReport,
    responses=RESPONSES,
)
async def upload_products(caller: SignedIn, file: Files) -> StreamingResponse:
    """One row per product, described as a whole; a row that says otherwise than before is the newer description.
    Contracts that waited for these products go on by themselves (`went_on`, `waits_still`; A13).

    With `Accept: application/x-ndjson` the answer tells how far it is, line by line, and ends with the report.
    """
    caller.allow(*PRODUCTS)
    files = await _uploaded(caller, file, read_products, Piece[ProductFileRow])

    async def bring(rows: list[ProductFileRow], refused: list[Refused], how: How) -> Report:
        report = await import_products(rows, refused, caller.ask_all, **how)
        wrong = {one.row for one in report.refused}
        told = (product_command(row) for row in rows if row.row not in wrong)
        await go_on(caller, {one.sku: as_told(one, caller.now) for one in told}, report)
        return report

    return await _answer(caller, "products", files, bring)


async def _uploaded(
    caller: Caller, file: Files, reader: Reader[R], piece: type[Piece[R]]
) -> list[tuple[str | None, Parsed[R]]]:
    uploads: Uploads = caller.request.app.state.uploads
    return await uploads.read(caller, file, reader, piece)


async def _answer(
    caller: Caller,
    kind: str,
    files: list[tuple[str | None, Parsed[R]]],
    bring: Callable[[list[R], list[Refused], How], Awaitable[Report]],
) -> StreamingResponse:
    """The report of all files, one after the other, or what leads to it as well, for who asks to be told."""

    async def work(progress: FileProgress) -> list[Report]:
        return [
            await bring(
                read.rows,
                read.refused,
                How(ignored=read.ignored, filename=name, run=f"{kind}/{number}", progress=partial(progress, name)),
            )
            for number, (name, read) in enumerate(files)
        ]

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
