"""The row of a list by which pieces of free stock leave (出库清单), and what was said of it (C7, D8)."""

from dataclasses import dataclass
from typing import Any, Literal

from contracts import inventory_stock as facts
from contracts.inventory_stock import StockListLine
from inventory.papers import WrongIssueRow, history, wrong_row
from inventory.stock_list import EVENTS, STOCK_LIST, Finished, Known, NoList, StockList, issued_of
from runtime.said import Said
from runtime.view import Instant, Row, View, Whole

Status = Literal["made", "ready", "issued", "cancelled"]
"""Ready: the stock has answered for every line."""
LineGoods = Literal["waiting", "held", "short", "issued", "free"]


class ListLine(StockListLine):
    """A line, and where its pieces are."""

    goods: LineGoods
    left: int | None = None
    """Pieces that left, as it is right (D16)."""


class StockListRow(Row):
    """A list."""

    list_no: str
    depot: str
    purpose: facts.StockListPurpose
    ticket_id: str | None
    receiver: str
    made_by: str
    note: str
    lines: tuple[ListLine, ...]
    skus: tuple[str, ...]
    state: Status
    made_at: Instant
    wrong: WrongIssueRow | None = None
    correcting: bool = False
    version: int = 0


def stock_list_row(stock_list: StockList) -> StockListRow | None:
    """The view."""
    if isinstance(stock_list, NoList):
        return None
    made, issued = stock_list.made, issued_of(stock_list)
    left = {} if issued is None else {line.line_no: line.right for line in issued.lines}
    return StockListRow(
        **made.model_dump(exclude={"event", "at", "lines"}),
        lines=tuple(
            ListLine(**dict(line), goods=_goods(stock_list, line.line_no), left=left.get(line.line_no))
            for line in made.lines
        ),
        skus=tuple(sorted({line.sku for line in made.lines})),
        state=_status(stock_list),
        made_at=made.at,
        wrong=wrong_row(issued),
        correcting=wrong_row(issued) is not None,
    )


def _status(stock_list: Known) -> Status:
    if isinstance(stock_list, Finished):
        return "issued" if stock_list.issued else "cancelled"
    return "made" if stock_list.is_waiting else "ready"


def _goods(stock_list: Known, line_no: int) -> LineGoods:
    if line_no not in stock_list.held:
        return "short" if line_no in stock_list.short else "waiting"
    if isinstance(stock_list, Finished):
        return "issued" if stock_list.issued else "free"
    return "held"


STOCK_LISTS = View(
    "stocklists",
    "inventory",
    STOCK_LIST,
    StockListRow,
    stock_list_row,
    indexes=(("row.state", "row.made_at"), ("row.skus",), ("row.ticket_id",), ("row.made_at",), ("row.correcting",)),
    said=EVENTS,
)


@dataclass(frozen=True, slots=True)
class StockListFile:
    """A list with what was said of it."""

    row: StockListRow
    said: Said

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        issued = self.said.told(facts.StockListIssued)
        return {**self.row.shown(), "received_by": issued and issued.received_by, "history": history(self.said)}


STOCK_LIST_FILES = Whole(STOCK_LISTS, StockListFile)
"""Reads lists with what was said of them."""
