"""Printed forms of the warehouse.

送、验清单 (B9), 分领单 (B11), 包装标签 (B20), 入库单 (D1), 存卡 (D6), 盘点表 (D7), 呆滞报废申请表 (D10),
调拨单 (D17).
"""

from company.crew_of_day import own_crew_on
from dashboards.both_units import both_units
from dashboards.depots import depots_for
from dashboards.forms.form import Content, Form
from dashboards.forms.people import name_of
from dashboards.seat import Seat
from dashboards.warehouse.papers_reading import SCRAPS, SLIPS, paper
from dashboards.warehouse.picking import Load, PickDay
from dashboards.warehouse.reading import lines_before, read_picking, read_shelf
from dashboards.warehouse.transfers_pages import depot_named
from inventory.count.aggregate import COUNT
from inventory.count.file import COUNTS
from inventory.count.row import WAITING
from inventory.inbound.aggregate import INBOUND
from inventory.scrap import SCRAP
from inventory.stock.aggregate import card_no
from inventory.stock.lots import by_lot
from inventory.stock.moves import MOVES
from inventory.stock.row import STOCKED
from inventory.transfer.aggregate import TRANSFER
from inventory.transfer.row import TRANSFERS
from inventory.voucher.register import last_of, number_of
from inventory.who import LOADS, SEES_WAREHOUSE
from order.contract.row import CONTRACTS

CARD_LINES = 200
"""Lines of a printed bin card, the latest ones."""


async def _day_list(seat: Seat, subject: str) -> Content | None:
    """A day's list, or one crew's part of it (`2026-03-13/S1`). A leader gets the own crew's."""
    day, _, crew = subject.partition("/")
    on = seat.day_of(day)
    if on is None:
        return None
    if seat.is_one_of(*LOADS) and await own_crew_on(seat.caller, on) != crew:
        return None
    depots = depots_for(seat.caller, seat.now)
    view: PickDay | None = None
    loads: tuple[Load, ...] = ()
    for depot in depots.names if crew else (depots.one,):
        view = await read_picking(seat, on, depot)
        loads = () if view is None else tuple(load for load in view.loads if crew in ("", load.crew))
        if loads:
            break
    runs = [f"run:{on.isoformat()}:{load.crew}" for load in loads]
    numbers = {letters: await last_of(seat.caller, letters, runs) for letters in ("FL", "SY")}
    if view is None or not loads:
        return None
    named = depots.named(view.depot)
    return {"view": view, "on": on, "loads": loads, "crew": crew, "numbers": numbers, "depot": named}


async def _bin_card(seat: Seat, sku: str) -> Content | None:
    found = await read_shelf(seat, sku)
    if found is None:
        return None
    card = found.row
    lines = await lines_before(seat, card, card.last_move_no + 1, CARD_LINES)
    return {"one": card, "lines": lines, "units": await both_units(seat, (card.sku,))}


async def _count_sheet(seat: Seat, count_no: str) -> Content | None:
    """Blind: lines that wait for a figure, without any."""
    row = await seat.caller.view(COUNTS).get(count_no)
    if row is None:
        return None
    lines = [line for line in row.lines if line.status in WAITING]
    units = await both_units(seat, (line.sku for line in lines))
    lines.sort(key=lambda line: (line.bin, line.sku, line.lot or ""))
    number = await number_of(seat.caller, "PD", COUNT.key(count_no))
    return {"count": row, "number": number, "lines": lines, "units": units}


async def _inbound_slip(seat: Seat, slip_no: str) -> Content | None:
    found = await paper(seat, SLIPS, slip_no)
    if found is None:
        return None
    return {
        "slip": found.row,
        "number": await number_of(seat.caller, "RK", INBOUND.key(slip_no)),
        "file": found,
        "issued_by": name_of(seat, found.row.issued_by),
        "units": await both_units(seat, found.row.skus),
    }


async def _lots_of(seat: Seat, number: str) -> dict[str, int]:
    """Of which lots the pieces of a paper are, as they were set apart for it or left by it last (D13)."""
    moves = await seat.caller.view(MOVES).find({"row.voucher_no": number}, sort=[("row.move_no", -1)], limit=1)
    return {} if not moves else {lot: pieces for lot, pieces in by_lot(moves[0].taken).items() if lot}


async def _scrap(seat: Seat, number: str) -> Content | None:
    found = await paper(seat, SCRAPS, number)
    if found is None:
        return None
    one = found.row
    stock = await seat.caller.view(STOCKED).get(card_no(one.depot, one.sku))
    return {
        "one": one,
        "number": await number_of(seat.caller, "BF", SCRAP.key(number)),
        "lots": await _lots_of(seat, number),
        "units": await both_units(seat, (one.sku,)),
        "gone": found.executed,
        "last_move": None if stock is None else stock.last_move_at,
        "applied_by": name_of(seat, one.applied_by),
        "approved_by": name_of(seat, found.approved_by),
    }


async def _transfer(seat: Seat, number: str) -> Content | None:
    """Both counts, in pieces and in boxes (D14, D17)."""
    found = await seat.caller.view(TRANSFERS).get(number)
    if found is None:
        return None
    return {
        "one": found,
        "number": await number_of(seat.caller, "DB", TRANSFER.key(number)),
        "units": await both_units(seat, found.skus),
        "depot_named": lambda depot: depot_named(seat, depot),
        "asked_by": seat.words("system") if found.asked_by == "system" else name_of(seat, found.asked_by),
        "sent_by": name_of(seat, found.sent_by or None),
        "received_by": " ".join(name_of(seat, person) for person in found.received_by),
    }


async def _labels(seat: Seat, contract_no: str) -> Content | None:
    """The page fetches the labels itself: their codes are signed by the warehouse's service."""
    row = await seat.caller.view(CONTRACTS).get(contract_no)
    return None if row is None else {}


FORMS = (
    Form(name="inbound-slip", template="form_inbound_slip.html", roles=SEES_WAREHOUSE, read=_inbound_slip),
    Form(name="scrap", template="form_scrap.html", roles=SEES_WAREHOUSE, read=_scrap),
    Form(name="transfer", template="form_transfer.html", roles=SEES_WAREHOUSE, read=_transfer),
    Form(name="labels", template="form_labels.html", roles=SEES_WAREHOUSE, read=_labels),
    Form(name="delivery-list", template="form_delivery_list.html", roles=SEES_WAREHOUSE | LOADS, read=_day_list),
    Form(name="sorting-sheet", template="form_sorting_sheet.html", roles=SEES_WAREHOUSE | LOADS, read=_day_list),
    Form(name="bin-card", template="form_bin_card.html", roles=SEES_WAREHOUSE, read=_bin_card),
    Form(name="count-sheet", template="form_count_sheet.html", roles=SEES_WAREHOUSE, read=_count_sheet),
)
