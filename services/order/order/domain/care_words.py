"""How a contract says no about delays, promises, deliveries and money: what is wrong, and what to do."""

from datetime import date

from contracts.decision import Rejected
from contracts.fact import ContractLine
from contracts.order import DelayFault

FAULTS = {
    "factory": ("工厂", "the factory's"),
    "logistics": ("物流", "the carrier's"),
    "store": ("门店", "the store's"),
}


def unknown_delay(contract_no: str, delay_id: str) -> Rejected:
    """The contract has no such delay."""
    return Rejected(
        "unknown_delay",
        "A4",
        f"合同 {contract_no} 没有延期 {delay_id}。请在合同里核对编号",
        f"Contract {contract_no} has no delay {delay_id}. Look its number up in the contract",
        {"contract_no": contract_no, "delay_id": delay_id},
    )


def no_open_delay(contract_no: str) -> Rejected:
    """Nothing was late."""
    return Rejected(
        "no_delay",
        "A4",
        f"合同 {contract_no} 没有登记延期。请先登记延期",
        f"No delay of contract {contract_no} is registered. Register it first",
        {"contract_no": contract_no},
    )


def not_the_stores_error(delay_id: str, fault: DelayFault) -> Rejected:
    """Only the store's own errors go to the store."""
    zh, en = FAULTS[fault]
    return Rejected(
        "not_the_stores_error",
        "A5",
        f"延期 {delay_id} 是{zh}原因，不移交门店。确是门店差错的，请按门店原因另行登记",
        f"Delay {delay_id} is {en} fault and not handed to the store. If it is the store's error, register it as such",
        {"delay_id": delay_id, "fault": fault},
    )


def not_explained_yet(delay_id: str) -> Rejected:
    """First the explanation."""
    return Rejected(
        "not_explained_yet",
        "A5",
        f"延期 {delay_id} 还没有向客户说明。请先致电客户并登记结果，再移交门店",
        f"Delay {delay_id} was not explained to the customer yet. Call first, record the result, then hand over",
        {"delay_id": delay_id},
    )


def not_handed_over(delay_id: str) -> Rejected:
    """Nothing to accept."""
    return Rejected(
        "not_handed_over",
        "A5",
        f"延期 {delay_id} 还没有移交门店，不能接收",
        f"Delay {delay_id} was not handed to the store yet; there is nothing to accept",
        {"delay_id": delay_id},
    )


def not_accepted_yet(delay_id: str) -> Rejected:
    """First accept."""
    return Rejected(
        "not_accepted_yet",
        "A5",
        f"延期 {delay_id} 门店还没有接收。请先接收，再登记跟进",
        f"The store has not accepted delay {delay_id} yet. Accept it first",
        {"delay_id": delay_id},
    )


def promise_not_later(promised: date, wanted: date) -> Rejected:
    """Earlier needs no consent."""
    return Rejected(
        "promise_not_later",
        "A8",
        f"{wanted} 早于现在承诺的 {promised}。提前不用客户同意，请走合同变更",
        f"{wanted} is earlier than the {promised} promised. That needs no consent: amend the contract",
        {"promised_on": promised.isoformat(), "wanted": wanted.isoformat()},
    )


def more_than_sold(sold: ContractLine, most: int, told: int) -> Rejected:
    """More pieces than are open."""
    return Rejected(
        "more_than_sold",
        "A7",
        f"第 {sold.line_no} 行 {sold.name} 还差 {most} 件，不能登记 {told} 件。请核对数量",
        f"Of line {sold.line_no}, {sold.name}, {most} are open, not {told}. Check the quantity",
        {"line_no": sold.line_no, "open": most, "told": told},
    )


def nothing_handed_over() -> Rejected:
    """A receipt without pieces."""
    return Rejected(
        "nothing_handed_over",
        "A7",
        "签收单上没有数量。请填写交给客户的数量",
        "The receipt names no pieces. Enter what was handed over",
    )


def more_than_owed(owed_fen: int, told_fen: int) -> Rejected:
    """More money than is owed."""
    return Rejected(
        "more_than_owed",
        "A7",
        f"还欠 {owed_fen / 100:.2f} 元，不能登记 {told_fen / 100:.2f} 元。请核对金额，或先变更合同",
        f"{owed_fen / 100:.2f} CNY are owed, not {told_fen / 100:.2f}. Check the amount, or amend the contract first",
        {"owed_fen": owed_fen, "told_fen": told_fen},
    )


def refund_too_large(most_fen: int, told_fen: int) -> Rejected:
    """More money back than the pieces cost."""
    return Rejected(
        "refund_too_large",
        "B15",
        f"最多退 {most_fen / 100:.2f} 元，不能退 {told_fen / 100:.2f} 元。请核对金额",
        f"At most {most_fen / 100:.2f} CNY can be refunded, not {told_fen / 100:.2f}. Check the amount",
        {"most_fen": most_fen, "told_fen": told_fen},
    )
