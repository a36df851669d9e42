"""Where a contract stands, and what is still owed to it: by these it is filtered and counted."""

from typing import Any

Json = dict[str, Any]

STATES = ("waiting", "complete", "loaded", "partly_delivered", "delivered", "fulfilled", "cancelled")
"""待货, 货齐, 已装车, 部分送达, 已送达, 已完结, 已取消."""

TODO = (
    "delay_post",
    "delay_call",
    "store_accept",
    "store_follow_up",
    "promise_broken",
    "payment",
    "installation",
    "refund",
)
"""待发群, 待说明, 待门店接收, 门店跟进, 已过承诺日期, 待收款, 待安装, 待退款."""


def with_standing(facet: Json) -> Json:
    """The facet with `state`, `todo` and `tags` (all that a list can be narrowed to by one index)."""
    state = _state(facet)
    todo = _todo(facet, state)
    tags = [state, "full" if facet["complete"] else "short", *(("delayed",) if facet["delayed"] else ()), *todo]
    return {**facet, "state": state, "todo": todo, "tags": tags}


def _state(facet: Json) -> str:
    if facet["cancelled"] is not None:
        return "cancelled"
    if facet["fulfilled_on"] is not None:
        return "fulfilled"
    if facet["deliveries"]:
        return "delivered" if _all_delivered(facet) else "partly_delivered"
    if facet["loaded"]:
        return "loaded"
    return "complete" if facet["complete"] else "waiting"


def _todo(facet: Json, state: str) -> list[str]:
    if state == "fulfilled":
        return []
    if state == "cancelled":
        return ["refund"] if facet["paid_fen"] > facet["refunded_fen"] else []
    found = set[str]()
    for delay in facet["delays"]:
        if delay["posted_at"] is None and delay["post_due"] is not None:
            found.add("delay_post")
        if not delay["explained"]:
            found.add("delay_call")
        if delay["handed_over"] is not None and not delay["settled"]:
            found.add("store_accept" if delay["accepted"] is None else "store_follow_up")
    if state != "delivered" and facet["promise_broken"]:
        found.add("promise_broken")
    if state == "delivered" and facet["owed_fen"]:
        found.add("payment")
    if state == "delivered" and facet["installed_on"] is None and any(line["to_install"] for line in facet["lines"]):
        found.add("installation")
    return [one for one in TODO if one in found]


def _all_delivered(facet: Json) -> bool:
    return all(line["delivered"] >= line["quantity"] - line["refunded"] for line in facet["lines"])
