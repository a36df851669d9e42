"""How a contract says no: what is wrong, where, and what to do."""

from collections.abc import Iterable, Sequence
from datetime import date

from contracts.decision import Rejected
from contracts.fact import ContractLine, Customer
from order.domain.situations import Cancelled, Fulfilled

MAX_TEXT = 500  # characters of one text, as in the files


def unknown_contract(contract_no: str, rule: str) -> Rejected:
    """Nobody registered this number."""
    return Rejected(
        "unknown_contract",
        rule,
        f"没有合同 {contract_no}。请核对合同号，或先登记合同",
        f"There is no contract {contract_no}. Check the number, or register the contract first",
        {"contract_no": contract_no},
    )


def unknown_line(contract_no: str, line_no: int, rule: str) -> Rejected:
    """The contract has no such line."""
    return Rejected(
        "unknown_line",
        rule,
        f"合同 {contract_no} 没有第 {line_no} 行。请核对行号",
        f"Contract {contract_no} has no line {line_no}. Check the line number",
        {"contract_no": contract_no, "line_no": line_no},
    )


def sku_differs(contract_no: str, sold: ContractLine, told: str) -> Rejected:
    """The row names another product than was sold."""
    return Rejected(
        "sku_differs",
        "A2",
        f"合同 {contract_no} 第 {sold.line_no} 行是 {sold.sku}（{sold.name}），不是 {told}。请核对型号或行号",
        f"Line {sold.line_no} of contract {contract_no} is {sold.sku} ({sold.name}), not {told}. "
        "Check the sku or the line number",
        {"contract_no": contract_no, "line_no": sold.line_no, "sold": sold.sku, "told": told},
    )


def bad_quantity(quantity: int, least: int, most: int) -> Rejected:
    """No such number of pieces."""
    return Rejected(
        "bad_quantity",
        "A2",
        f"数量 {quantity} 不对，应是 {least} 到 {most}",
        f"Quantity {quantity} is wrong; it must be {least} to {most}",
        {"quantity": quantity},
    )


def row_contradicts(line_no: int, waybill: str) -> Rejected:
    """A row (line, waybill, status) counts once; this one says something else than the one that was taken."""
    return Rejected(
        "row_contradicts",
        "A2",
        f"第 {line_no} 行、运单 {waybill} 的同一状态已经导入过，但数量或日期不同。先到的算数，请核对",
        f"Line {line_no}, waybill {waybill} was imported with this status before, but with another quantity or day. "
        "The first one counts; please check",
        {"line_no": line_no, "waybill": waybill},
    )


def receipt_contradicts(line_no: int, waybill: str) -> Rejected:
    """Goods of a line and waybill are received once."""
    return Rejected(
        "receipt_contradicts",
        "A3",
        f"第 {line_no} 行、运单 {waybill} 已经收过货，但数量或日期不同",
        f"Line {line_no}, waybill {waybill} was received before, but with another quantity or day",
        {"line_no": line_no, "waybill": waybill},
    )


def damage_contradicts(damage_id: str) -> Rejected:
    """A damage report is noted once."""
    return Rejected(
        "damage_contradicts",
        "D4",
        f"破损单 {damage_id} 已经记过，但内容不同",
        f"Damage report {damage_id} was noted before, but with other content",
        {"damage_id": damage_id},
    )


def contract_contradicts(contract_no: str, differing: Sequence[str]) -> Rejected:
    """The same number with other terms."""
    names = "、".join(differing)
    return Rejected(
        "contract_contradicts",
        "A1",
        f"合同 {contract_no} 已登记，但{names}不同。请核对；要改合同请走合同变更",
        f"Contract {contract_no} is registered already, but with other terms ({names}). "
        "Check it, or amend the contract",
        {"contract_no": contract_no, "differing": names},
    )


def contract_has_other_lines(contract_no: str, others: Iterable[int]) -> Rejected:
    """The same contract with lines that it does not have, or has otherwise."""
    numbers = "、".join(str(line_no) for line_no in others)
    return Rejected(
        "contract_has_other_lines",
        "A1",
        f"合同 {contract_no} 已登记，第 {numbers} 行与已登记的不同或还没有。要增加行请走合同变更",
        f"Contract {contract_no} is registered already; lines {numbers} differ or are new. "
        "Amend the contract to add lines",
        {"contract_no": contract_no, "lines": numbers},
    )


def line_contradicts(contract_no: str, known: ContractLine, told: ContractLine) -> Rejected:
    """The contract has this line with other content."""
    pairs = (
        ("型号", known.sku, told.sku),
        ("品名", known.name, told.name),
        ("规格", known.spec, told.spec),
        ("类别", known.category, told.category),
        ("数量", known.quantity, told.quantity),
        ("单价", known.unit_price_fen, told.unit_price_fen),
        ("需安装", known.to_install, told.to_install),
    )
    names = "、".join(name for name, one, other in pairs if one != other)
    return Rejected(
        "line_contradicts",
        "A6",
        f"合同 {contract_no} 已有第 {told.line_no} 行，但{names}不同。请核对",
        f"Contract {contract_no} has line {told.line_no} already, but with other content ({names}). Please check",
        {"contract_no": contract_no, "line_no": told.line_no, "differing": names},
    )


def too_many_lines(contract_no: str, most: int) -> Rejected:
    """Far more lines than any contract has."""
    return Rejected(
        "too_many_lines",
        "A1",
        f"合同 {contract_no} 的行太多，最多 {most} 行",
        f"Contract {contract_no} has too many lines, at most {most}",
        {"contract_no": contract_no, "most": most},
    )


def contract_over(contract: Cancelled | Fulfilled, rule: str) -> Rejected:
    """Cancelled or fulfilled: nothing is changed any more (A6, A7)."""
    number = contract.terms.contract_no
    if isinstance(contract, Cancelled):
        return Rejected(
            "contract_cancelled",
            rule,
            f"合同 {number} 已取消。要继续，请登记新合同",
            f"Contract {number} was cancelled. To go on, register a new contract",
            {"contract_no": number},
        )
    return Rejected(
        "contract_fulfilled",
        rule,
        f"合同 {number} 已于 {contract.on} 完结。之后的事请登记售后工单",
        f"Contract {number} was fulfilled on {contract.on}. What comes after is a service ticket",
        {"contract_no": number, "fulfilled_on": contract.on.isoformat()},
    )


def already_loaded(contract_no: str) -> Rejected:
    """Loaded goods are no longer changed (A6)."""
    return Rejected(
        "already_loaded",
        "A6",
        f"合同 {contract_no} 的货已装车，不能再变更。请等货退回仓库，或送后登记售后工单",
        f"The goods of contract {contract_no} are loaded; it cannot be amended. "
        "Wait until they are back, or register a ticket after delivery",
        {"contract_no": contract_no},
    )


def already_delivered(contract_no: str, rule: str) -> Rejected:
    """The customer has the goods."""
    return Rejected(
        "already_delivered",
        rule,
        f"合同 {contract_no} 的货已交给客户，不能再这样改。退换请登记售后工单",
        f"The customer has goods of contract {contract_no}; this cannot be changed any more. Returns are tickets",
        {"contract_no": contract_no},
    )


def line_was_removed(contract_no: str, line_no: int) -> Rejected:
    """A number is used once, because goods of the old line may still come in."""
    return Rejected(
        "line_was_removed",
        "A6",
        f"合同 {contract_no} 的第 {line_no} 行已取消，行号不再使用。请换一个行号",
        f"Line {line_no} of contract {contract_no} was removed; its number is not used again. Take another one",
        {"contract_no": contract_no, "line_no": line_no},
    )


def line_sku_fixed(contract_no: str, known: ContractLine) -> Rejected:
    """Another product is another line."""
    return Rejected(
        "line_sku_fixed",
        "A6",
        f"第 {known.line_no} 行的型号 {known.sku} 不能改。请取消这一行，另加一行",
        f"The sku {known.sku} of line {known.line_no} cannot be changed. Remove the line and add another one",
        {"contract_no": contract_no, "line_no": known.line_no, "sku": known.sku},
    )


def no_line_left(contract_no: str) -> Rejected:
    """A contract without lines is cancelled."""
    return Rejected(
        "no_line_left",
        "A6",
        f"合同 {contract_no} 会一行也不剩。不要了请取消合同",
        f"Contract {contract_no} would have no line left. Cancel the contract instead",
        {"contract_no": contract_no},
    )


def later_needs_consent(promised: date, wanted: date) -> Rejected:
    """A later date is the customer's to give."""
    return Rejected(
        "later_needs_consent",
        "A8",
        f"{wanted} 晚于承诺的 {promised}。推迟要有客户同意，请登记改期",
        f"{wanted} is later than the {promised} promised. That takes the customer's consent: record a postponement",
        {"promised_on": promised.isoformat(), "wanted": wanted.isoformat()},
    )


def future_arrival(line_no: int, arrived_on: date, today: date) -> Rejected:
    """Nothing has arrived tomorrow."""
    return Rejected(
        "future_arrival",
        "A2",
        f"第 {line_no} 行的到仓日期 {arrived_on} 在今天 {today} 之后。请核对日期",
        f"Line {line_no} arrived on {arrived_on}, which is after today, {today}. Check the date",
        {"line_no": line_no, "arrived_on": arrived_on.isoformat(), "today": today.isoformat()},
    )


def customer_flaw(customer: Customer) -> Rejected | None:
    """What is wrong with a contract's customer (A1)."""
    for zh, en, text in (
        ("客户姓名", "customer name", customer.name),
        ("电话", "phone", customer.phone),
        ("地址", "address", customer.address),
        ("区域", "district", customer.district),
    ):
        if not text.strip() or len(text) > MAX_TEXT:
            return Rejected(
                "bad_customer",
                "A1",
                f"{zh}要填，最多 {MAX_TEXT} 个字",
                f"The {en} is needed, at most {MAX_TEXT} characters",
            )
    return None


def dates_flaw(signed_on: date, promised_on: date) -> Rejected | None:
    """What is wrong with a contract's days (A1)."""
    if promised_on < signed_on:
        return Rejected(
            "bad_dates",
            "A1",
            f"承诺日期 {promised_on} 早于签订日期 {signed_on}，请改正",
            f"Promised on {promised_on}, before it was signed on {signed_on}; please correct it",
            {"promised_on": promised_on.isoformat(), "signed_on": signed_on.isoformat()},
        )
    return None


def line_flaw(lines: Iterable[ContractLine], most_pieces: int, most_fen: int) -> Rejected | None:
    """The first line that is no line of a contract (A1): number, quantity, price, texts; a number twice."""
    seen: set[int] = set()
    for line in lines:
        zh = en = ""
        if line.line_no in seen:
            zh, en = "行号重复", "the line number appears twice"
        elif not 1 <= line.line_no <= most_pieces:
            zh, en = f"行号应是 1 到 {most_pieces}", f"the line number must be 1 to {most_pieces}"
        elif not 1 <= line.quantity <= most_pieces:
            zh, en = f"数量应是 1 到 {most_pieces}", f"the quantity must be 1 to {most_pieces}"
        elif not 0 <= line.unit_price_fen <= most_fen:
            zh, en = "单价不能小于 0，也不能过大", "the unit price must not be negative or absurdly large"
        elif not (line.sku.strip() and line.name.strip() and line.category.strip()):
            zh, en = "型号、品名、类别都要填", "sku, name and category are all needed"
        elif max(map(len, (line.sku, line.name, line.spec, line.category))) > MAX_TEXT:
            zh, en = f"文字太长，最多 {MAX_TEXT} 个字", f"a text is too long, at most {MAX_TEXT} characters"
        seen.add(line.line_no)
        if zh:
            return Rejected(
                "bad_line",
                "A1",
                f"第 {line.line_no} 行：{zh}",
                f"Line {line.line_no}: {en}",
                {"line_no": line.line_no},
            )
    return None
