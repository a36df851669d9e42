"""HTTP of delays, of the store's own errors, and of consent to a later date (A4, A5, A8)."""

from contracts.bounds import CivilDay, Nth
from contracts.decision import Command
from contracts.order import CallResult, ConsentHow, DelayFault
from order.api.rights import CARES, OFFICE, STORE, ContractNoInPath, DelayInPath, own_contract
from order.domain.contract import (
    AcceptError,
    ExplainDelay,
    FollowUp,
    HandOver,
    NotePost,
    PostponeDelivery,
    ReportDelay,
    contract_id,
)
from order.domain.texts import Note, Text
from runtime.http import Answer, Desk
from runtime.route import Router

router = Router()


class DelayReport(Command):
    """Which line is late (0: the whole contract), whose fault it is, and until when."""

    line_no: Nth = 0
    fault: DelayFault
    eta: CivilDay | None = None
    reason: Text


class Noted(Command):
    """A note, if there is anything to say."""

    note: Note = ""


class CallReport(Command):
    """What came of the call. `at`: when it was made."""

    result: CallResult
    note: Note = ""


class Given(Command):
    """Why."""

    reason: Text


class Followed(Command):
    """What the store did; `settled`: nothing is left to do."""

    note: Text
    settled: bool = False


class Consent(Command):
    """Until when, who consented, and how. `at`: when the customer consented."""

    promised_on: CivilDay
    consented_by: Text
    consented_how: ConsentHow
    reason: Text


@router.post("/contracts/{contract_no}/delays", status_code=201, summary="登记延期 Register a delay (A4, A5)")
async def report_delay(contract_no: ContractNoInPath, body: DelayReport, desk: Desk) -> Answer:
    """By hand; the store's own contract error, too. The group is owed a post, the customer a call."""
    desk.allow(*CARES)
    await own_contract(desk, contract_no)
    command = ReportDelay(
        at=body.at,
        contract_no=contract_no,
        line_no=body.line_no,
        fault=body.fault,
        eta=body.eta,
        reason=body.reason,
    )
    return desk.answer(await desk.ask(contract_id(contract_no), command))


@router.post("/contracts/{contract_no}/delays/{delay_id}/post", summary="延期已发群 Delay posted (A4, K1)")
async def note_post(contract_no: ContractNoInPath, delay_id: DelayInPath, body: Noted, desk: Desk) -> Answer:
    """By hand, where the robot did not do it."""
    desk.allow(*OFFICE)
    command = NotePost(at=body.at, contract_no=contract_no, delay_id=delay_id, note=body.note)
    return desk.answer(await desk.ask(contract_id(contract_no), command))


@router.post("/contracts/{contract_no}/delays/{delay_id}/calls", summary="延期说明电话 Explanation call (A4)")
async def note_call(contract_no: ContractNoInPath, delay_id: DelayInPath, body: CallReport, desk: Desk) -> Answer:
    """Reached or not; explained once the customer was reached."""
    desk.allow(*CARES)
    await own_contract(desk, contract_no)
    command = ExplainDelay(at=body.at, contract_no=contract_no, delay_id=delay_id, result=body.result, note=body.note)
    return desk.answer(await desk.ask(contract_id(contract_no), command))


@router.post("/contracts/{contract_no}/delays/{delay_id}/handover", summary="移交门店 Hand over to the store (A5)")
async def hand_over(contract_no: ContractNoInPath, delay_id: DelayInPath, body: Given, desk: Desk) -> Answer:
    """The store's own error, after the first explanation."""
    desk.allow(*OFFICE)
    command = HandOver(at=body.at, contract_no=contract_no, delay_id=delay_id, reason=body.reason)
    return desk.answer(await desk.ask(contract_id(contract_no), command))


@router.post("/contracts/{contract_no}/delays/{delay_id}/acceptance", summary="门店接收 The store accepts (A5)")
async def accept(contract_no: ContractNoInPath, delay_id: DelayInPath, body: Noted, desk: Desk) -> Answer:
    """By the store itself."""
    desk.allow(STORE)
    await own_contract(desk, contract_no)
    command = AcceptError(at=body.at, contract_no=contract_no, delay_id=delay_id, note=body.note)
    return desk.answer(await desk.ask(contract_id(contract_no), command))


@router.post("/contracts/{contract_no}/delays/{delay_id}/follow-ups", summary="门店跟进 The store follows up (A5)")
async def follow_up(contract_no: ContractNoInPath, delay_id: DelayInPath, body: Followed, desk: Desk) -> Answer:
    """By the store itself, until it is settled."""
    desk.allow(STORE)
    await own_contract(desk, contract_no)
    command = FollowUp(at=body.at, contract_no=contract_no, delay_id=delay_id, note=body.note, settled=body.settled)
    return desk.answer(await desk.ask(contract_id(contract_no), command))


@router.post(
    "/contracts/{contract_no}/postponements", status_code=201, summary="客户同意改期 Consent to a later date (A8)"
)
async def postpone(contract_no: ContractNoInPath, body: Consent, desk: Desk) -> Answer:
    """With who consented, and how. After the promised time it is recorded as late."""
    desk.allow(*CARES)
    await own_contract(desk, contract_no)
    command = PostponeDelivery(
        at=body.at,
        contract_no=contract_no,
        promised_on=body.promised_on,
        consented_by=body.consented_by,
        consented_how=body.consented_how,
        reason=body.reason,
    )
    return desk.answer(await desk.ask(contract_id(contract_no), command))
