"""The words for "no" when a file or one of its rows cannot be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

SHAPE_RULE = "X6"  # a file must be a table that we can read, before any rule about its facts
SHOWN = 30  # characters of a cell that a reason may quote


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, in Chinese and in English: in which column, if in one, and what stands there."""

    zh: str
    en: str
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not taken; `row` is the number that a person sees in the sheet.

    `faults`: one by one. `cells`: what stands in it, in the layout's order, as far as it could be read; `of`: what the
    row is a part of, or may be (numbers of contracts, A13).
    """

    row: int
    reason: str
    reason_en: str
    rule: str
    faults: tuple[Fault, ...] = field(default=(), compare=False)
    cells: tuple[str, ...] = field(default=(), compare=False, repr=False)
    of: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """The whole file was not taken; nothing of it counts.

    `code`: empty, too_large, not_a_table, unknown_encoding, damaged, columns, header_only, ambiguous_sheets.
    """

    code: str
    reason: str
    reason_en: str
    rule: str = SHAPE_RULE
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """What stands in a file and is none of ours: columns by their names, rows by their numbers."""

    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


NOTHING_IGNORED = Ignored()
R = TypeVar("R")


class Parsed(NamedTuple, Generic[R]):
    """A file, read: its good rows, the others, and what nobody asked for."""

    rows: list[R]
    refused: list[Refused]
    ignored: Ignored = NOTHING_IGNORED


def refuse(row: int, faults: list[Fault], rule: str, cells: Sequence[str] = ()) -> Refused:
    """All faults of one row as one refusal, so that they can be put right in one go."""
    return Refused(
        row, "；".join(f.zh for f in faults), "; ".join(f.en for f in faults), rule, tuple(faults), tuple(cells)
    )


def shown(text: str) -> str:
    """The start of a cell, fit to be quoted in a reason."""
    printable = "".join(c if c.isprintable() else " " for c in text[: SHOWN + 1])
    return printable if len(text) <= SHOWN else printable[:SHOWN] + "…"
