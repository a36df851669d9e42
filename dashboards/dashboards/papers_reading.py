"""Papers of the warehouse (D1, D5, D8, D10, D12): slips, issue lists, loans and scrap applications, from their rows."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from dashboards.listing import Json, Slice, Sort, both, every, page_of, starts_with
from dashboards.seat import Seat


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of paper: its read model and facet, what its list is sorted by and may be narrowed to, and where a
    number, a sku or a contract is looked for."""

    rows: str
    facet: str
    sort: str
    states: Sequence[str]
    finds: Sequence[str]

    @property
    def order(self) -> Sort:
        """The newest first."""
        return (f"{self.facet}.{self.sort}", -1)


SLIPS = Kind(
    "slips",
    "slip",
    "issued_at",
    ("issued", "checked", "put_away", "cancelled", "exceptions", "papers"),
    ("contracts", "skus", "delivery_note_no", "waybill", "sales_list_no"),
)
LISTS = Kind("stocklists", "stocklist", "made_at", ("made", "ready", "issued", "cancelled"), ("skus", "ticket_id"))
LOANS = Kind(
    "loans",
    "loan",
    "asked_at",
    ("asked", "held", "approved", "out", "overdue", "returned", "charged", "refused", "short"),
    ("sku", "ticket_id"),
)
SCRAPS = Kind(
    "scraps", "scrap", "applied_at", ("applied", "held", "approved", "executed", "refused", "short"), ("sku",)
)


def query_of(kind: Kind, q: str | None, state: str | None) -> Json:
    """Choices -> the condition. Two states of a slip are not its own: open exceptions, and papers not handed over."""
    conditions: list[Json] = []
    if state == "exceptions":
        conditions.append({f"{kind.facet}.open_exceptions": {"$gt": 0}})
    elif state == "papers":
        conditions.append({f"{kind.facet}.papers": {"$in": ["owed", "overdue"]}})
    elif state:
        conditions.append({f"{kind.facet}.state": state})
    if q:
        here: list[Json] = [{f"{kind.facet}.{name}": q} for name in kind.finds]
        conditions.append({"$or": [{"_id": starts_with(q)}, *here]})
    return both(*conditions)


def chosen_in(seat: Seat, kind: Kind) -> tuple[str | None, str | None]:
    """(`q`, `state`) as the address has them."""
    q = seat.asked("q", longest=40)
    return (None if q is None else q.upper() if q.isascii() else q, seat.one_of("state", kind.states))


async def papers_page(seat: Seat, kind: Kind, q: str | None, state: str | None) -> Slice:
    """One page of a list of papers, as their facets."""
    rows = seat.desk.rows(kind.rows)
    after = seat.asked("after", longest=400)
    part = await page_of(rows, query_of(kind, q, state), sort=kind.order, after=after)
    return Slice([row[kind.facet] for row in part.rows], part.after, part.first)


async def papers_all(seat: Seat, kind: Kind, q: str | None, state: str | None) -> AsyncIterator[Json]:
    """All papers that are chosen."""
    async for row in every(seat.desk.rows(kind.rows), query_of(kind, q, state), sort=kind.order):
        yield row[kind.facet]


async def paper(seat: Seat, kind: Kind, number: str) -> tuple[Json, int] | None:
    """A paper by its number (D11), and its version."""
    row: Mapping[str, Json] | None = await seat.desk.rows(kind.rows).get(number)
    return None if row is None else (row[kind.facet], int(row["_pos"][kind.facet]["seq"]))
