"""What the desk says when it refuses something about advice, parts, the expert, or a supplier (C6-C8, C13)."""

from datetime import datetime

from contracts.decision import Rejected
from service_desk.domain.refusals import clock


def not_a_consultation() -> Rejected:
    """C6 is for consultations."""
    return Rejected(
        "not_a_consultation",
        "C6",
        "只有咨询工单可以电话解决；其他类型请约上门。",
        "Only a consultation is settled on the phone; book a visit for the others.",
    )


def already_solved() -> Rejected:
    """The customer said that it works."""
    return Rejected(
        "already_solved",
        "C6",
        "客户已确认问题解决，可以结单；有新问题请另开工单。",
        "The customer said that it is solved: close it; open another ticket for another problem.",
    )


def no_advice() -> Rejected:
    """Nothing to follow up."""
    return Rejected(
        "no_advice",
        "C6",
        "还没有电话指导，没有可跟进的内容；请先登记电话指导。",
        "No advice was given yet that could be followed up; record it first.",
    )


def followed_up(*, solved: bool) -> Rejected:
    """A follow-up says one thing."""
    known_zh, known_en = ("已解决", "solved") if solved else ("未解决", "not solved")
    return Rejected(
        "followed_up",
        "C6",
        f"这次指导已跟进，结果为{known_zh}；再次指导后可再跟进。",
        f"This advice was followed up ({known_en}); guide the customer again to follow up again.",
        {"solved": solved},
    )


def expert_first() -> Rejected:
    """C7: the installation manager first."""
    return Rejected(
        "expert_first",
        "C7",
        "没见过的或返修的问题须先由安装部经理（专家）给出意见，再安排配件和上门。",
        "A problem never seen before, or one that came back, goes to the installation manager first; parts and visit "
        "follow the answer.",
    )


def no_question() -> Rejected:
    """Nobody asked."""
    return Rejected(
        "no_question", "C7", "没有等待专家回答的问题。", "There is no question waiting for the expert's answer."
    )


def not_the_expert(role: str) -> Rejected:
    """C7: who answers."""
    return Rejected(
        "not_the_expert",
        "C7",
        "专家意见由安装部经理给出。",
        "The expert's answer comes from the installation manager.",
        {"role": role},
    )


def in_stock(sku: str, free: int) -> Rejected:
    """C7: stock first."""
    return Rejected(
        "in_stock",
        "C7",
        f"仓库有 {sku}（可用 {free} 件），请从仓库领料。",
        f"The warehouse has {sku} ({free} free): take it from there.",
        {"sku": sku, "free": free},
    )


def not_in_stock(sku: str, free: int, wanted: int) -> Rejected:
    """C7: nothing to take."""
    return Rejected(
        "not_in_stock",
        "C7",
        f"仓库 {sku} 只有 {free} 件可用，需要 {wanted} 件：请改为借展厅件、外购或下遗留单。",
        f"The warehouse has {free} of {sku} free, {wanted} are wanted: take a showroom piece, buy, or place a "
        "leftover order.",
        {"sku": sku, "free": free, "wanted": wanted},
    )


def return_date_missing() -> Rejected:
    """D12: a loan has its due date."""
    return Rejected(
        "return_date_missing",
        "C7",
        "借展厅样品件须填归还日期，且不早于今天。",
        "A showroom piece is lent until a date that is not past: give it.",
    )


def part_no_taken(part_no: str) -> Rejected:
    """A part's number says one thing."""
    return Rejected(
        "part_no_taken",
        "C7",
        f"配件编号 {part_no} 已用于别的配件，请换一个编号。",
        f"Part {part_no} already stands for something else; use another number.",
        {"part_no": part_no},
    )


def no_such_part(part_no: str) -> Rejected:
    """The ticket has no such part."""
    return Rejected(
        "unknown_part",
        "C7",
        f"本工单没有配件 {part_no}，请核对编号。",
        f"This ticket has no part {part_no}; check its number.",
        {"part_no": part_no},
    )


def may_not_lend(role: str) -> Rejected:
    """C7: the approval of a loan."""
    return Rejected(
        "role_may_not_approve",
        "C7",
        "借展厅样品件须由主管或经理批准。",
        "A showroom piece is lent with the approval of a supervisor or the manager.",
        {"role": role},
    )


def own_part(part_no: str) -> Rejected:
    """Two pairs of eyes."""
    return Rejected(
        "own_part",
        "C7",
        f"配件 {part_no} 是您本人申请的，须由另一位主管批准。",
        f"You asked for part {part_no} yourself; another supervisor approves it.",
        {"part_no": part_no},
    )


def part_not_approved(part_no: str) -> Rejected:
    """A showroom piece waits for its approval."""
    return Rejected(
        "part_not_approved",
        "C7",
        f"借件 {part_no} 还没有批准，请先由主管批准。",
        f"The loan of part {part_no} is not approved yet; a supervisor approves it first.",
        {"part_no": part_no},
    )


def parts_not_ready(part_no: str) -> Rejected:
    """A visit waits for its parts."""
    return Rejected(
        "parts_not_ready",
        "C7",
        f"配件 {part_no} 还没到位（借件须批准，外购须到货），到位后再约上门。",
        f"Part {part_no} is not ready (a loan is approved, a purchase comes in first); book the visit once it is.",
        {"part_no": part_no},
    )


def not_a_repeat(days: int) -> Rejected:
    """C8: what counts as a repeat."""
    return Rejected(
        "not_a_repeat",
        "C8",
        f"只有上次修好后 {days} 天内、本工单登记之前的维修才算重复修理，请核对所选工单。",
        f"Only a repair at most {days} days before this request counts as repeated; check the ticket you chose.",
        {"days": days},
    )


def nothing_repaired(ticket_id: str) -> Rejected:
    """C8: a repeat has something that it repeats."""
    return Rejected(
        "nothing_repaired",
        "C8",
        f"工单 {ticket_id} 没有修好的上门，不是重复修理，请核对所选工单。",
        f"No visit of ticket {ticket_id} repaired anything; check the ticket you chose.",
        {"ticket_id": ticket_id},
    )


def waiting_already(supplier: str) -> Rejected:
    """One supplier at a time."""
    return Rejected(
        "waiting_already",
        "C13",
        f"本工单正在等供应商 {supplier}，请先登记其结果。",
        f"This ticket already waits for {supplier}; record how that ended first.",
        {"supplier": supplier},
    )


def not_waiting() -> Rejected:
    """No wait to end."""
    return Rejected(
        "not_waiting",
        "C13",
        "本工单没有在等供应商。",
        "This ticket does not wait for a supplier.",
    )


def wait_ends_before(since: datetime) -> Rejected:
    """A wait ends after it began."""
    return Rejected(
        "wait_ends_before",
        "C13",
        f"结束时间早于开始等待的时间 {clock(since)}，请核对发生时间。",
        f"It cannot end before it began ({clock(since)}); check when it happened.",
        {"since": since.isoformat()},
    )


def wait_before_last(until: datetime) -> Rejected:
    """Waits follow one another."""
    return Rejected(
        "wait_before_last",
        "C13",
        f"开始时间早于上一次等待结束的时间 {clock(until)}，请核对发生时间。",
        f"It cannot begin before the last wait ended ({clock(until)}); check when it happened.",
        {"until": until.isoformat()},
    )


def still_waiting(supplier: str) -> Rejected:
    """A ticket that waits is not closed."""
    return Rejected(
        "still_waiting",
        "C13",
        f"本工单还在等供应商 {supplier}，请先登记其结果再结单。",
        f"This ticket still waits for {supplier}; record how that ended before closing.",
        {"supplier": supplier},
    )
