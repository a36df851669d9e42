"""What the desk says when it refuses something about leftover orders and their goods (C9)."""

from contracts.decision import Rejected


def may_not_place(role: str) -> Rejected:
    """C9: who places a leftover order."""
    return Rejected(
        "role_may_not_place",
        "C9",
        "遗留单只能由设计师（门店）或主管下单，请交给他们。",
        "A leftover order is placed by the designer (store) or a supervisor; hand it to them.",
        {"role": role},
    )


def order_under_way(order_no: str) -> Rejected:
    """One leftover order at a time."""
    return Rejected(
        "order_under_way",
        "C9",
        f"遗留单 {order_no} 还在办理，货到之后才能再下新单。",
        f"Leftover order {order_no} is still under way; another one can be placed once its goods are in.",
        {"order_no": order_no},
    )


def order_no_taken(order_no: str) -> Rejected:
    """A leftover order's number says one thing."""
    return Rejected(
        "order_no_taken",
        "C9",
        f"遗留单号 {order_no} 已用于别的内容，请换一个单号。",
        f"Leftover order {order_no} already stands for other goods; use another number.",
        {"order_no": order_no},
    )


def visit_first(visit_no: int) -> Rejected:
    """An order is not placed while somebody is on the way."""
    return Rejected(
        "visit_agreed",
        "C9",
        f"第 {visit_no} 次上门已约好，请先登记上门结果，再下遗留单。",
        f"Visit {visit_no} is agreed; record how it ended before placing a leftover order.",
        {"visit_no": visit_no},
    )


def nothing_left_over() -> Rejected:
    """Repaired: nothing is left to order."""
    return Rejected(
        "already_repaired",
        "C9",
        "已修好，没有可下的遗留单；客户另有问题请另开工单。",
        "It is repaired, nothing is left to order; open another ticket for another problem.",
    )


def no_such_order(order_no: str) -> Rejected:
    """The ticket has no leftover order of that number."""
    return Rejected(
        "unknown_leftover_order",
        "C9",
        f"本工单没有遗留单 {order_no}，请核对单号。",
        f"This ticket has no leftover order {order_no}; check its number.",
        {"order_no": order_no},
    )


def may_not_approve(role: str) -> Rejected:
    """C9: the installation supervisor approves."""
    return Rejected(
        "role_may_not_approve",
        "C9",
        "遗留单须由安装主管批准。",
        "A leftover order is approved by the installation supervisor.",
        {"role": role},
    )


def own_order(order_no: str) -> Rejected:
    """Two pairs of eyes."""
    return Rejected(
        "own_order",
        "C9",
        f"遗留单 {order_no} 是您本人下的，须由另一位安装主管批准。",
        f"You placed leftover order {order_no} yourself; another installation supervisor approves it.",
        {"order_no": order_no},
    )


def order_not_approved(order_no: str) -> Rejected:
    """Goods come in for approved orders only."""
    return Rejected(
        "order_not_approved",
        "C9",
        f"遗留单 {order_no} 还没有批准，请先由安装主管批准。",
        f"Leftover order {order_no} is not approved yet; the installation supervisor approves it first.",
        {"order_no": order_no},
    )


def goods_not_in(order_no: str) -> Rejected:
    """C9: a visit waits for what was ordered for it."""
    return Rejected(
        "goods_not_in",
        "C9",
        f"遗留单 {order_no} 的货还没到仓验收，货到后再约上门。",
        f"The goods of leftover order {order_no} are not in and checked; book the visit once they are.",
        {"order_no": order_no},
    )


def goods_damaged(order_no: str) -> Rejected:
    """C9: what came damaged comes again, or is ordered anew."""
    return Rejected(
        "goods_damaged",
        "C9",
        f"遗留单 {order_no} 的货运输损坏：请重新下单或等补发到仓，再约上门。",
        f"The goods of leftover order {order_no} came damaged: order anew, or wait for others; then book the visit.",
        {"order_no": order_no},
    )


def goods_in_already(order_no: str) -> Rejected:
    """Checked is checked."""
    return Rejected(
        "goods_in_already",
        "C9",
        f"遗留单 {order_no} 的货已验收入库；之后发现的损坏请另报破损。",
        f"The goods of leftover order {order_no} were checked and are in; report damage that was found afterwards.",
        {"order_no": order_no},
    )


def information_missing() -> Rejected:
    """C9: the flow starts with the form."""
    return Rejected(
        "information_missing",
        "C9",
        "请先填售服信息反馈表（情况、是否需要下单），再下遗留单或约上门。",
        "Fill in the information form first (what it is, whether an order is needed); the order or visit follows.",
    )


def no_order_needed() -> Rejected:
    """C9: straight to the visit."""
    return Rejected(
        "no_order_needed",
        "C9",
        "信息反馈表写明不用下单，可直接约上门；情况有变请先更正反馈表。",
        "The information form says that no order is needed: book the visit, or correct the form first.",
    )


def order_first() -> Rejected:
    """C9: the form asks for an order."""
    return Rejected(
        "order_first",
        "C9",
        "信息反馈表写明要下遗留单，请先下单；不用下单请先更正反馈表。",
        "The information form asks for a leftover order: place it, or correct the form first.",
    )
