"""Which columns a file of the company has."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from contracts.spelling import narrow
from order.files.text import plain
from runtime.file_refusals import UnreadableFile, shown


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header in the file and its English name.

    `free_text`: people may write anything there (names, addresses, specs, notes). `optional`: a file may lack it; its
    cells are then empty.
    """

    name: str
    english: str
    free_text: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
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


def header_name(cell: str) -> str:
    """A header cell as it is compared: no spaces, half-width."""
    return "".join(narrow(plain(cell) or "").split())


def known_names(cells: list[str], layout: Layout) -> int:
    """How many of the header cells are columns of this layout."""
    return len({header_name(cell) for cell in cells} & set(layout.names))


def positions(header: list[str], layout: Layout) -> tuple[int, ...] | UnreadableFile:
    """Where each column of the layout stands in the file, any order is fine; behind the last one, where it has none.

    Refuses: nothing recognised, a column twice, a column without a name, an unknown one (with the nearest
    known one), a missing one. All faults are named at once.
    """
    names = [header_name(cell) for cell in header]
    known = layout.names
    if not set(names) & set(known):
        return UnreadableFile(
            "columns",
            f"第一行没有认出「{layout.name}」的任何列名。第一行应是表头：{'、'.join(known)}；"
            "文字应是 UTF-8 或 GB18030 编码",
            f"the first row holds no column name of a {layout.english}. It must be the header: {', '.join(known)}; "
            "the text must be UTF-8 or GB18030",
        )
    zh: list[str] = []
    en: list[str] = []
    for place, name in enumerate(names, start=1):
        if not name:
            zh.append(f"第 {place} 列没有列名")
            en.append(f"column {place} has no name")
        elif names.index(name) != place - 1:
            zh.append(f"列「{shown(name)}」出现了两次")
            en.append(f'column "{shown(name)}" appears twice')
        elif name not in known:
            nearest = get_close_matches(name, known, n=1, cutoff=0.4)
            zh.append(f"不认识列「{shown(name)}」" + (f"，是不是「{nearest[0]}」？" if nearest else ""))
            en.append(f'unknown column "{shown(name)}"' + (f', did you mean "{nearest[0]}"?' if nearest else ""))
    missing = [name for name in layout.required if name not in names]
    if missing:
        zh.append(f"缺少列：{'、'.join(missing)}")
        en.append(f"missing columns: {', '.join(missing)}")
    if zh:
        return UnreadableFile(
            "columns",
            "；".join(zh) + f"。「{layout.name}」的列是：{'、'.join(known)}",
            "; ".join(en) + f". The columns of a {layout.english} are: {', '.join(known)}",
        )
    return tuple(names.index(name) if name in names else len(names) for name in known)
