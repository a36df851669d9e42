"""凭证登记 Register of vouchers (D11): a row for each number that was given, and one for each that became void."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_vouchers import VoucherNumbered, VoucherVoided
from inventory.voucher.kinds import KINDS, Kind
from runtime.use_case import Asker
from runtime.view import Instant, Journal, Row

MOST = 50  # papers that one number names: its own, or what had it as its own before
MOST_OF_A_PAGE = 500


class VoucherRow(Row):
    """A number, what it is the number of, and when the paper was made; of a void one, why."""

    letters: str
    number: str
    paper: str
    own_no: str
    at: Instant
    recorded_at: Instant
    void: bool
    year: int = 0
    ordinal: int = 0
    on: date | None = None
    reason: str = ""


def voucher_row(event: Fact, meta: Meta) -> VoucherRow | None:
    """The row of an event of a series."""
    match event:
        case VoucherNumbered():
            dated = {"year": event.year, "ordinal": event.ordinal, "on": event.on}
        case VoucherVoided():
            dated = {"reason": event.reason}
        case _:
            return None
    told = {"letters": event.letters, "number": event.number, "paper": event.paper, "own_no": event.own_no}
    void = isinstance(event, VoucherVoided)
    return VoucherRow.model_validate({**told, **dated, "at": event.at, "recorded_at": meta.time, "void": void})


VOUCHERS = Journal(
    "vouchers",
    "inventory",
    ("series",),
    VoucherRow,
    voucher_row,
    indexes=(("row.number",), ("row.paper",), ("row.own_no",), ("row.letters", "row.year", "row.ordinal")),
)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A number of the register as people see it; `void`: why it is none any more, and since when."""

    row: VoucherRow
    void: VoucherRow | None = None

    @property
    def kind(self) -> Kind:
        """Of which kind."""
        return KINDS[self.row.letters]


async def by_number(asker: Asker, number: str) -> list[Voucher]:
    """Papers with this number, or that had it as their own, of the kinds that the asker may look for."""
    spelt = number.strip().upper()
    named = [{"row.number": spelt}, {"row.own_no": number.strip()}]
    return [one for query in named for one in await _found(asker, query, MOST) if asker.role in one.kind.readers]


async def of_year(asker: Asker, letters: str, year: int, *, after: int = 0) -> list[Voucher]:
    """Numbers of a kind and year in their order, from the one that follows `after`; a page of them."""
    query = {"row.letters": letters, "row.year": year, "row.ordinal": {"$gt": after}}
    return await _found(asker, query, MOST_OF_A_PAGE)


async def numbers_of(asker: Asker, papers: Iterable[str]) -> Mapping[tuple[str, str], str]:
    """(paper, own number) -> number, of these papers; those that have none are missing."""
    query = {"row.paper": {"$in": sorted(set(papers))}, "row.void": False}
    return {(row.paper, row.own_no): row.number for row in await asker.view(VOUCHERS).find(query)}


async def last_of(asker: Asker, letters: str, papers: Iterable[str]) -> Mapping[str, str]:
    """Paper -> its last number of a kind: a job's latest receipt, a run's list. Those that have none are missing."""
    query = {"row.paper": {"$in": sorted(set(papers))}, "row.letters": letters, "row.void": False}
    rows = await asker.view(VOUCHERS).find(query, sort=[("row.year", 1), ("row.ordinal", 1)])
    return {row.paper: row.number for row in rows}


async def number_of(asker: Asker, letters: str, paper: str) -> str:
    """The last number of a kind that a paper has; "" before it has one, and for papers from before there were any."""
    return (await last_of(asker, letters, [paper])).get(paper, "")


async def _found(asker: Asker, query: Mapping[str, object], most: int) -> list[Voucher]:
    numbers = asker.view(VOUCHERS)
    rows: Sequence[VoucherRow] = await numbers.find(
        {**query, "row.void": False}, sort=[("row.letters", 1), ("row.year", 1), ("row.ordinal", 1)], limit=most
    )
    void = await numbers.find({"row.number": {"$in": [row.number for row in rows]}, "row.void": True}) if rows else []
    voided = {row.number: row for row in void}
    return [Voucher(row, voided.get(row.number)) for row in rows]
