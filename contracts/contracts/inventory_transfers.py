"""Events of transfers between depots (调拨, D17): part of stream `inventory.events`, key `transfer:<no>`.

What leaves one depot is on the road until it is counted at the other. Both counts are told by line and lot; where they
differ, the pieces have a name until somebody answers for them.
"""

from typing import Annotated, Literal

from contracts.bounds import Few, HowMany, Nth, OneLine, OptionalId
from contracts.fact import Fact, Value
from contracts.inventory_stock import LotPieces
from contracts.spelling import Lot as LotNo
from contracts.spelling import Sku

NUMBERS = "DB"
"""What the number of every transfer begins with, so that a bin card's line tells what it belongs to."""
Difference = Literal["lacking", "over"]
"""少: fewer pieces came than left. 多: more came than left."""
Cause = Literal["never_left", "came_late", "lost", "uncounted", "found"]
"""Of what lacks: 未发出 (it lies at the sender's), 后到 (it came after the last count), 丢失 (nobody has it). Of what
is over: 漏点 (the sender did not count it), 多出 (nobody knows where it came from)."""
Answers = Literal["sender", "carrier", "receiver", "unknown"]
"""Who answers for a difference: 发出仓, 承运, 收货仓, 未明."""


class TransferLine(Value):
    """One line of a transfer; of free stock, or of what a contract waits for."""

    line_no: Nth
    sku: Sku
    name: OneLine
    quantity: HowMany
    lot: LotNo = ""
    """批号 (D13): of this one alone; left out: of one that has them all, if there is one."""
    bin: OneLine = ""
    """Where they are to be taken from; empty: wherever they lie."""
    contract_no: OptionalId = ""
    """For whom they are; empty: for the other depot's free stock."""
    contract_line_no: Nth = 0


class TransferPieces(Value):
    """Counted pieces of one line and lot."""

    line_no: Nth
    quantity: HowMany
    lot: LotNo = ""


class TransferCount(Value):
    """What the receiver counted of one line and lot, as it was said. `lot` may be left out."""

    line_no: Nth
    good: HowMany = 0
    damaged: HowMany = 0
    lot: LotNo = ""
    bin: OneLine = ""


class TransferArrival(Value):
    """What came of one line and lot. `lot` is as it left; `over`: pieces beyond what was on the road."""

    line_no: Nth
    sku: Sku
    name: OneLine
    lot: LotNo
    good: HowMany
    damaged: HowMany
    over: HowMany
    bin: OneLine
    contract_no: OptionalId
    contract_line_no: int


class TransferDifference(Value):
    """Pieces of one line and lot in which both counts differ."""

    line_no: Nth
    sku: Sku
    name: OneLine
    lot: LotNo
    kind: Difference
    quantity: HowMany


class TransferAsked(Fact, wire="songda.inventory.TransferAsked.v1"):
    """调拨申请 (D17): pieces of one depot are wanted in another."""

    event: Literal["TransferAsked"] = "TransferAsked"
    transfer_no: str
    from_depot: str
    to_depot: str
    lines: Annotated[tuple[TransferLine, ...], Few(200)]
    reason: str
    asked_by: str
    is_held: bool = False
    """Its pieces were set apart as they came: they are a contract's, and lie in the wrong depot."""


class TransferLineHeld(Fact, wire="songda.inventory.TransferLineHeld.v1"):
    """已留货: a line's pieces are set apart at the sending depot, of these lots."""

    event: Literal["TransferLineHeld"] = "TransferLineHeld"
    transfer_no: str
    line_no: int
    lots: tuple[LotPieces, ...]


class TransferLineShort(Fact, wire="songda.inventory.TransferLineShort.v1"):
    """缺货: the sending depot has fewer pieces than the line asks for; nothing was set apart for it."""

    event: Literal["TransferLineShort"] = "TransferLineShort"
    transfer_no: str
    line_no: int
    available: int


class TransferCancelled(Fact, wire="songda.inventory.TransferCancelled.v1"):
    """调拨作废: nothing had left; what was set apart (`lines`) is free again."""

    event: Literal["TransferCancelled"] = "TransferCancelled"
    transfer_no: str
    from_depot: str
    lines: tuple[TransferLine, ...]
    reason: str
    cancelled_by: str


class TransferSent(Fact, wire="songda.inventory.TransferSent.v1"):
    """调拨发出 (D17): counted at the sending depot and on the road. `left`: held for it, not sent, free again."""

    event: Literal["TransferSent"] = "TransferSent"
    transfer_no: str
    from_depot: str
    to_depot: str
    lines: tuple[TransferLine, ...]
    """Of which something was sent."""
    sent: tuple[TransferPieces, ...]
    left: tuple[TransferPieces, ...]
    carrier: str
    """Vehicle or carrier, and who drives."""
    note: str
    sent_by: str


class TransferTurnedBack(Fact, wire="songda.inventory.TransferTurnedBack.v1"):
    """调拨折返 (D17): what is on the road comes back to the depot that sent it, and is counted there."""

    event: Literal["TransferTurnedBack"] = "TransferTurnedBack"
    transfer_no: str
    to_depot: str
    reason: str
    turned_by: str


class TransferReceived(Fact, wire="songda.inventory.TransferReceived.v1"):
    """调拨收货 (D17): counted where it arrived; part by part, until `last`. Then what both counts differ in is told."""

    event: Literal["TransferReceived"] = "TransferReceived"
    transfer_no: str
    part: int
    """1, 2, ...: the receipts of this transfer."""
    depot: str
    told: tuple[TransferCount, ...]
    counted: tuple[TransferArrival, ...]
    """The same, set against what was on the road."""
    last: bool
    differences: tuple[TransferDifference, ...]
    """After the last part: all that is open."""
    photos: tuple[str, ...]
    note: str
    received_by: str


class TransferDifferenceExplained(Fact, wire="songda.inventory.TransferDifferenceExplained.v1"):
    """差异说明 (D17): what became of pieces in which both counts differ, and who answers; a second person decides."""

    event: Literal["TransferDifferenceExplained"] = "TransferDifferenceExplained"
    transfer_no: str
    line_no: int
    lot: str
    kind: Difference
    cause: Cause
    answers: Answers
    reason: str
    explained_by: str

    @property
    def asked_by(self) -> str:
        """Who asks a second person to agree."""
        return self.explained_by


class TransferExplanationRefused(Fact, wire="songda.inventory.TransferExplanationRefused.v1"):
    """说明不同意: the difference is open again."""

    event: Literal["TransferExplanationRefused"] = "TransferExplanationRefused"
    transfer_no: str
    line_no: int
    lot: str
    kind: Difference
    reason: str
    refused_by: str


class TransferDifferenceSettled(Fact, wire="songda.inventory.TransferDifferenceSettled.v1"):
    """差异处理完毕 (D17): a second person agreed; the books follow."""

    event: Literal["TransferDifferenceSettled"] = "TransferDifferenceSettled"
    transfer_no: str
    line_no: int
    sku: str
    name: str
    lot: str
    kind: Difference
    quantity: int
    contract_no: str
    contract_line_no: int
    cause: Cause
    answers: Answers
    from_depot: str
    depot: str
    """Where it was received."""
    reason: str
    explained_by: str
    settled_by: str


TransferEvent = (
    TransferAsked
    | TransferLineHeld
    | TransferLineShort
    | TransferCancelled
    | TransferSent
    | TransferTurnedBack
    | TransferReceived
    | TransferDifferenceExplained
    | TransferExplanationRefused
    | TransferDifferenceSettled
)


class GoodsAtOtherDepot(Fact, wire="songda.inventory.GoodsAtOtherDepot.v1"):
    """货在他仓 (D17): pieces of a contract lie in another depot than the one that delivers it. They are to come until
    the transfer that is named here brings them; it holds them from now on."""

    event: Literal["GoodsAtOtherDepot"] = "GoodsAtOtherDepot"
    contract_no: str
    depot: str
    to_depot: str
    transfer_no: str
    lines: tuple[TransferLine, ...]
    voucher_no: str
    """The paper by which they came; the transfer's own number where they were here for the contract (`were_held`)."""
    were_held: bool
    reason: str
