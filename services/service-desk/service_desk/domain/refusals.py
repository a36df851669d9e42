"""What the service desk says when it refuses: code, rule, and words that tell what is wrong and what to do."""

from datetime import datetime, timedelta

from contracts.decision import Rejected
from contracts.policy import SHANGHAI, Policy


def clock(moment: datetime) -> str:
    """A moment as people at the desk read it, civil time."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def unknown_ticket() -> Rejected:
    """No such ticket."""
    return Rejected(
        "unknown_ticket", "C1", "没有这张工单，请核对工单号。", "There is no such ticket; check its number."
    )


def calendar_undecided() -> Rejected:
    """The correction was taken and is not decided yet."""
    return Rejected(
        "calendar_undecided",
        "C1",
        "更正已收到，还没有定。请稍后原样再交一次，不会重复。",
        "The correction was received and is not decided yet. Send it again in a moment; it will not count twice.",
    )


def ticket_exists(ticket_id: str) -> Rejected:
    """The number is taken by a ticket that says something else."""
    return Rejected(
        "ticket_exists",
        "C4",
        f"工单号 {ticket_id} 已用于另一件事，请换一个工单号登记。",
        f"Ticket {ticket_id} already stands for another request; register this one under another number.",
        {"ticket_id": ticket_id},
    )


def ticket_closed(ticket_id: str) -> Rejected:
    """An archived ticket takes nothing new."""
    return Rejected(
        "ticket_closed",
        "C11",
        f"工单 {ticket_id} 已结单归档，不能再改；客户有新问题请另开工单。",
        f"Ticket {ticket_id} is closed; open another one if the customer has a new problem.",
        {"ticket_id": ticket_id},
    )


def before_receipt(at: datetime, received: datetime) -> Rejected:
    """A fact of the ticket cannot be older than the ticket."""
    return Rejected(
        "before_receipt",
        "X1",
        f"所填时间 {clock(at)} 早于工单登记时间 {clock(received)}，请核对发生时间。",
        f"{clock(at)} is before the request was received ({clock(received)}); check when it happened.",
        {"at": at.isoformat(), "received_at": received.isoformat()},
    )


def before_repair(at: datetime, ended: datetime, policy: Policy) -> Rejected | None:
    """What is about a visit cannot be older than it; clocks may differ."""
    if at + timedelta(seconds=policy.told_ahead_seconds) >= ended:
        return None
    return Rejected(
        "before_repair",
        "C9",
        f"所填时间 {clock(at)} 早于上门 {clock(ended)}，那时还没有修，请核对发生时间。",
        f"{clock(at)} is before the visit ({clock(ended)}): nothing had been repaired yet. Check when it happened.",
        {"at": at.isoformat(), "ended_at": ended.isoformat()},
    )


def not_your_stores(contract_no: str | None) -> Rejected:
    """A store works on its own contracts only (RULES 1)."""
    return Rejected(
        "unknown_contract",
        "C18",
        "找不到本店的这份合同。门店只能办理自己合同的工单，请核对合同号。",
        "Your store has no such contract; a store works on tickets of its own contracts only. Check the number.",
        {"contract_no": contract_no},
    )


def customer_missing() -> Rejected:
    """C4: a ticket names its customer."""
    return Rejected(
        "customer_missing",
        "C4",
        "工单须写明客户姓名和电话，请补全。",
        "A ticket names its customer: give name and telephone.",
    )


def customer_too_long(limit: int) -> Rejected:
    """A name, not a text."""
    return Rejected(
        "customer_too_long",
        "C4",
        f"客户姓名、电话、地址、区域各不超过 {limit} 字，请缩短。",
        f"The customer's name, telephone, address and district have {limit} characters at most each; shorten them.",
        {"limit": limit},
    )


def proof_missing() -> Rejected:
    """C4: a ticket has proof."""
    return Rejected(
        "proof_missing",
        "C4",
        "工单须有凭据：请填合同号，或附照片、购买凭证。",
        "A ticket has proof: give the contract number, or photos or proof of purchase.",
    )


def not_your_visit() -> Rejected:
    """A technician works on their own visits only (RULES 1)."""
    return Rejected(
        "not_your_visit",
        "C18",
        "这张工单没有派给您的上门，不能办理；请找客服主管派工。",
        "No visit of this ticket is yours; ask the service supervisor to assign it.",
    )


def conduct_is_a_complaint() -> Rejected:
    """C15."""
    return Rejected(
        "conduct_is_a_complaint",
        "C15",
        "反映员工行为的工单须登记为投诉，请把类型改为投诉。",
        "A report of how somebody behaved is a complaint; register it as one.",
    )


def already_agreed(visit_no: int, starts: datetime) -> Rejected:
    """One visit at a time."""
    return Rejected(
        "visit_agreed",
        "C3",
        f"第 {visit_no} 次上门已约在 {clock(starts)}，请先登记上门结果，再约下一次。",
        f"Visit {visit_no} is agreed for {clock(starts)}; record how it ended before booking the next.",
        {"visit_no": visit_no, "starts": starts.isoformat()},
    )


def visit_begun(visit_no: int) -> Rejected:
    """The technician is there, or the customer accepted: nothing to move."""
    return Rejected(
        "visit_begun",
        "C10",
        f"第 {visit_no} 次上门已到达或已验收，不能改约或取消；请登记上门结果。",
        f"Visit {visit_no} has begun; it cannot be moved or cancelled any more. Record how it ended.",
        {"visit_no": visit_no},
    )


def papers_incomplete(missing_zh: str, missing_en: str) -> Rejected:
    """C9: which papers a visit needs."""
    return Rejected(
        "papers_incomplete",
        "C9",
        f"单据不全，还缺：{missing_zh}。",
        f"Papers are missing: {missing_en}.",
    )


def papers_not_prepared(visit_no: int) -> Rejected:
    """C9: papers before the technician goes."""
    return Rejected(
        "papers_not_prepared",
        "C9",
        f"第 {visit_no} 次上门的单据还没备好，请先备单。",
        f"The papers of visit {visit_no} are not prepared yet; prepare them first.",
        {"visit_no": visit_no},
    )


def not_ready_to_go(missing_zh: str, missing_en: str) -> Rejected:
    """C9: what a technician does before going."""
    return Rejected(
        "not_ready_to_go",
        "C9",
        f"出发前还须：{missing_zh}。",
        f"Before going: {missing_en}.",
    )


def bad_window(on: str) -> Rejected:
    """The window is a span of the agreed day, ahead of the call."""
    return Rejected(
        "bad_window",
        "C3",
        f"上门时段须在 {on} 当天之内、先起后止，且在预约之后结束，请改时段。",
        f"The window must lie within {on}, start before it ends, and end after the booking; correct it.",
        {"on": on},
    )


def manager_must_come() -> Rejected:
    """C10: not let in."""
    return Rejected(
        "manager_must_come",
        "C10",
        "上次被拒于门外，再次上门须由服务经理亲自前往：请填写同去的经理。",
        "The last visit was not let in: the service manager goes in person. Say who it is (accompanied_by).",
    )


def no_such_visit(visit_no: int) -> Rejected:
    """The ticket has no agreed visit of that number."""
    return Rejected(
        "unknown_visit",
        "C10",
        f"本工单没有约好的第 {visit_no} 次上门，请核对次数或先预约。",
        f"This ticket has no visit {visit_no} that is agreed; check the number or book it first.",
        {"visit_no": visit_no},
    )


def visit_ended(visit_no: int, outcome: str) -> Rejected:
    """A visit ends in one way."""
    return Rejected(
        "visit_ended",
        "C10",
        f"第 {visit_no} 次上门已登记另一结果，不能改写。",
        f"Visit {visit_no} is already on record with another outcome ({outcome}).",
        {"visit_no": visit_no, "outcome": outcome},
    )


def report_missing() -> Rejected:
    """C11: a finished repair has its report."""
    return Rejected(
        "report_missing",
        "C11",
        "修好的上门须交《售后服务报告单》，请填报告单编号。",
        "A finished repair has its service report: give the report's reference (report_ref).",
    )


def accepted_already(accepted_by: str) -> Rejected:
    """A visit that the customer accepted was a repair; or: accepted in another way."""
    return Rejected(
        "accepted_already",
        "C11",
        "客户已对这次上门验收签字，与所填内容不符，请核对。",
        "The customer has accepted this visit's repair, which does not fit what you entered; check it.",
        {"accepted_by": accepted_by},
    )


def nobody_came(what_zh: str, what_en: str) -> Rejected:
    """Acceptance, signature and call-back are about a visit."""
    return Rejected(
        "no_visit",
        "C11",
        f"还没有可{what_zh}的上门：请先预约上门（上次未修好的须再约）。",
        f"There is no visit to {what_en}: book one first (again, if the last one did not repair it).",
    )


def not_a_supervisor(role: str) -> Rejected:
    """C9: a supervisor checks and signs."""
    return Rejected(
        "not_a_supervisor",
        "C9",
        "须由主管审核签字。",
        "A supervisor checks and signs.",
        {"role": role},
    )


GATES = {
    "report": ("售后服务报告单", "service report"),
    "acceptance": ("客户验收", "customer's acceptance"),
    "rating": ("请客户评价", "rating asked for"),
    "signature": ("主管签字", "supervisor's signature"),
    "call_back": ("回访", "call-back"),
    "advice": ("电话指导并跟进到解决", "advice that was followed up and helped"),
    "finding": ("投诉调查结果", "what the complaint's investigation found"),
    "solution": ("投诉解决方案", "an answer to the complaint"),
    "content": ("客户满意", "a customer who is content"),
}
"""C6, C11, C12: what a ticket needs before it closes: code -> zh, en."""


def gates_missing(missing: tuple[str, ...]) -> Rejected:
    """C11: not closed before all is there."""
    return Rejected(
        "gates_missing",
        "C11",
        f"还不能结单，缺：{'、'.join(GATES[gate][0] for gate in missing)}。请补齐后再结单。",
        f"It cannot be closed yet; missing: {', '.join(GATES[gate][1] for gate in missing)}.",
        {"missing": ",".join(missing)},
    )
