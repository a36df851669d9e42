"""What can be asked of an inbound slip."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.bounds import HowMany, Nth, OptionalId
from contracts.inventory_inbound import ExceptionKind, InboundReason, Liability, SettleOutcome, SlipLine
from contracts.spelling import OptionalWaybillNo
from inventory.domain.texts import FileRef, Note, PaperNo, Text
from runtime.decision import Command

BinCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]


def inbound_id(slip_no: str) -> str:
    """Aggregate id of an inbound slip."""
    return f"inbound:{slip_no}"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Finding(_Part):
    """What is wrong with pieces of a line, whose fault it is, and who signed or was reached (D2, D3)."""

    kind: ExceptionKind
    quantity: Annotated[HowMany, Field(ge=1)]
    cause: Text
    liability: Liability = "unknown"
    photos: Annotated[tuple[FileRef, ...], Field(max_length=20)] = ()
    carrier_signed_by: Text | None = None
    carrier_signature_ref: FileRef | None = None
    factory_contact: Text | None = None
    packed_and_labelled: bool = False
    """Pieces without package or mark were packed and labelled on the spot: they may enter."""


class ReturnCheck(_Part):
    """What D3 asks of a sample or a customer's return."""

    package_whole: bool
    condition_good: bool
    mark_present: bool


class LineCheck(_Part):
    """The count of one line, and what was found."""

    line_no: Nth
    counted: Annotated[int, Field(ge=0, le=999_999)]
    findings: Annotated[tuple[Finding, ...], Field(max_length=50)] = ()
    returned: ReturnCheck | None = None


class IssueSlip(Command):
    """开入库单 (D1)."""

    command: Literal["IssueSlip"] = "IssueSlip"
    slip_no: PaperNo
    depot: OptionalId = "main"
    reason: InboundReason
    source: Text
    delivery_note_no: Note = ""
    carrier: Note = ""
    waybill: OptionalWaybillNo = ""
    lines: Annotated[tuple[SlipLine, ...], Field(min_length=1, max_length=300)]
    note: Note = ""


class CancelSlip(Command):
    """作废 before the check."""

    command: Literal["CancelSlip"] = "CancelSlip"
    reason: Text


class CheckSlip(Command):
    """验收 (D2, D3): every line counted against the delivery note, signed."""

    command: Literal["CheckSlip"] = "CheckSlip"
    lines: Annotated[tuple[LineCheck, ...], Field(min_length=1, max_length=300)]
    signature_ref: FileRef = ""
    delivery_note_ref: FileRef = ""
    note: Note = ""


class PutAway(Command):
    """上架 (D6): good pieces of a line into a bin."""

    command: Literal["PutAway"] = "PutAway"
    line_no: Nth
    quantity: Annotated[HowMany, Field(ge=1)]
    bin: BinCode


class SettleException(Command):
    """处理异常 (D2)."""

    command: Literal["SettleException"] = "SettleException"
    exception_id: Text
    outcome: SettleOutcome
    bin: BinCode | None = None
    for_contract: bool = False
    """Accepted pieces go to the contract of the line; else to free stock."""
    packed_and_labelled: bool = False
    note: Note = ""


class HandOverPapers(Command):
    """交单据 (D5, K18)."""

    command: Literal["HandOverPapers"] = "HandOverPapers"
    received_by: Text
    sales_list_no: Text
    papers_ref: FileRef = ""


class NotePapersOverdue(Command):
    """单据到期 (K18): from the timer."""

    command: Literal["NotePapersOverdue"] = "NotePapersOverdue"


COMMANDS = IssueSlip | CancelSlip | CheckSlip | PutAway | SettleException | HandOverPapers | NotePapersOverdue
