"""Spreadsheets of long lists: what a cell holds, and that nobody waits while one is made (X6)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from time import process_time

import pytest
from openpyxl import load_workbook

from dashboards.sheets import sheet
from dashboards.workbook import Cell, Workbook

ROW = ("HT26030001", "马娜 <&>", 12, -3.5, True, date(2026, 3, 9), datetime(2026, 3, 9, 1, 30, 5, tzinfo=UTC), None)
READ = ["HT26030001", "马娜 <&>", 12, -3.5, True, datetime(2026, 3, 9), datetime(2026, 3, 9, 9, 30, 5), None]
MANY = 30_000


def written(*rows: Sequence[Cell], title: str = "合同", head: Sequence[str] = ("号",)) -> BytesIO:
    file = BytesIO()
    with Workbook(file, title, head) as book:
        book.write(rows)
    return file


def test_cells_are_read_as_they_were_told() -> None:
    """X6: texts whatever is in them, figures, days as days, moments at the company's clock"""
    page = load_workbook(written(ROW, head=("号", "=1+1"))).active
    assert page is not None
    head, line = page.iter_rows()
    assert ([cell.value for cell in head][:2], [cell.value for cell in line]) == (["号", "'=1+1"], READ)
    assert (page.title, page.freeze_panes, head[0].font.b, line[5].is_date) == ("合同", "A2", True, True)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("a\x00b\ud800c\uffff", "abc"),
        ("  两边空  ", "  两边空  "),
        ("第一行\n第二行", "第一行\n第二行"),
        ("x" * 40_000, "x" * 32_767),
        ("", None),
    ],
)
def test_no_text_breaks_a_sheet_or_runs_in_it(told: str, read: str | None) -> None:
    """X6, X8"""
    page = load_workbook(written((told, 1))).active
    assert page is not None
    assert page["A2"].value == read


async def _rows(count: int) -> AsyncIterator[Sequence[Cell]]:
    for number in range(count):
        yield (f"HT26{number:06}", *ROW[1:], *ROW[1:6])


async def test_a_long_list_is_made_quickly_and_others_are_answered_meanwhile() -> None:
    """X6: a hundred thousand rows take seconds of a processor, and nobody waits for them"""
    longest, running = 0.0, True
    clock = asyncio.get_running_loop().time

    async def others() -> None:
        nonlocal longest
        while running:
            before = clock()
            await asyncio.sleep(0)
            longest = max(longest, clock() - before)

    task, began = asyncio.create_task(others()), process_time()
    answer = await sheet("合同", ("号",), _rows(MANY))
    running = False
    await task
    content = b"".join([bytes(chunk) async for chunk in answer.body_iterator])  # type: ignore[arg-type]
    page = load_workbook(BytesIO(content), read_only=True).active
    assert page is not None
    assert sum(1 for _ in page.rows) == MANY + 1
    assert (process_time() - began) < 60
    assert longest < 1


async def test_rows_that_break_leave_nothing_open() -> None:
    """X6: an address that is refused while the list is read"""

    async def broken() -> AsyncIterator[Sequence[Cell]]:
        yield ("1",)
        raise ValueError("no such list")

    with pytest.raises(ValueError, match="no such list"):
        await sheet("合同", ("号",), broken())
