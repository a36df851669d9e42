"""盘点表 as it goes out (X6): printed or filled in with a spreadsheet, blind; how it is read: `count_sheet_file`."""

import io

from inventory.count.row import WAITING, CountRow
from inventory.count_sheet_file import LAYOUT
from runtime.formula_safe import formula_safe

WIDTHS = (8, 12, 20, 28, 14, 6, 10, 12, 18)


def write_sheet(count: CountRow) -> bytes:
    """A count as XLSX: the lines that wait for a figure, in walking order, blind."""
    import openpyxl
    from openpyxl.styles import Font

    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "盘点表"
    sheet.append([formula_safe(f"盘点表 {count.count_no}　{count.chosen}")])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(list(LAYOUT.names))
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFGHI", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A3"
    for line in count.lines:
        if line.status in WAITING:
            sheet.append([*map(formula_safe, (line.zone, line.bin, line.sku, line.name, line.lot or "")), line.round])
    sheet.print_title_rows = "1:2"
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()
