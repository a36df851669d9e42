"""Events of the order service (合同): stream `order.events`, key `contract:<contract no>`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.fact import ContractLine, Customer, Fact, Fen, GoodsLine, LineLot, Value
from contracts.order_corrections import DamageNoteCorrected, DeliveryNoteCorrected, FulfilmentTakenBack

DelayFault = Literal["factory", "logistics", "store"]
"""Whose fault a delay is: 工厂, 物流, or the store's own contract error 门店 (A4, A5)."""

ConsentHow = Literal["phone", "in_person", "writing", "message"]
"""How a customer consented to a later date: 电话, 当面, 书面, 信息 (A8)."""

CallResult = Literal["reached", "not_reached", "later"]
"""What came of a call: 接通, 未接通, 稍后再打 (E3)."""

PaymentMethod = Literal["cash", "transfer", "card", "other"]
"""现金, 转账, 刷卡, 其他."""


class ContractSigned(Fact, wire="songda.order.ContractSigned.v2"):
    """合同登记 (A1): the customer enters the customer file; SMS 1 follows. Version 2 (see upcasters)."""

    event: Literal["ContractSigned"] = "ContractSigned"
    contract_no: str
    store_code: str
    store_name: str
    signed_on: date
    customer: Customer
    promised_on: date
    amount_due_fen: int
    lines: tuple[ContractLine, ...]
    promise_due: AwareDatetime | None = None
    """End of the promised day, when the warning of A8 falls due; null in records of contracts that came later than
    that, from before it was told of them too."""


class ContractAmended(Fact, wire="songda.order.ContractAmended.v1"):
    """合同变更 (A6): lines, customer, promised date or amount changed before loading, with the reason."""

    event: Literal["ContractAmended"] = "ContractAmended"
    contract_no: str
    added: tuple[ContractLine, ...]
    reason: str
    changed: tuple[ContractLine, ...] = ()
    """Lines as they are from now on."""
    removed: tuple[int, ...] = ()
    """Numbers of lines that are no part of the contract any more."""
    lines: tuple[ContractLine, ...] = ()
    """All lines after the change; empty in events of old."""
    customer: Customer | None = None
    """The customer from now on; null: as before."""
    promised_on: date | None = None
    """The promised date from now on; null: as before."""
    promise_due: AwareDatetime | None = None
    """With `promised_on`: when its warning falls due (A8)."""
    amount_due_fen: int | None = None
    """What is to be paid from now on, payments noted so far included; null: as before."""
    owed_fen: int | None = None
    """With `amount_due_fen`: what of it is still to be paid; null in events of old."""
    part: int = 1
    """Which of the contract's deliveries is to come (A10)."""
    fewer: tuple[GoodsLine, ...] = ()
    """Lines of which less is owed than before, with what is owed still (A9)."""


class ContractCancelled(Fact, wire="songda.order.ContractCancelled.v1"):
    """合同取消 (A6): before delivery, with the reason; slots, reservations and tickets are released by their owners."""

    event: Literal["ContractCancelled"] = "ContractCancelled"
    contract_no: str
    store_code: str
    customer: Customer
    lines: tuple[ContractLine, ...]
    paid_fen: Fen
    """What the customer had paid by then, to be refunded."""
    reason: str
    unexplained: tuple[str, ...] = ()
    """Delays (`delay_id`) that the customer had not been told of: nobody calls about them any more."""
    part: int = 1
    """Which of the contract's deliveries is to come (A10)."""


class DeliveryPostponed(Fact, wire="songda.order.DeliveryPostponed.v1"):
    """客户同意改期 (A8): the customer consented to a later date. `late`: only after the promised time had passed."""

    event: Literal["DeliveryPostponed"] = "DeliveryPostponed"
    contract_no: str
    store_code: str
    customer: Customer
    promised_before: date
    promised_on: date
    promise_due: AwareDatetime | None
    """When the new promise's warning falls due."""
    consented_by: str
    """Who consented, as the customer named himself."""
    consented_how: ConsentHow
    reason: str
    late: bool = False
    part: int = 1
    """Which of the contract's deliveries is to come (A10)."""


class PromiseBroken(Fact, wire="songda.order.PromiseBroken.v1"):
    """承诺日期已过 (A8): the promised time passed without delivery and without consent to a later one."""

    event: Literal["PromiseBroken"] = "PromiseBroken"
    contract_no: str
    store_code: str
    customer: Customer
    promised_on: date
    due: AwareDatetime


class ShipmentAnnounced(Fact, wire="songda.order.ShipmentAnnounced.v1"):
    """已发货 (A2): the logistics file says that goods are on their way."""

    event: Literal["ShipmentAnnounced"] = "ShipmentAnnounced"
    contract_no: str
    line_no: int
    sku: str
    quantity: int
    waybill: str
    carrier: str
    eta: date | None


class DelayNoticed(Fact, wire="songda.order.DelayNoticed.v1"):
    """延期 (A2, A4, A5): goods come later, as the logistics file or a person says.

    By hand, `line_no` 0 means the whole contract, and waybill and carrier may be empty.
    """

    event: Literal["DelayNoticed"] = "DelayNoticed"
    contract_no: str
    line_no: int
    sku: str
    waybill: str
    carrier: str
    eta: date | None
    reason: str
    customer: Customer | None = None
    fault: DelayFault = "factory"
    delay_id: str = ""
    """Tells the delays of one contract apart, e.g. `1-YD2603040017` from the file or `H2` by hand."""
    name: str = ""
    """Name of the product that is late; empty for the whole contract."""
    post_due: AwareDatetime | None = None
    """K1: when the group must have been told; null in events of old."""
    store_code: str = ""


class DelayPosted(Fact, wire="songda.order.DelayPosted.v1"):
    """延期已发群 (A4, K1)."""

    event: Literal["DelayPosted"] = "DelayPosted"
    contract_no: str
    delay_id: str
    due: AwareDatetime | None
    note: str


class DelayPostOverdue(Fact, wire="songda.order.DelayPostOverdue.v1"):
    """延期未按时发群 (A4, K1)."""

    event: Literal["DelayPostOverdue"] = "DelayPostOverdue"
    contract_no: str
    delay_id: str
    due: AwareDatetime


class DelayExplained(Fact, wire="songda.order.DelayExplained.v1"):
    """延期已致电说明 (A4): a call to the customer and its result; explained once the customer was reached."""

    event: Literal["DelayExplained"] = "DelayExplained"
    contract_no: str
    delay_id: str
    result: CallResult
    note: str
    called_by: str


class StoreErrorHandedOver(Fact, wire="songda.order.StoreErrorHandedOver.v1"):
    """门店差错移交 (A5): after the first explanation, the store follows its own error up."""

    event: Literal["StoreErrorHandedOver"] = "StoreErrorHandedOver"
    contract_no: str
    delay_id: str
    store_code: str
    customer: Customer
    reason: str
    handed_by: str


class StoreErrorAccepted(Fact, wire="songda.order.StoreErrorAccepted.v1"):
    """门店接收 (A5): the store took its error over."""

    event: Literal["StoreErrorAccepted"] = "StoreErrorAccepted"
    contract_no: str
    delay_id: str
    store_code: str
    accepted_by: str
    note: str


class StoreErrorFollowedUp(Fact, wire="songda.order.StoreErrorFollowedUp.v1"):
    """门店跟进 (A5): what the store did about it; `settled` closes the case."""

    event: Literal["StoreErrorFollowedUp"] = "StoreErrorFollowedUp"
    contract_no: str
    delay_id: str
    store_code: str
    followed_by: str
    note: str
    settled: bool


class ArrivalReported(Fact, wire="songda.order.ArrivalReported.v1"):
    """已到仓 (A2): the logistics file stands for the warehouse's receipt on its actual-arrival date."""

    event: Literal["ArrivalReported"] = "ArrivalReported"
    contract_no: str
    line_no: int
    sku: str
    name: str
    quantity: int
    waybill: str
    carrier: str
    arrived_on: date
    lot: str = ""
    """批号 (D13)."""


class GoodsNoted(Fact, wire="songda.order.GoodsNoted.v1"):
    """到货入合同 (A3): what the warehouse received for a line, as the contract sees it."""

    event: Literal["GoodsNoted"] = "GoodsNoted"
    contract_no: str
    line_no: int
    quantity: int
    arrived_on: date
    waybill: str
    lot: str = ""
    """批号 (D13)."""
    told_by: str = ""
    """By which door the warehouse heard of it: file, warehouse, slip."""
    depot: str = "main"
    """Where they came to: the depot that delivers the contract (D17)."""


class GoodsLotNoted(Fact, wire="songda.order.GoodsLotNoted.v1"):
    """批号入合同 (D13): the check found pieces of a line to be of another lot than was told; "" where none was."""

    event: Literal["GoodsLotNoted"] = "GoodsLotNoted"
    contract_no: str
    line_no: int
    quantity: int
    waybill: str
    was: str
    lot: str
    note_id: str


class LotsAgreed(Fact, wire="songda.order.LotsAgreed.v1"):
    """客户同意多批号 (D13): the customer takes a line in several lots."""

    event: Literal["LotsAgreed"] = "LotsAgreed"
    contract_no: str
    line_no: int
    lots: tuple[str, ...]
    consented_by: str
    consented_how: ConsentHow
    agreed_on: date


class DamageNoted(Fact, wire="songda.order.DamageNoted.v1"):
    """破损入合同 (D4, A3): pieces of a line that do not count any more, as the contract sees it."""

    event: Literal["DamageNoted"] = "DamageNoted"
    contract_no: str
    line_no: int
    damage_id: str
    quantity: int
    in_warehouse: bool
    """True when they were damaged before they left: only then completeness is touched."""
    lots: tuple[LineLot, ...] = ()
    """Of which lots they were (D13); what is not named, nobody said."""


class GoodsCompleted(Fact, wire="songda.order.GoodsCompleted.v1"):
    """货齐 (A3): every line's full quantity lies in the warehouse, undamaged, since `complete_on`.

    Carries all that booking and dispatch need. A later event with another day corrects an earlier one (X1).
    """

    event: Literal["GoodsCompleted"] = "GoodsCompleted"
    contract_no: str
    store_code: str
    customer: Customer
    promised_on: date
    amount_due_fen: int
    lines: tuple[ContractLine, ...]
    complete_on: date
    part: int = 1
    """Of the rest that a delivery left owed (A10), which delivery it will be; its `lines` are that rest."""
    depot: str = "main"
    """From which depot it is delivered (D17)."""


class CompletenessLost(Fact, wire="songda.order.CompletenessLost.v1"):
    """不再货齐 (A3, D4, A6): a line lacks pieces again, by damage or because the contract was amended."""

    event: Literal["CompletenessLost"] = "CompletenessLost"
    contract_no: str
    line_no: int
    quantity: int
    reason: str
    part: int = 1
    """Which of the contract's deliveries is to come (A10)."""
    depot: str = ""
    """The depot that delivers it from now on, where that is another one (D17)."""


class GoodsReleaseNoted(Fact, wire="songda.order.GoodsReleaseNoted.v1"):
    """释放入合同 (A6): pieces in the warehouse that belong to the contract no longer."""

    event: Literal["GoodsReleaseNoted"] = "GoodsReleaseNoted"
    contract_no: str
    release_id: str
    lines: tuple[GoodsLine, ...]
    reason: str
    lots: tuple[LineLot, ...] = ()
    """Of which lots they are (D13); what is not named, nobody said."""
    to_depot: str = ""
    """The depot that delivers the contract from now on, where that is another one (D17)."""


class GoodsReturnNoted(Fact, wire="songda.order.GoodsReturnNoted.v1"):
    """退回入合同 (B14, B15): pieces that had left are back in the warehouse."""

    event: Literal["GoodsReturnNoted"] = "GoodsReturnNoted"
    contract_no: str
    return_id: str
    line_no: int
    quantity: int
    returned_on: date
    broken: bool = False
    """Reported as damaged at the door, they lie in the pending zone now (D3, D4)."""


class LoadingNoted(Fact, wire="songda.order.LoadingNoted.v1"):
    """装车入合同 (A6, B11): from here on the contract cannot be amended. `run`: run or job that took the goods."""

    event: Literal["LoadingNoted"] = "LoadingNoted"
    contract_no: str
    run: str


class DeliveryFailureNoted(Fact, wire="songda.order.DeliveryFailureNoted.v1"):
    """未送成入合同 (B14): the goods went back, and the contract may be amended again, or into deposit."""

    event: Literal["DeliveryFailureNoted"] = "DeliveryFailureNoted"
    contract_no: str
    job_id: str
    cause: str
    goods: Literal["returned", "deposited"]


class DeliveryNoted(Fact, wire="songda.order.DeliveryNoted.v1"):
    """签收入合同 (A7, B13): what the customer has, piece by piece, and what was refused at the door."""

    event: Literal["DeliveryNoted"] = "DeliveryNoted"
    contract_no: str
    job_id: str
    """The delivery job, or the number of the receipt (签收单) when it was handed over otherwise."""
    delivered: tuple[GoodsLine, ...]
    refused: tuple[GoodsLine, ...] = ()
    signed_by: str
    delivered_on: date
    damaged: tuple[GoodsLine, ...] = ()
    """Broken at the door, and not taken (D4): not the customer's, and not here either."""
    settled: tuple[int, ...] = ()
    """Lines of a rest told before of which nothing is owed any more, where no RestOwed follows that says so (A10)."""


class RestOwed(Fact, wire="songda.order.RestOwed.v1"):
    """余件待送 (A9, A10): what deliveries so far left owed, to be delivered as part `part`; no `lines`: nothing is.

    Said after each delivery that left something, and again when a refund made it less (B15).
    """

    event: Literal["RestOwed"] = "RestOwed"
    contract_no: str
    store_code: str
    customer: Customer
    part: int
    lines: tuple[GoodsLine, ...]
    to_come: tuple[GoodsLine, ...]
    """Of them, what is not here and was not broken at the door either: it is a leftover order (A3, C9)."""
    reason: str
    settled: tuple[int, ...] = ()
    """Lines of the rest told before of which nothing is owed any more."""


class InstallationNoted(Fact, wire="songda.order.InstallationNoted.v1"):
    """安装验收入合同 (A7, B10): installed, and accepted by the customer."""

    event: Literal["InstallationNoted"] = "InstallationNoted"
    contract_no: str
    job_id: str
    accepted_by: str
    installed_on: date


OF_CREWS = "cash-"
"""What the number of a payment begins with that a crew collected at the door (B13)."""


class PaymentNoted(Fact, wire="songda.order.PaymentNoted.v1"):
    """收款入合同 (A7, B13): money of the contract, by a crew at the door or by the office."""

    event: Literal["PaymentNoted"] = "PaymentNoted"
    contract_no: str
    payment_id: str
    amount_fen: Fen
    method: PaymentMethod
    received_by: str
    owed_fen: Fen
    """What is still to be paid after it."""
    note: str = ""
    part: int = 1
    """Which of the contract's deliveries is to come (A10)."""


class ReturnRefunded(Fact, wire="songda.order.ReturnRefunded.v1"):
    """退款 (B15): pieces that the customer does not take are paid back; the contract owes them no longer."""

    event: Literal["ReturnRefunded"] = "ReturnRefunded"
    contract_no: str
    refund_id: str
    line_no: int
    quantity: int
    refund_fen: Fen
    owed_fen: Fen
    reason: str
    part: int = 1
    """Which of the contract's deliveries is to come (A10)."""
    line_owed: int | None = None
    """Pieces of the line that are still owed after it (A9); null in events of old, and for money alone."""
    paid_back_fen: Fen | None = None
    """Of it, what the customer had paid already and gets back (A12); the rest he owes no longer. Null: of old."""


class Warranty(Value):
    """质保 of one contract line; `ends_on` is its last day."""

    line_no: int
    sku: str
    name: str
    category: str
    quantity: int
    starts_on: date
    ends_on: date


class WarrantyStarted(Fact, wire="songda.order.WarrantyStarted.v1"):
    """质保开始 (A7): counts from acceptance; its length is policy by category."""

    event: Literal["WarrantyStarted"] = "WarrantyStarted"
    contract_no: str
    customer: Customer
    warranties: tuple[Warranty, ...]


class ContractFulfilled(Fact, wire="songda.order.ContractFulfilled.v1"):
    """完结 (A7): delivered, installed, accepted and paid; or paid back before anything was delivered (A9, B15)."""

    event: Literal["ContractFulfilled"] = "ContractFulfilled"
    contract_no: str
    store_code: str
    customer: Customer
    fulfilled_on: date
    delivered: bool = True
    """False: every piece was paid back, and the customer has none: what was to be done for them falls away."""
    unexplained: tuple[str, ...] = ()
    """Then, delays (`delay_id`) that the customer had not been told of: nobody calls about them any more."""


OrderEvent = Annotated[
    ContractSigned
    | ContractAmended
    | ShipmentAnnounced
    | DelayNoticed
    | ArrivalReported
    | GoodsNoted
    | GoodsLotNoted
    | LotsAgreed
    | DamageNoted
    | GoodsCompleted
    | CompletenessLost
    | ContractCancelled
    | DelayPosted
    | DelayPostOverdue
    | DelayExplained
    | StoreErrorHandedOver
    | StoreErrorAccepted
    | StoreErrorFollowedUp
    | DeliveryPostponed
    | PromiseBroken
    | GoodsReleaseNoted
    | GoodsReturnNoted
    | LoadingNoted
    | DeliveryFailureNoted
    | DeliveryNoted
    | DeliveryNoteCorrected
    | DamageNoteCorrected
    | FulfilmentTakenBack
    | RestOwed
    | InstallationNoted
    | PaymentNoted
    | ReturnRefunded
    | WarrantyStarted
    | ContractFulfilled,
    Field(discriminator="event"),
]
