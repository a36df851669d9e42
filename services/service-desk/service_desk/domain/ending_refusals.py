"""What the desk says when it refuses that a ticket ends, goes on, or joins another one."""

from contracts.decision import Rejected


def ticket_cancelled(ticket_id: str) -> Rejected:
    """A cancelled ticket takes nothing new."""
    return Rejected(
        "ticket_cancelled",
        "C11",
        f"工单 {ticket_id} 已取消；客户又来找，请重新受理。",
        f"Ticket {ticket_id} is cancelled; reopen it if the customer comes back.",
        {"ticket_id": ticket_id},
    )


def visit_agreed(visit_no: int) -> Rejected:
    """Somebody is on the way."""
    return Rejected(
        "visit_agreed",
        "C10",
        f"第 {visit_no} 次上门已约好，请先取消上门，再取消工单。",
        f"Visit {visit_no} is agreed; cancel it before the ticket.",
        {"visit_no": visit_no},
    )


def repaired_is_closed() -> Rejected:
    """Work that was done is closed with its papers."""
    return Rejected(
        "repaired_is_closed",
        "C11",
        "已修好的工单不能取消，请补齐验收、签字、回访后结单。",
        "A ticket that was repaired is not cancelled: close it with acceptance, signature and call-back.",
    )


def ticket_open(ticket_id: str) -> Rejected:
    """Nothing to reopen."""
    return Rejected(
        "ticket_open",
        "C11",
        f"工单 {ticket_id} 还在办理，不用重新受理。",
        f"Ticket {ticket_id} is under way; there is nothing to reopen.",
        {"ticket_id": ticket_id},
    )


def went_on_elsewhere(ticket_id: str) -> Rejected:
    """A duplicate goes on in another ticket."""
    return Rejected(
        "duplicate_goes_on",
        "C11",
        f"工单 {ticket_id} 是重复工单，已并入另一张工单，请在那张工单上办理。",
        f"Ticket {ticket_id} is a duplicate and goes on in another ticket; work on that one.",
        {"ticket_id": ticket_id},
    )


def merge_with_itself() -> Rejected:
    """A ticket is no duplicate of itself."""
    return Rejected(
        "merge_with_itself",
        "C4",
        "不能与自己合并，请填另一张工单号。",
        "A ticket cannot be merged with itself; give the other one's number.",
    )


def other_customer(duplicate: str) -> Rejected:
    """C4: a ticket has one customer."""
    return Rejected(
        "other_customer",
        "C4",
        f"工单 {duplicate} 不是同一客户或同一合同的，不能合并，请核对工单号。",
        f"Ticket {duplicate} is neither of the same customer nor of the same contract; check its number.",
        {"duplicate": duplicate},
    )
