"""Printed forms of the warehouse: 送、验清单 (B9), 分领单 (B11), 存卡 (D6), 盘点表 (D7)."""

from datetime import date
from typing import Any

from dashboards.forms import Content, Form
from dashboards.nav import WAREHOUSE
from dashboards.seat import Seat
from dashboards.stock_view import card_lines, stock_row
from dashboards.warehouse_reading import read_card, read_picking

ROAD = frozenset({"crew_leader"})
"""Who signs for what is loaded."""
CARD_LINES = 200
"""Lines of a printed bin card, the latest ones."""


async def _day_list(seat: Seat, subject: str) -> Content | None:
    """A day's list, or one crew's part of it (`2026-03-13/S1`). A leader gets the own crew's."""
    day, _, crew = subject.partition("/")
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return None
    if seat.is_one_of(*ROAD) and seat.person.crew != crew:
        return None
    view = await read_picking(seat, on)
    loads = () if view is None else tuple(load for load in view.loads if crew in ("", load.crew))
    return {"view": view, "on": on, "loads": loads, "crew": crew} if loads else None


async def _bin_card(seat: Seat, sku: str) -> Content | None:
    found = await read_card(seat, sku)
    if found is None:
        return None
    return {"one": stock_row(found[0]), "lines": card_lines(found[1]["moves"])[-CARD_LINES:]}


async def _count_sheet(seat: Seat, count_no: str) -> Content | None:
    """Blind: lines that wait for a figure, without any."""
    row: dict[str, Any] | None = await seat.desk.rows("counts").get(count_no)
    if row is None:
        return None
    lines = [line for line in row["count"]["lines"] if line["status"] in {"to_count", "recount"}]
    return {"count": row["count"], "lines": sorted(lines, key=lambda line: (line["bin"], line["sku"]))}


FORMS = (
    Form(name="delivery-list", template="form_delivery_list.html", roles=WAREHOUSE | ROAD, read=_day_list),
    Form(name="sorting-sheet", template="form_sorting_sheet.html", roles=WAREHOUSE | ROAD, read=_day_list),
    Form(name="bin-card", template="form_bin_card.html", roles=WAREHOUSE, read=_bin_card),
    Form(name="count-sheet", template="form_count_sheet.html", roles=WAREHOUSE, read=_count_sheet),
)
