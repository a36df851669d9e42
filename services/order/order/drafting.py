"""A contract of a file is taken whole or waits (A13): which rows go together, and what is kept of them. Pure.

Rows of one contract are put in one go when all of them are good. Else they are kept as a draft, good ones as well; what
is sent later completes it: the whole contract again, or only the rows that were mended.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.order_drafts import MAX_CELL, MAX_CELLS, MAX_ROWS, DraftRow
from order.draft.aggregate import KeepDraft
from order.draft.row import DraftFile
from order.files.belonging import compared, number_of, who_of
from order.files.contracts_file import LAYOUT, LINE_NO, SKU, ContractRow, parse_contracts, texts_of
from runtime.file_refusals import Refused
from runtime.tables.table import Table

Drafts = Mapping[str, DraftFile]
"""Drafts that wait, by the number of their contract."""

LINE, SKU_AT = LAYOUT.names.index(LINE_NO.name), LAYOUT.names.index(SKU.name)
MAX_CHARACTERS = 150_000
"""Of a draft: its event must stay far below what a Kafka record may hold."""
MAX_FILE_NAME = 80


@dataclass(frozen=True, slots=True)
class Waiting:
    """A contract that waits: `refused` rows are wrong, the `good` ones wait with them."""

    draft_no: str
    good: tuple[int, ...]
    refused: tuple[int, ...]
    rows: tuple[DraftRow, ...]

    def command(self, filename: str | None) -> KeepDraft:
        """What keeps it."""
        name = "".join(filter(str.isprintable, filename or ""))
        return KeepDraft(draft_no=self.draft_no, file=name[-MAX_FILE_NAME:], rows=self.rows)

    @property
    def fits(self) -> bool:
        """Whether it can be kept; far more rows than a contract has stay refused."""
        size = sum(len(text) for row in self.rows for text in (*row.cells, row.reason, row.reason_en))
        return 0 < len(self.rows) <= MAX_ROWS and size <= MAX_CHARACTERS


@dataclass(frozen=True, slots=True)
class SortedOut:
    """The rows of a file: contracts that are whole, and those that wait. Rows with a number below 0 come of a draft."""

    whole: tuple[list[ContractRow], ...]
    waiting: tuple[Waiting, ...]


def sort_out(
    rows: Iterable[ContractRow],
    refused: Sequence[Refused],
    drafts: Drafts,
    counted: Callable[[ContractRow], bool],
) -> SortedOut:
    """Which contracts can be registered, and which wait, for rows of this file or of an earlier one. `counted`: whether
    it is known how many pieces a row sells (D14)."""
    groups: dict[str, list[ContractRow]] = {}
    of_lines: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        groups.setdefault(row.contract_no, []).append(row)
        if drafts:
            of_lines.setdefault((str(row.line_no), row.sku, row.customer_name), set()).add(row.contract_no)
    wrong: dict[str, list[Refused]] = {}
    for one in refused:
        for number in one.of or ((unnumbered(one.cells),) if one.cells else ()):
            wrong.setdefault(number, []).append(one)
    whole: list[list[ContractRow]] = []
    waiting: list[Waiting] = []
    for number in dict.fromkeys([*groups, *wrong]):
        group, bad = groups.get(number, []), wrong.get(number, [])
        waits = [row for row in _waiting_rows(drafts.get(number)) if not _is_of_another(row, number, of_lines)]
        kept = [] if _covers(group, bad, waits) else _left(group, bad, waits)
        if not bad and not kept:
            whole.append(group)
            continue
        completed = None if bad or any(row.reason for row in kept) else _completed(group, kept)
        if completed is not None and all(map(counted, completed)):
            whole.append(completed)
        else:
            waiting.append(_waiting(number, group, bad, kept))
    return SortedOut(tuple(whole), tuple(waiting))


def unnumbered(cells: Sequence[str]) -> str:
    """The number of a draft of rows that say none: the same for the same customer, or else for the same row."""
    who = "/".join(compared(who_of(cells)))
    return "X" + hashlib.sha256((who if who.strip("/") else "/".join(cells)).encode()).hexdigest()[:11].upper()


def drafts_of(rows: Iterable[ContractRow], refused: Iterable[Refused]) -> set[str]:
    """Numbers of the drafts that a file may be about."""
    first = {row.contract_no: row for row in rows}
    numbers = {number for one in refused for number in one.of}
    return numbers | first.keys() | {unnumbered(texts_of(row)) for row in first.values()}


def found_at_last(group: Sequence[ContractRow], drafts: Drafts) -> str | None:
    """The draft without a number whose rows are all among those of a contract that was taken."""
    draft = drafts.get(unnumbered(texts_of(group[0])))
    if draft is None:
        return None
    lines = {(str(row.line_no), row.sku) for row in group}
    rows = {(row.cells[LINE], row.cells[SKU_AT].upper()) for row in draft.rows}
    return draft.draft_no if rows <= lines else None


def _waiting_rows(draft: DraftFile | None) -> tuple[DraftRow, ...]:
    return () if draft is None else draft.rows


def _is_of_another(row: DraftRow, number: str, of_lines: Mapping[tuple[str, str, str], set[str]]) -> bool:
    """Whether a row that said no number, and might have been of this contract, turns out to be of others."""
    found = of_lines.get((row.cells[LINE], row.cells[SKU_AT].upper(), who_of(row.cells).name), set())
    return bool(found) and number not in found and not number_of(row.cells)


def _covers(group: Sequence[ContractRow], bad: Sequence[Refused], waits: Sequence[DraftRow]) -> bool:
    """Whether a file has all rows that wait."""
    lines = {str(row.line_no) for row in group if row.repeats is None} | {row.cells[LINE] for row in bad}
    waiting = {row.cells[LINE] for row in waits if row.cells[LINE].isdecimal()}
    return waiting <= lines and len(lines) >= len({row.cells for row in waits})


def _left(group: Sequence[ContractRow], bad: Sequence[Refused], waits: Sequence[DraftRow]) -> list[DraftRow]:
    """The rows that wait and that the file does not say anew."""
    lines = {str(row.line_no) for row in group} | {row.cells[LINE] for row in bad}
    return [row for row in waits if row.cells[LINE] not in lines]


def _completed(group: Sequence[ContractRow], kept: Sequence[DraftRow]) -> list[ContractRow] | None:
    """The file's rows with those that waited; None where they contradict one another."""
    texts = [*((-row.row, list(row.cells)) for row in kept), *((row.row, list(texts_of(row))) for row in group)]
    rows, refused = parse_contracts(Table(LAYOUT, texts, []))
    numbers = {row.contract_no for row in rows}
    return rows if not refused and numbers == {row.contract_no for row in group} else None


def _waiting(number: str, group: Sequence[ContractRow], bad: Sequence[Refused], kept: Sequence[DraftRow]) -> Waiting:
    good = [DraftRow(row=row.row, cells=texts_of(row)) for row in group if row.repeats is None]
    rows = [*good, *map(wrong_row, bad)]
    return Waiting(
        number,
        tuple(row.row for row in group),
        tuple(row.row for row in bad),
        (*kept, *sorted(rows, key=lambda row: row.row)),
    )


def wrong_row(row: Refused) -> DraftRow:
    """A row that cannot be taken, as a draft keeps it."""
    return DraftRow(
        row=row.row,
        cells=tuple(text[:MAX_CELL] for text in row.cells[:MAX_CELLS]),
        reason=row.reason[:2_000],
        reason_en=row.reason_en[:2_000],
        rule=row.rule,
        columns=tuple(dict.fromkeys(fault.column for fault in row.faults if fault.column)),
    )


def not_registered(group: Sequence[ContractRow], why: Refused) -> Waiting:
    """A contract whose rows are all good, and that the rules refuse: it waits as well."""
    bad = [replace(why, row=abs(row.row), cells=texts_of(row)) for row in group if row.repeats is None]
    return Waiting(group[0].contract_no, (), tuple(row.row for row in bad), tuple(map(wrong_row, bad)))


def read_again(draft: DraftFile, cells: Sequence[Sequence[str]]) -> tuple[list[ContractRow], list[Refused]]:
    """The rows of a draft with other cells: good ones, and those that are wrong still."""
    return parse_contracts(
        Table(LAYOUT, [(row.row, list(texts)) for row, texts in zip(draft.rows, cells, strict=True)], [])
    )
