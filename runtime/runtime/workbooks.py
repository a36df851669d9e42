"""XLSX workbooks that somebody sends: looked through before they are opened, then read without running anything (X6).

A workbook is a zip of XML parts. `survey` runs through every part with the parser that will read it later, but keeps
nothing: a part that would cost more than any real workbook's is told apart in a fraction of the time and memory.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import IO, Any, NamedTuple, TypeVar
from xml.parsers import expat

from runtime.file_limits import TOO_HEAVY, Limits
from runtime.file_refusals import UnreadableFile

SHEET_ROWS = 1_048_576
"""Of any spreadsheet; a higher row number is a damaged or hostile file."""
PARTS = 1_000  # files inside the zip; a real workbook has some twenty
SHEETS = 100
RATIO, RATIO_FROM_BYTES = 400, 1 << 20  # sheets shrink 10 to 60 times, equal rows 200, one character 1,000
WHOLE_PART_DIVISOR = 10  # styles and the like are read whole into memory: a tenth of what sheets may have is ample
ROW_ELEMENTS = 100_000  # between two rows: 16,384 cells of a spreadsheet's widest row with their parts; merged cells
CELL_BYTES = 400_000  # between two elements: a cell holds 32,767 characters, each at most 12 bytes as XML
ELEMENTS = {"worksheet": 15_000_000, "sst": 3_000_000, "pivotCacheRecords": 3_000_000, "calcChain": 3_000_000}
"""Of a part, by the name of its root: 200,000 rows of 17 cells, with their strings, and what lies beside them."""
OTHER_ELEMENTS = 200_000  # styles (65,490 formats at most), names, relations

STRICT, TRANSITIONAL = "http://purl.oclc.org/ooxml/", "http://schemas.openxmlformats.org/"
USUAL = {
    "spreadsheetml/main": "spreadsheetml/2006/main",
    "officeDocument/relationships": "officeDocument/2006/relationships",
    "officeDocument/": "officeDocument/2006/",
    "drawingml/": "drawingml/2006/",
}
"""Names of Strict Open XML as the usual ones, what is longer first."""
NAMES_WITHIN = 1 << 20  # of a part: names stand in its first element, a few relations behind one another

PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # spreadsheets write no other; LZMA names its own memory
ENCRYPTED = 0x1  # bit of a zip entry's flags
NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]

DAMAGED = UnreadableFile(
    "damaged",
    "XLSX 文件损坏或不是工作簿，请用 Excel 重新另存为 .xlsx",
    "the XLSX is damaged or not a workbook; please save it again as .xlsx",
)
DECLARES = UnreadableFile(
    "damaged",
    "XLSX 里有 DTD 声明，表格软件自己不会写，没有读取。请把需要的行复制到新的工作簿再导入",
    "the XLSX holds a DTD, which no spreadsheet writes, so it was not read; copy the needed rows into a new workbook",
)
PASSWORD = UnreadableFile(
    "not_a_table",
    "这个 XLSX 有密码，不能导入。请去掉密码后另存为 .xlsx",
    "this XLSX has a password and cannot be imported. Please save it as .xlsx without one",
)
UNPACKED = UnreadableFile(
    "too_large",
    "XLSX 解压后太大，请只留需要的那张表，或分成几个文件",
    "the XLSX is too large when unpacked; keep the needed sheet only, or split it",
)
OVERLOADED = UnreadableFile(
    "too_large",
    "XLSX 里的内容远多于一张表（单元格、格式或工作表太多），请把需要的行复制到新的工作簿再导入",
    "the XLSX holds far more cells, styles or sheets than a table; copy the needed rows into a new workbook",
)
T = TypeVar("T")


class Area(NamedTuple):
    """Cells that are merged into one, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_tall(self) -> bool:
        """Whether it covers several rows."""
        return self.bottom > self.top


@dataclass(frozen=True)
class Opening:
    """Opens the workbook; `data_only`: formulas as their last results."""

    content: bytes
    areas: Mapping[str, list[str]]
    """Merged cells, by the name of the sheet's part."""

    def __call__(self, *, data_only: bool) -> AbstractContextManager[Any]:
        """Closed at the end of the `with`."""
        return _opened(self.content, data_only=data_only)

    def merged(self, sheet: Any) -> list[Area]:
        """The merged cells of a sheet: openpyxl does not tell them of one that it reads row by row."""
        return [area for text in self.areas.get(sheet._worksheet_path, ()) if (area := _area(text)) is not None]


def _area(text: str) -> Area | None:
    from openpyxl.utils import range_boundaries

    try:
        left, top, right, bottom = range_boundaries(text)
    except (ValueError, TypeError):
        return None
    if left is None or top is None or right is None or bottom is None:
        return None
    return Area(top, left, bottom, right)


def read_workbook(content: bytes, limits: Limits, read: Callable[[Opening], T | UnreadableFile]) -> T | UnreadableFile:
    """What `read` makes of the workbook, which it opens as often as it needs. Refuses: damaged, too_large, too_heavy,
    not_a_table (a password)."""
    try:
        areas: dict[str, list[str]] = {}
        refusal = survey(content, limits, areas)
        return read(Opening(transitional(content), areas)) if refusal is None else refusal
    except MemoryError:
        return TOO_HEAVY
    except Exception as error:  # noqa: BLE001 - openpyxl has no error of its own: a broken part ends in KeyError, ...
        return TOO_HEAVY if getattr(error, "code", None) == NO_MEMORY else DAMAGED


def transitional(content: bytes) -> bytes:
    """A workbook of the Strict variant of Open XML in the words of the usual one, the only one that openpyxl knows.

    They differ in the names that stand at the beginning of each part; dates that it writes as text, openpyxl reads.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if STRICT.encode() not in archive.read("xl/workbook.xml"):
            return content
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
            for part in archive.infolist():
                with archive.open(part) as source, target.open(part.filename, "w", force_zip64=True) as sink:
                    sink.write(_in_usual_words(source.read(NAMES_WITHIN)))
                    while piece := source.read(1 << 16):
                        sink.write(piece)
    return made.getvalue()


def _in_usual_words(start: bytes) -> bytes:
    text = start
    for strict, usual in USUAL.items():
        text = text.replace(f"{STRICT}{strict}".encode(), f"{TRANSITIONAL}{usual}".encode())
    return text


def survey(content: bytes, limits: Limits, areas: dict[str, list[str]]) -> UnreadableFile | None:
    """Why this workbook must not be opened, and into `areas` its merged cells by part. `zipfile` never yields more of a
    part than its declared size."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > PARTS:
            return OVERLOADED
        if any(part.flag_bits & ENCRYPTED for part in parts):
            return PASSWORD
        if "xl/workbook.xml" not in archive.namelist() or any(part.compress_type not in PACKED for part in parts):
            return DAMAGED
        if sum(part.file_size for part in parts) > limits.unpacked_bytes or any(_swollen(p, limits) for p in parts):
            return UNPACKED
        for part in parts:
            with archive.open(part) as stream:
                refusal = _part_refusal(stream, areas.setdefault(part.filename, []))
            if refusal is not None:
                return refusal
    return None


def _swollen(part: zipfile.ZipInfo, limits: Limits) -> bool:
    """Packed far tighter than real content, or larger than a part that is read whole may be."""
    if part.file_size > max(RATIO_FROM_BYTES, RATIO * part.compress_size):
        return True
    whole = not part.filename.startswith(("xl/worksheets/", "xl/shared"))
    return whole and part.file_size > limits.unpacked_bytes // WHOLE_PART_DIVISOR


class _Found(Exception):
    """Stops the parser at what must not be read on."""

    def __init__(self, refusal: UnreadableFile) -> None:
        self.refusal = refusal


def _part_refusal(stream: IO[bytes], areas: list[str]) -> UnreadableFile | None:
    """Why a part must not be read. What is no XML (pictures, macros) is passed over: its reader would fail as well."""
    parser = expat.ParserCreate()
    seen = since_row = sheets = begun_at = 0
    allowed = between_rows = OTHER_ELEMENTS

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal seen, since_row, sheets, begun_at, allowed, between_rows
        local = name.rpartition(":")[2] if ":" in name else name
        if seen == 0:
            allowed = ELEMENTS.get(local, OTHER_ELEMENTS)
            between_rows = ROW_ELEMENTS if local == "worksheet" else allowed
        seen += 1
        since_row = 0 if local == "row" else since_row + 1
        if local == "sheet":
            sheets += 1
        elif local == "mergeCell":
            areas.append(attributes.get("ref", ""))
        at = parser.CurrentByteIndex
        if seen > allowed or since_row > between_rows or sheets > SHEETS or at - begun_at > CELL_BYTES:
            raise _Found(OVERLOADED)
        begun_at = at

    def declared(*_: object) -> None:
        raise _Found(DECLARES)

    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = declared
    try:
        while piece := stream.read(1 << 16):
            parser.Parse(piece, False)  # noqa: FBT003 - pyexpat takes no keywords
            if parser.CurrentByteIndex - begun_at > CELL_BYTES:
                return OVERLOADED
    except _Found as found:
        return found.refusal
    except expat.ExpatError as error:
        if error.code == NO_MEMORY:
            raise
    return None


@contextmanager
def _opened(content: bytes, *, data_only: bool) -> Iterator[Any]:
    import openpyxl  # 0.1 s, which a CSV need not pay

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of colours and validations that it does not keep
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
        try:
            yield workbook
        finally:
            workbook.close()
