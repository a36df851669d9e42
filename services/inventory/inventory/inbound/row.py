"""The inbound slip's row: how an 入库单 stands, and what was said of it (D1, D2, D3, D5, K18)."""

from dataclasses import dataclass
from typing import Any, Literal

from contracts import inventory_inbound as facts
from contracts.inventory_inbound import SlipLine
from inventory.inbound.aggregate import INBOUND
from inventory.inbound.state import Checked, Inbound, Issued, NoSlip, Voided
from runtime.said import Said, Saying
from runtime.view import Instant, Row, View, Whole

Status = Literal["issued", "checked", "put_away", "cancelled"]
"""Checked: good pieces wait to be put away."""
Papers = Literal["none", "owed", "overdue", "handed_over"]


class SlipLineRow(SlipLine):
    """A line, with what the check found, and how many good pieces wait for a bin."""

    counted: int | None = None
    good: int | None = None
    aside: int | None = None
    short: int | None = None
    waiting: int = 0


class SlipRow(Row):
    """A slip."""

    slip_no: str
    depot: str
    reason: facts.InboundReason
    source: str
    delivery_note_no: str
    carrier: str
    waybill: str
    note: str
    state: Status
    issued_at: Instant
    issued_by: str
    papers: Papers
    papers_due: Instant | None
    sales_list_no: str | None
    lines: tuple[SlipLineRow, ...]
    open_exceptions: int
    contracts: tuple[str, ...]
    """That its lines belong to."""
    skus: tuple[str, ...]
    version: int = 0


def slip_row(inbound: Inbound) -> SlipRow | None:
    """The view."""
    if isinstance(inbound, NoSlip):
        return None
    slip, checked = inbound.slip, inbound if isinstance(inbound, Checked) else None
    return SlipRow(
        **slip.model_dump(exclude={"event", "at", "lines"}),
        state=_status(inbound),
        issued_at=slip.at,
        papers="none" if checked is None else _papers(checked),
        papers_due=None if checked is None else checked.papers_due,
        sales_list_no=None if checked is None or checked.papers is None else checked.papers.sales_list_no,
        lines=tuple(_line(line, checked) for line in slip.lines),
        open_exceptions=0 if checked is None else sum(one.settled is None for one in checked.exceptions),
        contracts=tuple(sorted({line.contract_no for line in slip.lines if line.contract_no is not None})),
        skus=tuple(sorted({line.sku for line in slip.lines})),
    )


def _status(inbound: Issued | Voided | Checked) -> Status:
    match inbound:
        case Issued():
            return "issued"
        case Voided():
            return "cancelled"
        case Checked():
            return "checked" if inbound.left() else "put_away"


def _papers(checked: Checked) -> Papers:
    if checked.papers is not None:
        return "handed_over"
    return "overdue" if checked.overdue_told else "owed"


def _line(line: SlipLine, checked: Checked | None) -> SlipLineRow:
    found = None if checked is None else next((one for one in checked.lines if one.line_no == line.line_no), None)
    if checked is None or found is None:
        return SlipLineRow(**dict(line))
    counts = found.model_dump(include={"counted", "good", "aside", "short", "lot"})
    return SlipLineRow(**{**dict(line), **counts}, waiting=found.good - checked.done(line.line_no)[0])


SLIPS = View(
    "slips",
    "inventory",
    INBOUND,
    SlipRow,
    slip_row,
    indexes=(
        ("row.state", "row.issued_at"),
        ("row.papers", "row.issued_at"),
        ("row.open_exceptions",),
        ("row.contracts",),
        ("row.skus",),
        ("row.issued_at",),
        ("row.delivery_note_no",),
        ("row.waybill",),
        ("row.sales_list_no",),
    ),
    said=(
        facts.SlipCancelled,
        facts.InboundChecked,
        facts.InboundExceptionOpened,
        facts.InboundExceptionSettled,
        facts.InboundPutAway,
        facts.PapersHandedOver,
    ),
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that the check found, and what became of it."""

    opened: facts.InboundExceptionOpened
    settled: facts.InboundExceptionSettled | None


@dataclass(frozen=True, slots=True)
class SlipFile:
    """A slip with what was said of it."""

    row: SlipRow
    said: Said

    @property
    def cancelled(self) -> facts.SlipCancelled | None:
        """That it is void."""
        return self.said.told(facts.SlipCancelled)

    @property
    def checked(self) -> facts.InboundChecked | None:
        """The check."""
        return self.said.told(facts.InboundChecked)

    @property
    def handed_over(self) -> facts.PapersHandedOver | None:
        """That the papers are with the accountant."""
        return self.said.told(facts.PapersHandedOver)

    @property
    def wrong(self) -> list[Wrong]:
        """Its exceptions."""
        settled = {one.event.exception_id: one.event for one in self.said.all(facts.InboundExceptionSettled)}
        opened = (one.event for one in self.said.all(facts.InboundExceptionOpened))
        return [Wrong(one, settled.get(one.exception_id)) for one in opened]

    def put_away(self, line_no: int) -> list[Saying[facts.InboundPutAway]]:
        """Where the pieces of a line were put, and by whom."""
        return [one for one in self.said.all(facts.InboundPutAway) if one.event.line_no == line_no]

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        checked, papers, cancelled = self.checked, self.handed_over, self.cancelled
        return {
            **self.row.shown(),
            "cancelled": cancelled and cancelled.reason,
            "checked_at": checked and checked.at.isoformat(),
            "checked_by": checked and checked.checked_by,
            "in_order": checked and checked.in_order,
            "check_note": "" if checked is None else checked.note,
            "signature_ref": "" if checked is None else checked.signature_ref,
            "delivery_note_ref": "" if checked is None else checked.delivery_note_ref,
            "papers_at": papers and papers.at.isoformat(),
            "papers_received_by": papers and papers.received_by,
            "papers_ref": "" if papers is None else papers.papers_ref,
            "lines": [
                {
                    **line.model_dump(exclude={"waiting"}),
                    "put_away": [_part(one) for one in self.put_away(line.line_no)],
                }
                for line in self.row.lines
            ],
            "exceptions": [_exception(one) for one in self.wrong],
        }


def _part(one: Saying[facts.InboundPutAway]) -> dict[str, Any]:
    put = one.event
    return {"bin": put.bin, "lot": put.lot, "quantity": put.quantity, "at": put.at.isoformat(), "by": one.by}


def _exception(one: Wrong) -> dict[str, Any]:
    kept = {"outcome", "bin", "contract_no", "decided_by", "packed_and_labelled", "note", "at"}
    opened = one.opened.model_dump(mode="json", exclude={"event", "slip_no", "depot"})
    return {**opened, "settled": one.settled and one.settled.model_dump(mode="json", include=kept)}


SLIP_FILES = Whole(SLIPS, SlipFile)
"""Reads slips with what was said of them."""
