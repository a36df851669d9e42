"""The draft's row, and which drafts wait."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from contracts.order_drafts import DraftRow
from order.draft.aggregate import DRAFT, Draft, Kept, NoDraft, Taken
from runtime.use_case import Asker
from runtime.view import Row, View

AT_ONCE = 1_000
"""Numbers that are looked up at once."""

Status = Literal["waiting", "taken", "dropped"]


class DraftFile(Row):
    """The rows that a file has for one contract. Customer data are among its cells (C18)."""

    draft_no: str
    status: Status
    file: str
    at: datetime
    rows: tuple[DraftRow, ...]
    contract_no: str | None
    """As which contract it was registered."""
    reason: str | None
    """Why nobody wants it."""


def draft_row(draft: Draft) -> DraftFile | None:
    """The view."""
    if isinstance(draft, NoDraft):
        return None
    last = draft if isinstance(draft, Kept) else draft.last
    status: Status = "waiting" if isinstance(draft, Kept) else "taken" if isinstance(draft, Taken) else "dropped"
    return DraftFile(
        draft_no=last.draft_no,
        status=status,
        file=last.file,
        at=last.at,
        rows=last.rows,
        contract_no=draft.contract_no if isinstance(draft, Taken) else None,
        reason=None if isinstance(draft, Kept | Taken) else draft.reason,
    )


DRAFTS = View("drafts", "order", DRAFT, DraftFile, draft_row, indexes=(("row.status", "_id"),))


async def waiting_drafts(asker: Asker, numbers: Iterable[str]) -> dict[str, DraftFile]:
    """Those of these contracts that wait for rows, by number. Who asks for none needs no database."""
    wanted = sorted(set(numbers))
    rows: dict[str, DraftFile] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows |= await asker.view(DRAFTS).get_many(wanted[start : start + AT_ONCE])
    return {number: row for number, row in rows.items() if row.status == "waiting"}
