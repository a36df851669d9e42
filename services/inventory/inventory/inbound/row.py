"""The inbound slip's row: how an 入库单 stands, and what was said of it (D1, D2, D3, D5, K18)."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from contracts import inventory_inbound as facts
from contracts.inventory_inbound import SlipLine
from inventory.inbound.aggregate import INBOUND
from inventory.inbound.state import Checked, Inbound, Issued, NoSlip, OpenException, Voided, WrongCheck
from runtime.said import Said, Saying
from runtime.view import Instant, Row, View, Whole

Status = Literal["issued", "checked", "put_away", "cancelled"]
"""Checked: good pieces wait to be put away."""
Papers = Literal["none", "owed", "overdue", "handed_over"]


class PutRow(BaseModel):
    """Pieces of a put-away, as they lie now (D16)."""

    part: int
    quantity: int
    bin: str
    lot: str


class FoundRow(BaseModel):
    """What is wrong with pieces of a line, as far as it is."""

    exception_id: str
    line_no: int
    kind: facts.ExceptionKind
    left: int


class WrongRow(BaseModel):
    """A correction of the check, until a second person has decided (D16)."""

    correction_no: str
    lines: tuple[facts.LineFound, ...]
    reason: str
    asked_by: str
    at: Instant


class SlipLineRow(SlipLine):
    """A line, with what the check found, where it lies, and how many good pieces wait for a bin."""

    counted: int | None = None
    good: int | None = None
    aside: int | None = None
    short: int | None = None
    waiting: int = 0
    put: tuple[PutRow, ...] = ()


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
    found: tuple[FoundRow, ...] = ()
    wrong: WrongRow | None = None
    correcting: bool = False
    version: int = 0

    def line(self, line_no: int) -> SlipLineRow:
        """One of its lines."""
        return next(line for line in self.lines if line.line_no == line_no)


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
        open_exceptions=0 if checked is None else sum(one.is_open for one in checked.exceptions),
        contracts=tuple(sorted({line.contract_no for line in slip.lines if line.contract_no is not None})),
        skus=tuple(sorted({line.sku for line in slip.lines})),
        found=() if checked is None else tuple(map(_found, checked.exceptions)),
        wrong=None if checked is None else _wrong(checked.corrections.waits),
        correcting=checked is not None and checked.corrections.waits is not None,
    )


def _found(one: OpenException) -> FoundRow:
    opened = one.opened
    return FoundRow(exception_id=opened.exception_id, line_no=opened.line_no, kind=opened.kind, left=one.left)


def _wrong(wrong: WrongCheck | None) -> WrongRow | None:
    if wrong is None:
        return None
    return WrongRow(
        correction_no=wrong.correction_no,
        lines=wrong.lines,
        reason=wrong.reason,
        asked_by=wrong.asked_by,
        at=wrong.at,
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
    put = tuple(
        PutRow(part=one.part, quantity=one.quantity, bin=one.bin, lot=one.lot)
        for one in checked.put_away
        if one.line_no == line.line_no and one.quantity
    )
    return SlipLineRow(**{**dict(line), **counts}, waiting=found.good - checked.done(line.line_no)[0], put=put)


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
        ("row.correcting",),
    ),
    said=(
        facts.SlipCancelled,
        facts.InboundChecked,
        facts.InboundExceptionOpened,
        facts.InboundExceptionSettled,
        facts.InboundPutAway,
        facts.PapersHandedOver,
        facts.CheckCorrectionAsked,
        facts.CheckCorrectionRefused,
        facts.CheckCorrected,
        facts.PutAwayMoved,
    ),
)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that the check found, and what became of it."""

    opened: facts.InboundExceptionOpened
    settled: facts.InboundExceptionSettled | None
    left: int
    """Pieces that something is wrong with all the same: fewer than at first, after a correction (D16)."""


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
    def in_order(self) -> bool | None:
        """Whether the check found nothing wrong, as it is right (D16); null before it."""
        return None if self.checked is None else not any(one.left for one in self.row.found)

    @property
    def handed_over(self) -> facts.PapersHandedOver | None:
        """That the papers are with the accountant."""
        return self.said.told(facts.PapersHandedOver)

    @property
    def wrong(self) -> list[Wrong]:
        """Its exceptions."""
        settled = {one.event.exception_id: one.event for one in self.said.all(facts.InboundExceptionSettled)}
        opened = (one.event for one in self.said.all(facts.InboundExceptionOpened))
        left = {one.exception_id: one.left for one in self.row.found}
        return [Wrong(one, settled.get(one.exception_id), left.get(one.exception_id, one.quantity)) for one in opened]

    def wrong_with(self, line_no: int) -> list[Wrong]:
        """What is wrong with a line, as it stands."""
        return [one for one in self.wrong if one.opened.line_no == line_no and one.left]

    @property
    def corrections(self) -> list[Saying[facts.CheckCorrected]]:
        """What the check had wrong."""
        return self.said.all(facts.CheckCorrected)

    def put_by(self, line_no: int, part: int) -> Saying[facts.InboundPutAway]:
        """Who put pieces of a line away, and when."""
        of = (line_no, part)
        return next(x for x in self.said.all(facts.InboundPutAway) if (x.event.line_no, x.event.part) == of)

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        checked, papers, cancelled = self.checked, self.handed_over, self.cancelled
        return {
            **self.row.shown(),
            "cancelled": cancelled and cancelled.reason,
            "checked_at": checked and checked.at.isoformat(),
            "checked_by": checked and checked.checked_by,
            "in_order": self.in_order,
            "check_note": "" if checked is None else checked.note,
            "signature_ref": "" if checked is None else checked.signature_ref,
            "delivery_note_ref": "" if checked is None else checked.delivery_note_ref,
            "papers_at": papers and papers.at.isoformat(),
            "papers_received_by": papers and papers.received_by,
            "papers_ref": "" if papers is None else papers.papers_ref,
            "lines": [
                {
                    **line.model_dump(exclude={"waiting", "put"}),
                    "put_away": [self._part(line, put) for put in line.put],
                }
                for line in self.row.lines
            ],
            "exceptions": [_exception(one) for one in self.wrong],
        }

    def _part(self, line: SlipLineRow, put: PutRow) -> dict[str, Any]:
        told = self.put_by(line.line_no, put.part)
        return {**put.model_dump(exclude={"part"}), "at": told.event.at.isoformat(), "by": told.by}


def _exception(one: Wrong) -> dict[str, Any]:
    kept = {"outcome", "bin", "contract_no", "decided_by", "packed_and_labelled", "note", "at"}
    opened = one.opened.model_dump(mode="json", exclude={"event", "slip_no", "depot"})
    return {**opened, "left": one.left, "settled": one.settled and one.settled.model_dump(mode="json", include=kept)}


SLIP_FILES = Whole(SLIPS, SlipFile)
"""Reads slips with what was said of them."""
