"""Events of drafts (待补合同): contracts of a file that wait until all of their rows can be taken (A13)."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.bounds import Nth, OneLine, Text
from contracts.fact import Fact, Value

MAX_CELLS = 40
MAX_ROWS = 500
"""Rows of one contract, as many as it may have lines."""

MAX_CELL = 500
"""Characters of a cell, as in a file."""

Cell = Annotated[str, Text(MAX_CELL)]


class DraftRow(Value):
    """One row as it stands in the file, in the order of our columns; personal data among it (C18). A row that can be
    taken as it is has no reason; `columns`: where something is wrong."""

    row: Nth
    cells: Annotated[tuple[Cell, ...], Field(max_length=MAX_CELLS)]
    reason: Annotated[str, Text(2_000)] = ""
    reason_en: Annotated[str, Text(2_000)] = ""
    rule: OneLine = ""
    columns: Annotated[tuple[OneLine, ...], Field(max_length=MAX_CELLS)] = ()


class DraftKept(Fact, wire="songda.order.DraftKept.v1"):
    """待补 (A13): the rows of a contract of which some cannot be taken, as they stand from now on. Nobody outside is
    told, and nothing is registered."""

    event: Literal["DraftKept"] = "DraftKept"
    draft_no: str
    """The contract's number, or one that begins with X where its rows do not say it."""
    file: OneLine
    rows: tuple[DraftRow, ...]
    note: Annotated[str, Text(500)] = ""


class DraftTaken(Fact, wire="songda.order.DraftTaken.v1"):
    """已补齐 (A13): its rows are registered as this contract."""

    event: Literal["DraftTaken"] = "DraftTaken"
    draft_no: str
    contract_no: str


class DraftDropped(Fact, wire="songda.order.DraftDropped.v1"):
    """不要了 (A13): none of its rows is to be taken."""

    event: Literal["DraftDropped"] = "DraftDropped"
    draft_no: str
    reason: Annotated[str, Text(500)]


DraftEvent = DraftKept | DraftTaken | DraftDropped
