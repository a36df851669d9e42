"""Files that would stop a system that trusts them, made when a test needs them; each with what must be answered."""

import io
import random
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psutil

from order.files.contracts_file import LAYOUT

NAMES = LAYOUT.required
GOOD = (
    *("HT98100001", "S02 南海店", "2026-03-01", "马娜", "13800138000", "海八东路150号", "南海区", "2026-04-01", "0"),
    *("1", "WC-100", "连体坐便器", "700x390", "卫浴", "1", "1350", "是"),
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OPENXML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"

Answer = tuple[int, str] | int
"""Status and code of the refusal of the whole file, or the number of rows that are refused while others are taken."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file that somebody may send as contracts, and what is answered."""

    make: Callable[[], bytes]
    answer: Answer
    name: str = "file.xlsx"


def text_cells(*texts: str) -> str:
    """Cells of a row."""
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


def sheet(rows: str = "", *, before: str = "", after: str = "", good: bool = True) -> str:
    """A worksheet with our header, a good row unless told otherwise, and what a test adds."""
    first = f'<row r="1">{text_cells(*NAMES)}</row>' + (f'<row r="2">{text_cells(*GOOD)}</row>' if good else "")
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{first}{rows}</sheetData>{after}</worksheet>'


def workbook(sheet_xml: str | bytes | None = None, **others: str | bytes) -> bytes:
    """A small whole workbook; `others` are parts by their name with `__` for `/` and `_` for `.`."""
    return packed({**workbook_parts(sheet() if sheet_xml is None else sheet_xml), **_named(others)})


def workbook_parts(sheet_xml: str | bytes, sheets: int = 1) -> dict[str, str | bytes]:
    """The parts of a workbook whose sheets are all the same part."""
    listed = "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, sheets + 1))
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{OPENXML}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{OPENXML}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{OPENXML}.sharedStrings+xml"/></Types>',
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")
        ),
        "xl/styles.xml": styles(""),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"/>',
        SHEET: sheet_xml,
    }


def packed(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def styles(formats: str) -> str:
    """A styles part."""
    return f'<styleSheet xmlns="{MAIN}"><cellXfs><xf/>{formats}</cellXfs></styleSheet>'


def declaring(xml: str, declaration: str = '<!DOCTYPE x [<!ENTITY a "b">]>', encoding: str = "utf-8") -> bytes:
    """A part with a DTD before its root."""
    return f'<?xml version="1.0" encoding="{encoding}"?>{declaration}{xml}'.encode(encoding)


def csv(*lines: str, encoding: str = "utf-8") -> bytes:
    """Our header and these lines."""
    return "\n".join([",".join(NAMES), *lines]).encode(encoding)


def long_file(rows: int) -> bytes:
    """A good contracts file of so many contracts, which takes a while to read: a second for 10,000 or so."""
    cells = [text_cells(*GOOD[1:]), *(text_cells(f"HT{98200000 + number}") for number in range(rows))]
    return workbook(sheet("".join(f"<row>{number}{cells[0]}</row>" for number in cells[1:])))


def _relations(*to: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATED}/{kind}" Target="{where}"/>' for n, (kind, where) in enumerate(to, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def _named(others: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    return {name.replace("__", "/").replace("_", "."): content for name, content in others.items()}


def _laughs() -> bytes:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return declaring(sheet("<row><c><v>&e9;</v></c></row>"), f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>')


def _wide_row(cells: int) -> str:
    """A row of cells that do not shrink as much as equal ones."""
    numbers = random.Random(1)
    return "<row>" + "".join(f"<c><v>{numbers.randrange(1000)}</v></c>" for _ in range(cells)) + "</row>"


def _noise(characters: int) -> str:
    numbers = random.Random(1)
    return "".join(chr(numbers.randrange(0x4E00, 0x9FA5)) for _ in range(characters))


def _lying() -> bytes:
    """The sheet says that it unpacks to 300 bytes, and unpacks to 50 MB."""
    content = bytearray(workbook(b" " * 50_000_000))
    true = struct.pack("<I", 50_000_000)
    while (at := content.find(true)) >= 0:
        content[at : at + 4] = struct.pack("<I", 300)
    return bytes(content)


def _with_password() -> bytes:
    content = bytearray(workbook())
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(magic, at + 1)) >= 0:
            content[at + flags] |= 1
    return bytes(content)


def _external() -> bytes:
    parts = workbook_parts(sheet('<row r="3"><c r="A3" t="str"><f>[1]外!A1</f><v>HT98100002</v></c></row>'))
    parts["xl/externalLinks/externalLink1.xml"] = f'<externalLink xmlns="{MAIN}"/>'
    parts["xl/_rels/workbook.xml.rels"] = _relations(
        ("worksheet", "worksheets/sheet1.xml"),
        ("externalLink", "externalLinks/externalLink1.xml"),
        ("styles", "styles.xml"),
    )
    return packed(parts)


TOO_LARGE = (413, "file_too_large")
DAMAGED = (415, "file_damaged")
NO_TABLE = (415, "file_not_a_table")
FILE_ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>'
COMMENT = f"<!--{'-  ' * 40_000}-->"

HOSTILE: Mapping[str, Hostile] = {
    # one part, made to cost far more than it weighs
    "a row of 9 million cells in 40 KB": Hostile(
        lambda: workbook(sheet("<row>" + "<c/>" * 9_000_000 + "</row>")), TOO_LARGE
    ),
    "a row of 300,000 cells that are not alike": Hostile(lambda: workbook(sheet(_wide_row(300_000))), TOO_LARGE),
    "a row of 16,384 cells": Hostile(lambda: workbook(sheet(_wide_row(16_384))), TOO_LARGE),
    "a cell in column ZZZZZZ": Hostile(
        lambda: workbook(sheet('<row r="3"><c r="ZZZZZZ3"><v>1</v></c></row>')), DAMAGED
    ),
    "a row number beyond every sheet": Hostile(
        lambda: workbook(sheet('<row r="999999999"><c><v>1</v></c></row>')), TOO_LARGE
    ),
    "a row number that is no number": Hostile(lambda: workbook(sheet('<row r="1e9"><c/></row>')), TOO_LARGE),
    "200,000 merged ranges": Hostile(
        lambda: workbook(sheet(after="<mergeCells>" + '<mergeCell ref="A3:B4"/>' * 200_000 + "</mergeCells>")),
        TOO_LARGE,
    ),
    "300,000 cell formats": Hostile(lambda: workbook(xl__styles_xml=styles("<xf/>" * 300_000)), TOO_LARGE),
    "300,000 elements inside one another": Hostile(
        lambda: workbook(sheet("<row>" + "<c>" * 300_000 + "</c>" * 300_000 + "</row>")), TOO_LARGE
    ),
    "50,000 elements inside one another": Hostile(
        lambda: workbook(sheet("<row>" + "<c>" * 50_000 + "</c>" * 50_000 + "</row>")), 0
    ),
    "101 sheets": Hostile(lambda: packed(workbook_parts(sheet(), sheets=101)), TOO_LARGE),
    "a cell of half a million characters": Hostile(
        lambda: workbook(sheet(f"<row>{text_cells(_noise(500_000))}</row>")), TOO_LARGE
    ),
    "a shared string of half a million characters": Hostile(
        lambda: workbook(xl__sharedStrings_xml=f'<sst xmlns="{MAIN}"><si><t>{_noise(500_000)}</t></si></sst>'),
        TOO_LARGE,
    ),
    # declarations, wherever they stand and however they are written
    "an entity that unfolds to two gigabytes": Hostile(lambda: workbook(_laughs()), DAMAGED),
    "a DTD behind 120 KB of comment": Hostile(lambda: workbook(declaring(sheet(), COMMENT + "<!DOCTYPE x>")), DAMAGED),
    "a DTD in UTF-16": Hostile(lambda: workbook(declaring(sheet(), encoding="utf-16")), DAMAGED),
    "a DTD in ISO-8859-1": Hostile(
        lambda: workbook(xl__styles_xml=declaring(styles(""), encoding="iso-8859-1")), DAMAGED
    ),
    "a DTD among the shared strings": Hostile(
        lambda: workbook(xl__sharedStrings_xml=declaring(f'<sst xmlns="{MAIN}"/>')), DAMAGED
    ),
    "a DTD in a part that nothing names": Hostile(lambda: workbook(xl__media__x_bin=declaring("<x/>")), DAMAGED),
    "an entity that names a file": Hostile(lambda: workbook(declaring(sheet(), FILE_ENTITY)), DAMAGED),
    "an entity that names an address": Hostile(lambda: workbook(declaring(sheet(), PARAMETER)), DAMAGED),
    # zips
    "a part of 210 MB": Hostile(lambda: workbook(b" " * 210_000_000), TOO_LARGE),
    "a part of 40 MB of spaces": Hostile(lambda: workbook(xl__styles_xml=b" " * 40_000_000), TOO_LARGE),
    "1,001 parts": Hostile(
        lambda: packed({**workbook_parts(sheet()), **{f"xl/media/{n}.png": b"" for n in range(1_001)}}), TOO_LARGE
    ),
    "a part that is larger than it says": Hostile(_lying, DAMAGED),
    "a zip bomb in a zip": Hostile(lambda: workbook(xl__media__bomb_zip=packed({"zeros": b"0" * 100_000_000})), 0),
    "parts packed by LZMA": Hostile(lambda: packed(workbook_parts(sheet()), zipfile.ZIP_LZMA), DAMAGED),
    "a zip of a folder": Hostile(lambda: packed({"folder/": b"", "folder/a.csv": csv(",".join(GOOD))}), DAMAGED),
    "an XLSX with a password on its zip": Hostile(_with_password, NO_TABLE),
    "half an XLSX": Hostile(lambda: workbook()[:1_000], DAMAGED),
    # sheets that say what is not so, or point elsewhere
    "a dimension of the whole sheet": Hostile(lambda: workbook(sheet(before='<dimension ref="A1:XFD1048576"/>')), 0),
    "a merged range of the whole sheet": Hostile(
        lambda: workbook(sheet(after='<mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells>')), 0
    ),
    "a formula over another workbook": Hostile(_external, 1),
    # text
    "a header without end": Hostile(lambda: b"," * 3 + b"x" * 19_000_000, TOO_LARGE, "file.csv"),
    "a header of 9 million commas": Hostile(lambda: b"x" + b"," * 9_000_000, TOO_LARGE, "file.csv"),
    "a line of 9 million commas": Hostile(lambda: csv(",".join(GOOD), "," * 9_000_000), 1, "file.csv"),
    "a line of 9 million letters": Hostile(lambda: csv(",".join(GOOD), "x" * 9_000_000), 1, "file.csv"),
    "19 million empty lines": Hostile(lambda: b"\n" * 19_000_000, (422, "file_empty"), "file.csv"),
    "quotes that never close, line by line": Hostile(
        lambda: csv(*['"a'] * 150_000), (422, "file_too_many_faults"), "file.csv"
    ),
    "a quote that never closes": Hostile(lambda: csv(",".join(GOOD), '"' + "x\n" * 3_000), 3_000, "file.csv"),
    "a million short lines": Hostile(lambda: csv(*["a"] * 1_000_000), TOO_LARGE, "file.csv"),
    "NUL in a line": Hostile(lambda: csv(",".join(GOOD), ",".join(GOOD).replace("是", "是\x00")), 1, "file.csv"),
    "two encodings": Hostile(lambda: csv(",".join(GOOD)) + b"\n" + ",".join(GOOD).encode("gb18030"), 1, "file.csv"),
    "UTF-16": Hostile(lambda: csv(",".join(GOOD), encoding="utf-16"), 0, "file.csv"),
    "UTF-16 without its mark": Hostile(
        lambda: csv(",".join(GOOD), encoding="utf-16-le"), (422, "file_columns"), "file.csv"
    ),
    "nothing": Hostile(lambda: b"", (422, "file_empty"), "file.csv"),
    "an old workbook": Hostile(lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000), NO_TABLE, "file.xls"),
}
"""By what they are."""


def readers(of: int | None = None) -> list[psutil.Process]:
    """Processes that read a file for this one, or another; which may have children for other things, too."""
    return [child for child in psutil.Process(of).children() if "runtime.reading_child" in _command(child)]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline() or ["runtime.reading_child"]  # a dead one that nobody has waited for has none
    except psutil.NoSuchProcess:
        return []
