"""上架 Good pieces of a checked slip lie in bins (D2, D6); its exceptions are settled (D2, D3)."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from company.context import Context
from contracts import inventory_inbound as facts
from contracts.bounds import HowMany, Nth
from contracts.inventory_inbound import InboundEvent
from contracts.spelling import Lot
from inventory.fields import Note, Text
from inventory.inbound.state import Checked, Decision, Inbound, OpenException, good_bin_flaw
from inventory.product_file import comes_in_lots
from inventory.refusals import no
from inventory.who import KEEPER, SETTLES
from runtime.decision import Command, Rejected
from runtime.typed_rows import ByName
from runtime.use_case import Asker, UseCase

UNPACKED: tuple[facts.ExceptionKind, ...] = ("no_mark", "no_package")
BinCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]


class PutAway(Command):
    """上架 Put away (D2, D6)

    Good pieces of a line into a bin; a contract's pieces arrive for it (A3).
    """

    command: Literal["PutAway"] = "PutAway"
    line_no: Nth
    quantity: Annotated[HowMany, Field(ge=1)]
    bin: BinCode
    lot: Lot = ""
    """批号 of these pieces (D13); left out: as the check says. It is to be said of a product whose lots matter."""
    by_lot: bool = False


class SettleException(Command):
    """处理异常 Settle an exception (D2)

    Pieces in the pending zone are accepted, go back, or wait for a scrap application; a shortage is noted.
    """

    command: Literal["SettleException"] = "SettleException"
    exception_id: Text
    outcome: facts.SettleOutcome
    bin: BinCode | None = None
    for_contract: bool = False
    """Accepted pieces go to the contract of the line; else to free stock."""
    packed_and_labelled: bool = False
    note: Note = ""


def put_away(command: PutAway, inbound: Checked, ctx: Context) -> Decision:
    """Good pieces of a line lie in a bin; a line may go to several bins.

    Rules: D2, D6, D13. Refuses: unknown_slip, slip_cancelled, not_checked, unknown_slip_line, bad_bin, wrong_zone,
    too_many_to_put_away, lot_unsaid (neither slip nor check knows it, and the boxes are about to be out of sight).
    """
    slip = inbound.slip
    line = next((line for line in inbound.lines if line.line_no == command.line_no), None)
    if line is None:
        return no("unknown_slip_line", slip_no=slip.slip_no, line_no=command.line_no)
    flaw = good_bin_flaw(ctx.policy, slip.depot, command.bin)
    if flaw is not None:
        return flaw
    pieces, parts = inbound.done(line.line_no)
    left, wanted = line.good - pieces, command.quantity
    if wanted > left:
        return no("too_many_to_put_away", line_no=line.line_no, name=line.name, left=left, wanted=wanted)
    if command.by_lot and not (command.lot or line.lot):
        return no("lot_unsaid", sku=line.sku)
    return (
        facts.InboundPutAway(
            at=command.at or ctx.now,
            slip_no=slip.slip_no,
            depot=slip.depot,
            reason=slip.reason,
            line_no=line.line_no,
            part=parts + 1,
            sku=line.sku,
            name=line.name,
            quantity=command.quantity,
            bin=command.bin,
            contract_no=line.contract_no,
            contract_line_no=line.contract_line_no,
            complete=inbound.left() == command.quantity,
            waybill=slip.waybill,
            lot=command.lot or line.lot,
        ),
    )


class _Line(BaseModel):
    line_no: int
    sku: str


class _SlipLines(BaseModel):
    lines: tuple[_Line, ...]


SLIP_LINES = ByName("slips", _SlipLines)
"""The slip's row, as far as a put-away needs it."""


async def as_it_is_kept(asker: Asker, number: str, body: Command) -> PutAway:
    """Into a bin, with whether the product's lots matter (D13)."""
    said = dict(body)
    slip = await asker.if_there(asker.view(SLIP_LINES).get(number))
    line = next((one for one in (slip.lines if slip else ()) if one.line_no == said["line_no"]), None)
    return PutAway(**said, by_lot=line is not None and await comes_in_lots(asker, line.sku))


def settle_exception(command: SettleException, inbound: Checked, ctx: Context) -> Decision:
    """What becomes of an exception: its pieces are accepted, go back, or wait for a scrap application; a shortage is
    noted. Pieces without package or mark enter only packed and labelled.

    Rules: D2, D3. Refuses: unknown_slip, slip_cancelled, not_checked, unknown_exception, already_settled,
    exception_was_none (D16), wrong_outcome, not_packed, bad_bin, wrong_zone.
    """
    found = next((x for x in inbound.exceptions if x.opened.exception_id == command.exception_id), None)
    if found is None:
        return no("unknown_exception", slip_no=inbound.slip.slip_no, exception_id=command.exception_id)
    if not found.left:
        return no("exception_was_none", exception_id=command.exception_id)
    if found.settled is not None:
        same = (found.settled.outcome, found.settled.bin) == (command.outcome, command.bin)
        return () if same else no("already_settled", exception_id=command.exception_id)
    opened = found.opened
    flaw = _settle_flaw(command, found, ctx)
    if flaw is not None:
        return flaw
    accepted = command.outcome == "accepted"
    for_contract = accepted and command.for_contract
    return (
        facts.InboundExceptionSettled(
            at=command.at or ctx.now,
            exception_id=opened.exception_id,
            slip_no=opened.slip_no,
            depot=opened.depot,
            line_no=opened.line_no,
            sku=opened.sku,
            name=opened.name,
            kind=opened.kind,
            quantity=found.aside,
            outcome=command.outcome,
            bin=command.bin if accepted else None,
            contract_no=opened.contract_no if for_contract else None,
            contract_line_no=opened.contract_line_no if for_contract else None,
            decided_by=ctx.by,
            packed_and_labelled=command.packed_and_labelled,
            note=command.note,
            lot=found.lot,
        ),
    )


def _settle_flaw(command: SettleException, found: OpenException, ctx: Context) -> Rejected | None:
    opened, pieces = found.opened, found.aside
    if pieces and command.outcome == "noted":
        return no("wrong_outcome", exception_id=opened.exception_id, pieces=pieces)
    if not pieces and command.outcome != "noted":
        return no("only_noted", exception_id=opened.exception_id, pieces=pieces)
    if command.outcome != "accepted":
        return None
    if opened.kind in UNPACKED and not command.packed_and_labelled:
        return no("not_packed", name=opened.name, exception_id=opened.exception_id)
    return good_bin_flaw(ctx.policy, opened.depot, command.bin or "")


def waits_for_bins(inbound: Inbound) -> bool:
    """Good pieces are not put away yet."""
    return isinstance(inbound, Checked) and inbound.left() > 0


def has_open_exceptions(inbound: Inbound) -> bool:
    """Something that the check found is not settled."""
    return isinstance(inbound, Checked) and any(one.is_open for one in inbound.exceptions)


USE_CASES: tuple[UseCase[Any, Any, InboundEvent], ...] = (
    UseCase(
        PutAway,
        put_away,
        KEEPER,
        "put-aways",
        body="PiecesPutAway",
        unsaid=("by_lot",),
        prepare=as_it_is_kept,
        status=201,
        wanted=waits_for_bins,
    ),
    UseCase(SettleException, settle_exception, SETTLES, "settlements", status=201, wanted=has_open_exceptions),
)
