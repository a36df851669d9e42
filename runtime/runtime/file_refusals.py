"""The words for "no" when a file or one of its rows cannot be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

SHAPE_RULE = "X6"  # a file must be a table that we can read, before any rule about its facts
SHOWN = 30  # characters of a cell that a reason may quote


class Fault(NamedTuple):
    """One thing that is wrong, in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not taken; `row` is the number that a person sees in the sheet (header = 1)."""

    row: int
    reason: str
    reason_en: str
    rule: str


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


def refuse(row: int, faults: list[Fault], rule: str) -> Refused:
    """All faults of one row as one refusal, so that they can be put right in one go."""
    return Refused(row, "；".join(f.zh for f in faults), "; ".join(f.en for f in faults), rule)


def shown(text: str) -> str:
    """The start of a cell, fit to be quoted in a reason."""
    printable = "".join(c if c.isprintable() else " " for c in text[: SHOWN + 1])
    return printable if len(text) <= SHOWN else printable[:SHOWN] + "…"
