"""What became of imported files, as JSON: written piece by piece, since one file may have 200,000 refused rows."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
from pydantic import BaseModel

from order.importing import Report, refusal_json

AT_ONCE = 500  # rows: a millisecond of work before others have their turn


class FaultOfRow(BaseModel):
    """One thing that is wrong with a row: in which column, if in one, and what stands there, personal data masked."""

    zh: str
    en: str
    column: str
    value: str


class RefusedRow(BaseModel):
    """A row that was not taken; `row` as a person sees it in the sheet. `reason` says all faults at once."""

    row: int
    reason: str
    reason_en: str
    rule: str
    faults: list[FaultOfRow]
    file: str | None = None


class Waits(BaseModel):
    """A contract that waits for its refused rows: nothing of it is registered (A13). `good`: rows that wait with
    them."""

    draft_no: str
    good: list[int]
    refused: list[int]
    file: str | None


class FileReport(BaseModel):
    """What became of one file's rows: taken + repeated + refused + waiting_rows = data rows. `ignored_columns` and
    `ignored_rows` (sums of those above) were none of ours."""

    file: str | None
    taken: int
    repeated: int
    refused: list[RefusedRow]
    waiting: list[Waits]
    waiting_rows: int
    went_on: list[str] = []
    """Contracts that waited for what this products file says, and are registered by it (A13, D15)."""
    waits_still: list[str] = []
    """Drafts that waited for it too, and wait on: something else is wrong with them."""
    ignored_columns: list[str]
    ignored_rows: list[int]


class ImportReport(BaseModel):
    """What became of all rows, and file by file."""

    taken: int
    repeated: int
    refused: list[RefusedRow]
    waiting: list[Waits]
    waiting_rows: int
    went_on: list[str] = []
    waits_still: list[str] = []
    files: list[FileReport]


async def report_json(reports: Sequence[Report]) -> AsyncIterator[bytes]:
    """An `ImportReport` of these files."""
    taken, repeated = sum(report.taken for report in reports), sum(report.repeated for report in reports)
    yield b'{"taken":%d,"repeated":%d,"refused":' % (taken, repeated)
    async for piece in _rows(reports):
        yield piece
    yield b"," + orjson.dumps(_waiting(reports))[1:-1] + b',"files":['
    for number, report in enumerate(reports):
        name = orjson.dumps(report.filename)
        comma = b"," if number else b""
        yield comma + b'{"file":%b,"taken":%d,"repeated":%d,"refused":' % (name, report.taken, report.repeated)
        async for piece in _rows([report]):
            yield piece
        ignored = {"ignored_columns": report.ignored.columns, "ignored_rows": report.ignored.rows}
        yield b"," + orjson.dumps(_waiting([report]))[1:-1] + b"," + orjson.dumps(ignored)[1:]
    yield b"]}"


def _waiting(reports: Sequence[Report]) -> dict[str, Any]:
    told = [
        {"draft_no": one.draft_no, "good": one.good, "refused": one.refused, "file": report.filename}
        for report in reports
        for one in report.waiting
    ]
    return {
        "waiting": told,
        "waiting_rows": sum(report.waiting_rows for report in reports),
        "went_on": [number for report in reports for number in report.went_on],
        "waits_still": [number for report in reports for number in report.waits_still],
    }


async def _rows(reports: Sequence[Report]) -> AsyncIterator[bytes]:
    comma = b"["
    for report in reports:
        for start in range(0, len(report.refused), AT_ONCE):
            piece = [refusal_json(no) | {"file": report.filename} for no in report.refused[start : start + AT_ONCE]]
            yield comma + orjson.dumps(piece)[1:-1]
            comma = b","
            await asyncio.sleep(0)
    yield b"]" if comma == b"," else b"[]"
