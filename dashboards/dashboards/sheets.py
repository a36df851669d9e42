"""Lists as XLSX files: the same rows that the page shows, all of them, safe to open (X6)."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from dashboards.workbook import Cell, Workbook
from runtime.lacking import lacking

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 4 << 20
"""A larger file lies on disk until it is sent."""
AT_ONCE = 500
"""Rows handed to the writer at once."""
_LACKS = "{0} 条数据暂未更新，此表可能不全。 {0} entries are not up to date: this sheet may lack them."
_NO_TITLE = re.compile(r"[\\*?:/\[\]\x00-\x1f]")
"""What a spreadsheet takes in no name of a sheet; a sku may have it (60*80)."""


async def sheet(name: str, head: Sequence[str], lines: AsyncIterator[Sequence[Cell]]) -> StreamingResponse:
    """A workbook of one sheet with a heading that stays; a last line says what it lacks. `name` without its ending.

    Rows go to the file as they come, written beside the loop that answers the others: a hundred thousand cost seconds
    and little memory.
    """
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when it was sent
    try:
        with Workbook(file, _NO_TITLE.sub("-", name)[:31], head) as book:
            async for some in _in_batches(lines):
                await asyncio.to_thread(book.write, some)
            if lacks := sum(lacking().values()):
                book.write([[], [_LACKS.format(lacks)]])
    except BaseException:
        file.close()
        raise
    file.seek(0)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{_ascii(name)}.xlsx\"; filename*=UTF-8''{quote(name)}.xlsx",
    }
    return StreamingResponse(_chunks(file), media_type=MEDIA, headers=headers)


async def _in_batches(lines: AsyncIterator[Sequence[Cell]]) -> AsyncIterator[list[Sequence[Cell]]]:
    some: list[Sequence[Cell]] = []
    async for line in lines:
        some.append(line)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _ascii(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "", name) or "list"


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(64 << 10):
            yield chunk
