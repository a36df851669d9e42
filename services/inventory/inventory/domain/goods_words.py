"""How the warehouse says no about a contract's goods: what is wrong, where, and what to do."""

from datetime import date

from contracts.fact import GoodsLine
from runtime.decision import Rejected


def unknown_contract(contract_no: str) -> Rejected:
    """Nobody told the warehouse of this contract."""
    return Rejected(
        "unknown_contract",
        "D2",
        f"仓库没有合同 {contract_no} 的货。请核对合同号，或先登记合同",
        f"The warehouse expects no goods for contract {contract_no}. Check the number, or register the contract first",
        {"contract_no": contract_no},
    )


def unknown_line(contract_no: str, line_no: int) -> Rejected:
    """The contract has no such line."""
    return Rejected(
        "unknown_line",
        "D2",
        f"合同 {contract_no} 没有第 {line_no} 行。请核对行号",
        f"Contract {contract_no} has no line {line_no}. Check the line number",
        {"contract_no": contract_no, "line_no": line_no},
    )


def sku_differs(contract_no: str, line: GoodsLine, told: str) -> Rejected:
    """Another product than the contract's."""
    return Rejected(
        "sku_differs",
        "D2",
        f"合同 {contract_no} 第 {line.line_no} 行是 {line.sku}（{line.name}），不是 {told}。请核对型号或行号",
        f"Line {line.line_no} of contract {contract_no} is {line.sku} ({line.name}), not {told}. "
        "Check the sku or the line number",
        {"contract_no": contract_no, "line_no": line.line_no, "expected": line.sku, "told": told},
    )


def bad_quantity(quantity: int, most: int) -> Rejected:
    """No such number of pieces."""
    return Rejected(
        "bad_quantity",
        "D2",
        f"数量 {quantity} 不对，应是 1 到 {most}",
        f"Quantity {quantity} is wrong; it must be 1 to {most}",
        {"quantity": quantity},
    )


def future_arrival(line_no: int, arrived_on: date, today: date) -> Rejected:
    """Nothing has arrived tomorrow."""
    return Rejected(
        "future_arrival",
        "D2",
        f"第 {line_no} 行的到仓日期 {arrived_on} 在今天 {today} 之后。请核对日期",
        f"Line {line_no} arrived on {arrived_on}, which is after today, {today}. Check the date",
        {"line_no": line_no, "arrived_on": arrived_on.isoformat(), "today": today.isoformat()},
    )


def arrival_contradicts(line_no: int, received: int, waybill: str) -> Rejected:
    """Goods of a line and waybill are received once."""
    return Rejected(
        "arrival_contradicts",
        "D2",
        f"第 {line_no} 行、运单 {waybill} 已收货 {received} 件，这次的数量或日期不同。请核对运单号",
        f"Line {line_no}, waybill {waybill}: {received} pieces were received; this says another quantity or day. "
        "Check the waybill",
        {"line_no": line_no, "waybill": waybill, "received": received},
    )


def damage_contradicts(damage_id: str) -> Rejected:
    """A damage report is taken once."""
    return Rejected(
        "damage_contradicts",
        "D4",
        f"破损单 {damage_id} 已经登记过，但内容不同。新的破损请用新的单号",
        f"Damage report {damage_id} was taken before, with other content. Use a new number for new damage",
        {"damage_id": damage_id},
    )


def not_enough_here(rule: str, line: GoodsLine, here: int, wanted: int) -> Rejected:
    """Never below zero (D8)."""
    return Rejected(
        "not_enough_here",
        rule,
        f"第 {line.line_no} 行 {line.name} 仓库里只有 {here} 件，不够 {wanted} 件。请先核对到货",
        f"Line {line.line_no} {line.name}: {here} pieces lie in the warehouse, not {wanted}. Check the arrivals first",
        {"line_no": line.line_no, "here": here, "wanted": wanted},
    )


def not_enough_outside(line: GoodsLine, outside: int, wanted: int) -> Rejected:
    """What is found on the road or at the customer's must have left the warehouse."""
    return Rejected(
        "not_enough_outside",
        "D4",
        f"第 {line.line_no} 行 {line.name} 已出库 {outside} 件，不够 {wanted} 件。"
        "还在仓库里的，请按「装车」或「入库」报",
        f"Line {line.line_no} {line.name}: {outside} pieces have left the warehouse, not {wanted}. "
        "Report what is still inside as found at loading or inbound",
        {"line_no": line.line_no, "outside": outside, "wanted": wanted},
    )


def list_contradicts(list_no: str) -> Rejected:
    """A list issues goods of a contract once."""
    return Rejected(
        "list_contradicts",
        "D8",
        f"清单 {list_no} 已经出过库，但件数不同。请核对清单号",
        f"List {list_no} was issued before, with other pieces. Check the list number",
        {"list_no": list_no},
    )


def nothing_to_issue(contract_no: str) -> Rejected:
    """No list, no goods (D8)."""
    return Rejected(
        "nothing_to_issue",
        "D8",
        f"清单上没有合同 {contract_no} 的货，不能出库",
        f"The list names no goods of contract {contract_no}; nothing can be issued",
        {"contract_no": contract_no},
    )


def issue_names_line_twice(list_no: str) -> Rejected:
    """A list counts a line once."""
    return Rejected(
        "issue_names_line_twice",
        "D8",
        f"清单 {list_no} 里同一行出现了两次。请合并后再出库",
        f"List {list_no} names a line twice. Merge it and try again",
        {"list_no": list_no},
    )


def contract_cancelled(rule: str, contract_no: str) -> Rejected:
    """Nothing is kept for a cancelled contract."""
    return Rejected(
        "contract_cancelled",
        rule,
        f"合同 {contract_no} 已取消，货不再归它。请用入库单入自由库存，或归到别的合同",
        f"Contract {contract_no} is cancelled and gets no goods. Take them in by a slip as free stock, "
        "or for another contract",
        {"contract_no": contract_no},
    )


def not_missing(line: GoodsLine, missing: int, wanted: int) -> Rejected:
    """A contract gets no more of the free stock than it lacks."""
    return Rejected(
        "not_missing",
        "D8",
        f"第 {line.line_no} 行 {line.name} 只缺 {missing} 件，不能调配 {wanted} 件。请改数量",
        f"Line {line.line_no} {line.name} lacks {missing} pieces, not {wanted}. Change the quantity",
        {"line_no": line.line_no, "missing": missing, "wanted": wanted},
    )


def not_excess(line: GoodsLine, excess: int, wanted: int) -> Rejected:
    """What a contract needs stays with it."""
    return Rejected(
        "not_excess",
        "D9",
        f"第 {line.line_no} 行 {line.name} 只多出 {excess} 件，不能释放 {wanted} 件。合同需要的货不能动",
        f"Line {line.line_no} {line.name} has {excess} pieces too many, not {wanted}. What the contract needs stays",
        {"line_no": line.line_no, "excess": excess, "wanted": wanted},
    )


def slip_needed(contract_no: str) -> Rejected:
    """Nothing enters without a slip (D1), where the policy has every inbound slipped and checked."""
    return Rejected(
        "slip_needed",
        "D1",
        f"合同 {contract_no} 的货要凭入库单验收、上架。请会计开入库单，再按单验收",
        f"Goods of contract {contract_no} come in by an inbound slip. Ask the accountant for one and check by it",
        {"contract_no": contract_no},
    )
