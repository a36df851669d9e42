"""Every "no" of a run, in words for people: what is wrong, and what to do."""

from datetime import date

from contracts.decision import Rejected
from dispatch.domain.loading_rules import Difference
from dispatch.domain.words import yuan


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
