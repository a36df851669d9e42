"""How large a table that somebody sends may be, and the words when it is larger (X6)."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass

from runtime.file_refusals import Refused, UnreadableFile


@dataclass(frozen=True, slots=True)
class Limits:
    """Several times the largest real file, far below what would stop a process."""

    content_bytes: int = 20_000_000
    unpacked_bytes: int = 200_000_000  # an XLSX is a zip: about 900 bytes a row, 30 times less packed
    rows: int = 200_000
    columns: int = 100
    cell_characters: int = 500
    faulty_rows: int = 5_000  # nobody mends more by hand; it is another kind of file

    @property
    def row_characters(self) -> int:
        """A longer line of text is no row of a table."""
        return self.columns * self.cell_characters


TOO_HEAVY = UnreadableFile(
    "too_heavy",
    "文件太复杂，没能在限定的时间和内存里读完，什么都没有导入。请把需要的行复制到新的工作簿，或另存为 UTF-8 的 CSV",
    "the file could not be read within its time and memory, and nothing was taken; "
    "copy the needed rows into a new workbook, or save it as CSV UTF-8",
)


def too_many_bytes(content: Sized, limits: Limits) -> UnreadableFile | None:
    """The refusal of a file that is too large as it lies there."""
    if len(content) <= limits.content_bytes:
        return None
    return UnreadableFile(
        "too_large",
        f"文件超过 {limits.content_bytes // 1_000_000} MB，请分成几个文件",
        f"the file is larger than {limits.content_bytes // 1_000_000} MB; please split it",
    )


def too_many_rows(limits: Limits) -> UnreadableFile:
    """The refusal of a file that should be split."""
    return UnreadableFile(
        "too_large",
        f"文件超过 {limits.rows} 行，请分成几个文件",
        f"the file has more than {limits.rows} rows; please split it",
    )


def too_many_columns(limits: Limits) -> UnreadableFile:
    """The refusal of a file that is far wider than any of ours."""
    return UnreadableFile(
        "too_large",
        f"表超过 {limits.columns} 列，不像是公司的文件",
        f"the table has more than {limits.columns} columns; it does not look like a file of the company",
    )


def too_many_faults(refused: list[Refused], limits: Limits) -> UnreadableFile | None:
    """The refusal of a file of which thousands of rows cannot be read; the first one says what to mend."""
    if len(refused) <= limits.faulty_rows:
        return None
    first = min(refused, key=lambda refusal: refusal.row)
    return UnreadableFile(
        "too_many_faults",
        f"{len(refused)} 行读不出来，整个文件都没有导入。先改正第 {first.row} 行：{first.reason}",
        f"{len(refused)} rows cannot be read, so nothing of the file was taken. "
        f"Mend row {first.row} first: {first.reason_en}",
        first.rule,
    )
