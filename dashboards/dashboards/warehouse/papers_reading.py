"""Papers of the warehouse (D1, D5, D8, D10, D12): slips, issue lists, loans and scrap applications, from their rows."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from dashboards.listing import Json, Slice, Sort, both, every, page_of, starts_with
from dashboards.seat import Seat
from inventory.inbound.row import SLIPS as SLIP_ROWS
from inventory.inbound.row import slip_file
from inventory.loan_row import LOANS as LOAN_ROWS
from inventory.loan_row import Status as LoanStatus
from inventory.loan_row import loan_file
from inventory.scrap_row import SCRAPS as SCRAP_ROWS
from inventory.scrap_row import Status as ScrapStatus
from inventory.scrap_row import scrap_file
from inventory.stock_list_row import STOCK_LISTS, stock_list_file
from inventory.stock_list_row import Status as ListStatus

F = TypeVar("F")


@dataclass(frozen=True)
class Kind(Generic[F]):
    """One kind of paper: its read model, how a document is read, what its list is sorted by and may be narrowed to, and
    where a number, a sku or a contract is looked for."""

    rows: str
    read: Callable[[Mapping[str, Any]], F]
    sort: str
    states: Sequence[str]
    finds: Sequence[str]

    @property
    def order(self) -> Sort:
        """The newest first."""
        return (f"row.{self.sort}", -1)


SLIPS = Kind(
    SLIP_ROWS.name,
    slip_file,
    "issued_at",
    ("issued", "checked", "put_away", "cancelled", "exceptions", "papers"),
    ("contracts", "skus", "delivery_note_no", "waybill", "sales_list_no"),
)
LISTS = Kind(STOCK_LISTS.name, stock_list_file, "made_at", get_args(ListStatus), ("skus", "ticket_id"))
LOANS = Kind(LOAN_ROWS.name, loan_file, "asked_at", get_args(LoanStatus), ("sku", "ticket_id"))
SCRAPS = Kind(SCRAP_ROWS.name, scrap_file, "applied_at", get_args(ScrapStatus), ("sku",))


def query_of(kind: Kind[Any], q: str | None, state: str | None) -> Json:
    """Choices -> the condition. Two states of a slip are not its own: open exceptions, and papers not handed over."""
    conditions: list[Json] = []
    if state == "exceptions":
        conditions.append({"row.open_exceptions": {"$gt": 0}})
    elif state == "papers":
        conditions.append({"row.papers": {"$in": ["owed", "overdue"]}})
    elif state:
        conditions.append({"row.state": state})
    if q:
        here: list[Json] = [{f"row.{name}": q} for name in kind.finds]
        conditions.append({"$or": [{"_id": starts_with(q)}, *here]})
    return both(*conditions)


def chosen_in(seat: Seat, kind: Kind[Any]) -> tuple[str | None, str | None]:
    """(`q`, `state`) as the address has them."""
    q = seat.asked("q", longest=40)
    return (None if q is None else q.upper() if q.isascii() else q, seat.one_of("state", kind.states))


async def papers_page(seat: Seat, kind: Kind[F], q: str | None, state: str | None) -> tuple[Slice, list[F]]:
    """One page of a list of papers."""
    rows = seat.caller.rows(kind.rows)
    after = seat.asked("after", longest=400)
    part = await page_of(rows, query_of(kind, q, state), sort=kind.order, after=after)
    return part, [kind.read(document) for document in part.rows]


async def papers_all(seat: Seat, kind: Kind[F], q: str | None, state: str | None) -> AsyncIterator[F]:
    """All papers that are chosen."""
    async for document in every(seat.caller.rows(kind.rows), query_of(kind, q, state), sort=kind.order):
        yield kind.read(document)


async def paper(seat: Seat, kind: Kind[F], number: str) -> F | None:
    """A paper by its number (D11)."""
    document = await seat.caller.rows(kind.rows).get(number)
    return None if document is None else kind.read(document)
