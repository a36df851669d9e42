"""What the desk says when it refuses something about visit plans (C16) and regular call-backs (C17)."""

from contracts.decision import Rejected


def unknown_plan() -> Rejected:
    """No such plan."""
    return Rejected(
        "unknown_plan", "C16", "没有这份走访计划，请核对编号。", "There is no such visit plan; check its number."
    )


def plan_exists(plan_id: str) -> Rejected:
    """The number is taken."""
    return Rejected(
        "plan_exists",
        "C16",
        f"走访计划 {plan_id} 已有别的内容，请换一个编号。",
        f"Visit plan {plan_id} already says something else; use another number.",
        {"plan_id": plan_id},
    )


def plan_closed(plan_id: str) -> Rejected:
    """Over is over."""
    return Rejected(
        "plan_closed",
        "C16",
        f"走访计划 {plan_id} 已结束，请另做一份计划。",
        f"Visit plan {plan_id} is over; make another one.",
        {"plan_id": plan_id},
    )


def not_your_plan(plan_id: str, responsible: str) -> Rejected:
    """Another technician's round."""
    return Rejected(
        "not_your_plan",
        "C16",
        f"走访计划 {plan_id} 由 {responsible} 负责，请由其本人或售后主管登记。",
        f"Visit plan {plan_id} is {responsible}'s: they or a service supervisor record it.",
        {"plan_id": plan_id, "responsible": responsible},
    )


def plan_ends_first() -> Rejected:
    """Start, then end."""
    return Rejected(
        "plan_ends_first",
        "C16",
        "走访结束日期不能早于开始日期，请改日期。",
        "A plan cannot end before it starts; correct the days.",
    )


def unknown_call(call_no: int) -> Rejected:
    """No such customer in the plan."""
    return Rejected(
        "unknown_call",
        "C16",
        f"计划里没有第 {call_no} 户，请核对序号。",
        f"The plan has no customer number {call_no}; check the number.",
        {"call_no": call_no},
    )


def not_met_but_answered() -> Rejected:
    """Nobody answered."""
    return Rejected(
        "not_met_but_answered",
        "C16",
        "没有见到客户就没有回答或投诉：请改为已见到，或清空回答。",
        "Who was not met gave no answers: say that they were met, or leave the answers out.",
    )


def visited_in_future(day: str) -> Rejected:
    """Not yet."""
    return Rejected(
        "visited_in_future",
        "C16",
        f"走访日期 {day} 还没到，请核对。",
        f"{day} is not here yet; check the day of the visit.",
        {"day": day},
    )


def unknown_call_back() -> Rejected:
    """No such call-back."""
    return Rejected(
        "unknown_call_back", "C17", "没有这次回访，请核对编号。", "There is no such call-back; check its number."
    )


def call_back_exists(callback_id: str) -> Rejected:
    """The number is taken."""
    return Rejected(
        "call_back_exists",
        "C17",
        f"回访 {callback_id} 已有别的内容，请换一个编号。",
        f"Call-back {callback_id} already says something else; use another number.",
        {"callback_id": callback_id},
    )


def call_back_over(callback_id: str) -> Rejected:
    """Over is over."""
    return Rejected(
        "call_back_over",
        "C17",
        f"回访 {callback_id} 已完成或取消，请另做一次回访。",
        f"Call-back {callback_id} was made or dropped; plan another one.",
        {"callback_id": callback_id},
    )


def satisfaction_missing() -> Rejected:
    """C17: what it is for."""
    return Rejected(
        "satisfaction_missing",
        "C17",
        "已接通的回访须登记客户是否满意。",
        "A call that reached the customer says whether they are satisfied.",
    )


def not_reached_but_answered() -> Rejected:
    """Nobody answered."""
    return Rejected(
        "not_reached_but_answered",
        "C17",
        "没有接通就没有满意与否或投诉：请改为已接通，或清空。",
        "Who was not reached said nothing: say that they were reached, or leave it out.",
    )
