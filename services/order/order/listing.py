"""Lists of contracts: each page is one query on one index, however many contracts there are.

A page goes on after the last row of the one before it (keyset): nothing is skipped over and nothing shown twice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from company.masking import ROLES_THAT_SEE_CUSTOMERS
from order.contract.row import ContractRow

Json = dict[str, Any]
Sort = Literal["contract_no", "-contract_no", "promised_on", "-promised_on"]
BY_PROMISE = "row.promised_on"
_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; None is everything."""

    store: str | None = None
    state: str | None = None
    complete: bool | None = None
    delayed: bool | None = None
    todo: str | None = None
    promised_from: date | None = None
    promised_to: date | None = None
    q: str | None = None
    sort: Sort = "contract_no"


class BadCursor(ValueError):
    """`after` is no end of a page of this list."""


def sort_of(wanted: Wanted) -> list[tuple[str, int]]:
    """Fields and directions of the order."""
    direction = -1 if wanted.sort.startswith("-") else 1
    by_promise = wanted.sort.endswith("promised_on")
    return [*([(BY_PROMISE, direction)] if by_promise else []), ("_id", direction)]


def query_of(wanted: Wanted, role: str, after: str | None = None) -> Json:
    """The one condition of a page. Who may not see customers finds contracts by number only (C18)."""
    conditions: list[Json] = []
    tags = [
        *([wanted.state] if wanted.state else []),
        *([] if wanted.complete is None else ["full" if wanted.complete else "short"]),
        *(["delayed"] if wanted.delayed else []),
        *([wanted.todo] if wanted.todo else []),
    ]
    if wanted.q and wanted.q.strip():
        conditions.append(found_by(wanted.q, role))
    if tags:
        conditions.append({"row.tags": tags[0] if len(tags) == 1 else {"$all": tags}})
    if wanted.delayed is False:
        conditions.append({"row.delayed": False})
    if wanted.store:
        conditions.append({"row.store_code": wanted.store})
    span = {
        **({"$gte": wanted.promised_from.isoformat()} if wanted.promised_from else {}),
        **({"$lte": wanted.promised_to.isoformat()} if wanted.promised_to else {}),
    }
    if span:
        conditions.append({BY_PROMISE: span})
    if after is not None:
        conditions.append(_beyond(wanted, after))
    return {"$and": conditions} if conditions else {}


def found_by(text: str, role: str) -> Json:
    """By contract number (from its start, or its digits), customer's name, phone or its last four digits."""
    beginning = {"$regex": f"^{re.escape(text.strip().upper())}"}
    return {"row.search": beginning} if role in ROLES_THAT_SEE_CUSTOMERS else {"_id": beginning}


def cursor_of(wanted: Wanted, rows: Sequence[ContractRow], limit: int) -> str | None:
    """Where the next page begins; None when this one was the last."""
    if len(rows) < limit:
        return None
    last = rows[-1]
    by_promise = wanted.sort.endswith("promised_on")
    return f"{last.promised_on}{_BETWEEN}{last.contract_no}" if by_promise else last.contract_no


def _beyond(wanted: Wanted, after: str) -> Json:
    past = "$lt" if wanted.sort.startswith("-") else "$gt"
    day, between, number = after.partition(_BETWEEN)
    if not wanted.sort.endswith("promised_on"):
        if between:
            raise BadCursor(after)
        return {"_id": {past: after}}
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise BadCursor(after) from error
    return {
        BY_PROMISE: {f"{past}e": day},  # bounds of the index; the rest decides between rows of that day
        "$or": [{BY_PROMISE: {past: day}}, {BY_PROMISE: day, "_id": {past: number}}],
    }
