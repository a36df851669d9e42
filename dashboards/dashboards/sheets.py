"""Lists as XLSX files: the same rows that the page shows, all of them, safe to open (X6)."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import quote

from fastapi.responses import StreamingResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from contracts.civil_time import in_shanghai
from runtime.formula_safe import formula_safe
from runtime.lacking import lacking

Cell = str | int | float | bool | date | datetime | None

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 4 << 20
"""A larger file lies on disk until it is sent."""
AT_ONCE = 500
"""Rows written between two looks at other requests."""
LONGEST_TEXT = 32_767
"""What a cell can hold."""
_NO_TITLE = re.compile(r"[\\*?:/\[\]\x00-\x1f]")
"""What a spreadsheet takes in no name of a sheet; a sku may have it (60*80)."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def safe(value: Cell) -> Cell:
    """A value as a cell may hold it: text never runs as a formula, moments are the company's clock."""
    if isinstance(value, datetime):
        return in_shanghai(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, str):
        return formula_safe(_CONTROL.sub("", value))[:LONGEST_TEXT]
    return value


async def sheet(name: str, head: Sequence[str], lines: AsyncIterator[Sequence[Cell]]) -> StreamingResponse:
    """A workbook of one sheet with a heading that stays; a last line says what it lacks. `name` without its ending."""
    book = Workbook(write_only=True)
    page = book.create_sheet(_NO_TITLE.sub("-", name)[:31])
    page.freeze_panes = "A2"
    for number, title in enumerate(head, start=1):
        page.column_dimensions[get_column_letter(number)].width = max(10, 2 * len(title) + 4)
    heading = [WriteOnlyCell(page, value=formula_safe(title)) for title in head]
    for cell in heading:
        cell.font = Font(bold=True)
    page.append(heading)
    count = 0
    async for line in lines:
        page.append([safe(value) for value in line])
        count += 1
        if count % AT_ONCE == 0:
            await asyncio.sleep(0)
    if lacks := sum(lacking().values()):
        page.append([])
        page.append(
            [f"{lacks} 条数据暂未更新，此表可能不全。 {lacks} entries are not up to date: this sheet may lack them."]
        )
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when it was sent
    await asyncio.to_thread(book.save, file)
    file.seek(0)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{_ascii(name)}.xlsx\"; filename*=UTF-8''{quote(name)}.xlsx",
    }
    return StreamingResponse(_chunks(file), media_type=MEDIA, headers=headers)


def _ascii(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "", name) or "list"


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(64 << 10):
            yield chunk
