"""Contracts that wait, as whoever mends them sees them: by the names of a file's columns (A13)."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from order.draft.row import DRAFTS, DraftFile
from order.files.belonging import number_of
from order.files.contracts_file import LAYOUT
from runtime.use_case import Asker


class WaitingRow(BaseModel):
    """A row of a contract that waits, by the names of the columns. Without a reason it is good and waits for others."""

    place: int
    """Which of its rows, from 1."""
    row: int
    """In the file."""
    cells: dict[str, str]
    columns: list[str]
    """Where something is wrong."""
    reason: str
    reason_en: str
    rule: str


class WaitingContract(BaseModel):
    """A contract that waits until its refused rows are mended."""

    draft_no: str
    contract_no: str | None
    """Null where no row says a number that can be read."""
    file: str
    at: datetime
    rows: list[WaitingRow]


async def waiting_page(asker: Asker, after: str, limit: int) -> list[DraftFile]:
    """Those that wait, after a number, one more than asked for where there are more."""
    query: dict[str, Any] = {"row.status": "waiting", "_id": {"$gt": after}}
    return await asker.view(DRAFTS).find(query, sort=[("_id", 1)], limit=limit + 1)


def waiting_contract(draft: DraftFile) -> WaitingContract:
    """A draft as it is shown to whoever mends it."""
    rows = [
        WaitingRow(
            place=place,
            row=row.row,
            cells=dict(zip(LAYOUT.names, row.cells, strict=False)),
            columns=list(row.columns),
            reason=row.reason,
            reason_en=row.reason_en,
            rule=row.rule,
        )
        for place, row in enumerate(draft.rows, start=1)
    ]
    number = next((said for row in draft.rows if (said := number_of(row.cells))), None)
    return WaitingContract(draft_no=draft.draft_no, contract_no=number, file=draft.file, at=draft.at, rows=rows)
