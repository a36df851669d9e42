"""A workbook of one sheet, written row by row as it is read: constant memory, four styles for all its cells (X6).

Only what a list needs: a bold heading that stays on top, texts, numbers, days and moments.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO, Self
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from contracts.civil_time import in_shanghai
from runtime.formula_safe import formula_safe

Cell = str | int | float | bool | date | datetime | None

LONGEST_TEXT = 32_767
"""What a cell can hold."""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What a text of a file may not hold."""
_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of a spreadsheet, from March 1900 on."""
_DAY_SECONDS = 86_400
_BOLD, _DAY, _MOMENT = 1, 2, 3
"""Styles by number, as `_STYLES` lists them; 0 is the plain one."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPES = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>'
)
_ROOT = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_PARTS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def safe(value: Cell) -> Cell:
    """A value as a cell may hold it: text never runs as a formula, moments are the company's clock."""
    if isinstance(value, datetime):
        return in_shanghai(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, str):
        return formula_safe(_NO_XML.sub("", value))[:LONGEST_TEXT]
    return value


class Workbook:
    """One that is being written to a file, whole when the block ends; the file stays open. `title` names the sheet."""

    def __init__(self, file: IO[bytes], title: str, head: Sequence[str]) -> None:
        self._zip = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=3)
        name = escape(_NO_XML.sub("", title), {'"': "&quot;"})
        self._zip.writestr("[Content_Types].xml", _TYPES)
        self._zip.writestr("_rels/.rels", _ROOT)
        self._zip.writestr(
            "xl/workbook.xml",
            f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        self._zip.writestr("xl/_rels/workbook.xml.rels", _PARTS)
        self._zip.writestr("xl/styles.xml", _STYLES)
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        widths = "".join(
            f'<col min="{number}" max="{number}" width="{max(10, 2 * len(text) + 4)}" customWidth="1"/>'
            for number, text in enumerate(head, start=1)
        )
        self._sheet.write(
            (
                f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
                'topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
                f"{f'<cols>{widths}</cols>' if head else ''}<sheetData><row>"
                f"{''.join(_text(formula_safe(title), _BOLD) for title in head)}</row>"
            ).encode()
        )

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Some more rows."""
        self._sheet.write("".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows).encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing more comes."""
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._zip.close()


def _cell(told: Cell) -> str:
    """A value as its place in a row; an empty one keeps its place."""
    match value := safe(told):
        case None | "":
            return "<c/>"
        case str():
            return _text(value)
        case bool():
            return f'<c t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f"<c><v>{value!r}</v></c>"
        case datetime():
            seconds = value.hour * 3_600 + value.minute * 60 + value.second
            return f'<c s="{_MOMENT}"><v>{_days(value.date()) + seconds / _DAY_SECONDS!r}</v></c>'
        case date():
            return f'<c s="{_DAY}"><v>{_days(value)}</v></c>'


def _text(value: str, style: int = 0) -> str:
    shown = f' s="{style}"' if style else ""
    return f'<c t="inlineStr"{shown}><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def _days(on: date) -> int:
    return (on - _FIRST_DAY).days
