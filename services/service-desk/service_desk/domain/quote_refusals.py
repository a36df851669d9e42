"""What the desk says when it refuses something about warranty and money (C5)."""

from contracts.decision import Rejected


def coverage_unknown() -> Rejected:
    """Nobody knows whether the warranty holds."""
    return Rejected(
        "coverage_unknown",
        "C5",
        "还不清楚是否在保：请先做责任认定（或关联合同），过保或非我方责任的先报价，再约上门。",
        "It is not known whether the warranty holds: judge it (or link the contract) and quote if it does not, "
        "then book the visit.",
    )


def quote_first() -> Rejected:
    """Not free: a quote first."""
    return Rejected(
        "quote_first",
        "C5",
        "过保或非我方责任：请先报价（配件、上门、工时），客户接受后再约上门。",
        "Out of warranty, or not our fault: quote parts, travel and labour first; the visit waits until the customer "
        "accepts.",
    )


def quote_not_accepted(quote_no: str) -> Rejected:
    """The customer has not said yes."""
    return Rejected(
        "quote_not_accepted",
        "C5",
        f"客户还没有接受报价 {quote_no}，接受后才能约上门。",
        f"The customer has not accepted quote {quote_no}; the visit can be booked once they do.",
        {"quote_no": quote_no},
    )


def quote_no_taken(quote_no: str) -> Rejected:
    """A quote's number says one thing."""
    return Rejected(
        "quote_no_taken",
        "C5",
        f"报价单号 {quote_no} 已用于别的金额，请换一个单号。",
        f"Quote {quote_no} already stands for other amounts; use another number.",
        {"quote_no": quote_no},
    )


def no_quote_needed() -> Rejected:
    """It is free."""
    return Rejected(
        "no_quote_needed",
        "C5",
        "在保且我方责任，免费处理，不用报价；如另有认定，请先改责任认定。",
        "In warranty and our fault: it is free and needs no quote. If that is wrong, judge the coverage first.",
    )


def no_such_quote(quote_no: str) -> Rejected:
    """The ticket has no quote of that number."""
    return Rejected(
        "unknown_quote",
        "C5",
        f"本工单没有报价单 {quote_no}，请核对单号。",
        f"This ticket has no quote {quote_no}; check its number.",
        {"quote_no": quote_no},
    )


def quote_superseded(quote_no: str, latest: str) -> Rejected:
    """Only the last quote can be accepted."""
    return Rejected(
        "quote_superseded",
        "C5",
        f"报价 {quote_no} 已被报价 {latest} 代替，请让客户确认新报价。",
        f"Quote {quote_no} was replaced by {latest}; ask the customer about that one.",
        {"quote_no": quote_no, "latest": latest},
    )


def quote_declined(quote_no: str) -> Rejected:
    """Declined is declined; another quote may follow."""
    return Rejected(
        "quote_declined",
        "C5",
        f"客户已拒绝报价 {quote_no}，请另出一份报价。",
        f"The customer declined quote {quote_no}; give another one.",
        {"quote_no": quote_no},
    )


def quote_accepted(quote_no: str) -> Rejected:
    """Accepted is accepted."""
    return Rejected(
        "quote_accepted",
        "C5",
        f"客户已接受报价 {quote_no}；要改金额请另出一份报价。",
        f"The customer accepted quote {quote_no}; give another one to change it.",
        {"quote_no": quote_no},
    )


def quote_expired(quote_no: str, valid_until: str) -> Rejected:
    """Past its day."""
    return Rejected(
        "quote_expired",
        "C5",
        f"报价 {quote_no} 有效期到 {valid_until}，已过期，请重新报价。",
        f"Quote {quote_no} was valid until {valid_until}; give another one.",
        {"quote_no": quote_no, "valid_until": valid_until},
    )
