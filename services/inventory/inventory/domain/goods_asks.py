"""What can be asked of a contract's goods."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.bounds import CivilDay, Few, HowMany, ManyLines, Nth, OneLine, OptionalId
from contracts.fact import Customer, GoodsLine
from contracts.inventory import Fault, Place
from contracts.spelling import Sku, WaybillNo
from inventory.fields import Note, Photos, Reason
from runtime.decision import Command

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
DamageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]


def goods_id(contract_no: str) -> str:
    """Aggregate id of a contract's goods."""
    return f"goods:{contract_no}"


class ExpectGoods(Command):
    """待到货: a contract was signed, or got more lines. `customer` may be left out when it is known."""

    command: Literal["ExpectGoods"] = "ExpectGoods"
    contract_no: OptionalId
    customer: Customer | None
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]


class AmendGoods(Command):
    """待到货有变 (A6): the contract was amended; `lines` are all its lines from now on."""

    command: Literal["AmendGoods"] = "AmendGoods"
    contract_no: OptionalId
    customer: Customer | None
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]
    reason: ManyLines


class CloseGoods(Command):
    """合同取消 (A6): nothing is kept for the contract any more."""

    command: Literal["CloseGoods"] = "CloseGoods"
    contract_no: OptionalId
    reason: ManyLines


class DamagedArrival(BaseModel):
    """Pieces that came damaged (D2, D4)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    damage_id: DamageId
    fault: Fault
    photos: Photos = ()
    note: Note = ""


class ReceiveGoods(Command):
    """收货 (D2, A2). `told_by`: the company's logistics file, the warehouse by hand, or an inbound slip.

    A slip names the carrier's waybill too: what came in by the file's row of that waybill does not come twice.
    """

    command: Literal["ReceiveGoods"] = "ReceiveGoods"
    contract_no: OptionalId
    line_no: Nth
    sku: Sku
    quantity: HowMany
    waybill: WaybillNo
    arrived_on: CivilDay
    told_by: Literal["file", "warehouse", "slip"]
    name: OneLine = ""
    bin: OneLine = ""
    slip_no: OptionalId | None = None
    carrier_waybill: OptionalId = ""
    damage: DamagedArrival | None = None


class ReportDamage(Command):
    """报破损 (D4)."""

    command: Literal["ReportDamage"] = "ReportDamage"
    contract_no: OptionalId
    damage_id: DamageId
    line_no: Nth
    quantity: HowMany
    found: Place
    fault: Fault = "unknown"
    photos: Photos = ()
    note: Note = ""


class ReportLost(Command):
    """报短缺 (D7, D9): a count did not find pieces that lie here for the contract."""

    command: Literal["ReportLost"] = "ReportLost"
    contract_no: OptionalId
    sku: Sku
    quantity: HowMany
    voucher_no: OptionalId
    cause_id: OptionalId


class IssueGoods(Command):
    """出库 (D8, B9), by list. `partial`: the vehicle left with what there was (A3)."""

    command: Literal["IssueGoods"] = "IssueGoods"
    contract_no: OptionalId
    list_no: OptionalId
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]
    partial: bool = False


class ReturnGoods(Command):
    """退回仓库 (B14, B15). Without `lines`: all that the last list took out and that is still out.

    `keep`: the pieces stay the contract's, to be delivered later; else they become free stock.
    """

    command: Literal["ReturnGoods"] = "ReturnGoods"
    contract_no: OptionalId
    return_no: OptionalId
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)] = ()
    returned_on: CivilDay
    reason: ManyLines
    told_by: Literal["run", "slip"]
    keep: bool
    bin: OneLine = ""


class AskAllocation(Command):
    """调配 (D8): free stock is to become the contract's."""

    command: Literal["AskAllocation"] = "AskAllocation"
    contract_no: OptionalId
    allocation_no: Code
    line_no: Nth
    quantity: HowMany
    depot: OptionalId = "main"


class NoteAllocation(Command):
    """调配结果: the stock has set the pieces apart, or has too few (`available`)."""

    command: Literal["NoteAllocation"] = "NoteAllocation"
    contract_no: OptionalId
    allocation_no: OptionalId
    granted: bool
    available: HowMany


class ReleaseExcess(Command):
    """溢余转自由库存 (D9): pieces beyond what the contract needs."""

    command: Literal["ReleaseExcess"] = "ReleaseExcess"
    contract_no: OptionalId
    release_no: Code
    line_no: Nth
    quantity: HowMany
    reason: Reason


COMMANDS = (
    ExpectGoods
    | AmendGoods
    | CloseGoods
    | ReceiveGoods
    | ReportDamage
    | ReportLost
    | IssueGoods
    | ReturnGoods
    | AskAllocation
    | NoteAllocation
    | ReleaseExcess
)
