"""更正单 The print of a correction (D16, D11): which paper it takes back, line by line, why, and both people.

A correction is found by its number in the register; what it says lies with the paper that it corrects.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from contracts.dispatch_corrections import DeliveryCorrected, DeliveryCorrectionAsked, DeliveryCorrectionRefused
from contracts.fact import GoodsLine
from contracts.inventory import ArrivalCorrected, CorrectionAsked, CorrectionRefused, IssueCorrected
from contracts.inventory_inbound import CheckCorrected, CheckCorrectionAsked, CheckCorrectionRefused, CheckedLine
from contracts.inventory_stock import PaperCorrected, PaperCorrectionAsked, PaperCorrectionRefused
from dashboards.both_units import both_units
from dashboards.forms.form import Content, Form
from dashboards.forms.people import name_of
from dashboards.seat import Seat
from dashboards.warehouse.vouchers_pages import page_of_place
from dispatch.job.row import JOB_FILES, CountsRow, JobRow
from inventory.goods.row import PIECES
from inventory.inbound.row import SLIP_FILES, SlipRow
from inventory.loan_row import LOAN_FILES
from inventory.scrap_row import SCRAP_FILES
from inventory.stock_list_row import STOCK_LIST_FILES
from inventory.voucher.kinds import KINDS
from inventory.voucher.register import by_number
from inventory.voucher.search import registered
from runtime.said import Said
from runtime.typed_rows import Model

GZ = KINDS["GZ"]
FILES: Mapping[str, Model[Any]] = {
    "goods": PIECES.files,
    "inbound": SLIP_FILES,
    "stocklist": STOCK_LIST_FILES,
    "loan": LOAN_FILES,
    "scrap": SCRAP_FILES,
    "job": JOB_FILES,
}
"""Where the corrected paper lies, by the kind of aggregate."""
REFUSED = (CorrectionRefused, CheckCorrectionRefused, PaperCorrectionRefused, DeliveryCorrectionRefused)


@dataclass(frozen=True, slots=True)
class Corrected:
    """Of a line, a figure as it was said and as it is right; `what`: the figure's word."""

    line_no: int
    sku: str
    name: str
    what: str
    was: int
    right: int
    lot: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionTold:
    """A correction: what it names besides its paper (a waybill, a list), its lines, and who said and decided what."""

    named: str
    lines: Sequence[Corrected]
    reason: str
    asked_by: str
    at: datetime
    outcome: Literal["waits", "done", "refused"] = "waits"
    decided_by: str = ""
    """The second person; nobody, where none was needed."""
    answer: str = ""
    """Why it was refused."""


def correction_of(row: Any, said: Said, number: str) -> CorrectionTold | None:
    """A correction by its number, of all that was said of a paper; None where nothing was said of it."""
    told: CorrectionTold | None = None
    for one in said.about(correction_no=number).sayings:
        event = one.event
        if isinstance(event, REFUSED):
            told = told and _decided(told, "refused", event.refused_by, event.reason)
        elif isinstance(event, CorrectionAsked):
            line = Corrected(event.line_no, event.sku, event.name, "fix.booked", event.booked, event.right)
            outcome: Literal["waits", "done"] = "done" if event.right > event.booked else "waits"
            told = CorrectionTold(event.waybill, (line,), event.reason, event.asked_by, event.at, outcome)
        elif isinstance(event, ArrivalCorrected):
            told = told and _decided(told, "done", event.witness)
        elif isinstance(event, IssueCorrected):
            line = Corrected(event.line_no, event.sku, event.name, "fix.left_by_it", event.quantity, 0)
            told = CorrectionTold(event.list_no, (line,), event.reason, event.corrected_by, event.at, "done")
        elif isinstance(event, CheckCorrectionAsked | PaperCorrectionAsked | DeliveryCorrectionAsked):
            told = CorrectionTold("", tuple(_lines(event, row)), event.reason, event.asked_by, event.at)
        elif isinstance(event, CheckCorrected | PaperCorrected | DeliveryCorrected):
            asked_at = event.at if told is None else told.at
            done = CorrectionTold("", tuple(_lines(event, row)), event.reason, event.asked_by, asked_at)
            told = _decided(done, "done", event.witness)
    return told


def _decided(told: CorrectionTold, outcome: Literal["done", "refused"], by: str, answer: str = "") -> CorrectionTold:
    return CorrectionTold(told.named, told.lines, told.reason, told.asked_by, told.at, outcome, by, answer)


def _lines(event: Any, row: Any) -> Iterator[Corrected]:
    """What it takes back, line by line: figures that it leaves as they were are not named."""
    match event:
        case PaperCorrectionAsked() | PaperCorrected():
            for left in event.lines:
                yield Corrected(left.line_no, left.sku, left.name, "fix.left_by_it", left.was, left.right, left.lot)
        case CheckCorrectionAsked():
            slip: SlipRow = row
            known = {line.line_no: line for line in slip.lines}
            for found in event.lines:
                if (of := known.get(found.line_no)) is not None:
                    lot = found.lot or of.lot
                    yield Corrected(of.line_no, of.sku, of.name, "slip.counted", of.counted or 0, found.counted, lot)
        case CheckCorrected():
            before = {line.line_no: line for line in event.was}
            for now in event.lines:
                yield from _counted(before.get(now.line_no, now), now)
        case DeliveryCorrectionAsked():
            typed: CountsRow | None = row.counts
            if typed is not None:
                yield from _handed_over(row, (typed.delivered, typed.refused, typed.damaged), event)
        case DeliveryCorrected():
            yield from _handed_over(row, (event.was_delivered, event.was_refused, event.was_damaged), event)
        case _:
            return


def _counted(was: CheckedLine, right: CheckedLine) -> Iterator[Corrected]:
    """The figures of a checked line that differ; of one that has another lot alone, what was counted."""
    figures = (
        ("slip.counted", was.counted, right.counted),
        ("slip.good", was.good, right.good),
        ("slip.aside", was.aside, right.aside),
    )
    for what, before, after in [one for one in figures if one[1] != one[2]] or figures[:1]:
        yield Corrected(right.line_no, right.sku, right.name, what, before, after, right.lot)


def _handed_over(
    job: JobRow, was: Sequence[Sequence[GoodsLine]], event: DeliveryCorrectionAsked | DeliveryCorrected
) -> Iterator[Corrected]:
    words, right = ("fixed.taken", "fixed.whole", "fixed.broken"), (event.delivered, event.refused, event.damaged)
    for line in job.lines:
        for what, typed, really in zip(words, was, right, strict=True):
            before, after = _pieces(typed, line.line_no), _pieces(really, line.line_no)
            if before != after:
                yield Corrected(line.line_no, line.sku, line.name, what, before, after)


def _pieces(lines: Sequence[GoodsLine], line_no: int) -> int:
    return sum(line.quantity for line in lines if line.line_no == line_no)


async def _correction(seat: Seat, number: str) -> Content | None:
    found = next((one for one in await by_number(seat.caller, number) if one.kind == GZ), None)
    if found is None:
        return None
    place, _, paper = found.row.paper.partition(":")
    file = await seat.caller.view(FILES[place]).get(paper) if place in FILES else None
    told = None if file is None else correction_of(file.row, file.said, found.row.own_no)
    if told is None:
        return None
    return {
        "one": told,
        "number": found.row.number,
        "own_no": found.row.own_no,
        "place": place,
        "paper": paper,
        "href": page_of_place(registered(found)),
        "asked_by": name_of(seat, told.asked_by),
        "decided_by": name_of(seat, told.decided_by or None),
        "units": await both_units(seat, {line.sku for line in told.lines}),
    }


FORMS = (Form(name="correction", template="form_correction.html", roles=GZ.readers, read=_correction),)
