"""Which columns a file of the company has, and where its header stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

from contracts.spelling import narrow
from runtime.file_refusals import Fault, UnreadableFile, shown
from runtime.tables.text import plain

HEADER_ROWS = 20
"""How many rows that are not blank are looked at for the header: a title, who made it, and when may stand above it."""

Kind = Literal["text", "code", "date", "number"]
"""`code`: what is compared character by character (numbers of contracts, waybills, telephones), whatever it looks like;
spreadsheets take the longer ones for numbers and lose digits."""

_REMARK = re.compile(r"[(（\[【](?:元|必填|选填|可选|必須|required|optional)[)）\]】]$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header in the file and its English name.

    `free_text`: people may write anything there (names, addresses, specs, notes). `optional`: a file may lack it; its
    cells are then empty. `own`: each row says it for itself: cells that were merged over several rows are not filled.
    `also`: other names that people give it. `hidden`: how a value is quoted that not everybody may read (C18).
    """

    name: str
    english: str
    free_text: bool = False
    optional: bool = False
    kind: Kind = "text"
    own: bool = False
    also: tuple[str, ...] = ()
    hidden: Callable[[str], str] | None = field(default=None, compare=False)

    def quoted(self, text: str) -> str:
        """The start of a cell, as a refusal may quote it to anybody."""
        return shown(text if self.hidden is None else self.hidden(text))

    def fault(self, text: str, zh: str, en: str) -> Fault:
        """What is wrong with a cell of this column."""
        return Fault(zh, en, self.name, self.quoted(text))


@dataclass(frozen=True)
class Layout:
    """All columns of one kind of file, in the order in which its rows are handed on.

    `may_be_empty`: a file with nothing under its header says that nothing happened that day.
    """

    name: str
    english: str
    columns: tuple[Column, ...]
    may_be_empty: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The headers, in the layout's order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Those that no file may lack."""
        return tuple(column.name for column in self.columns if not column.optional)

    @cached_property
    def by_header(self) -> dict[str, Column]:
        """The columns by all names that a header may give them."""
        known = {header_name(other): column for column in self.columns for other in column.also}
        return known | {column.name: column for column in self.columns}


@dataclass(frozen=True, slots=True)
class Places:
    """Where each column of the layout stands in the file; behind the last one, where it has none. `ignored`: columns of
    the file that are none of ours."""

    order: tuple[int, ...]
    ignored: tuple[str, ...]


def header_name(cell: str) -> str:
    """A header cell as it is compared: no spaces, half-width, without a mark that it is needed or is in yuan."""
    return _REMARK.sub("", "".join(narrow(plain(cell) or "").split()).strip("*＊:："))


def known_columns(cells: Sequence[str], layout: Layout) -> int:
    """How many columns of this layout the cells of a row name."""
    known = layout.by_header
    return len({known[name].name for name in map(header_name, cells) if name in known})


def header_at(rows: Sequence[Sequence[str]], layout: Layout) -> int:
    """Which of the first rows is the header: the first of those that name most of our columns."""
    known = [known_columns(cells, layout) for cells in rows[:HEADER_ROWS]]
    return known.index(max(known)) if known else 0


def places(header: list[str], layout: Layout) -> Places | UnreadableFile:
    """Where the columns stand; any order is fine, and columns that nobody asked for are told and left out.

    Refuses: nothing recognised, a column of ours twice, one missing. All faults are named at once, with the columns
    that were not recognised and the nearest known one, since that is often the same mistake.
    """
    columns = layout.by_header
    found = [columns.get(header_name(cell)) for cell in header]
    if not any(found):
        return UnreadableFile(
            "columns",
            f"前 {HEADER_ROWS} 行没有认出「{layout.name}」的任何列名。要有一行表头：{'、'.join(layout.names)}；"
            "文字应是 UTF-8 或 GB18030 编码",
            f"the first {HEADER_ROWS} rows hold no column name of a {layout.english}. One must be the header: "
            f"{', '.join(layout.names)}; the text must be UTF-8 or GB18030",
        )
    missing = [name for name in layout.required if name not in {column.name for column in found if column}]
    twice = [column for place, column in enumerate(found) if column is not None and column in found[:place]]
    if missing or twice:
        return _wrong_columns(header, found, missing, layout)
    at = {column.name: place for place, column in enumerate(found) if column is not None}
    ignored = tuple(
        shown(cell.strip()) or f"第 {place} 列"
        for place, (cell, column) in enumerate(zip(header, found, strict=True), start=1)
        if column is None
    )
    return Places(tuple(at.get(name, len(header)) for name in layout.names), ignored)


def _wrong_columns(header: list[str], found: list[Column | None], missing: list[str], layout: Layout) -> UnreadableFile:
    zh: list[str] = []
    en: list[str] = []
    for place, (cell, column) in enumerate(zip(header, found, strict=True)):
        name = header_name(cell)
        if not name:
            zh.append(f"第 {place + 1} 列没有列名")
            en.append(f"column {place + 1} has no name")
        elif column is not None and column in found[:place]:
            zh.append(f"列「{shown(name)}」出现了两次")
            en.append(f'column "{shown(name)}" appears twice')
        elif column is None:
            nearest = get_close_matches(name, layout.names, n=1, cutoff=0.4)
            zh.append(f"不认识列「{shown(name)}」" + (f"，是不是「{nearest[0]}」？" if nearest else ""))
            en.append(f'unknown column "{shown(name)}"' + (f', did you mean "{nearest[0]}"?' if nearest else ""))
    if missing:
        zh.append(f"缺少列：{'、'.join(missing)}")
        en.append(f"missing columns: {', '.join(missing)}")
    return UnreadableFile(
        "columns",
        "；".join(zh) + f"。「{layout.name}」的列是：{'、'.join(layout.names)}",
        "; ".join(en) + f". The columns of a {layout.english} are: {', '.join(layout.names)}",
    )
