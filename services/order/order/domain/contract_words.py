"""How a contract says no: what is wrong, where, and what to do."""

from collections.abc import Iterable, Sequence
from datetime import date

from contracts.decision import Rejected
from contracts.fact import ContractLine, Customer

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


def terms_flaw(customer: Customer, signed_on: date, promised_on: date) -> Rejected | None:
    """What is wrong with a contract's customer or days (A1)."""
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
