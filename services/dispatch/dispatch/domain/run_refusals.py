"""Every "no" of a run, in words for people: what is wrong, and what to do."""

from datetime import date

from dispatch.domain.loading_rules import Difference
from dispatch.domain.words import yuan
from runtime.decision import Rejected


def one_signature(signed: str) -> Rejected:
    """B9: two people sign."""
    return Rejected(
        "one_signature",
        "B9",
        "领队和仓管须各签各的名，不能是同一个人。",
        "Leader and warehouse sign each for themselves; it cannot be the same person.",
        {"signed": signed},
    )


def count_differs(found: tuple[Difference, ...]) -> Rejected:
    """B11: more or fewer stops or pieces than the sheet."""
    return Rejected(
        "count_differs",
        "B11",
        f"装车与分领单不符：{'；'.join(one.zh for one in found)}。请与仓库结清，并写明处理结果。",
        f"The count differs from the sorting sheet: {'; '.join(one.en for one in found)}. "
        "Settle it with the warehouse and say how.",
        {"differences": len(found), "named": "; ".join(one.en for one in found)},
    )


def not_loaded(crew: str) -> Rejected:
    """B11: first count, then go."""
    return Rejected(
        "not_loaded",
        "B11",
        f"{crew} 还没有装车清点，不能出车。请与仓库逐行清点，双方签名。",
        f"{crew} is not loaded. Count line by line with the warehouse; both sign.",
        {"crew": crew},
    )


def no_leader(crew: str) -> Rejected:
    """B8: nobody answers for the crew."""
    return Rejected(
        "no_leader",
        "B8",
        f"{crew} 没有领队，不能出车。请安装主管先定领队，再发布安排表。",
        f"{crew} has no leader and cannot depart. The supervisor names one and publishes again.",
        {"crew": crew},
    )


def already_collected(job: str, collected_fen: int) -> Rejected:
    """B13: once per stop."""
    return Rejected(
        "already_collected",
        "B13",
        f"{job} 已收款 {yuan(collected_fen)}，不能再收。",
        f"{yuan(collected_fen)} was collected for {job} already.",
        {"job_id": job, "collected_fen": collected_fen},
    )


def not_on_this_run(job: str, crew: str) -> Rejected:
    """B12: the stop belongs to another vehicle, or to none."""
    return Rejected(
        "not_on_this_run",
        "B12",
        f"{job} 不在 {crew} 这一趟上，请核对单号。",
        f"{job} is not on this run of {crew}; check the number.",
        {"job_id": job, "crew": crew},
    )


def cash_limit(on_vehicle_fen: int, amount_fen: int, limit_fen: int) -> Rejected:
    """B16: too much cash on one vehicle."""
    return Rejected(
        "cash_limit",
        "B16",
        f"车上已有 {yuan(on_vehicle_fen)}，再收 {yuan(amount_fen)} 就超过上限 {yuan(limit_fen)}。请先交款。",
        f"{yuan(on_vehicle_fen)} is on the vehicle; {yuan(amount_fen)} more would pass the limit of "
        f"{yuan(limit_fen)}. Hand money in first.",
        {"on_vehicle_fen": on_vehicle_fen, "amount_fen": amount_fen, "limit_fen": limit_fen},
    )


def more_than_due(job: str, due_fen: int, amount_fen: int) -> Rejected:
    """B13: money is collected as on the order."""
    return Rejected(
        "more_than_due",
        "B13",
        f"{job} 只欠 {yuan(due_fen)}，不能收 {yuan(amount_fen)}。请核对订单。",
        f"{job} owes {yuan(due_fen)}, not {yuan(amount_fen)}. Check the order.",
        {"job_id": job, "due_fen": due_fen, "amount_fen": amount_fen},
    )


def received_by_leader(leader: str) -> Rejected:
    """B16: nobody pays in to himself."""
    return Rejected(
        "received_by_leader",
        "B16",
        "交款须由领队以外的人收，请填写收款人。",
        "The cash is received by somebody else than the leader: say by whom.",
        {"received_by": leader},
    )


def more_than_on_vehicle(on_vehicle_fen: int, amount_fen: int) -> Rejected:
    """B16: only what was collected can be handed in."""
    return Rejected(
        "more_than_on_vehicle",
        "B16",
        f"车上只有 {yuan(on_vehicle_fen)}，不能交 {yuan(amount_fen)}。请核对金额。",
        f"Only {yuan(on_vehicle_fen)} is on the vehicle, not {yuan(amount_fen)}. Check the amount.",
        {"on_vehicle_fen": on_vehicle_fen, "amount_fen": amount_fen},
    )


def plan_too_late(crew: str, on: date) -> Rejected:
    """B11: a change that cannot reach the vehicle."""
    return Rejected(
        "already_departed",
        "B11",
        f"{crew} 已出车，安排表的改动到不了车上。请电话通知领队，把改动的单退回待排。",
        f"{crew} has departed; the change cannot reach the vehicle. Call the leader and take it back.",
        {"crew": crew, "on": on.isoformat()},
    )


def not_planned() -> Rejected:
    """B9: no list, no goods."""
    return Rejected(
        "not_planned",
        "B9",
        "这个班组当天没有已发布的送货，没有清单就不能装车。请先发布安排表。",
        "The crew has no published stops that day; without a list nothing is loaded. Publish the plan first.",
    )


def not_on_the_road(rule: str) -> Rejected:
    """Cash belongs to a vehicle that is out."""
    return Rejected(
        "not_departed",
        rule,
        "这一趟还没有出车，不能收款或交款。",
        "This run has not departed; no cash can be collected or handed in.",
    )


def already_departed(crew: str, on: date) -> Rejected:
    """B11: what left cannot be counted again."""
    return Rejected(
        "already_departed",
        "B11",
        f"{crew} 已出车，不能再清点装车。",
        f"{crew} has departed; it cannot be counted again.",
        {"crew": crew, "on": on.isoformat()},
    )


def list_missing(crew: str, careful: tuple[str, ...]) -> Rejected:
    """B9: no list, no goods; kitchens and wardrobes without exception."""
    zh = f"（其中橱柜、衣柜 {'、'.join(careful)} 一律不得例外）" if careful else ""
    return Rejected(
        "list_missing",
        "B9",
        f"{crew} 没有主管开出的送、验清单，不能出车{zh}。请安装主管按现在的安排表开单。",
        f"{crew} has no delivery-and-check list for the plan as it is now. The installation supervisor issues it.",
        {"crew": crew, "careful": ",".join(careful)},
    )


def quality_missing(crew: str, jobs: tuple[str, ...]) -> Rejected:
    """B21: QC passes goods before they are loaded."""
    return Rejected(
        "quality_missing",
        "B21",
        f"{crew} 车上 {'、'.join(jobs)} 的货还没有质检合格，不能出车。请质检检验，或与仓库结清后卸下。",
        f"QC has not passed the goods of {', '.join(jobs)} on {crew}. Have them inspected, or settle and unload them.",
        {"crew": crew, "jobs": ",".join(jobs)},
    )


def out_of_order(job: str, following: str) -> Rejected:
    """B12: the route follows the dispatch sheet."""
    return Rejected(
        "out_of_order",
        "B12",
        f"下一站是 {following}，不是 {job}。要改变顺序请写明理由。",
        f"The next stop is {following}, not {job}. To leave the order, give a reason.",
        {"job_id": job, "next": following},
    )


def stops_open(crew: str, jobs: tuple[str, ...]) -> Rejected:
    """B16, B17: first every stop is over."""
    return Rejected(
        "stops_open",
        "B17",
        f"{crew} 还有 {len(jobs)} 站未结束：{'、'.join(jobs)}。请先签收，或报未送成。",
        f"{crew} has {len(jobs)} stops that are not over: {', '.join(jobs)}. Have them signed for, or report them.",
        {"crew": crew, "jobs": ",".join(jobs)},
    )


def cash_differs(collected_fen: int, handed_in_fen: int) -> Rejected:
    """B16: collected = paid in, or explained."""
    difference = collected_fen - handed_in_fen
    return Rejected(
        "cash_differs",
        "B16",
        f"收款 {yuan(collected_fen)}，交款 {yuan(handed_in_fen)}，相差 {yuan(abs(difference))}。请交清，或写明原因。",
        f"{yuan(collected_fen)} collected, {yuan(handed_in_fen)} paid in: {yuan(abs(difference))} apart. "
        "Pay it in, or explain it.",
        {"collected_fen": collected_fen, "handed_in_fen": handed_in_fen, "difference_fen": difference},
    )


def day_closed(crew: str, on: date) -> Rejected:
    """B16: a closed day takes no more money."""
    return Rejected(
        "day_closed",
        "B16",
        f"{crew} 的 {on.month}月{on.day}日 已日清日结，不能再收款或交款。请找会计处理。",
        f"The day of {crew} on {on} is closed; no cash is collected or handed in any more. Ask the accountant.",
        {"crew": crew, "on": on.isoformat()},
    )


def receipt_used(receipt_no: str, amount_fen: int) -> Rejected:
    """B16: one receipt, one amount."""
    return Rejected(
        "receipt_used",
        "B16",
        f"收据 {receipt_no} 已交 {yuan(amount_fen)}，金额不同。请核对收据号。",
        f"Receipt {receipt_no} stands for {yuan(amount_fen)} already. Check its number.",
        {"receipt_no": receipt_no, "amount_fen": amount_fen},
    )


def witness_missing(amount_fen: int, limit_fen: int) -> Rejected:
    """B16: a large deposit needs two people."""
    return Rejected(
        "witness_missing",
        "B16",
        f"交款 {yuan(amount_fen)} 达到 {yuan(limit_fen)}，须两人同办。请填写第二人。",
        f"{yuan(amount_fen)} reaches {yuan(limit_fen)}: it takes two people. Name the second one.",
        {"amount_fen": amount_fen, "limit_fen": limit_fen},
    )


def check_note_missing(vehicle: str, wrong: tuple[str, ...]) -> Rejected:
    """B17: what is wrong with the vehicle is written down."""
    return Rejected(
        "check_note_missing",
        "B17",
        f"{vehicle} 车辆检查有 {len(wrong)} 项不合格，请写明情况。",
        f"{vehicle}: {', '.join(wrong)} not in order; say what is wrong.",
        {"vehicle": vehicle, "wrong": ",".join(wrong)},
    )


def loaded_meanwhile(crew: str) -> Rejected:
    """B11, B21: what is on the vehicle was counted a moment ago; nobody has looked at it yet."""
    return Rejected(
        "loaded_meanwhile",
        "B11",
        f"{crew} 刚刚重新清点过，请刷新后再出车。",
        f"{crew} was counted anew a moment ago. Reload and depart again.",
        {"crew": crew},
    )
