"""How the warehouse says no about an inbound slip: what is wrong, where, and what to do."""

from runtime.decision import Rejected


def unknown_slip() -> Rejected:
    """No slip, no goods (D1)."""
    return Rejected(
        "unknown_slip",
        "D1",
        "没有这张入库单。货不能入库，请先让会计开入库单",
        "There is no such inbound slip. Nothing enters without one; ask the accountant to issue it",
    )


def slip_contradicts(slip_no: str) -> Rejected:
    """A slip is issued once."""
    return Rejected(
        "slip_contradicts",
        "D1",
        f"入库单 {slip_no} 已经开过，但内容不同。请用新的单号，或先作废原单",
        f"Slip {slip_no} was issued before, with other content. Use a new number, or void the former first",
        {"slip_no": slip_no},
    )


def line_twice(slip_no: str) -> Rejected:
    """Each line has its number."""
    return Rejected(
        "line_twice",
        "D1",
        f"入库单 {slip_no} 里有相同的行号。请每行一个行号",
        f"Slip {slip_no} has a line number twice. Give each line its own",
        {"slip_no": slip_no},
    )


def bad_slip_line(line_no: int) -> Rejected:
    """A line without a product, or with half a contract."""
    return Rejected(
        "bad_slip_line",
        "D1",
        f"第 {line_no} 行不完整：要有型号、品名、1 到 999999 的数量；写合同号（如 HT26030001）就要写合同行号",
        f"Line {line_no} is not whole: sku, name, a quantity of 1 to 999999; a contract number (such as HT26030001) "
        "goes with its line",
        {"line_no": line_no},
    )


def slip_cancelled(slip_no: str) -> Rejected:
    """Void."""
    return Rejected(
        "slip_cancelled",
        "D1",
        f"入库单 {slip_no} 已作废。请让会计重新开单",
        f"Slip {slip_no} is void. Ask the accountant for a new one",
        {"slip_no": slip_no},
    )


def already_checked(slip_no: str) -> Rejected:
    """Checked once."""
    return Rejected(
        "already_checked",
        "D2",
        f"入库单 {slip_no} 已经验收过。有出入请处理异常，或盘点调整",
        f"Slip {slip_no} was checked before. Settle its exceptions, or count and adjust",
        {"slip_no": slip_no},
    )


def not_checked(slip_no: str) -> Rejected:
    """First the check."""
    return Rejected(
        "not_checked",
        "D2",
        f"入库单 {slip_no} 还没有验收。请先按送货单逐行验收、签字",
        f"Slip {slip_no} is not checked yet. Check it line by line against the delivery note first",
        {"slip_no": slip_no},
    )


def unknown_slip_line(slip_no: str, line_no: int) -> Rejected:
    """No such line."""
    return Rejected(
        "unknown_slip_line",
        "D2",
        f"入库单 {slip_no} 没有第 {line_no} 行",
        f"Slip {slip_no} has no line {line_no}",
        {"slip_no": slip_no, "line_no": line_no},
    )


def too_many_to_put_away(line_no: int, name: str, left: int, wanted: int) -> Rejected:
    """No more than the check found good."""
    return Rejected(
        "too_many_to_put_away",
        "D2",
        f"第 {line_no} 行 {name} 待上架的好货只有 {left} 件，不是 {wanted} 件。请改数量",
        f"Line {line_no} {name} has {left} good pieces left to put away, not {wanted}. Change the quantity",
        {"line_no": line_no, "left": left, "wanted": wanted},
    )


def unknown_exception(slip_no: str, exception_id: str) -> Rejected:
    """No such exception."""
    return Rejected(
        "unknown_exception",
        "D2",
        f"入库单 {slip_no} 没有异常 {exception_id}",
        f"Slip {slip_no} has no exception {exception_id}",
        {"exception_id": exception_id},
    )


def already_settled(exception_id: str) -> Rejected:
    """Settled once."""
    return Rejected(
        "already_settled",
        "D2",
        f"异常 {exception_id} 已经处理完毕，结果不同。请查看记录",
        f"Exception {exception_id} was settled before, in another way. See the record",
        {"exception_id": exception_id},
    )


def wrong_outcome(exception_id: str, pieces: int) -> Rejected:
    """Pieces go somewhere; a shortage is noted."""
    if pieces:
        return Rejected(
            "wrong_outcome",
            "D2",
            f"异常 {exception_id} 有 {pieces} 件在待处理仓，请选：入库、退厂或转报废申请",
            f"Exception {exception_id} has {pieces} pieces in the pending zone: accept, send back, or apply to scrap",
            {"exception_id": exception_id, "pieces": pieces},
        )
    return Rejected(
        "wrong_outcome",
        "D2",
        f"异常 {exception_id} 没有待处理的货，只能备案",
        f"Exception {exception_id} has no pieces; it can only be noted",
        {"exception_id": exception_id, "pieces": 0},
    )
