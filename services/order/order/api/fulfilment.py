"""HTTP of what fulfils a contract besides the crews: payments, refunds, goods handed over otherwise (A7, B15)."""

from typing import Annotated

from pydantic import Field

from contracts.bounds import Nth
from contracts.decision import Command
from contracts.fact import GoodsLine
from contracts.order import PaymentMethod
from order.api.rights import OFFICE, REFUNDS, ContractNoInPath, readable_contract
from order.domain.contract import NoteDelivery, NoteInstallation, NotePayment, RefundReturn, contract_id
from order.domain.texts import MAX_FEN, MAX_LINES, MAX_PIECES, Note, PaperNo, Text
from runtime.http import Answer, Desk
from runtime.route import Router

router = Router()


class Payment(Command):
    """A payment that the office took; its number tells it from the next one."""

    payment_id: PaperNo
    amount_fen: Annotated[int, Field(gt=0, le=MAX_FEN)]
    method: PaymentMethod
    note: Note = ""


class Pieces(Command):
    """Pieces of one line."""

    line_no: Nth
    quantity: Annotated[int, Field(gt=0, le=MAX_PIECES)]


class Receipt(Command):
    """签收单: what was handed over without a delivery job, and who signed."""

    receipt_no: PaperNo
    lines: Annotated[tuple[Pieces, ...], Field(min_length=1, max_length=MAX_LINES)]
    signed_by: Text


class Acceptance(Command):
    """服务验收单: installed without an installation job, and who accepted it."""

    form_no: PaperNo
    accepted_by: Text


class Refund(Command):
    """Money back for pieces that the customer does not take; of a cancelled contract, without a line."""

    refund_id: PaperNo
    line_no: Nth = 0
    quantity: Annotated[int, Field(ge=0, le=MAX_PIECES)] = 0
    refund_fen: Annotated[int, Field(ge=0, le=MAX_FEN)]
    reason: Text


@router.post("/contracts/{contract_no}/payments", status_code=201, summary="登记收款 Note a payment (A7)")
async def pay(contract_no: ContractNoInPath, body: Payment, desk: Desk) -> Answer:
    """Of the office; what crews collect comes by itself. The same number again changes nothing."""
    desk.allow("accountant")
    command = NotePayment(
        at=body.at,
        contract_no=contract_no,
        payment_id=body.payment_id,
        amount_fen=body.amount_fen,
        method=body.method,
        note=body.note,
    )
    return desk.answer(await desk.ask(contract_id(contract_no), command))


@router.post("/contracts/{contract_no}/refunds", status_code=201, summary="登记退款 Note a refund (B15, A6)")
async def refund(contract_no: ContractNoInPath, body: Refund, desk: Desk) -> Answer:
    """For pieces that the customer does not take, or of a cancelled contract."""
    desk.allow(*REFUNDS)
    command = RefundReturn(
        at=body.at,
        contract_no=contract_no,
        refund_id=body.refund_id,
        line_no=body.line_no,
        quantity=body.quantity,
        refund_fen=body.refund_fen,
        reason=body.reason,
    )
    return desk.answer(await desk.ask(contract_id(contract_no), command))


@router.post("/contracts/{contract_no}/deliveries", status_code=201, summary="登记签收 Note a receipt (A7, B13)")
async def deliver(contract_no: ContractNoInPath, body: Receipt, desk: Desk) -> Answer:
    """Goods that the customer got without a delivery job: picked up, or brought by a technician (leftover, C9)."""
    desk.allow(*OFFICE)
    known = {line["line_no"]: line for line in (await readable_contract(desk, contract_no))["order"]["lines"]}
    pieces = tuple(
        GoodsLine(
            line_no=piece.line_no,
            sku=known.get(piece.line_no, {}).get("sku", ""),
            name=known.get(piece.line_no, {}).get("name", ""),
            quantity=piece.quantity,
        )
        for piece in body.lines
    )
    command = NoteDelivery(
        at=body.at,
        contract_no=contract_no,
        job_id=body.receipt_no,
        delivered=pieces,
        signed_by=body.signed_by,
    )
    return desk.answer(await desk.ask(contract_id(contract_no), command))


@router.post("/contracts/{contract_no}/installations", status_code=201, summary="登记安装验收 Note an acceptance (A7)")
async def install(contract_no: ContractNoInPath, body: Acceptance, desk: Desk) -> Answer:
    """Installed without an installation job."""
    desk.allow(*OFFICE)
    command = NoteInstallation(at=body.at, contract_no=contract_no, job_id=body.form_no, accepted_by=body.accepted_by)
    return desk.answer(await desk.ask(contract_id(contract_no), command))
