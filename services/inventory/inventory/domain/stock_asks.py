"""What can be asked of a bin card."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from contracts.bounds import HowMany, ManyLines, OneLine, OptionalId
from contracts.spelling import Sku
from runtime.decision import Command

BinCode = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30)]


def stock_id(depot: str, sku: str) -> str:
    """Aggregate id of a sku's bin card."""
    return f"stock:{depot}:{sku}"


class Move(Command):
    """Asked by reactions too, which must not fail over the length of a text: the routes bound what people write.

    `voucher_no`: the paper (D11); `cause_id`: what asked, once; `name` for a card that is not there yet."""

    depot: OptionalId
    sku: Sku
    name: OneLine = ""
    quantity: HowMany
    voucher_no: OptionalId
    cause_id: OptionalId
    reason: ManyLines = ""


class BringIn(Move):
    """Pieces came in, free or for somebody, good or to the pending zone. Never refused: they are there."""

    command: Literal["BringIn"] = "BringIn"
    kind: Literal["received", "returned", "lent_back"]
    bin: OneLine = ""
    held_for: OneLine | None = None
    pending: bool = False


class TakeOut(Move):
    """Pieces left that were held for `held_for`. Never refused; what the card does not have is told as short."""

    command: Literal["TakeOut"] = "TakeOut"
    kind: Literal["issued", "lent", "sent_back", "scrapped"]
    held_for: OneLine


class HoldStock(Move):
    """预留: free pieces (of the pending zone, if so asked) are set apart for somebody; all of them or none."""

    command: Literal["HoldStock"] = "HoldStock"
    held_for: OneLine
    bin: OneLine = ""
    pending: bool = False


class ReleaseStock(Move):
    """释放: held pieces are free again, as far as they are there."""

    command: Literal["ReleaseStock"] = "ReleaseStock"
    held_for: OneLine


class SetHeldAside(Move):
    """移待处理 (D4): pieces of a contract were found damaged; they lie in the pending zone and are nobody's."""

    command: Literal["SetHeldAside"] = "SetHeldAside"
    held_for: OneLine


class WriteOff(Move):
    """短缺核销 (D7): pieces held for a contract are lost, as that contract's goods say. `reason`: the adjustment."""

    command: Literal["WriteOff"] = "WriteOff"
    held_for: OneLine


class SetAside(Move):
    """移待处理 (D3): free pieces of a bin have a problem."""

    command: Literal["SetAside"] = "SetAside"
    bin: OneLine
    to_bin: OneLine = ""


class SettlePending(Move):
    """处理完毕 (D2): pending pieces are good after all, or go back to the supplier."""

    command: Literal["SettlePending"] = "SettlePending"
    outcome: Literal["good", "sent_back"]
    bin: OneLine = ""
    to_bin: OneLine = ""


class MoveStock(Move):
    """移位 (D6): from bin to bin; whose they are stays."""

    command: Literal["MoveStock"] = "MoveStock"
    from_bin: OneLine
    to_bin: OneLine
    held_for: OneLine | None = None


class AdjustStock(Move):
    """盘点调整 (D7): the card follows the goods of a bin by `quantity` pieces (signed), approved elsewhere."""

    command: Literal["AdjustStock"] = "AdjustStock"
    bin: OneLine


class ReportDeadStock(Command):
    """呆滞到期 (D10): from the timer."""

    command: Literal["ReportDeadStock"] = "ReportDeadStock"


COMMANDS = (
    BringIn
    | TakeOut
    | HoldStock
    | ReleaseStock
    | SetHeldAside
    | WriteOff
    | SetAside
    | SettlePending
    | MoveStock
    | AdjustStock
    | ReportDeadStock
)
