"""What the desk says when it refuses something about a complaint (C12, C15)."""

from contracts.decision import Rejected


def not_a_complaint() -> Rejected:
    """C12 is for complaints."""
    return Rejected(
        "not_a_complaint",
        "C12",
        "本工单不是投诉。客户要投诉请另开投诉工单。",
        "This ticket is no complaint; open one if the customer complains.",
    )


def not_investigated(level: int) -> Rejected:
    """An answer stands on a finding."""
    return Rejected(
        "not_investigated",
        "C12",
        "请先登记调查结果，再提出解决方案。",
        "Record what was found out before proposing a solution.",
        {"level": level},
    )


def not_your_level(level: int, owner_role: str) -> Rejected:
    """C12: each level has its owner."""
    return Rejected(
        "not_your_level",
        "C12",
        f"投诉已到第 {level} 级，须由 {owner_role} 或其上级答复。",
        f"The complaint is at level {level}: {owner_role}, or their superior, answers it.",
        {"level": level, "owner_role": owner_role},
    )


def not_answered(level: int) -> Rejected:
    """Content with what?"""
    return Rejected(
        "not_answered",
        "C12",
        f"第 {level} 级还没有答复客户，请先提出解决方案。",
        f"The customer has no answer at level {level} yet; propose a solution first.",
        {"level": level},
    )


def complaint_settled() -> Rejected:
    """Content is content."""
    return Rejected(
        "complaint_settled",
        "C12",
        "客户已表示满意，投诉已了结；客户再投诉请重新受理。",
        "The customer said that they are content; reopen the ticket if they complain again.",
    )


def supervisor_cancels() -> Rejected:
    """A complaint does not go away quietly."""
    return Rejected(
        "complaint_needs_supervisor",
        "C12",
        "投诉工单须由客服主管或经理取消。",
        "A complaint is cancelled by the service supervisor or the manager only.",
    )
