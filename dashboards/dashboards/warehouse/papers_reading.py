"""Papers of the warehouse (D1, D5, D8, D10, D12): slips, issue lists, loans and scrap applications, from their rows."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from dashboards.listing import Json, Slice, Sort, both, every, page_of, starts_with
from dashboards.seat import Seat
from inventory.inbound.row import SLIP_FILES
from inventory.loan_row import LOAN_FILES
from inventory.loan_row import Status as LoanStatus
from inventory.scrap_row import SCRAP_FILES
from inventory.scrap_row import Status as ScrapStatus
from inventory.stock_list_row import STOCK_LIST_FILES
from inventory.stock_list_row import Status as ListStatus
from runtime.typed_rows import Model

F = TypeVar("F")


@dataclass(frozen=True)
class Kind(Generic[F]):
    """One kind of paper: its read model, what its list is sorted by and may be narrowed to, and where a number, a sku
    or a contract is looked for."""

    model: Model[F]
    sort: str
    states: Sequence[str]
    finds: Sequence[str]

    @property
    def order(self) -> Sort:
        """The newest first."""
        return (f"row.{self.sort}", -1)


SLIPS = Kind(
    SLIP_FILES,
    "issued_at",
    ("issued", "checked", "put_away", "cancelled", "exceptions", "papers", "papers_late"),
    ("contracts", "skus", "delivery_note_no", "waybill", "sales_list_no"),
)
LISTS = Kind(STOCK_LIST_FILES, "made_at", get_args(ListStatus), ("skus", "ticket_id"))
LOANS = Kind(LOAN_FILES, "asked_at", get_args(LoanStatus), ("sku", "ticket_id"))
SCRAPS = Kind(SCRAP_FILES, "applied_at", get_args(ScrapStatus), ("sku",))


def query_of(kind: Kind[Any], q: str | None, state: str | None) -> Json:
    """Choices -> the condition. Three states of a slip are not its own: open exceptions, papers not handed
    over, and those that are late."""
    conditions: list[Json] = []
    if state == "exceptions":
        conditions.append({"row.open_exceptions": {"$gt": 0}})
    elif state == "papers":
        conditions.append({"row.papers": "owed"})
    elif state == "papers_late":
        conditions.append({"row.papers": "overdue"})
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


async def papers_page(seat: Seat, kind: Kind[F], q: str | None, state: str | None) -> Slice[F]:
    """One page of a list of papers."""
    after = seat.asked("after", longest=400)
    return await page_of(seat.caller.view(kind.model), query_of(kind, q, state), sort=kind.order, after=after)


def papers_all(seat: Seat, kind: Kind[F], q: str | None, state: str | None) -> AsyncIterator[F]:
    """All papers that are chosen."""
    return every(seat.caller.view(kind.model), query_of(kind, q, state), sort=kind.order)


async def paper(seat: Seat, kind: Kind[F], number: str) -> F | None:
    """A paper by its number (D11)."""
    return await seat.caller.view(kind.model).get(number)
