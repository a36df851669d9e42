"""Warehouse desk: the only place that queries its read models."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from company.policy import policy_book
from contracts.inventory_stock import StockShortReported
from contracts.spelling import sku as spelt_sku
from dashboards.depots import depots_for
from dashboards.inbox.waiting import IN_WAREHOUSE
from dashboards.listing import BY_ID, SHEET_ROWS, Json, Slice, Sort, both, every, page_of, starts_with
from dashboards.seat import Seat
from dashboards.warehouse.picking import PickDay, pick_day
from dispatch.day.row import DAYS
from dispatch.day.state import day_no
from inventory.card_page import card_page
from inventory.packing_rows import INSPECTIONS
from inventory.picklist import number_of
from inventory.picklist_row import PICK_LISTS
from inventory.stock.aggregate import card_no
from inventory.stock.moves import MoveRow
from inventory.stock.row import REPORTED_DEAD, STOCKED, StockRow
from order.contract.row import CONTRACTS
from runtime.said import Said
from runtime.view import Whole

DEPOT = "main"
STOCK_SORT: Sort = BY_ID
HELD = ("held", "free", "pending", "short", "dead")
"""What the stock list may be narrowed to: held for contracts, free, waiting for a decision, short, dead."""


async def read_picking(seat: Seat, on: date, depot: str) -> PickDay | None:
    """A depot's list of a day by vehicle, or None when no plan has reached it (B9)."""
    caller = seat.caller
    picklist = await caller.view(PICK_LISTS).get(number_of(depot, on))
    if picklist is None:
        return None
    contracts = sorted({stop.contract_no for stop in picklist.stops})
    orders = await caller.view(CONTRACTS).get_many(contracts)
    day = await caller.view(DAYS).get(day_no(on, depot))
    stock = await caller.view(STOCKED).find({"row.holders": {"$in": contracts}, "row.depot": depot})
    return pick_day(
        picklist,
        crews=() if day is None else day.crews,
        orders=orders,
        stock=stock,
        inspected=await caller.view(INSPECTIONS).get_many(contracts),
        order=policy_book().at(seat.now).unloading_order,
        role=seat.person.role,
    )


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits: its word, how many, whether it is late, and where to do it."""

    word: str
    count: int
    late: bool
    href: str


async def read_todo(seat: Seat) -> list[Todo]:
    """What waits in the warehouse now, whoever is to do it."""
    found = [
        Todo(kind.word, await seat.caller.view(kind.model).count(kind.query), kind.late, kind.href)
        for kind in IN_WAREHOUSE
    ]
    return [one for one in found if one.count]


@dataclass(frozen=True, slots=True)
class StockChosen:
    """What is chosen in the stock list."""

    q: str | None = None
    held: str | None = None
    bin: str | None = None
    depot: str | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.held or self.bin or self.depot)


def stock_chosen(seat: Seat) -> StockChosen:
    """What the address chooses; the depot also by whom it is asked."""
    depots = depots_for(seat.caller, seat.now)
    return StockChosen(
        q=seat.asked("q", longest=40),
        held=seat.one_of("held", HELD),
        bin=seat.asked("bin", longest=20),
        depot=depots.chosen if depots.several else None,
    )


def depots_of(seat: Seat) -> Mapping[str, str]:
    """The company's depots today, as people call them (D17)."""
    return {one.depot: one.name for one in policy_book().at(seat.now).depots}


def depot_of(seat: Seat) -> str:
    """The depot that the address chooses, else the first one."""
    return seat.one_of("depot", tuple(depots_of(seat))) or DEPOT


def stock_query(chosen: StockChosen, depots: Iterable[str] = (DEPOT,)) -> Json:
    """Choices -> the condition. `q`: a sku or its beginning, a contract number, a bin, or a product's name."""
    conditions: list[Json] = []
    if chosen.held == "dead":
        conditions.append(REPORTED_DEAD)
    elif chosen.held == "short":
        conditions.append({"said.0": {"$exists": True}})
    elif chosen.held:
        conditions.append({f"row.{chosen.held}": {"$gt": 0}})
    if chosen.depot:
        conditions.append({"row.depot": chosen.depot})
    if chosen.bin:
        conditions.append({"row.bins": chosen.bin.upper()})
    if chosen.q:
        upper = chosen.q.upper()
        if upper[:2].isalpha() and upper[:2].isascii() and upper[2:].isdecimal() and len(upper) >= 8:
            conditions.append({"row.holders": upper})
        elif upper.isascii():
            skus = [{"_id": starts_with(f"{depot}:{upper}")} for depot in ([chosen.depot] if chosen.depot else depots)]
            conditions.append({"$or": [*skus, {"row.bins": upper}]})
        else:
            conditions.append({"row.name": starts_with(chosen.q)})
    return both(*conditions)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A sku as the list of stock and its bin card show it: where its pieces lie, and the last requests that it could
    not fill (D9)."""

    row: StockRow
    shorts: Sequence[StockShortReported]


def shelf(row: StockRow, said: Said) -> Shelf:
    """A sku's stock, and what was said of it."""
    return Shelf(row, [one.event for one in said.all(StockShortReported)])


SHELVES = Whole(STOCKED, shelf)


async def stock_page(seat: Seat, chosen: StockChosen, after: str | None) -> Slice[Shelf]:
    """One page of the stock list."""
    return await page_of(seat.caller.view(SHELVES), stock_query(chosen, depots_of(seat)), sort=STOCK_SORT, after=after)


def stock_all(seat: Seat, chosen: StockChosen) -> AsyncIterator[StockRow]:
    """All rows that are chosen."""
    return every(seat.caller.view(STOCKED), stock_query(chosen, depots_of(seat)), sort=STOCK_SORT)


async def read_shelf(seat: Seat, sku: str) -> Shelf | None:
    """What lies of a sku, with what was asked for and was not there."""
    return await seat.caller.view(SHELVES).get(card_no(depot_of(seat), spelt_sku(sku)[0]))


async def lines_before(seat: Seat, card: StockRow, before: int, most: int) -> list[MoveRow]:
    """A bin card's last `most` lines (存卡) before a number, in their order (D6)."""
    after = max(0, min(before - 1, card.last_move_no) - most)
    return await card_page(seat.caller, card, after, min(most, before - 1 - after))


async def card_lines(seat: Seat, card: StockRow) -> AsyncIterator[MoveRow]:
    """All of them, a page at a time."""
    for after in range(0, card.last_move_no, SHEET_ROWS):
        for line in await card_page(seat.caller, card, after, SHEET_ROWS):
            yield line


def bins_of(seat: Seat, depot: str = "") -> Mapping[str, Sequence[str]]:
    """Zone -> its bins, as the policy has them (D6): of a depot, or of the one that the address chooses."""
    depots, chosen = policy_book().at(seat.now).depots, depot or depot_of(seat)
    return {f"{zone.zone} {zone.name}": zone.bins for one in depots if one.depot == chosen for zone in one.zones}
