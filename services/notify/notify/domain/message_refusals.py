"""Every "no" of a message, in words."""

from datetime import datetime

from contracts.civil_time import in_shanghai
from runtime.decision import Rejected


def unknown() -> Rejected:
    """No such message."""
    return Rejected(
        "unknown_message", "E4", "没有这条消息，请核对编号。", "There is no such message; check its number."
    )


def not_attempted() -> Rejected:
    """A result without an attempt."""
    return Rejected(
        "not_attempted",
        "E4",
        "这条消息还没有开始发送，不能登记发送结果。",
        "This message was not attempted yet; there is no result to record.",
    )


def still_asking(ask_at: datetime | None) -> Rejected:
    """Sending again while the provider can still say."""
    when = "" if ask_at is None else f"（{in_shanghai(ask_at):%H:%M}）"
    return Rejected(
        "still_asking",
        "E4",
        f"还在向服务商查询这条消息的结果{when}，查不到才能重发，以免客户收到两次。请稍后再看。",
        "The provider is still being asked; only when it cannot say may the message be sent again, or the customer"
        " might get it twice. Look again later.",
        {"ask_at": None if ask_at is None else ask_at.isoformat()},
    )


def outcome_is_known() -> Rejected:
    """Nothing to resolve."""
    return Rejected(
        "outcome_is_known",
        "E4",
        "这条消息的结果是清楚的，不用核实。发送失败的请用“重发”。",
        "What became of this message is known; nothing to settle. If it failed, send it again.",
    )


def outcome_unknown() -> Rejected:
    """Sending again what may have arrived."""
    return Rejected(
        "outcome_unknown",
        "E4",
        "不清楚这条消息有没有送到，请先核实（已收到 / 没收到，再发），以免客户收到两次。",
        "Whether this message arrived is not known: settle that first (arrived / not, send again), or the customer"
        " might get it twice.",
    )


def already_sent() -> Rejected:
    """Sending again what was sent."""
    return Rejected(
        "already_sent",
        "E4",
        "这条消息已经发出，同一件事不给客户发两次。",
        "This message was sent; a customer is not told the same thing twice.",
    )


def opted_out() -> Rejected:
    """Sending what the customer does not want."""
    return Rejected(
        "opted_out",
        "E4",
        "客户已退订这类消息，不能发送。",
        "The customer opted out of such messages; it cannot be sent.",
    )


def no_fax() -> Rejected:
    """Confirming what is no fax."""
    return Rejected(
        "no_fax",
        "E5",
        "这条消息不是发给仓库的送货安排表，不用确认收到。",
        "This message is no schedule for the warehouse; there is no receipt to confirm.",
    )
