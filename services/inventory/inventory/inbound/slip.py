"""The slip itself: issued by the accountant with the reason, void while nothing was checked (D1); its papers (D5)."""

import re
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, Field

from company import units
from company.context import Context
from contracts import inventory_inbound as facts
from contracts.bounds import OptionalId
from contracts.fact import Measure
from contracts.inventory_inbound import InboundEvent
from contracts.spelling import OptionalWaybillNo
from inventory.depots import depot_flaw
from inventory.fields import MAX_PIECES, FileRef, Note, PaperNo, Text, dated
from inventory.inbound.state import Checked, Decision, Inbound, Issued, NoSlip, Voided, is_unchecked
from inventory.refusals import no
from inventory.who import ACCOUNTANT, HANDS_OVER
from runtime.decision import Command, said_again
from runtime.second import Second
from runtime.typed_rows import ByName
from runtime.use_case import Asker, Born, UseCase

MAX_SKU, MAX_NAME = 80, 200  # characters


class IssueSlip(Command):
    """开入库单 Issue an inbound slip (D1)

    By the accountant, with the reason; without `slip_no` one is made. Answers the number in `body.slip_no`.
    """

    command: Literal["IssueSlip"] = "IssueSlip"
    slip_no: PaperNo
    depot: OptionalId = "main"
    reason: facts.InboundReason
    source: Text
    delivery_note_no: Note = ""
    carrier: Note = ""
    waybill: OptionalWaybillNo = ""
    lines: Annotated[tuple[facts.SlipLine, ...], Field(min_length=1, max_length=300)]
    note: Note = ""


class CancelSlip(Command):
    """作废入库单 Void a slip (D1)

    Before anything was checked.
    """

    command: Literal["CancelSlip"] = "CancelSlip"
    reason: Text


class HandOverPapers(Command):
    """单据交会计 Hand over the papers (D5, K18)

    Slip and the supplier's sales list, within a day of the check. The accountant says that they are there: by asking,
    or as `second` of the warehouse (B23).
    """

    command: Literal["HandOverPapers"] = "HandOverPapers"
    received_by: Text | None = None
    sales_list_no: Text
    papers_ref: FileRef = ""


class NotePapersOverdue(Command):
    """单据到期 (K18): from the timer."""

    command: Literal["NotePapersOverdue"] = "NotePapersOverdue"


def issue_slip(command: IssueSlip, inbound: Inbound, ctx: Context) -> Decision:
    """The accountant lets goods come in, with the reason.

    Rules: D1. The same slip again is no event. Refuses: line_twice, unknown_depot, bad_slip_line, slip_contradicts.
    """
    slip = facts.SlipIssued(
        at=command.at or ctx.now,
        slip_no=command.slip_no,
        depot=command.depot,
        reason=command.reason,
        source=command.source,
        delivery_note_no=command.delivery_note_no,
        carrier=command.carrier,
        waybill=command.waybill,
        lines=command.lines,
        issued_by=ctx.by,
        note=command.note,
    )
    match inbound:
        case NoSlip():
            if len({line.line_no for line in command.lines}) < len(command.lines):
                return no("slip_line_twice", slip_no=command.slip_no)
            if (flaw := depot_flaw(ctx.policy, command.depot)) is not None:
                return flaw
            bad = next((line for line in command.lines if not _line_is_good(line)), None)
            return (slip,) if bad is None else no("bad_slip_line", line_no=bad.line_no)
        case Issued() | Voided() | Checked():
            same = inbound.slip.model_copy(update={"at": slip.at, "issued_by": slip.issued_by}) == slip
            return () if same else no("slip_contradicts", slip_no=command.slip_no)
    assert_never(inbound)


class _Sold(BaseModel):
    line_no: int
    quantity: int
    delivered: int = 0
    measure: Measure | None = None


class _SoldOn(BaseModel):
    lines: tuple[_Sold, ...]


SOLD = ByName("contracts", _SoldOn)
"""The order service's contracts, as far as a return needs them."""


async def in_whole_boxes(asker: Asker, number: str, body: Any) -> IssueSlip:
    """With its number. What a customer brings back of a product in boxes are whole boxes, or all that he has (D14)."""
    slip = IssueSlip.model_validate({**dict(body), "slip_no": number})
    if slip.reason != "customer_return":
        return slip
    contracts = await asker.view(SOLD).get_many(sorted({line.contract_no for line in slip.lines if line.contract_no}))
    for line in slip.lines:
        contract = contracts.get(line.contract_no or "")
        sold = () if contract is None else contract.lines
        of = next((one for one in sold if one.line_no == line.contract_line_no), None)
        per_box = 1 if of is None or of.measure is None else of.measure.per_box
        if of is not None and not units.comes_back_whole(line.quantity, per_box, of=of.delivered):
            asker.refuse(no("loose_pieces", line_no=line.line_no, name=line.name, per_box=per_box))
    return slip


def _line_is_good(line: facts.SlipLine) -> bool:
    named = 1 <= len(line.sku.strip()) <= MAX_SKU and 1 <= len(line.name.strip()) <= MAX_NAME
    whole = (line.contract_no is None) == (line.contract_line_no is None)
    known = line.contract_no is None or re.fullmatch(r"[A-Z]{2}[0-9]{6,12}", line.contract_no) is not None
    return named and whole and known and line.line_no > 0 and 1 <= line.quantity <= MAX_PIECES


def cancel_slip(command: CancelSlip, inbound: Issued | Voided | Checked, ctx: Context) -> Decision:
    """A slip is void, as long as nothing was checked.

    Rules: D1, X7. Refuses: unknown_slip, already_checked, said_otherwise (void for another reason).
    """
    if isinstance(inbound, Checked):
        return no("already_checked", slip_no=inbound.slip.slip_no)
    if isinstance(inbound, Voided):
        return said_again(inbound.reason, command.reason)
    return (facts.SlipCancelled(at=command.at or ctx.now, slip_no=inbound.slip.slip_no, reason=command.reason),)


def hand_over_papers(command: HandOverPapers, inbound: Checked, ctx: Context) -> Decision:
    """Slip and the supplier's sales list are with the accountant. Once.

    Rules: D5, K18, B23, X7. Refuses: unknown_slip, slip_cancelled, not_checked, papers_contradict.
    """
    receiver = ctx.second.id if ctx.second is not None else command.received_by or ctx.by
    if (known := inbound.papers) is not None:
        told = (receiver, command.sales_list_no, command.papers_ref)
        if (known.received_by, known.sales_list_no, known.papers_ref) == told:
            return ()
        return no(
            "papers_contradict",
            slip_no=known.slip_no,
            sales_list_no=known.sales_list_no,
            received_by=known.received_by,
            told=command.sales_list_no,
            told_by=receiver,
        )
    return (
        facts.PapersHandedOver(
            at=command.at or ctx.now,
            slip_no=inbound.slip.slip_no,
            received_by=receiver,
            sales_list_no=command.sales_list_no,
            papers_ref=command.papers_ref,
            due=inbound.papers_due,
        ),
    )


def note_overdue(_: NotePapersOverdue, inbound: Issued | Voided | Checked, ctx: Context) -> Decision:
    """The papers' day has passed.

    Rules: K18. Handed over meanwhile, or told already: no event.
    """
    if not isinstance(inbound, Checked) or inbound.papers is not None or inbound.overdue_told:
        return ()
    due = inbound.papers_due
    return () if ctx.now < due else (facts.InboundPapersOverdue(at=due, slip_no=inbound.slip.slip_no, due=due),)


def owes_papers(inbound: Inbound) -> bool:
    """Checked, and the accountant has no papers yet."""
    return isinstance(inbound, Checked) and inbound.papers is None


USE_CASES: tuple[UseCase[Any, Any, InboundEvent], ...] = (
    UseCase(
        IssueSlip,
        issue_slip,
        ACCOUNTANT,
        "",
        body="SlipWanted",
        born=Born("slip_no", made=dated("RK")),
        prepare=in_whole_boxes,
        status=201,
    ),
    UseCase(CancelSlip, cancel_slip, ACCOUNTANT, "cancellation", status=201, wanted=is_unchecked),
    UseCase(
        HandOverPapers,
        hand_over_papers,
        HANDS_OVER,
        "papers",
        status=201,
        wanted=owes_papers,
        second=Second(ACCOUNTANT, dict.fromkeys(ACCOUNTANT, frozenset())),
        signers=("received_by",),
    ),
    UseCase(NotePapersOverdue, note_overdue),
)
